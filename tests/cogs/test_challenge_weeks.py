"""The weekly challenge runs by itself: over changes of clocks, restarts, absences and trouble on Discord's side."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.cogs.weeks import MONDAY, WEEK, story, times, to
from tests.messages import text
from tests.world import World


@pytest.mark.parametrize("hour", [2, 18])
async def test_over_both_changes_of_the_clocks(world: World, hour: int) -> None:
    """Morocco sets its clocks back for Ramadan on 2026-02-15 at 03:00 and forward on 2026-03-22 at 02:00."""
    zone = ZoneInfo("Africa/Casablanca")
    await world.restart(away=37 * 86400)
    await world.set_zone(zone.key)
    await world.set_challenge(weekday="6", hour=str(hour))
    sundays = [datetime(2026, 2, 8, hour, tzinfo=zone) + week * WEEK for week in range(8)]
    assert {sunday.utcoffset() for sunday in sundays} == {timedelta(0), timedelta(hours=1)}
    await to(world, sundays[0] + timedelta(minutes=1))
    await world.play(world.ada)
    await to(world, sundays[3] - timedelta(minutes=1))
    await world.restart(away=600)
    await to(world, sundays[-1] + timedelta(minutes=1))
    begun = [at.astimezone(zone) for at in times(world, "⏳ Ends") + times(world, "It is over; the podium")]
    begun.sort()
    assert len(begun) == len(sundays)
    for at, sunday in zip(begun, sundays, strict=True):
        late = timedelta(minutes=9, seconds=5) if sunday == sundays[3] else timedelta(seconds=5)
        # the hour that the clocks skip begins with the skip: 03:00 by the new time
        planned = sunday.astimezone(UTC).astimezone(zone)
        assert planned <= at <= planned + late
        is_skipped = hour == 2 and sunday.date() == date(2026, 3, 22)
        assert at.hour == (3 if is_skipped else hour)
    assert story(world) == [
        "card 1",
        *(f"{name} {n + (name == 'card')}" for n in range(1, 8) for name in ("podium", "card")),
    ]


async def test_from_winter_to_winter_with_a_pause(world: World) -> None:
    zone = ZoneInfo("America/New_York")
    await world.set_zone(zone.key)
    await world.set_challenge(weekday="4", hour="20", days="2")
    await world.restart(away=60 * 86400)
    fridays = [datetime(2026, 3, 6, 20, tzinfo=zone) + week * WEEK for week in range(2)]
    await to(world, fridays[-1] + timedelta(days=3))
    await world.mona.slash(world.channel, "challenge pause")
    before = story(world)
    await world.restart(away=7 * 30 * 86400)
    await to(world, datetime(2026, 10, 20, tzinfo=UTC))
    assert story(world) == before
    await world.mona.slash(world.channel, "challenge resume")
    autumn = [datetime(2026, 10, 23, 20, tzinfo=zone) + week * WEEK for week in range(3)]
    await to(world, autumn[-1] + timedelta(days=3))
    assert autumn[0].utcoffset() != autumn[-1].utcoffset()
    begun = sorted(times(world, "It is over; the podium"))[-5:]
    for at, planned in zip(begun, [*fridays, *autumn], strict=True):
        assert timedelta(0) <= at - planned.astimezone(UTC) <= timedelta(seconds=5)
    over = sorted(times(world, "is over\n"))[-5:]
    assert [at.astimezone(zone).hour for at in over if at >= MONDAY] == [20] * 5
    assert len(before) == 2 * 2


async def test_a_new_zone_moves_the_next_challenge(world: World) -> None:
    await world.set_challenge()
    await world.set_zone("Asia/Kathmandu")
    assert "Asia/Kathmandu" in text(await world.set_up())
    await to(world, MONDAY - timedelta(hours=5, minutes=45) + timedelta(minutes=1))
    assert story(world) == ["card 1"]


async def test_one_that_was_begun_by_hand_ends_with_the_planned_start(world: World) -> None:
    await world.set_challenge()
    await world.mona.slash(world.channel, "challenge now")
    await to(world, MONDAY + timedelta(minutes=1))
    assert story(world) == ["card 1", "podium 1", "card 2"]
    await to(world, MONDAY + WEEK - timedelta(hours=5))
    await world.mona.slash(world.channel, "challenge cancel")
    await world.mona.slash(
        world.channel, "challenge now"
    )  # with only 5 hours left it goes on to the start after
    await to(world, MONDAY + WEEK + timedelta(minutes=1))
    assert story(world) == ["card 1", "podium 1", "card 2"]
    await to(world, MONDAY + 2 * WEEK + timedelta(minutes=1))
    assert story(world)[3:] == ["podium 2", "card 3"]


async def test_a_restart_at_every_stage(world: World) -> None:
    await world.set_challenge()
    await to(world, MONDAY - timedelta(seconds=1))
    await world.restart()
    await world.wait(4)
    assert story(world) == ["card 1"]
    await world.restart()
    shown = await world.open_challenge(world.ada)
    await world.restart()
    await world.play(world.ada)
    await world.play(world.grace, right=2)
    await world.restart(away=3600)
    await to(world, MONDAY + WEEK - timedelta(seconds=1))
    await world.restart()
    await world.wait(4)
    assert story(world) == ["card 1", "podium 1", "card 2"]
    await world.restart()
    await world.wait(60)
    await world.restart(away=60)
    await world.wait(60)
    assert story(world) == ["card 1", "podium 1", "card 2"]
    podium = text(world.find("Challenge #1 is over"))
    assert f"**1.** {world.ada.mention} · **40** · 4/4" in podium
    assert f"**2.** {world.grace.mention}" in podium
    late = text((await world.ada.click(shown, label="A")).response)
    assert "This question is closed" in late
    assert "✅ Correct" in late


@pytest.mark.parametrize("stage", ["card", "end", "podium", "crown"])
async def test_killed_between_two_steps(world: World, stage: str) -> None:
    role = world.guild.create_role("Champion")
    await world.let_manage_roles()
    await world.set_challenge(champion=role, days="2")
    if stage == "card":
        world.env.inject_error("POST", "/channels/*/messages", status=503, times=None)
    await to(world, MONDAY + timedelta(seconds=3))
    if stage == "card":
        assert story(world) == []
        await _kill_and_mend(world)
    assert story(world) == ["card 1"]
    await world.play(world.ada)
    if stage == "podium":
        world.env.inject_error("POST", "/channels/*/messages", status=503, times=None)
    elif stage == "crown":
        world.env.inject_error("PUT", "/guilds/*/roles/*", status=503, times=None)
    end = MONDAY + timedelta(days=2)
    await to(world, end + timedelta(seconds=0 if stage == "end" else 2))
    assert story(world) == (["card 1", "podium 1"] if stage in {"card", "crown"} else ["card 1"])
    await _kill_and_mend(world)
    assert story(world) == ["card 1", "podium 1"]
    assert world.has_role(world.ada, role)
    assert "It is over" in text(world.find("Weekly challenge #1"))
    await to(world, MONDAY + WEEK + timedelta(minutes=1))
    assert story(world) == ["card 1", "podium 1", "card 2"]
    assert world.told(world.mona) == []


async def _kill_and_mend(world: World) -> None:
    """Restart the bot; meanwhile Discord gets well."""
    world.env.backend.faults.clear()
    await world.restart(away=20)
    await world.wait(5)


async def test_killed_after_posting_but_before_noting_it(world: World) -> None:
    """Discord itself gives back the first message for the same nonce; the simulation does not."""
    await world.set_challenge(days="2")
    await to(world, MONDAY + timedelta(seconds=3))
    async with world.sql() as transaction:
        await transaction.run("UPDATE challenge SET message_id = NULL")
        await transaction.run("INSERT INTO timer SELECT 'challenge card', id, starts_at, 0 FROM challenge")
    await world.restart()
    await world.wait(2)
    await to(world, MONDAY + timedelta(days=2, seconds=3))
    async with world.sql() as transaction:
        await transaction.run("INSERT INTO timer SELECT 'challenge podium', id, ends_at, 0 FROM challenge")
    await world.restart()
    await world.wait(2)
    nonces = [
        request.json["nonce"] for request in world.requests("POST", f"/channels/{world.channel.id}/messages")
    ]
    assert len(nonces) == 4
    assert nonces[0] == nonces[1]
    assert nonces[2] == nonces[3]
    assert nonces[0] != nonces[2]


async def test_a_challenge_without_its_end_is_mended(world: World) -> None:
    await world.set_challenge(days="2")
    await to(world, MONDAY + timedelta(seconds=3))
    await world.play(world.ada)
    async with world.sql() as transaction:
        await transaction.run("DELETE FROM timer WHERE kind = 'challenge end'")
    await world.restart(away=3 * 86400)
    await world.wait(5)
    assert story(world) == ["card 1", "podium 1"]


async def test_away_at_the_start(world: World) -> None:
    await world.set_challenge()
    await to(world, MONDAY - timedelta(minutes=1))
    await world.restart(away=5 * 3600)
    await world.wait(2)
    assert story(world) == ["card 1"]
    assert f"Ends <t:{int((MONDAY + WEEK).timestamp())}:R>" in text(world.last)
    await world.restart()
    await to(world, MONDAY + WEEK + timedelta(minutes=1))
    assert story(world) == ["card 1", "podium 1", "card 2"]


async def test_away_for_three_weeks(world: World) -> None:
    await world.set_challenge()
    await world.restart(away=(MONDAY - world.env.now() + 2 * WEEK + timedelta(days=1)).total_seconds())
    await world.wait(60)
    assert story(world) == ["card 1"]
    assert f"Ends <t:{int((MONDAY + 3 * WEEK).timestamp())}:R>" in text(world.last)


async def test_back_with_too_little_time_left(world: World) -> None:
    await world.set_challenge()
    await world.restart(away=(MONDAY + WEEK - timedelta(hours=5) - world.env.now()).total_seconds())
    await world.wait(60)
    assert story(world) == []
    await to(world, MONDAY + WEEK + timedelta(seconds=5))
    assert story(world) == ["card 1"]


async def test_away_at_the_end(world: World) -> None:
    await world.set_challenge(days="2")
    await to(world, MONDAY + timedelta(minutes=1))
    shown = await world.open_challenge(world.grace)
    await world.play(world.ada)
    await to(world, MONDAY + timedelta(days=1))
    await world.restart(away=2 * 86400)
    (late,) = await world.at_once([(world.grace, shown.message, "A")])
    assert "This question is closed" in text(late.response)
    await world.wait(2)
    assert story(world) == ["card 1", "podium 1"]
    assert world.grace.mention not in text(world.last)
    await to(world, MONDAY + WEEK + timedelta(minutes=1))
    assert story(world) == ["card 1", "podium 1", "card 2"]


@pytest.mark.parametrize("days", ["0", "2"])
async def test_away_at_the_end_and_at_the_next_start(world: World, days: str) -> None:
    await world.set_challenge(days=days)
    await to(world, MONDAY + timedelta(minutes=1))
    await world.play(world.ada)
    await world.restart(away=8 * 86400)
    await world.wait(60)
    expected = ["card 1", "podium 1", "card 2"]
    assert story(world) == expected
    await world.restart()
    await world.wait(60)
    assert story(world) == expected


@pytest.mark.parametrize("days", ["0", "2"])
async def test_killed_before_the_podium_and_away_at_the_next_start(world: World, days: str) -> None:
    await world.set_challenge(days=days)
    await to(world, MONDAY + timedelta(minutes=1))
    await world.play(world.ada)
    end = MONDAY + (timedelta(days=2) if days == "2" else WEEK)
    world.env.inject_error("POST", "/channels/*/messages", status=503, times=None)
    await to(world, end + timedelta(seconds=2))
    world.env.backend.faults.clear()
    await world.restart(away=6 * 86400)
    await world.wait(60)
    assert story(world)[:2] == ["card 1", "podium 1"]
    assert len(story(world)) == 3
