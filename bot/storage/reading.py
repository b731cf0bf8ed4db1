"""Reading a database from outside, also one that a running bot writes to, without a chance to change it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.errors import DatabaseError
from bot.storage.database import formats, from_ms

_TABLES = {"answer", "fact", "question_version", "quiz", "round", "timer"}
"""What a Studyhall database of any format has."""


@contextlib.contextmanager
def connected(database: Path | str, *, uri: bool = False) -> Iterator[sqlite3.Connection]:
    """A plain connection that is closed at the end."""
    with contextlib.closing(
        sqlite3.connect(database, timeout=5, isolation_level=None, uri=uri, check_same_thread=False)
    ) as connection:
        yield connection


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that can't write, also to a database in a folder that may not be written to.

    Raises:
        sqlite3.DatabaseError: it can't be opened or is no database.
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    with contextlib.ExitStack() as stack:
        try:
            connection = stack.enter_context(connected(address, uri=True))
            connection.execute("SELECT count(*) FROM sqlite_master")
        except sqlite3.OperationalError:
            if path.with_name(f"{path.name}-wal").exists() or not path.is_file():
                raise
            # SQLite wants to make the files of its log, even for readers; without a log nobody writes
            connection = stack.enter_context(connected(f"{address}&immutable=1", uri=True))
        yield connection


@contextlib.contextmanager
def looking_at(database: Path, *, any_format: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection that can't write to the database that the bot uses, if it has today's format or may have any.

    Raises:
        DatabaseError: there is no such database, or it can't be read, also what follows inside.
    """
    if not database.is_file():
        raise DatabaseError(
            f"There is no database {database}. Run this where the bot runs, or let STUDYHALL_DATABASE name its file."
        )
    with in_words(f"The database {database} can't be read"), reading(database) as connection:
        number = format_of(connection)
        if not number:
            raise DatabaseError(
                f"The database {database} is none of Studyhall. Let STUDYHALL_DATABASE name the bot's own."
            )
        if number != formats() and not any_format:
            what_to_do = (
                "Install the newer version of Studyhall that wrote it."
                if number > formats()
                else "Start the bot once: it brings the database up to date."
            )
            raise DatabaseError(
                f"The database {database} has the format {number}, and this version reads {formats()}. {what_to_do}"
            )
        yield connection


def format_of(connection: sqlite3.Connection) -> int:
    """The format of a Studyhall database; 0 if it belongs to another program."""
    ((number,),) = connection.execute("PRAGMA user_version")
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return int(number) if tables >= _TABLES else 0


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a database, to tell one from another."""

    answers: int
    """In quizzes, questions and challenges."""
    last_at: datetime | None
    """When the last of them was given."""


def contents(path: Path) -> Contents:
    """What is in a database.

    Raises:
        DatabaseError: it can't be read.
    """
    with looking_at(path, any_format=True) as connection:
        ((answers,),) = connection.execute("SELECT count(*) FROM answer")
        return Contents(answers, last_answer_at(connection))


def last_answer_at(connection: sqlite3.Connection) -> datetime | None:
    """When the last answer in a server was given; None: there is none."""
    # those that come together are not stored in the order of their clicks
    ((at,),) = connection.execute(
        "SELECT max(clicked_at) FROM (SELECT clicked_at FROM answer ORDER BY rowid DESC LIMIT 1000) AS late"
    )
    return None if at is None else from_ms(at)


@contextlib.contextmanager
def in_words(what: str) -> Iterator[None]:
    """Turn what SQLite and the disk say into a sentence that begins with `what`, which could not be done.

    Raises:
        DatabaseError: with such a sentence.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise DatabaseError(f"{what}: {error}. {_advice(str(error))}") from error
    except OSError as error:
        raise DatabaseError(
            f"{what}: {error.strerror or error}. Check that the folder may be written to and that the disk has room."
        ) from error


def _advice(fault: str) -> str:
    if "disk is full" in fault:
        return "Make room on the disk, or name a folder on another one."
    if "not a database" in fault:
        return "Name a file that Studyhall wrote."
    if "malformed" in fault:
        return "It is damaged: a backup from before helps, and 'python -m bot doctor --thorough' says more."
    if "locked" in fault:
        return "Another program holds it; close that one first."
    return "Check that the file may be read, that its folder may be written to, and that the disk has room."
