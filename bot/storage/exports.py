"""All answers that were ever given, for analysing the questions. Streams: millions of them need little memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.domain.questions import Question, from_mask
from bot.domain.scoring import Outcome
from bot.storage.database import from_json, from_ms, from_span
from bot.storage.reading import looking_at

_LOT = 5_000
"""Rows that are read in one go. Between two lots nothing is held, so that the bot can tidy up its log."""

_KEPT_QUESTIONS = 10_000


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given anywhere."""

    at: datetime
    guild_id: int | None
    """None: in direct messages."""
    member_id: int
    question: Question
    where: str
    """quiz, question, challenge, practice, review or exam."""
    choice: frozenset[int]
    """Places in the order of the bank."""
    outcome: Outcome
    points: int | None
    """None: where there are none."""
    hints: int
    took: timedelta


def count_given(database: Path) -> int:
    """How many answers there are, about.

    Raises:
        DatabaseError: the database can't be read, or has another format than today's.
    """
    with looking_at(database) as connection:
        ((number,),) = connection.execute(
            "SELECT (SELECT coalesce(max(id), 0) FROM answer) + (SELECT coalesce(max(id), 0) FROM item) + "
            "(SELECT coalesce(sum(questions), 0) FROM exam WHERE ended_at IS NOT NULL)"
        )
    return int(number)


def all_given(database: Path) -> Iterator[Given]:
    """Every answer, also while the bot runs: first those in servers, then practice and review, then exams, each in the
    order in which they were stored. Exams that run are left out.

    Raises:
        DatabaseError: the database can't be read, or has another format than today's.
    """
    with looking_at(database) as connection:

        @lru_cache(_KEPT_QUESTIONS)
        def question(version: str) -> Question:
            ((content,),) = connection.execute(
                "SELECT content FROM question_version WHERE version = ?", (version,)
            )
            return Question.from_dict(from_json(content))

        for sql in (_IN_SERVERS, _ALONE, _IN_EXAMS):
            for at, guild_id, member_id, version, where, choice, outcome, points, hints, took in _rows(
                connection, sql
            ):
                yield Given(
                    at=from_ms(at),
                    guild_id=guild_id,
                    member_id=member_id,
                    question=question(version),
                    where=where,
                    choice=from_mask(choice),
                    outcome=Outcome(outcome),
                    points=points,
                    hints=hints,
                    took=from_span(took),
                )


def _rows(connection: sqlite3.Connection, sql: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement in lots. Its first two columns say where the next lot begins."""
    after = (-1, -1)
    while rows := connection.execute(sql, (*after, _LOT)).fetchall():
        for row in rows:
            yield row[2:]
        after = rows[-1][:2]


_IN_SERVERS = """
SELECT answer.id, 0, answer.clicked_at, round.guild_id, answer.member_id, round.version,
       CASE WHEN round.quiz_id IS NOT NULL THEN 'quiz' WHEN round.challenge_id IS NOT NULL THEN 'challenge'
            ELSE 'question' END,
       answer.choice, answer.outcome, answer.points, answer.hints, answer.took
FROM answer JOIN round ON round.id = answer.round_id
WHERE (answer.id, 0) > (?, ?) ORDER BY answer.id LIMIT ?
"""

_ALONE = """
SELECT item.id, 0, item.answered_at, session.guild_id, session.member_id, item.version, session.kind,
       item.choice, item.outcome, NULL, item.hints, item.took
FROM item JOIN session ON session.id = item.session_id
WHERE (item.id, 0) > (?, ?) AND item.choice IS NOT NULL ORDER BY item.id LIMIT ?
"""

_IN_EXAMS = """
SELECT exam_item.exam_id, exam_item.position, exam.ended_at, exam.guild_id, exam.member_id, exam_item.version, 'exam',
       exam_item.choice, exam_item.outcome, NULL, 0, exam_item.spent
FROM exam_item JOIN exam ON exam.id = exam_item.exam_id
WHERE (exam_item.exam_id, exam_item.position) > (?, ?) AND exam.ended_at IS NOT NULL AND exam_item.choice <> 0
ORDER BY exam_item.exam_id, exam_item.position LIMIT ?
"""
