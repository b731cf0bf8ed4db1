"""Many changes, few edits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.clock import Clock
from bot.logs import about

log = logging.getLogger(__name__)

_LAST_EDIT = 1.0
"""Seconds that an edit in flight gets when no more are wanted."""


class Coalescer:
    """Shows the newest value of things that change often: one edit in flight for each, with a pause after it.

    Discord answers about five edits in five seconds per channel, and queues the rest in order; a queue of
    outdated numbers would then run for minutes.
    """

    def __init__(self, show: Callable[[int], Awaitable[None]], clock: Clock, pause: float) -> None:
        """`show` reads the newest value of a thing and shows it; `pause` is in seconds."""
        self._show = show
        self._clock = clock
        self._pause = pause
        self._changed: set[int] = set()
        self._showing: set[int] = set()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self.made = self.spared = self.failed = 0
        """Edits that were made, changes that needed none of their own, and edits that failed, since the start."""

    def changed(self, thing: int) -> None:
        """Show a thing soon. Costs next to nothing while its edit is under way."""
        self.spared += thing in self._changed
        self._changed.add(thing)
        if thing not in self._tasks:
            task = self._tasks[thing] = asyncio.create_task(self._run(thing))
            # not in the task itself: one that is cancelled before its first step runs no code of its own
            task.add_done_callback(lambda _: self._ended(thing))

    async def finish(self, thing: int) -> None:
        """Show it no more. An edit in flight gets a moment to arrive, so that a last one is the last."""
        self.spared += thing in self._changed
        self._changed.discard(thing)
        task = self._tasks.get(thing)
        if task is None:
            return
        if thing in self._showing:
            await asyncio.wait([task], timeout=_LAST_EDIT)
        task.cancel()
        await asyncio.wait([task])

    def _ended(self, thing: int) -> None:
        del self._tasks[thing]
        if thing in self._changed:  # it changed between the last step of the task and this
            self.changed(thing)

    async def stop(self) -> None:
        """Stop everything."""
        await asyncio.gather(*(self.finish(thing) for thing in list(self._tasks)))

    async def _run(self, thing: int) -> None:
        about()  # not what the change that began it was about
        while thing in self._changed:
            self._changed.discard(thing)
            self._showing.add(thing)
            try:
                await self._show(thing)
                self.made += 1
            except Exception as error:
                self.failed += 1
                # the next change, or the end of the round, shows the number anyway
                log.warning("A tally could not be shown: %s", error)
            finally:
                self._showing.discard(thing)
            await self._clock.sleep(self._pause)
