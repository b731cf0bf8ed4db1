"""What members remember: every answer, wherever it was given, becomes a review of its question."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from fsrs import Scheduler

from bot.clock import Clock
from bot.domain.reviews import ReviewCard
from bot.domain.rounds import Answer, Round
from bot.errors import StorageError
from bot.logs import about
from bot.storage.reviews import ReviewStore

log = logging.getLogger(__name__)

_SLICE = 50
"""So many answers become reviews in one go, which holds nothing else up for more than a few milliseconds."""

_PAUSE = 2.0
"""Seconds between an answer in a round and its review: a burst of clicks is answered first."""

_PATIENCE = 0.5
"""Seconds that somebody who asks for their cards waits for reviews that are still to be made."""


class Memory:
    """The members' review cards, kept up to date."""

    def __init__(self, reviews: ReviewStore, model: Scheduler, clock: Clock) -> None:
        self._reviews = reviews
        self.model = model
        self._clock = clock
        self._is_stopped = False
        self._is_old = True
        """Whether there may be answers from before the start that are no reviews yet."""
        self._behind: set[int] = set()
        """Who has answered since the work that runs began, or since the last one."""
        self._in_work: set[int] = set()
        self._waiting: asyncio.Task[None] | None = None
        self._working: asyncio.Task[bool] | None = None

    def answered(self, _: Round, answer: Answer) -> None:
        """An answer in a round was stored."""
        self._behind.add(answer.member_id)
        if self._waiting is None:
            self._waiting = asyncio.create_task(self._soon())

    def start(self) -> None:
        """Make the reviews that were not made when the bot stopped."""
        self._work()

    async def stop(self, patience: float) -> None:
        """Make no more. What is under way gets this many seconds; what is missing is made after the next start."""
        self._is_stopped = True
        if self._waiting is not None:
            self._waiting.cancel()
        tasks = [task for task in (self._waiting, self._working) if task is not None]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience)
            for task in late:
                task.cancel()

    async def catch_up(self, member_id: int) -> None:
        """Make the reviews of a member's answers so far. Those of an old database can take minutes: then it waits no
        longer than a member can, and the work goes on."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                for _ in range(2):  # work that is under way can have missed their last answer
                    if self._is_old or member_id in self._behind | self._in_work:
                        await asyncio.wait([self._work()])

    async def settle(self) -> None:
        """Make reviews of all answers so far, however long that takes: they are about to be erased.

        Raises:
            StorageError: it could not be done.
        """
        for _ in range(2):  # work that is under way can have missed the last answer
            working = self._work()
            await asyncio.wait([working])
        if working.cancelled() or not working.result():
            raise StorageError("Answers are to be reviews before they are erased, and could not be made so.")

    async def cards(self, member_id: int) -> list[ReviewCard]:
        """All cards of a member, with what they have answered so far."""
        await self.catch_up(member_id)
        return await self._reviews.cards(member_id)

    async def _soon(self) -> None:
        try:
            await self._clock.sleep(_PAUSE)
            while self._working is not None:  # it can have begun before the answer
                await asyncio.wait([self._working])
        finally:
            self._waiting = None
        self._work()

    def _work(self) -> asyncio.Task[bool]:
        if self._working is None:
            self._working = asyncio.create_task(self._make())
        return self._working

    async def _make(self) -> bool:
        """Whether all is done that was there at the beginning."""
        about()  # not what the answer that began it was about
        self._in_work, self._behind = self._behind, set()
        try:
            # not until there are none: while many answer, that would be never
            while not self._is_stopped:
                if await self._reviews.catch_up(self.model, _SLICE) < _SLICE:
                    self._is_old = False
                    return True
        except Exception as error:
            self._behind |= self._in_work  # the next answer, or the next who asks, tries again
            if not isinstance(error, StorageError):  # of that the log tells already
                log.exception("Answers could not be made reviews")
        finally:
            self._in_work = set()
            self._working = None
        return False
