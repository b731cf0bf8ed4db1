"""Many changes, few edits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from bot.study.coalescer import Coalescer


class Hand:
    """A clock whose sleeps end when the test says so."""

    def __init__(self) -> None:
        self.sleeping: list[asyncio.Event] = []

    def now(self) -> datetime:
        """Not asked for here."""
        return datetime(2026, 1, 1, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:  # noqa: ARG002 - the test decides how long
        """Sleep until woken."""
        self.sleeping.append(asyncio.Event())
        await self.sleeping[-1].wait()

    async def wake(self) -> None:
        """End all sleeps."""
        await settle()
        for event in self.sleeping:
            event.set()
        await settle()


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_the_first_change_is_shown_at_once_and_the_rest_together() -> None:
    value, shown, clock = 0, [], Hand()

    async def show(thing: int) -> None:
        shown.append((thing, value))

    coalescer = Coalescer(show, clock, 1.5)
    for value in range(1, 101):
        coalescer.changed(7)
        if value == 1:
            await settle()
    assert shown == [(7, 1)]
    await clock.wake()
    assert shown == [(7, 1), (7, 100)]
    await clock.wake()
    assert shown == [(7, 1), (7, 100)]
    coalescer.changed(7)
    await settle()
    assert shown == [(7, 1), (7, 100), (7, 100)]
    await coalescer.stop()


async def test_things_do_not_wait_for_each_other() -> None:
    shown, clock, gate = [], Hand(), asyncio.Event()

    async def show(thing: int) -> None:
        if thing == 1:
            await gate.wait()
        shown.append(thing)

    coalescer = Coalescer(show, clock, 1.5)
    coalescer.changed(1)
    coalescer.changed(2)
    await settle()
    assert shown == [2]
    gate.set()
    await coalescer.stop()
    assert shown == [2, 1]


async def test_an_edit_that_fails_is_followed_by_the_next() -> None:
    shown, clock = [], Hand()

    async def show(thing: int) -> None:
        shown.append(thing)
        if len(shown) == 1:
            raise RuntimeError("refused")

    coalescer = Coalescer(show, clock, 1.5)
    coalescer.changed(1)
    await settle()
    coalescer.changed(1)
    await clock.wake()
    assert shown == [1, 1]
    await coalescer.stop()


async def test_finishing_before_the_first_step_leaves_nothing_behind() -> None:
    shown, clock = [], Hand()

    async def show(thing: int) -> None:
        shown.append(thing)

    coalescer = Coalescer(show, clock, 1.5)
    coalescer.changed(1)
    await coalescer.finish(1)
    assert shown == []
    coalescer.changed(1)
    await settle()
    assert shown == [1]
    await coalescer.stop()


async def test_a_change_as_the_task_ends_is_shown() -> None:
    shown, clock = [], Hand()

    async def show(thing: int) -> None:
        shown.append(thing)

    coalescer = Coalescer(show, clock, 1.5)
    coalescer.changed(1)
    await settle()
    (task,) = asyncio.all_tasks() - {asyncio.current_task()}
    # runs before the coalescer hears of the end, as a click in the same turn of the loop would
    ended = asyncio.get_running_loop().create_future()
    for callback, _ in list(task._callbacks or []):
        task.remove_done_callback(callback)
        task.add_done_callback(lambda _: coalescer.changed(1))
        task.add_done_callback(callback)
        task.add_done_callback(ended.set_result)
    await clock.wake()
    await ended
    await settle()
    assert shown == [1, 1]
    await coalescer.stop()
