"""Leaderboards: who is on them, where, and what their buttons do for as long as the message is there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import discord
import pytest

from tests.messages import buttons, letter, text
from tests.world import World


async def board(world: World, member: Any = None, **options: Any) -> Any:
    """`/leaderboard`; what the member sees."""
    return (await (member or world.ada).slash(world.channel, "leaderboard", **options)).response


async def fill(world: World, *scores: int) -> list[Any]:
    """New members, each with so many right answers out of five questions that everybody answers: 10 points each."""
    await world.write_questions(5)
    members = world.newcomers(len(scores))
    await answer_all(world, dict(zip(members, scores, strict=True)))
    return members


async def answer_all(world: World, scores: dict[Any, int]) -> None:
    """Let members answer five questions, each of them so many right."""
    for number in range(5):
        await world.ada.slash(world.channel, "question", topic="one")
        card = world.card
        right, wrong = letter(card, "the right one"), letter(card, "a wrong one")
        await world.at_once((m, card, right if number < score else wrong) for m, score in scores.items())
        await world.wait(1)


def lines(message: Any) -> list[tuple[int, int]]:
    """Rank and member of each line of a board."""
    return [(int(rank), int(who)) for rank, who in re.findall(r"\*\*(\d+)\.\*\* <@(\d+)>", text(message))]


def ranked(members: Sequence[Any], *ranks: int) -> list[tuple[int, int]]:
    """Ranks with the ids of members."""
    return [(rank, member.id) for rank, member in zip(ranks, members, strict=True)]


async def test_a_line_has_rank_member_points_right_answers_and_streak(world: World) -> None:
    for _ in range(3):
        await world.ada.slash(world.channel, "question", topic="one")
        await world.choose(world.ada, "the right one")
        await world.choose(world.grace, "a wrong one")
        await world.wait(86400)
    result = await world.ada.slash(world.channel, "leaderboard")
    assert result.ephemeral
    shown = text(result.response)
    assert f"🥇 **1.** {world.ada.mention} · **30** · 3/3 · 🔥 3 ← you" in shown
    assert f"▫️ **2.** {world.grace.mention} · **0** · 0/3 · 🔥 3" in shown
    assert "Leaderboard, this week" in shown
    assert "<t:1766966400:d> to <t:1767571199:d>, weeks begin on Monday 00:00 UTC" in shown
    assert "2 members" in shown


async def test_equals_share_a_rank(world: World) -> None:
    members = await fill(world, 5, 5, 3, 3, 3, 1)
    assert sorted(lines(await board(world))) == sorted(ranked(members, 1, 1, 3, 3, 3, 6))


async def test_hints_and_time_settle_the_line_but_not_the_rank(world: World) -> None:
    await world.ada.slash(world.channel, "question", topic="one")
    for member in (world.linus, world.grace, world.ada):
        await world.choose(member, "the right one")
        await world.wait(1)
    assert lines(await board(world)) == ranked([world.linus, world.grace, world.ada], 1, 1, 1)


async def test_pages_turn_for_ever(world: World) -> None:
    members = await fill(world, *[5] * 8, *[3] * 6, *[1] * 9)
    by_id = {member.id: member for member in members}
    page = await board(world, members[20])
    first = lines(page)
    assert [rank for rank, _ in first[:10]] == [1] * 8 + [9] * 2
    assert first[10] == (15, members[20].id)
    assert "23 members · page 1 of 3" in text(page)
    assert text(page).count("← you") == 1
    enabled = {label for label, button in buttons(page).items() if not button["disabled"]}
    assert enabled == {"Next", "Last", "Find me"}
    seen = {who for _, who in first[:10]}
    await world.restart()
    page = (await members[20].click(page, label="Next")).response
    assert [rank for rank, _ in lines(page)[:10]] == [9] * 4 + [15] * 6
    seen |= {who for _, who in lines(page)[:10]}
    await world.restart(away=40 * 86400)
    page = (await members[20].click(page, label="Last")).response
    assert "Leaderboard, an earlier week" in text(page)
    assert "<t:1766966400:d>" in text(page)
    assert [rank for rank, _ in lines(page)] == [15] * 3
    seen |= {who for _, who in lines(page)}
    assert seen == set(by_id)
    page = (await members[20].click(page, label="Previous")).response
    assert "page 2 of 3" in text(page)
    page = (await members[20].click(page, label="First")).response
    assert lines(page) == first
    page = (await members[20].click(page, label="Find me")).response
    assert "…" not in text(page)
    assert (15, members[20].id) in lines(page)


async def test_find_me_on_another_page(world: World) -> None:
    members = await fill(world, *[5] * 10, *[4] * 10, 3)
    page = await board(world, members[20])
    assert lines(page)[-1] == (21, members[20].id)
    page = (await members[20].click(page, label="Find me")).response
    assert "page 3 of 3" in text(page)
    assert lines(page) == [(21, members[20].id)]
    assert "…" not in text(page)


async def test_a_public_board_is_turned_in_private_copies(world: World) -> None:
    members = await fill(world, *[5] * 10, 3)
    result = await world.ada.slash(world.channel, "leaderboard", show="everyone")
    assert not result.ephemeral
    public = result.response.message
    before = text(public)
    assert "you" not in before
    assert "not on this board" not in before
    assert len(lines(public)) == 10
    copy = await members[10].click(public, label="Find me")
    assert copy.ephemeral
    assert "← you" in text(copy.response)
    assert lines(copy.response) == [(11, members[10].id)]
    assert text(world._again(public)) == before
    posted = world.requests("POST", "/interactions/*/callback")[-2:]
    assert not any((request.json["data"].get("allowed_mentions") or {}).get("parse") for request in posted)


async def test_an_empty_board_says_how_to_get_on_it(world: World) -> None:
    for options in ({}, {"topic": "two"}, {"bank": "sample"}, {"period": "last week"}, {"show": "everyone"}):
        shown = await board(world, **options)
        assert "Nobody has points here yet. Answer a question to be the first: `/quiz start`" in text(shown)
        assert buttons(shown) == {}
    await world.ada.slash(world.channel, "question", topic="one")
    await world.choose(world.grace, "the right one")
    assert "You are not on this board yet: answer a question" in text(await board(world))


async def test_periods(world: World) -> None:
    async def answer() -> None:
        await world.ada.slash(world.channel, "question", topic="one")
        await world.choose(world.ada, "the right one")

    await answer()  # Thursday 2026-01-01
    await world.until(2026, 1, 6)
    await answer()
    await answer()
    assert "**20**" in text(await board(world, period="this week"))
    assert "**10**" in text(await board(world, period="last week"))
    assert "**30**" in text(await board(world, period="this month"))
    await world.until(2026, 2, 2)
    await answer()
    for period, points in (("this week", "10"), ("this month", "10"), ("all time", "40")):
        assert f"**{points}**" in text(await board(world, period=period)), period
    assert "Nobody has points here yet" in text(await board(world, period="last week"))
    refused = await world.ada.slash(world.channel, "leaderboard", period="this challenge")
    assert "There has been no challenge here yet" in refused.response.content


async def test_topics_and_banks(world: World) -> None:
    await world.ada.slash(world.channel, "question", topic="one")
    await world.choose(world.ada, "the right one")
    await world.ada.slash(world.channel, "question", topic="two")
    await world.answer(world.grace, world.card)
    assert lines(await board(world, topic="one")) == ranked([world.ada], 1)
    assert lines(await board(world, world.grace, topic="Second topic")) == ranked([world.grace], 1)
    whole = await board(world, bank="sample")
    assert len(lines(whole)) == 2
    assert "Sample bank" in text(whole)
    refused = await world.ada.slash(world.channel, "leaderboard", topic="cooking")
    assert "There is no topic `cooking`" in refused.response.content
    refused = await world.ada.slash(world.channel, "leaderboard", bank="cooking")
    assert "Choose one of: sample" in refused.response.content
    refused = await world.ada.slash(world.channel, "leaderboard", period="this challenge", topic="one")
    assert "A challenge has one board" in refused.response.content
    choices = await world.ada.autocomplete(world.channel, "leaderboard", "topic", "sec")
    assert choices == [{"name": "Second topic", "value": "two"}]


async def test_a_question_counts_once_a_week(world: World) -> None:
    await world.write_questions(1)
    for _ in range(2):
        await world.ada.slash(world.channel, "question", topic="one")
        verdict = text(await world.choose(world.ada, "the right one"))
    assert "it does not score on the leaderboard again" in verdict
    assert "**10** · 1/1" in text(await board(world))
    await world.until(2026, 1, 5, 0, 0, 1)
    await world.ada.slash(world.channel, "question", topic="one")
    await world.choose(world.ada, "the right one")
    assert "**20** · 2/2" in text(await board(world, period="all time"))


async def test_an_author_earns_nothing_with_their_question(world: World) -> None:
    await world.write_questions(1, author=world.ada)
    await world.ada.slash(world.channel, "question", topic="one")
    verdict = text(await world.choose(world.ada, "the right one"))
    assert verdict.startswith("### ✅ Correct\n-# You wrote this question, so it earns you no points.")
    assert "✅ Correct · +10 points" in text(await world.choose(world.grace, "the right one"))
    assert lines(await board(world)) == ranked([world.grace], 1)


# weeks


async def test_weeks_begin_at_the_midnight_of_the_server(world: World) -> None:
    """Kathmandu is 5:45 ahead of UTC: its Monday begins on Sunday at 18:15 UTC."""
    await world.set_zone("Asia/Kathmandu")
    await world.ada.slash(world.channel, "question", topic="one", **{"open-for": 168})
    card = world.card
    await world.until(2026, 1, 4, 18, 14, 59)
    await world.choose(world.ada, "the right one", card)
    await world.wait(1.5)
    await world.choose(world.grace, "the right one", card)
    this, last = await board(world), await board(world, period="last week")
    assert lines(this) == ranked([world.grace], 1)
    assert lines(last) == ranked([world.ada], 1)
    assert "<t:1767550500:d>" in text(this)
    assert "weeks begin on Monday 00:00 Asia/Kathmandu" in text(this)
    # another zone later moves no answer to another week
    await world.set_zone("America/New_York")
    await world.until(2026, 1, 6)
    assert lines(await board(world)) == ranked([world.grace], 1)


async def test_months_begin_at_the_midnight_of_the_server(world: World) -> None:
    await world.set_zone("America/New_York")
    await world.ada.slash(world.channel, "question", topic="one")
    await world.choose(world.ada, "the right one")  # it is still 2025 there
    await world.wait(6 * 3600)
    await world.choose(world.grace, "the right one")
    assert lines(await board(world, period="this month")) == ranked([world.grace], 1)
    assert len(lines(await board(world))) == 2


async def test_streaks_follow_the_days_of_the_server(world: World) -> None:
    await world.set_zone("Asia/Kathmandu")
    await world.until(2026, 1, 1, 18, 14)
    for _ in range(2):  # just before and just after midnight in Kathmandu
        await world.ada.slash(world.channel, "question", topic="one")
        await world.choose(world.ada, "the right one")
        await world.wait(120)
    assert "🔥 2" in text(await board(world))


# who is on them


async def test_members_who_left_are_not_on_boards(world: World) -> None:
    members = await fill(world, 5, 4, 3)
    await world.leave(members[0])
    shown = await board(world)
    assert lines(shown) == ranked(members[1:], 1, 2)
    assert "2 members" in text(shown)
    await world.restart()
    assert lines(await board(world)) == ranked(members[1:], 1, 2)


async def test_whoever_comes_back_and_answers_is_on_the_board_again(world: World) -> None:
    members = await fill(world, 5, 4)
    await world.leave(members[0])
    assert lines(await board(world)) == ranked(members[1:], 1)
    with world.env._bot_scope():
        world.env.backend.add_member(world.guild.id, members[0].id, announce=True)
    await world.env.settle()
    await world.restart()
    assert lines(await board(world)) == ranked(members[1:], 1)
    await world.ada.slash(world.channel, "question", topic="two")
    await world.answer(members[0], world.card)
    assert lines(await board(world)) == ranked(members, 1, 2)


async def test_whoever_comes_back_and_looks_is_on_the_board_again(world: World) -> None:
    members = await fill(world, 5, 4)
    await world.leave(members[0])
    await board(world)
    with world.env._bot_scope():
        world.env.backend.add_member(world.guild.id, members[0].id, announce=True)
    await world.env.settle()
    assert lines(await board(world, members[0])) == ranked(members, 1, 2)


async def test_more_than_a_page_of_members_left(world: World) -> None:
    members = await fill(world, *[5] * 12, 3)
    for member in members[:12]:
        await world.leave(member)
    shown = await board(world)
    assert lines(shown) == ranked(members[12:], 1)
    assert buttons(shown) == {}


async def test_hidden_members_are_not_on_boards(world: World) -> None:
    members = await fill(world, 5, 4)
    await world.forge(members[0], world.channel, "v:1")
    assert lines(await board(world)) == ranked(members[1:], 1)
    own = await board(world, members[0])
    assert f"🥇 **1.** {members[0].mention} · **50** · 5/5 ← you" in text(own)
    assert "You are hidden, so only you see your line" in text(own)
    assert members[0].mention not in text(await board(world, members[0], show="everyone"))
    await world.forge(members[0], world.channel, "v:0")
    assert lines(await board(world)) == ranked(members, 1, 2)


@pytest.mark.parametrize("error", [TimeoutError(), discord.ClientException("closing")])
async def test_a_board_is_shown_even_if_discord_does_not_say_who_is_there(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    members = await fill(world, 5, 4)

    async def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(discord.Guild, "query_members", fail)
    assert lines(await board(world)) == ranked(members, 1, 2)


# forged


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/New_York"])
async def test_forged_boards_are_refused_politely(world: World, zone: str) -> None:
    await world.set_zone(zone)
    await fill(world, 5)
    big = "999999999999999999"
    for forged in (
        *("b", "b:0", "b:0:2:0:1", "b:0:2:0:1:0:0", "b:x:2:0:1:0", "b:-1:2:0:1:0"),
        *("b:0:9:0:1:0", f"b:0:{big}:0:1:0", f"b:{big}:2:0:1:0", f"b:0:2:0:1:{big}", f"b:4:2:{big}:1:{big}"),
        *("b:0:2:0:0:0", f"b:0:2:0:{big}:0", "b:0:2:0:99:0", "b:4:2:0:99:0"),
        *("b:0:0:0:1:0", "b:0:0:1:1:0", "b:0:0:2:1:0", f"b:0:0:{big}:1:0"),
        *("b:0:0:3652059:1:0", "b:0:0:3652052:1:0", "b:0:0:3652053:1:0"),
        *("b:0:1:0:1:0", "b:0:1:1:1:0", "b:0:1:3652059:1:0", "b:0:1:3652028:1:0", "b:0:1:3652029:1:0"),
        *("b:0:3:0:1:0", "b:0:3:99:1:0", f"b:0:3:{big}:1:0", "b:4:3:1:2:0"),
    ):
        result = await world.forge(world.ada, world.channel, forged)
        assert result.ephemeral, forged
        assert "went wrong" not in text(result.response), forged
        # each forger gets an honest board or is told that there is none
        assert re.search("Leaderboard|board is gone|older version|not known here", text(result.response)), (
            forged
        )


async def test_a_challenge_of_another_server_is_refused(world: World) -> None:
    await world.begin_challenge()
    await world.play(world.ada)
    mine = await board(world, period="this challenge")
    assert "Challenge #1" in text(mine)
    guild = world.env.create_guild("Other server")
    channel = guild.create_text_channel("general")
    eve = guild.add_member(world.env.create_user("eve"))
    for action in (0, 4):
        refused = await world.forge(eve, channel, f"b:{action}:3:1:1:0")
        assert "This challenge is not known here" in refused.response.content
    assert "Nobody has points here yet" in text((await world.forge(eve, channel, "b:0:2:0:1:0")).response)


async def test_the_board_of_this_challenge_is_that_of_the_last_one_when_none_runs(world: World) -> None:
    await world.begin_challenge()
    await world.play(world.ada)
    running = await board(world, world.grace, period="this challenge")
    assert "Ends <t:1767636000:R>" in text(running)
    assert f"**1.** {world.ada.mention} · **40** · 4/4 · ⏱️ 0:20" in text(running)
    await world.until(2026, 1, 5, 18, 1)
    ended = await board(world, world.grace, period="this challenge")
    assert "Ended <t:1767636001:d>" in text(ended)
    assert lines(ended) == ranked([world.ada], 1)
