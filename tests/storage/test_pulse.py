"""How much there is to do, as the database knows it, and what is told of commits."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest

from bot.storage.batches import Batches
from bot.storage.database import Database, to_ms
from bot.storage.pulse import Pulse, PulseStore
from bot.storage.timers import set_timer
from tests.domain.examples import NOON, seconds


async def set_(database: Database, kind: str, subject: int, due_at: datetime) -> None:
    """Set a timer."""
    async with database.transaction() as transaction:
        await set_timer(transaction, kind, subject, due_at)


async def test_nothing_to_do(database: Database) -> None:
    assert await PulseStore(database).take() == Pulse(0, None, 0, 0)


async def test_timers_and_the_first_of_them(database: Database) -> None:
    await set_(database, "close", 1, NOON + seconds(9))
    await set_(database, "remind", 2, NOON)
    assert await PulseStore(database).take() == Pulse(2, NOON, 0, 0)


async def test_what_rests_is_not_late(database: Database) -> None:
    await set_(database, "digest", 5, NOON)  # of server 5
    await set_(database, "digest", 6, NOON + seconds(9))
    async with database.transaction() as transaction:
        await transaction.run("INSERT INTO server (guild_id, removed_at) VALUES (5, ?)", (to_ms(NOON),))
    pulse = await PulseStore(database).take()
    assert (pulse.timers, pulse.earliest) == (2, NOON + seconds(9))


async def test_quizzes_and_challenges_that_run(database: Database) -> None:
    async with database.transaction() as transaction:
        for channel, ended in ((1, None), (2, None), (3, 5)):
            await transaction.run(
                "INSERT INTO quiz (guild_id, channel_id, starter_id, bank, seconds, started_at, ended_at) "
                "VALUES (1, ?, 1, 'x', 10, 0, ?)",
                (channel, ended),
            )
        for guild, ended in ((1, None), (2, 5)):
            await transaction.run(
                "INSERT INTO challenge (guild_id, channel_id, bank, topics, seed, starts_at, ends_at, ended_at) "
                "VALUES (?, 1, 'x', '', '', 0, 9, ?)",
                (guild, ended),
            )
    pulse = await PulseStore(database).take()
    assert (pulse.quizzes, pulse.challenges) == (2, 1)


class Told:
    """Notes what is told of commits."""

    def __init__(self) -> None:
        self.commits: list[tuple[int, bool]] = []

    def __call__(self, items: int, seconds: float, *, well: bool) -> None:
        """A commit has ended."""
        assert 0 <= seconds < 60
        self.commits.append((items, well))


async def test_each_commit_is_told_with_its_size() -> None:
    told = Told()

    async def commit(items: Sequence[int]) -> Sequence[int]:
        await asyncio.sleep(0)
        return items

    batches = Batches(commit, told)
    assert await asyncio.gather(*(batches.add(item) for item in range(4))) == [0, 1, 2, 3]
    assert await batches.add(7) == 7
    assert told.commits == [(4, True), (1, True)]


async def test_a_commit_that_fails_is_told() -> None:
    told = Told()

    async def commit(_: Sequence[int]) -> Sequence[int]:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        await Batches(commit, told).add(1)
    assert told.commits == [(1, False)]
