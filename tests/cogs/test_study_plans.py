"""Study plans: made, looked at again as the days go by, and over."""

from __future__ import annotations

import re
from typing import Any

import pytest
import simcord
from simcord.interactions import base_payload

from cogs.cards.layout import OPEN, RIGHT
from tests.cogs.exams import sit
from tests.cogs.reminding import answer
from tests.messages import buttons, is_question, text
from tests.world import World

PLAN = "plan-delete"


async def plan(world: World, member: Any = None, **options: Any) -> Any:
    """`/plan` in #quiz; what the member is shown."""
    named = {name.replace("_", "-"): value for name, value in options.items()}
    result = await (member or world.ada).slash(world.channel, "plan", **named)
    assert result.ephemeral
    return result.response


def share(shown: Any, words: str) -> int:
    """The per cent after these words on the plan."""
    found = re.search(re.escape(words) + r"\D*(\d+)%", text(shown))
    assert found, text(shown)
    return int(found[1])


# making one


async def test_without_a_plan_one_is_told_how_to_make_one(world: World) -> None:
    shown = text(await plan(world))
    assert "You have no plan yet" in shown
    assert "`exam-date`" in shown


async def test_a_new_plan(world: World) -> None:
    shown = await plan(world, exam_date="in 2 days")
    told = text(shown)
    assert "Sample bank" in told
    assert "**2 days** left · exam Sat 3 Jan\n" in told
    assert "About **2 a day**: 2 new, 0 reviews" in told
    assert "**0 of 2** new" in told  # four in all
    assert "No reviews are due" in told
    assert "**0** of 4 questions answered" in told
    assert "**0%** known" in told
    assert "(an estimate)" in told
    assert share(shown, "stop now:") == 0
    assert 30 < share(shown, "With this plan:") <= 99
    assert "pass mark of 80%" in told
    assert re.search(r"Weakest topics.*First topic\n-# 0 of 3 answered · 60%.*Second topic", told, re.DOTALL)
    for command in ("/review", "/practice", "/exam start"):
        assert f"`{command}`" in told
    # the same whenever it is asked
    assert text(await plan(world)) == told


async def test_one_day_is_one_day(world: World) -> None:
    told = text(await plan(world, exam_date="tomorrow"))
    assert "**1 day** left · exam Fri 2 Jan\n" in told
    assert "**0 of 4** new" in told


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("2025-12-31", "is over"),
        ("today", "I can't read `today` as a day"),
        ("2026-01-01", "That is today"),
        ("2030-01-01", "too far ahead. A plan can reach to 2028-01-01"),
        ("03/04/2026", "2026-04-03 or 2026-03-04"),
        ("31.2.2026", "There is no `31.2.2026` in the calendar"),
        ("\u0663 weeks", "I can't read"),
        ("in 99999 weeks", "too far ahead"),
        ("0", "I can't read `0` as a day"),
    ],
)
async def test_absurd_dates_are_refused(world: World, written: str, sentence: str) -> None:
    assert sentence in text(await plan(world, exam_date=written))
    assert "You have no plan yet" in text(await plan(world))


async def test_days_are_suggested(world: World) -> None:
    choices = await world.ada.autocomplete(world.channel, "plan", "exam-date", "")
    assert {"name": "in 2 weeks: Thu 15 Jan", "value": "2026-01-15"} in choices
    choices = await world.ada.autocomplete(world.channel, "plan", "exam-date", "in 3")
    assert [choice["value"] for choice in choices] == ["2026-01-22"]
    choices = await world.ada.autocomplete(world.channel, "plan", "exam-date", " In 10 days")
    assert choices == [{"name": "Sun 11 Jan, in 10 days", "value": "2026-01-11"}]
    choices = await world.ada.autocomplete(world.channel, "plan", "exam-date", "60 weeks")
    assert choices == [{"name": "Thu 25 Feb 2027, in 420 days", "value": "2027-02-25"}]
    choices = await world.ada.autocomplete(world.channel, "plan", "exam-date", "2025-01-01")
    assert choices == []
    shown = await plan(world, exam_date="2026-01-15")
    assert "**14 days** left" in text(shown)


async def test_a_bank_is_chosen_with_the_day(world: World) -> None:
    assert "There is no question bank called `none`" in text(
        await plan(world, exam_date="in 1 week", bank="none")
    )
    assert "Say also when the exam is" in text(await plan(world, bank="sample"))
    assert "Sample bank" in text(await plan(world, exam_date="in 1 week", bank="sample"))
    choices = await world.ada.autocomplete(world.channel, "plan", "bank", "sam")
    assert [choice["value"] for choice in choices] == ["sample"]


# following it


async def test_progress_after_days_of_answers(world: World) -> None:
    await plan(world, exam_date="in 4 days")
    await answer(world, world.ada, topic="two")
    await world.until(2026, 1, 2, 12)
    await world.restart()
    shown = await plan(world)
    assert "**3 days** left" in text(shown)
    assert "**0 of 1** new" in text(shown)
    assert "Since Thu 1 Jan" in text(shown)
    assert "0 → **1** of 4 answered" in text(shown)
    assert share(shown, "0% → **") > 30
    await answer(world, world.ada, right=False)
    shown = await plan(world)
    assert "**1 of 1** new ✅" in text(shown)
    assert "0 → **2** of 4" in text(shown)
    await world.until(2026, 1, 3, 12)
    shown = await plan(world)
    assert "**0 of 2 reviews**" in text(shown)
    assert "Weakest topics" in text(shown)


async def test_what_was_reviewed_today_counts(world: World) -> None:
    await world.write_questions(1)
    await answer(world, world.ada, right=False)
    await plan(world, exam_date="in 9 days")
    await world.until(2026, 1, 2, 12)
    shown = await plan(world)
    assert "**0 of 1 review**" in text(shown)
    assert "Review" in buttons(shown)
    await answer(world, world.ada)  # the same one
    shown = await plan(world)
    assert "**1 of 1 review** ✅" in text(shown)
    assert "Review" not in buttons(shown)


async def test_once_all_is_met_the_plan_keeps_it_up(world: World) -> None:
    await world.write_questions(1)
    open_ = await plan(world, exam_date="in 12 weeks")
    for topic in ("one", "two"):
        await answer(world, world.ada, topic=topic)
    shown = await plan(world, exam_date="in 12 weeks")
    assert "**2** new ✅ (1 planned)" in text(shown)
    assert "No reviews are due ✅" in text(shown)
    assert "Less than **one question a day**" in text(shown)
    assert share(shown, "stop now:") < 80 < share(shown, "With this plan:")
    assert "✅ above the pass mark of 80%" in text(shown)
    await world.until(2026, 1, 2)
    assert open_.components[0]["accent_color"] == OPEN.value
    done = await plan(world)
    assert "Nothing new is left ✅" in text(done)
    assert "No reviews are due ✅" in text(done)
    assert done.components[0]["accent_color"] == RIGHT.value


async def test_who_knows_much_at_first_sight_is_forecast_more(world: World) -> None:
    await world.write_questions(4)
    for _ in range(4):
        await world.mona.slash(world.other, "question", topic="one")
    cards = [m for m in world.other.history() if is_question(m) and not m.flags.ephemeral]
    for card in cards:
        await world.answer(world.ada, card)
        await world.answer(world.grace, card, right=False)
    file = world.banks / "sample" / "one.yaml"
    file.write_text(file.read_text().replace("id: one-", "id: new-"))
    await world.write_questions(30, topic="two")  # now there is none that they have met
    ada, grace = [await plan(world, member, exam_date="tomorrow") for member in (world.ada, world.grace)]
    assert "**0** of 34 questions answered" in text(ada)
    assert share(ada, "With this plan:") > share(grace, "With this plan:") + 5


async def test_more_than_planned(world: World) -> None:
    await plan(world, exam_date="in 4 days")
    await answer(world, world.ada, topic="one")
    await answer(world, world.ada, topic="two")
    assert "**2** new ✅ (1 planned)" in text(await plan(world))


async def test_another_day_for_the_same_exam_keeps_the_progress(world: World) -> None:
    await plan(world, exam_date="in 2 days")
    await world.until(2026, 1, 2)
    told = text(await plan(world, exam_date="in 2 weeks"))
    assert "**14 days** left" in told
    assert "Since Thu 1 Jan" in told


async def add_bank(world: World) -> None:
    """Let there be a second bank, with the same questions."""
    for file in (world.banks / "sample").glob("*.yaml"):
        words = (
            file.read_text().replace("id: sample", "id: second-bank").replace("Sample bank", "Second bank")
        )
        (world.banks / "second-bank").mkdir(exist_ok=True)
        (world.banks / "second-bank" / file.name).write_text(words)
    assert "Second bank" in text((await world.mona.slash(world.channel, "reload")).response)


async def test_banks_are_kept_apart(world: World) -> None:
    await add_bank(world)
    await answer(world, world.ada)
    assert "**1** of 4 questions answered" in text(await plan(world, exam_date="in 2 days"))
    told = text(await plan(world, exam_date="in 3 days", bank="second-bank"))
    assert "Second bank" in told
    assert "**0** of 4 questions answered" in told
    # another day is another day for the same exam, until it is over
    assert "Second bank" in text(await plan(world, exam_date="in 2 days"))
    await world.until(2026, 1, 4)
    assert "Sample bank" in text(await plan(world, exam_date="in 2 days"))


async def test_after_an_exam_a_new_plan_begins_anew(world: World) -> None:
    await plan(world, exam_date="in 2 days")
    await world.until(2026, 1, 3, 1)
    assert "Your exam is today" in text(await plan(world))
    told = text(await plan(world, exam_date="in 2 days"))
    assert "Where you are" in told
    assert "Since" not in told


async def test_the_exam_is_over(world: World) -> None:
    await plan(world, exam_date="in 2 days")
    await answer(world, world.ada)
    await world.until(2026, 1, 4)
    shown = await plan(world)
    assert "The exam was on Sat 3 Jan." in text(shown)
    assert "`/plan` with an `exam-date` makes a new one" in text(shown)
    assert "0 → **1** of 4" in text(shown)
    assert list(buttons(shown)) == ["Delete plan"]


async def test_days_are_those_of_the_member(world: World) -> None:
    await world.ada.slash(world.channel, "remind on", zone="Pacific/Apia")  # 13 hours ahead
    await world.until(2026, 1, 1, 11, 30)  # there it is the 2nd
    assert "**2 days** left · exam Sun 4 Jan\n" in text(await plan(world, exam_date="in 2 days"))
    assert "**3 days** left" in text(await plan(world, world.grace, exam_date="2026-01-04"))


async def test_each_member_has_their_own_plan(world: World) -> None:
    await plan(world, exam_date="in 2 days")
    await plan(world, world.grace, exam_date="in 9 days")
    assert "**2 days** left" in text(await plan(world))
    assert "**9 days** left" in text(await plan(world, world.grace))
    assert "You have no plan yet" in text(await plan(world, world.linus))


async def test_a_bank_that_is_gone(world: World) -> None:
    await plan(world, exam_date="in 2 days")
    async with world.sql() as transaction:
        await transaction.run("UPDATE study_plan SET bank = 'old'")
    assert "The question bank `old` of your plan is no longer here" in text(await plan(world))
    assert "Sample bank" in text(await plan(world, exam_date="in 2 days"))


async def test_questions_that_were_removed_do_not_count(world: World) -> None:
    await answer(world, world.ada)
    await plan(world, exam_date="in 2 days")
    await world.write_questions(2)
    told = text(await plan(world))
    assert "**0** of 3 questions answered" in told


async def test_a_note_on_reminders_comes_with_the_plan_once(world: World) -> None:
    await world.ada.slash(world.channel, "remind on")
    await answer(world, world.ada, right=False)
    dm = world.env.backend.get_dm_channel(world.ada.id).id
    world.env.inject_error("POST", f"/channels/{dm}/messages", status=403, code=50007, times=None)
    await world.until(2026, 1, 2, 19)
    assert "I could no longer write to you" in text(await plan(world))
    assert "I could no longer write to you" not in text(await plan(world))


@pytest.mark.usefixtures("sketches")
async def test_an_exam_with_nothing_right_leaves_nothing_known(world: World) -> None:
    await sit(world, right=0)
    shown = await plan(world, exam_date="in 2 days")
    assert "**4** of 4 questions answered\n🧠 **0%** known" in text(shown)
    assert share(shown, "stop now:") == 0


# deleting it


async def test_delete(world: World) -> None:
    shown = await plan(world, exam_date="in 2 days")
    gone = await world.ada.click(shown.message, label="Delete plan")
    assert "Your plan is deleted" in text(gone.response)
    assert "You have no plan yet" in text(await plan(world))


async def test_an_old_card_deletes_no_newer_plan(world: World) -> None:
    old = await plan(world, exam_date="in 2 days")
    await plan(world, exam_date="in 3 days")
    told = await world.ada.click(old.message, label="Delete plan")
    assert "gone already" in text(told.response)
    assert "**3 days** left" in text(await plan(world))


@pytest.mark.parametrize("number", ["0", "3652059", "3652060", "999999999999999999"])
async def test_forged_days_delete_nothing(world: World, number: str) -> None:
    await plan(world, exam_date="in 2 days")
    told = await world.forge(world.ada, world.channel, f"{PLAN}:{number}")
    assert "gone already" in text(told.response)
    assert "**2 days** left" in text(await plan(world))


async def test_nobody_deletes_the_plan_of_another(world: World) -> None:
    shown = await plan(world, exam_date="in 2 days")
    custom_id = buttons(shown)["Delete plan"]["custom_id"]
    told = await world.forge(world.grace, world.channel, custom_id)
    assert "gone already" in text(told.response)
    assert "**2 days** left" in text(await plan(world))


async def test_buttons_outlive_a_restart(world: World) -> None:
    shown = await plan(world, exam_date="in 2 days")
    await world.restart()
    practice = await world.ada.click(shown.message, label="Practise the weakest")
    assert "First topic" in text(practice.response)
    shown = await plan(world)
    await world.restart()
    gone = await world.ada.click(shown.message, label="Delete plan")
    assert "Your plan is deleted" in text(gone.response)


# in direct messages, and at once


async def test_in_direct_messages(world: World) -> None:
    ada = world.ada.user
    made = await ada.slash("plan", **{"exam-date": "in 2 days"})
    assert not made.ephemeral
    assert "**2 days** left" in text(made.response)
    shown = await ada.slash("plan")
    assert text(shown.response) == text(made.response)
    gone = await ada.click(shown.response.message, label="Delete plan")
    assert "Your plan is deleted" in text(gone.response)
    choices = await ada.autocomplete("plan", "exam-date", "tomorrow")
    assert [choice["value"] for choice in choices] == ["2026-01-02"]


async def test_many_members_at_once(world: World) -> None:
    members = world.newcomers(9)
    for member in members:
        await plan(world, member, exam_date="in 9 weeks")
    results = await world.commands_at_once([(member, "plan") for member in members])
    await world.env.settle()
    assert all("**63 days** left" in text(result.response) for result in results)


@pytest.mark.parametrize("guild_id", [None, "999999999999999999"])
@pytest.mark.parametrize("command", ["plan", "remind"])
async def test_with_friends_and_in_servers_without_the_bot(
    world: World, command: str, guild_id: str | None
) -> None:
    """Where only the member has installed the bot, answers are private."""
    backend, here = world.env.backend, world.env.backend.get_dm_channel(world.ada.id).id
    root = backend.find_command(command, world.guild.id, type=1)
    options = [{"type": 1, "name": "on", "options": []}] if command == "remind" else []
    data = {"id": root["id"], "name": command, "type": 1, "options": options}
    record, payload = base_payload(
        backend, type=2, channel_id=here, guild_id=None, user_id=world.ada.id, data=data
    )
    payload["context"] = 0 if guild_id else 2
    if guild_id:
        payload["guild_id"], payload["guild"] = guild_id, {"id": guild_id, "features": []}
        member = {"roles": [], "permissions": "0", "joined_at": "2026-01-01T00:00:00+00:00", "flags": 0}
        payload["member"] = {**member, "user": payload.pop("user"), "deaf": False, "mute": False}
    with world.env._bot_scope():
        backend.emit("INTERACTION_CREATE", payload)
    await world.env.settle()
    result = simcord.InteractionResult(world.env, record)
    assert result.ephemeral
    told = "Reminders are on" if command == "remind" else "You have no plan yet"
    assert told in text(result.response)


async def test_private_commands_are_offered_everywhere(world: World) -> None:
    for name in ("plan", "remind"):
        command = world.env.backend.find_command(name, world.guild.id, type=1)
        assert sorted(command["integration_types"]) == [0, 1]
        assert sorted(command["contexts"]) == [0, 1, 2]
