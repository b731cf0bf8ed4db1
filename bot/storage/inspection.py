"""What can be wrong with a database, for whoever hosts the bot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.storage.backups import faults_of
from bot.storage.database import formats, from_ms
from bot.storage.reading import format_of, last_answer_at, looking_at
from bot.storage.timers import EARLIEST


@dataclass(frozen=True, slots=True)
class Inspection:
    """What there is to see in a database."""

    format: int
    todays_format: int
    """What this version of Studyhall reads."""
    faults: str
    """What SQLite finds wrong; "" if all is well."""
    broken: tuple[str, ...]
    """Tables with rows that belong to rows that are missing."""
    zones: tuple[str, ...]
    """The time zones that servers and members have chosen."""
    last_answer_at: datetime | None
    due_since: datetime | None
    """Since when the oldest timer is waiting for its time, or overdue."""


def inspect(database: Path, *, thorough: bool) -> Inspection:
    """Look at a database of any format; `thorough` goes through each index, too.

    Raises:
        DatabaseError: it can't be read.
    """
    with looking_at(database, any_format=True) as connection:
        tables = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        zones: set[str] = set()
        if "server" in tables:
            zones.update(zone for (zone,) in connection.execute("SELECT DISTINCT zone FROM server"))
        if "member" in tables:
            rows = connection.execute("SELECT DISTINCT zone FROM member WHERE zone IS NOT NULL")
            zones.update(zone for (zone,) in rows)
        # what rests is told by what today's format has
        is_todays = format_of(connection) == formats()
        (due_at,) = (connection.execute(EARLIEST).fetchone() if is_todays else None) or (None,)
        return Inspection(
            format=format_of(connection),
            todays_format=formats(),
            faults=faults_of(connection, thorough=thorough),
            broken=tuple(sorted({row[0] for row in connection.execute("PRAGMA foreign_key_check")})),
            zones=tuple(sorted(zones)),
            last_answer_at=last_answer_at(connection),
            due_since=None if due_at is None else from_ms(due_at),
        )
