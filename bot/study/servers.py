"""What each server has chosen for itself."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.clock import Clock
from bot.domain.windows import local_day
from bot.errors import RefusedError
from bot.storage.servers import ServerStore

log = logging.getLogger(__name__)

_DEFAULT = ZoneInfo("UTC")


_NO_PLACES = {"localtime", "Factory"}
"""What a machine has besides the zones of the world; another one may not."""


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """All time zones by their names in the IANA database, in alphabetical order."""
    return tuple(sorted(available_timezones() - _NO_PLACES))


def find_zone(name: str) -> ZoneInfo:
    """A time zone by its name, however it is written: europe/berlin, america/new york.

    Raises:
        RefusedError: there is none of that name.
    """
    named = {known.casefold(): known for known in zone_names()}
    wanted = name.strip().casefold().replace(" ", "_")
    if wanted not in named:
        near = get_close_matches(wanted, named, n=1)
        hint = f"Did you mean {named[near[0]]}?" if near else "Choose one from the list while you type."
        raise RefusedError(f"There is no time zone “{name[:60]}”. {hint}")
    return ZoneInfo(named[wanted])


class Servers:
    """Knows the time zone of every server without a look at the disk, since each answer asks for it."""

    def __init__(self, servers: ServerStore, clock: Clock) -> None:
        self._servers = servers
        self._clock = clock
        self._zones: dict[int, ZoneInfo] = {}
        self._watchers: list[Callable[[int], Awaitable[None]]] = []

    async def load(self) -> None:
        """Load what was chosen."""
        for guild_id, name in (await self._servers.zones()).items():
            try:
                self._zones[guild_id] = ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError):
                log.error(
                    "Server %d has the time zone %s, which is not known here; it gets UTC", guild_id, name
                )

    def watch(self, zone_changed: Callable[[int], Awaitable[None]]) -> None:
        """Be told when a server has changed its time zone."""
        self._watchers.append(zone_changed)

    def zone(self, guild_id: int) -> ZoneInfo:
        """The time zone of a server; UTC until it chooses another."""
        return self._zones.get(guild_id, _DEFAULT)

    def day(self, guild_id: int, at: datetime) -> date:
        """The day that a server's calendar shows at an instant (aware)."""
        return local_day(at, self.zone(guild_id))

    def today(self, guild_id: int) -> date:
        """The day that a server's calendar shows now."""
        return self.day(guild_id, self._clock.now())

    async def set_zone(self, guild_id: int, name: str) -> ZoneInfo:
        """Choose a time zone. Days that are over stay as they were counted.

        Raises:
            RefusedError: there is no such zone.
        """
        zone = find_zone(name)
        await self._servers.set_zone(guild_id, zone.key)
        self._zones[guild_id] = zone
        for watcher in self._watchers:
            await watcher(guild_id)
        return zone
