"""What falls due when."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.storage.database import Database
from bot.storage.timers import Timer, TimerStore, clear_timers, set_timer
from tests.domain.examples import NOON, seconds
from tests.storage.examples import all_timers


@pytest.fixture
def store(database: Database) -> TimerStore:
    """The timers in the database."""
    return TimerStore(database)


async def set_(database: Database, kind: str, subject: int, due_at: datetime) -> None:
    """Set a timer in a transaction of its own."""
    async with database.transaction() as transaction:
        await set_timer(transaction, kind, subject, due_at)


async def test_the_earliest_timer_stands_first(database: Database, store: TimerStore) -> None:
    await set_(database, "b", 1, NOON + seconds(9))
    await set_(database, "a", 2, NOON)
    await set_(database, "a", 1, NOON + seconds(9))
    assert await all_timers(database) == [
        Timer("a", 2, NOON),
        Timer("a", 1, NOON + seconds(9)),
        Timer("b", 1, NOON + seconds(9)),
    ]


async def test_a_timer_that_is_set_again_is_moved_and_has_all_its_tries(
    database: Database, store: TimerStore
) -> None:
    await set_(database, "a", 1, NOON)
    await store.postpone(Timer("a", 1, NOON, attempts=3), NOON + seconds(1))
    await set_(database, "a", 1, NOON + seconds(9))
    assert await all_timers(database) == [Timer("a", 1, NOON + seconds(9), attempts=0)]


async def test_clearing_takes_the_named_timers_of_one_subject(database: Database, store: TimerStore) -> None:
    for kind in ("a", "b", "c"):
        for subject in (1, 2):
            await set_(database, kind, subject, NOON)
    async with database.transaction() as transaction:
        await clear_timers(transaction, 1, ["a", "b", "unknown"])
    assert {(timer.kind, timer.subject) for timer in await all_timers(database)} == {
        ("c", 1),
        ("a", 2),
        ("b", 2),
        ("c", 2),
    }


async def test_a_postponed_timer_is_tried_again_later(database: Database, store: TimerStore) -> None:
    await set_(database, "a", 1, NOON)
    (timer,) = await all_timers(database)
    await store.postpone(timer, NOON + seconds(2))
    (timer,) = await all_timers(database)
    assert timer == Timer("a", 1, NOON + seconds(2), attempts=1)
    await store.postpone(timer, NOON + seconds(5))
    assert await all_timers(database) == [Timer("a", 1, NOON + seconds(5), attempts=2)]


async def test_a_timer_that_is_gone_is_not_postponed(database: Database, store: TimerStore) -> None:
    await store.postpone(Timer("a", 1, NOON), NOON + seconds(2))
    assert await all_timers(database) == []


async def test_a_timer_whose_work_is_done_is_forgotten(database: Database, store: TimerStore) -> None:
    await set_(database, "a", 1, NOON)
    await set_(database, "a", 2, NOON)
    await store.done(Timer("a", 1, NOON))
    assert await all_timers(database) == [Timer("a", 2, NOON)]
    await store.done(Timer("a", 1, NOON))


async def test_a_timer_that_its_work_has_set_anew_is_kept(database: Database, store: TimerStore) -> None:
    await set_(database, "a", 1, NOON)
    (timer,) = await all_timers(database)
    await set_(database, "a", 1, NOON + seconds(9))
    await store.done(timer)
    assert await all_timers(database) == [Timer("a", 1, NOON + seconds(9))]


async def test_a_timer_that_was_put_off_meanwhile_is_kept(database: Database, store: TimerStore) -> None:
    await set_(database, "a", 1, NOON)
    (timer,) = await all_timers(database)
    await store.postpone(timer, NOON)
    await store.done(timer)
    assert await all_timers(database) == [Timer("a", 1, NOON, attempts=1)]


async def test_a_change_that_fails_sets_no_timer(database: Database, store: TimerStore) -> None:
    async def fail() -> None:
        async with database.transaction() as transaction:
            await set_timer(transaction, "a", 1, NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await all_timers(database) == []


async def test_one_timer_can_be_looked_up(database: Database) -> None:
    timers = TimerStore(database)
    async with database.transaction() as transaction:
        await set_timer(transaction, "close", 1, NOON)
        await set_timer(transaction, "close", 2, NOON + seconds(9))
    assert await timers.find("close", 2) == Timer("close", 2, NOON + seconds(9))
    assert await timers.find("close", 3) is None
    assert await timers.find("result", 1) is None
