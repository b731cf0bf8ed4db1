"""Which hints members took."""

from __future__ import annotations

from datetime import datetime

from bot.storage.database import Database, to_ms


class HintStore:
    """The hints that were taken."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, round_id: int, member_id: int, step: int, now: datetime) -> None:
        """Note that a member took a step of the ladder. Taking it again changes nothing."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "INSERT INTO hint_use (round_id, member_id, step, taken_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (round_id, member_id, step, to_ms(now)),
            )

    async def of_round(self, round_id: int) -> dict[int, int]:
        """How many hints each member took in a round."""
        rows = await self._database.read(
            "SELECT member_id, count(*) FROM hint_use WHERE round_id = ? GROUP BY member_id", (round_id,)
        )
        return {row[0]: row[1] for row in rows}
