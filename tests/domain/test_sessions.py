"""What is asked in a practice or review, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from bot.domain.questions import Question
from bot.domain.scoring import Outcome
from bot.domain.sessions import MOST_TRIES, Item, Kind, Session, comes_again, first_answers, summary
from bot.domain.statistics import TopicRecord
from tests.domain.examples import NOON, make_question, seconds

RIGHT, PARTLY, WRONG = Outcome.RIGHT, Outcome.PARTLY, Outcome.WRONG

A, B, C = (make_question(id_, topic=topic) for id_, topic in (("a", "one"), ("b", "one"), ("c", "two")))

Asked = Question | tuple[Question, Outcome]
"""A question, with the outcome once it is answered."""


def make_session(*asked: Asked, **changes: Any) -> Session:
    """A practice that asks these questions in this order."""
    items = []
    for position, each in enumerate(asked, start=1):
        question, outcome = each if isinstance(each, tuple) else (each, None)
        answer = (
            {"choice": frozenset({0}), "outcome": outcome, "took": seconds(5)} if outcome is not None else {}
        )
        items.append(Item(100 + position, position, question, (2, 0, 3, 1), **answer))  # type: ignore[arg-type]
    values: dict[str, Any] = {"member_id": 7, "guild_id": None, "kind": Kind.PRACTICE, "bank": "sample"}
    values |= {"topic": None, "difficulty": None, "begun_at": NOON, "ended_at": None, "items": tuple(items)}
    return Session(id=1, **(values | changes))


def ids(items: Sequence[Item]) -> list[int]:
    """The ids of items."""
    return [item.id for item in items]


def test_the_current_question_is_the_first_without_an_answer() -> None:
    fresh = make_session(A, B)
    assert fresh.next() is fresh.items[0]
    # somebody answered the last one first
    session = make_session((A, RIGHT), B, (C, WRONG))
    assert session.next() is session.items[1]
    assert make_session((A, RIGHT), (B, WRONG)).next() is None
    assert make_session().next() is None


def test_questions_and_answers_are_counted_once_each() -> None:
    session = make_session((A, WRONG), B, (C, RIGHT), (A, WRONG), A)
    assert session.questions == 3
    assert session.answered == 2
    other = make_session((A, RIGHT), make_question("a", bank="other"))
    assert (other.questions, other.answered) == (2, 1)


def test_an_item_is_found_by_its_id_and_knows_its_places() -> None:
    session = make_session(A, B)
    assert session.item(102) is session.items[1]
    assert [session.items[0].place_of(option) for option in range(4)] == [1, 3, 0, 2]


@pytest.mark.parametrize("outcome", [WRONG, PARTLY])
def test_a_question_that_was_not_right_comes_again_until_its_last_try(outcome: Outcome) -> None:
    assert MOST_TRIES == 3
    session = make_session(A, B)
    assert comes_again(session, session.items[0], outcome)
    session = make_session((A, WRONG), (B, RIGHT), A)
    assert comes_again(session, session.items[2], outcome)
    session = make_session((A, WRONG), (B, WRONG), (A, WRONG), B, A)
    assert not comes_again(session, session.items[4], outcome)
    assert comes_again(session, session.items[3], outcome)


def test_what_was_right_does_not_come_again() -> None:
    session = make_session((A, WRONG), A)
    assert not comes_again(session, session.items[1], RIGHT)


@pytest.mark.parametrize("outcome", Outcome)
def test_a_review_asks_each_question_once(outcome: Outcome) -> None:
    session = make_session(A, kind=Kind.REVIEW)
    assert not comes_again(session, session.items[0], outcome)


def test_the_first_answer_to_each_question_counts() -> None:
    session = make_session((A, WRONG), (B, RIGHT), C, (A, RIGHT), (make_question("a", bank="other"), WRONG))
    assert ids(first_answers(session.items)) == [101, 102, 105]
    assert first_answers(make_session(A).items) == []


def test_a_summary() -> None:
    session = make_session((C, WRONG), (A, RIGHT), (B, PARTLY), (C, WRONG), (B, RIGHT), C)
    found = summary(session)
    assert (found.right, found.answered) == (1, 3)
    assert found.topics == (TopicRecord("sample", "two", 0, 1), TopicRecord("sample", "one", 1, 2))
    assert found.missed == (C, B)
    assert found.learned == {"b"}


def test_the_weakest_topic_is_first() -> None:
    def asked(topic: str, *outcomes: Outcome) -> list[Asked]:
        return [(make_question(f"{topic}-{n}", topic=topic), each) for n, each in enumerate(outcomes)]

    session = make_session(
        *asked("all", RIGHT, RIGHT),
        *asked("none", WRONG, WRONG),
        *asked("half", RIGHT, WRONG),
        *asked("many", RIGHT, RIGHT, RIGHT, RIGHT, RIGHT),
    )
    assert [record.topic for record in summary(session).topics] == ["none", "half", "all", "many"]


def test_what_was_right_at_once_is_not_learned() -> None:
    found = summary(make_session((A, RIGHT), (B, RIGHT)))
    assert (found.right, found.answered, found.missed, found.learned) == (2, 2, (), frozenset())


def test_nothing_was_answered() -> None:
    found = summary(make_session(A, B))
    assert (found.right, found.answered, found.topics, found.missed) == (0, 0, (), ())
