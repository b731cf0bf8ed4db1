"""After a question was voided: the scores of all who had answered it are made anew, without holding up answers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from bot.clock import Clock
from bot.errors import StorageError
from bot.storage.scores import ScoreStore

log = logging.getLogger(__name__)

SLICE = 1
"""The scores of so many members are made anew in one go: some milliseconds, which an answer may have to wait for."""

_RETRY = 15.0
"""Seconds to the next try when it could not be done."""

_PATIENCE = 60.0
"""Seconds that what stays for ever, such as a podium, waits for it."""


class Recounts:
    """Makes scores anew. Who is waiting for it stands in the database, so a kill forgets nobody."""

    def __init__(self, scores: ScoreStore, clock: Clock) -> None:
        self._scores = scores
        self._clock = clock
        self._is_stopped = False
        self._is_wanted = False
        self._working: asyncio.Task[None] | None = None
        self._watchers: list[Callable[[int], Awaitable[None]]] = []

    def watch(self, recounted: Callable[[int], Awaitable[None]]) -> None:
        """Be told of each server whose boards have changed, when all is done."""
        self._watchers.append(recounted)

    def start(self) -> None:
        """Begin, unless it is under way: somebody may be waiting."""
        self._is_wanted = True
        if self._working is None and not self._is_stopped:
            self._working = asyncio.create_task(self._work())

    async def settle(self) -> None:
        """Wait until nobody is waiting any more, but not for ever."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                while self._working is not None:
                    await asyncio.wait([self._working])

    async def stop(self, patience: float) -> None:
        """Begin nothing more. What is under way gets this many seconds; the rest is done after the next start."""
        self._is_stopped = True
        if self._working is not None:
            _, late = await asyncio.wait([self._working], timeout=patience)
            for task in late:
                task.cancel()

    async def _work(self) -> None:
        try:
            while self._is_wanted and not self._is_stopped:
                self._is_wanted = False
                try:
                    await self._recount()
                except Exception as error:
                    if not isinstance(error, StorageError):  # of that the log tells already
                        log.exception("Scores could not be made anew; trying again")
                    self._is_wanted = True
                    await self._clock.sleep(_RETRY)
        finally:
            self._working = None

    async def _recount(self) -> None:
        servers: set[int] = set()
        while not self._is_stopped and (done := await self._scores.recount(SLICE)):
            servers |= done
        for guild_id in servers:
            for watcher in self._watchers:
                await watcher(guild_id)
