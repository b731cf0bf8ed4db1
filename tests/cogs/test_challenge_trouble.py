"""What a weekly challenge does when Discord refuses or is in trouble, and when members leave."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import discord
import pytest

from bot.domain.challenges import Challenge
from cogs.announcer import DiscordAnnouncer
from tests.cogs.weeks import MONDAY, WEEK, story, to
from tests.messages import buttons, is_question, text
from tests.world import World


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
