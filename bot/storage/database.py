"""Connections and migrations. JSON, PRAGMA and other things that only SQLite has stay in this file."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.resources
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import orjson

from bot.errors import DatabaseError
from bot.storage.faults import Faults

log = logging.getLogger(__name__)

Row = Sequence[Any]
Result = TypeVar("Result")

_PATIENCE = 1000
"""Milliseconds that something waits for another program that has the database locked. Members must be answered within three
seconds, those included who come while others wait."""

_CACHE_KIB = 16_000
"""Memory for pages of the file, taken as it is needed."""

_LOG_PAGES = 8_000
"""Pages of 4 KiB that the log takes before they are written into the database."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    """An aware datetime as milliseconds since 1970 in UTC."""
    return (at - _EPOCH) // _MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """The aware UTC datetime of milliseconds since 1970."""
    return _EPOCH + milliseconds * _MILLISECOND


def to_span(time: timedelta) -> int:
    """A length of time in whole milliseconds."""
    return time // _MILLISECOND


def from_span(milliseconds: int) -> timedelta:
    """The length of time of so many milliseconds."""
    return milliseconds * _MILLISECOND


_FIRST_DAY = date(1970, 1, 1)


def to_day(day: date) -> int:
    """A day as the number of days since 1970-01-01."""
    return (day - _FIRST_DAY).days


def from_day(number: int) -> date:
    """The day of a number of days since 1970-01-01."""
    return _FIRST_DAY + timedelta(days=number)


def first_of_month(day: str) -> str:
    """SQL for the first day of the month that a day is in, both numbers of days since 1970-01-01."""
    return f"CAST(strftime('%s', {day} * 86400, 'unixepoch', 'start of month') AS INTEGER) / 86400"


GIVEN = "json_each(?) AS given"
"""A table of rows that are handed in as one parameter: JSON text of a list of lists."""


GIVEN_ORDER = "given.key"
"""The order in which the rows were handed in."""


def given(*columns: int) -> str:
    """Columns of `GIVEN` by number, for a SELECT."""
    return ", ".join(f"json_extract(given.value, '$[{column}]')" for column in columns)


def to_json(value: Any) -> str:
    """JSON text, for a column or for `GIVEN`."""
    return orjson.dumps(value).decode()


def from_json(text: str) -> Any:
    """The value of JSON text."""
    return orjson.loads(text)


@contextlib.contextmanager
def alone(database: Path) -> Iterator[None]:
    """Let no second bot run on the same database: each would take the other's rounds for its own.

    Raises:
        DatabaseError: one is running, or the folder can't be written to.
    """
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        yield
        return
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        lock = database.with_name(f"{database.name}.lock").open("w")
    except OSError as error:
        raise DatabaseError(
            f"The database {database} can't be used: {error}. Check that its folder may be written to."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DatabaseError(
                f"Another Studyhall is running with the database {database}. Stop it first, or let "
                "STUDYHALL_DATABASE name a file in another folder."
            ) from None
        yield


def is_in_use(database: Path) -> bool:
    """Whether a bot is running on a database. Where files can't be locked (Windows) nobody knows: False."""
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        return False
    try:
        with database.with_name(f"{database.name}.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # there is no lock, so nobody ever held it
        return False
    return False


class Database:
    """One file with two connections: a writer, and a reader whose long queries never hold up an answer."""

    def __init__(self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self._writer = writer
        self._reader = reader
        self._turn = asyncio.Lock()
        self._faults = Faults(path)
        self._patience = _PATIENCE

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator[Database]:
        """Open the database, make it if it is missing, bring it up to date, and close it at the end.

        Raises:
            DatabaseError: it can't be opened, is no database, or was written by a newer version.
        """
        async with contextlib.AsyncExitStack() as stack:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                # aiosqlite leaves a thread behind when it can't open a file, so that is tried first
                await asyncio.to_thread(lambda: sqlite3.connect(path).close())
                writer = await stack.enter_async_context(aiosqlite.connect(path, isolation_level=None))
                await writer.execute("PRAGMA busy_timeout = 5000")
                await writer.execute("PRAGMA foreign_keys = ON")
                await _migrate(path, writer)
                # WAL lets readers go on during a commit; FULL makes a commit survive a power cut
                await writer.execute("PRAGMA journal_mode = WAL")
                await writer.execute("PRAGMA synchronous = FULL")
                # a burst of answers in a large database touches pages all over it
                await writer.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
                await writer.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
                # what is erased is written over, also in the file; most builds of SQLite do that without being asked
                await writer.execute("PRAGMA secure_delete = ON")
                reader = await stack.enter_async_context(aiosqlite.connect(path, isolation_level=None))
                await reader.execute(f"PRAGMA busy_timeout = {_PATIENCE}")
                await writer.execute(f"PRAGMA busy_timeout = {_PATIENCE}")
                await reader.execute("PRAGMA query_only = ON")
            except (sqlite3.DatabaseError, OSError) as error:
                raise DatabaseError(
                    f"The database {path} can't be used: {error}. Check that the folder may be written to and has "
                    "room, and that the file is a Studyhall database; a copy from a backup in the same folder helps "
                    "if it is damaged."
                ) from error
            # outside of the try: an OSError of the network is none of the database
            yield cls(path, writer, reader)
            # No PRAGMA optimize: SQLite would measure its tables, and then go through one that was small that day
            # instead of using its index, for as long as the bot runs. Without measures it always uses them.

    async def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Rows as they were last committed.

        Raises:
            StorageError: the file can't be read at the moment.
        """
        with self._faults.reading():
            return list(await self._reader.execute_fetchall(sql, parameters))

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Statements that are committed together, or not at all. One at a time; others wait in line.

        Raises:
            StorageError: the file takes nothing at the moment.
        """
        async with self._turn:
            with self._faults.writing():
                try:
                    await self._be_patient(0 if self._faults.is_locked else _PATIENCE)
                    await self._writer.execute("BEGIN IMMEDIATE")
                    yield Transaction(self._writer)
                    # a cancelled caller must not leave the connection inside a transaction
                    await asyncio.shield(self._writer.execute("COMMIT"))
                except BaseException:
                    with contextlib.suppress(sqlite3.Error):
                        await asyncio.shield(self._writer.execute("ROLLBACK"))
                    raise

    async def in_one_go(self, work: Callable[[Transaction], Coroutine[Any, Any, Result]]) -> Result:
        """A transaction that waits for nothing but its own statements; what it gives.

        All of it is one visit to the writer's thread, and not one for each statement: one answer that comes alone is on disk
        in half the time.

        Raises:
            StorageError: the file takes nothing at the moment.
        """
        async with self._turn:
            with self._faults.writing():
                await self._be_patient(0 if self._faults.is_locked else _PATIENCE)
                # aiosqlite has no public name for a visit to its thread
                visit = self._writer._execute(_run_whole, self._writer._conn, work)  # type: ignore[no-untyped-call]
                result: Result = await visit
                return result

    async def _be_patient(self, milliseconds: int) -> None:
        """While another program keeps the database locked, only the first waits for it: a line would grow behind each."""
        if milliseconds != self._patience:
            await self._writer.execute(f"PRAGMA busy_timeout = {milliseconds}")
            self._patience = milliseconds


class Transaction:
    """What may be done inside `Database.transaction()`."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def run(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run one statement; the rows of its SELECT or RETURNING."""
        return list(await self._connection.execute_fetchall(sql, parameters))

    async def run_many(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each set of parameters."""
        await self._connection.executemany(sql, parameters)


class _Immediate(Transaction):
    """Inside the writer's thread: nothing is waited for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._raw = connection

    async def run(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        return self._raw.execute(sql, parameters).fetchall()

    async def run_many(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        self._raw.executemany(sql, parameters)


def _run_whole(
    connection: sqlite3.Connection, work: Callable[[Transaction], Coroutine[Any, Any, Result]]
) -> Result:
    try:
        connection.execute("BEGIN IMMEDIATE")
        result = _finish(work(_Immediate(connection)))
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    return result


def _finish(work: Coroutine[Any, Any, Result]) -> Result:
    """What a coroutine gives that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as end:
        result: Result = end.value
        return result
    work.close()
    raise RuntimeError("A transaction in one go may wait for nothing but its own statements.")


def _migrations() -> list[str]:
    folder = importlib.resources.files("bot.storage") / "migrations"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name
    )
    return [file.read_text(encoding="utf-8") for file in files]


def formats() -> int:
    """The newest format of databases that this version knows."""
    return len(_migrations())


async def _migrate(path: Path, connection: aiosqlite.Connection) -> None:
    """Apply what is missing, each migration in a transaction of its own together with its number."""
    migrations = _migrations()
    (row,) = await connection.execute_fetchall("PRAGMA user_version")
    version: int = row[0]
    if version > len(migrations):
        raise DatabaseError(
            f"The database {path} was written by a newer version of Studyhall (its format is {version}, this "
            f"version knows {len(migrations)}). Install the newer version again, or go back to the copy of the "
            "database that was made before the upgrade."
        )
    if version == 0 and await connection.execute_fetchall("SELECT 1 FROM sqlite_master LIMIT 1"):
        raise DatabaseError(
            f"The database {path} belongs to another program. Let STUDYHALL_DATABASE name a file of its own."
        )
    if 0 < version < len(migrations):
        # named by what is in it: a second try after half an upgrade must not replace the copy of the first
        copy = path.with_name(f"{path.name}.format-{version}")
        copy.unlink(missing_ok=True)
        await connection.execute("VACUUM INTO ?", (str(copy),))
        log.info("The database is being upgraded from format %d; a copy is in %s", version, copy)
    for number in range(version + 1, len(migrations) + 1):
        script = f"BEGIN IMMEDIATE;\n{migrations[number - 1]}\nPRAGMA user_version = {number};\nCOMMIT;"
        try:
            await connection.executescript(script)
        except BaseException:
            if connection.in_transaction:
                await connection.execute("ROLLBACK")
            raise
