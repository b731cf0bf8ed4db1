"""A server removes the bot: what it had is kept for 30 days and then erased, unless the bot is added again before."""

from __future__ import annotations

import logging

import pytest

from bot.storage.leftovers import BY_SERVER
from tests.cogs.departing import DAY, add_bot, days, outage, remove_bot, stored
from tests.cogs.weeks import story
from tests.messages import is_question, parts, text
from tests.storage.filling import SERVER_TIMERS
from tests.world import World

OF_OTHERS = {"exam", "remind", "erase member", "erase server", "backup"}
"""Kinds of timers that are about members or the bot itself."""


async def play_quiz(world: World) -> None:
    """A quiz of one question that ada wins."""
    await world.start_quiz(questions=1, topic="one", seconds=30)
    await world.choose(world.ada, "the right one")
    await world.wait(45)


async def board(world: World) -> str:
    """The leaderboard of all time, as mona sees it."""
    shown = await world.mona.slash(world.channel, "leaderboard", period="all time")
    return text(shown.response)


async def writes(world: World) -> int:
    """How many messages the bot has tried to post or edit in channels."""
    return len(
        world.requests("POST", "/channels/*/messages*") + world.requests("PATCH", "/channels/*/messages/*")
    )


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What the host reads."""
    caplog.set_level(logging.INFO, logger="bot.study.departures")
    return caplog


async def test_removed_and_added_again_in_time(world: World, told: pytest.LogCaptureFixture) -> None:
    await world.set_zone("Europe/Berlin")
    await world.mona.slash(world.channel, "digest on")
    await play_quiz(world)
    await world.start_quiz(questions=3, topic="one", seconds=30)
    await world.choose(world.ada, "the right one")
    card = world.card
    before = await board(world)
    assert str(world.ada.id) in before
    kept = await remove_bot(world)
    assert f"Server {world.guild.id} has removed me" in told.text
    assert "will be erased on 2026-01-31" in told.text

    tried = await writes(world)
    await days(world, 29)
    assert await writes(world) == tried, "nothing is posted where the bot is not"
    await add_bot(world, kept)
    assert "added me again" in told.text
    assert await board(world) == before
    assert "Europe/Berlin" in text((await world.mona.slash(world.channel, "settings")).response)
    assert "This question is closed" in text(await world.choose(world.grace, "the right one", card))
    await world.wait(60)
    assert await writes(world) == tried, "what was under way has ended without a word"
    await days(world, 40)
    assert await board(world) == before, "it was not erased after all"
    await play_quiz(world)
    assert world.count("Quiz over") == 2


async def test_an_outage_is_no_removal(world: World) -> None:
    await world.start_quiz(questions=1, topic="one", seconds=300)
    await outage(world)
    assert "✅ Correct" in text(await world.choose(world.ada, "the right one"))
    await world.wait(300)
    assert world.count("Quiz over") == 1
    assert await stored(world, "server") == 0


async def test_erased_after_thirty_days(world: World, told: pytest.LogCaptureFixture) -> None:
    other = world.env.create_guild("Other group")
    there = other.create_text_channel("quiz")
    eve = other.add_member(world.env.create_user("eve"))
    await eve.slash(there, "question", topic="one", **{"open-for": 168})
    await world.choose(eve, "the right one", next(filter(is_question, there.history())))
    await world.set_zone("Europe/Berlin")
    await play_quiz(world)
    await world.ada.slash(world.channel, "practice")
    cards = await stored(world, "review_card")
    assert cards
    kept = await remove_bot(world)
    await days(world, 29.5)
    assert await stored(world, "answer") == 2
    await days(world, 1)
    assert "is erased: 1 quizzes, 0 challenges, 1 questions asked, 1 answers, 0 reports" in told.text
    for table in BY_SERVER:
        assert await stored(world, f"{table} WHERE guild_id = {world.guild.id}") == 0, table
    assert await stored(world, "answer") == 1
    # what is the member's stays
    assert await stored(world, "review_card") == cards
    assert await stored(world, "session") == 1

    await add_bot(world, kept)
    assert str(world.ada.id) not in await board(world)
    assert "UTC" in text((await world.mona.slash(world.channel, "settings")).response)
    await play_quiz(world)
    assert str(world.ada.id) in await board(world)
    others = await eve.slash(there, "leaderboard", period="all time")
    assert str(eve.id) in text(others.response)


async def test_answers_become_reviews_before_they_are_erased(world: World) -> None:
    world.settings["keep_servers_days"] = 0
    await world.restart()
    await world.start_quiz(questions=1, topic="one", seconds=30)
    await world.choose(world.ada, "the right one")
    await remove_bot(world)
    await world.wait(5)
    assert await stored(world, "answer") == 0
    assert await stored(world, "review_log") == 1


async def test_an_old_card_is_no_card_of_a_new_question(world: World) -> None:
    world.settings["keep_servers_days"] = 0
    await world.restart()
    old = await world.start_quiz(questions=1, topic="one", seconds=30)
    kept = await remove_bot(world)
    await world.wait(5)
    assert await stored(world, "quiz_question") == 0, "0 days means at once"
    await add_bot(world, kept)
    await world.start_quiz(questions=1, topic="one", seconds=30)
    refused = await world.forge(world.ada, world.channel, parts(old, 2)[0]["custom_id"])
    assert "I have no record of this question" in text(refused.response)


async def test_removed_while_the_bot_was_away(world: World, told: pytest.LogCaptureFixture) -> None:
    await world.start_quiz(questions=2, topic="one", seconds=30)
    await world.choose(world.ada, "the right one")
    await world.kill()
    kept = await remove_bot(world)
    world.env.backend.advance_clock(10 * DAY)
    tried = await writes(world)
    await world._open()
    await world.env.restart_bot(world.app.client)
    assert "will be erased on 2026-02-10" in told.text, "30 days from when it was noticed"
    await days(world, 1)
    assert await writes(world) == tried
    await world.kill()
    await add_bot(world, kept)
    await world._open()
    await world.env.restart_bot(world.app.client)
    assert "added me again" in told.text
    await days(world, 35)
    assert await stored(world, "answer") == 1


async def test_the_setting_counts_from_the_removal(world: World, told: pytest.LogCaptureFixture) -> None:
    await play_quiz(world)
    await remove_bot(world)
    await days(world, 5)
    world.settings["keep_servers_days"] = 6
    await world.restart()
    assert told.text.count("has removed me") == 1
    await days(world, 0.5)
    assert await stored(world, "answer") == 1
    await days(world, 1)
    assert await stored(world, "answer") == 0


async def test_killed_while_it_is_erased(world: World) -> None:
    await play_quiz(world)
    await play_quiz(world)
    await remove_bot(world)
    await days(world, 30 - 5 / DAY)
    while await stored(world, "erased_server") == 0:
        await world.wait(0.01)
    assert await stored(world, "answer") > 0
    await world.restart()
    await world.wait(60)
    assert await stored(world, "erased_server") == 0
    assert await stored(world, "answer") == 0


async def test_a_challenge_goes_on_when_the_bot_is_added_again(world: World) -> None:
    await world.begin_challenge(days="6", topics=["one"])
    await world.play(world.ada)
    kept = await remove_bot(world)
    await days(world, 2)
    await add_bot(world, kept)
    await world.play(world.grace)
    await world.wait(60)
    assert f"<@{world.grace.id}>" in text(world.find("Weekly challenge #1"))
    await days(world, 5)
    assert story(world) == ["card 1", "podium 1"]
    assert "**2 members** played" in text(world.find("Challenge #1"))


async def test_a_challenge_whose_time_passed_meanwhile_ends_quietly(world: World) -> None:
    await world.let_manage_roles()
    role = world.guild.create_role("Champion")
    await world.set_challenge(weekday="4", hour="18", champion=role, days="2")
    await world.until(2026, 1, 2, 18, 1)
    await world.play(world.ada)
    await world.wait(60)
    kept = await remove_bot(world)
    tried = await writes(world)
    await days(world, 10)
    await world.restart()
    assert await writes(world) == tried
    await add_bot(world, kept)
    await world.wait(120)
    assert story(world) == ["card 1"]
    assert "It is over" in text(world.find("Weekly challenge #1"))
    assert not world.has_role(world.ada, role)
    history = text((await world.mona.slash(world.channel, "challenge history")).response)
    assert str(world.ada.id) in history
    await days(world, 7)
    assert story(world)[:2] == ["card 1", "card 2"]


async def test_a_running_challenge_is_erased_with_its_server(world: World) -> None:
    world.settings["keep_servers_days"] = 0
    await world.restart()
    card = await world.begin_challenge(days="6", topics=["one"])
    await world.play(world.ada, questions=1)
    await board(world)  # which notes who is there
    kept = await remove_bot(world)
    await world.wait(5)
    assert not world.app.listing._known
    await add_bot(world, kept)
    assert world.app.open_rounds.of_server(world.guild.id) == []
    refused = (await world.grace.click(card, label="Play")).response
    assert "This challenge is not known here" in text(refused)
    assert "No challenge is running here" in text(await world.open_challenge(world.grace))
    fresh = await world.begin_challenge(topics=["one"])
    assert "Weekly challenge #1" in text(fresh)
    assert fresh.id != card.id


async def test_every_timer_is_known_to_belong_to_a_server_or_not(world: World) -> None:
    """What is about a server must rest and be erased with it: see SERVER_OF_TIMER in bot/storage/timers.py."""
    kinds = set(world.app.scheduler._work)
    assert kinds - OF_OTHERS == set(SERVER_TIMERS)
