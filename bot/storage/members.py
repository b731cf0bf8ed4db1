"""What members have chosen for themselves, in all servers."""

from __future__ import annotations

from datetime import datetime

from bot.storage.database import Database, to_ms
from bot.storage.timers import Timer, clear_timers, set_timer

REMIND = "remind"
"""Timer: a member is to be reminded if anything is due."""


class MemberStore:
    """The members."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def zone(self, member_id: int) -> str | None:
        """A member's time zone by name; None until they choose one."""
        rows = await self._database.read("SELECT zone FROM member WHERE member_id = ?", (member_id,))
        return rows[0][0] if rows else None

    async def remind_hour(self, member_id: int) -> int | None:
        """The local hour, 0 to 23, at which a member is reminded; None: never."""
        rows = await self._database.read("SELECT remind_hour FROM member WHERE member_id = ?", (member_id,))
        return rows[0][0] if rows else None

    async def remind(self, member_id: int, hour: int, zone: str | None, due_at: datetime) -> None:
        """Remind a member at an hour, next at `due_at`. The zone is kept as theirs; None: as it was.

        A note that reminders had ended is moot then.
        """
        async with self._database.transaction() as transaction:
            await transaction.run(
                "INSERT INTO member (member_id, zone, remind_hour) VALUES (?, ?, ?) "
                "ON CONFLICT (member_id) DO UPDATE SET zone = coalesce(excluded.zone, member.zone), "
                "remind_hour = excluded.remind_hour, unreachable = 0",
                (member_id, zone, hour),
            )
            await set_timer(transaction, REMIND, member_id, due_at)

    async def reminded(self, timer: Timer, due_at: datetime) -> None:
        """A reminder is done with: the next one falls due, unless reminders were switched off or changed meanwhile."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "UPDATE timer SET due_at = ?, attempts = 0 "
                "WHERE kind = ? AND subject = ? AND due_at = ? AND attempts = ?",
                (to_ms(due_at), REMIND, timer.subject, to_ms(timer.due_at), timer.attempts),
            )

    async def remind_no_more(self, member_id: int, *, unreachable: bool = False) -> bool:
        """End a member's reminders, with a note for them if it was because they are `unreachable`; False: there were
        none."""
        async with self._database.transaction() as transaction:
            ended = await transaction.run(
                "UPDATE member SET remind_hour = NULL, unreachable = ? "
                "WHERE member_id = ? AND remind_hour IS NOT NULL RETURNING 1",
                (int(unreachable), member_id),
            )
            await clear_timers(transaction, member_id, [REMIND])
        return bool(ended)

    async def take_note(self, member_id: int) -> bool:
        """Whether a member is to be told that their reminders ended because they are unreachable; True only once."""
        # looked at first, since hardly anybody is: a change waits in line with all answers
        if not await self._database.read(
            "SELECT 1 FROM member WHERE member_id = ? AND unreachable = 1", (member_id,)
        ):
            return False
        async with self._database.transaction() as transaction:
            taken = await transaction.run(
                "UPDATE member SET unreachable = 0 WHERE member_id = ? AND unreachable = 1 RETURNING 1",
                (member_id,),
            )
        return bool(taken)
