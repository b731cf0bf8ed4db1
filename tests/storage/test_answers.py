"""Answers: the first one wins, many share a commit, and nothing is lost."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.domain.rounds import Answer, CloseReason
from bot.domain.scoring import Outcome
from bot.storage import scores
from bot.storage.answers import _INSERT_ANSWERS, _SELECT_STANDING, AnswerStore, Stored
from bot.storage.database import Database
from bot.storage.rounds import RoundStore
from tests.domain.examples import make_answer, make_question, seconds
from tests.storage.conftest import Commits
from tests.storage.examples import ADA, CHANNEL, GRACE, LINUS, add_round, ask, start_quiz

WRONG = Outcome.WRONG
LATE = Stored(None, False, False)


@pytest.fixture
def answers(database: Database) -> AnswerStore:
    """The answers in the database."""
    return AnswerStore(database)


def right(round_id: int, member_id: int = ADA, **changes: Any) -> Answer:
    """A right answer in a round."""
    return make_answer(member_id, round_id=round_id, **changes)


async def add(answers: AnswerStore, *given: Answer) -> list[Stored]:
    """Hand in answers at the same instant."""
    return await asyncio.gather(*(answers.add(answer) for answer in given))


async def test_an_answer_comes_back_as_it_was_given(database: Database, answers: AnswerStore) -> None:
    question = make_question(key=(0, 5), options=6)
    round_ = await add_round(database, question)
    clicked_at = round_.opened_at + seconds(1.234)
    day, took = date(2026, 1, 6), seconds(0.987)
    answer = Answer(round_.id, ADA, frozenset({0, 5}), clicked_at, 3, Outcome.RIGHT, 4, day, took)
    assert await add(answers, answer) == [Stored(answer, is_new=True, scored=True)]
    assert await answers.find(round_.id, ADA) == answer
    assert await answers.of_round(round_.id) == [answer]


async def test_the_first_answer_wins(database: Database, answers: AnswerStore) -> None:
    round_ = await add_round(database)
    first = right(round_.id, outcome=WRONG)
    await add(answers, first)
    assert await add(answers, right(round_.id)) == [Stored(first, is_new=False, scored=False)]
    assert await answers.of_round(round_.id) == [first]


async def test_the_first_answer_wins_within_one_commit(
    database: Database, answers: AnswerStore, commits: Commits
) -> None:
    round_ = await add_round(database)
    commits.forget()
    first, second = right(round_.id, outcome=WRONG), right(round_.id)
    assert await add(answers, first, second) == [Stored(first, True, True), Stored(first, False, False)]
    assert commits.number == 1
    assert await answers.of_round(round_.id) == [first]


async def test_the_first_answer_wins_across_commits(
    database: Database, answers: AnswerStore, commits: Commits
) -> None:
    round_ = await add_round(database)
    commits.forget()
    first = asyncio.create_task(answers.add(right(round_.id, outcome=WRONG)))
    await commits.begun.wait()
    later = await add(answers, *(right(round_.id, after=second) for second in range(2, 7)))
    stands = (await first).stands
    assert stands is not None
    assert later == [Stored(stands, False, False)] * 5


async def test_everyone_in_a_mixed_group_is_told_what_is_theirs(
    database: Database, answers: AnswerStore, commits: Commits
) -> None:
    open_, closed = await add_round(database), await add_round(database, make_question("closed"))
    ada, grace = right(open_.id, ADA), right(closed.id, GRACE)
    await add(answers, ada, grace)
    await RoundStore(database).close(closed.id, CloseReason.SKIPPED, closed.opened_at)
    commits.forget()
    linus = right(open_.id, LINUS, outcome=WRONG)
    assert await add(
        answers, right(closed.id, LINUS), linus, right(open_.id, ADA, outcome=WRONG), right(closed.id, GRACE)
    ) == [LATE, Stored(linus, True, True), Stored(ada, False, False), Stored(grace, False, False)]
    assert commits.number == 1


async def test_a_closed_round_takes_no_answer(database: Database, answers: AnswerStore) -> None:
    round_ = await add_round(database)
    await RoundStore(database).close(round_.id, CloseReason.EVERYONE, round_.opened_at + seconds(5))
    assert await add(answers, right(round_.id)) == [LATE]
    assert await answers.of_round(round_.id) == []


@pytest.mark.parametrize(
    ("after", "is_new"), [(0, True), (29.999, True), (30, False), (30.001, False), (99, False)]
)
async def test_what_counts_is_when_the_click_was_made(
    database: Database, answers: AnswerStore, after: float, is_new: bool
) -> None:
    round_ = await add_round(database)
    (stored,) = await add(answers, right(round_.id, after=after))
    assert stored.is_new == is_new
    assert (stored.stands is not None) == is_new


async def test_a_round_that_does_not_exist_takes_no_answer(answers: AnswerStore) -> None:
    assert await add(answers, right(404)) == [LATE]


async def test_no_answer_slips_in_while_a_round_is_being_closed(
    database: Database, answers: AnswerStore
) -> None:
    round_ = await add_round(database)
    before = [asyncio.create_task(answers.add(right(round_.id, member))) for member in range(1, 20)]
    closing = asyncio.create_task(
        RoundStore(database).close(round_.id, CloseReason.SKIPPED, round_.opened_at + seconds(5))
    )
    after = [asyncio.create_task(answers.add(right(round_.id, member))) for member in range(20, 40)]
    stored = await asyncio.gather(*before, *after)
    assert await closing
    assert len(await answers.of_round(round_.id)) == sum(one.is_new for one in stored)
    assert await add(answers, right(round_.id, 99)) == [LATE]


async def test_500_answers_at_once_are_stored_in_few_commits(
    database: Database, answers: AnswerStore, commits: Commits
) -> None:
    rounds = [await add_round(database, make_question(f"question-{n}")) for n in range(5)]
    commits.forget()

    async def click(number: int) -> Stored:
        for _ in range(number % 7):  # not quite at the same instant
            await asyncio.sleep(0)
        return await answers.add(right(rounds[number % 5].id, 1000 + number))

    stored = await asyncio.gather(*(click(number) for number in range(500)))
    assert all(one.is_new and one.scored for one in stored)
    assert [len(await answers.of_round(round_.id)) for round_ in rounds] == [100] * 5
    assert commits.number <= 20


async def test_answers_that_come_during_a_commit_share_the_next_one(
    database: Database, answers: AnswerStore, commits: Commits
) -> None:
    round_ = await add_round(database)
    commits.forget()
    first = asyncio.create_task(answers.add(right(round_.id, 1)))
    await commits.begun.wait()
    others = await add(answers, *(right(round_.id, member) for member in range(2, 52)))
    assert (await first).is_new
    assert all(stored.is_new for stored in others)
    assert commits.number == 2


async def test_a_failing_commit_reaches_everyone_in_it_and_later_answers_are_stored(
    database: Database, answers: AnswerStore
) -> None:
    round_ = await add_round(database)
    async with database.transaction() as transaction:
        await transaction.run(
            "CREATE TRIGGER trap BEFORE INSERT ON score WHEN NEW.member_id = 3 BEGIN SELECT RAISE(ABORT, 'trap'); END"
        )
    given = [right(round_.id, member) for member in (1, 2, 3)]
    results = await asyncio.gather(*(answers.add(answer) for answer in given), return_exceptions=True)
    assert [type(result) for result in results] == [sqlite3.IntegrityError] * 3
    assert await answers.of_round(round_.id) == []
    stored = await add(answers, *given[:2])
    assert all(one.is_new and one.scored for one in stored)
    await answers.flush()


async def test_a_member_who_does_not_wait_is_stored_all_the_same(
    database: Database, answers: AnswerStore
) -> None:
    round_ = await add_round(database)
    impatient = asyncio.create_task(answers.add(right(round_.id, ADA)))
    patient = asyncio.create_task(answers.add(right(round_.id, GRACE)))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).is_new
    assert {answer.member_id for answer in await answers.of_round(round_.id)} == {ADA, GRACE}


async def test_flush_waits_for_everything_handed_in(database: Database, answers: AnswerStore) -> None:
    round_ = await add_round(database)
    tasks = [asyncio.create_task(answers.add(right(round_.id, member))) for member in range(9)]
    await asyncio.sleep(0)
    await answers.flush()
    assert len(await answers.of_round(round_.id)) == 9
    await asyncio.gather(*tasks)
    await answers.flush()


async def test_answers_are_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "again.db"
    async with Database.open(path) as database:
        round_ = await add_round(database)
        given = [right(round_.id, member, after=member) for member in (1, 2, 3)]
        await add(AnswerStore(database), *given)
    async with Database.open(path) as database:
        again = AnswerStore(database)
        assert await again.of_round(round_.id) == given
        assert await add(again, right(round_.id, 2)) == [Stored(given[1], False, False)]


async def test_answers_of_a_round_are_in_the_order_of_the_clicks(
    database: Database, answers: AnswerStore
) -> None:
    round_ = await add_round(database)
    await add(
        answers, right(round_.id, 1, after=9), right(round_.id, 3, after=2), right(round_.id, 2, after=2)
    )
    assert [answer.member_id for answer in await answers.of_round(round_.id)] == [2, 3, 1]


async def test_answers_of_a_quiz_are_by_round(database: Database, answers: AnswerStore) -> None:
    quiz, other = await start_quiz(database), await start_quiz(database, channel_id=CHANNEL + 1)
    first, second, third, elsewhere = [await ask(database, one) for one in (quiz, quiz, quiz, other)]
    given = [right(round_.id, member) for round_ in (first, second, elsewhere) for member in (1, 2)]
    await add(answers, *given)
    assert await answers.of_quiz(quiz.id) == {first.id: given[0:2], second.id: given[2:4]}
    assert third.id not in await answers.of_quiz(quiz.id)


async def test_find_knows_only_the_answer_of_that_member_in_that_round(
    database: Database, answers: AnswerStore
) -> None:
    one, other = await add_round(database), await add_round(database, make_question("other"))
    await add(answers, right(one.id, ADA))
    assert await answers.find(one.id, GRACE) is None
    assert await answers.find(other.id, ADA) is None


async def test_the_last_answer_in_a_channel(database: Database, answers: AnswerStore) -> None:
    here = [await add_round(database, make_question(f"here-{n}")) for n in range(2)]
    there = await add_round(database, make_question("there"), channel_id=CHANNEL + 1)
    last = right(here[0].id, after=8)
    await add(
        answers, right(here[1].id, after=5), last, right(there.id, after=9), right(here[1].id, GRACE, after=9)
    )
    assert await answers.last_in_channel(CHANNEL, ADA) == last
    assert await answers.last_in_channel(CHANNEL, LINUS) is None


@pytest.mark.parametrize("size", [0, 2, 12, 60])
async def test_no_table_is_gone_through_for_an_answer_however_small_it_was_at_the_last_end(
    tmp_path: Path, size: int
) -> None:
    path = tmp_path / "studyhall.db"
    async with Database.open(path) as database:
        for number in range(size):
            round_ = await add_round(database, make_question(f"question-{number}"))
            await add(AnswerStore(database), right(round_.id, 1), right(round_.id, 2))
    derived = (scores._SCORE, scores._MEMBER_DAY, scores._BOARD, scores._CHALLENGE_BOARD)
    async with Database.open(path) as database, database.transaction() as transaction:
        for sql in (
            _INSERT_ANSWERS,
            _SELECT_STANDING,
            *(statement.format(answers=scores._THESE) for statement in derived),
        ):
            plan = [row[3] for row in await transaction.run(f"EXPLAIN QUERY PLAN {sql}", ("[]",))]
            gone_through = {step.split()[1] for step in plan if step.startswith("SCAN")}
            # during this run the tables may become a thousand times as large
            assert gone_through & {"answer", "round", "version", "score", "board", "member_day"} == set()
