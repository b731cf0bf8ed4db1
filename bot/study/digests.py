"""A short post on each week that is over, where a server wants one. After an absence of weeks, only on the last."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from bot.clock import Clock
from bot.domain.boards import best_climber, rank
from bot.domain.windows import WEEK, Period, Span, instant, monday
from bot.storage.boards import BoardStore
from bot.storage.servers import DIGEST, ServerStore
from bot.storage.timers import Timer
from bot.study.announcer import Announcer, Digest
from bot.study.boards import Boards
from bot.study.listing import SURE, Listing
from bot.study.scheduler import Scheduler
from bot.study.servers import Servers

log = logging.getLogger(__name__)

_AFTER_END = timedelta(minutes=1)
"""From the end of the week to the post, so that the last answers are in."""


class Digests:
    """Sums the weeks up. The timer of each server is in the database."""

    def __init__(
        self,
        store: ServerStore,
        board_store: BoardStore,
        boards: Boards,
        servers: Servers,
        listing: Listing,
        scheduler: Scheduler,
        announcer: Announcer,
        clock: Clock,
    ) -> None:
        self._store = store
        self._board_store = board_store
        self._boards = boards
        self._servers = servers
        self._listing = listing
        self._scheduler = scheduler
        self._announcer = announcer
        self._clock = clock
        servers.watch(self._zone_changed)
        scheduler.register(DIGEST, self._post, self._give_up)

    async def switch_on(self, guild_id: int, channel_id: int) -> datetime:
        """Sum each week up in a channel; when the next post comes (UTC)."""
        return await self._expect(guild_id, channel_id, monday(self._servers.today(guild_id)))

    async def coming(self, guild_id: int) -> tuple[int, datetime] | None:
        """Where and when a week is summed up next; None: nowhere."""
        wanted = await self._store.digest(guild_id)
        return (wanted[0], self._due(guild_id, wanted[1])) if wanted else None

    async def switch_off(self, guild_id: int) -> bool:
        """Post no more. False: it was off."""
        if await self._store.digest(guild_id) is None:
            return False
        await self._store.end_digest(guild_id)
        return True

    async def _expect(self, guild_id: int, channel_id: int, week: date) -> datetime:
        due_at = self._due(guild_id, week)
        await self._store.set_digest(guild_id, channel_id, week, due_at)
        self._scheduler.expect(due_at)
        return due_at

    def _due(self, guild_id: int, week: date) -> datetime:
        return instant(week + WEEK, self._servers.zone(guild_id)) + _AFTER_END

    async def _zone_changed(self, guild_id: int) -> None:
        wanted = await self._store.digest(guild_id)
        if wanted is not None:
            await self._expect(guild_id, *wanted)

    async def _post(self, timer: Timer) -> None:
        guild_id = timer.subject
        wanted = await self._store.digest(guild_id)
        this_week = monday(self._servers.today(guild_id))
        if wanted is None:
            return
        channel_id, week = wanted
        if week < this_week:
            digest = await self._sum_up(guild_id, channel_id, this_week - WEEK)
            if digest.members:
                await self._announcer.post_digest(digest)
        await self._go_on(guild_id, channel_id, max(week, this_week))

    async def _give_up(self, timer: Timer, error: Exception) -> None:
        log.error(
            "The week of server %d could not be summed up: %s",
            timer.subject,
            error,
            extra={"guild": timer.subject},
        )
        wanted = await self._store.digest(timer.subject)
        if wanted is not None:
            await self._go_on(timer.subject, wanted[0], monday(self._servers.today(timer.subject)))

    async def _go_on(self, guild_id: int, channel_id: int, week: date) -> None:
        due_at = self._due(guild_id, week)
        await self._store.digest_done(guild_id, channel_id, week, due_at)
        self._scheduler.expect(due_at)

    async def _sum_up(self, guild_id: int, channel_id: int, first: date) -> Digest:
        zone = self._servers.zone(guild_id)
        week, before = Span(Period.WEEK, first), Span(Period.WEEK, first - WEEK)
        best = await self._boards.top(guild_id, week, known_for=SURE)
        totals = await self._board_store.totals(guild_id, week)
        was = rank(await self._boards.scores(guild_id, before))
        while climber := best_climber(was, rank(await self._boards.scores(guild_id, week))):
            if not await self._listing.check(guild_id, [climber.member_id], known_for=SURE):
                break
        return Digest(
            guild_id=guild_id,
            channel_id=channel_id,
            starts_at=instant(first, zone),
            ends_at=instant(first + WEEK, zone),
            members=totals.members,
            answered=totals.answered,
            right=totals.right,
            climber=climber,
            best=best,
        )
