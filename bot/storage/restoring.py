"""A backup takes the place of the database, all of it or nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.errors import DatabaseError
from bot.storage.backups import Tell, check_pages, claimed, copy, sync_folder, untold
from bot.storage.database import alone, formats
from bot.storage.facts import NAMESPACE
from bot.storage.leftovers import NOWHERE
from bot.storage.reading import connected, format_of, in_words, reading

_MORE = 10_000_000
"""Numbers that are left out: more than are given between a backup and its restoring."""

_LEAVE_NUMBERS_OUT = {
    "round": "INSERT INTO round (id, guild_id, channel_id, version, option_order, opened_at, closes_at, closed_at) "
    f"SELECT coalesce((SELECT max(id) FROM round), 0) + {_MORE}, {NOWHERE}, 0, version, '', 0, 0, 0 "
    "FROM question_version LIMIT 1",
    "quiz": "INSERT INTO quiz (id, guild_id, channel_id, starter_id, bank, seconds, started_at, ended_at) "
    f"SELECT coalesce(max(id), 0) + {_MORE}, {NOWHERE}, 0, 0, '', 0, 0, 0 FROM quiz",
    "challenge": "INSERT INTO challenge (id, guild_id, channel_id, bank, topics, seed, starts_at, ends_at, ended_at) "
    f"SELECT coalesce(max(id), 0) + {_MORE}, {NOWHERE}, 0, '', '', '', 0, 0, 0 FROM challenge",
    "sqlite_sequence": "INSERT INTO sqlite_sequence (name, seq) SELECT name, 0 FROM sqlite_master "
    "WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%' AND name NOT IN (SELECT name FROM sqlite_sequence); "
    f"UPDATE sqlite_sequence SET seq = seq + {_MORE}",
}
"""SQL by the tables whose numbers stand in buttons. Some are kept by a row that belongs to no server."""

_LOGS = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database: a new one must not find what belongs to the old one."""


def check_backup(backup: Path, database: Path) -> None:
    """Check whether a file can take the place of the database, as far as a quick look tells.

    Raises:
        DatabaseError: it can't.
    """
    if not backup.is_file():
        raise DatabaseError(f"There is no file {backup}. Name a backup.")
    if database.exists() and backup.samefile(database):
        raise DatabaseError(f"{backup} is the database itself. Name a backup of it.")
    with in_words(f"{backup} can't be restored"), reading(backup) as connection:
        number = format_of(connection)
    if not number:
        raise DatabaseError(
            f"{backup} can't be restored: it is no database of Studyhall. Name a file that Studyhall wrote."
        )
    if number > formats():
        raise DatabaseError(
            f"{backup} can't be restored: a newer version of Studyhall wrote it (its format is {number}, this version "
            f"knows {formats()}). Install the newer version, then restore it."
        )


def restore(backup: Path, database: Path, now: datetime, tell: Tell = untold) -> Path | None:
    """Put a copy of a backup in the place of the database; where the old one is kept from now on. None: there was none.

    Raises:
        DatabaseError: it can't be done, or the bot is running; all is as it was.
    """
    check_backup(backup, database)
    fresh = database.with_name(f"{database.name}.restoring")
    with (
        alone(database),
        in_words(f"{backup} can't take the place of {database}"),
        claimed(fresh) as descriptor,
    ):
        with in_words(f"{backup} can't be restored"):
            copy(backup, fresh, descriptor, tell)
            _check_whole(fresh, tell)
        _set_apart(fresh)
        _take_after(fresh, database if database.exists() else database.parent)
        os.fsync(descriptor)
        with _put_aside(database, now) as kept:
            fresh.replace(database)
        sync_folder(database.parent)
    return kept


def _check_whole(path: Path, tell: Tell) -> None:
    check_pages(path, tell)
    with reading(path) as connection:
        broken = {row[0] for row in connection.execute("PRAGMA foreign_key_check")}
    if broken:
        raise sqlite3.DatabaseError(
            f"database disk image is malformed (rows in {', '.join(sorted(broken))} belong to rows that are missing)"
        )


def _set_apart(path: Path) -> None:
    """What comes after the backup must not be taken for what came after it the first time: that is on Discord still."""
    with connected(path) as connection:
        # or the first messages would be taken for those that were sent before
        connection.execute("DELETE FROM fact WHERE name = ?", (NAMESPACE,))
        # or old buttons, which name a question by its number, would answer a new one
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        for table, leave_out in _LEAVE_NUMBERS_OUT.items():
            if table in tables:
                connection.executescript(leave_out)


def _take_after(path: Path, other: Path) -> None:
    """Give a file the owner and rights of the file before it, or the owner of its folder: root may restore for the bot."""
    if os.name != "posix":
        return
    like = other.stat()
    if os.geteuid() == 0:
        os.chown(path, like.st_uid, like.st_gid)
    if other.is_file():
        path.chmod(like.st_mode & 0o777)


@contextlib.contextmanager
def _put_aside(database: Path, now: datetime) -> Iterator[Path | None]:
    """Give the database a second name, under which it is complete before anything else changes; None: there is none.

    If what follows fails, it has its first name only.
    """
    if database.exists():
        _fold_log(database)
    files = [database, *(database.with_name(database.name + log) for log in _LOGS)]
    name = f"{database.name}.before-{now:%Y%m%dT%H%M%SZ}"
    kept = {
        file: file.with_name(name + file.name.removeprefix(database.name)) for file in files if file.exists()
    }
    if any(other.exists() for other in kept.values()):
        raise DatabaseError(f"{database.with_name(name)} exists already. Wait a second, and try again.")
    try:
        for file, other in kept.items():
            _name_again(file, other)
        sync_folder(database.parent)
        for file in kept:
            if file != database:
                file.unlink()
        yield kept.get(database)
    except BaseException:
        for file, other in kept.items():
            if not file.exists():
                _name_again(other, file)
            other.unlink(missing_ok=True)
        raise


def _fold_log(database: Path) -> None:
    """Bring what was committed last from the log beside the database into it. One that is damaged stays as it is."""
    try:
        with connected(database) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            connection.execute("PRAGMA journal_mode = DELETE").fetchall()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise
    except sqlite3.DatabaseError:
        pass


def _name_again(file: Path, other: Path) -> None:
    """Let a file have a second name; a copy of it where the file system knows no second names."""
    try:
        other.hardlink_to(file)
    except OSError:
        shutil.copy2(file, other)
