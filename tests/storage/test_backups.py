"""Copies of a database that is in use, and what keeps them from being made."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import DatabaseError
from bot.storage import backups
from bot.storage.backups import BackupStoppedError, back_up, claimed
from tests.storage.files_of_others import (
    DAMAGED,
    LARGE,
    NO_DATABASE,
    Spoil,
    change,
    fact_names,
    make_database,
    put_and_be_killed,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database of several megabytes, in a folder of its own."""
    path = tmp_path / "data" / "studyhall.db"
    make_database(path, LARGE)
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the copy goes."""
    return tmp_path / "copy.db"


def test_the_copy_is_one_whole_file(database: Path, target: Path) -> None:
    told = []
    size = back_up(database, target, tell=lambda *what: told.append(what))
    assert size == target.stat().st_size
    assert fact_names(target) == fact_names(database)
    assert {path.name for path in target.parent.iterdir()} == {"copy.db", "data"}
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.read_bytes()[18:20] == b"\1\1", "it needs no log beside it"
    copied = [done for doing, done, of in told if doing == "Copying"]
    assert len(copied) > 3
    assert copied == sorted(copied)
    assert copied[-1] == told[0][2]
    assert told[-1][0] == "Checking"


def test_what_was_committed_last_is_in_it_also_when_the_bot_was_killed(database: Path, target: Path) -> None:
    put_and_be_killed(database, "last")
    back_up(database, target)
    assert "last" in fact_names(target)


def test_nothing_that_comes_during_the_copying_is_in_it_and_nothing_waits(
    database: Path, target: Path
) -> None:
    with contextlib.closing(sqlite3.connect(database, isolation_level=None, timeout=0)) as connection:
        steps = []

        def tell(doing: str, done: int, of: int) -> None:
            if doing == "Copying":
                steps.append(done)
            connection.execute("INSERT INTO fact VALUES (?, 'x')", (f"{doing} {done}",))

        connection.execute("INSERT INTO fact VALUES ('before', 'x')")
        back_up(database, target, tell=tell)
        assert connection.execute("SELECT count(*) FROM fact WHERE name LIKE 'Copying%'").fetchone()[0] > 3
    assert len(steps) == len(set(steps)), "a commit has begun the copying anew"
    names = fact_names(target)
    assert "before" in names
    assert not any(name.startswith("Copying") for name in names)


def test_a_file_that_exists_is_replaced_only_when_told_to(database: Path, target: Path) -> None:
    target.write_text("precious")
    with pytest.raises(DatabaseError, match="exists already"):
        back_up(database, target)
    assert target.read_text() == "precious"
    back_up(database, target, replace=True)
    assert fact_names(target) == fact_names(database)


def test_the_database_never_replaces_itself(database: Path) -> None:
    before = database.read_bytes()
    with pytest.raises(DatabaseError, match="nothing that a backup may replace"):
        back_up(database, database, replace=True)
    assert database.read_bytes() == before


def test_a_folder_that_is_not_there(database: Path, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="There is no folder"):
        back_up(database, tmp_path / "nowhere" / "copy.db")


def test_no_database(tmp_path: Path, target: Path) -> None:
    with pytest.raises(DatabaseError, match=r"There is no database .*Run this where the bot runs"):
        back_up(tmp_path / "studyhall.db", target)
    assert not target.exists()


@pytest.mark.parametrize("spoil", [*NO_DATABASE.values(), *DAMAGED.values()])
def test_what_is_no_whole_database_gives_no_backup(tmp_path: Path, target: Path, spoil: Spoil) -> None:
    spoil(tmp_path / "studyhall.db")
    before = sorted(path.name for path in tmp_path.iterdir())
    target.write_text("the last good one")
    with pytest.raises(DatabaseError) as caught:
        back_up(tmp_path / "studyhall.db", target, replace=True)
    assert str(caught.value).endswith((".", "own."))
    assert "Traceback" not in str(caught.value)
    assert target.read_text() == "the last good one"
    kept = {path.name for path in tmp_path.iterdir()} - {"studyhall.db-wal", "studyhall.db-shm"}
    assert kept == {*before, "copy.db"} - {"studyhall.db-wal", "studyhall.db-shm"}


def test_a_row_that_belongs_to_none_keeps_no_backup_from_being_made(database: Path, target: Path) -> None:
    change(database, "PRAGMA foreign_keys = OFF; INSERT INTO hint_use VALUES (404, 1, 1, 0);")
    back_up(database, target)
    assert target.exists()


def test_too_little_room_is_noticed_before(
    database: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(target.parent)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DatabaseError, match=r"the copy takes \d\.\d MB, and 1\.0 MB are free\. Make room"):
        back_up(database, target)
    assert not list(target.parent.glob("copy.db*"))


def test_a_disk_that_gets_full_leaves_nothing_behind(
    database: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = backups.connected

    @contextlib.contextmanager
    def small(path: Path | str, *, uri: bool = False) -> Iterator[sqlite3.Connection]:
        """SQLite says of a file that may have no more pages what it says of a full disk."""
        with real(path, uri=uri) as connection:
            connection.execute("PRAGMA max_page_count = 600")
            yield connection

    monkeypatch.setattr(backups, "connected", small)
    target.write_text("the last good one")
    with pytest.raises(DatabaseError, match=r"disk is full\. Make room on the disk"):
        back_up(database, target, replace=True)
    assert [path.name for path in target.parent.glob("copy*")] == ["copy.db"]
    assert target.read_text() == "the last good one"


def test_a_fault_of_the_disk_leaves_nothing_behind(
    database: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DatabaseError, match="Input/output error"):
        back_up(database, target)
    assert not list(target.parent.glob("copy.db*"))


@pytest.mark.parametrize("doing", ["Copying", "Checking"])
def test_stopping_leaves_nothing_behind(database: Path, target: Path, doing: str) -> None:
    told: list[str] = []

    def tell(what: str, done: int, of: int) -> None:
        told.append(what)

    with pytest.raises(BackupStoppedError):
        back_up(database, target, tell=tell, is_stopped=lambda: told[-1] == doing)
    assert told.count(doing) == 1
    assert not list(target.parent.glob("copy.db*"))


def test_two_copies_into_one_file_at_a_time(database: Path, target: Path) -> None:
    with (
        claimed(target.with_name("copy.db.unfinished")),
        pytest.raises(DatabaseError, match="by another process"),
    ):
        back_up(database, target)
    back_up(database, target, replace=True)


def test_a_copy_that_is_killed_leaves_no_backup_and_hinders_none(database: Path, target: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from bot.storage.backups import back_up\n"
        "def tell(doing, done, of):\n"
        "    if done > of / 2:\n"
        "        print('half', flush=True); time.sleep(60)\n"
        "back_up(Path(sys.argv[1]), Path(sys.argv[2]), tell=tell)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, database, target],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        process.kill()
    assert [path.name for path in target.parent.glob("copy.db*")] == ["copy.db.unfinished"]
    back_up(database, target)
    assert [path.name for path in target.parent.glob("copy.db*")] == ["copy.db"]
    assert fact_names(target) == fact_names(database)


_WRITE = """
import asyncio, sys
from pathlib import Path
from bot.storage.database import Database
from bot.storage.facts import FactStore

async def main():
    async with Database.open(Path(sys.argv[1])) as database:
        facts = FactStore(database)
        for number in range(1_000_000):
            await facts.put(f"written {number}", "x")
            print(number, flush=True)

asyncio.run(main())
"""


def test_all_that_another_process_has_acknowledged_is_in_the_copy(database: Path, target: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITE, database],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with process:
        assert process.stdout is not None
        for number in range(3):
            for _ in range(50):
                last = int(process.stdout.readline())
            back_up(database, target, replace=True)
            names = fact_names(target)
            assert {f"written {n}" for n in range(last + 1)} <= names, f"copy {number}"
        process.kill()
