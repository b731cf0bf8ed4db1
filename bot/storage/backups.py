"""Copies of the database, made while the bot runs.

SQLite's own backup copies it in small steps inside of one read transaction, which holds no answer up. What is written goes
to the disk little by little: handed over at once, a gigabyte would make the bot's own commits wait for it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.filesize import decimal

from bot.errors import DatabaseError
from bot.storage.reading import connected, in_words, looking_at, reading

Tell = Callable[[str, int, int], None]
"""Hears what is being done, how much of it is done, and of how much; 0: nobody knows."""

UNFINISHED = ".unfinished"
"""What the name of a backup ends with until it is complete."""

_STEP = 256
"""Pages that are copied in one go, some 1 MB."""
_STEPS_PER_SYNC = 32
_INSTRUCTIONS = 50_000
"""Of SQLite's machine between two looks whether to stop: some milliseconds."""
_MOST_FAULTS = 3
"""So many faults of a damaged file are named."""


class BackupStoppedError(Exception):
    """The work was stopped on request; nothing is left of it."""


def untold(doing: str, done: int, of: int) -> None:
    """Tell nobody."""


def unstopped() -> bool:
    """Never stop."""
    return False


def back_up(
    database: Path,
    target: Path,
    *,
    replace: bool = False,
    tell: Tell = untold,
    is_stopped: Callable[[], bool] = unstopped,
) -> int:
    """Copy a database, also while it is in use; the size of the copy in bytes.

    The copy has all that was committed before. It stands under its name only when it is complete and checked.

    Raises:
        DatabaseError: it can't be made; `target` is as it was.
        BackupStoppedError: `is_stopped` said so; `target` is as it was.
    """
    if not target.parent.is_dir():
        raise DatabaseError(f"There is no folder {target.parent}. Make it, or name another one.")
    if target.exists() and not replace:
        raise DatabaseError(f"{target} exists already. Name another file, or add --force to replace it.")
    if target.is_dir() or (target.exists() and database.exists() and target.samefile(database)):
        raise DatabaseError(f"{target} is nothing that a backup may replace. Name another file.")
    with looking_at(database, any_format=True):
        pass  # tells that there is none before anything is written
    unfinished = target.with_name(target.name + UNFINISHED)
    with in_words(f"The database can't be copied to {target}"), claimed(unfinished) as descriptor:
        copy(database, unfinished, descriptor, tell, is_stopped)
        check_pages(unfinished, tell, is_stopped)
        size = unfinished.stat().st_size
        unfinished.replace(target)
        sync_folder(target.parent)
    return size


@contextlib.contextmanager
def claimed(path: Path) -> Iterator[int]:
    """An empty file that nobody else fills meanwhile; its descriptor. If what follows fails, nothing is left of it.

    What a killed process left there is thrown away.

    Raises:
        DatabaseError: another process is filling it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _is_free(path, descriptor):
            raise DatabaseError(f"{path} is being written by another process. Wait until that is done.")
        try:
            os.ftruncate(descriptor, 0)
            yield descriptor
        except BaseException:
            for name in (path.name, f"{path.name}-journal"):
                path.with_name(name).unlink(missing_ok=True)
            raise
    finally:
        os.close(descriptor)


def _is_free(path: Path, descriptor: int) -> bool:
    """Whether no other process is at a file. From now on they see that we are."""
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # it can have got its final name since it was opened
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except OSError:
        return False


def copy(
    source: Path, target: Path, descriptor: int, tell: Tell, is_stopped: Callable[[], bool] = unstopped
) -> None:
    """Copy a database page by page, down to the disk, into an empty file that is open under this descriptor.

    Raises:
        DatabaseError: there is no room.
        BackupStoppedError: `is_stopped` said so.
        sqlite3.Error: it can't be read or written.
    """
    steps = 0

    def progress(_: int, left: int, pages: int) -> None:
        nonlocal steps
        steps += 1
        if steps % _STEPS_PER_SYNC == 0:
            os.fsync(descriptor)
        tell("Copying", pages - left, pages)
        if is_stopped():
            raise BackupStoppedError

    with reading(source) as old, connected(target) as new:
        # all that was committed until now and nothing of what comes: else each commit would begin the copy anew
        old.execute("BEGIN")
        old.execute("SELECT count(*) FROM sqlite_master").fetchall()
        ((pages,),) = old.execute("PRAGMA page_count")
        ((page_size,),) = old.execute("PRAGMA page_size")
        _look_for_room(target.parent, pages * page_size)
        # the file is thrown away unless it gets complete, so nothing needs to be safe before the end
        new.execute("PRAGMA journal_mode = OFF")
        new.execute("PRAGMA synchronous = OFF")
        old.backup(new, pages=_STEP, progress=progress)
        new.execute("PRAGMA journal_mode = DELETE")  # one file that needs no log beside it
    os.fsync(descriptor)


def _look_for_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DatabaseError(
            f"There is no room in {folder.absolute()}: the copy takes {decimal(needed)}, and {decimal(free)} are free. "
            "Make room, or name a folder on another disk."
        )


def check_pages(path: Path, tell: Tell, is_stopped: Callable[[], bool] = unstopped) -> None:
    """Go through all pages of a database.

    Raises:
        BackupStoppedError: `is_stopped` said so.
        sqlite3.DatabaseError: it is damaged.
    """

    def look() -> bool:
        tell("Checking", 0, 0)
        return is_stopped()

    if look():
        raise BackupStoppedError
    with reading(path) as connection:
        connection.set_progress_handler(look, _INSTRUCTIONS)
        try:
            faults = faults_of(connection, thorough=True)
        except sqlite3.OperationalError:
            if is_stopped():
                raise BackupStoppedError from None
            raise
    if faults:
        raise sqlite3.DatabaseError(f"database disk image is malformed ({faults})")


def faults_of(connection: sqlite3.Connection, *, thorough: bool) -> str:
    """What SQLite finds wrong with a database, also with its indexes if it is to be `thorough`; "" if all is well."""
    connection.execute("PRAGMA cache_size = -32000")  # kB; with less the check takes nearly twice as long
    check = "PRAGMA integrity_check" if thorough else "PRAGMA quick_check"
    rows = connection.execute(check).fetchmany(_MOST_FAULTS)
    return "" if rows == [("ok",)] else "; ".join(" ".join(str(row[0]).split()) for row in rows)


def sync_folder(folder: Path) -> None:
    """Make new names in a folder survive a power cut."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
