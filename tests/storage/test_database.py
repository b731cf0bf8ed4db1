"""Connections and transactions."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.errors import DatabaseError, StorageError
from bot.storage.database import Database, Transaction, first_of_month, from_day, from_ms, to_day, to_ms
from bot.storage.scores import OUTDATED

PUT = "INSERT INTO fact (name, value) VALUES (?, 'x')"
NAMES = f"SELECT name FROM fact WHERE name <> '{OUTDATED}' ORDER BY name"


async def put(database: Database, *names: str) -> None:
    """Store facts in one transaction."""
    async with database.transaction() as transaction:
        for name in names:
            await transaction.run(PUT, (name,))


async def names(database: Database) -> list[str]:
    """The names of the facts that are stored, but for what an upgrade has left."""
    return [row[0] for row in await database.read(NAMES)]


async def test_a_commit_survives_a_power_cut_and_readers_go_on(database: Database) -> None:
    async with database.transaction() as transaction:
        assert await transaction.run("PRAGMA journal_mode") == [("wal",)]
        assert await transaction.run("PRAGMA synchronous") == [(2,)]


async def test_foreign_keys_are_held(database: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        async with database.transaction() as transaction:
            await transaction.run("INSERT INTO hint_use VALUES (404, 1, 1, 0)")


async def test_a_reader_can_not_write(database: Database) -> None:
    with pytest.raises(StorageError):
        await database.read(PUT, ("sneaked in",))


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "diary.txt"
    path.write_text("Dear diary, " * 100, encoding="utf-8")
    with pytest.raises(DatabaseError, match=r"diary\.txt can't be used: file is not a database\. Check that"):
        async with Database.open(path):
            pass
    assert path.read_text(encoding="utf-8") == "Dear diary, " * 100


async def test_a_folder_that_can_not_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseError, match="Check that the folder may be written to"):
        async with Database.open(tmp_path / "file" / "studyhall.db"):
            pass


async def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="unable to open database file"):
        async with Database.open(tmp_path):
            pass


@pytest.mark.parametrize("error", [ConnectionError("no network"), sqlite3.IntegrityError("ours")])
async def test_an_error_while_the_bot_runs_is_not_blamed_on_the_file(
    tmp_path: Path, error: Exception
) -> None:
    async def run() -> None:
        async with Database.open(tmp_path / "studyhall.db"):
            raise error

    with pytest.raises(type(error), match=str(error)):
        await run()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    with pytest.raises(DatabaseError, match="Check that the folder may be written to"):
        async with Database.open(folder / "studyhall.db"):
            pass


async def test_what_is_read_is_what_was_committed_last(database: Database) -> None:
    async with database.transaction() as transaction:
        await transaction.run(PUT, ("a",))
        assert await names(database) == []
    assert await names(database) == ["a"]


async def test_transactions_take_turns(database: Database) -> None:
    async def count_up() -> None:
        async with database.transaction() as transaction:
            ((value,),) = await transaction.run("SELECT value FROM fact WHERE name = 'counter'")
            await asyncio.sleep(0)
            await transaction.run("UPDATE fact SET value = ? WHERE name = 'counter'", (str(int(value) + 1),))

    async with database.transaction() as transaction:
        await transaction.run("INSERT INTO fact VALUES ('counter', '0')")
    await asyncio.gather(*(count_up() for _ in range(20)))
    assert await database.read("SELECT value FROM fact WHERE name = 'counter'") == [("20",)]


async def put_and_fail(database: Database, statement: str) -> None:
    """Store a fact, and then run a statement that fails, or raise an error of our own."""
    async with database.transaction() as transaction:
        await transaction.run(PUT, ("a",))
        await transaction.run(statement)
        raise ZeroDivisionError


async def test_an_error_takes_back_the_whole_transaction(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await put_and_fail(database, "SELECT 1")
    assert await names(database) == []
    await put(database, "b")
    assert await names(database) == ["b"]


@pytest.mark.parametrize("bad", ["INSERT INTO fact VALUES ('a', 'again')", "SELEKT", "BEGIN"])
async def test_a_statement_that_fails_leaves_the_connection_usable(database: Database, bad: str) -> None:
    with pytest.raises(sqlite3.Error):
        await put_and_fail(database, bad)
    await put(database, "b")
    assert await names(database) == ["b"]


async def test_an_error_after_the_end_of_the_transaction_is_not_hidden_by_another(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await put_and_fail(database, "COMMIT")
    await put(database, "b")
    assert await names(database) == ["a", "b"]


async def test_cancelling_takes_back_the_whole_transaction(database: Database) -> None:
    inside = asyncio.Event()

    async def work() -> None:
        async with database.transaction() as transaction:
            await transaction.run(PUT, ("a",))
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    waiting = asyncio.create_task(put(database, "b"))
    cancelled = asyncio.create_task(put(database, "c"))
    await inside.wait()
    cancelled.cancel()
    task.cancel()
    await asyncio.wait([task, waiting, cancelled])
    assert task.cancelled()
    assert cancelled.cancelled()
    assert await names(database) == ["b"]


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("SELECT 1", ZeroDivisionError),
        ("INSERT INTO fact VALUES ('a', 'again')", sqlite3.IntegrityError),
        ("SELEKT", sqlite3.OperationalError),
        ("COMMIT", ZeroDivisionError),
    ],
)
async def test_an_error_takes_back_what_was_done_in_one_go(
    database: Database, statement: str, error: type[Exception]
) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run_many(PUT, [("a",), ("b",)])
        await transaction.run(statement)
        raise ZeroDivisionError

    with pytest.raises(error):
        await database.in_one_go(work)
    assert await names(database) == (["a", "b"] if statement == "COMMIT" else [])
    await put(database, "c")
    assert "c" in await names(database)


async def test_in_one_go_waits_for_nothing_else(database: Database) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run(PUT, ("a",))
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="may wait for nothing"):
        await database.in_one_go(work)
    assert await names(database) == []


async def test_cancelling_what_is_done_in_one_go_leaves_all_or_nothing(database: Database) -> None:
    for turns in range(20):

        async def work(transaction: Transaction, turns: int = turns) -> None:
            await transaction.run_many(PUT, [(f"{turns}a",), (f"{turns}b",)])

        task = asyncio.create_task(database.in_one_go(work))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        await put(database, f"{turns}c")  # has its turn after it
        stored = {name for name in await names(database) if name[:-1] == str(turns)}
        assert stored in ({f"{turns}c"}, {f"{turns}a", f"{turns}b", f"{turns}c"})


@pytest.mark.parametrize("times", [1, 2])
async def test_cancelling_at_any_moment_leaves_all_or_nothing(database: Database, times: int) -> None:
    for turns in range(60):
        task = asyncio.create_task(put(database, f"{turns}a", f"{turns}b", f"{turns}c"))
        for _ in range(turns // 3):
            # moments of the event loop, and moments of the threads behind the connections
            await (asyncio.sleep(0) if turns % 3 else database.read("SELECT 1"))
        for _ in range(times):
            task.cancel()
            await asyncio.sleep(0)
        await asyncio.wait([task])
        await put(database, "after")
        stored = await names(database)
        assert len(stored) in {1, 4}
        async with database.transaction() as transaction:
            await transaction.run("DELETE FROM fact")


@pytest.mark.parametrize("ms", [0, 1, 999, 1_767_614_400_123, 253_370_764_800_000])
def test_times_are_kept_to_the_millisecond(ms: int) -> None:
    assert to_ms(from_ms(ms)) == ms
    assert to_ms(from_ms(ms) + timedelta(microseconds=999)) == ms


def test_a_time_is_the_same_in_every_zone() -> None:
    noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    assert (
        to_ms(noon.astimezone(timezone(timedelta(hours=5, minutes=45)))) == to_ms(noon) == 1_767_614_400_000
    )
    assert from_ms(to_ms(noon)) == noon


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (date(1970, 1, 1), 0),
        (date(1969, 12, 31), -1),
        (date(2000, 3, 1), 11_017),
        (date(2026, 1, 5), 20_458),
        (date(9999, 12, 31), 2_932_896),
    ],
)
def test_a_day_is_a_number(day: date, number: int) -> None:
    assert to_day(day) == number
    assert from_day(number) == day


async def test_sql_knows_the_first_of_each_month(database: Database) -> None:
    first, last = to_day(date(1999, 12, 31)), to_day(date(2040, 1, 1))
    rows = await database.read(
        "WITH RECURSIVE days (day) AS (VALUES (?) UNION ALL SELECT day + 1 FROM days WHERE day < ?) "
        f"SELECT day, {first_of_month('day')} FROM days",
        (first, last),
    )
    assert len(rows) == last - first + 1
    assert all(from_day(month) == from_day(day).replace(day=1) for day, month in rows)
