"""Fixtures for the tests of storage: real SQLite files."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.storage.database import Database
from bot.storage.plans import PlanStore
from tests.storage.histories import make_servers


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A new database."""
    async with Database.open(tmp_path / "studyhall.db") as opened:
        yield opened


class Commits:
    """Counts the transactions, and tells when one has begun."""

    def __init__(self) -> None:
        self.number = 0
        self.begun = asyncio.Event()

    def forget(self) -> None:
        """Count from 0."""
        self.number = 0
        self.begun.clear()


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> Commits:
    """The transactions of the test."""
    found = Commits()

    def count(way: str) -> None:
        real = getattr(Database, way)

        def counted(self: Database, *work: Any) -> Any:
            found.number += 1
            found.begun.set()
            return real(self, *work)

        monkeypatch.setattr(Database, way, counted)

    count("transaction")
    count("in_one_go")
    return found


@pytest.fixture
def plans(database: Database) -> PlanStore:
    """The plans in the database."""
    return PlanStore(database)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Makes databases with the rounds of histories; making them once and copying them is faster."""
    folder = tmp_path_factory.mktemp("histories")
    template = folder / "template.db"
    asyncio.run(make_servers(template))

    def copy() -> Path:
        path = folder / "studyhall.db"
        for old in folder.glob("studyhall.db*"):
            old.unlink()
        shutil.copyfile(template, path)
        return path

    return copy
