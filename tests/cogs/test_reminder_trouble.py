"""Reminders when members take no direct messages, and when Discord is in trouble."""

from __future__ import annotations

import pytest

from tests.cogs.reminding import (
    answer,
    at,
    close_messages,
    open_messages,
    received,
    reminded,
    switch_off,
    switch_on,
)
from tests.messages import text
from tests.world import World


async def test_closed_direct_messages_are_noticed_at_once(world: World) -> None:
    close_messages(world, world.ada)
    told = await switch_on(world)
    assert "I may not write to you" in told
    assert "privacy settings" in told
    assert "You have no reminders" in await switch_off(world)
    open_messages(world)
    await answer(world, world.ada, right=False)
    await world.until(2026, 1, 4)
    assert received(world, world.ada) == []


async def test_a_change_that_meets_closed_direct_messages_ends_reminders(world: World) -> None:
    await switch_on(world)
    close_messages(world, world.ada)
    assert "Reminders are off" in await switch_on(world, hour=9)
    assert "You have no reminders" in await switch_off(world)


@pytest.mark.parametrize("code", [50007, 50278])
async def test_closed_later_reminders_end_and_the_member_is_told_once(world: World, code: int) -> None:
    await switch_on(world)
    await answer(world, world.ada, right=False)
    channel = world.env.backend.get_dm_channel(world.ada.id).id
    world.env.inject_error("POST", f"/channels/{channel}/messages", status=403, code=code, times=None)
    await world.until(2026, 1, 2, 19)
    tried = len(world.requests("POST", f"/channels/{channel}/messages"))
    await world.restart()
    await world.until(2026, 1, 5)
    assert len(world.requests("POST", f"/channels/{channel}/messages")) <= tried
    told = await switch_off(world)
    assert "I could no longer write to you" in told
    assert "You have no reminders" in await switch_off(world)


async def test_the_note_comes_with_the_review_once(world: World) -> None:
    await switch_on(world)
    await answer(world, world.ada, right=False)
    close_messages(world, world.ada)
    await world.until(2026, 1, 2, 19)
    notes = []
    for _ in range(2):
        result = await world.ada.slash(world.channel, "review")
        assert "1 due today" in text(result.response)
        notes.append([text(note) for note in result.followups])
        assert all(note.flags.ephemeral for note in result.followups)
    ((note,), none) = notes
    assert "I could no longer write to you" in note
    assert none == []
    assert "You have no reminders" in await switch_off(world)


@pytest.mark.parametrize("code", [50007, 50278])
async def test_who_shares_no_server_with_the_bot_is_told_in_direct_messages_too(
    world: World, code: int
) -> None:
    channel = world.env.backend.get_dm_channel(world.ada.id).id
    world.env.inject_error("POST", f"/channels/{channel}/messages", status=403, code=code, times=None)
    told = text((await world.ada.user.slash("remind on")).response)
    assert "I may not write to you. That takes a server where we both are" in told
    open_messages(world)
    assert "You have no reminders" in await switch_off(world)


async def test_who_is_refused_again_needs_no_other_note(world: World) -> None:
    await switch_on(world)
    await answer(world, world.ada, right=False)
    close_messages(world, world.ada)
    await world.until(2026, 1, 2, 19)
    assert "I may not write to you" in await switch_on(world)
    assert "You have no reminders" in await switch_off(world)


async def test_switching_on_again_after_closed_messages(world: World) -> None:
    await switch_on(world)
    await answer(world, world.ada, right=False)
    close_messages(world, world.ada)
    await world.until(2026, 1, 2, 19)
    open_messages(world)
    await switch_on(world)
    assert "Your reminders are off." in await switch_off(world)
    await switch_on(world)
    await world.until(2026, 1, 3, 19)
    assert reminded(world, world.ada) == [at(1, 3, 18)]


@pytest.mark.parametrize("status", [500, 503])
async def test_trouble_at_discord_delays_a_reminder(world: World, status: int) -> None:
    await switch_on(world)
    await answer(world, world.ada, right=False)
    await world.until(2026, 1, 2, 17)
    close_messages(world, world.ada, 2, status=status)
    await world.until(2026, 1, 2, 19)
    assert reminded(world, world.ada) == [at(1, 2, 18)]
    await world.until(2026, 1, 4)
    assert len(reminded(world, world.ada)) == 2


async def test_trouble_of_hours_delays_a_reminder_within_its_day(world: World) -> None:
    await switch_on(world)
    await answer(world, world.ada, right=False)
    await world.until(2026, 1, 2, 17)
    close_messages(world, world.ada, status=503)
    await world.until(2026, 1, 2, 21)
    open_messages(world)
    await world.until(2026, 1, 2, 22)
    assert [when.day for when in reminded(world, world.ada)] == [2]


async def test_trouble_over_midnight_costs_one_reminder(world: World) -> None:
    await switch_on(world, hour=23)
    await answer(world, world.ada, right=False)
    await world.until(2026, 1, 2, 22)
    close_messages(world, world.ada, status=503)
    await world.until(2026, 1, 3, 1)
    open_messages(world)
    await world.until(2026, 1, 4)
    assert reminded(world, world.ada) == [at(1, 3, 23)]


async def test_a_refusal_for_another_reason_costs_one_reminder(world: World) -> None:
    await switch_on(world)
    await answer(world, world.ada, right=False)
    await world.until(2026, 1, 2, 17)
    channel = world.env.backend.get_dm_channel(world.ada.id).id
    world.env.inject_error("POST", f"/channels/{channel}/messages", status=403, code=20026, times=1)
    await world.until(2026, 1, 4)
    assert reminded(world, world.ada) == [at(1, 3, 18)]


async def test_writing_to_many_people_too_fast_passes(world: World) -> None:
    await switch_on(world)
    await answer(world, world.ada, right=False)
    await world.until(2026, 1, 2, 17)
    channel = world.env.backend.get_dm_channel(world.ada.id).id
    world.env.inject_error("POST", f"/channels/{channel}/messages", status=403, code=40003, times=2)
    await world.until(2026, 1, 2, 19)
    assert len(reminded(world, world.ada)) == 1


async def test_trouble_while_switching_on_is_told(world: World) -> None:
    close_messages(world, world.ada, status=503)
    assert "Try again in a few minutes" in await switch_on(world)
    assert "You have no reminders" in await switch_off(world)


async def test_writing_too_fast_while_switching_on_is_told_with_a_next_step(world: World) -> None:
    channel = world.env.backend.get_dm_channel(world.ada.id).id
    world.env.inject_error("POST", f"/channels/{channel}/messages", status=403, code=40003, times=1)
    assert "Use `/remind on` again in an hour." in await switch_on(world)
    assert "You have no reminders" in await switch_off(world)


@pytest.mark.parametrize(("status", "code"), [(400, 50007), (404, 10013)])
async def test_direct_messages_that_can_not_even_be_opened(world: World, status: int, code: int) -> None:
    await switch_on(world)
    await answer(world, world.ada, right=False)
    await world.restart()  # so that the channel is asked for again
    world.env.inject_error("POST", "/users/@me/channels", status=status, code=code, times=1)
    await world.until(2026, 1, 2, 19)
    assert "I could no longer write to you" in await switch_off(world)


async def test_one_who_can_not_be_reached_stops_nobody_else(world: World) -> None:
    for member in (world.ada, world.grace):
        await switch_on(world, member)
        await answer(world, member, right=False)
    close_messages(world, world.ada)
    await world.until(2026, 1, 2, 19)
    assert (len(reminded(world, world.ada)), len(reminded(world, world.grace))) == (0, 1)
    assert "no longer" not in await switch_off(world, world.grace)


async def test_a_kill_while_a_reminder_is_sent_repeats_it_under_the_same_nonce(world: World) -> None:
    """Discord then shows one message; SimCord ignores nonces."""
    await switch_on(world)
    await answer(world, world.ada, right=False)
    await world.until(2026, 1, 2, 17, 59)
    async with world.sql() as transaction:
        ((due_at,),) = await transaction.run("SELECT due_at FROM timer WHERE kind = 'remind'")
    await world.until(2026, 1, 2, 18, 1)
    await world.kill()
    async with world.sql() as transaction:
        await transaction.run("UPDATE timer SET due_at = ? WHERE kind = 'remind'", (due_at,))
    await world.restart()
    await world.wait(60)
    channel = world.env.backend.get_dm_channel(world.ada.id).id
    _, *sent = world.requests("POST", f"/channels/{channel}/messages")
    assert len(sent) == 2
    assert sent[0].json["nonce"] == sent[1].json["nonce"]
    assert len(sent[0].json["nonce"]) <= 25
    assert sent[0].json["enforce_nonce"]


async def test_a_zone_that_this_machine_does_not_know_stops_nobody(world: World) -> None:
    await switch_on(world, hour=7, zone="Asia/Kathmandu")
    await answer(world, world.ada, right=False)
    async with world.sql() as transaction:
        await transaction.run("UPDATE member SET zone = 'Asia/Nowhere'")
    await world.restart()
    await world.until(2026, 1, 4, 8)
    # the first one was due at 1:15, when it was not yet seven in UTC
    assert reminded(world, world.ada) == [at(1, 2, 7), at(1, 3, 7), at(1, 4, 7)]


async def test_switching_off_at_the_very_hour(world: World) -> None:
    await switch_on(world)
    await answer(world, world.ada, right=False)
    await world.until(2026, 1, 2, 18)
    await switch_off(world)
    await world.until(2026, 1, 5)
    assert len(reminded(world, world.ada)) <= 1
    async with world.sql() as transaction:
        assert await transaction.run("SELECT * FROM timer WHERE kind = 'remind'") == []
