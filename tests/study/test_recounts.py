"""Scores are made anew in the background: on need, until nobody waits, and no longer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.errors import StorageError
from bot.storage.database import Database
from bot.storage.scores import ScoreStore
from bot.study.recounts import Recounts
from tests.storage.examples import ADA, GUILD


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A database in which ten members wait."""
    async with Database.open(tmp_path / "studyhall.db") as opened:
        async with opened.transaction() as transaction:
            await transaction.run_many(
                "INSERT INTO recount VALUES (?, ?)", [(GUILD + n % 2, ADA + n) for n in range(10)]
            )
        yield opened


class Slips(ScoreStore):
    """Fails at some tries."""

    def __init__(self, database: Database, *errors: Exception) -> None:
        super().__init__(database)
        self.errors = list(errors)
        self.tries = 0
        self.tried = asyncio.Event()

    async def recount(self, most: int) -> set[int]:
        """See `ScoreStore`."""
        self.tries += 1
        self.tried.set()
        if self.errors:
            raise self.errors.pop()
        return await super().recount(most)


class NoTime(SystemClock):
    """Lets nobody wait."""

    async def sleep(self, _: float) -> None:
        """Wait for nothing."""
        await asyncio.sleep(0)


async def waiting(database: Database) -> int:
    """How many wait."""
    return int((await database.read("SELECT count(*) FROM recount"))[0][0])


async def test_it_goes_on_until_nobody_waits_and_tells_each_server(database: Database) -> None:
    told = []

    async def watch(guild_id: int) -> None:
        told.append(guild_id)

    recounts = Recounts(ScoreStore(database), SystemClock())
    recounts.watch(watch)
    recounts.start()
    recounts.start()
    await recounts.settle()
    assert await waiting(database) == 0
    assert sorted(told) == [GUILD, GUILD + 1]
    assert recounts._working is None


async def test_who_comes_meanwhile_is_not_forgotten(database: Database) -> None:
    recounts = Recounts(ScoreStore(database), SystemClock())

    async def one_more(_: int) -> None:
        if not told:
            told.append(True)
            async with database.transaction() as transaction:
                await transaction.run("INSERT INTO recount VALUES (?, ?)", (GUILD, ADA))
            recounts.start()

    told: list[bool] = []
    recounts.watch(one_more)
    recounts.start()
    await recounts.settle()
    assert told
    assert await waiting(database) == 0


@pytest.mark.parametrize(("error", "logged"), [(RuntimeError("x"), True), (StorageError("x"), False)])
async def test_what_fails_is_tried_again(
    database: Database, caplog: pytest.LogCaptureFixture, error: Exception, logged: bool
) -> None:
    scores = Slips(database, error, error)
    recounts = Recounts(scores, NoTime())
    with caplog.at_level(logging.ERROR):
        recounts.start()
        await recounts.settle()
    assert await waiting(database) == 0
    assert scores.tries > 10
    assert ("Scores could not be made anew" in caplog.text) is logged


async def test_it_stops_and_the_rest_is_left_for_the_next_start(database: Database) -> None:
    scores = Slips(database)
    recounts = Recounts(scores, SystemClock())
    recounts.start()
    await scores.tried.wait()
    await recounts.stop(5.0)
    assert recounts._working is None
    left = await waiting(database)
    assert 0 < left < 10
    recounts.start()
    assert recounts._working is None
    again = Recounts(ScoreStore(database), SystemClock())
    again.start()
    await again.settle()
    assert await waiting(database) == 0


async def test_one_that_waits_for_the_next_try_stops_at_once(database: Database) -> None:
    scores = Slips(database, *[StorageError("x")] * 9)
    recounts = Recounts(scores, SystemClock())
    recounts.start()
    await scores.tried.wait()
    await recounts.stop(0.0)
    assert await waiting(database) == 10
