"""What a server chooses: its time zone, and whether its weeks are summed up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import simcord

from tests.messages import text
from tests.world import World

HEAD = "The week in numbers"


async def answer(world: World, member: Any, *, right: bool = True, topic: str = "one") -> None:
    """Post a question and let a member answer it."""
    await world.mona.slash(world.other, "question", topic=topic)
    card = [m for m in world.other.history() if not m.flags.ephemeral][-1]
    await world.answer(member, card, right=right)


def posted(world: World) -> list[datetime]:
    """When the digests in #quiz were posted."""
    return [m.created_at for m in world.channel.history() if HEAD in text(m) and not m.flags.ephemeral]


async def switch_on(world: World) -> str:
    """`/digest on`; what the moderator is told."""
    return str((await world.mona.slash(world.channel, "digest on")).response.content)


# the time zone


async def test_the_time_zone_is_shown_and_kept(world: World) -> None:
    shown = await world.mona.slash(world.channel, "settings")
    assert shown.ephemeral
    assert "**UTC**" in text(shown.response)
    for typed in ("europe/berlin", " Europe/Berlin ", "Europe/Berlin"):
        assert "Time zone: **Europe/Berlin**" in text(await world.set_zone(typed))
    assert "**America/New_York**" in text(await world.set_zone("america/new york"))
    await world.restart()
    assert "**America/New_York**" in text((await world.mona.slash(world.channel, "settings")).response)


async def test_an_unknown_time_zone_is_refused_with_a_suggestion(world: World) -> None:
    refused = await world.set_zone("Europe/Berln")
    assert refused.content == "There is no time zone `Europe/Berln`. Did you mean Europe/Berlin?"
    assert "Choose one from the list" in (await world.set_zone("x" * 5000)).content
    for odd in ("../../etc/passwd", "/etc/localtime", "", "\0", "Europe"):
        assert "There is no time zone" in (await world.set_zone(odd)).content
    assert "**UTC**" in text((await world.mona.slash(world.channel, "settings")).response)


async def test_time_zones_complete(world: World) -> None:
    choices = await world.mona.autocomplete(world.channel, "settings", "time-zone", "new y")
    assert {"name": "America/New_York", "value": "America/New_York"} in choices
    choices = await world.mona.autocomplete(world.channel, "settings", "time-zone", "KATH")
    assert [choice["value"] for choice in choices] == ["Asia/Kathmandu"]
    assert len(await world.mona.autocomplete(world.channel, "settings", "time-zone", "")) == 25
    assert await world.mona.autocomplete(world.channel, "settings", "time-zone", "nowhere") == []


async def test_settings_are_for_moderators(world: World) -> None:
    for command in ("settings", "digest on", "digest off"):
        with pytest.raises(simcord.SetupError, match="not visible"):
            await world.ada.slash(world.channel, command)
    refusals = await world.commands_at_once(
        [(world.ada, "settings"), (world.ada, "digest on"), (world.ada, "digest off")]
    )
    for refused in refusals:
        assert "This needs the permission Manage Server" in refused.response.content


# the digest


async def test_the_digest_sums_a_week_up(world: World) -> None:
    told = await switch_on(world)
    assert "the first time <t:1767571260:R>" in told
    for right in (True, True, False):
        await answer(world, world.ada, right=right)
    await answer(world, world.grace)
    await world.until(2026, 1, 5, 0, 0, 59)
    assert posted(world) == []
    await world.until(2026, 1, 5, 0, 1, 5)
    digest = text(world.last)
    assert HEAD in digest
    assert "<t:1766966400:d> to <t:1767571199:d>" in digest
    assert "👥 **2 members** played" in digest
    assert "💬 **4 questions** answered, **75%** right" in digest
    assert f"🥇 {world.ada.mention} led with 20 points" in digest
    assert "Best climber" not in digest
    (post,) = world.requests("POST", f"/channels/{world.channel.id}/messages")
    assert not any(post.json["allowed_mentions"].get(name) for name in ("parse", "roles", "users"))


async def test_the_best_climber_is_named(world: World) -> None:
    await switch_on(world)
    for member, right in ((world.ada, 3), (world.linus, 2), (world.grace, 1)):
        for number in range(3):
            await answer(world, member, right=number < right)
    await world.until(2026, 1, 6)
    for member, right in ((world.grace, 3), (world.ada, 2), (world.linus, 1)):
        for number in range(3):
            await answer(world, member, right=number < right)
    await world.until(2026, 1, 12, 0, 2)
    assert len(posted(world)) == 2
    assert f"Best climber: {world.grace.mention}, from 3rd to 1st" in text(world.last)


async def test_a_week_without_players_is_passed_over(world: World) -> None:
    await switch_on(world)
    await world.until(2026, 1, 20)
    assert posted(world) == []
    await answer(world, world.ada)
    await world.until(2026, 2, 3)
    assert posted(world) == [datetime(2026, 1, 26, 0, 1, tzinfo=UTC)]


async def test_hidden_members_and_those_who_left_are_not_named(world: World) -> None:
    await switch_on(world)
    for member in (world.ada, world.grace, world.linus):
        await answer(world, member, right=member is not world.linus)
    await world.forge(world.ada, world.channel, "v:1")
    await world.leave(world.grace)
    await world.until(2026, 1, 6)
    digest = text(world.find(HEAD))
    assert world.ada.mention not in digest
    assert world.grace.mention not in digest


async def test_off_and_on_again(world: World) -> None:
    nothing = await world.mona.slash(world.channel, "digest off")
    assert "not summed up here anyway" in nothing.response.content
    await switch_on(world)
    await switch_on(world)
    await answer(world, world.ada)
    off = await world.mona.slash(world.channel, "digest off")
    assert "summed up no more" in off.response.content
    await world.until(2026, 1, 6)
    assert posted(world) == []
    await switch_on(world)
    await answer(world, world.ada)
    await world.until(2026, 1, 13)
    assert len(posted(world)) == 1


@pytest.mark.parametrize("days", [1, 5, 11])
async def test_the_digest_comes_once_after_an_absence(world: World, days: int) -> None:
    await switch_on(world)
    await world.until(2026, 1, 4)
    await answer(world, world.ada)
    await world.restart(away=(days + 0.5) * 86400)
    await world.wait(60)
    # after more than a week the last one is summed up, in which nobody played
    assert len(posted(world)) == (1 if days < 8 else 0)
    await world.restart()
    await world.until(2026, 1, 18)
    assert len(posted(world)) == (1 if days < 8 else 0)


async def test_the_digest_comes_at_the_midnight_of_a_new_zone(world: World) -> None:
    await switch_on(world)
    await answer(world, world.ada)
    await world.set_zone("Asia/Kathmandu")
    await world.restart()
    await world.until(2026, 1, 6)
    assert [at.replace(second=0, microsecond=0) for at in posted(world)] == [
        datetime(2026, 1, 4, 18, 16, tzinfo=UTC)
    ]


async def test_a_zone_in_which_the_week_is_over_loses_no_digest(world: World) -> None:
    await switch_on(world)
    await answer(world, world.ada)
    await world.until(2026, 1, 4, 20)  # Monday in Kathmandu
    await world.set_zone("Asia/Kathmandu")
    await world.until(2026, 1, 6)
    assert len(posted(world)) == 1


async def test_a_zone_change_in_the_minute_before_the_digest_loses_none(world: World) -> None:
    await switch_on(world)
    await answer(world, world.ada)
    await world.until(2026, 1, 5, 0, 0, 30)
    await world.set_zone("Europe/London")
    await world.until(2026, 1, 6)
    assert len(posted(world)) == 1


async def test_a_zone_in_which_the_week_is_not_over_brings_no_second_digest(world: World) -> None:
    await switch_on(world)
    await answer(world, world.ada)
    await world.until(2026, 1, 5, 2)  # Sunday in New York
    await world.set_zone("America/New_York")
    await world.until(2026, 1, 6)
    assert len(posted(world)) == 1


async def test_a_digest_of_a_week_with_an_hour_more(world: World) -> None:
    """New York sets its clocks back on Sunday 2026-11-01: Monday begins at 05:00 UTC instead of 04:00."""
    await world.restart(away=301 * 86400)
    await world.set_zone("America/New_York")
    await switch_on(world)
    await world.until(2026, 10, 29)
    await answer(world, world.ada)
    await world.until(2026, 11, 3)
    assert [at.replace(second=0, microsecond=0) for at in posted(world)] == [
        datetime(2026, 11, 2, 5, 1, tzinfo=UTC)
    ]


async def test_a_digest_that_can_not_be_posted_is_left_out(world: World) -> None:
    world.forbid_posting()
    assert "Send Messages" in await switch_on(world)
    world.forbid_posting(False)
    await switch_on(world)
    await answer(world, world.ada)
    world.forbid_posting()
    await world.until(2026, 1, 6)
    world.forbid_posting(False)
    await answer(world, world.ada)
    await world.until(2026, 1, 13)
    assert [at.day for at in posted(world)] == [12]


async def test_a_digest_is_tried_again(world: World) -> None:
    await switch_on(world)
    await answer(world, world.ada)
    await world.until(2026, 1, 5)
    world.env.inject_error("POST", f"/channels/{world.channel.id}/messages", status=503, times=3)
    await world.until(2026, 1, 5, 0, 5)
    assert len(posted(world)) == 1


async def test_a_zone_that_this_machine_does_not_know_stops_nobody(world: World) -> None:
    await world.set_zone("Europe/Berlin")
    async with world.sql() as transaction:
        await transaction.run("UPDATE server SET zone = 'Europe/Nowhere'")
    await world.restart()
    shown = await world.mona.slash(world.channel, "settings")
    assert "**UTC**" in text(shown.response)
    assert "⚠️ The time zone Europe/Nowhere is not known any more" in text(shown.response)
    for name in ("localtime", "Factory"):
        refused = await world.mona.slash(world.channel, "settings", **{"time-zone": name})
        assert "There is no time zone" in refused.response.content


async def test_settings_say_what_comes_when(world: World) -> None:
    await world.set_challenge()
    await world.mona.slash(world.channel, "digest on")
    shown = text((await world.mona.slash(world.channel, "settings")).response)
    assert "The next challenge begins <t:1767636000:F>" in shown
    assert f"summed up in {world.channel.mention}, next <t:1767571260:F>" in shown
