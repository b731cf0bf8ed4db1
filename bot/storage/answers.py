"""Answers: many clicks, one commit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.questions import from_mask, to_mask
from bot.domain.rounds import Answer
from bot.domain.scoring import Outcome
from bot.storage.database import GIVEN, Database, Row, from_ms, given, to_json, to_ms

_COLUMNS = "round_id, member_id, choice, clicked_at, hints, outcome, points"
_ANSWER_COLUMNS = ", ".join(f"answer.{column}" for column in _COLUMNS.split(", "))


def to_answer(row: Row) -> Answer:
    """The answer in a row of these columns, in this order."""
    round_id, member_id, choice, clicked_at, hints, outcome, points = row
    return Answer(
        round_id, member_id, from_mask(choice), from_ms(clicked_at), hints, Outcome(outcome), points
    )


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of an answer that was to be stored."""

    stands: Answer | None
    """The answer that counts now: this one or an earlier one. None: the round was closed before it came."""
    is_new: bool
    scored: bool
    """Whether it counts on boards. False for a question that the member has answered before this week."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    answer: Answer
    week: datetime
    stored: asyncio.Future[Stored]

    @property
    def key(self) -> tuple[int, int]:
        return self.answer.round_id, self.answer.member_id

    @property
    def row(self) -> list[int]:
        answer = self.answer
        return [
            answer.round_id,
            answer.member_id,
            to_mask(answer.choice),
            to_ms(answer.clicked_at),
            answer.hints,
            answer.outcome,
            answer.points,
            to_ms(self.week),
        ]


class AnswerStore:
    """Stores answers durably in groups: those that come while a commit is running share the next one.

    In a burst a click then costs a fifteenth of the CPU that a commit of its own would, and the first answer wins by the table's key.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, answer: Answer, week: datetime) -> Stored:
        """Store an answer; comes back when it is on disk. `week` is when its week began (UTC)."""
        waiting = _Waiting(answer, week, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await waiting.stored

    async def flush(self) -> None:
        """Wait until everything handed in is stored, for shutting down."""
        while self._writing is not None:
            await asyncio.wait([self._writing])

    async def _write(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                try:
                    results = await self._commit(group)
                except Exception as error:
                    for waiting in group:
                        if not waiting.stored.done():
                            waiting.stored.set_exception(error)
                else:
                    for waiting, result in zip(group, results, strict=True):
                        if not waiting.stored.done():
                            waiting.stored.set_result(result)
        finally:
            self._writing = None

    async def _commit(self, group: Sequence[_Waiting]) -> list[Stored]:
        firsts: dict[tuple[int, int], _Waiting] = {}
        for waiting in group:
            firsts.setdefault(waiting.key, waiting)
        async with self._database.transaction() as transaction:
            rows = [waiting.row for waiting in firsts.values()]
            new = {(row[0], row[1]) for row in await transaction.run(_INSERT_ANSWERS, (to_json(rows),))}
            fresh = [row for row in rows if (row[0], row[1]) in new]
            scored = {(row[0], row[1]) for row in await transaction.run(_INSERT_SCORES, (to_json(fresh),))}
            standing: dict[tuple[int, int], Answer] = {}
            if len(new) < len(group):
                for row in await transaction.run(_SELECT_STANDING, (to_json(rows),)):
                    standing[row[0], row[1]] = to_answer(row)
        results = []
        for waiting in group:
            is_new = waiting.key in new and firsts[waiting.key] is waiting
            stands = waiting.answer if is_new else standing.get(waiting.key)
            results.append(Stored(stands, is_new, is_new and waiting.key in scored))
        return results

    async def of_round(self, round_id: int) -> list[Answer]:
        """All answers in a round, the earliest click first."""
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM answer WHERE round_id = ? ORDER BY clicked_at, member_id", (round_id,)
        )
        return [to_answer(row) for row in rows]

    async def of_quiz(self, quiz_id: int) -> dict[int, list[Answer]]:
        """All answers in a quiz by round."""
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM answer WHERE round_id IN (SELECT id FROM round WHERE quiz_id = ?) "
            "ORDER BY clicked_at, member_id",
            (quiz_id,),
        )
        answers: dict[int, list[Answer]] = {}
        for row in rows:
            answers.setdefault(row[0], []).append(to_answer(row))
        return answers

    async def find(self, round_id: int, member_id: int) -> Answer | None:
        """A member's answer in a round."""
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM answer WHERE round_id = ? AND member_id = ?", (round_id, member_id)
        )
        return to_answer(rows[0]) if rows else None

    async def last_in_channel(self, channel_id: int, member_id: int) -> Answer | None:
        """The last answer that a member gave in a channel."""
        rows = await self._database.read(
            f"SELECT {_ANSWER_COLUMNS} FROM answer JOIN round ON round.id = answer.round_id "
            "WHERE answer.member_id = ? AND round.channel_id = ? ORDER BY answer.clicked_at DESC LIMIT 1",
            (member_id, channel_id),
        )
        return to_answer(rows[0]) if rows else None


# The open round is a condition of the insert itself, so that an answer and the end of its round can't cross.
_INSERT_ANSWERS = f"""
INSERT INTO answer ({_COLUMNS})
SELECT {given(0, 1, 2, 3, 4, 5, 6)}
FROM {GIVEN} JOIN round ON round.id = {given(0)}
WHERE round.closed_at IS NULL AND {given(3)} < round.closes_at
ON CONFLICT DO NOTHING
RETURNING round_id, member_id
"""

_INSERT_SCORES = f"""
INSERT INTO score (guild_id, member_id, bank, question, week, round_id, scored_at, points, outcome, hints)
SELECT round.guild_id, {given(1)}, question_version.bank, question_version.question,
       {given(7)}, round.id, {given(3)}, {given(6)}, {given(5)}, {given(4)}
FROM {GIVEN}
JOIN round ON round.id = {given(0)}
JOIN question_version ON question_version.version = round.version
WHERE true
ON CONFLICT DO NOTHING
RETURNING round_id, member_id
"""

_SELECT_STANDING = f"""
SELECT {_ANSWER_COLUMNS}
FROM {GIVEN}
JOIN answer ON answer.round_id = {given(0)} AND answer.member_id = {given(1)}
"""
