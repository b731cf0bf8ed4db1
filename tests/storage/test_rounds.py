"""Rounds: adding, posting, closing, and the versions of the questions they asked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.quizzes import EndReason
from bot.domain.rounds import CloseReason
from bot.storage.answers import AnswerStore
from bot.storage.database import Database
from bot.storage.quizzes import QuizStore
from bot.storage.rounds import CLOSE, RESULT, RoundStore
from tests.domain.examples import NOON, make_answer, make_question, seconds
from tests.storage.examples import (
    ADA,
    CHANNEL,
    GUILD,
    add_round,
    ask,
    start_challenge,
    start_quiz,
    timers,
    try_add_round,
)

SKIPPED = CloseReason.SKIPPED


@pytest.fixture
def rounds(database: Database) -> RoundStore:
    """The rounds in the database."""
    return RoundStore(database)


async def test_a_round_comes_back_as_it_was_added(database: Database, rounds: RoundStore) -> None:
    question = make_question(options=5)
    round_ = await add_round(database, question, order=(4, 2, 0, 1, 3))
    assert (round_.guild_id, round_.channel_id) == (GUILD, CHANNEL)
    assert (round_.question, round_.order) == (question, (4, 2, 0, 1, 3))
    assert (round_.opened_at, round_.closes_at) == (NOON, NOON + seconds(30))
    assert (round_.quiz_id, round_.position, round_.total) == (None, None, None)
    assert (round_.message_id, round_.closed_at, round_.close_reason) == (None, None, None)
    assert await rounds.get(round_.id) == round_


async def test_a_round_that_does_not_exist_is_none(rounds: RoundStore) -> None:
    assert await rounds.get(404) is None


async def test_a_round_of_a_quiz_knows_its_place(database: Database) -> None:
    quiz = await start_quiz(database, questions=2)
    await ask(database, quiz)
    second = await ask(database, quiz)
    assert (second.quiz_id, second.position, second.total) == (quiz.id, 2, 2)


async def test_questions_outside_quizzes_never_stand_in_for_each_other(database: Database) -> None:
    one, other = await add_round(database), await add_round(database)
    assert one.id != other.id


async def test_a_round_that_is_added_again_keeps_its_id_and_order_and_begins_anew(database: Database) -> None:
    quiz = await start_quiz(database)
    place: dict[str, Any] = {"quiz_id": quiz.id, "position": 1}
    first = await add_round(database, order=(3, 1, 0, 2), **place)
    later = NOON + seconds(99)
    again = await add_round(
        database, order=(0, 1, 2, 3), opened_at=later, closes_at=later + seconds(30), **place
    )
    assert again == replace(first, opened_at=later, closes_at=later + seconds(30))


async def test_a_round_that_is_added_again_after_an_answer_keeps_its_time(database: Database) -> None:
    quiz = await start_quiz(database)
    place: dict[str, Any] = {"quiz_id": quiz.id, "position": 1}
    first = await add_round(database, **place)
    await AnswerStore(database).add(make_answer(ADA, round_id=first.id))
    later = NOON + seconds(99)
    assert await add_round(database, opened_at=later, closes_at=later + seconds(30), **place) == first


async def test_a_quiz_that_has_ended_takes_no_round(database: Database, rounds: RoundStore) -> None:
    quiz = await start_quiz(database)
    await QuizStore(database).end(quiz.id, EndReason.STOPPED, NOON, close=CloseReason.STOPPED, final=True)
    assert await try_add_round(database, quiz_id=quiz.id, position=1) is None
    assert await rounds.of_quiz(quiz.id) == []


async def test_an_edited_question_does_not_change_what_was_asked(
    database: Database, rounds: RoundStore
) -> None:
    old = await add_round(database, make_question(prompt="Old?"))
    new = await add_round(database, make_question(prompt="New?"))
    for round_, prompt in ((old, "Old?"), (new, "New?")):
        stored = await rounds.get(round_.id)
        assert stored is not None
        assert stored.question.prompt == prompt


async def test_posting_notes_the_message_and_the_time_and_sets_the_deadline(
    database: Database, rounds: RoundStore
) -> None:
    round_ = await add_round(database)
    posted = replace(round_, message_id=77, opened_at=NOON + seconds(1), closes_at=NOON + seconds(31))
    assert await rounds.posted(posted, NOON + seconds(32)) is None
    assert await rounds.get(round_.id) == posted
    assert await timers(database) == {(CLOSE, round_.id): NOON + seconds(32)}


async def test_posting_a_round_that_was_closed_meanwhile_notes_the_message_and_says_so(
    database: Database, rounds: RoundStore
) -> None:
    round_ = await add_round(database)
    await rounds.close(round_.id, SKIPPED, NOON)
    assert await rounds.posted(replace(round_, message_id=77), NOON + seconds(30)) is SKIPPED
    assert await timers(database) == {(RESULT, round_.id): NOON}
    stored = await rounds.get(round_.id)
    assert stored is not None
    assert stored.message_id == 77


async def test_closing_a_round_lets_its_result_fall_due(database: Database, rounds: RoundStore) -> None:
    round_ = await add_round(database)
    await rounds.posted(replace(round_, message_id=77), NOON + seconds(31))
    assert await rounds.close(round_.id, CloseReason.DEADLINE, NOON + seconds(30))
    assert await timers(database) == {(RESULT, round_.id): NOON + seconds(30)}
    stored = await rounds.get(round_.id)
    assert stored is not None
    assert (stored.closed_at, stored.close_reason) == (NOON + seconds(30), CloseReason.DEADLINE)


async def test_only_one_of_many_closes_a_round(database: Database, rounds: RoundStore) -> None:
    round_ = await add_round(database)
    reasons = list(CloseReason)
    closed = await asyncio.gather(*(rounds.close(round_.id, reason, NOON) for reason in reasons))
    assert sum(closed) == 1
    stored = await rounds.get(round_.id)
    assert stored is not None
    assert stored.close_reason == reasons[closed.index(True)]


async def test_closing_again_changes_nothing(database: Database, rounds: RoundStore) -> None:
    round_ = await add_round(database)
    await rounds.close(round_.id, SKIPPED, NOON)
    before = await rounds.get(round_.id)
    assert not await rounds.close(round_.id, CloseReason.DEADLINE, NOON + seconds(30))
    assert await rounds.get(round_.id) == before
    assert not await rounds.close(404, SKIPPED, NOON)


async def test_open_lists_what_is_open(database: Database, rounds: RoundStore) -> None:
    one, closed, other = [await add_round(database, make_question(f"question-{n}")) for n in range(3)]
    await rounds.close(closed.id, SKIPPED, NOON)
    assert await rounds.open() == [one, other]


async def test_rounds_of_a_quiz_are_in_the_order_of_the_quiz(database: Database, rounds: RoundStore) -> None:
    quiz, other = await start_quiz(database), await start_quiz(database, channel_id=CHANNEL + 1)
    first, elsewhere, second = [await ask(database, one) for one in (quiz, other, quiz)]
    assert await rounds.of_quiz(quiz.id) == [first, second]
    assert await rounds.of_quiz(other.id) == [elsewhere]


async def test_last_asked_is_by_question_server_and_bank(database: Database, rounds: RoundStore) -> None:
    for days, question, guild in (
        (1, make_question("a"), GUILD),
        (3, make_question("a", prompt="Edited?"), GUILD),
        (2, make_question("a"), GUILD),
        (5, make_question("b"), GUILD + 1),
        (6, make_question("c", bank="other"), GUILD),
    ):
        at = NOON + timedelta(days=days)
        await add_round(database, question, guild_id=guild, opened_at=at, closes_at=at + seconds(30))
    assert await rounds.last_asked(GUILD, "sample") == {"a": NOON + timedelta(days=3)}
    assert await rounds.last_asked(GUILD, "other") == {"c": NOON + timedelta(days=6)}
    assert await rounds.last_asked(GUILD + 1, "sample") == {"b": NOON + timedelta(days=5)}


async def test_the_rounds_of_a_challenge_are_in_their_order(database: Database, rounds: RoundStore) -> None:
    _, others = await start_challenge(database, guild_id=GUILD + 1)
    challenge, (first, second, third) = await start_challenge(database)
    assert [first.position, second.position, third.position] == [1, 2, 3]
    assert await rounds.of_challenge(challenge.id) == [first, second, third]
    assert await rounds.of_challenge(404) == []
    assert await rounds.open() == [*others, first, second, third]


async def test_questions_are_public_while_they_are_open_or_in_a_quiz_that_runs(
    database: Database, rounds: RoundStore
) -> None:
    assert await rounds.public_questions(GUILD, "sample") == set()
    quiz = await start_quiz(database, questions=[make_question("asked"), make_question("to come")])
    await rounds.close((await ask(database, quiz)).id, SKIPPED, NOON)
    await add_round(database, make_question("open"))
    closed = await add_round(database, make_question("closed"))
    await rounds.close(closed.id, SKIPPED, NOON)
    await add_round(database, make_question("elsewhere"), guild_id=GUILD + 1)
    await add_round(database, make_question("of another bank", bank="other"))
    await start_challenge(database, [make_question("private")])
    ended = await start_quiz(database, questions=[make_question("over")], channel_id=CHANNEL + 1)
    await QuizStore(database).end(ended.id, EndReason.STOPPED, NOON, close=SKIPPED, final=False)
    assert await rounds.public_questions(GUILD, "sample") == {"asked", "to come", "open"}
    assert await rounds.public_questions(GUILD, "other") == {"of another bank"}
    assert await rounds.public_questions(GUILD + 1, "sample") == {"elsewhere"}
