"""Values of the domain to test with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.questions import Bank, Option, Question, Topic
from bot.domain.rounds import Answer, Round
from bot.domain.scoring import Outcome

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""A Monday."""


def seconds(number: float) -> timedelta:
    """A length of time."""
    return timedelta(seconds=number)


def make_question(
    id_: str = "first", *, topic: str = "one", key: Iterable[int] = (0,), options: int = 4, **changes: Any
) -> Question:
    """A question whose options are called "option 0", "option 1" …; those of `key` are correct."""
    correct = set(key)
    values: dict[str, Any] = {
        "bank": "sample",
        "prompt": f"What is right in {id_}?",
        "options": tuple(Option(f"option {n}", f"why {n}", n in correct) for n in range(options)),
        "explanation": f"The explanation of {id_}.",
    }
    return Question(id=id_, topic=topic, **(values | changes))


def make_bank(questions: Sequence[Question] = (), **weights: int) -> Bank:
    """A bank with these topics and their weights."""
    topics = {id_: Topic(id_, f"Topic {id_}", weight) for id_, weight in (weights or {"one": 100}).items()}
    return Bank("sample", "Sample", "en", "CC0-1.0", "Made for tests.", 80, topics, tuple(questions))


def make_round(id_: int = 1, question: Question | None = None, **changes: Any) -> Round:
    """A round of a quiz, open for 30 seconds from noon."""
    question = question or make_question()
    values: dict[str, Any] = {
        "guild_id": 1,
        "channel_id": 2,
        "order": tuple(range(len(question.options))),
        "opened_at": NOON,
        "closes_at": NOON + seconds(30),
        "quiz_id": 1,
        "position": id_,
        "total": 3,
    }
    return Round(id=id_, question=question, **(values | changes))


def make_answer(
    member_id: int, outcome: Outcome = Outcome.RIGHT, *, after: float = 1, **changes: Any
) -> Answer:
    """An answer given this many seconds after noon; the right one is option 0.

    Its day is that of the click in UTC; it took the time since noon.
    """
    right = outcome is Outcome.RIGHT
    clicked_at: datetime = changes.get("clicked_at", NOON + seconds(after))
    values: dict[str, Any] = {
        "round_id": 1,
        "choice": frozenset({0 if right else 1}),
        "clicked_at": clicked_at,
        "hints": 0,
        "points": 10 if right else 0,
        "day": clicked_at.astimezone(UTC).date(),
        "took": clicked_at - NOON,
    }
    return Answer(member_id=member_id, outcome=outcome, **(values | changes))
