"""The calendar of a member who studies alone."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.windows import local_day
from bot.storage.members import MemberStore
from bot.study.servers import Servers


class Calendars:
    """Knows which day it is for a member."""

    def __init__(self, members: MemberStore, servers: Servers) -> None:
        self._members = members
        self._servers = servers

    async def zone(self, member_id: int, guild_id: int | None) -> ZoneInfo:
        """A member's own time zone, or that of the server where they are (None: in direct messages), or UTC."""
        name = await self._members.zone(member_id)
        if name is not None:
            try:
                return ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError):
                pass  # it was known once: time zones get new names, too
        return self._servers.zone(guild_id or 0)

    async def day(self, member_id: int, guild_id: int | None, at: datetime) -> date:
        """The day that a member's calendar shows at an instant (aware)."""
        return local_day(at, await self.zone(member_id, guild_id))
