"""Things to store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.challenges import Challenge, Plan
from bot.domain.questions import Question
from bot.domain.quizzes import Quiz
from bot.domain.rounds import Round
from bot.storage.challenges import ChallengeStore
from bot.storage.database import Database, Row
from bot.storage.quizzes import QuizStore
from bot.storage.rounds import RoundStore
from bot.storage.timers import Timer, TimerStore
from tests.domain.examples import NOON, make_question, seconds

GUILD = 1_400_000_000_000_000_001
CHANNEL = 1_400_000_000_000_000_002
ADA, GRACE, LINUS = 9_000_000_000_000_000_001, 9_000_000_000_000_000_002, 9_000_000_000_000_000_003
"""Ids as large as Discord's may become: more than 2 to the power of 62."""

FOREVER = NOON + timedelta(days=36_500)
"""Later than anything that falls due."""


async def try_add_round(database: Database, question: Question | None = None, **changes: Any) -> Round | None:
    """Add a round that is open for 30 seconds from noon, outside quizzes unless told otherwise."""
    question = question or make_question()
    values: dict[str, Any] = {
        "guild_id": GUILD,
        "channel_id": CHANNEL,
        "question": question,
        "order": range(len(question.options)),
        "opened_at": NOON,
        "closes_at": NOON + seconds(30),
    }
    return await RoundStore(database).add(**(values | changes))


async def add_round(database: Database, question: Question | None = None, **changes: Any) -> Round:
    """A round that was added."""
    round_ = await try_add_round(database, question, **changes)
    assert round_ is not None
    return round_


async def try_start(
    database: Database, questions: int | Sequence[Question] = 3, **changes: Any
) -> Quiz | None:
    """Start a quiz in the channel, on these questions or so many of its own; None if one is running."""
    if isinstance(questions, int):
        questions = [make_question(f"question-{number}") for number in range(1, questions + 1)]
    values: dict[str, Any] = {
        "guild_id": GUILD,
        "channel_id": CHANNEL,
        "starter_id": ADA,
        "bank": "sample",
        "topic": None,
        "seconds": 30,
        "questions": questions,
        "now": NOON,
        "first_at": NOON + seconds(5),
    }
    return await QuizStore(database).start(**(values | changes))


async def start_quiz(database: Database, questions: int | Sequence[Question] = 3, **changes: Any) -> Quiz:
    """A quiz that has started."""
    quiz = await try_start(database, questions, **changes)
    assert quiz is not None
    return quiz


async def ask(database: Database, quiz: Quiz, **changes: Any) -> Round:
    """Ask the next question of a quiz, up to its card."""
    coming = await QuizStore(database).next_question(quiz.id)
    assert coming is not None
    position, question = coming
    added = await add_round(database, question, quiz_id=quiz.id, position=position, **changes)
    round_ = replace(added, message_id=700 + position)
    assert await RoundStore(database).posted(round_, round_.closes_at) is None
    return round_


async def all_timers(database: Database) -> list[Timer]:
    """All timers, the earliest first."""
    found, later = await TimerStore(database).due(FOREVER)
    assert later is None
    return found


async def timers(database: Database) -> dict[tuple[str, int], datetime]:
    """What falls due when."""
    return {(timer.kind, timer.subject): timer.due_at for timer in await all_timers(database)}


def make_plan(**changes: Any) -> Plan:
    """A weekly challenge on Mondays at six, of five questions."""
    values: dict[str, Any] = {
        "guild_id": GUILD,
        "channel_id": CHANNEL,
        "owner_id": ADA,
        "bank": "sample",
        "questions": 5,
        "is_on": True,
    }
    return Plan(**(values | changes))


async def try_challenge(
    database: Database, questions: int | Sequence[Question] = 3, **changes: Any
) -> Challenge | None:
    """Start a challenge from noon for a week, on these questions or so many of its own; None if one is running."""
    if isinstance(questions, int):
        questions = [make_question(f"question-{number}") for number in range(1, questions + 1)]
    plan = make_plan(**{name: changes.pop(name) for name in ("guild_id", "channel_id") if name in changes})
    values: dict[str, Any] = {
        "seed": "sown",
        "starts_at": NOON,
        "ends_at": NOON + timedelta(days=7),
        "close_at": NOON + timedelta(days=7, seconds=3),
    }
    return await ChallengeStore(database).start(plan, questions, **(values | changes))


async def start_challenge(
    database: Database, questions: int | Sequence[Question] = 3, **changes: Any
) -> tuple[Challenge, list[Round]]:
    """A challenge that has started, and its rounds in their order."""
    challenge = await try_challenge(database, questions, **changes)
    assert challenge is not None
    return challenge, await RoundStore(database).of_challenge(challenge.id)


DERIVED = ("score", "board", "member_day")


async def derived(database: Database) -> dict[str, list[Row]]:
    """All that is derived from the answers."""
    return {table: await database.read(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4, 5") for table in DERIVED}
