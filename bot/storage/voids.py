"""Questions that count no more in a server, because a moderator has voided them."""

from __future__ import annotations

from datetime import datetime

from bot.domain.questions import QuestionId
from bot.domain.reports import ReportState, Voiding
from bot.domain.rounds import CloseReason
from bot.storage.database import Database, to_ms
from bot.storage.reports import handle
from bot.storage.rounds import close_round
from bot.storage.scores import expect_recount


class VoidStore:
    """The questions that count no more."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> set[tuple[int, QuestionId, str]]:
        """All of them: the server, the question and its version."""
        rows = await self._database.read(
            "SELECT guild_id, bank, question, version FROM voided JOIN question_version USING (version)"
        )
        return {(guild, (bank, question), version) for guild, bank, question, version in rows}

    async def void(self, guild_id: int, report_id: int, by: int, now: datetime) -> Voiding | None:
        """Void the question of a report, handle the open reports on it up to this one, and close its rounds in channels.
        None: no report was open.

        From then on no answer to it is stored. What it has brought is taken back by `ScoreStore.recount`.
        """
        async with self._database.transaction() as transaction:
            version = await handle(transaction, guild_id, report_id, ReportState.VOIDED, by, now)
            if version is None:
                return None
            members, points = await expect_recount(transaction, guild_id, version)
            await transaction.run(
                "INSERT INTO voided (guild_id, version, voided_by, voided_at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                (guild_id, version, by, to_ms(now)),
            )
            # those of a challenge stay open, and nobody comes to them: the challenge goes on without them
            open_ = await transaction.run(
                "SELECT id FROM round WHERE guild_id = ? AND version = ? AND closed_at IS NULL AND challenge_id IS NULL",
                (guild_id, version),
            )
            for (round_id,) in open_:
                await close_round(transaction, round_id, CloseReason.VOIDED, now)
        return Voiding(members, points, tuple(row[0] for row in open_))

    async def restore(self, guild_id: int, report_id: int) -> bool:
        """Let the question of a report count again, and the reports by which it was voided be open. False: it counts.

        What it had brought is given back by `ScoreStore.recount`.
        """
        async with self._database.transaction() as transaction:
            restored = await transaction.run(
                "DELETE FROM voided WHERE guild_id = ? AND version = "
                "(SELECT version FROM report WHERE id = ? AND guild_id = ?) RETURNING version",
                (guild_id, report_id, guild_id),
            )
            if not restored:
                return False
            ((version,),) = restored
            await expect_recount(transaction, guild_id, version)
            await transaction.run(
                "UPDATE report SET state = ?, handled_by = NULL, handled_at = NULL "
                "WHERE guild_id = ? AND version = ? AND state = ?",
                (ReportState.OPEN, guild_id, version, ReportState.VOIDED),
            )
        return True
