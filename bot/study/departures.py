"""Servers that remove the bot: what they had is erased after a while, unless they add it again before."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Set
from datetime import timedelta

from bot.clock import Clock
from bot.storage.departures import ERASE, DepartureStore
from bot.storage.timers import Timer
from bot.study.challenges import Challenges
from bot.study.listing import Listing
from bot.study.memory import Memory
from bot.study.open_rounds import OpenRounds
from bot.study.quizzes import Quizzes
from bot.study.scheduler import Scheduler
from bot.study.servers import Servers
from bot.study.voids import Voids

log = logging.getLogger(__name__)

_PAUSE = 0.02
"""Seconds between two lots of rows that are erased: members answer meanwhile."""

_LATER = timedelta(hours=1)
"""When erasing has failed for good, it is tried again after this time."""


class Departures:
    """Keeps what a server had while it may come back. The timer of each is in the database."""

    def __init__(
        self,
        *,
        store: DepartureStore,
        quizzes: Quizzes,
        challenges: Challenges,
        open_rounds: OpenRounds,
        memory: Memory,
        servers: Servers,
        listing: Listing,
        voids: Voids,
        scheduler: Scheduler,
        clock: Clock,
        keep_for: timedelta,
    ) -> None:
        self._store = store
        self._quizzes = quizzes
        self._challenges = challenges
        self._open = open_rounds
        self._memory = memory
        self._servers = servers
        self._listing = listing
        self._voids = voids
        self._scheduler = scheduler
        self._clock = clock
        self._keep_for = keep_for
        self._removed: set[int] = set()
        # a server that removes the bot and adds it again at once is dealt with in that order
        self._turn = asyncio.Lock()
        scheduler.register(ERASE, self._erase, self._give_up)

    async def load(self) -> None:
        """Load which servers have removed the bot."""
        self._removed = await self._store.removed()

    async def compare(self, there: Set[int], is_ours: Callable[[int], bool]) -> None:
        """Find out, at the start, which servers have removed the bot or added it again while it was away.

        `there` are the servers that it is in, those included that are unavailable just now. Only those are judged for
        which `is_ours` holds: of others this process is told nothing.
        """
        for guild_id in sorted(self._removed & there):
            await self.added(guild_id)
        for guild_id in sorted(await self._store.known() - there):
            if is_ours(guild_id):
                await self.removed(guild_id)

    async def removed(self, guild_id: int) -> None:
        """A server has removed the bot. An outage is none: then it is unavailable, and nothing is to be done."""
        async with self._turn:
            await self._quizzes.abandon(guild_id)
            erase_at = await self._store.remove(guild_id, self._clock.now(), self._keep_for)
            is_new = guild_id not in self._removed
            self._removed.add(guild_id)
        if is_new:
            log.info(
                "Server %d has removed me. What is stored of it will be erased on %s UTC, unless I am added again before",
                guild_id,
                f"{erase_at:%Y-%m-%d at %H:%M}",
                extra={"guild": guild_id},
            )
        self._scheduler.expect(erase_at)

    async def added(self, guild_id: int) -> None:
        """The bot is in a server. If that had removed it, everything goes on as before, unless it is erased by now."""
        async with self._turn:
            if guild_id not in self._removed:
                return
            await self._challenges.back_in(guild_id)
            await self._store.keep(guild_id)
            self._removed.discard(guild_id)
        log.info(
            "Server %d has added me again; what is stored of it stays", guild_id, extra={"guild": guild_id}
        )
        self._scheduler.expect(self._clock.now())

    async def _erase(self, timer: Timer) -> None:
        guild_id = timer.subject
        async with self._turn:
            if not await self._store.begin(guild_id, self._clock.now()):
                return
            self._removed.discard(guild_id)
            self._open.forget_server(guild_id)
            self._servers.forget(guild_id)
            self._listing.forget(guild_id)
            self._voids.forget(guild_id)
        await self._memory.settle()
        erased: Counter[str] = Counter()
        async for some in self._store.erase(guild_id):
            erased += some
            await self._clock.sleep(_PAUSE)
        await self._store.finish(guild_id, self._keep_for)
        log.info(
            "What was stored of server %d is erased: %d quizzes, %d challenges, %d questions asked, %d answers, %d reports",
            guild_id,
            *(erased[table] for table in ("quiz", "challenge", "round", "answer", "report")),
            extra={"guild": guild_id},
        )

    async def _give_up(self, timer: Timer, error: Exception) -> None:
        log.error("Server %d could not be erased, next try in an hour: %s", timer.subject, error)
        due_at = self._clock.now() + _LATER
        await self._store.put_off(timer.subject, due_at)
        self._scheduler.expect(due_at)
