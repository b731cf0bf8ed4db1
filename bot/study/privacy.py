"""What members can see, take with them and erase of what is stored about them."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.privacy import Footprint
from bot.errors import PostError, RefusedError
from bot.storage.erasures import ERASE_MEMBER, Erasure
from bot.storage.stores import Stores
from bot.storage.timers import Timer
from bot.study.announcer import Announcer
from bot.study.challenges import Challenges
from bot.study.listing import Listing
from bot.study.running_exams import RunningExams
from bot.study.scheduler import Scheduler
from bot.study.servers import Servers

log = logging.getLogger(__name__)

FILE = "studyhall-data.json"
_ARCHIVE = "studyhall-data.zip"

REST = timedelta(minutes=1)
"""After so long, what was under way when a member asked has come to rest; the last look for traces is then."""

_AGAIN = timedelta(minutes=10)
"""Between further looks at what has to wait."""

_AFTER_TROUBLE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the host says about members' data."""

    url: str
    """Where all of it can be read; '': nowhere."""
    keep_servers_days: int
    """After so many days what is stored of a server that has removed the bot is erased."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What a member sees of their data."""

    footprint: Footprint
    is_hidden: bool | None
    """Whether no board of this server names them; None: they are not in a server now."""
    waits_until: datetime | None
    """When the last question closes whose answers of theirs are still to be erased; None: nothing is."""


class Privacy:
    """The members' data, as far as they decide about it themselves."""

    def __init__(
        self,
        stores: Stores,
        *,
        servers: Servers,
        listing: Listing,
        challenges: Challenges,
        running_exams: RunningExams,
        announcer: Announcer,
        scheduler: Scheduler,
        clock: Clock,
        policy: Policy,
    ) -> None:
        self.policy = policy
        self._privacy = stores.privacy
        self._own_data = stores.own_data
        self._erasures = stores.erasures
        self._exams = stores.exams
        self._champions = stores.challenges
        self._servers = servers
        self._listing = listing
        self._challenges = challenges
        self._running_exams = running_exams
        self._announcer = announcer
        self._scheduler = scheduler
        self._clock = clock
        # one member at a time: each has to wait in line with all answers
        self._turn = asyncio.Lock()
        self._is_stopped = False
        scheduler.register(ERASE_MEMBER, self._go_on, self._give_up, patient=True)

    async def mend(self) -> None:
        """See to it that what was to be erased will be."""
        await self._erasures.mend(self._clock.now())

    async def stop(self, patience: float) -> None:
        """Erase no more. What is under way gets this many seconds; the rest is erased after the next start."""
        self._is_stopped = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience), self._turn:
                pass

    async def overview(self, member_id: int, guild_id: int | None) -> Overview:
        """How much is stored about a member, and what they have decided about it."""
        erasure = await self._erasures.find(member_id)
        return Overview(
            footprint=await self._privacy.footprint(member_id),
            is_hidden=await self._listing.is_hidden(guild_id, member_id) if guild_id else None,
            waits_until=await self._erasures.held_until(erasure, self._clock.now()) if erasure else None,
        )

    async def export(self, member_id: int, most: int) -> tuple[str, bytes]:
        """Everything that is stored about a member as a file of up to `most` bytes: its name, and what is in it.

        Raises:
            RefusedError: it is too large, even compressed.
        """
        parcel = _Parcel(most)
        async for piece in self._own_data.document(member_id, self._clock.now()):
            await asyncio.to_thread(parcel.add, piece)
        return await asyncio.to_thread(parcel.close)

    async def erase(self, member_id: int, at: datetime) -> datetime | None:
        """Erase what is stored about a member who asks for it at an instant (aware UTC). Twice is once.

        Until when the answers and hints of questions have to wait that are still open; None: nothing waits. Once this has
        begun it goes on by itself, also after a restart.
        """
        # clocks differ: rather a moment too much than something that stays
        now = max(at, self._clock.now())
        erasure = await self._erasures.ask(member_id, now, now + REST)
        self._scheduler.expect(now + REST)
        return await self._erase(erasure)

    async def _erase(self, erasure: Erasure) -> datetime | None:
        async with self._turn:
            await self._take_roles(erasure.member_id)
            while not self._is_stopped and await self._erasures.erase_some(erasure, self._clock.now()):
                pass
        await self._forget(erasure.member_id)
        return await self._erasures.held_until(erasure, self._clock.now())

    async def _take_roles(self, member_id: int) -> None:
        for guild_id, role_id in await self._erasures.crowns(member_id):
            try:
                await self._announcer.take_role(guild_id, member_id, role_id)
            except PostError as error:
                log.warning("A champion who was erased keeps the role in server %d: %s", guild_id, error)
            await self._champions.dethrone(guild_id, role_id, member_id)

    async def _forget(self, member_id: int) -> None:
        """Bring what is kept in memory into line."""
        running = self._running_exams.find(member_id, self._clock.now())
        if running is not None and await self._exams.get(running.exam_id) is None:
            self._running_exams.forget(member_id, running.exam_id)
        self._servers.forget_member(member_id)
        for guild_id in await self._erasures.servers(member_id):
            await self._challenges.show_again(guild_id)

    async def _go_on(self, timer: Timer) -> None:
        erasure = await self._erasures.find(timer.subject)
        if erasure is None:
            return
        waits_until = await self._erase(erasure)
        now = self._clock.now()
        if self._is_stopped:
            return
        if waits_until is None and now >= erasure.asked_at + REST:
            await self._erasures.finish(erasure)
        else:
            due_at = max(waits_until or now, erasure.asked_at) + REST
            await self._put_off(erasure, due_at if due_at > now else now + _AGAIN)

    async def _put_off(self, erasure: Erasure, due_at: datetime) -> None:
        await self._erasures.put_off(erasure, due_at)
        self._scheduler.expect(due_at)

    async def _give_up(self, timer: Timer, error: Exception) -> None:
        log.error("A member could not be erased; it is tried again in an hour: %s", error)
        erasure = await self._erasures.find(timer.subject)
        if erasure is not None:
            await self._put_off(erasure, self._clock.now() + _AFTER_TROUBLE)


class _Parcel:
    """A file as it is while it is small enough, else compressed."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._plain: io.BytesIO | None = io.BytesIO()
        self._compressed = io.BytesIO()
        self._archive = zipfile.ZipFile(self._compressed, "w", zipfile.ZIP_DEFLATED)
        self._file = self._archive.open(FILE, "w", force_zip64=True)

    def add(self, piece: bytes) -> None:
        self._file.write(piece)
        if self._plain is not None and self._plain.write(piece) and self._plain.tell() > self._most:
            self._plain = None

    def close(self) -> tuple[str, bytes]:
        self._file.close()
        self._archive.close()
        if self._plain is not None:
            return FILE, self._plain.getvalue()
        size = self._compressed.tell()
        if size > self._most:
            raise RefusedError(
                f"Your data is too large to be sent through Discord: {size / 1_000_000:.0f} MB, even compressed. Ask whoever "
                "runs me for it; `/privacy` says how much there is."
            )
        return _ARCHIVE, self._compressed.getvalue()
