"""Private reminders: on days with something due, at the member's hour, and only if they want them."""

from __future__ import annotations

import pytest

from tests.cogs.reminding import DAY, DUE, answer, at, received, reminded, switch_off, switch_on
from tests.messages import buttons, text
from tests.world import World

# on and off


async def test_switching_on_says_when_and_shows_that_messages_come_through(world: World) -> None:
    told = await switch_on(world)
    assert "**18:00** (UTC)" in told
    assert "Next: <t:1767290400:F>" in told
    assert "`/remind off`" in told
    (greeting,) = received(world, world.ada)
    assert "Your reminders come here" in text(greeting)
    assert "**18:00** (UTC)" in text(greeting)


async def test_the_hour_and_the_zone_are_chosen(world: World) -> None:
    told = await switch_on(world, hour=7, zone="america/new york")
    assert "**7:00** (America/New_York)" in told
    assert "Next: <t:1767268800:F>" in told  # noon in UTC
    assert "America/New_York is also your calendar for `/review` and `/plan`" in told
    # what is left out stays as it was
    assert "**7:00** (America/New_York)" in await switch_on(world)
    assert "**0:00** (America/New_York)" in await switch_on(world, hour=0)
    assert "**0:00** (Asia/Kathmandu)" in await switch_on(world, zone="Asia/Kathmandu")


async def test_the_zone_of_the_server_is_taken_and_kept(world: World) -> None:
    assert "Not in UTC?" in await switch_on(world)
    await world.set_zone("Europe/Berlin")
    assert "**18:00** (Europe/Berlin)" in await switch_on(world)
    await world.set_zone("Asia/Kathmandu")
    assert "**18:00** (Europe/Berlin)" in await switch_on(world)
    assert "**18:00** (Asia/Kathmandu)" in await switch_on(world, world.grace)


async def test_an_unknown_zone_changes_nothing(world: World) -> None:
    assert "Did you mean Europe/Berlin?" in await switch_on(world, zone="Europe/Berln")
    assert received(world, world.ada) == []
    assert "You have no reminders" in await switch_off(world)


async def test_zones_complete(world: World) -> None:
    choices = await world.ada.autocomplete(world.channel, "remind on", "zone", "new y")
    assert {"name": "America/New_York", "value": "America/New_York"} in choices


async def test_off(world: World) -> None:
    assert "You have no reminders" in await switch_off(world)
    await switch_on(world)
    await answer(world, world.ada, right=False)
    assert "Your reminders are off" in await switch_off(world)
    assert "You have no reminders" in await switch_off(world)
    await world.until(2026, 1, 6)
    assert reminded(world, world.ada) == []


# when they come


async def test_nobody_is_reminded_unasked(world: World) -> None:
    await answer(world, world.ada, right=False)
    await world.until(2026, 1, 8)
    assert received(world, world.ada) == []


async def test_a_reminder_comes_on_days_with_something_due(world: World) -> None:
    await switch_on(world)
    await world.until(2026, 1, 1, 19)
    await answer(world, world.ada, right=False)
    await answer(world, world.ada, topic="two")
    assert reminded(world, world.ada) == []
    await world.until(2026, 1, 3)
    (first,) = received(world, world.ada, DUE)
    assert "**1 question** is due today" in text(first)
    assert buttons(first)["Review"]["custom_id"] == "review:0:1"
    assert "`/remind off`" in text(first)
    await world.until(2026, 1, 4)
    assert reminded(world, world.ada) == [at(1, 2, 18), at(1, 3, 18)]
    assert "**2 questions** are due today" in text(received(world, world.ada, DUE)[-1])


async def test_no_reminder_once_all_is_reviewed(world: World) -> None:
    await world.write_questions(1)
    await switch_on(world)
    await answer(world, world.ada, right=False)
    await world.until(2026, 1, 2, 17, 59)
    await answer(world, world.ada)  # the same question, just before the reminder
    await world.until(2026, 1, 2, 23)
    assert reminded(world, world.ada) == []
    await world.until(2026, 1, 12)
    assert len(reminded(world, world.ada)) > 1  # it is due again some day


async def test_questions_that_were_removed_are_not_due(world: World) -> None:
    await switch_on(world)
    await answer(world, world.ada, right=False)
    await world.write_questions(2)
    await world.until(2026, 1, 4)
    assert reminded(world, world.ada) == []


async def test_questions_that_wait_in_a_challenge_are_not_due(world: World) -> None:
    await world.write_questions(1)
    await switch_on(world, hour=9)
    await answer(world, world.ada, right=False)
    await world.begin_challenge(topics=["one"])
    await world.until(2026, 1, 2, 10)
    assert "Nothing is due today" in text((await world.ada.slash(world.channel, "review")).response)
    assert reminded(world, world.ada) == []
    await world.until(2026, 1, 6, 10)  # the challenge ended on the evening before
    assert reminded(world, world.ada) == [at(1, 6, 9)]


async def test_it_comes_by_the_clock_of_the_member(world: World) -> None:
    await world.restart(away=85 * DAY)  # 27 March; clocks in Berlin change on the 29th
    await switch_on(world, hour=18, zone="Europe/Berlin")
    await answer(world, world.ada, right=False)
    await world.until(2026, 3, 31)
    assert reminded(world, world.ada) == [
        at(3, 28, 17),
        at(3, 29, 16),
        at(3, 30, 16),
    ]


async def test_what_is_due_is_told_by_the_day_of_the_member(world: World) -> None:
    await answer(world, world.ada, right=False)  # due on 2 January
    await switch_on(world, hour=0, zone="Pacific/Apia")  # 13 hours ahead
    await world.until(2026, 1, 2)
    assert reminded(world, world.ada) == [at(1, 1, 11)]


async def test_two_members_at_the_same_hour(world: World) -> None:
    for member in (world.ada, world.grace, world.linus):
        await switch_on(world, member)
    for member in (world.ada, world.grace):
        await answer(world, member, right=False)
    await world.until(2026, 1, 2, 19)
    assert [len(reminded(world, m)) for m in (world.ada, world.grace, world.linus)] == [1, 1, 0]


async def test_many_members_at_the_same_hour(world: World) -> None:
    members = world.newcomers(12)
    await world.mona.slash(world.other, "question", topic="one")
    card = [m for m in world.other.history() if not m.flags.ephemeral][-1]
    for member in members:
        await switch_on(world, member)
        await world.answer(member, card, right=False)
    await world.until(2026, 1, 2, 19)
    assert {len(reminded(world, member)) for member in members} == {1}


async def test_changing_the_hour_moves_the_reminder(world: World) -> None:
    await answer(world, world.ada, right=False)
    await switch_on(world)
    await switch_on(world, hour=20)
    await world.until(2026, 1, 2, 12)
    await switch_on(world, hour=13)
    await world.until(2026, 1, 4)
    assert reminded(world, world.ada) == [at(1, 2, 13), at(1, 3, 13)]


# restarts and absences


async def test_reminders_outlive_restarts_and_come_once(world: World) -> None:
    await switch_on(world)
    await answer(world, world.ada, right=False)
    await world.restart()
    await world.until(2026, 1, 2, 17, 59)
    await world.restart()
    await world.until(2026, 1, 2, 18, 1)
    await world.restart()
    await world.wait(60)
    await world.restart()
    await world.until(2026, 1, 2, 23)
    assert reminded(world, world.ada) == [at(1, 2, 18)]


async def test_away_over_the_hour_it_comes_late_on_the_same_day(world: World) -> None:
    await switch_on(world)
    await answer(world, world.ada, right=False)
    await world.until(2026, 1, 2, 12)
    await world.restart(away=8 * 3600)
    await world.wait(60)
    assert reminded(world, world.ada) == [at(1, 2, 20)]
    await world.until(2026, 1, 3, 18, 1)
    assert len(reminded(world, world.ada)) == 2


@pytest.mark.parametrize("days", [1, 30])
async def test_away_over_the_day_it_does_not_come_late(world: World, days: int) -> None:
    await switch_on(world)
    await answer(world, world.ada, right=False)
    await world.until(2026, 1, 2, 12)
    await world.restart(away=days * DAY)  # at noon
    await world.wait(60)
    assert reminded(world, world.ada) == []
    await world.wait(DAY)
    assert len(reminded(world, world.ada)) == 1


# in direct messages


async def test_from_the_direct_messages_with_the_bot(world: World) -> None:
    ada = world.ada.user
    told = await ada.slash("remind on", hour=9, zone="Europe/Berlin")
    assert not told.ephemeral
    assert "**9:00** (Europe/Berlin)" in text(told.response)
    (greeting,) = received(world, world.ada, "Your reminders come here")
    assert "**9:00** (Europe/Berlin)" in text(greeting)
    await answer(world, world.ada, right=False)
    await world.until(2026, 1, 3)
    assert reminded(world, world.ada) == [at(1, 2, 8)]
    assert "reminders are off" in text((await ada.slash("remind off")).response)


async def test_utc_is_a_guess_in_direct_messages(world: World) -> None:
    told = await world.ada.user.slash("remind on")
    assert "Not in UTC?" in text(told.response)
    await world.set_zone("Europe/Berlin")
    assert "**18:00** (Europe/Berlin)" in await switch_on(world)
