"""The weekly challenge runs by itself: over changes of clocks, restarts, absences and trouble on Discord's side."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import discord
import pytest

from bot.domain.challenges import Challenge
from cogs.announcer import DiscordAnnouncer
from tests.world import World, buttons, is_question, text

MONDAY = datetime(2026, 1, 5, 18, tzinfo=UTC)
"""When the first challenge of an unchanged plan begins."""
WEEK = timedelta(days=7)


async def to(world: World, at: datetime) -> None:
    """Let time pass until an instant."""
    at = at.astimezone(UTC)
    await world.until(at.year, at.month, at.day, at.hour, at.minute, at.second)


_KINDS = (("Weekly challenge #", "", "card"), ("Challenge #", "is over", "podium"))


def story(world: World, channel: Any = None) -> list[str]:
    """What was posted of challenges in a channel, by default #quiz, in its order: "card 1", "podium 1", …"""
    found = []
    for message in (channel or world.channel).history():
        head = next((line for line in text(message).split("\n") if line.startswith("### ")), "")
        for words, ending, kind in _KINDS:
            if words in head and head.endswith(ending) and not message.flags.ephemeral:
                found.append(f"{kind} {head.split(words)[1].split()[0]}")
    return found


def times(world: World, words: str) -> list[datetime]:
    """When the public messages in #quiz with these words were posted."""
    return [
        message.created_at
        for message in world.channel.history()
        if not message.flags.ephemeral and words in text(message)
    ]


# the calendar


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


# restarts


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


# absences


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


# trouble


async def test_a_deleted_channel(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await world.set_challenge()
    await world.delete_channel()
    await to(world, MONDAY + timedelta(minutes=1))
    (told,) = world.told(world.mona)
    assert "The weekly challenge could not be posted" in told
    assert "is gone" in told
    assert "The plan is kept" in told
    panel = await world.set_up(channel=world.other)
    assert "is gone" in text(panel)
    assert f"The next one begins <t:{int((MONDAY + WEEK).timestamp())}:R>" in text(panel)
    await to(world, MONDAY + WEEK + timedelta(minutes=1))
    assert len(world.told(world.mona)) == 2
    assert story(world, world.other) == []
    panel = await world.pick(panel, "channel", world.other)
    assert "⚠️" not in text(panel)
    await to(world, MONDAY + 2 * WEEK + timedelta(minutes=1))
    assert story(world, world.other) == ["card 1"]
    assert len(world.told(world.mona)) == 2


async def test_a_missing_permission_recovers_by_itself(world: World) -> None:
    await world.set_challenge()
    world.forbid_posting()
    await to(world, MONDAY + timedelta(minutes=1))
    (told,) = world.told(world.mona)
    assert "Send Messages" in told
    nothing = await world.ada.slash(world.channel, "challenge play")
    assert "No challenge is running" in nothing.response.content
    assert "⚠️ The weekly challenge could not be posted" in text(await world.set_up())
    world.forbid_posting(False)
    await to(world, MONDAY + WEEK + timedelta(minutes=1))
    assert story(world) == ["card 1"]
    assert "⚠️" not in text(await world.set_up())
    assert len(world.told(world.mona)) == 1


async def test_the_next_one_begins_as_planned_after_a_card_that_was_refused(world: World) -> None:
    """One that was begun by hand in the last hours before a planned start would have gone on to the start after."""
    await world.set_challenge()
    await to(world, MONDAY - timedelta(hours=4))
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, times=1)
    await world.mona.slash(world.channel, "challenge now")
    await world.wait(60)
    assert story(world) == []
    await to(world, MONDAY + timedelta(minutes=1))
    assert len(story(world)) == 1


async def test_closed_direct_messages(world: World) -> None:
    await world.set_challenge()
    world.forbid_posting()
    dm = world.env.backend.get_dm_channel(world.mona.id).id
    world.env.inject_error("POST", f"/channels/{dm}/messages", status=403, code=50007, times=None)
    await to(world, MONDAY + timedelta(minutes=1))
    (warning,) = world.other.history()
    assert warning.content.startswith(f"{world.mona.mention} ⚠️ The weekly challenge could not be posted")
    (post,) = world.requests("POST", f"/channels/{world.other.id}/messages")
    assert not post.json["allowed_mentions"].get("parse")


async def test_moderators_with_a_channel_of_their_own_are_told_there(world: World) -> None:
    private = world.guild.create_text_channel("moderators")
    with world.env._bot_scope():
        world.env.backend.edit_guild(world.guild.id, {"public_updates_channel_id": private.id})
    await world.env.settle()
    await world.set_challenge()
    world.forbid_posting()
    await to(world, MONDAY + timedelta(minutes=1))
    assert world.told(world.mona) == []
    assert "could not be posted" in private.history()[-1].content


async def test_a_podium_that_can_not_be_posted(world: World) -> None:
    role = world.guild.create_role("Champion")
    await world.let_manage_roles()
    await world.set_challenge(champion=role, days="2")
    await to(world, MONDAY + timedelta(minutes=1))
    await world.play(world.ada)
    world.forbid_posting()
    await to(world, MONDAY + timedelta(days=2, minutes=1))
    assert "The podium of challenge #1 could not be posted" in world.told(world.mona)[0]
    history = text((await world.ada.slash(world.channel, "challenge history")).response)
    assert f"🥇 {world.ada.mention} · 40 points" in history
    assert world.has_role(world.ada, role)
    world.forbid_posting(False)
    await to(world, MONDAY + WEEK + timedelta(minutes=1))
    assert story(world)[-1] == "card 2"


async def test_trouble_at_discord_of_minutes_costs_no_week(world: World) -> None:
    await world.set_challenge()
    await to(world, MONDAY - timedelta(seconds=1))
    world.env.inject_error("POST", f"/channels/{world.channel.id}/messages", status=503, times=9)
    await to(world, MONDAY + timedelta(minutes=5))
    assert story(world) == []
    await to(world, MONDAY + timedelta(hours=2))
    assert story(world) == ["card 1"]
    assert world.told(world.mona) == []


async def test_the_card_is_marked_as_over_even_if_the_podium_can_not_be_posted(world: World) -> None:
    await world.set_challenge(days="2")
    await to(world, MONDAY + timedelta(minutes=1))
    card = world.last
    await world.play(world.ada)
    world.forbid_posting()
    await to(world, MONDAY + timedelta(days=2, minutes=5))
    assert "Play" not in buttons(world._again(card))


@pytest.mark.parametrize("status", [500, 503])
async def test_discord_has_trouble_for_a_moment(world: World, status: int) -> None:
    await world.set_challenge()
    for failing in (MONDAY, MONDAY + WEEK):
        await to(world, failing)
        world.env.inject_error("POST", "/channels/*/messages", status=status, times=3)
        await world.wait(60)
    assert story(world) == ["card 1", "podium 1", "card 2"] or story(world) == [
        "card 1",
        "card 2",
        "podium 1",
    ]
    assert world.told(world.mona) == []


async def _other_server(world: World) -> tuple[Any, Any]:
    """Another server with the bot in it: its channel and its moderator."""
    guild = world.env.create_guild("Other server")
    channel = guild.create_text_channel("quiz")
    role = guild.create_role("Moderators", permissions=discord.Permissions(manage_guild=True))
    return channel, guild.add_member(world.env.create_user("eve"), roles=[role])


@pytest.mark.parametrize("trouble", ["errors", "slow"])
async def test_trouble_in_one_server_delays_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    channel, eve = await _other_server(world)
    await world.set_challenge()
    panel = (await eve.slash(channel, "challenge setup")).response
    await eve.click(panel, label="Switch on")
    post = DiscordAnnouncer.post_challenge

    async def slow(self: DiscordAnnouncer, challenge: Challenge, *arguments: Any) -> int:
        if challenge.guild_id == world.guild.id:
            await world.env.external_wait(asyncio.sleep(60), reason="Discord is slow")
        return await post(self, challenge, *arguments)

    if trouble == "slow":
        monkeypatch.setattr(DiscordAnnouncer, "post_challenge", slow)
    else:
        world.env.inject_error("POST", f"/channels/{world.channel.id}/messages", status=503, times=4)
    await to(world, MONDAY + timedelta(seconds=3))
    assert story(world) == []
    assert story(world, channel) == ["card 1"]
    await to(world, MONDAY + timedelta(minutes=2))
    assert story(world) == ["card 1"]
    assert is_question(await world.open_challenge(world.ada))


async def test_servers_keep_their_challenges_apart(world: World) -> None:
    channel, eve = await _other_server(world)
    await world.set_challenge()
    await eve.slash(channel, "challenge setup")
    await eve.slash(channel, "challenge now")
    shown = (await eve.slash(channel, "challenge play")).response
    assert is_question(shown)
    await to(world, MONDAY + timedelta(minutes=1))
    assert story(world) == ["card 1"]
    assert "podium 1" in story(world, channel)
    history = (await eve.slash(channel, "challenge history")).response
    assert "1 challenge" in text(history)
    assert "There are none yet" in text((await world.ada.slash(world.channel, "challenge history")).response)
    refused = await world.forge(world.ada, world.channel, buttons(history)["Places"]["custom_id"])
    assert "not known here" in refused.response.content


async def test_a_deleted_card(world: World) -> None:
    await world.set_challenge(days="2")
    await to(world, MONDAY + timedelta(minutes=1))
    card = world.last
    await world.play(world.ada, questions=1)
    await world.wait(60)
    await world.mona.delete(card)
    before = len(world.requests("PATCH", f"/channels/*/messages/{card.id}"))
    await world.play(world.ada)
    await world.wait(60)
    await world.play(world.grace, right=1)
    await world.restart()
    await to(world, MONDAY + timedelta(days=2, minutes=1))
    assert len(world.requests("PATCH", f"/channels/*/messages/{card.id}")) - before == 1
    assert story(world) == ["podium 1"]
    assert f"{world.ada.mention} · **40**" in text(world.last)
    assert world.told(world.mona) == []


# members who leave


async def test_who_left_is_neither_on_the_podium_nor_champion(world: World) -> None:
    role = world.guild.create_role("Champion")
    await world.let_manage_roles()
    await world.set_challenge(champion=role)
    await to(world, MONDAY + timedelta(minutes=1))
    await world.play(world.ada)
    await world.play(world.grace, right=3)
    await world.leave(world.ada)
    await to(world, MONDAY + WEEK + timedelta(minutes=1))
    podium = text(world.find("Challenge #1 is over"))
    assert world.ada.mention not in podium
    assert f"**1.** {world.grace.mention}" in podium
    assert "**1 member** played" in podium
    assert world.has_role(world.grace, role)
    history = text((await world.grace.slash(world.channel, "challenge history")).response)
    assert f"🥇 {world.grace.mention}" in history


async def test_who_leaves_in_the_last_minutes_is_not_on_the_podium(world: World) -> None:
    role = world.guild.create_role("Champion")
    await world.let_manage_roles()
    await world.set_challenge(champion=role)
    await to(world, MONDAY + WEEK - timedelta(minutes=10))
    await world.play(world.ada)
    await world.play(world.grace, right=3)
    await world.ada.slash(world.channel, "leaderboard", period="this challenge")
    await world.wait(60)
    await world.leave(world.ada)
    await to(world, MONDAY + WEEK + timedelta(minutes=1))
    podium = text(world.find("Challenge #1 is over"))
    assert world.ada.mention not in podium
    assert world.has_role(world.grace, role)
    assert world.told(world.mona) == []


async def test_a_champion_who_left_holds_up_no_other(world: World) -> None:
    role = world.guild.create_role("Champion")
    await world.let_manage_roles()
    await world.set_challenge(champion=role)
    await to(world, MONDAY + timedelta(minutes=1))
    await world.play(world.ada)
    await to(world, MONDAY + WEEK + timedelta(minutes=1))
    assert world.has_role(world.ada, role)
    await world.leave(world.ada)
    await world.play(world.grace)
    await to(world, MONDAY + 2 * WEEK + timedelta(minutes=1))
    assert world.has_role(world.grace, role)
    assert world.told(world.mona) == []
