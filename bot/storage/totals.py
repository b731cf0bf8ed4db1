"""How much there is in a database, for whoever hosts the bot."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.boards import NOBODY
from bot.domain.sessions import Kind
from bot.storage.database import from_ms, to_day, to_ms
from bot.storage.leftovers import NOWHERE
from bot.storage.reading import format_of, looking_at
from bot.storage.timers import RESTS

_WEEK, _MONTH = timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is. Weeks and months are the last 7 and 30 days."""

    servers: int
    members: int
    """Who have answered a question anywhere."""
    members_week: int
    members_month: int
    answers: int
    """In quizzes, questions and challenges."""
    answers_week: int
    answers_month: int
    quizzes: int
    quizzes_running: int
    challenges: int
    challenges_running: int
    rounds_open: int
    practice_answers: int
    review_answers: int
    exams: int
    """Those that are over."""
    reviews_due: int
    """Today, by the calendar of UTC."""
    reports_open: int
    reminders: int
    """Members who are reminded."""
    timers: int
    overdue_kind: str | None
    """What the timer is about that has been due the longest; None: none is due."""
    overdue_since: datetime | None
    format: int
    size: int
    """Of the database in bytes."""
    log_size: int
    """Of what is written already but not yet brought into the database."""


def totals(database: Path, now: datetime) -> Totals:
    """How much there is in a database.

    Raises:
        DatabaseError: it can't be read, or has another format than today's.
    """
    week, month = to_ms(now - _WEEK), to_ms(now - _MONTH)
    with looking_at(database) as connection:
        figures = {
            **_row(connection, _MEMBERS, week, month),
            **_row(connection, _ANSWERS, week, month),
            **_row(connection, _COUNTS, to_day(now.date())),
        }
        overdue = connection.execute(_OVERDUE, (to_ms(now),)).fetchone()
        number = format_of(connection)
    log = database.with_name(f"{database.name}-wal")
    return Totals(
        **figures,
        overdue_kind=overdue[0] if overdue else None,
        overdue_since=from_ms(overdue[1]) if overdue else None,
        format=number,
        size=database.stat().st_size,
        log_size=log.stat().st_size if log.exists() else 0,
    )


def _row(connection: sqlite3.Connection, sql: str, *parameters: int) -> dict[str, Any]:
    """The one row of a statement, by the names of its columns: those of the fields of `Totals`."""
    cursor = connection.execute(sql, parameters)
    return dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))


# by member first, as the index on answers has them: then millions are counted without being sorted
_MEMBERS = f"""
SELECT count(*) AS members, count(*) FILTER (WHERE last_at >= ?) AS members_week,
       count(*) FILTER (WHERE last_at >= ?) AS members_month FROM (
    SELECT member_id, max(last_at) AS last_at FROM (
        SELECT member_id, max(clicked_at) AS last_at FROM answer GROUP BY member_id
        UNION ALL
        SELECT session.member_id, max(item.answered_at) FROM session JOIN item ON item.session_id = session.id
        WHERE item.answered_at IS NOT NULL GROUP BY session.member_id
        UNION ALL
        SELECT member_id, max(ended_at) FROM exam WHERE ended_at IS NOT NULL GROUP BY member_id
    ) AS each WHERE member_id <> {NOBODY} GROUP BY member_id
) AS seen
"""

_ANSWERS = """
SELECT count(*) AS answers, count(*) FILTER (WHERE clicked_at >= ?) AS answers_week,
       count(*) FILTER (WHERE clicked_at >= ?) AS answers_month FROM answer
"""

_ALONE = (
    "SELECT count(*) FROM session JOIN item ON item.session_id = session.id WHERE item.choice IS NOT NULL"
)

_COUNTS = f"""
SELECT
    (SELECT count(*) FROM (SELECT guild_id FROM round UNION SELECT guild_id FROM server EXCEPT SELECT {NOWHERE}) AS used) AS servers,
    (SELECT count(*) FROM quiz WHERE guild_id <> {NOWHERE}) AS quizzes,
    (SELECT count(*) FROM quiz WHERE ended_at IS NULL) AS quizzes_running,
    (SELECT count(*) FROM challenge WHERE number IS NOT NULL) AS challenges,
    (SELECT count(*) FROM challenge WHERE ended_at IS NULL) AS challenges_running,
    (SELECT count(*) FROM round WHERE closed_at IS NULL) AS rounds_open,
    ({_ALONE} AND session.kind = '{Kind.PRACTICE}') AS practice_answers,
    ({_ALONE} AND session.kind = '{Kind.REVIEW}') AS review_answers,
    (SELECT count(*) FROM exam WHERE ended_at IS NOT NULL) AS exams,
    (SELECT count(*) FROM review_card WHERE due_day <= ?) AS reviews_due,
    (SELECT count(*) FROM report WHERE state = 'open') AS reports_open,
    (SELECT count(*) FROM member WHERE remind_hour IS NOT NULL) AS reminders,
    (SELECT count(*) FROM timer) AS timers
"""

_OVERDUE = f"SELECT kind, due_at FROM timer WHERE due_at < ? AND NOT {RESTS} ORDER BY due_at LIMIT 1"
