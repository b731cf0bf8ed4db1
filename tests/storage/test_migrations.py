"""The format of the database, and how it moves on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import DatabaseError
from bot.storage.database import Database, _migrations
from bot.storage.facts import FactStore
from bot.storage.scores import OUTDATED
from tests.storage.files import TODAY, ask_file, has_table, version

MORE = "CREATE TABLE more (a);"

COPY = "studyhall.db.*[0-9]"

Migrate = Callable[..., None]


async def names(database: Database) -> list[str]:
    """The names of the facts that are stored, but for what an upgrade has left."""
    return [row[0] for row in await database.read("SELECT name FROM fact WHERE name <> ?", (OUTDATED,))]


@pytest.fixture
async def old(tmp_path: Path) -> Path:
    """A database of today's format with one fact in it."""
    path = tmp_path / "studyhall.db"
    async with Database.open(path) as database:
        await FactStore(database).put("kept", "x")
    return path


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Migrate:
    """Adds migrations to those there are."""
    today = _migrations()

    def add(*scripts: str) -> None:
        monkeypatch.setattr("bot.storage.database._migrations", lambda: [*today, *scripts])

    return add


async def test_a_missing_database_is_made_with_its_folder_and_all_tables(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "studyhall.db"
    async with Database.open(path) as database:
        assert await names(database) == []
    assert version(path) == TODAY
    assert has_table(path, "answer")
    assert not list(path.parent.glob(COPY))


async def test_opening_again_changes_nothing(old: Path) -> None:
    async with Database.open(old) as database:
        assert await names(database) == ["kept"]
    assert version(old) == TODAY
    assert not list(old.parent.glob(COPY))


async def test_a_newer_database_is_refused(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(
        DatabaseError, match=rf"newer version of Studyhall \(its format is 99, this version knows {TODAY}\)"
    ):
        async with Database.open(old):
            pass
    assert version(old) == 99


async def test_a_copy_is_made_before_an_upgrade(old: Path, upgrade: Migrate) -> None:
    upgrade(MORE)
    async with Database.open(old) as database:
        assert await names(database) == ["kept"]
    assert version(old) == TODAY + 1
    assert has_table(old, "more")
    (copy,) = old.parent.glob(COPY)
    assert version(copy) == TODAY
    assert not has_table(copy, "more")
    assert ask_file(copy, "SELECT count(*) FROM fact WHERE name = 'kept'") == 1


async def test_the_copy_can_be_put_back(old: Path, upgrade: Migrate) -> None:
    upgrade(MORE)
    async with Database.open(old) as database:
        await FactStore(database).put("later", "x")
    (copy,) = old.parent.glob(COPY)
    upgrade()
    copy.replace(old)
    async with Database.open(old) as database:
        assert await names(database) == ["kept"]


@pytest.mark.parametrize("bad", ["INSERT INTO nowhere VALUES (1);", "CREATE TABLE fact (a);", "SELEKT;"])
async def test_a_migration_that_fails_leaves_the_old_version(old: Path, upgrade: Migrate, bad: str) -> None:
    upgrade(f"{MORE} DELETE FROM fact; {bad}")
    with pytest.raises(DatabaseError, match="can't be used"):
        async with Database.open(old):
            pass
    assert version(old) == TODAY
    assert not has_table(old, "more")
    assert ask_file(old, "SELECT count(*) FROM fact WHERE name = 'kept'") == 1
    upgrade(MORE)
    async with Database.open(old) as database:
        assert await names(database) == ["kept"]
    assert version(old) == TODAY + 1


async def test_each_migration_is_a_step_of_its_own(old: Path, upgrade: Migrate) -> None:
    upgrade(MORE, "CREATE TABLE most (a); SELEKT;")
    with pytest.raises(DatabaseError):
        async with Database.open(old):
            pass
    assert version(old) == TODAY + 1
    assert has_table(old, "more")
    assert not has_table(old, "most")


async def test_a_second_try_keeps_the_copy_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, today = tmp_path / "studyhall.db", _migrations()
    async with Database.open(path):
        pass
    monkeypatch.setattr(
        "bot.storage.database._migrations", lambda: [*today, "CREATE TABLE more (a);", "SELEKT;"]
    )
    for _ in range(2):
        with pytest.raises(DatabaseError):
            async with Database.open(path):
                pass
    versions = set()
    for copy in list(tmp_path.glob("studyhall.db.*[0-9]")):  # noqa: ASYNC240
        with closing(sqlite3.connect(copy)) as connection:
            versions.add(connection.execute("PRAGMA user_version").fetchone()[0])
    assert len(today) in versions


async def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (title)")
    with pytest.raises(DatabaseError, match="belongs to another program"):
        async with Database.open(path):
            pass
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]
