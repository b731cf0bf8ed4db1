"""`python -m bot backup` and `restore`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from time import perf_counter

from rich.filesize import decimal

from bot.clock import SystemClock
from bot.domain.backups import backup_name
from bot.errors import DatabaseError, RefusedError
from bot.host.progress import bars
from bot.storage.backups import back_up
from bot.storage.reading import contents
from bot.storage.restoring import check_backup, restore


def run_backup(database: Path, file: Path, *, replace: bool) -> int:
    """Copy the database into a file or folder; the exit status.

    Raises:
        DatabaseError: it can't be done; the file is as it was.
    """
    target = file / backup_name(database.stem, SystemClock().now()) if file.is_dir() else file
    start = perf_counter()
    with bars() as tell:
        size = back_up(database, target, replace=replace, tell=tell)
    print(f"{target}: {decimal(size)}, copied and checked in {perf_counter() - start:.1f} s.")
    return 0


def run_restore(database: Path, file: Path, *, ask: bool) -> int:
    """Put a backup in the place of the database; the exit status.

    Raises:
        DatabaseError: it can't be done; all is as it was.
        RefusedError: the person at the terminal does not want it, or nobody can be asked.
    """
    check_backup(file, database)
    if database.exists():
        print(f"Now in {database}: {_describe(database)}.", file=sys.stderr)
    print(f"In the backup {file}: {_describe(file)}.", file=sys.stderr)
    print(
        "What members changed or erased since the backup comes back as it was then. docs/hosting.md, Restore, says what "
        "to do about it.",
        file=sys.stderr,
    )
    if ask:
        _ask()
    with bars() as tell:
        kept = restore(file, database, SystemClock().now(), tell)
    print(f"{database} is now a copy of {file}.")
    if kept is not None:
        print(f"The database before it is kept as {kept}; delete it when you need it no more.")
    return 0


def _describe(path: Path) -> str:
    try:
        found = contents(path)
    except DatabaseError:
        return "a file that can't be read"
    return f"{found.answers:,} answers{_last(found.last_at)}"


def _last(at: datetime | None) -> str:
    return f", the last on {at:%Y-%m-%d at %H:%M} UTC" if at else ""


def _ask() -> None:
    if not sys.stdin.isatty():
        raise RefusedError("Nothing was changed: nobody can be asked here. Add --yes if you want this.")
    try:
        answer = input("Put the backup in its place? Type yes: ")
    except EOFError:
        answer = ""
    if answer.strip().casefold() != "yes":
        raise RefusedError("Nothing was changed.")
