"""Rounds and the versions of the questions they asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from bot.domain.questions import Question
from bot.domain.rounds import CloseReason, Round
from bot.storage.database import Database, Row, Transaction, from_json, from_ms, to_json, to_ms
from bot.storage.timers import clear_timers, set_timer

CLOSE = "close"
"""Timer: a round is to be closed."""
RESULT = "result"
"""Timer: the result of a closed round is to be posted."""

_SELECT = """
SELECT round.id, round.guild_id, round.channel_id, question_version.content, round.option_order,
       round.opened_at, round.closes_at, round.message_id, round.quiz_id, round.challenge_id, round.position,
       CASE WHEN round.challenge_id IS NULL
       THEN (SELECT count(*) FROM quiz_question WHERE quiz_question.quiz_id = round.quiz_id)
       ELSE (SELECT count(*) FROM round AS other WHERE other.challenge_id = round.challenge_id) END,
       round.closed_at, round.close_reason
FROM round JOIN question_version ON question_version.version = round.version
"""

_RENEWED = "CASE WHEN EXISTS (SELECT 1 FROM answer WHERE answer.round_id = round.id) THEN round.{0} ELSE excluded.{0} END"


def to_order(order: Iterable[int]) -> str:
    """The order of a question's options as text."""
    return ",".join(map(str, order))


def from_order(text: str) -> tuple[int, ...]:
    """The order of a question's options in a text."""
    return tuple(map(int, text.split(",")))


@lru_cache(maxsize=1024)
def to_question(content: str) -> Question:
    """The question in a stored version."""
    # the same questions are open in many servers at a time; each needs to be in memory once
    return Question.from_dict(from_json(content))


def _to_round(row: Row) -> Round:
    id_, guild, channel, content, order, opened, closes, message = row[:8]
    quiz, challenge, position, total, closed, reason = row[8:]
    return Round(
        id=id_,
        guild_id=guild,
        channel_id=channel,
        question=to_question(content),
        order=from_order(order),
        opened_at=from_ms(opened),
        closes_at=from_ms(closes),
        message_id=message,
        quiz_id=quiz,
        challenge_id=challenge,
        position=position,
        total=total if position is not None else None,
        closed_at=from_ms(closed) if closed is not None else None,
        close_reason=CloseReason(reason) if reason is not None else None,
    )


async def keep_versions(transaction: Transaction, questions: Sequence[Question]) -> None:
    """Store questions as they are now, as a part of a larger change."""
    scopes = {(q.bank, "") for q in questions} | {(q.bank, q.topic) for q in questions}
    await transaction.run_many(
        "INSERT INTO scope (bank, topic) VALUES (?, ?) ON CONFLICT DO NOTHING", sorted(scopes)
    )
    await transaction.run_many(
        "INSERT INTO question_version (version, bank, question, content, author, bank_scope, topic_scope) "
        "SELECT ?, ?, ?, ?, ?, whole.id, part.id FROM scope AS whole JOIN scope AS part ON part.bank = whole.bank "
        "WHERE whole.bank = ? AND whole.topic = '' AND part.topic = ? ON CONFLICT DO NOTHING",
        [(q.version, q.bank, q.id, to_json(q.to_dict()), q.author, q.bank, q.topic) for q in questions],
    )


async def close_round(transaction: Transaction, round_id: int, reason: CloseReason, now: datetime) -> bool:
    """Close a round if it is open, as a part of a larger change. Its result then falls due."""
    closed = await transaction.run(
        "UPDATE round SET closed_at = ?, close_reason = ? WHERE id = ? AND closed_at IS NULL RETURNING id",
        (to_ms(now), reason, round_id),
    )
    if closed:
        await clear_timers(transaction, round_id, [CLOSE])
        await set_timer(transaction, RESULT, round_id, now)
    return bool(closed)


class RoundStore:
    """The rounds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        *,
        guild_id: int,
        channel_id: int,
        question: Question,
        order: Sequence[int],
        opened_at: datetime,
        closes_at: datetime,
        quiz_id: int | None = None,
        position: int | None = None,
    ) -> Round | None:
        """A new round, which is not posted yet. None: its quiz has ended, or its question is voided in the server.

        For a place in a quiz that has its round already (the bot died before it could note the message),
        that round; its time begins anew unless somebody has answered.
        """
        async with self._database.transaction() as transaction:
            await keep_versions(transaction, [question])
            added = await transaction.run(
                "INSERT INTO round (guild_id, channel_id, quiz_id, position, version, option_order, opened_at, closes_at) "
                "SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS "
                "(SELECT 1 FROM quiz WHERE id = ? AND ended_at IS NOT NULL) "
                "AND NOT EXISTS (SELECT 1 FROM voided WHERE guild_id = ? AND version = ?) "
                f"ON CONFLICT (quiz_id, position) DO UPDATE SET opened_at = {_RENEWED.format('opened_at')}, "
                f"closes_at = {_RENEWED.format('closes_at')} RETURNING id",
                (
                    guild_id,
                    channel_id,
                    quiz_id,
                    position,
                    question.version,
                    to_order(order),
                    to_ms(opened_at),
                    to_ms(closes_at),
                    *(quiz_id, guild_id, question.version),
                ),
            )
            if not added:
                return None
            ((round_id,),) = added
            if (
                quiz_id is None
            ):  # so that it ends also if its message can't be noted; a quiz posts its question again
                await set_timer(transaction, CLOSE, round_id, closes_at)
            (row,) = await transaction.run(f"{_SELECT} WHERE round.id = ?", (round_id,))
        return _to_round(row)

    async def posted(self, round_: Round, close_at: datetime) -> CloseReason | None:
        """Note the message and the times of a round that was posted; why it has been closed meanwhile, if it has."""
        async with self._database.transaction() as transaction:
            ((reason,),) = await transaction.run(
                "UPDATE round SET message_id = ?, opened_at = ?, closes_at = ? WHERE id = ? RETURNING close_reason",
                (round_.message_id, to_ms(round_.opened_at), to_ms(round_.closes_at), round_.id),
            )
            if reason is None:
                await set_timer(transaction, CLOSE, round_.id, close_at)
        return None if reason is None else CloseReason(reason)

    async def close(self, round_id: int, reason: CloseReason, now: datetime) -> bool:
        """Close a round. False: it was closed already."""
        async with self._database.transaction() as transaction:
            return await close_round(transaction, round_id, reason, now)

    async def get(self, round_id: int) -> Round | None:
        """A round by its id."""
        rows = await self._database.read(f"{_SELECT} WHERE round.id = ?", (round_id,))
        return _to_round(rows[0]) if rows else None

    async def last_with(self, guild_id: int, version: str) -> Round | None:
        """Where a question, as it was asked, was asked last in a server."""
        rows = await self._database.read(
            f"{_SELECT} WHERE round.guild_id = ? AND round.version = ? ORDER BY round.opened_at DESC, round.id DESC LIMIT 1",
            (guild_id, version),
        )
        return _to_round(rows[0]) if rows else None

    async def open(self) -> list[Round]:
        """All rounds that are open."""
        rows = await self._database.read(f"{_SELECT} WHERE round.closed_at IS NULL")
        # sorted here: SQLite would go through all rounds there ever were, in the order of their ids
        return sorted(map(_to_round, rows), key=lambda round_: round_.id)

    async def of_quiz(self, quiz_id: int) -> list[Round]:
        """The rounds of a quiz in the order in which they were asked."""
        rows = await self._database.read(
            f"{_SELECT} WHERE round.quiz_id = ? ORDER BY round.position", (quiz_id,)
        )
        return [_to_round(row) for row in rows]

    async def of_challenge(self, challenge_id: int) -> list[Round]:
        """The rounds of a challenge in their order."""
        rows = await self._database.read(
            f"{_SELECT} WHERE round.challenge_id = ? ORDER BY round.position", (challenge_id,)
        )
        return [_to_round(row) for row in rows]

    async def public_questions(self, guild_id: int, bank: str) -> set[str]:
        """The questions of a bank that are open in a server's channels, or in a quiz that runs there."""
        rows = await self._database.read(
            "SELECT question FROM question_version JOIN round ON round.version = question_version.version "
            "WHERE round.guild_id = ? AND round.closed_at IS NULL AND round.challenge_id IS NULL AND bank = ? "
            "UNION SELECT question FROM quiz JOIN quiz_question ON quiz_question.quiz_id = quiz.id "
            "JOIN question_version ON question_version.version = quiz_question.version "
            "WHERE quiz.guild_id = ? AND quiz.ended_at IS NULL AND question_version.bank = ?",
            (guild_id, bank, guild_id, bank),
        )
        return {row[0] for row in rows}

    async def last_asked(self, guild_id: int, bank: str) -> dict[str, datetime]:
        """When each question of a bank was last asked in a server."""
        rows = await self._database.read(
            "SELECT question_version.question, max(round.opened_at) FROM round "
            "JOIN question_version ON question_version.version = round.version "
            "WHERE round.guild_id = ? AND question_version.bank = ? GROUP BY question_version.question",
            (guild_id, bank),
        )
        return {question: from_ms(opened_at) for question, opened_at in rows}
