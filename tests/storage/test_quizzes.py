"""Quizzes: starting, going on, and ending at every possible moment."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta

import pytest

from bot.domain.quizzes import EndReason, Quiz
from bot.domain.rounds import CloseReason
from bot.storage.answers import AnswerStore
from bot.storage.database import Database
from bot.storage.quizzes import FINAL, NEXT, QuizStore
from bot.storage.rounds import CLOSE, RESULT, RoundStore
from bot.storage.timers import TimerStore
from tests.domain.examples import NOON, make_answer, make_question, seconds
from tests.storage.examples import (
    ADA,
    CHANNEL,
    GRACE,
    GUILD,
    add_round,
    all_timers,
    ask,
    start_quiz,
    timers,
    try_start,
)

LATER = NOON + seconds(60)
STOPPED = CloseReason.STOPPED


@pytest.fixture
def quizzes(database: Database) -> QuizStore:
    """The quizzes in the database."""
    return QuizStore(database)


async def end(quizzes: QuizStore, quiz: Quiz, *, final: bool = True) -> bool:
    """Stop a quiz."""
    return await quizzes.end(quiz.id, EndReason.STOPPED, LATER, close=STOPPED, final=final)


async def play(
    database: Database, quiz: Quiz, *members: int, reason: CloseReason = CloseReason.DEADLINE
) -> None:
    """Ask the next question, let members answer it, and close it."""
    round_ = await ask(database, quiz)
    for member in members:
        await AnswerStore(database).add(make_answer(member, round_id=round_.id))
    await RoundStore(database).close(round_.id, reason, LATER)


async def test_a_quiz_comes_back_as_it_was_started(database: Database, quizzes: QuizStore) -> None:
    quiz = await start_quiz(database, questions=2, topic="one", seconds=45)
    assert quiz == Quiz(
        id=quiz.id,
        guild_id=GUILD,
        channel_id=CHANNEL,
        starter_id=ADA,
        bank="sample",
        topic="one",
        seconds=45,
        started_at=NOON,
        questions=2,
    )
    assert await quizzes.get(quiz.id) == await quizzes.running(CHANNEL) == quiz
    assert await timers(database) == {(NEXT, quiz.id): NOON + seconds(5)}


async def test_a_quiz_that_does_not_exist_is_none(quizzes: QuizStore) -> None:
    assert await quizzes.get(404) is None
    assert await quizzes.running(404) is None


async def test_of_starts_at_the_same_instant_one_wins(database: Database, quizzes: QuizStore) -> None:
    started = await asyncio.gather(*(try_start(database, starter_id=member) for member in range(5)))
    (quiz,) = [one for one in started if one is not None]
    assert await quizzes.all_running() == [quiz]
    assert await timers(database) == {(NEXT, quiz.id): NOON + seconds(5)}


async def test_each_channel_has_its_own_quiz(database: Database, quizzes: QuizStore) -> None:
    here, there = await asyncio.gather(start_quiz(database), start_quiz(database, channel_id=CHANNEL + 1))
    assert await quizzes.running(CHANNEL) == here
    assert await quizzes.running(CHANNEL + 1) == there


async def test_after_the_end_another_can_start(database: Database, quizzes: QuizStore) -> None:
    first = await start_quiz(database)
    assert await try_start(database) is None
    await end(quizzes, first)
    second = await start_quiz(database)
    assert await quizzes.running(CHANNEL) == second


async def test_a_start_that_fails_for_another_reason_is_no_refusal(database: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await try_start(database, starter_id=None)
    assert await timers(database) == {}


async def test_the_announcement_is_noted(database: Database, quizzes: QuizStore) -> None:
    quiz = await start_quiz(database)
    await quizzes.announced(quiz.id, 77)
    stored = await quizzes.get(quiz.id)
    assert stored is not None
    assert stored.message_id == 77


async def test_questions_come_in_the_order_of_the_quiz_as_they_were_then(
    database: Database, quizzes: QuizStore
) -> None:
    asked = [make_question("b"), make_question("a", prompt="Old?"), make_question("c")]
    quiz = await start_quiz(database, questions=asked)
    await start_quiz(database, channel_id=CHANNEL + 1, questions=[make_question("a", prompt="New?")])
    assert [(await ask(database, quiz)).question for _ in asked] == asked
    assert await quizzes.next_question(quiz.id) is None


async def test_a_question_without_a_card_comes_again(database: Database, quizzes: QuizStore) -> None:
    quiz = await start_quiz(database)
    coming = await quizzes.next_question(quiz.id)
    assert coming is not None
    round_ = await add_round(database, coming[1], quiz_id=quiz.id, position=1)
    assert await quizzes.next_question(quiz.id) == coming
    await RoundStore(database).close(round_.id, CloseReason.REFUSED, NOON)
    following = await quizzes.next_question(quiz.id)
    assert following is not None
    assert following[0] == 2


async def test_ending_with_an_open_round_closes_it_and_its_result_comes_first(
    database: Database, quizzes: QuizStore
) -> None:
    quiz = await start_quiz(database)
    round_ = await ask(database, quiz)
    assert await end(quizzes, quiz)
    assert await timers(database) == {(RESULT, round_.id): LATER}
    (closed,) = await RoundStore(database).of_quiz(quiz.id)
    assert (closed.closed_at, closed.close_reason) == (LATER, STOPPED)
    await quizzes.after_result(round_.id, quiz.id, LATER + seconds(3))
    assert await timers(database) == {(FINAL, quiz.id): LATER + seconds(3)}


async def test_ending_while_a_result_is_due_waits_for_it(database: Database, quizzes: QuizStore) -> None:
    quiz = await start_quiz(database)
    await play(database, quiz)
    (round_,) = await RoundStore(database).of_quiz(quiz.id)
    assert await end(quizzes, quiz)
    assert await timers(database) == {(RESULT, round_.id): LATER}
    assert await RoundStore(database).get(round_.id) == round_


async def test_ending_in_the_pause_brings_the_scoreboard_at_once(
    database: Database, quizzes: QuizStore
) -> None:
    quiz = await start_quiz(database)
    await play(database, quiz)
    (round_,) = await RoundStore(database).of_quiz(quiz.id)
    await quizzes.after_result(round_.id, quiz.id, LATER + seconds(10))
    assert await timers(database) == {(NEXT, quiz.id): LATER + seconds(10)}
    assert await end(quizzes, quiz)
    assert await timers(database) == {(FINAL, quiz.id): LATER}


async def test_ending_before_the_first_question_brings_the_scoreboard(
    database: Database, quizzes: QuizStore
) -> None:
    quiz = await start_quiz(database)
    assert await end(quizzes, quiz)
    assert await timers(database) == {(FINAL, quiz.id): LATER}
    stored = await quizzes.get(quiz.id)
    assert stored is not None
    assert (stored.ended_at, stored.end_reason) == (LATER, EndReason.STOPPED)
    assert await quizzes.running(CHANNEL) is None


async def test_ending_quietly_leaves_nothing_to_post(database: Database, quizzes: QuizStore) -> None:
    quiz = await start_quiz(database)
    await play(database, quiz)
    await ask(database, quiz)
    assert await end(quizzes, quiz, final=False)
    assert await timers(database) == {}
    assert await RoundStore(database).open() == []


async def test_a_quiz_ends_once(database: Database, quizzes: QuizStore) -> None:
    quiz = await start_quiz(database)
    await ask(database, quiz)
    ends = await asyncio.gather(
        *(quizzes.end(quiz.id, reason, LATER, close=STOPPED, final=True) for reason in EndReason)
    )
    assert sum(ends) == 1
    stored, before = await quizzes.get(quiz.id), await timers(database)
    assert stored is not None
    assert stored.end_reason == list(EndReason)[ends.index(True)]
    assert not await end(quizzes, quiz)
    assert await quizzes.get(quiz.id) == stored
    assert await timers(database) == before


async def test_ending_one_quiz_leaves_the_others_alone(database: Database, quizzes: QuizStore) -> None:
    quiz, other = await start_quiz(database), await start_quiz(database, channel_id=CHANNEL + 1)
    await play(database, other)
    open_ = await ask(database, other)
    alone = await add_round(database)
    await end(quizzes, quiz)
    assert (FINAL, quiz.id) in await timers(database)
    assert await quizzes.all_running() == [other]
    assert {round_.id for round_ in await RoundStore(database).open()} == {open_.id, alone.id}
    assert (NEXT, other.id) in await timers(database)


async def test_after_a_result_the_next_question_falls_due_in_one_step(
    database: Database, quizzes: QuizStore
) -> None:
    quiz = await start_quiz(database)
    await play(database, quiz)
    (round_,) = await RoundStore(database).of_quiz(quiz.id)
    assert (RESULT, round_.id) in await timers(database)
    await quizzes.after_result(round_.id, quiz.id, LATER)
    assert await timers(database) == {(NEXT, quiz.id): LATER}


async def test_hurrying_moves_the_next_question_up(database: Database, quizzes: QuizStore) -> None:
    quiz = await start_quiz(database)
    assert await quizzes.hurry(quiz.id, NOON)
    assert await timers(database) == {(NEXT, quiz.id): NOON}
    await end(quizzes, quiz)
    assert not await quizzes.hurry(quiz.id, NOON)
    assert await timers(database) == {(FINAL, quiz.id): LATER}


async def test_a_quiz_is_busy_from_a_card_to_its_result(database: Database, quizzes: QuizStore) -> None:
    quiz = await start_quiz(database)
    await add_round(database, make_question("question-1"), quiz_id=quiz.id, position=1)
    assert not await quizzes.is_busy(quiz.id)
    round_ = await ask(database, quiz)
    assert await quizzes.is_busy(quiz.id)
    await RoundStore(database).close(round_.id, CloseReason.SKIPPED, NOON)
    assert await quizzes.is_busy(quiz.id)
    await quizzes.after_result(round_.id, quiz.id, LATER)
    assert not await quizzes.is_busy(quiz.id)


async def test_mending_gives_back_the_timers_that_were_given_up(
    database: Database, quizzes: QuizStore
) -> None:
    waiting, playing, done = [await start_quiz(database, channel_id=n) for n in range(3)]
    round_ = await ask(database, playing)
    await add_round(database, make_question("question-1"), quiz_id=waiting.id, position=1)
    await end(quizzes, done, final=False)
    for timer in await all_timers(database):
        await TimerStore(database).done(timer)
    await quizzes.mend(LATER)
    found = await timers(database)
    assert found == {(CLOSE, round_.id): round_.closes_at, (NEXT, waiting.id): LATER}
    await quizzes.mend(LATER + seconds(9))
    assert await timers(database) == found


async def test_mending_changes_nothing_where_nothing_is_missing(
    database: Database, quizzes: QuizStore
) -> None:
    first, second = [await start_quiz(database, channel_id=n) for n in range(2)]
    await play(database, first)
    await end(quizzes, second)
    before = await timers(database)
    await quizzes.mend(LATER + timedelta(days=1))
    assert await timers(database) == before


async def test_participants_are_all_who_answered_in_the_quiz(database: Database, quizzes: QuizStore) -> None:
    quiz, other = await start_quiz(database), await start_quiz(database, channel_id=CHANNEL + 1)
    assert await quizzes.participants(quiz.id) == frozenset()
    await play(database, quiz, ADA)
    await play(database, quiz, ADA, GRACE)
    await play(database, other, 404)
    assert await quizzes.participants(quiz.id) == {ADA, GRACE}


async def test_unanswered_rounds_count_back_to_the_last_answer(
    database: Database, quizzes: QuizStore
) -> None:
    quiz = await start_quiz(database, questions=6)
    counts = []
    for members in ((), (), (ADA,), (), ()):
        await play(database, quiz, *members)
        counts.append(await quizzes.unanswered_in_a_row(quiz.id))
    assert counts == [1, 2, 0, 1, 2]
    await ask(database, quiz)
    assert await quizzes.unanswered_in_a_row(quiz.id) == 2


async def test_skipped_rounds_are_no_sign_of_an_empty_room(database: Database, quizzes: QuizStore) -> None:
    quiz = await start_quiz(database, questions=4)
    assert await quizzes.unanswered_in_a_row(quiz.id) == 0
    await play(database, quiz)
    await play(database, quiz, reason=CloseReason.SKIPPED)
    await play(database, quiz)
    assert await quizzes.unanswered_in_a_row(quiz.id) == 2
