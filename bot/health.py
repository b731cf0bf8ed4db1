"""A sign of life for whoever watches the process: a file whose age tells whether the bot is connected."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import Clock

BEAT = 15.0
"""Seconds between two signs of life."""

STALE = timedelta(seconds=60)
"""After this long without one, the bot counts as ill."""


def health_file(database: Path) -> Path:
    """Where the sign of life of the bot with this database is."""
    return database.with_name(f"{database.name}.alive")


async def beat(database: Path, is_well: Callable[[], bool], clock: Clock) -> None:
    """Leave a sign of life again and again while all is well, until cancelled."""
    path = health_file(database)
    path.unlink(missing_ok=True)  # that of a process that was killed says nothing of this one
    try:
        while True:
            if is_well():
                with contextlib.suppress(OSError):  # a full disk must not end the bot for this
                    fresh = path.with_name(f"{path.name}.new")
                    fresh.write_text(clock.now().isoformat(), encoding="utf-8")
                    fresh.replace(path)  # at once, so that nobody reads half of it
            await clock.sleep(BEAT)
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def is_alive(database: Path) -> bool:
    """Whether there was a sign of life lately."""
    try:
        last = datetime.fromisoformat(health_file(database).read_text(encoding="utf-8"))
        return datetime.now(UTC) - last < STALE
    except (OSError, ValueError, TypeError):  # TypeError: a time without its zone
        return False
