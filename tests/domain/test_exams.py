"""The rules of mock exams: what passes, how time follows from questions, what the report says."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from fsrs import Rating
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.exams import (
    Exam,
    ExamEnd,
    ExamItem,
    graded,
    is_pass,
    minutes_for,
    missed,
    needed,
    report,
    reviews_of,
)
from bot.domain.questions import LONGEST_EXAM, SHORTEST_EXAM, ExamFormat, Topic
from bot.domain.scoring import Outcome
from bot.domain.statistics import wilson
from tests.domain.examples import NOON, make_bank, make_question, seconds

ASKED = st.integers(1, 100)
MARKS = st.integers(1, 100)


def make_exam(questions: int = 5, **changes: Any) -> Exam:
    """An exam of 10 minutes that began at noon and was submitted 4 minutes later."""
    values: dict[str, Any] = {
        "member_id": 7,
        "guild_id": 1,
        "bank": "sample",
        "topics": (),
        "questions": questions,
        "minutes": 10,
        "pass_mark": 80,
        "seed": "sown",
        "prepared_at": NOON,
        "started_at": NOON,
        "ends_at": NOON + timedelta(minutes=10),
        "ended_at": NOON + timedelta(minutes=4),
        "end_reason": ExamEnd.SUBMITTED,
        "day": date(2026, 1, 5),
    }
    return Exam(id=1, **(values | changes))


def make_item(
    position: int, choice: set[int], *, topic: str = "one", key: int = 1, spent: float = 10
) -> ExamItem:
    """A question whose first options are right, so many as `key` says, with what was chosen."""
    question = make_question(f"question-{position}", topic=topic, key=range(key))
    return ExamItem(position, question, (2, 0, 1, 3), frozenset(choice), spent=seconds(spent))


@given(st.integers(0, 100), ASKED, MARKS)
def test_the_pass_mark_is_met_exactly(right: int, asked: int, mark: int) -> None:
    assert is_pass(right, asked, mark) is (Fraction(right, asked) >= Fraction(mark, 100))


@pytest.mark.parametrize(
    ("right", "asked", "mark", "passed"),
    [
        (32, 40, 80, True),
        (31, 40, 80, False),
        (7, 10, 70, True),  # 0.7 * 10 is more than 7 in floating point
        (29, 50, 58, True),
        (2, 3, 67, False),
        (0, 1, 1, False),
    ],
)
def test_at_the_edge(right: int, asked: int, mark: int, passed: bool) -> None:
    assert is_pass(right, asked, mark) is passed
    assert make_exam(asked, correct=right, pass_mark=mark).passed is passed


@given(ASKED, MARKS)
def test_needed_is_the_least_that_passes(asked: int, mark: int) -> None:
    least = needed(asked, mark)
    assert is_pass(least, asked, mark)
    assert not is_pass(least - 1, asked, mark)


def test_a_share_just_below_the_mark_does_not_look_as_if_it_had_reached_it() -> None:
    exam = make_exam(99, correct=79, pass_mark=80)  # 79.8
    assert (exam.percent, exam.passed) == (79, False)


def test_minutes_follow_the_questions_rounded_up() -> None:
    usual = ExamFormat(40, 60)
    assert [minutes_for(n, usual) for n in (40, 20, 21, 1, 100)] == [60, 30, 32, SHORTEST_EXAM, 150]


@given(ASKED, st.builds(ExamFormat, st.integers(5, 100), st.integers(5, 300)))
def test_minutes_stay_within_what_is_allowed(questions: int, usual: ExamFormat) -> None:
    minutes = minutes_for(questions, usual)
    assert SHORTEST_EXAM <= minutes <= LONGEST_EXAM
    if SHORTEST_EXAM < minutes < LONGEST_EXAM:
        assert minutes - 1 < Fraction(questions * usual.minutes, usual.questions) <= minutes


def test_a_question_is_answered_when_as_many_options_are_ticked_as_it_asks_for() -> None:
    assert not make_item(1, set()).answered
    assert make_item(1, {3}).answered
    assert not make_item(1, {0}, key=2).answered
    assert make_item(1, {0, 3}, key=2).answered
    assert make_item(1, {0}).place_of(0) == 1


def test_only_the_whole_key_is_right_and_no_answer_is_wrong() -> None:
    items = [
        make_item(1, {0}),
        make_item(2, {1}),
        make_item(3, set()),
        make_item(4, {0, 1}, key=2),
        make_item(5, {0}, key=2),
        make_item(6, {0, 3}, key=2),
        make_item(7, {0, 1, 3}, key=3),
    ]
    found = graded(items)
    right, wrong, partly = Outcome.RIGHT, Outcome.WRONG, Outcome.PARTLY
    assert [item.outcome for item in found] == [right, wrong, wrong, right, partly, wrong, partly]
    assert [item.position for item in missed(found)] == [2, 3, 5, 6, 7]


def test_the_report_sums_an_exam_up() -> None:
    bank = make_bank(light=10, heavy=60, middle=30)
    items = graded(
        [
            make_item(1, {0}, topic="heavy", spent=70),
            make_item(2, {1}, topic="light", spent=5),
            make_item(3, {0}, topic="middle", spent=90),
            make_item(4, set(), topic="middle", spent=0),
            make_item(5, {1}, topic="heavy", spent=70),
        ]
    )
    found = report(make_exam(correct=2), items, bank)
    assert (found.right, found.asked) == (2, 5)
    assert (found.low, found.high) == wilson(2, 5)
    assert found.used == timedelta(minutes=4)
    assert [item.position for item in found.missed] == [2, 4, 5]
    # the longest first, of equals the earlier one
    assert [item.position for item in found.slowest] == [3, 1]
    # the lowest first, of equals the heavier one
    assert [(t.topic, t.weight, t.right, t.asked, t.percent) for t in found.topics] == [
        ("light", 10, 0, 1, 0),
        ("heavy", 60, 1, 2, 50),
        ("middle", 30, 1, 2, 50),
    ]
    assert not any(topic.reached(80) for topic in found.topics)
    assert found.topics[1].reached(50)


def test_no_question_is_called_slow_that_took_no_time() -> None:
    items = graded([make_item(1, set(), spent=0), make_item(2, {0}, spent=3)])
    assert [item.position for item in report(make_exam(2), items, make_bank()).slowest] == [2]


@pytest.mark.parametrize("bank", [None, make_bank(other=100)])
def test_a_report_does_without_a_bank_or_topic_that_is_gone(bank: Any) -> None:
    (topic,) = report(make_exam(1), graded([make_item(1, {0})]), bank).topics
    assert (topic.title, topic.weight, topic.right) == ("one", None, 1)


def test_titles_come_from_the_bank() -> None:
    bank = make_bank()
    assert bank.topics["one"] == Topic("one", "Topic one", 100)
    (topic,) = report(make_exam(1), graded([make_item(1, {0})]), bank).topics
    assert topic.title == "Topic one"


def test_what_was_right_is_remembered_and_all_else_asked_again() -> None:
    items = graded([make_item(1, {0}), make_item(2, set()), make_item(3, {0}, key=2)])
    reviews = reviews_of(make_exam(), items)
    assert [each.rating for each in reviews] == [Rating.Good, Rating.Again, Rating.Again]
    first = reviews[0]
    assert first.full_id == ("sample", "question-1")
    assert (first.day, first.at) == (date(2026, 1, 5), NOON + timedelta(minutes=4))
    assert (first.took, first.exam_id, first.item_id) == (seconds(10), 1, None)


def test_only_what_was_seen_is_reviewed_and_what_was_left_open_only_if_that_is_wanted() -> None:
    items = graded([make_item(1, set(), spent=0), make_item(2, set()), make_item(3, {1}, spent=0)])
    for in_review, reviewed in ((True, ["question-2", "question-3"]), (False, ["question-3"])):
        exam = make_exam(3, in_review=in_review)
        assert [each.question for each in reviews_of(exam, items)] == reviewed
        assert [item.position for item in report(exam, items, None).to_review] == [2, 3]


def test_where_one_is_asked_for_a_tick_takes_the_place_of_the_other() -> None:
    item = make_item(1, {1})  # the options stand in the order 2, 0, 1, 3
    assert item.choice_after(0, ticked=True) == {2}
    assert item.choice_after(2, ticked=True) == {1}
    assert item.choice_after(2, ticked=False) == set()
    assert item.choice_after(0, ticked=False) == {1}


def test_where_several_are_asked_for_a_tick_that_is_one_too_many_is_not_taken() -> None:
    one, two = make_item(1, {1}, key=2), make_item(1, {1, 3}, key=2)
    assert one.choice_after(0, ticked=True) == {1, 2}
    assert one.choice_after(2, ticked=True) == {1}
    assert two.choice_after(0, ticked=True) == {1, 3}
    assert two.choice_after(2, ticked=True) == {1, 3}
    assert two.choice_after(2, ticked=False) == {3}


def test_there_is_nothing_to_say_of_an_exam_that_runs() -> None:
    running = make_exam(ended_at=None, day=None)
    with pytest.raises(ValueError, match="exam 1 has not ended"):
        report(running, [], None)
    with pytest.raises(ValueError, match="exam 1 has not ended"):
        reviews_of(running, [])
    with pytest.raises(ValueError, match="question 1 of exam 1 is not graded"):
        reviews_of(make_exam(), [make_item(1, {0})])
