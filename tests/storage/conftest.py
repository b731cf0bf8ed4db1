"""Fixtures for the tests of storage: real SQLite files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from bot.storage.database import Database, Transaction
from bot.storage.plans import PlanStore


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
    real = Database.transaction

    def counted(self: Database) -> AbstractAsyncContextManager[Transaction]:
        found.number += 1
        found.begun.set()
        return real(self)

    monkeypatch.setattr(Database, "transaction", counted)
    return found


@pytest.fixture
def plans(database: Database) -> PlanStore:
    """The plans in the database."""
    return PlanStore(database)
