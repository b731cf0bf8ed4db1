"""Practices and reviews on disk: each step once, whatever comes at the same time."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fsrs import Rating

from bot.domain.questions import Question
from bot.domain.reviews import Review, memory_model, replay
from bot.domain.scoring import Outcome
from bot.domain.sessions import Item, Kind, Session
from bot.storage.database import Database, Row, to_day, to_ms
from bot.storage.reviews import ReviewStore
from bot.storage.sessions import ItemAnswer, SessionStore
from tests.domain.examples import NOON, make_question, seconds
from tests.storage.examples import ADA, GRACE, GUILD

MODEL = memory_model(0.9)
DAY = timedelta(days=1)
ORDER = (2, 0, 3, 1)

QUESTIONS = [make_question(id_) for id_ in "abc"]
A, B, C = QUESTIONS


@pytest.fixture
def sessions(database: Database) -> SessionStore:
    """The sessions in the database."""
    return SessionStore(database, MODEL)


async def try_begin(
    sessions: SessionStore, asked: Sequence[Question] = QUESTIONS, **changes: Any
) -> Session | None:
    """Begin a practice of ada's on these questions."""
    values: dict[str, Any] = {
        "member_id": ADA,
        "guild_id": GUILD,
        "kind": Kind.PRACTICE,
        "bank": "sample",
        "topic": None,
        "difficulty": None,
        "asked": [(question, ORDER) for question in asked],
        "now": NOON,
    }
    return await sessions.begin(**(values | changes))


async def begin(sessions: SessionStore, asked: Sequence[Question] = QUESTIONS, **changes: Any) -> Session:
    """A session that has begun."""
    session = await try_begin(sessions, asked, **changes)
    assert session is not None
    return session


def make_answer(right: bool = True, **changes: Any) -> ItemAnswer:
    """An answer five seconds after noon."""
    values: dict[str, Any] = {
        "choice": frozenset({0 if right else 1}),
        "outcome": Outcome.RIGHT if right else Outcome.WRONG,
        "at": NOON + seconds(5),
        "day": NOON.date(),
        "took": seconds(5),
    }
    return ItemAnswer(**(values | changes))


async def again(sessions: SessionStore, session: Session) -> Session:
    """A session as it is now."""
    found = await sessions.get(session.id)
    assert found is not None
    return found


async def log(database: Database) -> list[Row]:
    """The log of reviews."""
    return await database.read(
        "SELECT member_id, bank, question, number, rating, day, reviewed_at, took, item_id, exam_id "
        "FROM review_log ORDER BY member_id, question, number"
    )


async def test_a_session_begins_with_its_questions_in_order(sessions: SessionStore) -> None:
    session = await begin(sessions, [C, A, B], topic="one", difficulty="easy")
    assert session == Session(
        session.id, ADA, GUILD, Kind.PRACTICE, "sample", "one", "easy", NOON, None, session.items
    )
    assert [item.question for item in session.items] == [C, A, B]
    assert [item.position for item in session.items] == [1, 2, 3]
    assert session.items[0] == Item(session.items[0].id, 1, C, ORDER)
    assert session.next() == session.items[0]
    for found in (
        await sessions.get(session.id),
        await sessions.open(ADA, Kind.PRACTICE),
        await sessions.of_item(session.items[2].id),
    ):
        assert found == session
    assert await sessions.get(404) is None
    assert await sessions.of_item(404) is None
    assert await sessions.open(ADA, Kind.REVIEW) is None
    assert await sessions.open(GRACE, Kind.PRACTICE) is None


async def test_a_member_has_one_session_of_a_kind(sessions: SessionStore, database: Database) -> None:
    first = await begin(sessions)
    assert await try_begin(sessions) is None
    assert await database.read("SELECT count(*) FROM item") == [(3,)]
    review = await begin(sessions, [], kind=Kind.REVIEW, guild_id=None)
    assert (review.guild_id, review.items, review.kind) == (None, (), Kind.REVIEW)
    assert await try_begin(sessions, kind=Kind.REVIEW) is None
    await begin(sessions, member_id=GRACE)
    await sessions.end(first.id, NOON + DAY)
    second = await begin(sessions)
    assert second.id != first.id
    assert await sessions.open(ADA, Kind.PRACTICE) == second


async def test_of_two_that_begin_at_the_same_time_one_does(sessions: SessionStore) -> None:
    begun = await asyncio.gather(*(try_begin(sessions) for _ in range(5)))
    assert sum(session is not None for session in begun) == 1


async def test_a_session_keeps_the_questions_as_they_were(sessions: SessionStore) -> None:
    pair = make_question("pair", key=(0, 2), hints=("one", "two"), author=GRACE)
    session = await begin(sessions, [pair, replace(pair, prompt="Edited?")])
    assert [item.question for item in await _items(sessions, session)] == [
        pair,
        replace(pair, prompt="Edited?"),
    ]


async def _items(sessions: SessionStore, session: Session) -> tuple[Item, ...]:
    return (await again(sessions, session)).items


async def test_one_more_question_is_asked_once(sessions: SessionStore) -> None:
    session = await begin(sessions, [], kind=Kind.REVIEW)
    await asyncio.gather(*(sessions.ask(session, question, ORDER, is_new=True) for question in QUESTIONS))
    after = await again(sessions, session)
    assert [(item.position, item.question, item.is_new) for item in after.items] == [(1, A, True)]
    await sessions.ask(session, B, ORDER, is_new=False)  # what was read is old
    assert await again(sessions, session) == after
    await sessions.ask(after, B, (3, 2, 1, 0), is_new=False)
    last = (await again(sessions, session)).items[-1]
    assert (last.position, last.question, last.order, last.is_new) == (2, B, (3, 2, 1, 0), False)


async def test_nothing_is_asked_after_the_end(sessions: SessionStore) -> None:
    session = await begin(sessions, [], kind=Kind.REVIEW)
    await sessions.end(session.id, NOON)
    await sessions.ask(session, A, ORDER, is_new=False)
    assert await _items(sessions, session) == ()


async def test_the_first_look_at_a_question_counts(sessions: SessionStore) -> None:
    session = await begin(sessions)
    assert session.items[0].shown_at is None
    await sessions.show(session.items[0].id, NOON + seconds(1.5))
    await sessions.show(session.items[0].id, NOON + seconds(99))
    assert [item.shown_at for item in await _items(sessions, session)] == [NOON + seconds(1.5), None, None]


async def test_hints_only_become_more(sessions: SessionStore) -> None:
    session = await begin(sessions)
    first, second, _ = session.items
    for step, taken in ((1, 1), (2, 2), (1, 2), (2, 2)):
        await sessions.take_hints(first.id, step)
        assert [item.hints for item in await _items(sessions, session)] == [taken, 0, 0]
    await sessions.answer(session, second, make_answer(), None)
    await sessions.take_hints(second.id, 1)
    assert [item.hints for item in await _items(sessions, session)] == [2, 0, 0]


async def test_ticks_are_kept_until_the_answer(sessions: SessionStore) -> None:
    pair = replace(
        A, options=tuple(replace(option, correct=place < 2) for place, option in enumerate(A.options))
    )
    session = await begin(sessions, [pair])

    async def tick(place: int, ticked: bool = True) -> frozenset[int]:
        await sessions.tick(session.items[0], place, ticked)
        return (await again(sessions, session)).items[0].ticked

    assert await tick(2) == {2}
    assert await tick(2) == {2}  # twice is once
    assert await tick(2, False) == frozenset()
    # two at the same time: both count
    await asyncio.gather(tick(0), tick(3))
    assert await tick(1) == {0, 3}  # one too many is not taken
    assert await tick(3, False) == {0}
    await sessions.answer(session, session.items[0], make_answer(), None)
    assert await tick(3) == {0}


async def test_an_answer_is_kept_with_its_review(sessions: SessionStore, database: Database) -> None:
    session = await begin(sessions)
    item = session.items[1]
    day = NOON.date() + DAY
    answer = make_answer(right=False, choice=frozenset({1, 3}), day=day, took=seconds(61.5))
    assert await sessions.answer(session, item, answer, None)
    after = await again(sessions, session)
    expected = replace(item, choice=frozenset({1, 3}), outcome=Outcome.WRONG, took=seconds(61.5))
    assert after.items == (session.items[0], expected, session.items[2])
    assert after.next() == session.items[0]
    assert await database.read("SELECT answered_at, day FROM item WHERE id = ?", (item.id,)) == [
        (to_ms(answer.at), to_day(day))
    ]
    assert await log(database) == [
        (ADA, "sample", "b", 1, int(Rating.Again), to_day(day), to_ms(answer.at), 61_500, item.id, None)
    ]
    review = Review("sample", "b", Rating.Again, day, answer.at, answer.took)
    assert await ReviewStore(database).cards(ADA) == [replay(MODEL, [review])]


async def test_of_two_answers_at_the_same_time_one_counts(sessions: SessionStore, database: Database) -> None:
    session = await begin(sessions)
    item = session.items[0]
    stored = await asyncio.gather(
        *(sessions.answer(session, item, make_answer(right), ORDER) for right in (False, True, False, True))
    )
    assert stored == [True, False, False, False]
    after = await again(sessions, session)
    assert after.items[0].outcome is Outcome.WRONG
    assert [item.question.id for item in after.items] == ["a", "b", "c", "a"]
    assert [row[4] for row in await log(database)] == [int(Rating.Again)]
    assert not await sessions.answer(after, item, make_answer(), None)
    assert (await again(sessions, session)).items == after.items


async def test_an_answer_after_the_end_does_not_count(sessions: SessionStore, database: Database) -> None:
    session = await begin(sessions)
    await sessions.end(session.id, NOON)
    assert not await sessions.answer(session, session.items[0], make_answer(), ORDER)
    assert await _items(sessions, session) == session.items
    assert await log(database) == []
    # another session of the member's is no way around it
    other = await begin(sessions)
    assert await sessions.answer(other, other.items[0], make_answer(), None)


async def test_a_question_comes_once_more_behind_the_others(sessions: SessionStore) -> None:
    session = await begin(sessions)
    await sessions.answer(session, session.items[0], make_answer(right=False), (1, 0, 2, 3))
    after = await again(sessions, session)
    assert [(item.position, item.question, item.order) for item in after.items] == [
        (1, A, ORDER),
        (2, B, ORDER),
        (3, C, ORDER),
        (4, A, (1, 0, 2, 3)),
    ]
    last = after.items[-1]
    assert (last.choice, last.shown_at, last.hints, last.is_new) == (None, None, 0, False)


@pytest.mark.parametrize("table", ["review_log", "review_card", "item"])
async def test_an_answer_and_its_review_are_one_step(
    sessions: SessionStore, database: Database, table: str
) -> None:
    session = await begin(sessions)
    async with database.transaction() as transaction:
        await transaction.run(
            f"CREATE TRIGGER broken BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
    with pytest.raises(sqlite3.IntegrityError, match="broken"):
        await sessions.answer(session, session.items[0], make_answer(right=False), ORDER)
    assert await again(sessions, session) == session
    assert await log(database) == []
    assert await ReviewStore(database).cards(ADA) == []
    async with database.transaction() as transaction:
        await transaction.run("DROP TRIGGER broken")
    assert await sessions.answer(session, session.items[0], make_answer(right=False), ORDER)
    assert len(await _items(sessions, session)) == 4
    assert len(await log(database)) == len(await ReviewStore(database).cards(ADA)) == 1


async def test_hints_that_came_before_the_answer_count(sessions: SessionStore, database: Database) -> None:
    session = await begin(sessions)
    # taken after the session was read
    await sessions.take_hints(session.items[0].id, 1)
    await sessions.answer(session, session.items[0], make_answer(), None)
    assert [row[4] for row in await log(database)] == [int(Rating.Hard)]


@pytest.mark.parametrize(
    ("right", "hints", "took", "sure", "expected"),
    [
        (True, 0, 5, True, Rating.Easy),
        (True, 0, 5, False, Rating.Hard),
        (True, 0, 21, True, Rating.Good),
        (True, 1, 5, True, Rating.Hard),
        (False, 0, 5, True, Rating.Again),
        (False, 0, 5, False, Rating.Again),
    ],
)
async def test_what_the_member_says_changes_the_rating(
    sessions: SessionStore,
    database: Database,
    right: bool,
    hints: int,
    took: float,
    sure: bool,
    expected: Rating,
) -> None:
    session = await begin(sessions)
    item = session.items[0]
    await sessions.take_hints(item.id, hints)
    await sessions.answer(session, item, make_answer(right, took=seconds(took)), None)
    session = await again(sessions, session)
    await sessions.set_sure(session, session.items[0], sure)
    assert [item.sure for item in await _items(sessions, session)] == [sure, None, None]
    assert [row[4] for row in await log(database)] == [int(expected)]
    review = Review("sample", "a", expected, NOON.date(), NOON, seconds(took))
    assert await ReviewStore(database).cards(ADA) == [replay(MODEL, [review])]


async def test_one_can_think_again_about_being_sure(sessions: SessionStore, database: Database) -> None:
    session = await begin(sessions)
    await sessions.answer(session, session.items[0], make_answer(), None)
    session = await again(sessions, session)
    for sure in (True, False, True):
        await sessions.set_sure(session, session.items[0], sure)
    assert [row[4] for row in await log(database)] == [int(Rating.Easy)]


async def test_nobody_is_sure_of_what_is_not_answered(sessions: SessionStore, database: Database) -> None:
    session = await begin(sessions)
    await sessions.set_sure(session, session.items[0], True)
    assert await again(sessions, session) == session
    assert await log(database) == []


async def test_a_later_answer_stands_behind_one_that_is_rated_anew(
    sessions: SessionStore, database: Database
) -> None:
    """The first of two answers to a question, in two sessions."""
    first = await begin(sessions)
    await sessions.answer(first, first.items[0], make_answer(), None)
    await sessions.end(first.id, NOON)
    second = await begin(sessions)
    later = make_answer(at=NOON + 5 * DAY, day=NOON.date() + 5 * DAY)
    await sessions.answer(second, second.items[0], later, None)
    first = await again(sessions, first)
    await sessions.set_sure(first, first.items[0], False)
    assert [row[4] for row in await log(database)] == [int(Rating.Hard), int(Rating.Good)]
    reviews = [
        Review("sample", "a", Rating.Hard, NOON.date(), NOON, seconds(5)),
        Review("sample", "a", Rating.Good, later.day, NOON, seconds(5)),
    ]
    assert await ReviewStore(database).cards(ADA) == [replay(MODEL, reviews)]


async def test_a_session_ends_once(sessions: SessionStore) -> None:
    session = await begin(sessions)
    await sessions.end(session.id, NOON + seconds(1))
    await sessions.end(session.id, NOON + seconds(9))
    assert (await again(sessions, session)).ended_at == NOON + seconds(1)
    assert await sessions.open(ADA, Kind.PRACTICE) is None


async def test_the_model_decides_the_date(database: Database) -> None:
    dates = []
    for member, retention in ((ADA, 0.9), (GRACE, 0.75)):
        sessions = SessionStore(database, memory_model(retention))
        session = await begin(sessions, member_id=member)
        await sessions.answer(session, session.items[0], make_answer(), None)
        (card,) = await ReviewStore(database).cards(member)
        dates.append(card.due)
    assert dates[0] < dates[1]
