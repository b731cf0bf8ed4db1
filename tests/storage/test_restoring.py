"""A backup takes the place of the database, or nothing changes."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import DatabaseError
from bot.storage import restoring
from bot.storage.backups import back_up
from bot.storage.database import Database, _migrations, alone
from bot.storage.facts import NAMESPACE
from bot.storage.restoring import restore
from tests.storage.examples import add_round, start_challenge, start_quiz
from tests.storage.files import TODAY, version
from tests.storage.files_of_others import (
    DAMAGED,
    NO_DATABASE,
    UNFIT,
    Spoil,
    change,
    contents,
    fact_names,
    make_database,
    put_and_be_killed,
    put_fact,
)

NOW = datetime(2026, 11, 22, 19, 2, 11, tzinfo=UTC)
KEPT = "studyhall.db.before-20261122T190211Z"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with the facts 0 to 2 and `new`; the last one is in the log only."""
    path = tmp_path / "data" / "studyhall.db"
    make_database(path)
    path.chmod(0o640)
    return path


@pytest.fixture
def backup(database: Path, tmp_path: Path) -> Path:
    """A backup from before `new`."""
    path = tmp_path / "backup.db"
    back_up(database, path)
    put_and_be_killed(database, "new")
    return path


def test_the_backup_takes_the_place_and_the_database_is_kept_with_all_that_was_committed(
    database: Path, backup: Path
) -> None:
    before = backup.read_bytes()
    kept = restore(backup, database, NOW)
    assert kept == database.with_name(KEPT)
    assert "new" not in fact_names(database)
    assert "new" in fact_names(kept)
    assert backup.read_bytes() == before
    assert {path.name for path in database.parent.iterdir()} == {"studyhall.db", "studyhall.db.lock", KEPT}
    assert database.stat().st_mode & 0o777 == 0o640, "it has the rights of the one before"
    put_fact(database, "later")
    assert {"0", "later"} <= fact_names(database)
    assert "later" not in fact_names(kept), "they are one file"


def test_back_and_forth(database: Path, backup: Path) -> None:
    kept = restore(backup, database, NOW)
    assert kept is not None
    again = restore(kept, database, NOW.replace(hour=20))
    assert "new" in fact_names(database)
    assert again is not None
    assert "new" not in fact_names(again)


def test_where_there_was_no_database(tmp_path: Path, backup: Path) -> None:
    elsewhere = tmp_path / "new" / "machine" / "studyhall.db"
    assert restore(backup, elsewhere, NOW) is None
    assert "0" in fact_names(elsewhere)


def test_a_log_without_its_database_does_not_get_into_the_backup(database: Path, backup: Path) -> None:
    database.unlink()
    restore(backup, database, NOW)
    assert "new" not in fact_names(database)
    assert database.with_name(f"{KEPT}-wal").exists()
    assert not database.with_name("studyhall.db-wal").exists()


def test_messages_are_not_taken_for_those_before(database: Path, backup: Path) -> None:
    put_fact(database, NAMESPACE)
    back_up(database, backup, replace=True)
    assert NAMESPACE in fact_names(backup)
    restore(backup, database, NOW)
    assert NAMESPACE not in fact_names(database)


async def _new_numbers(path: Path) -> list[int]:
    """Numbers as they are given to what buttons name."""
    async with Database.open(path) as database:
        round_ = await add_round(database)
        quiz = await start_quiz(database)
        challenge, _ = await start_challenge(database)
        async with database.transaction() as transaction:
            await transaction.run("UPDATE quiz SET ended_at = 1")
            await transaction.run("UPDATE challenge SET ended_at = 1")
            values = "(member_id, bank, topics, questions, minutes, pass_mark, seed, prepared_at)"
            (exam,) = await transaction.run(
                f"INSERT INTO exam {values} VALUES (1, '', '', 5, 5, 80, '', 0) RETURNING id"
            )
    return [round_.id, quiz.id, challenge.id, exam[0]]


def test_numbers_are_not_given_again(database: Path, tmp_path: Path) -> None:
    """Buttons from after the backup are on Discord still, and name questions, quizzes … by number."""
    backup = tmp_path / "backup.db"
    asyncio.run(_new_numbers(database))
    back_up(database, backup)
    after = asyncio.run(_new_numbers(database))
    restore(backup, database, NOW)
    again = asyncio.run(_new_numbers(database))
    assert all(new > old + 1_000_000 for old, new in zip(after, again, strict=True))


def test_a_backup_with_a_log_of_its_own_is_restored_with_it(database: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copied-by-hand.db"
    make_database(copied)
    put_and_be_killed(copied, "in the log")
    restore(copied, database, NOW)
    assert "in the log" in fact_names(database)


def test_an_older_format_is_brought_up_to_date_at_the_next_start(database: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    with closing(sqlite3.connect(old)) as connection:
        script = "\n".join(_migrations()[:2])
        connection.executescript(f"{script}; PRAGMA user_version = 2; INSERT INTO fact VALUES ('old', 'x');")
    restore(old, database, NOW)
    assert version(database) == 2
    put_fact(database, "later")
    assert version(database) == TODAY
    assert {"old", "later"} <= fact_names(database)


@pytest.mark.parametrize("name", ["text", "empty", "other", *DAMAGED])
def test_a_damaged_database_is_kept_as_it_is(database: Path, backup: Path, name: str) -> None:
    log = database.with_name("studyhall.db-wal").read_bytes()
    for path in database.parent.iterdir():
        path.unlink()
    {**NO_DATABASE, **DAMAGED}[name](database)
    damaged = database.read_bytes()
    database.with_name("studyhall.db-wal").write_bytes(log)
    kept = restore(backup, database, NOW)
    assert kept is not None
    assert "0" in fact_names(database)
    both = {path.name: path.read_bytes() for path in database.parent.iterdir() if path.name.startswith(KEPT)}
    # what SQLite can still read of it is in one file then, else the log stands beside it as it stood before
    assert both[KEPT] == damaged or f"{KEPT}-wal" not in both
    assert not database.with_name("studyhall.db-wal").exists()


@pytest.mark.parametrize("spoil", [*NO_DATABASE.values(), *DAMAGED.values(), *UNFIT.values()])
def test_an_unfit_backup_changes_nothing(database: Path, tmp_path: Path, spoil: Spoil) -> None:
    put_and_be_killed(database, "new")
    before = contents(database.parent)
    unfit = tmp_path / "unfit.db"
    spoil(unfit)
    with pytest.raises(DatabaseError, match=r"unfit\.db") as caught:
        restore(unfit, database, NOW)
    assert "restoring" not in str(caught.value)
    assert contents(database.parent) == before


def test_a_newer_backup_says_what_to_install(database: Path, tmp_path: Path) -> None:
    UNFIT["newer"](tmp_path / "newer.db")
    with pytest.raises(DatabaseError, match="Install the newer version, then restore it"):
        restore(tmp_path / "newer.db", database, NOW)


def test_no_backup_or_the_database_itself(database: Path, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="There is no file"):
        restore(tmp_path / "none.db", database, NOW)
    with pytest.raises(DatabaseError, match="is the database itself"):
        restore(database.parent / ".." / "data" / "studyhall.db", database, NOW)


def test_a_folder_in_the_place_of_the_database_stays(database: Path, backup: Path) -> None:
    folder = database.with_name("other.db")
    folder.mkdir()
    with pytest.raises(DatabaseError, match="can't take the place"):
        restore(backup, folder, NOW)
    assert folder.is_dir()
    assert not list(folder.parent.glob("other.db.[br]*"))


def test_while_the_bot_runs(database: Path, backup: Path) -> None:
    before = contents(database.parent)
    with alone(database), pytest.raises(DatabaseError, match="Another Studyhall is running"):
        restore(backup, database, NOW)
    assert contents(database.parent) == before


def test_while_another_program_reads(database: Path, backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **more: real(*args, **{**more, "timeout": 0}))
    with closing(real(database, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM fact").fetchone()
        with pytest.raises(DatabaseError, match="Another program holds it; close that one first"):
            restore(backup, database, NOW)
        connection.execute("COMMIT")
    assert "new" in fact_names(database)
    assert not list(database.parent.glob("studyhall.db.[br]*"))


@pytest.mark.parametrize("damaged", [False, True])
@pytest.mark.parametrize("step", ["hardlink_to", "replace"])
def test_whatever_fails_all_is_as_before(
    database: Path, backup: Path, monkeypatch: pytest.MonkeyPatch, step: str, damaged: bool
) -> None:
    if damaged:
        database.write_text("Dear diary, " * 1000)
    before = contents(database.parent)

    def fail(self: Path, other: Path) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, step, fail)
    monkeypatch.setattr(restoring.shutil, "copy2", fail)
    with pytest.raises(DatabaseError, match="Read-only file system"):
        restore(backup, database, NOW)
    after = contents(database.parent)
    if damaged:
        assert after == before
    else:
        assert after.keys() == {"studyhall.db"}, "the log was brought in"
        assert "new" in fact_names(database)


def test_a_file_system_without_second_names(
    database: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path, other: Path) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(Path, "hardlink_to", fail)
    kept = restore(backup, database, NOW)
    assert kept is not None
    assert "new" in fact_names(kept)
    assert "new" not in fact_names(database)


def test_two_within_a_second_keep_both(database: Path, backup: Path) -> None:
    restore(backup, database, NOW)
    change(database, "INSERT INTO fact VALUES ('second', 'x')")
    with pytest.raises(DatabaseError, match="exists already"):
        restore(backup, database, NOW)
    assert "second" in fact_names(database)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_root_restores_for_the_bot(database: Path, backup: Path) -> None:
    os.chown(database, 10001, 10002)
    restore(backup, database, NOW)
    assert (database.stat().st_uid, database.stat().st_gid) == (10001, 10002)
