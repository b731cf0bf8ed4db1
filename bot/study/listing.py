"""Who is on the boards: not those who left the server, nor those who hid themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock
from bot.domain.rounds import Answer, Round
from bot.errors import RefusedError
from bot.storage.servers import ServerStore, Unlisted

KNOWN_FOR = timedelta(hours=1)
"""For a board that somebody looks at."""

_SILENCE = timedelta(minutes=1)

SURE = timedelta()
"""For what is posted and stays."""

_MOST_KNOWN = 100_000


class Presence(Protocol):
    """Knows who is in a server."""

    async def present(self, guild_id: int, members: Iterable[int]) -> set[int] | None:
        """Those of up to 100 members who are in the server; None: Discord did not say in time."""
        ...


class Listing:
    """Notes who left when it shows: Discord tells a bot without privileged intents of nobody who leaves."""

    def __init__(self, servers: ServerStore, presence: Presence, clock: Clock) -> None:
        self._servers = servers
        self._presence = presence
        self._clock = clock
        self._known: dict[tuple[int, int], datetime] = {}
        self._silent: dict[int, datetime] = {}
        self._left: set[tuple[int, int]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def load(self) -> None:
        """Load who is known to have left."""
        self._left = await self._servers.all_who_left()

    async def check(self, guild_id: int, members: Iterable[int], *, known_for: timedelta = KNOWN_FOR) -> bool:
        """Take those who have left from the boards. True: there were some, so read the board again.

        `known_for` is how long somebody who was seen in the server is taken to be there still.
        """
        now = self._clock.now()
        unsure = {member for member in members if not self._is_known(guild_id, member, now - known_for)}
        silent_since = self._silent.get(guild_id)
        if not unsure or (silent_since is not None and now - silent_since < _SILENCE):
            return False
        present = await self._presence.present(guild_id, unsure)
        if present is None:
            self._silent[guild_id] = now  # somebody may be waiting, so it is not asked again for a while
            return False
        self._silent.pop(guild_id, None)
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        self._known.update({(guild_id, member): now for member in present})
        gone = unsure - present
        if gone:
            self._left |= {(guild_id, member) for member in gone}
            await self._servers.unlist(guild_id, gone, Unlisted.LEFT)
        return bool(gone)

    def _is_known(self, guild_id: int, member_id: int, since: datetime) -> bool:
        seen_at = self._known.get((guild_id, member_id))
        return seen_at is not None and seen_at > since

    async def seen(self, guild_id: int, member_id: int) -> None:
        """A member is there: if they had left, they have come back."""
        self._known[guild_id, member_id] = self._clock.now()
        if (guild_id, member_id) in self._left:
            await self._servers.relist(guild_id, [member_id], Unlisted.LEFT)
            self._left.discard((guild_id, member_id))

    def answered(self, round_: Round, answer: Answer) -> None:
        """An answer of a member who had left: they have come back. Costs other answers nothing."""
        if (round_.guild_id, answer.member_id) in self._left:
            task = asyncio.create_task(self.seen(round_.guild_id, answer.member_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def forget(self, guild_id: int) -> None:
        """What is stored of a server is being erased."""
        self._known = {key: at for key, at in self._known.items() if key[0] != guild_id}
        self._silent.pop(guild_id, None)
        self._left = {key for key in self._left if key[0] != guild_id}

    async def is_hidden(self, guild_id: int, member_id: int) -> bool:
        """Whether a member hid themselves, or their data is being erased."""
        return await self._servers.is_unlisted(
            guild_id, member_id, Unlisted.HIDDEN
        ) or await self._is_being_erased(guild_id, member_id)

    async def _is_being_erased(self, guild_id: int, member_id: int) -> bool:
        return await self._servers.is_unlisted(guild_id, member_id, Unlisted.ERASED)

    async def hide(self, guild_id: int, member_id: int, hidden: bool) -> None:
        """Let a member hide from the boards, or show up on them again.

        Raises:
            RefusedError: they can't show up yet, because their data is being erased.
        """
        if hidden:
            await self._servers.unlist(guild_id, [member_id], Unlisted.HIDDEN)
        else:
            await self._servers.relist(guild_id, [member_id], Unlisted.HIDDEN)
            if await self._is_being_erased(guild_id, member_id):
                raise RefusedError(
                    "Your data here is being erased, and until that is done no board names you. `/privacy` says when."
                )
