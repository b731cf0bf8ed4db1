"""Daily backups: when one is due, what they are called, and which are one too many."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

EVERY = timedelta(days=1)
"""From one daily backup to the next."""

_STAMP = "%Y%m%dT%H%M%SZ"


def daily_name(database: str, at: datetime) -> str:
    """What the daily backup of a database is called: its name without the ending, and the time in UTC.

    No other backup has such a name: files that people made are never taken for one that may be deleted.
    """
    return f"{database}-daily-{at.astimezone(UTC):{_STAMP}}.db"


def backup_name(database: str, at: datetime) -> str:
    """What a backup is called that somebody wants in a folder."""
    return f"{database}-{at.astimezone(UTC):{_STAMP}}.db"


def made_at(database: str, name: str) -> datetime | None:
    """When the daily backup of a database with this file name was made; None: it is none."""
    found = re.fullmatch(rf"{re.escape(database)}-daily-(\d{{8}}T\d{{6}}Z)\.db", name, flags=re.ASCII)
    try:
        return datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC) if found else None
    except ValueError:  # such as the 31st of February
        return None


def newest(copies: Iterable[datetime], now: datetime) -> datetime | None:
    """The time of the last copy. One from the future says only that the clock was wrong once."""
    return max((at for at in copies if at <= now), default=None)


def due_at(copies: Iterable[datetime], now: datetime) -> datetime:
    """When the next copy is due; `now` if that was in the past."""
    last = newest(copies, now)
    return now if last is None else max(now, last + EVERY)


def surplus(copies: Iterable[datetime], now: datetime, kept: int) -> list[datetime]:
    """Which copies to delete after one was made, so that `kept` of them stay.

    Their number counts, not their age: after a year away the old ones are still the best there is. Those from the future
    go first, or they would take the places of the right ones for ever.
    """
    in_turn = sorted(copies, key=lambda at: (at <= now, at))
    return in_turn[: max(0, len(in_turn) - kept)]
