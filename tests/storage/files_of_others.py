"""Files that are no whole Studyhall database, and one that is."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bot.storage.database import Database, _migrations
from bot.storage.facts import FactStore

LARGE = 400
"""So many facts of 10 kB make a database of several megabytes, which is copied in several steps."""


def make_database(path: Path, facts: int = 3) -> None:
    """A Studyhall database with facts called 0, 1 … in it."""

    async def make() -> None:
        async with Database.open(path) as database, database.transaction() as transaction:
            await transaction.run_many(
                "INSERT INTO fact (name, value) VALUES (?, ?)", [(str(n), "x" * 10_000) for n in range(facts)]
            )

    asyncio.run(make())


def fact_names(path: Path) -> set[str]:
    """The names of the facts in a file, asked without our code."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM fact")}


def put_fact(path: Path, name: str) -> None:
    """Add a fact."""

    async def put() -> None:
        async with Database.open(path) as database:
            await FactStore(database).put(name, "x")

    asyncio.run(put())


def put_and_be_killed(path: Path, name: str) -> None:
    """Let a process commit a fact and die, so that it stands in the log beside the database only."""
    script = (
        "import os, sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute('PRAGMA journal_mode = WAL')\n"
        "connection.execute('INSERT INTO fact VALUES (?, ?)', (sys.argv[2], 'x'))\n"
        "os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(path), name], check=False)
    assert path.with_name(f"{path.name}-wal").stat().st_size


def contents(folder: Path) -> dict[str, bytes]:
    """What there is in the files of a folder. SQLite leaves empty logs, and the memory that readers share, where it likes."""
    found = {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}
    return {name: content for name, content in found.items() if content}


def change(path: Path, script: str) -> None:
    """Change a database by hand."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def _text(path: Path) -> None:
    path.write_text("Dear diary, " * 1000, encoding="utf-8")


def _empty(path: Path) -> None:
    path.touch()


def _folder(path: Path) -> None:
    path.mkdir()


def _of_another_program(path: Path) -> None:
    change(path, "CREATE TABLE diary (entry TEXT); PRAGMA user_version = 3;")


def _truncated(path: Path) -> None:
    make_database(path, LARGE)
    os.truncate(path, path.stat().st_size // 2)


def _zeroed(path: Path) -> None:
    make_database(path, LARGE)
    with path.open("r+b") as file:
        file.seek(200 * 4096)
        file.write(bytes(10 * 4096))


def _index_that_lies(path: Path) -> None:
    make_database(path)
    change(
        path,
        "INSERT INTO timer (kind, subject, due_at) VALUES ('a', 1, 5), ('b', 2, 6); PRAGMA writable_schema = ON; "
        "UPDATE sqlite_master SET sql = 'CREATE INDEX timer_due ON timer (subject)' WHERE name = 'timer_due';",
    )


def _newer(path: Path) -> None:
    make_database(path)
    change(path, f"PRAGMA user_version = {len(_migrations()) + 1};")


def _orphaned(path: Path) -> None:
    make_database(path)
    change(path, "PRAGMA foreign_keys = OFF; INSERT INTO hint_use VALUES (404, 1, 1, 0);")


Spoil = Callable[[Path], None]

NO_DATABASE: dict[str, Spoil] = {
    "text": _text,
    "empty": _empty,
    "folder": _folder,
    "other": _of_another_program,
}
DAMAGED: dict[str, Spoil] = {"truncated": _truncated, "zeroed": _zeroed, "index": _index_that_lies}
UNFIT: dict[str, Spoil] = {"newer": _newer, "orphaned": _orphaned}
