"""A copy of the database every day, and the oldest ones go."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

from rich.filesize import decimal

from bot.clock import Clock
from bot.domain.backups import daily_name, due_at, made_at, newest, surplus
from bot.errors import DatabaseError
from bot.storage.backups import UNFINISHED, BackupStoppedError, back_up
from bot.storage.reading import in_words

log = logging.getLogger(__name__)

_LOOK_AGAIN = timedelta(hours=1)
"""A copy that failed is tried again, and a suspended machine or a clock set right is noticed, after at most this time."""


class Backups:
    """Makes the daily backups of a database, one at a time, in a thread of their own.

    Whatever fails is logged and tried again later: it disturbs nothing else, and no older copy is deleted for it.
    """

    def __init__(self, database: Path, folder: Path, kept: int, clock: Clock) -> None:
        """`kept` is how many copies stay; with 0 none are made, and none deleted."""
        self._database = database
        self._folder = folder
        self._kept = kept
        self._clock = clock
        self._stopping = threading.Event()
        self._task: asyncio.Task[None] | None = None
        self._is_working = False
        self.last_at: datetime | None = None
        """When the last daily backup was made (aware UTC), as of at most an hour ago; None: there is none."""

    @property
    def are_on(self) -> bool:
        """Whether daily backups are made."""
        return self._kept > 0

    def start(self) -> None:
        """Begin, with a copy at once if the last one is older than a day."""
        if self.are_on:
            self._task = asyncio.create_task(self._run())

    async def stop(self, patience: float) -> None:
        """Stop. A copy that is being made is given up, and gets this many seconds to clear away what there is of it."""
        self._stopping.set()
        if self._task is not None:
            if self._is_working:
                await asyncio.wait([self._task], timeout=patience)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        self._is_working = True
        await asyncio.to_thread(self._clear_away)
        while not self._stopping.is_set():
            wait = await asyncio.to_thread(self._look, self._clock.now())
            self._is_working = False
            if not self._stopping.is_set():
                await self._clock.sleep(wait.total_seconds())
            self._is_working = True

    def _clear_away(self) -> None:
        """Delete what copies that were killed have left. Only one bot runs on a database, so nobody is at them."""
        with contextlib.suppress(OSError):
            for path in self._folder.iterdir():
                name = path.name.removesuffix("-journal")
                if name.endswith(UNFINISHED) and made_at(self._database.stem, name.removesuffix(UNFINISHED)):
                    path.unlink()

    def _look(self, now: datetime) -> timedelta:
        """Make a copy if one is due; when to look again."""
        copies = _copies(self._database, self._folder)
        if due_at(copies, now) <= now:
            try:
                self._make(now)
                self._delete(surplus([*copies, now.replace(microsecond=0)], now, self._kept))
            except BackupStoppedError:
                log.info("The daily backup was given up; it is made after the next start")
            except DatabaseError as error:
                log.error("The daily backup could not be made; next try in an hour. %s", error)
            except Exception:
                log.exception("The daily backup could not be made; next try in an hour")
            copies = _copies(self._database, self._folder)
        self.last_at = newest(copies, now)
        return min(_LOOK_AGAIN, max(timedelta(), due_at(copies, now) - now) or _LOOK_AGAIN)

    def _make(self, now: datetime) -> None:
        target = self._folder / daily_name(self._database.stem, now)
        with in_words(f"The folder {self._folder} can't be made"):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        start = perf_counter()
        size = back_up(self._database, target, replace=True, is_stopped=self._stopping.is_set)
        seconds = perf_counter() - start
        log.info("The daily backup %s is made: %s in %.1f s", target, decimal(size), seconds)

    def _delete(self, copies: Iterable[datetime]) -> None:
        for at in copies:
            path = self._folder / daily_name(self._database.stem, at)
            try:
                path.unlink()
            except OSError as error:
                log.warning("The old backup %s can't be deleted: %s", path, error.strerror)


def last_backup(database: Path, folder: Path, now: datetime) -> datetime | None:
    """When the last daily backup of a database was made; None: there is none."""
    return newest(_copies(database, folder), now)


def _copies(database: Path, folder: Path) -> list[datetime]:
    """The times of the daily backups of a database that are in a folder."""
    try:
        found = [made_at(database.stem, path.name) for path in folder.iterdir()]
    except OSError:
        return []
    return [at for at in found if at is not None]
