"""Which hints members took, and what they reported."""

from __future__ import annotations

from datetime import datetime

from bot.domain.questions import Question
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


class ReportStore:
    """What members found wrong with questions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        question: Question,
        *,
        guild_id: int | None,
        round_id: int | None,
        member_id: int,
        reason: str,
        now: datetime,
    ) -> None:
        """Keep a report on a question as it was asked, in a round or (None) in private."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "INSERT INTO report (guild_id, version, round_id, member_id, reason, reported_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (guild_id, question.version, round_id, member_id, reason, to_ms(now)),
            )
