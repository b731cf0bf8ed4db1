"""What servers have chosen, and who is on no board there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import StrEnum

from bot.domain.servers import ServerChoices, Setting
from bot.storage.database import Database, Row, Transaction, from_day, from_ms, to_day, to_ms
from bot.storage.timers import clear_timers, set_timer

DIGEST = "digest"
"""Timer: the week of a server is to be summed up."""


_CHOICES = "SELECT guild_id, zone, bank, seconds, hides_names, changed, changed_by, changed_at FROM server"
_CHANNELS = "SELECT guild_id, channel_id FROM quiz_channel"
_ROLES = "SELECT guild_id, role_id FROM quiz_role"


class Unlisted(StrEnum):
    """Why a member is on no board."""

    LEFT = "left"
    HIDDEN = "hidden"
    ERASED = "erased"
    """Their data is being erased: see `bot/storage/erasures.py`."""


def _by_server(rows: Iterable[Row]) -> defaultdict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    for guild_id, id_ in rows:
        found[guild_id].add(id_)
    return found


def _to_choices(row: Row, channels: Iterable[int], roles: Iterable[int]) -> ServerChoices:
    _, zone, bank, seconds, hides_names, changed, changed_by, changed_at = row
    return ServerChoices(
        zone=zone,
        bank=bank,
        seconds=seconds,
        quiz_channels=frozenset(channels),
        quiz_roles=frozenset(roles),
        hides_names=bool(hides_names),
        changed=Setting(changed) if changed else None,
        changed_by=changed_by,
        changed_at=from_ms(changed_at) if changed_at is not None else None,
    )


async def _put(transaction: Transaction, guild_id: int, choices: ServerChoices) -> None:
    await transaction.run(
        "UPDATE server SET zone = ?, bank = ?, seconds = ?, hides_names = ?, changed = ?, changed_by = ?, "
        "changed_at = ? WHERE guild_id = ?",
        (
            *(choices.zone, choices.bank, choices.seconds, int(choices.hides_names), choices.changed),
            *(choices.changed_by, to_ms(choices.changed_at) if choices.changed_at else None, guild_id),
        ),
    )
    await transaction.run("DELETE FROM quiz_channel WHERE guild_id = ?", (guild_id,))
    await transaction.run_many(
        "INSERT INTO quiz_channel (guild_id, channel_id) VALUES (?, ?)",
        [(guild_id, channel) for channel in choices.quiz_channels],
    )
    await transaction.run("DELETE FROM quiz_role WHERE guild_id = ?", (guild_id,))
    await transaction.run_many(
        "INSERT INTO quiz_role (guild_id, role_id) VALUES (?, ?)",
        [(guild_id, role) for role in choices.quiz_roles],
    )


class ServerStore:
    """The servers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def choices(self) -> dict[int, ServerChoices]:
        """What each server has chosen."""
        channels = _by_server(await self._database.read(_CHANNELS))
        roles = _by_server(await self._database.read(_ROLES))
        rows = await self._database.read(_CHOICES)
        return {row[0]: _to_choices(row, channels[row[0]], roles[row[0]]) for row in rows}

    async def change(self, guild_id: int, change: Callable[[ServerChoices], ServerChoices]) -> ServerChoices:
        """Change what a server has chosen; as it is now. No other change can come in between."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "INSERT INTO server (guild_id) VALUES (?) ON CONFLICT (guild_id) DO NOTHING", (guild_id,)
            )
            (row,) = await transaction.run(f"{_CHOICES} WHERE guild_id = ?", (guild_id,))
            channels = _by_server(await transaction.run(f"{_CHANNELS} WHERE guild_id = ?", (guild_id,)))
            roles = _by_server(await transaction.run(f"{_ROLES} WHERE guild_id = ?", (guild_id,)))
            after = change(_to_choices(row, channels[guild_id], roles[guild_id]))
            await _put(transaction, guild_id, after)
        return after

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
