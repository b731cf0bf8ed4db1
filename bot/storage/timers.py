"""What falls due when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.storage.database import Database, Transaction, from_ms, to_ms

SERVER_OF_TIMER = """
CASE
    WHEN timer.kind IN ('challenge', 'digest') THEN timer.subject
    WHEN timer.kind IN ('challenge card', 'challenge end', 'challenge over', 'challenge podium', 'challenge crown')
        THEN (SELECT guild_id FROM challenge WHERE challenge.id = timer.subject)
    WHEN timer.kind IN ('close', 'result') THEN (SELECT guild_id FROM round WHERE round.id = timer.subject)
    WHEN timer.kind IN ('next', 'final') THEN (SELECT guild_id FROM quiz WHERE quiz.id = timer.subject)
END
"""
"""SQL for the server that a row of `timer` is about; NULL: none. A test holds that no kind of timer is forgotten here."""

RESTS = f"""
EXISTS (SELECT 1 FROM server WHERE server.removed_at IS NOT NULL AND server.guild_id = {SERVER_OF_TIMER})
"""
"""SQL for whether a row of `timer` rests, because its server has removed the bot."""

EARLIEST = f"SELECT due_at FROM timer WHERE NOT {RESTS} ORDER BY due_at LIMIT 1"
"""SQL for when the earliest of what does not rest is due."""


@dataclass(frozen=True, slots=True)
class Timer:
    """One piece of work that falls due. `subject` is the id of the round, quiz … that it is about."""

    kind: str
    subject: int
    due_at: datetime
    attempts: int = 0


async def set_timer(transaction: Transaction, kind: str, subject: int, due_at: datetime) -> None:
    """Set a timer, or move it if it is set, as a part of a larger change."""
    await transaction.run(
        "INSERT INTO timer (kind, subject, due_at) VALUES (?, ?, ?) "
        "ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at, attempts = 0",
        (kind, subject, to_ms(due_at)),
    )


async def clear_timers(transaction: Transaction, subject: int, kinds: Iterable[str]) -> None:
    """Take timers away, as a part of a larger change."""
    await transaction.run_many(
        "DELETE FROM timer WHERE kind = ? AND subject = ?", [(kind, subject) for kind in kinds]
    )


class TimerStore:
    """The timers, as the scheduler sees them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime) -> tuple[list[Timer], datetime | None]:
        """The timers that are due, the earliest first, and when the next one will be.

        Those of a server that has removed the bot rest, until it is there again.
        """
        rows = await self._database.read(
            "SELECT kind, subject, due_at, attempts FROM timer "
            f"WHERE due_at <= ? AND NOT {RESTS} ORDER BY due_at, kind, subject",
            (to_ms(now),),
        )
        ((next_at,),) = await self._database.read(
            "SELECT min(due_at) FROM timer WHERE due_at > ?", (to_ms(now),)
        )
        due = [Timer(kind, subject, from_ms(due_at), attempts) for kind, subject, due_at, attempts in rows]
        return due, from_ms(next_at) if next_at is not None else None

    async def find(self, kind: str, subject: int) -> Timer | None:
        """A timer, if it is set."""
        rows = await self._database.read(
            "SELECT due_at, attempts FROM timer WHERE kind = ? AND subject = ?", (kind, subject)
        )
        return Timer(kind, subject, from_ms(rows[0][0]), rows[0][1]) if rows else None

    async def postpone(self, timer: Timer, due_at: datetime) -> None:
        """Try again later."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "UPDATE timer SET due_at = ?, attempts = ? WHERE kind = ? AND subject = ?",
                (to_ms(due_at), timer.attempts + 1, timer.kind, timer.subject),
            )

    async def done(self, timer: Timer) -> None:
        """Forget a timer whose work is done, unless the work has set it anew."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "DELETE FROM timer WHERE kind = ? AND subject = ? AND due_at = ? AND attempts = ?",
                (timer.kind, timer.subject, to_ms(timer.due_at), timer.attempts),
            )
