"""What servers have chosen, and who is on no board there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from bot.storage.database import Database, from_day, to_day
from bot.storage.timers import clear_timers, set_timer

DIGEST = "digest"
"""Timer: the week of a server is to be summed up."""


class Unlisted(StrEnum):
    """Why a member is on no board."""

    LEFT = "left"
    HIDDEN = "hidden"


class ServerStore:
    """The servers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def zones(self) -> dict[int, str]:
        """The time zone of each server that has chosen one, by name."""
        rows = await self._database.read("SELECT guild_id, zone FROM server")
        return {row[0]: row[1] for row in rows}

    async def set_zone(self, guild_id: int, zone: str) -> None:
        """Note a server's time zone."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "INSERT INTO server (guild_id, zone) VALUES (?, ?) "
                "ON CONFLICT (guild_id) DO UPDATE SET zone = excluded.zone",
                (guild_id, zone),
            )

    async def digest(self, guild_id: int) -> tuple[int, date] | None:
        """The channel in which a server's weeks are summed up, and the Monday of the first that is still to be."""
        rows = await self._database.read(
            "SELECT digest_channel_id, digest_week FROM server WHERE guild_id = ? AND digest_channel_id IS NOT NULL",
            (guild_id,),
        )
        return (rows[0][0], from_day(rows[0][1])) if rows else None

    async def set_digest(self, guild_id: int, channel_id: int, week: date, due_at: datetime) -> None:
        """Sum the weeks up in a channel, next the one that begins with this Monday, at `due_at`."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "INSERT INTO server (guild_id, digest_channel_id, digest_week) VALUES (?, ?, ?) "
                "ON CONFLICT (guild_id) DO UPDATE SET digest_channel_id = excluded.digest_channel_id, "
                "digest_week = excluded.digest_week",
                (guild_id, channel_id, to_day(week)),
            )
            await set_timer(transaction, DIGEST, guild_id, due_at)

    async def digest_done(self, guild_id: int, channel_id: int, week: date, due_at: datetime) -> None:
        """The week before this Monday's is summed up; unless the digest was switched off or moved meanwhile, the next
        one falls due."""
        async with self._database.transaction() as transaction:
            wanted = await transaction.run(
                "UPDATE server SET digest_week = ? WHERE guild_id = ? AND digest_channel_id = ? RETURNING 1",
                (to_day(week), guild_id, channel_id),
            )
            if wanted:
                await set_timer(transaction, DIGEST, guild_id, due_at)

    async def end_digest(self, guild_id: int) -> None:
        """Sum the weeks of a server up no more."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "UPDATE server SET digest_channel_id = NULL WHERE guild_id = ?", (guild_id,)
            )
            await clear_timers(transaction, guild_id, [DIGEST])

    async def all_who_left(self) -> set[tuple[int, int]]:
        """Everyone who is known to have left, as pairs of server and member."""
        rows = await self._database.read(
            "SELECT guild_id, member_id FROM unlisted WHERE reason = ?", (Unlisted.LEFT,)
        )
        return {(row[0], row[1]) for row in rows}

    async def is_unlisted(self, guild_id: int, member_id: int, reason: Unlisted) -> bool:
        """Whether a member is on no board for this reason."""
        rows = await self._database.read(
            "SELECT 1 FROM unlisted WHERE guild_id = ? AND member_id = ? AND reason = ?",
            (guild_id, member_id, reason),
        )
        return bool(rows)

    async def unlist(self, guild_id: int, members: Iterable[int], reason: Unlisted) -> None:
        """Take members from the boards. Their answers stay."""
        async with self._database.transaction() as transaction:
            await transaction.run_many(
                "INSERT INTO unlisted (guild_id, member_id, reason) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [(guild_id, member, reason) for member in members],
            )

    async def relist(self, guild_id: int, members: Iterable[int], reason: Unlisted) -> None:
        """Put members on the boards again, unless another reason stands."""
        async with self._database.transaction() as transaction:
            await transaction.run_many(
                "DELETE FROM unlisted WHERE guild_id = ? AND member_id = ? AND reason = ?",
                [(guild_id, member, reason) for member in members],
            )
