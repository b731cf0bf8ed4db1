"""One scheduler for everything that falls due, with one timer set for the earliest."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.errors import PostFailedError, PostRefusedError, StorageError
from bot.logs import about
from bot.storage.timers import Timer, TimerStore

log = logging.getLogger(__name__)

RETRY_AFTER = (2.0, 5.0, 15.0, 30.0, 60.0)
"""How many seconds to wait before each further try; after the last one the work is given up."""

PATIENT_RETRY = 600.0
"""Seconds between further tries of work that can still be of use hours later."""

MOST_PATIENT_TRIES = 300
"""Some two days."""

_LONGEST_SLEEP = 3600.0
"""A suspended machine or a clock set right is noticed after at most this many seconds."""


@dataclass(frozen=True, slots=True)
class _Work:
    run: Callable[[Timer], Awaitable[None]]
    give_up: Callable[[Timer, Exception], Awaitable[None]]
    patient: bool


class Scheduler:
    """Runs the timers kept in the database, also those that fell due while the bot was away.

    Each piece of work runs in a task of its own, so that a server where posting is slow delays no other.
    A timer is forgotten only after its work is done; work that fails is tried again a few times.
    """

    def __init__(self, timers: TimerStore, clock: Clock) -> None:
        self._timers = timers
        self._clock = clock
        self._work: dict[str, _Work] = {}
        self._sleeping: asyncio.Task[None] | None = None
        self._wakes_at: datetime | None = None
        self._running: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._stopped = True
        self._started_at: datetime | None = None
        self.given_up = 0
        """Pieces of work that have failed for good since the start."""

    def register(
        self,
        kind: str,
        run: Callable[[Timer], Awaitable[None]],
        give_up: Callable[[Timer, Exception], Awaitable[None]],
        *,
        patient: bool = False,
    ) -> None:
        """Say what to do when a timer of this kind falls due, and when doing it has failed for good.

        `patient` work outlives trouble at Discord of hours; other work is given up after some minutes.
        """
        self._work[kind] = _Work(run, give_up, patient)

    async def start(self) -> None:
        """Begin, with whatever is overdue first."""
        self._stopped = False
        self._started_at = self._clock.now()
        await self._look()

    async def stop(self, patience: float) -> None:
        """Stop. Work that is running gets this many seconds to end; the rest is done after the next start."""
        self._stopped = True
        if self._sleeping is not None:
            self._sleeping.cancel()
        tasks = list(self._running.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def lateness(self, earliest: datetime | None) -> float:
        """How many seconds late the work of the earliest timer is; the time while the bot was away does not count."""
        if earliest is None or self._started_at is None:
            return 0.0
        return max(0.0, (self._clock.now() - max(earliest, self._started_at)).total_seconds())

    def expect(self, due_at: datetime) -> None:
        """A timer has been set: wake up for it if it is the earliest."""
        if self._stopped or (self._wakes_at is not None and self._wakes_at <= due_at):
            return
        if self._sleeping is not None:
            self._sleeping.cancel()
        self._wakes_at = due_at
        self._sleeping = asyncio.create_task(self._sleep_until(due_at))

    async def _sleep_until(self, due_at: datetime) -> None:
        about()  # not what the work that has set the timer was about
        seconds = (due_at - self._clock.now()).total_seconds()
        if seconds > 0:
            await self._clock.sleep(min(seconds, _LONGEST_SLEEP))
        # from here on this task is no longer what `expect` may cancel
        self._sleeping = self._wakes_at = None
        await self._look()

    async def _look(self) -> None:
        # what runs now may end while the timers are read; its row would then be seen as it was before
        running = set(self._running)
        now = self._clock.now()
        try:
            due, next_at = await self._timers.due(now)
        except Exception as error:
            _note(error, "The timers could not be read; trying again")
            self.expect(self._clock.now() + timedelta(seconds=RETRY_AFTER[1]))
            return
        if next_at is not None:
            self.expect(next_at)
        for timer in due:
            key = (timer.kind, timer.subject)
            if not (self._stopped or key in running or key in self._running) and timer.kind in self._work:
                self._running[key] = asyncio.create_task(self._run(timer))

    async def _run(self, timer: Timer) -> None:
        about(timer=f"{timer.kind} {timer.subject}")
        work = self._work[timer.kind]
        try:
            try:
                await work.run(timer)
            except StorageError:
                raise  # not the fault of this work, so it has no end of tries
            except Exception as error:
                await self._after_failure(work, timer, error)
            else:
                await self._timers.done(timer)
        except Exception as error:
            # the row stays as it is, so wait before it is taken up again
            _note(error, f"The timer {timer.kind} {timer.subject} could not be settled; trying again")
            await self._clock.sleep(RETRY_AFTER[1 if isinstance(error, StorageError) else -1])
        finally:
            del self._running[timer.kind, timer.subject]
        await self._take_up_again(timer)

    async def _take_up_again(self, timer: Timer) -> None:
        """What the work has set anew under the same name was skipped while it ran. Only this row is read: with thousands
        of timers due at the same hour, a look at all of them after each would take minutes."""
        try:
            again = await self._timers.find(timer.kind, timer.subject)
        except Exception as error:
            _note(error, f"The timer {timer.kind} {timer.subject} could not be read; trying again")
            self.expect(self._clock.now() + timedelta(seconds=RETRY_AFTER[1]))
        else:
            if again is not None:
                self.expect(again.due_at)

    async def _after_failure(self, work: _Work, timer: Timer, error: Exception) -> None:
        hopeless = isinstance(error, PostRefusedError)
        wait = RETRY_AFTER[timer.attempts] if timer.attempts < len(RETRY_AFTER) else None
        if wait is None and work.patient and isinstance(error, PostFailedError):
            wait = PATIENT_RETRY if timer.attempts < MOST_PATIENT_TRIES else None
        if not hopeless and wait is not None:
            log.warning(
                "%s %d failed, next try in %g s: %s", timer.kind, timer.subject, wait, error, exc_info=error
            )
            await self._timers.postpone(timer, self._clock.now() + timedelta(seconds=wait))
            return
        self.given_up += 1
        log.error(
            "%s %d is given up: %s", timer.kind, timer.subject, error, exc_info=None if hopeless else error
        )
        try:
            await work.give_up(timer, error)
        finally:
            await self._timers.done(timer)


def _note(error: Exception, what: str) -> None:
    """Into the log, but not what the storage has told there already."""
    if isinstance(error, StorageError):
        log.debug("%s: %s", what, error)
    else:
        log.error("%s", what, exc_info=error)
