"""Two things at the same instant, and kills between two steps: at most one question is on the table."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
import pytest

from bot.domain.rounds import Round
from cogs.poster import DiscordPoster
from tests.messages import buttons, text
from tests.world import World


def open_cards(world: World) -> list[discord.Message]:
    """The cards in #quiz whose letters can be clicked."""
    return [m for m in world.channel.history() if not buttons(m).get("A", {"disabled": True}).get("disabled")]


def count(world: World, words: str) -> int:
    """How many messages in #quiz have these words."""
    return sum(words in text(message) for message in world.channel.history())


async def test_killed_after_the_next_question_was_noted_but_not_its_timer(world: World) -> None:
    await world.start_quiz(questions=3, topic="one", seconds=60)
    async with world.sql() as transaction:
        await transaction.run("INSERT INTO timer SELECT 'next', id, started_at, 0 FROM quiz")
    await world.restart(away=1)
    await world.wait(3)
    assert len(open_cards(world)) == 1
    await world.wait(60)
    await world.wait(10)
    assert count(world, "Question 2 of 3") == 1
    assert len(open_cards(world)) == 1


async def test_skip_while_the_card_is_not_posted_yet(world: World) -> None:
    world.env.inject_error("POST", "/channels/*/messages", status=503, times=1)
    await world.ada.slash(world.channel, "quiz start", questions=3, topic="one", seconds=60)
    await world.wait(5)
    assert open_cards(world) == []
    unseen = await world.grace.slash(world.channel, "hint")
    assert "No question is open" in unseen.response.content
    skipped = await world.ada.slash(world.channel, "quiz skip")
    assert skipped.response.content == "⏭️ Skipped. The next question follows."
    for _ in range(20):
        await world.wait(1)
        assert len(open_cards(world)) <= 1
    assert count(world, "Result of question 1") == 0, "nobody has seen question 1, so nobody is told its key"
    assert count(world, "Question 2 of 3") == 1


async def test_stop_while_the_card_is_not_posted_yet(world: World) -> None:
    world.env.inject_error("POST", "/channels/*/messages", status=503, times=1)
    await world.ada.slash(world.channel, "quiz start", questions=3, topic="one", seconds=60)
    await world.wait(5)
    await world.ada.slash(world.channel, "quiz stop")
    await world.wait(120)
    assert open_cards(world) == []
    assert count(world, "Quiz over") == 1


async def test_stop_while_discord_is_taking_the_card(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _slow_posts(world, monkeypatch, seconds=3)
    await world.ada.slash(world.channel, "quiz start", questions=3, topic="one", seconds=60)
    await world.wait(6)
    await world.ada.slash(world.channel, "quiz stop")
    await world.wait(120)
    assert count(world, "Question 1 of 3") == 1
    assert open_cards(world) == []
    assert count(world, "Quiz over") == 1


async def test_stop_and_skip_at_the_same_instant(world: World) -> None:
    await world.start_quiz(questions=3, topic="one", seconds=60)
    await world.commands_at_once(
        [(world.ada, "quiz skip"), (world.ada, "quiz stop"), (world.mona, "quiz skip")]
    )
    await world.wait(120)
    assert open_cards(world) == []
    assert count(world, "Quiz over") == 1
    assert count(world, "Result of question 1 of 3") <= 1  # none where the stop came first


async def test_skips_at_the_same_instant_skip_one_question(world: World) -> None:
    await world.start_quiz(questions=3, topic="one", seconds=60)
    await world.commands_at_once([(world.ada, "quiz skip"), (world.mona, "quiz skip")])
    await world.wait(12)
    assert count(world, "Question 2 of 3") == 1
    assert count(world, "Question 3 of 3") == 0


async def test_a_slow_post_does_not_eat_the_time_for_answering(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _slow_posts(world, monkeypatch, seconds=20)
    await world.ada.slash(world.channel, "quiz start", questions=1, topic="one", seconds=10)
    await world.wait(25)
    await world.wait(8)
    assert "✅ Correct · +11 points" in text(await world.choose(world.ada, "the right one"))
    await world.wait(4)
    assert count(world, "Result of question 1 of 1") == 1


async def test_a_slow_result_does_not_eat_the_time_for_reading(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _slow_posts(world, monkeypatch, seconds=15, method="post_result")
    await world.start_quiz(questions=2, topic="one", seconds=10)
    await world.choose(world.ada, "the right one")
    await world.wait(11 + 15)
    assert count(world, "Result of question 1 of 2") == 1
    await world.wait(8)
    assert count(world, "Question 2 of 2") == 0
    await world.wait(3)
    assert count(world, "Question 2 of 2") == 1


async def test_a_card_that_is_seen_before_discord_confirms_it_gives_no_key_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = DiscordPoster.post_question

    async def confirm_late(poster: DiscordPoster, round_: Round) -> Any:
        message_id = await post(poster, round_)
        await world.env.external_wait(asyncio.sleep(20), reason="Discord confirms late")
        return message_id

    monkeypatch.setattr(DiscordPoster, "post_question", confirm_late)
    await world.ada.slash(world.channel, "quiz start", questions=1, topic="one", seconds=10)
    await world.wait(5 + 12)
    # the time that was meant is over, but it begins anew as soon as the card is confirmed
    reply = await world.choose(world.ada, "a wrong one")
    assert "click again in a few seconds" in reply.content
    await world.wait(9)
    assert "✅ Correct · +15 points" in text(await world.choose(world.ada, "the right one"))


async def test_an_edit_that_hangs_holds_up_no_result(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.start_quiz(questions=2, topic="one", seconds=10)

    async def hang(_poster: DiscordPoster, _round: Round, _answered: int) -> None:
        await world.env.external_wait(asyncio.sleep(30), reason="Discord does not answer")

    monkeypatch.setattr(DiscordPoster, "show_tally", hang)
    await world.choose(world.ada, "the right one")
    await world.wait(15)
    assert count(world, "Result of question 1 of 2") == 1


async def test_a_full_disk_neither_spins_nor_loses(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await world.start_quiz(questions=1, topic="one", seconds=10)
    await world.choose(world.ada, "the right one")
    async with world.sql() as transaction:
        for table, event in (("round", "UPDATE"), ("timer", "UPDATE"), ("timer", "DELETE")):
            await transaction.run(
                f"CREATE TRIGGER full_{table}_{event} BEFORE {event} ON {table} "
                "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
            )
    await world.wait(300)
    assert 1 <= caplog.text.count("could not be settled") <= 6
    async with world.sql() as transaction:
        for trigger in ("full_round_UPDATE", "full_timer_UPDATE", "full_timer_DELETE"):
            await transaction.run(f"DROP TRIGGER {trigger}")
    await world.wait(120)
    assert count(world, "**1 of 1** right") == 1
    assert count(world, "Quiz over") == 1


async def test_a_refused_result_leaves_no_card_that_looks_open(world: World) -> None:
    await world.ada.slash(world.channel, "question", topic="one", **{"open-for": 1})
    world.forbid_posting()
    await world.wait(3700)
    assert open_cards(world) == []


async def test_the_starter_of_a_long_quiz_is_told_why_it_ended(world: World) -> None:
    await world.start_quiz(questions=5, topic="one", seconds=600)
    for _ in range(2):
        await world.wait(300)
        await world.choose(world.ada, "the right one")
        await world.wait(311)
    world.forbid_posting()
    await world.wait(700)
    assert "had to end" in text(world.seen(world.ada)[-1])


async def test_killed_while_a_question_was_being_posted(world: World) -> None:
    await world.ada.slash(world.channel, "question", topic="two")
    async with world.sql() as transaction:
        await transaction.run("UPDATE round SET message_id = NULL")
    await world.restart(away=10)
    assert (
        len(open_cards(world)) == 2
    )  # Discord itself would give back the first message; the simulation does not
    hint = await world.ada.click(open_cards(world)[-1], label="Hint (−3)")
    assert "there are two" in text(hint.response)
    async with world.sql() as transaction:
        await transaction.run("UPDATE round SET message_id = NULL")
    await world.restart(away=3600)
    assert len(open_cards(world)) == 2
    reply = await world.ada.click(open_cards(world)[0], label="A")
    assert "This question is closed" in text(reply.response)


async def test_a_quiz_without_a_timer_is_mended_at_the_start(world: World) -> None:
    await world.start_quiz(questions=2, topic="one", seconds=30)
    async with world.sql() as transaction:
        await transaction.run("DELETE FROM timer")
    await world.restart()
    await world.wait(32)
    assert count(world, "Result of question 1 of 2") == 1
    async with world.sql() as transaction:
        await transaction.run("DELETE FROM timer")
    await world.restart()
    await world.wait(1)
    assert count(world, "Question 2 of 2") == 1


async def test_absurdly_long_names_get_an_answer(world: World) -> None:
    for option in ("topic", "bank"):
        refused = await world.ada.slash(world.channel, "quiz start", **{option: "x" * 5000})
        assert "There is no" in refused.response.content


async def test_hint_after_answering_one_of_two_open_questions_asks_first(world: World) -> None:
    await world.ada.slash(world.channel, "question", topic="two")
    await world.start_quiz(questions=1, topic="one", seconds=60)
    await world.choose(world.ada, "the right one")
    choice = await world.ada.slash(world.channel, "hint")
    assert "For which one do you want a hint?" in text(choice.response)
    assert "Which two are right?" in text(choice.response)


def _slow_posts(
    world: World, monkeypatch: pytest.MonkeyPatch, *, seconds: float, method: str = "post_question"
) -> None:
    """Let Discord take its time for each question card, or other message; it is there at the end of it."""
    post = getattr(DiscordPoster, method)

    async def slow(poster: DiscordPoster, *arguments: Any, **options: Any) -> Any:
        await world.env.external_wait(asyncio.sleep(seconds), reason="Discord is slow")
        return await post(poster, *arguments, **options)

    monkeypatch.setattr(DiscordPoster, method, slow)
