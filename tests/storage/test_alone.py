"""What members did alone, by days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.exams import ExamEnd
from bot.domain.questions import to_mask
from bot.domain.reviews import memory_model
from bot.domain.scoring import Outcome
from bot.domain.sessions import Kind
from bot.domain.statistics import AloneDay
from bot.storage.alone import AloneStore
from bot.storage.database import Database
from bot.storage.exams import ExamStore
from bot.storage.sessions import ItemAnswer, SessionStore
from tests.domain.examples import NOON, make_question, seconds
from tests.storage.examples import ADA, GRACE, GUILD

MODEL = memory_model(0.9)
TODAY = NOON.date()
DAY = timedelta(days=1)

SINGLE, PAIR, LAST = make_question("a"), make_question("b", key=(0, 1)), make_question("c")

WRONG, PARTLY, RIGHT = Outcome


async def practise(
    database: Database,
    member: int,
    outcomes: Sequence[Outcome],
    *,
    kind: Kind = Kind.PRACTICE,
    days: int = 0,
    end: bool = False,
) -> None:
    """Let a member answer so many of three questions, so many days from today."""
    store, at = SessionStore(database, MODEL), NOON + days * DAY
    session = await store.begin(
        member_id=member,
        guild_id=GUILD,
        kind=kind,
        bank="sample",
        topic=None,
        difficulty=None,
        asked=[(question, (0, 1, 2, 3)) for question in (SINGLE, PAIR, LAST)],
        now=at,
    )
    assert session is not None
    for item, outcome in zip(session.items, outcomes, strict=False):
        answer = ItemAnswer(frozenset({0}), outcome, at, TODAY + days * DAY, seconds(5))
        assert await store.answer(session, item, answer, None)
    if end:
        await store.end(session.id, at)


async def sit(
    database: Database, member: int, choices: Sequence[set[int]], *, days: int = 0, end: bool = True
) -> None:
    """Let a member choose options in an exam of three questions, so many days from today."""
    store, at = ExamStore(database, MODEL), NOON + days * DAY
    exam = await store.prepare(
        member_id=member,
        guild_id=None,
        bank="sample",
        topics=(),
        questions=3,
        minutes=10,
        pass_mark=80,
        seed="sown",
        now=at,
    )
    ends_at = at + timedelta(minutes=10)
    asked = [(question, (0, 1, 2, 3)) for question in (SINGLE, PAIR, LAST)]
    assert await store.begin(exam.id, asked, now=at, ends_at=ends_at, end_timer=ends_at)
    async with database.transaction() as transaction:
        await transaction.run_many(
            "UPDATE exam_item SET choice = ? WHERE exam_id = ? AND position = ?",
            [(to_mask(choice), exam.id, position) for position, choice in enumerate(choices, start=1)],
        )
    if end:
        assert await store.finish(exam.id, at, ExamEnd.SUBMITTED, TODAY + days * DAY)


async def test_nothing_yet(database: Database) -> None:
    assert await AloneStore(database).days(ADA) == []


async def test_practice_and_review_count_as_far_as_they_are_answered(database: Database) -> None:
    await practise(database, ADA, [RIGHT, PARTLY])  # goes on
    await practise(database, ADA, [RIGHT], kind=Kind.REVIEW, end=True)
    assert await AloneStore(database).days(ADA) == [AloneDay(TODAY, answers=3, right=2)]


async def test_an_exam_counts_once_it_is_over_without_what_was_not_answered(database: Database) -> None:
    await sit(database, ADA, [{0}, {0}], days=1)  # the second is half of its answer
    await sit(database, ADA, [{0}, {0, 1}, {1}], days=2)
    await sit(database, ADA, [{0}], days=3, end=False)
    assert await AloneStore(database).days(ADA) == [
        AloneDay(TODAY + DAY, answers=2, right=1),
        AloneDay(TODAY + 2 * DAY, answers=3, right=2),
    ]


async def test_days_come_in_order_with_all_that_was_done_on_each(database: Database) -> None:
    await sit(database, ADA, [{0}, {1, 2}, {0}], days=3)
    await practise(database, ADA, [WRONG], days=3, end=True)
    await practise(database, ADA, [RIGHT], days=-3, end=True)
    await practise(database, GRACE, [RIGHT, RIGHT, RIGHT])
    store = AloneStore(database)
    assert await store.days(ADA) == [
        AloneDay(TODAY - 3 * DAY, answers=1, right=1),
        AloneDay(TODAY + 3 * DAY, answers=4, right=2),
    ]
    assert await store.days(GRACE) == [AloneDay(TODAY, answers=3, right=3)]
