"""Names on cards: as a server wants them, and never of whoever had their data erased."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cogs.cards.names import Names
from tests.cogs.choosing import press
from tests.messages import text
from tests.world import World

ADA, GRACE, LINUS = 10**18, 10**18 + 1, 10**18 + 2


@pytest.fixture
async def nameless(world: World) -> World:
    """A server that shows no names."""
    await press(world, "Hide names")
    await world.restart()
    return world


def named(world: World) -> list[str]:
    """The public messages in #quiz that mention members, but for what Discord itself says above a quiz: who started it."""
    public = [text(message) for message in world.channel.history() if not message.flags.ephemeral]
    return [words for words in public if "<@" in words and "starts a quiz" not in words]


async def question(world: World, topic: str = "one") -> Any:
    """Let a question be posted that is open for an hour."""
    await world.mona.slash(world.channel, "question", topic=topic, **{"open-for": 1})
    return world.card


# the names themselves


def test_members_are_mentioned() -> None:
    assert Names().one(ADA) == f"<@{ADA}>"
    assert Names().several([ADA, GRACE], 100) == f"<@{ADA}>, <@{GRACE}>"
    assert Names().several([ADA, GRACE, LINUS], 50) == f"<@{ADA}> and 2 more"


def test_only_the_viewer_is_named_where_names_are_hidden() -> None:
    assert Names(hidden=True).one(ADA) == "a member"
    assert Names(hidden=True, viewer=ADA).one(ADA) == f"<@{ADA}>"
    assert Names(hidden=True, viewer=ADA).several([GRACE, ADA], 100) == f"a member, <@{ADA}>"
    assert Names(viewer=ADA).one(GRACE) == f"<@{GRACE}>"


@pytest.mark.parametrize("names", [Names(), Names(hidden=True), Names(hidden=True, viewer=ADA)])
def test_whoever_had_their_data_erased_is_a_former_member(names: Names) -> None:
    assert names.one(0) == "a former member"


# where names are hidden


async def test_the_result_of_a_question_names_nobody(nameless: World) -> None:
    card = await question(nameless)
    await nameless.choose(nameless.ada, "the right one", card)
    await nameless.choose(nameless.grace, "a wrong one", card)
    await nameless.wait(3601)
    assert "**1 of 2** right\n" in text(nameless.find("### Result"))
    assert named(nameless) == []


async def test_a_quiz_names_nobody_but_who_started_it(nameless: World) -> None:
    await nameless.start_quiz(nameless.linus, questions=1, topic="one", seconds=20)
    await nameless.choose(nameless.ada, "the right one")
    await nameless.choose(nameless.grace, "a wrong one")
    await nameless.wait(40)
    result, scoreboard = text(nameless.find("Result of question")), text(nameless.find("Quiz over"))
    assert re.search(r"\*\*1 of 2\*\* right\n⚡ Fastest: a member in \d", result)
    assert "🥇 **1.** a member · **" in scoreboard
    assert "▫️ **2.** a member · **0**" in scoreboard
    assert named(nameless) == []


async def test_on_a_board_only_ones_own_line_has_a_name(nameless: World) -> None:
    card = await question(nameless)
    await nameless.choose(nameless.ada, "the right one", card)
    await nameless.choose(nameless.grace, "a wrong one", card)
    shown = text((await nameless.grace.slash(nameless.channel, "leaderboard")).response)
    assert "🥇 **1.** a member · **10**" in shown
    assert f"**2.** {nameless.grace.mention} · **0** · 0/1 ← you" in shown
    assert nameless.ada.mention not in shown
    await nameless.grace.slash(nameless.channel, "leaderboard", show="everyone")
    everyone = text(nameless.last)
    assert everyone.count("a member ·") == 2
    assert "you" not in everyone
    assert named(nameless) == []


async def test_a_page_of_a_board_names_nobody_else(nameless: World) -> None:
    members = nameless.newcomers(12)
    await nameless.write_questions(1)
    card = await question(nameless)
    for member in members:
        await nameless.choose(member, "the right one", card)
    shown = (await members[0].slash(nameless.channel, "leaderboard")).response
    assert "page 1 of 2" in text(shown)
    second = text((await members[0].click(shown, label="Next")).response)
    assert "page 2 of 2" in second
    assert set(re.findall(r"<@\d+>", second)) <= {members[0].mention}


async def test_a_challenge_names_nobody(nameless: World) -> None:
    await nameless.begin_challenge(days="1")
    await nameless.play(nameless.ada)
    await nameless.play(nameless.grace, right=1)
    await nameless.wait(30)
    assert "🥇 **1.** a member" in text(nameless.find("Weekly challenge #1"))
    rank = (await nameless.ada.click(nameless.find("Weekly challenge #1"), label="My rank")).response
    assert nameless.ada.mention in text(rank)
    places = (await nameless.ada.slash(nameless.channel, "leaderboard", period="this challenge")).response
    assert nameless.grace.mention not in text(places)
    await nameless.wait(2 * 86400)
    podium = text(nameless.find("is over"))
    assert "🥇 **1.** a member · **40**" in podium
    assert "🥈 **2.** a member" in podium
    # the next one tells who improved
    await nameless.begin_challenge(days="1")
    await nameless.play(nameless.grace)
    await nameless.wait(2 * 86400)
    assert "Most improved: a member, from" in text(nameless.find("Challenge #2 is over"))
    for member, others in (
        (nameless.grace, "🥇 a member · "),
        (nameless.ada, f"🥇 {nameless.ada.mention} · "),
    ):
        history = text((await member.slash(nameless.channel, "challenge history")).response)
        assert others in history
    assert named(nameless) == []


async def test_the_digest_names_nobody(nameless: World) -> None:
    await nameless.mona.slash(nameless.channel, "digest on")
    for week in range(2):
        for number, (first, other) in enumerate(
            ((nameless.ada, nameless.grace), (nameless.grace, nameless.ada))
        ):
            card = await question(nameless)
            await nameless.choose(first if number == week else other, "the right one", card)
            if number == week:
                await nameless.choose(other, "a wrong one", card)
            await nameless.wait(3700)
        await nameless.until(2026, 1, 5 + 7 * week, 0, 2)
    digest = text(nameless.find("The week in numbers"))
    assert "🥇 a member led with" in digest
    assert named(nameless) == []


async def test_statistics_of_others_are_refused(nameless: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cogs.cards.activity.draw_activity", lambda _: b"a picture")  # nobody looks at it
    await nameless.choose(nameless.ada, "the right one", await question(nameless))
    await nameless.grace.slash(nameless.channel, "stats", member=nameless.ada)
    assert nameless.seen(nameless.grace)[-1].content == (
        "This server names nobody, so each member sees only their own statistics: `/stats` without a member."
    )
    own = await nameless.ada.slash(nameless.channel, "stats", member=nameless.ada)
    assert nameless.ada.mention in text(own.response)


async def test_names_that_are_hidden_leave_the_card_of_the_challenge_at_once_and_come_back(
    world: World,
) -> None:
    await world.begin_challenge()
    await world.play(world.ada)
    await world.wait(30)
    assert world.ada.mention in text(world.find("Weekly challenge #1"))
    await press(world, "Hide names")
    await world.wait(30)
    assert world.ada.mention not in text(world.find("Weekly challenge #1"))
    await press(world, "Show names")
    await world.wait(30)
    assert world.ada.mention in text(world.find("Weekly challenge #1"))


async def test_another_server_shows_its_names(world: World) -> None:
    async with world.sql() as transaction:
        await transaction.run(
            "INSERT INTO server (guild_id, hides_names) VALUES (?, 1)", (world.guild.id + 1,)
        )
    await world.restart()
    await world.choose(world.ada, "the right one", await question(world))
    assert world.ada.mention in text((await world.grace.slash(world.channel, "leaderboard")).response)


# whoever had their data erased


async def test_a_former_member_won_an_old_challenge(world: World) -> None:
    await world.begin_challenge(days="1")
    await world.play(world.ada)
    await world.wait(2 * 86400)
    async with world.sql() as transaction:
        await transaction.run("UPDATE challenge SET winners = '0'")
    history = text((await world.grace.slash(world.channel, "challenge history")).response)
    assert "🥇 a former member · 40 points" in history


async def test_a_quiz_that_a_former_member_started(world: World) -> None:
    await world.start_quiz(world.ada, topic="one")
    async with world.sql() as transaction:
        await transaction.run("UPDATE quiz SET starter_id = 0")
    refused = await world.grace.slash(world.channel, "quiz stop")
    assert refused.response.content == "Only members with the permission Manage Messages can stop it."
    stopped = await world.mona.slash(world.channel, "quiz stop")
    assert "The quiz is over" in stopped.response.content


async def test_a_former_member_answered_right(world: World) -> None:
    card = await question(world)
    await world.choose(world.ada, "the right one", card)
    await world.choose(world.grace, "the right one", card)
    async with world.sql() as transaction:
        await transaction.run("UPDATE answer SET member_id = 0 WHERE member_id = ?", (world.ada.id,))
    await world.restart()
    await world.wait(3601)
    assert f"right: a former member, {world.grace.mention}" in text(world.find("### Result"))
