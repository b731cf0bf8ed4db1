"""Quizzes: series of rounds in one channel."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.domain.questions import Question
from bot.domain.quizzes import EndReason, Quiz
from bot.domain.rounds import CloseReason
from bot.storage.database import Database, Row, from_json, from_ms, to_ms
from bot.storage.rounds import CLOSE, RESULT, close_round, keep_versions
from bot.storage.timers import clear_timers, set_timer

NEXT = "next"
"""Timer: a quiz is to ask its next question, or to end."""
FINAL = "final"
"""Timer: the scoreboard of a quiz that has ended is to be posted."""


_SELECT = """
SELECT id, guild_id, channel_id, starter_id, bank, topic, seconds, started_at,
       (SELECT count(*) FROM quiz_question WHERE quiz_id = quiz.id), message_id, ended_at, end_reason
FROM quiz
"""


def _to_quiz(row: Row) -> Quiz:
    id_, guild, channel, starter, bank, topic, seconds, started, questions, message, ended, reason = row
    return Quiz(
        id=id_,
        guild_id=guild,
        channel_id=channel,
        starter_id=starter,
        bank=bank,
        topic=topic,
        seconds=seconds,
        started_at=from_ms(started),
        questions=questions,
        message_id=message,
        ended_at=from_ms(ended) if ended is not None else None,
        end_reason=EndReason(reason) if reason is not None else None,
    )


class QuizStore:
    """The quizzes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(
        self,
        *,
        guild_id: int,
        channel_id: int,
        starter_id: int,
        bank: str,
        topic: str | None,
        seconds: int,
        questions: Sequence[Question],
        now: datetime,
        first_at: datetime,
    ) -> Quiz | None:
        """A new quiz with its questions. None: one is running in the channel."""
        try:
            async with self._database.transaction() as transaction:
                ((quiz_id,),) = await transaction.run(
                    "INSERT INTO quiz (guild_id, channel_id, starter_id, bank, topic, seconds, started_at) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
                    (guild_id, channel_id, starter_id, bank, topic, seconds, to_ms(now)),
                )
                await keep_versions(transaction, questions)
                await transaction.run_many(
                    "INSERT INTO quiz_question (quiz_id, position, version) VALUES (?, ?, ?)",
                    [(quiz_id, place, question.version) for place, question in enumerate(questions, start=1)],
                )
                await set_timer(transaction, NEXT, quiz_id, first_at)
        except sqlite3.IntegrityError:
            if await self.running(channel_id) is None:
                raise
            return None
        return await self.get(quiz_id)

    async def announced(self, quiz_id: int, message_id: int) -> None:
        """Note the message that announced a quiz."""
        async with self._database.transaction() as transaction:
            await transaction.run("UPDATE quiz SET message_id = ? WHERE id = ?", (message_id, quiz_id))

    async def get(self, quiz_id: int) -> Quiz | None:
        """A quiz by its id."""
        rows = await self._database.read(f"{_SELECT} WHERE id = ?", (quiz_id,))
        return _to_quiz(rows[0]) if rows else None

    async def running(self, channel_id: int) -> Quiz | None:
        """The quiz that runs in a channel."""
        rows = await self._database.read(
            f"{_SELECT} WHERE channel_id = ? AND ended_at IS NULL", (channel_id,)
        )
        return _to_quiz(rows[0]) if rows else None

    async def next_question(self, quiz_id: int) -> tuple[int, Question] | None:
        """The place and the question that come next: the first without a round that was posted, and not voided."""
        rows = await self._database.read(
            "SELECT quiz_question.position, question_version.content FROM quiz_question "
            "JOIN question_version ON question_version.version = quiz_question.version "
            "JOIN quiz ON quiz.id = quiz_question.quiz_id "
            "WHERE quiz_question.quiz_id = ? AND NOT EXISTS (SELECT 1 FROM round "
            "  WHERE round.quiz_id = quiz_question.quiz_id AND round.position = quiz_question.position "
            "  AND (round.message_id IS NOT NULL OR round.closed_at IS NOT NULL)) "
            "AND NOT EXISTS (SELECT 1 FROM voided "
            "  WHERE voided.guild_id = quiz.guild_id AND voided.version = quiz_question.version) "
            "ORDER BY quiz_question.position LIMIT 1",
            (quiz_id,),
        )
        return (rows[0][0], Question.from_dict(from_json(rows[0][1]))) if rows else None

    async def end(
        self, quiz_id: int, reason: EndReason, now: datetime, *, close: CloseReason, final: bool
    ) -> bool:
        """End a quiz and close its open round. False: it has ended already.

        With `final` the result of an open round and then the scoreboard fall due; without it nothing more
        is to be posted.
        """
        async with self._database.transaction() as transaction:
            ended = await transaction.run(
                "UPDATE quiz SET ended_at = ?, end_reason = ? WHERE id = ? AND ended_at IS NULL RETURNING id",
                (to_ms(now), reason, quiz_id),
            )
            if not ended:
                return False
            await clear_timers(transaction, quiz_id, [NEXT])
            rounds = await transaction.run("SELECT id, closed_at FROM round WHERE quiz_id = ?", (quiz_id,))
            for round_id, closed_at in rounds:
                if closed_at is None:
                    await close_round(transaction, round_id, close, now)
            if not final:
                for round_id, _ in rounds:
                    await clear_timers(transaction, round_id, [RESULT])
            else:
                pending = await transaction.run(
                    "SELECT 1 FROM timer JOIN round ON round.id = timer.subject WHERE timer.kind = ? AND round.quiz_id = ?",
                    (RESULT, quiz_id),
                )
                if not pending:
                    await set_timer(transaction, FINAL, quiz_id, now)
        return True

    async def after_result(self, round_id: int, quiz_id: int, next_at: datetime) -> None:
        """The result of a round is posted: what comes next falls due, in one step with it."""
        async with self._database.transaction() as transaction:
            await clear_timers(transaction, round_id, [RESULT])
            ((running,),) = await transaction.run(
                "SELECT ended_at IS NULL FROM quiz WHERE id = ?", (quiz_id,)
            )
            await set_timer(transaction, NEXT if running else FINAL, quiz_id, next_at)

    async def hurry(self, quiz_id: int, now: datetime) -> bool:
        """Let the next question of a quiz fall due now. False: something else comes first."""
        async with self._database.transaction() as transaction:
            moved = await transaction.run(
                "UPDATE timer SET due_at = ? WHERE kind = ? AND subject = ? RETURNING subject",
                (to_ms(now), NEXT, quiz_id),
            )
        return bool(moved)

    async def is_busy(self, quiz_id: int) -> bool:
        """Whether a question of a quiz is on the table: posted and open, or closed with its result to come."""
        rows = await self._database.read(
            "SELECT 1 FROM round WHERE quiz_id = ? AND (closed_at IS NULL AND message_id IS NOT NULL "
            "OR EXISTS (SELECT 1 FROM timer WHERE timer.kind = ? AND timer.subject = round.id)) LIMIT 1",
            (quiz_id, RESULT),
        )
        return bool(rows)

    async def mend(self, now: datetime) -> None:
        """Set the timers that must be there and are not: after work that was given up, a quiz must not stand still."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "INSERT INTO timer (kind, subject, due_at) SELECT ?, id, closes_at FROM round "
                "WHERE closed_at IS NULL AND message_id IS NOT NULL ON CONFLICT DO NOTHING",
                (CLOSE,),
            )
            await transaction.run(
                "INSERT INTO timer (kind, subject, due_at) SELECT ?, id, ? FROM quiz WHERE ended_at IS NULL "
                "AND NOT EXISTS (SELECT 1 FROM round JOIN timer ON timer.subject = round.id "
                "AND timer.kind IN (?, ?) WHERE round.quiz_id = quiz.id) ON CONFLICT DO NOTHING",
                (NEXT, to_ms(now), CLOSE, RESULT),
            )

    async def participants(self, quiz_id: int) -> frozenset[int]:
        """Everyone who has answered in a closed round of a quiz."""
        rows = await self._database.read(
            "SELECT DISTINCT member_id FROM answer WHERE round_id IN "
            "(SELECT id FROM round WHERE quiz_id = ? AND closed_at IS NOT NULL)",
            (quiz_id,),
        )
        return frozenset(row[0] for row in rows)

    async def all_running(self) -> list[Quiz]:
        """All quizzes that run."""
        return [_to_quiz(row) for row in await self._database.read(f"{_SELECT} WHERE ended_at IS NULL")]

    async def unanswered_in_a_row(self, quiz_id: int) -> int:
        """How many of the last closed rounds nobody answered."""
        rows = await self._database.read(
            "SELECT EXISTS (SELECT 1 FROM answer WHERE answer.round_id = round.id) FROM round "
            "WHERE quiz_id = ? AND closed_at IS NOT NULL AND close_reason IN ('deadline', 'everyone') "
            "ORDER BY position DESC",
            (quiz_id,),
        )
        return next((number for number, (answered,) in enumerate(rows) if answered), len(rows))
