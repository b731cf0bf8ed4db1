"""Mock exams on disk: each click is one transaction, and the end happens once."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.exams import Exam, ExamEnd
from bot.domain.questions import Question
from bot.domain.reviews import memory_model
from bot.domain.scoring import Outcome
from bot.storage.database import Database, Row
from bot.storage.exams import EXAM, ExamStore
from tests.domain.examples import NOON, make_question, seconds
from tests.storage.examples import ADA, GRACE, GUILD, timers

END = NOON + timedelta(minutes=10)
DAY = date(2026, 1, 5)
SUBMITTED = ExamEnd.SUBMITTED

QUESTIONS = [
    make_question("single"),
    make_question("pair", key=(0, 1), topic="two"),
    make_question("third"),
    make_question("last"),
]


@pytest.fixture
def exams(database: Database) -> ExamStore:
    """The exams in the database."""
    return ExamStore(database, memory_model(0.9))


async def prepare(exams: ExamStore, member: int = ADA, **changes: Any) -> Exam:
    """An exam that has not begun."""
    values: dict[str, Any] = {
        "guild_id": GUILD,
        "bank": "sample",
        "topics": (),
        "questions": 4,
        "minutes": 10,
        "pass_mark": 80,
        "seed": "sown",
        "now": NOON,
    }
    return await exams.prepare(member_id=member, **(values | changes))


async def try_begin(
    exams: ExamStore, exam: Exam, at: datetime = NOON, questions: list[Question] | None = None
) -> bool:
    """Let an exam of ten minutes begin; whether it did."""
    asked = [(question, (3, 2, 1, 0)) for question in questions or QUESTIONS]
    end = at + timedelta(minutes=10)
    return await exams.begin(exam.id, asked, now=at, ends_at=end, end_timer=end + seconds(1))


async def begin(
    exams: ExamStore, member: int = ADA, at: datetime = NOON, questions: list[Question] | None = None
) -> int:
    """An exam that has begun."""
    exam = await prepare(exams, member)
    assert await try_begin(exams, exam, at, questions)
    return exam.id


async def choose(
    exams: ExamStore, exam_id: int, at: datetime, position: int, *options: int, ticked: bool = True
) -> bool:
    """Tick options of a question, or untick them; whether that counted."""
    # the options stand in the opposite order
    places = [3 - option for option in options]
    return all(
        [await exams.change(exam_id, at, position=position, place=place, ticked=ticked) for place in places]
    )


async def get(exams: ExamStore, exam_id: int) -> Exam:
    """An exam that is there."""
    exam = await exams.get(exam_id)
    assert exam is not None
    return exam


async def spent(exams: ExamStore, exam_id: int) -> list[float]:
    """How many seconds each question was in front."""
    return [item.spent.total_seconds() for item in await exams.items(exam_id)]


async def learned(database: Database, member: int = ADA) -> list[Row]:
    """What a member is going to review, and why."""
    return await database.read(
        "SELECT card.question, log.rating FROM review_card AS card LEFT JOIN review_log AS log USING (member_id, bank, question) "
        "WHERE card.member_id = ? ORDER BY 1, 2",
        (member,),
    )


async def test_a_prepared_exam_is_kept_as_it_was_chosen(exams: ExamStore, database: Database) -> None:
    exam = await prepare(exams, guild_id=None, topics=("one", "two"), minutes=25)
    assert exam == Exam(exam.id, ADA, None, "sample", ("one", "two"), 4, 25, 80, "sown", NOON)
    assert await exams.items(exam.id) == []
    assert await exams.running(ADA) is None
    assert await timers(database) == {}


async def test_a_new_preparation_replaces_the_one_before_and_never_takes_its_id(exams: ExamStore) -> None:
    others = await prepare(exams, GRACE)
    seen = {others.id}
    for _ in range(3):
        exam = await prepare(exams)
        assert exam.id not in seen
        seen.add(exam.id)
    left = {number for number in seen if await exams.get(number)}
    assert left == {others.id, exam.id}


async def test_a_new_preparation_leaves_exams_that_have_begun_alone(exams: ExamStore) -> None:
    first = await begin(exams)
    await exams.finish(first, NOON, SUBMITTED, DAY)
    second = await begin(exams)
    await prepare(exams)
    assert await exams.get(first)
    assert await exams.get(second)


async def test_an_exam_begins_with_its_questions_and_its_end(exams: ExamStore, database: Database) -> None:
    exam_id = await begin(exams)
    exam = await get(exams, exam_id)
    assert (exam.started_at, exam.ends_at, exam.position, exam.since) == (NOON, END, 1, NOON)
    items = await exams.items(exam_id)
    assert [item.question for item in items] == QUESTIONS
    assert [item.position for item in items] == [1, 2, 3, 4]
    assert {(item.order, item.choice, item.flagged, item.outcome) for item in items} == {
        ((3, 2, 1, 0), frozenset(), False, None)
    }
    assert await timers(database) == {(EXAM, exam_id): END + seconds(1)}
    assert [running.id for running in await exams.all_running()] == [exam_id]


async def test_it_begins_once_also_when_begin_is_pressed_twice_at_once(exams: ExamStore) -> None:
    exam = await prepare(exams)
    assert sorted(await asyncio.gather(*(try_begin(exams, exam) for _ in range(3)))) == [False, False, True]
    assert not await try_begin(exams, exam, NOON + seconds(60))
    assert (await get(exams, exam.id)).ends_at == END
    assert len(await exams.items(exam.id)) == 4
    await exams.finish(exam.id, NOON, SUBMITTED, DAY)
    assert not await try_begin(exams, exam)


async def test_one_exam_per_member_runs(exams: ExamStore) -> None:
    first = await begin(exams)
    second = await prepare(exams)
    assert not await try_begin(exams, second)
    assert (await get(exams, second.id)).started_at is None
    assert await exams.items(second.id) == []
    await begin(exams, GRACE)
    await exams.finish(first, NOON, SUBMITTED, DAY)
    assert await try_begin(exams, second)


async def test_an_exam_that_is_gone_does_not_begin(exams: ExamStore) -> None:
    old = await prepare(exams)
    await prepare(exams)
    assert not await try_begin(exams, old)


async def test_time_goes_to_the_question_in_front(exams: ExamStore) -> None:
    exam_id = await begin(exams)
    assert await choose(exams, exam_id, NOON + seconds(5), 1, 2)
    assert await exams.change(exam_id, NOON + seconds(20), position=3)
    assert await exams.change(exam_id, NOON + seconds(22.5), position=None)  # the overview
    assert (await get(exams, exam_id)).since is None
    assert await exams.change(exam_id, NOON + seconds(100), position=1)
    assert await exams.change(exam_id, NOON + seconds(101), position=4, flagged=True)
    assert await spent(exams, exam_id) == [21, 0, 2.5, 0]
    exam = await get(exams, exam_id)
    assert (exam.position, exam.since) == (4, NOON + seconds(101))
    await exams.finish(exam_id, END, ExamEnd.TIME, DAY)
    assert await spent(exams, exam_id) == [21, 0, 2.5, 600 - 101]


async def test_clicks_that_overtake_each_other_take_no_time_away(exams: ExamStore) -> None:
    exam_id = await begin(exams)
    assert await exams.change(exam_id, NOON + seconds(9), position=2)
    assert await choose(exams, exam_id, NOON + seconds(6), 1, 0)
    assert await exams.change(exam_id, NOON + seconds(12), position=3)
    assert await spent(exams, exam_id) == [12, 0, 0, 0]
    await exams.finish(exam_id, NOON + seconds(11), SUBMITTED, DAY)
    assert await spent(exams, exam_id) == [12, 0, 0, 0]


async def test_choices_and_flags_change_until_the_end(exams: ExamStore) -> None:
    exam_id = await begin(exams)
    for option in (0, 3, 3):
        assert await choose(exams, exam_id, NOON, 3, option)
    assert await choose(exams, exam_id, NOON, 3, 3, ticked=False)
    assert (await exams.items(exam_id))[2].choice == set()
    assert await choose(exams, exam_id, NOON, 3, 2)
    assert await exams.change(exam_id, NOON, position=3, flagged=True)
    assert await choose(exams, exam_id, NOON, 2, 0, 3)
    items = await exams.items(exam_id)
    assert [item.choice for item in items] == [set(), {0, 3}, {2}, set()]
    assert [item.flagged for item in items] == [False, False, True, False]
    assert await exams.change(exam_id, NOON, position=3, flagged=False)
    assert not any(item.flagged for item in await exams.items(exam_id))


async def test_ticks_at_the_same_instant_are_both_kept_and_one_too_many_is_not(exams: ExamStore) -> None:
    exam_id = await begin(exams)
    await asyncio.gather(*(choose(exams, exam_id, NOON, 2, option) for option in (3, 0, 1)))
    assert (await exams.items(exam_id))[1].choice == {3, 0}
    for _ in range(2):  # twice is once
        assert await choose(exams, exam_id, NOON, 2, 3, ticked=False)
    assert (await exams.items(exam_id))[1].choice == {0}
    await asyncio.gather(*(choose(exams, exam_id, NOON, 1, option) for option in (3, 0, 1)))
    assert (await exams.items(exam_id))[0].choice == {1}


async def test_what_a_member_never_saw_is_not_reviewed(exams: ExamStore, database: Database) -> None:
    exam_id = await begin(exams)
    await choose(exams, exam_id, NOON, 1, 0)
    await exams.change(exam_id, NOON + seconds(3), position=2)  # looks at it, and leaves it open
    await exams.change(exam_id, NOON + seconds(9), position=None)
    await exams.finish(exam_id, NOON + seconds(60), SUBMITTED, DAY)
    assert await learned(database) == [("pair", 1), ("single", 3)]
    for in_review, reviewed in ((False, [("single", 3)]), (True, [("pair", 1), ("single", 3)])):
        assert await exams.set_in_review(exam_id, in_review)
        assert await learned(database) == reviewed


async def test_no_click_counts_outside_the_time_of_the_exam(exams: ExamStore) -> None:
    exam = await prepare(exams)
    assert not await choose(exams, exam.id, NOON, 1, 0)
    assert await try_begin(exams, exam)
    assert not await choose(exams, exam.id, END, 2, 0)
    assert await choose(exams, exam.id, END - seconds(0.001), 1, 1)
    assert await exams.finish(exam.id, END, ExamEnd.TIME, DAY)
    assert not await choose(exams, exam.id, NOON + seconds(1), 1, 0)
    assert [item.choice for item in await exams.items(exam.id)] == [{1}, set(), set(), set()]
    assert not await exams.change(99, NOON, position=1)


async def test_the_end_grades_and_happens_once(exams: ExamStore, database: Database) -> None:
    exam_id = await begin(exams)
    for position, choice in enumerate([{0}, {1, 3}, {3}], start=1):
        await choose(exams, exam_id, NOON + seconds(4 * position), position, *choice)
    at = NOON + seconds(60)
    ends = await asyncio.gather(*(exams.finish(exam_id, at, SUBMITTED, DAY) for _ in range(3)))
    assert sorted(ends) == [False, False, True]
    assert not await exams.finish(exam_id, END, ExamEnd.TIME, DAY)
    exam = await get(exams, exam_id)
    assert (exam.ended_at, exam.end_reason, exam.day, exam.correct) == (at, SUBMITTED, DAY, 1)
    outcomes = [item.outcome for item in await exams.items(exam_id)]
    # one right and one wrong of two take each other away
    assert outcomes == [Outcome.RIGHT, Outcome.WRONG, Outcome.WRONG, Outcome.WRONG]
    assert await timers(database) == {}
    assert await exams.running(ADA) is None
    assert await exams.all_running() == []
    assert await learned(database) == [("pair", 1), ("single", 3), ("third", 1)]
    log = await database.read("SELECT reviewed_at, took, exam_id FROM review_log WHERE question = 'single'")
    assert log == [(1767614460000, 8000, exam_id)]


async def test_an_exam_that_has_not_begun_does_not_end(exams: ExamStore) -> None:
    exam = await prepare(exams)
    assert not await exams.finish(exam.id, NOON, SUBMITTED, DAY)


async def test_an_end_that_fails_leaves_the_exam_running(
    exams: ExamStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    exam_id = await begin(exams)

    async def broken(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("bot.storage.exams.add_reviews", broken)
        with pytest.raises(OSError, match="full"):
            await exams.finish(exam_id, END, ExamEnd.TIME, DAY)
    assert (await get(exams, exam_id)).ended_at is None
    assert {item.outcome for item in await exams.items(exam_id)} == {None}
    assert (EXAM, exam_id) in await timers(database)
    assert await exams.finish(exam_id, END, ExamEnd.TIME, DAY)


async def test_what_was_not_right_is_taken_out_of_review_and_put_back(
    exams: ExamStore, database: Database
) -> None:
    before = await begin(exams, questions=[make_question("third")])
    await choose(exams, before, NOON, 1, 0)
    await exams.finish(before, NOON, SUBMITTED, DAY)
    exam_id = await begin(exams)
    assert not await exams.set_in_review(exam_id, False)  # it runs
    for position, option in enumerate((0, 2, 2, 2), start=1):
        await choose(exams, exam_id, NOON, position, option)
    await exams.finish(exam_id, NOON + seconds(9), SUBMITTED, DAY)
    everything = [("last", 1), ("pair", 1), ("single", 3), ("third", 1), ("third", 3)]
    assert await learned(database) == everything
    due = await database.read("SELECT * FROM review_card ORDER BY question")
    assert await exams.set_in_review(exam_id, False)
    assert not await exams.set_in_review(exam_id, False)
    # what was right stays, and what other exams said
    assert await learned(database) == [("single", 3), ("third", 3)]
    assert await exams.set_in_review(exam_id, True)
    assert not await exams.set_in_review(exam_id, True)
    assert await learned(database) == everything
    assert await database.read("SELECT * FROM review_card ORDER BY question") == due


async def test_the_history_has_what_is_over_the_earliest_first(exams: ExamStore) -> None:
    ids = [await begin(exams)]
    await exams.finish(ids[0], NOON + timedelta(hours=1), SUBMITTED, DAY)
    ids.append(await begin(exams, at=NOON + timedelta(hours=2)))
    await exams.finish(ids[1], NOON + timedelta(hours=3), SUBMITTED, DAY)
    await begin(exams, at=NOON + timedelta(hours=4))
    others = await begin(exams, GRACE)
    await exams.finish(others, NOON, SUBMITTED, DAY)
    assert [exam.id for exam in await exams.history(ADA)] == ids


async def test_recent_questions_are_those_of_the_last_exams_on_the_bank(exams: ExamStore) -> None:
    for number, names in enumerate([["a", "b"], ["b", "c"], ["c", "d"]]):
        at = NOON + timedelta(hours=number)
        exam_id = await begin(exams, at=at, questions=[make_question(name) for name in names])
        await exams.finish(exam_id, at, SUBMITTED, DAY)
    await prepare(exams)
    assert await exams.recent_questions(ADA, "sample", 2) == {"c": 1, "d": 1, "b": 2}
    assert await exams.recent_questions(ADA, "sample", 3) == {"c": 1, "d": 1, "b": 2, "a": 3}
    assert await exams.recent_questions(ADA, "other", 3) == {}
    assert await exams.recent_questions(GRACE, "sample", 3) == {}


async def test_members_do_not_get_in_each_others_way(exams: ExamStore, database: Database) -> None:
    mine, hers = await begin(exams), await begin(exams, GRACE)
    await asyncio.gather(
        *(
            choose(exams, exam_id, NOON + seconds(n), 1 + n % 4, n % 3)
            for n in range(12)
            for exam_id in (mine, hers)
        )
    )
    assert await exams.finish(mine, NOON + seconds(60), SUBMITTED, DAY)
    assert (await get(exams, hers)).ended_at is None
    assert [item.choice for item in await exams.items(hers)] == [{2}, {1, 2}, {1}, {2}]
    assert await learned(database, GRACE) == []
