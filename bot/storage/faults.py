"""What can happen to a database while the bot runs: members get a sentence, and the log tells the host what to do, once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bot.errors import StorageError

log = logging.getLogger(__name__)

QUIET = 60.0
"""The trouble is over when nothing has failed for this many seconds: a disk that is all but full takes some things."""

_NOT_STORED = (
    "My database takes nothing at the moment, so this was **not** stored. All that I confirmed before is kept. Please "
    "try again in a minute; if it goes on, tell whoever runs me."
)
_NOT_READ = (
    "I can't read my database at the moment. All that I confirmed before is kept. Please try again in a minute; if it "
    "goes on, tell whoever runs me."
)

_GOES_ON = "Nothing that was confirmed is lost, and I go on by myself."
_DAMAGED = "it is damaged. Stop me, keep a copy of the file, and put a backup in its place (docs/hosting.md, Restore)"
_WRITE_PROTECTED = f"I may not write to it. Give me the right to write to the file and its folder. {_GOES_ON}"

# https://www.sqlite.org/rescode.html; other errors are mistakes of ours
_FOR_THE_HOST = {
    sqlite3.SQLITE_FULL: f"the disk is full. Make room on it. {_GOES_ON}",
    sqlite3.SQLITE_BUSY: f"another program keeps it locked. End that program, or let it finish. {_GOES_ON}",
    sqlite3.SQLITE_IOERR: "the disk does not take or give what it should. Look whether it is full or over its quota, still "
    f"there, and sound. {_GOES_ON}",
    sqlite3.SQLITE_READONLY: _WRITE_PROTECTED,
    sqlite3.SQLITE_PERM: _WRITE_PROTECTED,
    sqlite3.SQLITE_CANTOPEN: f"its files can't be opened. Look whether the folder is there. {_GOES_ON}",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}

_GONE = (
    "the file is gone, so what I stored would be lost. Put it back where it was, or stop me and put a backup there "
    "(docs/hosting.md, Restore)"
)


class Faults:
    """The faults of one database file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told: str | None = None
        self._failed_at = 0.0
        self.is_locked = False
        """Whether another program had it locked at the last try to write."""

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Store something.

        Raises:
            StorageError: the file takes nothing at the moment.
        """
        if not self._path.exists():  # SQLite would write on, to a file that nobody can find any more
            self._tell(_GONE)
            raise StorageError(_NOT_STORED)
        with self._translated(_NOT_STORED):
            yield
        self.is_locked = False
        if self._told is not None and asyncio.get_running_loop().time() - self._failed_at > QUIET:
            log.warning("The database %s works again", self._path)
            self._told = None

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Read something.

        Raises:
            StorageError: the file gives nothing at the moment.
        """
        with self._translated(_NOT_READ):
            yield

    @contextlib.contextmanager
    def _translated(self, sentence: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what it says in more detail
            if code not in _FOR_THE_HOST:
                raise
            self.is_locked = code == sqlite3.SQLITE_BUSY
            self._tell(f"{_FOR_THE_HOST[code]} (SQLite: {error})")
            raise StorageError(sentence) from error

    def _tell(self, what: str) -> None:
        self._failed_at = asyncio.get_running_loop().time()
        if what != self._told:
            self._told = what
            log.error("The database %s can't be used: %s", self._path, what)
