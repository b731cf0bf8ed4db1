"""The end of a challenge: its podium, its champion, its place in the archive."""

from __future__ import annotations

import re
from collections.abc import Iterable

import discord
import pytest

from cogs.announcer import DiscordAnnouncer
from tests.messages import buttons, text
from tests.world import World

MONDAY_EVENING = (2026, 1, 5, 18)
"""When the first challenge of an unchanged plan begins; the world begins on the Thursday before."""


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
