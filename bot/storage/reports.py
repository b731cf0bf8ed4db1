"""What members reported, and what moderators made of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.domain.questions import Question
from bot.domain.reports import Case, Record, Report, ReportState, record
from bot.domain.scoring import Outcome
from bot.storage.database import GIVEN, Database, Transaction, from_ms, given, to_json, to_ms
from bot.storage.reading import looking_at
from bot.storage.rounds import to_question

SHOWN = 5
"""So many reports of a case are read, the latest: somebody may send hundreds."""

# a case is known by any report of it
_SAME_CASE = (
    "report.guild_id = one.guild_id AND report.version = one.version AND report.state = one.state "
    "AND coalesce(report.handled_at, 0) = coalesce(one.handled_at, 0)"
)
_CASE = f"FROM report AS one JOIN report ON {_SAME_CASE} WHERE one.id = ? AND one.guild_id = ?"


@dataclass(frozen=True, slots=True)
class Listed:
    """A report as the host reads it, of any server or (None) of direct messages."""

    id: int
    guild_id: int | None
    bank: str
    question: str
    version: str
    reason: str
    state: ReportState
    reported_at: datetime


def all_reports(database: Path, states: Collection[ReportState]) -> list[Listed]:
    """The reports of all servers and of direct messages in these states, the earliest first; also while the bot runs.

    Raises:
        DatabaseError: the database can't be read, or has another format than today's.
    """
    with looking_at(database) as connection:
        rows = connection.execute(
            "SELECT report.id, guild_id, bank, question, version, reason, state, reported_at "
            f"FROM report JOIN question_version USING (version) JOIN {GIVEN} ON state = {given(0)} ORDER BY report.id",
            (to_json([[state] for state in states]),),
        ).fetchall()
    return [
        Listed(id_, guild, bank, question, version, reason, ReportState(state), from_ms(at))
        for id_, guild, bank, question, version, reason, state, at in rows
    ]


async def handle(
    transaction: Transaction, guild_id: int, report_id: int, state: ReportState, by: int, now: datetime
) -> str | None:
    """Note what becomes of the open reports on a question up to this one, as a part of a larger change; the version.

    Later ones stay open, since whoever decided has not read them. None: none was open.
    """
    handled = await transaction.run(
        "UPDATE report SET state = ?, handled_by = ?, handled_at = ? WHERE guild_id = ? AND state = ? AND id <= ? "
        "AND version = (SELECT version FROM report WHERE id = ? AND guild_id = ?) RETURNING version",
        (state, by, to_ms(now), guild_id, ReportState.OPEN, report_id, report_id, guild_id),
    )
    return handled[0][0] if handled else None


class ReportStore:
    """The reports."""

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

    async def cases(self, guild_id: int, state: ReportState) -> list[tuple[int, int]]:
        """The first and the last report of each case of a server: of the open ones the oldest first, of those that are
        handled the latest.
        """
        rows = await self._database.read(
            "SELECT min(id), max(id) FROM report WHERE guild_id = ? AND state = ? GROUP BY version, handled_at "
            "ORDER BY handled_at DESC, min(id)",
            (guild_id, state),
        )
        return [(first, last) for first, last in rows]

    async def case(self, guild_id: int, report_id: int) -> Case | None:
        """The case that a report of a server belongs to."""
        rows = await self._database.read(
            "SELECT report.id, report.member_id, report.reason, report.reported_at, report.round_id, "
            f"report.state, report.handled_by, report.handled_at, report.version {_CASE} ORDER BY report.id DESC LIMIT ?",
            (report_id, guild_id, SHOWN),
        )
        if not rows:
            return None
        ((first, total),) = await self._database.read(
            f"SELECT min(report.id), count(*) {_CASE}", (report_id, guild_id)
        )
        *_, state, by, at, version = rows[0]
        return Case(
            await self._question(version),
            first,
            total,
            tuple(
                Report(id_, member, reason, from_ms(reported), round_)
                for id_, member, reason, reported, round_, *_ in rows
            ),
            ReportState(state),
            by,
            from_ms(at) if at is not None else None,
        )

    async def _question(self, version: str) -> Question:
        rows = await self._database.read("SELECT content FROM question_version WHERE version = ?", (version,))
        return to_question(rows[0][0])

    async def record(self, guild_id: int, question: Question) -> Record:
        """How a question, as it was asked, went in a server: in quizzes, challenges and alone in a channel."""
        rows = await self._database.read(
            "SELECT answer.choice, answer.outcome, count(*) FROM round JOIN answer ON answer.round_id = round.id "
            "WHERE round.guild_id = ? AND round.version = ? GROUP BY answer.choice, answer.outcome",
            (guild_id, question.version),
        )
        return record(question, ((choice, Outcome(outcome), number) for choice, outcome, number in rows))

    async def handle(self, guild_id: int, report_id: int, state: ReportState, by: int, now: datetime) -> bool:
        """Accept or dismiss the open reports on a question up to this one. False: none was open."""
        async with self._database.transaction() as transaction:
            return await handle(transaction, guild_id, report_id, state, by, now) is not None

    async def open_again(self, guild_id: int, report_id: int) -> bool:
        """Let a case that was accepted or dismissed be open again. False: it was not."""
        async with self._database.transaction() as transaction:
            opened = await transaction.run(
                "UPDATE report SET state = ?, handled_by = NULL, handled_at = NULL WHERE guild_id = ? "
                "AND state IN (?, ?) AND (version, state, handled_at) = "
                "(SELECT version, state, handled_at FROM report WHERE id = ? AND guild_id = ?) RETURNING id",
                (
                    *(ReportState.OPEN, guild_id, ReportState.ACCEPTED, ReportState.DISMISSED),
                    *(report_id, guild_id),
                ),
            )
        return bool(opened)
