"""The weekly challenge: its panel, playing it, its card, its podium and its archive."""

from __future__ import annotations

import re
from collections.abc import Iterable

import discord
import pytest

from cogs.announcer import DiscordAnnouncer
from tests.world import World, buttons, is_question, letter, offered, parts, text

MONDAY_EVENING = (2026, 1, 5, 18)
"""When the first challenge of an unchanged plan begins; the world begins on the Thursday before."""


# the panel


async def test_the_panel_begins_with_a_plan_that_is_off(world: World) -> None:
    result = await world.mona.slash(world.other, "challenge setup")
    assert result.ephemeral
    panel = result.response
    assert "It is **off**" in text(panel)
    assert "Switch on" in buttons(panel)
    (channel,) = parts(panel, 8)
    assert [int(value["id"]) for value in channel["default_values"]] == [world.other.id]
    await world.until(2026, 1, 13)
    assert world.count("Weekly challenge", world.other) == 0


async def test_each_choice_on_the_panel_is_kept_at_once(world: World) -> None:
    mention, champion = world.guild.create_role("Players"), world.guild.create_role("Champion")
    await world.set_challenge(
        channel=world.other,
        weekday="4",
        hour="7",
        questions="20",
        days="2",
        topics=["two"],
        mention=mention,
        champion=champion,
    )
    await world.restart()
    panel = (await world.mona.slash(world.channel, "challenge setup")).response
    friday = 1767942000  # 2026-01-09 07:00 UTC; the 2nd, also a Friday, is before it
    assert f"The next one begins <t:{friday - 7 * 86400}:R>" in text(panel)
    chosen = {
        part["custom_id"]: [option["value"] for option in part["options"] if option.get("default")]
        for part in parts(panel, 3)
    }
    assert chosen == {"w:1": ["4"], "w:2": ["7"], "w:3": ["20"], "w:4": ["2"], "w:5": ["two"]}
    roles = {part["custom_id"]: int(part["default_values"][0]["id"]) for part in parts(panel, 6)}
    assert roles == {"w:6": mention.id, "w:7": champion.id}
    await world.until(2026, 1, 2, 7, 1)
    card = world.find("Weekly challenge #1", world.other)
    assert "**1 question** on Second topic" in text(card)
    assert f"Ends <t:{friday - 5 * 86400}:R>" in text(card)


async def test_a_choice_can_be_taken_back_on_the_panel(world: World) -> None:
    role = world.guild.create_role("Players", mentionable=True)
    panel = await world.set_up()
    for name, value, nothing in (("mention", role, []), ("topics", ["two"], []), ("days", "3", "0")):
        await world.pick(panel, name, value)
        await world.pick(panel, name, nothing)
    await world.mona.click(panel, label="Begin one now")
    card = text(world.last)
    assert f"<@&{role.id}>" not in card
    assert "**4 questions** on First topic · Second topic" in card
    assert "Ends <t:1767636000:R>" in card  # with the next one


async def test_the_panel_warns_of_permissions_that_the_bot_lacks(world: World) -> None:
    silent = world.guild.create_role("Players")
    champion = world.guild.create_role("Champion")
    panel = await world.set_up()
    assert "⚠️" not in text(panel)
    panel = await world.pick(panel, "mention", silent)
    assert f"<@&{silent.id}> will be named, but nobody hears of it" in text(panel)
    panel = await world.pick(panel, "champion", champion)
    assert "I need the permission Manage Roles" in text(panel)
    await world.let_manage_roles()
    world.forbid_posting()
    panel = await world.pick(panel, "mention", [])
    assert "lacks Send Messages" in text(panel)
    assert text(panel).count("⚠️") == 1
    refused = await world.mona.slash(world.channel, "challenge now")
    assert "I can't post in" in refused.response.content


async def test_a_champion_role_above_the_bot_is_warned_of(world: World) -> None:
    await world.let_manage_roles()
    role = world.guild.create_role("Champion")
    panel = await world.pick(await world.set_up(), "champion", role)
    assert "my role above it" not in text(panel)
    with world.env._bot_scope():
        world.env.backend.edit_role(world.guild.id, role.id, {"position": 50})
    await world.env.settle()
    assert "my role above it" in text(await world.set_up())


async def test_a_champion_role_is_one_that_the_moderator_could_give(world: World) -> None:
    await world.let_manage_roles()
    high = world.guild.create_role("High", position=50)
    powerful = world.guild.create_role("Admins", permissions=discord.Permissions(administrator=True))
    panel = await world.set_up()
    for role, reason in (
        (high, "could not give to anybody yourself"),
        (powerful, "without such permissions"),
    ):
        await world.pick(panel, "champion", role)
        assert reason in world.seen(world.mona)[-1].content
    helper = world.guild.create_role("Helpers", permissions=discord.Permissions(manage_guild=True))
    eve = world.guild.add_member(world.env.create_user("eve"), roles=[helper])
    low = world.guild.create_role("Champion")
    await world.pick(await world.set_up(eve), "champion", low, eve)
    assert "could not give to anybody yourself" in world.seen(eve)[-1].content
    assert "champion" not in text(await world.set_up()).replace("Role that the winner wears", "").lower()


async def test_a_champion_role_that_became_powerful_is_given_to_nobody(world: World) -> None:
    await world.let_manage_roles()
    role = world.guild.create_role("Champion")
    await world.set_challenge(champion=role, days="1")
    await world.until(2026, 1, 5, 18, 1)
    await world.play(world.ada)
    with world.env._bot_scope():
        powers = discord.Permissions(ban_members=True).value
        world.env.backend.edit_role(world.guild.id, role.id, {"permissions": powers})
    await world.until(2026, 1, 6, 18, 1)
    assert not world.has_role(world.ada, role)
    assert "nobody gets it for winning" in world.told(world.mona)[-1]


async def test_a_role_that_can_not_be_taken_keeps_no_other_from_being_given(world: World) -> None:
    await world.let_manage_roles()
    old, new = world.guild.create_role("Old"), world.guild.create_role("New")
    await world.begin_challenge(champion=old)
    await world.play(world.ada)
    await world.until(2026, 1, 5, 18, 1)
    assert world.has_role(world.ada, old)
    with world.env._bot_scope():
        world.env.backend.edit_role(world.guild.id, old.id, {"position": 50})
    await world.env.settle()
    await world.begin_challenge(champion=new)
    await world.play(world.grace)
    await world.until(2026, 1, 12, 18, 1)
    assert world.has_role(world.grace, new)
    assert world.has_role(world.ada, old)
    assert "I may not give or take the role" in world.told(world.mona)[-1]


async def test_a_channel_of_another_server_is_refused(world: World) -> None:
    elsewhere = world.env.create_guild("Other server").create_text_channel("quiz")
    await world.set_up()
    for value in (str(elsewhere.id), "9" * 30, "-1", "x"):
        data = {"custom_id": "w:0", "component_type": 8, "values": [value]}
        refused = world._send(world.mona, world.channel, 3, data)
        await world.env.settle()
        assert "went wrong" not in refused.response.content
        assert ("text channel" in refused.response.content) or ("older version" in refused.response.content)
    plan = await world.app.plans.get(world.guild.id)
    assert plan.channel_id == world.channel.id


async def test_choices_at_the_same_instant_are_all_kept(world: World) -> None:
    panel = await world.set_challenge()
    for custom_id, value in (("w:2", "7"), ("w:3", "30")):
        data = {"custom_id": custom_id, "component_type": 3, "values": [value]}
        world._send(world.mona, world.channel, 3, data, panel)
    world._send(world.mona, world.channel, 3, {"custom_id": "e:0", "component_type": 2}, panel)
    await world.env.settle()
    plan = await world.app.plans.get(world.guild.id)
    assert (plan.hour, plan.questions, plan.is_on) == (7, 30, False)
    async with world.sql() as transaction:
        assert await transaction.run("SELECT * FROM timer WHERE kind = 'challenge'") == []


async def test_cancel_in_the_second_after_the_end_is_refused(world: World) -> None:
    await world.set_challenge()
    await world.until(2026, 1, 5, 18, 1)
    await world.play(world.ada)
    await world.until(2026, 1, 12, 17, 59, 59)
    world.env.backend.advance_clock(1.5)
    (refused,) = await world.commands_at_once([(world.mona, "challenge cancel")])
    assert "has just ended" in refused.response.content
    await world.wait(60)
    assert world.count("Challenge #1 is over") == 1
    assert world.count("⏳ Ends") == 1


async def test_history_asks_discord_for_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.begin_challenge()
    await world.play(world.ada)
    await world.until(2026, 1, 5, 18, 1)
    asked = []

    async def present(self: DiscordAnnouncer, guild_id: int, members: Iterable[int]) -> None:
        asked.append(list(members))

    monkeypatch.setattr(DiscordAnnouncer, "present", present)
    await world.leave(world.ada)
    shown = (await world.grace.slash(world.channel, "challenge history")).response
    assert f"🥇 {world.ada.mention} · 40 points" in text(shown)  # as the podium said
    assert asked == []


async def test_only_moderators_set_it_up(world: World) -> None:
    panel = await world.set_challenge()
    before = text(await world.set_up())
    commands = ["setup", "pause", "resume", "now", "cancel"]
    refusals = await world.commands_at_once([(world.ada, f"challenge {name}") for name in commands])
    for forged in ("w:0", "w:1", "e:0", "e:1", "g:0"):
        refusals.append(await world.forge(world.ada, world.channel, forged))
    for refused in refusals:
        assert refused.ephemeral
        assert "This needs the permission Manage Server" in refused.response.content
    assert text(await world.set_up()) == before
    assert "Pause" in buttons(panel)
    assert world.count("Weekly challenge #") == 0


async def test_forged_ids_are_refused_politely(world: World) -> None:
    await world.begin_challenge()
    guild = world.env.create_guild("Other server")
    channel = guild.create_text_channel("general")
    eve = guild.add_member(world.env.create_user("eve"))
    big = "999999999999999999"
    for forged in ("p:1", "n:1", "k:1", "a:1:0", "m:1:0:0", "s:1:1", "h:1", f"p:{big}", f"k:{big}"):
        refused = await world.forge(eve, channel, forged)
        assert refused.ephemeral, forged
        assert re.search("not known here|no record", refused.response.content), forged
    for forged in ("p", "p:x", "p:1:2", "k:-1", f"y:0:{big}", "y:9:1", f"w:{big}", "w:0", "w:1", "w:9"):
        answer = await world.forge(world.mona, world.channel, forged)
        assert answer.ephemeral, forged
        assert "went wrong" not in text(answer.response), forged


async def test_pause_and_resume(world: World) -> None:
    refused = await world.mona.slash(world.channel, "challenge pause")
    assert "There is no weekly challenge here yet" in refused.response.content
    await world.set_up()
    refused = await world.mona.slash(world.channel, "challenge pause")
    assert "off already" in refused.response.content
    resumed = await world.mona.slash(world.channel, "challenge resume")
    assert "begins <t:1767636000:R>" in resumed.response.content
    refused = await world.mona.slash(world.channel, "challenge resume")
    assert "on already" in refused.response.content
    await world.until(*MONDAY_EVENING, 1)
    paused = await world.mona.slash(world.channel, "challenge pause")
    assert "Challenge #1 still runs until <t:1768240800:f>" in paused.response.content
    await world.until(2026, 1, 27)
    assert world.count("Challenge #1 is over") == 1
    assert world.count("Weekly challenge #2") == 0
    await world.mona.slash(world.channel, "challenge resume")
    await world.until(2026, 2, 3)
    assert world.count("Weekly challenge #2") == 1


async def test_pause_works_when_the_bank_or_topic_is_gone(world: World) -> None:
    panel = await world.set_challenge(topics=["two"])
    (world.banks / "sample" / "two.yaml").unlink()
    head = world.banks / "sample" / "bank.yaml"
    head.write_text(
        head.read_text().replace('  two: {title: "Second topic", weight: 40}', "").replace("60", "100")
    )
    assert "✅" in text((await world.mona.slash(world.channel, "reload")).response)
    await world.pick(panel, "hour", "9")
    assert "paused" in (await world.mona.slash(world.channel, "challenge pause")).response.content


async def test_the_panel_works_when_the_bank_has_another_name(world: World) -> None:
    panel = await world.set_challenge()
    head = world.banks / "sample" / "bank.yaml"
    head.write_text(head.read_text().replace("id: sample", "id: renamed"))
    (world.banks / "sample").rename(world.banks / "renamed")
    assert "✅" in text((await world.mona.slash(world.channel, "reload")).response)
    changed = await world.mona.select(panel, ["9"], custom_id="w:2")
    assert "There is no question bank" not in changed.response.content
    assert "paused" in (await world.mona.slash(world.channel, "challenge pause")).response.content


# the card


async def test_the_card_names_what_there_is_and_mentions_the_role(world: World) -> None:
    role = world.guild.create_role("Players", mentionable=True)
    await world.set_challenge(mention=role)
    await world.until(*MONDAY_EVENING, 0, 1)
    assert world.count("Weekly challenge") == 0
    await world.wait(2)
    card = text(world.last)
    assert f"<@&{role.id}>" in card
    assert "Weekly challenge #1" in card
    assert "**4 questions** on First topic · Second topic" in card
    assert "⏳ Ends <t:1768240800:R> (<t:1768240800:f>)" in card
    assert "Nobody has played yet" in card
    assert list(buttons(world.last)) == ["Play", "My rank"]
    (post,) = world.requests("POST", f"/channels/{world.channel.id}/messages")
    assert post.json["allowed_mentions"]["roles"] == [role.id]
    assert not post.json["allowed_mentions"].get("parse")
    assert post.json["enforce_nonce"]


async def test_nobody_is_mentioned_but_the_role(world: World) -> None:
    await world.set_challenge()
    await world.until(*MONDAY_EVENING, 1)
    await world.play(world.ada)
    await world.until(2026, 1, 12, 19)
    sent = world.requests("POST", f"/channels/{world.channel.id}/messages")
    assert len(sent) == 3  # card, podium, card
    for request in sent:
        allowed = request.json["allowed_mentions"]
        assert not any(allowed.get(name) for name in ("parse", "roles", "users")), request


async def test_the_card_shows_the_best_five(world: World) -> None:
    card = await world.begin_challenge()
    for place, member in enumerate(world.newcomers(7)):
        await world.play(member, right=min(4, place), seconds=10 - place)
    await world.wait(30)
    shown = text(world.find("Weekly challenge #1"))
    assert "**7 members** played so far" in shown
    lines = [line for line in shown.splitlines() if "<@" in line]
    assert [re.search(r"\*\*(\d)\.\*\*", line)[1] for line in lines] == list("12345")  # type: ignore[index]
    assert [re.search(r" · \*\*(\d+)\*\* · ", line)[1] for line in lines] == ["40", "40", "40", "30", "20"]  # type: ignore[index]
    assert all("/4 · ⏱️" in line for line in lines)
    assert "… and 2 more" in shown
    assert world.find("Weekly challenge #1").id == card.id


async def test_many_answers_are_few_edits(world: World) -> None:
    card = await world.begin_challenge(topics=["one"])
    edits = f"/channels/*/messages/{card.id}"
    members = world.newcomers(30)
    await world.at_once([(member, card, "Play") for member in members])
    shown = {member: world.seen(member)[-1] for member in members}
    assert world.requests("PATCH", edits) == []
    await world.at_once([(member, shown[member], "A") for member in members[:15]])
    for member in members[15:]:
        await world.wait(1)
        await world.at_once([(member, shown[member], "A")])
    await world.wait(60)
    assert 1 <= len(world.requests("PATCH", edits)) <= 2
    assert "**30 members** played so far" in text(world.find("Weekly challenge #1"))


async def test_the_card_shows_where_it_stands_after_a_restart(world: World) -> None:
    await world.begin_challenge()
    await world.play(world.ada, questions=1)
    await world.wait(1)
    await world.play(world.grace, questions=1)
    # grace's answer waits for its edit when the bot is killed
    await world.restart()
    await world.wait(60)
    assert "**2 members** played so far" in text(world.find("Weekly challenge #1"))


# playing


async def test_everyone_plays_the_same_questions_in_the_same_order(world: World) -> None:
    await world.begin_challenge()
    prompts: dict[str, list[str]] = {}
    orders = set()
    members = [world.ada, world.grace, *world.newcomers(6)]
    for member in members:
        shown = await world.open_challenge(member)
        while is_question(shown):
            prompts.setdefault(member.name, []).append(text(shown).splitlines()[2])
            if "of these four" in text(shown):
                orders.add(tuple(offered(shown)))
                assert letter(shown, "none of the above") == "D"
            shown = await world.go_on(member, await world.answer(member, shown))
    assert len({tuple(asked) for asked in prompts.values()}) == 1
    assert len(set(prompts["ada"])) == 4
    assert len(orders) > 1


async def test_a_challenge_is_private_but_for_its_card(world: World) -> None:
    await world.begin_challenge()
    shown = await world.open_challenge(world.ada)
    assert shown.flags.ephemeral
    verdict = await world.answer(world.ada, shown)
    assert verdict.flags.ephemeral
    await world.play(world.ada)
    await world.wait(60)
    assert [message for message in world.seen(world.grace) if "Weekly challenge #" not in text(message)] == []
    public = "".join(map(text, world.seen(world.grace)))
    assert "right one" not in public
    assert "explanation" not in public


async def test_the_questions_give_nothing_away(world: World) -> None:
    await world.begin_challenge()
    shown = await world.open_challenge(world.ada)
    round_id = buttons(shown)["A"]["custom_id"].split(":")[1]
    letters = [label for label in buttons(shown) if len(label) == 1]
    assert [buttons(shown)[label]["custom_id"] for label in letters] == [
        f"a:{round_id}:{place}" for place in range(len(letters))
    ]
    assert {buttons(shown)[label]["style"] for label in letters} == {2}


async def test_a_verdict_explains_and_leads_on(world: World) -> None:
    await world.write_questions(4)
    await world.write_questions(1, topic="two")
    await world.begin_challenge()
    shown = await world.open_challenge(world.ada)
    assert "Weekly challenge · question 1 of 5" in text(shown)
    assert "Your time is running, since <t:1767225600:R> · 10 points" in text(shown)
    verdict = await world.answer(world.ada, shown, right=False)
    assert "❌ Not correct" in text(verdict)
    assert "You chose" in text(verdict)
    assert "The answer is" in text(verdict)
    assert "Because of" in text(verdict)
    assert list(buttons(verdict)) == ["Question 2 of 5"]
    shown = await world.go_on(world.ada, verdict)
    verdict = await world.answer(world.ada, shown)
    assert "✅ Correct · +10 points" in text(verdict)
    last = await world.play(world.ada, right=2)
    assert "All answered: you are 1st of 1 so far" in text(last)
    assert "**30** · 3/5" in text(last)
    assert list(buttons(last)) == ["All places"]


async def test_a_question_with_two_answers_and_a_hint(world: World) -> None:
    await world.begin_challenge(topics=["two"])
    shown = await world.open_challenge(world.ada)
    assert "Choose 2: click a letter" in text(shown)
    hint = await world.ada.click(shown, label="Hint (−3)")
    assert "there are two" in text(hint.response)
    assert hint.ephemeral
    sheet = await world.choose(world.ada, "the right one", shown)
    assert "Which two are right?" in text(sheet)  # the sheet has taken the place of the question
    assert buttons(sheet)["Submit"]["disabled"]
    sheet = await world.choose(world.ada, "the other right one", sheet)
    submit = buttons(sheet)["Submit"]["custom_id"]
    await world.restart()
    verdict = (await world.ada.click(sheet, label="Submit")).response
    assert "✅ Correct · +7 points" in text(verdict)
    assert "1 hint used" in text(verdict)
    result = await world.go_on(world.ada, verdict)
    assert "**7** · 1/1" in text(result)
    again = await world.forge(world.ada, world.channel, submit)
    assert "Your first answer stands" in text(again.response)


async def test_a_second_answer_does_not_count(world: World) -> None:
    await world.write_questions(5)
    await world.begin_challenge()
    shown = await world.open_challenge(world.ada)
    other_device = await world.open_challenge(world.ada)
    assert text(shown) == text(other_device)
    await world.answer(world.ada, shown, right=False)
    again = await world.answer(world.ada, other_device)
    assert "Your first answer stands" in text(again)
    assert "Question 2 of" in "".join(buttons(again))
    rank = await world.ada.click(world.find("Weekly challenge #"), label="My rank")
    assert "**0** · 0/1" in text(rank.response)


async def test_a_question_can_not_be_answered_before_it_is_shown(world: World) -> None:
    await world.write_questions(5)
    await world.begin_challenge()
    first = int(buttons(await world.open_challenge(world.grace))["A"]["custom_id"].split(":")[1])
    for number in range(first, first + 5):
        for forged in (f"a:{number}:0", f"m:{number}:0:0", f"s:{number}:1", f"h:{number}"):
            refused = await world.forge(world.ada, world.channel, forged)
            assert "comes later in your challenge" in refused.response.content
    shown = await world.open_challenge(world.ada)
    refused = await world.forge(world.ada, world.channel, f"a:{first + 1}:0")
    assert "comes later in your challenge" in refused.response.content
    await world.answer(world.ada, shown)
    # the verdict is read, but the next question has not been asked for
    refused = await world.forge(world.ada, world.channel, f"a:{first + 1}:0")
    assert "comes later in your challenge" in refused.response.content
    async with world.sql() as transaction:
        assert await transaction.run("SELECT count(*) FROM answer") == [(1,)]


async def test_time_runs_only_while_a_question_is_open(world: World) -> None:
    await world.write_questions(5)
    await world.begin_challenge()
    shown = await world.open_challenge(world.ada)
    for number in range(6):
        await world.wait(4)
        verdict = await world.answer(world.ada, shown)
        await world.wait(3600 if number < 3 else 0)  # between two questions
        if number == 1:
            await world.restart(away=60)
        shown = await world.go_on(world.ada, verdict)
        if number == 2:
            # looking at the same question again does not wind its time back, nor does a restart
            await world.wait(10)
            await world.restart(away=10)
            shown = await world.open_challenge(world.ada)
    assert "⏱️ 0:44" in text(shown)


async def test_less_time_wins_among_equal_points(world: World) -> None:
    card = await world.begin_challenge()
    await world.play(world.ada, seconds=9)
    await world.play(world.grace, seconds=8)
    await world.play(world.linus, right=3, seconds=1)
    assert "you are 2nd of 3 so far" in text((await world.ada.click(card, label="My rank")).response)
    board = text((await world.ada.slash(world.channel, "leaderboard", period="this challenge")).response)
    found = re.findall(r"\*\*(\d)\.\*\* (<@\d+>)", board)
    assert found == [("1", world.grace.mention), ("2", world.ada.mention), ("3", world.linus.mention)]


@pytest.mark.parametrize("stage", ["question", "verdict", "sheet", "end"])
async def test_stop_and_go_on_at_every_stage(world: World, stage: str) -> None:
    await world.begin_challenge()
    shown = await world.open_challenge(world.ada)
    while "Choose 2" not in text(shown):
        shown = await world.go_on(world.ada, await world.answer(world.ada, shown))
    position = re.search(r"question (\d) of 4", text(shown))[1]  # type: ignore[index]
    before = offered(shown)
    if stage == "sheet":
        shown = await world.choose(world.ada, "the right one", shown)
    elif stage == "verdict":
        shown = await world.answer(world.ada, shown)
    elif stage == "end":
        shown = await world.play(world.ada)
    await world.restart(away=600)
    if stage == "question":
        # the same message, and the same order in a new one
        assert offered(await world.open_challenge(world.ada)) == before
        shown = await world.go_on(world.ada, await world.answer(world.ada, shown))
    elif stage == "sheet":
        shown = await world.choose(world.ada, "the other right one", shown)
        shown = await world.go_on(world.ada, (await world.ada.click(shown, label="Submit")).response)
    elif stage == "verdict":
        shown = await world.go_on(world.ada, shown)
    if is_question(shown):
        assert f"question {int(position) + 1} of 4" in text(shown)
        shown = await world.play(world.ada)
    if stage == "end":
        shown = await world.open_challenge(world.ada)
    assert "**40** · 4/4" in text(shown)


async def test_my_rank_and_play_tell_what_is_left(world: World) -> None:
    card = await world.begin_challenge()
    nothing = (await world.ada.click(card, label="My rank")).response
    assert "You have not begun challenge #1 yet" in text(nothing)
    shown = (await world.ada.click(nothing, label="Play")).response
    assert is_question(shown)
    await world.answer(world.ada, shown)
    rank = (await world.ada.click(card, label="My rank")).response
    assert "You are 1st of 1 so far" in text(rank)
    assert "3 questions left" in text(rank)
    assert "question 2 of 4" in text((await world.ada.click(rank, label="Go on")).response)


async def test_its_questions_are_not_asked_in_quizzes(world: World) -> None:
    await world.write_questions(9)
    await world.begin_challenge(questions="5")
    challenge = set()
    shown = await world.open_challenge(world.ada)
    while is_question(shown):
        challenge.add(text(shown).splitlines()[2])
        shown = await world.go_on(world.ada, await world.answer(world.ada, shown))
    await world.restart()
    await world.start_quiz(questions=50)
    quiz = set()
    for _ in range(5):
        quiz.add(text(world.card).splitlines()[2])
        await world.answer(world.ada, world.card)
        await world.wait(80 if len(quiz) == 1 else 12)  # later ones close when she has answered
    assert "Quiz over · 5 questions" in text(world.last)
    assert len(challenge) == 5
    assert len(quiz) == 5
    assert not quiz & challenge


async def test_a_quiz_that_runs_already_leaves_its_questions_out(world: World) -> None:
    await world.write_questions(9)
    await world.pick(await world.set_up(), "questions", "5")
    await world.start_quiz(questions=5, topic="one")
    first = text(world.card).splitlines()[2]
    await world.mona.slash(world.channel, "challenge now")
    challenge = set()
    shown = await world.open_challenge(world.grace)
    while is_question(shown):
        challenge.add(text(shown).splitlines()[2])
        shown = await world.go_on(world.grace, await world.answer(world.grace, shown))
    quiz = set()
    for number in range(4):
        await world.answer(world.ada, world.card)
        await world.wait(80 if number == 0 else 12)
        quiz.add(text(world.card).splitlines()[2])
    assert len(challenge) == 5
    assert len(quiz) == 4
    assert not quiz - {first} & challenge


async def test_questions_are_asked_twice_only_when_there_are_no_others(world: World) -> None:
    await world.begin_challenge()  # has all four
    await world.start_quiz(questions=1, topic="one")
    assert "Question 1 of 1" in text(world.card)


async def test_an_author_earns_nothing_with_a_question_of_theirs(world: World) -> None:
    await world.write_questions(4, author=world.ada)
    card = await world.begin_challenge()
    shown = await world.open_challenge(world.ada)
    own = 0
    while is_question(shown):
        verdict = await world.answer(world.ada, shown)
        if "You wrote this question, so it earns you no points" in text(verdict):
            own += 1
            assert "✅ Correct\n" in text(verdict)
        shown = await world.go_on(world.ada, verdict)
    assert own == 4
    await world.play(world.grace)
    board = text((await world.grace.slash(world.channel, "leaderboard", period="this challenge")).response)
    assert f"**1.** {world.grace.mention} · **50**" in board
    assert f"**2.** {world.ada.mention} · **10**" in board
    # nothing is left for her to do
    rank = (await world.ada.click(card, label="My rank")).response
    assert "All answered: you are 2nd of 2 so far" in text(rank)
    assert "Go on" not in buttons(rank)


async def test_an_author_of_all_questions_is_told_that_nothing_is_left(world: World) -> None:
    await world.write_questions(4, author=world.ada)
    await world.begin_challenge(topics=["one"])
    shown = await world.play(world.ada)
    assert "You have not begun" not in text(shown)
    assert "Play" not in buttons(shown)


async def test_a_hidden_member_sees_a_rank_that_makes_sense(world: World) -> None:
    await world.begin_challenge()
    await world.play(world.ada)
    await world.forge(world.ada, world.channel, "v:1")
    shown = await world.open_challenge(world.ada)
    assert "of 0" not in text(shown)


async def test_a_changed_bank_does_not_change_a_running_challenge(world: World) -> None:
    await world.begin_challenge()
    before = await world.open_challenge(world.ada)
    for name in ("one", "two"):
        file = world.banks / "sample" / f"{name}.yaml"
        file.write_text(file.read_text().replace("right?", "changed?").replace("id: ", "id: new-"))
    assert "✅" in text((await world.mona.slash(world.channel, "reload")).response)
    assert text(await world.open_challenge(world.ada)) == text(before)
    await world.restart()
    assert text(await world.open_challenge(world.ada)) == text(before)
    assert "4/4" in text(await world.play(world.ada))


# the end


async def test_the_podium(world: World) -> None:
    await world.set_challenge()
    await world.until(*MONDAY_EVENING, 1)
    card = world.last
    await world.play(world.ada, right=4)
    await world.play(world.grace, right=3)
    await world.play(world.linus, right=1)
    (fourth,) = world.newcomers(1)
    await world.play(fourth, right=0)
    await world.until(2026, 1, 12, 18, 1)
    podium = world.find("Challenge #1 is over")
    shown = text(podium)
    assert f"🥇 **1.** {world.ada.mention} · **40** · 4/4" in shown
    assert f"🥈 **2.** {world.grace.mention} · **30** · 3/4" in shown
    assert f"🥉 **3.** {world.linus.mention} · **10** · 1/4" in shown
    assert fourth.mention not in shown
    assert "**4 members** played · 🎯 **50%** right" in shown
    assert "**Hardest question** (25% right)" in shown
    assert "The explanation of the" in shown
    assert "Most improved" not in shown
    assert "It is over; the podium follows" in text(world._again(card))
    assert "Play" not in buttons(world._again(card))
    await world.restart()
    rank = (await fourth.click(podium, label="My rank")).response
    assert "You came in 4th of 4" in text(rank)
    everyone = (await world.ada.click(podium, label="All places")).response
    assert fourth.mention in text(everyone)
    (stranger,) = world.newcomers(1)
    assert "You did not play challenge #1" in text((await stranger.click(podium, label="My rank")).response)


async def test_the_most_improved_member_is_named(world: World) -> None:
    await world.set_challenge()
    for week, (ada, grace) in enumerate([(4, 1), (3, 3)]):
        await world.until(2026, 1, 5 + 7 * week, 18, 1)
        await world.play(world.ada, right=ada)
        await world.play(world.grace, right=grace)
    await world.until(2026, 1, 19, 18, 1)
    podium = text(world.find("Challenge #2 is over"))
    assert f"Most improved: {world.grace.mention}, from 25% to 75% of the points" in podium


async def test_equals_share_a_place_on_the_podium(world: World) -> None:
    card = await world.begin_challenge()
    members = [world.ada, world.grace, *world.newcomers(3)]
    for member in members:
        await world.play(member, right=4 if member is world.ada else 2, seconds=5)
    await world.play(world.linus, right=1)
    await world.until(*MONDAY_EVENING, 1)
    podium = text(world.find("Challenge #1 is over"))
    places = re.findall(r"\*\*(\d)\.\*\* (<@\d+>)", podium)
    assert places[0] == ("1", world.ada.mention)
    assert sorted(places[1:]) == sorted(("2", member.mention) for member in members[1:])
    rank = (await world.linus.click(card, custom_id="k:1")).response
    assert "You came in 6th of 6" in text(rank)


async def test_late_clicks_are_refused_with_the_key_only_after_the_end(world: World) -> None:
    card = await world.begin_challenge()
    shown = await world.open_challenge(world.ada)
    await world.until(2026, 1, 5, 17, 59, 59)
    assert "The answer is" not in "".join(map(text, world.seen(world.ada)))
    await world.until(*MONDAY_EVENING, 1)
    late = (await world.ada.click(shown, label="A")).response
    assert "This question is closed" in text(late)
    assert "came too late" in text(late)
    assert "The answer is" in text(late)
    (play,) = await world.at_once([(world.ada, card, "Play")])
    assert "You did not play challenge #1" in text(play.response)
    assert "Play" not in buttons(play.response)
    async with world.sql() as transaction:
        assert await transaction.run("SELECT count(*) FROM answer") == [(0,)]


async def test_a_hidden_member_is_neither_on_the_podium_nor_champion(world: World) -> None:
    role = world.guild.create_role("Champion")
    await world.let_manage_roles()
    await world.set_challenge(champion=role)
    await world.until(*MONDAY_EVENING, 1)
    await world.play(world.ada)
    await world.play(world.grace, right=3)
    await world.forge(world.ada, world.channel, "v:1")
    await world.until(2026, 1, 12, 18, 1)
    podium = world.find("Challenge #1 is over")
    assert world.ada.mention not in text(podium)
    assert not world.has_role(world.ada, role)
    assert world.has_role(world.grace, role)
    assert world.ada.mention not in text(world.find("It is over; the podium"))
    assert "You came in 1st" in text((await world.ada.click(podium, label="My rank")).response)


async def test_the_card_is_marked_as_over_although_discord_had_trouble(world: World) -> None:
    card = await world.begin_challenge()
    await world.until(2026, 1, 5, 17, 59, 59)
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=503, times=1)
    await world.wait(600)
    assert world.count("Challenge #1 is over") == 1
    assert "Play" not in buttons(world._again(card))


async def test_nobody_played(world: World) -> None:
    await world.begin_challenge()
    await world.until(*MONDAY_EVENING, 1)
    assert "Nobody played this time" in text(world.last)
    assert world.last.components


async def test_the_champion_gets_the_role_and_the_old_one_loses_it(world: World) -> None:
    role = world.guild.create_role("Champion")
    await world.let_manage_roles()
    await world.set_challenge(champion=role)
    await world.until(*MONDAY_EVENING, 1)
    await world.play(world.ada)
    await world.play(world.grace, right=2)
    await world.until(2026, 1, 12, 18, 1)
    assert world.has_role(world.ada, role)
    await world.restart()
    await world.play(world.ada, right=2)
    await world.play(world.grace)
    assert world.has_role(world.ada, role)
    await world.until(2026, 1, 19, 18, 1)
    assert not world.has_role(world.ada, role)
    assert world.has_role(world.grace, role)
    # nobody plays: nobody is champion
    await world.until(2026, 1, 26, 18, 1)
    assert not world.has_role(world.grace, role)
    assert world.told(world.mona) == []


async def test_two_winners_are_both_champions(world: World) -> None:
    role = world.guild.create_role("Champion")
    await world.let_manage_roles()
    await world.set_challenge(champion=role)
    await world.until(*MONDAY_EVENING, 1)
    for member in (world.ada, world.grace):
        await world.play(member, seconds=5)
    await world.until(2026, 1, 12, 18, 1)
    assert world.has_role(world.ada, role)
    assert world.has_role(world.grace, role)


async def test_a_role_that_can_not_be_given_is_told_in_private(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    role = world.guild.create_role("Champion")
    await world.set_challenge(champion=role)
    await world.until(*MONDAY_EVENING, 1)
    await world.play(world.ada)
    await world.until(2026, 1, 12, 18, 1)
    assert world.count("Challenge #1 is over") == 1
    (told,) = world.told(world.mona)
    assert "The champion's role could not be moved" in told
    assert "Manage Roles" in told
    assert f"https://discord.com/channels/{world.guild.id}" in told
    assert f"I can't give <@&{role.id}> to the champion" in text(await world.set_up())
    # and it mends itself in the week after
    await world.let_manage_roles()
    await world.play(world.grace)
    await world.until(2026, 1, 19, 18, 1)
    assert world.has_role(world.grace, role)
    assert len(world.told(world.mona)) == 1


async def test_history_has_pages(world: World) -> None:
    empty = await world.ada.slash(world.channel, "challenge history")
    assert empty.ephemeral
    assert "There are none yet" in text(empty.response)
    await world.set_challenge(weekday="0", days="1")
    for week in range(11):
        await world.until(2026, 1, 5 + 7 * week, 18, 1) if week < 4 else await world.wait(7 * 86400)
        if week == 0:
            await world.play(world.ada)
    await world.wait(2 * 86400)
    first = (await world.ada.slash(world.channel, "challenge history")).response
    assert "11 challenges, page 1 of 2" in text(first)
    assert "**#11**" in text(first)
    assert "**#1**" not in text(first)
    assert buttons(first)["First"]["disabled"]
    await world.restart()
    last = (await world.ada.click(first, label="Last")).response
    assert "page 2 of 2" in text(last)
    assert f"**#1** · <t:1767722401:d> · 1 played\n🥇 {world.ada.mention} · 40 points" in text(last)
    assert buttons(last)["Next"]["disabled"]
    places = (await world.ada.click(last, label="Places")).response
    assert "Challenge #1" in text(places)
    assert f"{world.ada.mention} · **40**" in text(places)


async def test_cancel(world: World) -> None:
    refused = await world.mona.slash(world.channel, "challenge cancel")
    assert "No challenge is running" in text(refused.followups[-1] if refused.followups else refused.response)
    card = await world.begin_challenge()
    shown = await world.open_challenge(world.ada)
    verdict = await world.answer(world.ada, shown)
    points = re.search(r"\+(\d+) points", text(verdict))[1]  # type: ignore[index]
    done = await world.mona.slash(world.channel, "challenge cancel")
    assert "Challenge #1 is cancelled" in text(done.followups[-1] if done.followups else done.response)
    assert "It was cancelled" in text(world._again(card))
    assert "Play" not in buttons(world._again(card))
    late = await world.go_on(world.ada, verdict)
    assert "question 2" not in text(late)
    await world.until(2026, 1, 20)
    assert world.count("Challenge #1 is over") == 0
    assert "There are none yet" in text((await world.ada.slash(world.channel, "challenge history")).response)
    board = text((await world.ada.slash(world.channel, "leaderboard", period="all time")).response)
    assert f"{world.ada.mention} · **{points}**" in board
    await world.mona.slash(world.channel, "challenge now")
    assert "Weekly challenge #1" in text(world.last)  # its number is free again


async def test_the_next_one_begins_as_planned_after_a_cancel(world: World) -> None:
    await world.set_challenge()
    await world.until(2026, 1, 5, 13)
    await world.mona.slash(world.channel, "challenge now")  # ends a week later: there are only 5 hours left
    await world.mona.slash(world.channel, "challenge cancel")
    assert "The next one begins <t:1767636000:R>" in text(await world.set_up())
    await world.until(*MONDAY_EVENING, 1)
    assert world.count("⏳ Ends") == 1


async def test_one_at_a_time(world: World) -> None:
    nothing = await world.ada.slash(world.channel, "challenge play")
    assert "No challenge is running here" in nothing.response.content
    refused = await world.mona.slash(world.channel, "challenge now")
    assert "`/challenge setup`" in refused.response.content
    await world.begin_challenge()
    refused = await world.mona.slash(world.channel, "challenge now")
    assert "Challenge #1 is running" in refused.response.content
    assert buttons(await world.set_up())["Begin one now"]["disabled"]


# at the same instant


async def test_two_begins_at_the_same_instant_give_one_challenge(world: World) -> None:
    panel = await world.set_challenge()
    results = await world.commands_at_once([(world.mona, "challenge now"), (world.mona, "challenge now")])
    assert sorted("is running" in result.response.content for result in results) == [False, True]
    await world.at_once([(world.mona, panel, "Begin one now")])
    assert "Challenge #1 is running" in world.seen(world.mona)[-1].content
    assert world.count("Weekly challenge #") == 1


async def test_begin_by_hand_in_the_instant_of_the_planned_start(world: World) -> None:
    await world.set_challenge()
    await world.until(2026, 1, 5, 18, 0, 1)
    world.env.backend.advance_clock(1)
    await world.commands_at_once([(world.mona, "challenge now")])
    await world.wait(60)
    assert world.count("⏳ Ends") == 1
    await world.until(2026, 1, 12, 19)
    assert world.count("Challenge #1 is over") == 1
    assert world.count("⏳ Ends") == 1


async def test_play_twice_at_the_same_instant(world: World) -> None:
    card = await world.begin_challenge()
    first, second = await world.at_once([(world.ada, card, "Play"), (world.ada, card, "Play")])
    assert text(first.response) == text(second.response)
    assert offered(first.response) == offered(second.response)
    async with world.sql() as transaction:
        assert await transaction.run("SELECT count(*) FROM shown") == [(1,)]


async def test_an_answer_and_next_twice_at_the_same_instant(world: World) -> None:
    await world.begin_challenge(topics=["one"])
    shown = (await world.open_challenge(world.ada)).message
    first, second = await world.at_once([(world.ada, shown, "A"), (world.ada, shown, "B")])
    verdicts = [text(first.response), text(second.response)]
    async with world.sql() as transaction:
        assert await transaction.run("SELECT count(*) FROM answer") == [(1,)]
    assert any("first answer stands" in verdict for verdict in verdicts)
    verdict = first.response.message
    (label,) = buttons(verdict)
    results = await world.at_once([(world.ada, verdict, label), (world.ada, verdict, label)])
    assert all("question 2 of" in text(result.response) for result in results)
    async with world.sql() as transaction:
        assert await transaction.run("SELECT count(*) FROM shown") == [(2,)]


async def test_an_answer_in_the_instant_of_the_end(world: World) -> None:
    await world.begin_challenge(topics=["one"])
    ada, grace = [(await world.open_challenge(member)).message for member in (world.ada, world.grace)]
    await world.until(2026, 1, 5, 17, 59, 59)
    world.env.backend.advance_clock(0.9)
    (result,) = await world.at_once([(world.ada, ada, letter(ada, "the right one"))])
    assert "✅ Correct" in text(result.response)
    world.env.backend.advance_clock(0.2)
    (result,) = await world.at_once([(world.grace, grace, letter(grace, "the right one"))])
    assert "This question is closed" in text(result.response)
    await world.wait(60)
    podium = text(world.find("Challenge #1 is over"))
    assert f"{world.ada.mention} · **10**" in podium
    assert world.grace.mention not in podium


async def test_a_choice_on_the_panel_in_the_instant_of_the_start_does_not_skip_the_week(world: World) -> None:
    panel = await world.set_challenge()
    await world.until(2026, 1, 5, 18, 0, 1)  # it begins two seconds after its hour
    await world.pick(panel, "questions", "20")
    await world.wait(60)
    assert world.count("Weekly challenge #1") == 1


async def test_cancel_in_the_instant_of_the_end(world: World) -> None:
    card = await world.begin_challenge()
    await world.play(world.ada)
    await world.until(2026, 1, 5, 18, 0, 0)
    world.env.backend.advance_clock(1.0)
    await world.commands_at_once([(world.mona, "challenge cancel")])
    await world.wait(60)
    over, cancelled = world.count("Challenge #1 is over"), "It was cancelled" in text(world._again(card))
    assert over + cancelled == 1
