"""Answers and, in the same transaction, what they count for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.domain.questions import from_mask, to_mask
from bot.domain.rounds import Answer
from bot.domain.scoring import Outcome
from bot.storage.batches import Batches, Committed
from bot.storage.database import (
    GIVEN,
    GIVEN_ORDER,
    Database,
    Row,
    Transaction,
    from_day,
    from_ms,
    from_span,
    given,
    to_day,
    to_json,
    to_ms,
    to_span,
)
from bot.storage.scores import count_answers

_COLUMNS = "round_id, member_id, choice, clicked_at, hints, outcome, points, day, took"
_ANSWER_COLUMNS = ", ".join(f"answer.{column}" for column in _COLUMNS.split(", "))


def to_answer(row: Row) -> Answer:
    """The answer in a row of these columns, in this order."""
    round_id, member_id, choice, clicked_at, hints, outcome, points, day, took = row
    return Answer(
        round_id,
        member_id,
        from_mask(choice),
        from_ms(clicked_at),
        hints,
        Outcome(outcome),
        points,
        from_day(day),
        from_span(took),
    )


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of an answer that was to be stored."""

    stands: Answer | None
    """The answer that counts now: this one or an earlier one. None: the round was closed before it came, or its question
    voided."""
    is_new: bool
    scored: bool
    """Whether it counts on boards. False for a question that the member wrote, or has answered before this week."""


@dataclass(frozen=True, slots=True)
class _Entry:
    answer: Answer
    private: bool

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
            to_day(answer.day),
            to_span(answer.took),
        ]


class AnswerStore:
    """Stores answers durably, those of a burst together. The first answer wins by the table's key."""

    def __init__(self, database: Database, committed: Committed | None = None) -> None:
        """`committed` is told of each commit."""
        self._database = database
        self._batches = Batches(self._commit, committed)

    async def add(self, answer: Answer, *, private: bool = False) -> Stored:
        """Store an answer; comes back when it is on disk. `private`: its round is one of a challenge."""
        return await self._batches.add(_Entry(answer, private))

    async def flush(self) -> None:
        """Wait until everything handed in is stored, for shutting down."""
        await self._batches.flush()

    async def _commit(self, group: Sequence[_Entry]) -> list[Stored]:
        return await self._database.in_one_go(lambda transaction: _store(transaction, group))

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

    async def active_in(self, member_id: int, servers: Collection[int]) -> set[int]:
        """In which of these servers a member has ever answered."""
        rows = await self._database.read(
            f"SELECT {given(0)} FROM {GIVEN} WHERE EXISTS (SELECT 1 FROM member_day "
            f"WHERE member_day.guild_id = {given(0)} AND member_day.member_id = ?)",
            (to_json([[server] for server in servers]), member_id),
        )
        return {row[0] for row in rows}


async def _store(transaction: Transaction, group: Sequence[_Entry]) -> list[Stored]:
    firsts: dict[tuple[int, int], _Entry] = {}
    for entry in group:
        firsts.setdefault(entry.key, entry)
    rows = [entry.row for entry in firsts.values()]
    new = {(row[0], row[1]) for row in await transaction.run(_INSERT_ANSWERS, (to_json(rows),))}
    # in the order of the clicks: the first one of a member to a question counts
    fresh = [key for key in firsts if key in new]
    challenge = any(firsts[key].private for key in fresh)
    scored = await count_answers(transaction, fresh, challenge=challenge) if fresh else set()
    standing: dict[tuple[int, int], Answer] = {}
    if len(new) < len(group):
        for row in await transaction.run(_SELECT_STANDING, (to_json(rows),)):
            standing[row[0], row[1]] = to_answer(row)
    results = []
    for entry in group:
        is_new = entry.key in new and firsts[entry.key] is entry
        stands = entry.answer if is_new else standing.get(entry.key)
        results.append(Stored(stands, is_new, is_new and entry.key in scored))
    return results


# The open round is a condition of the insert itself, so that an answer and the end of its round can't cross; and so is that
# nobody has voided its question. The order is that of the clicks: the first answer of a member to a question counts.
_INSERT_ANSWERS = f"""
INSERT INTO answer ({_COLUMNS})
SELECT {given(0, 1, 2, 3, 4, 5, 6, 7, 8)}
FROM {GIVEN} JOIN round ON round.id = {given(0)}
WHERE round.closed_at IS NULL AND {given(3)} < round.closes_at AND NOT EXISTS (
    SELECT 1 FROM voided WHERE voided.guild_id = round.guild_id AND voided.version = round.version)
ORDER BY {GIVEN_ORDER}
ON CONFLICT DO NOTHING
RETURNING round_id, member_id
"""

_SELECT_STANDING = f"""
SELECT {_ANSWER_COLUMNS}
FROM {GIVEN} JOIN answer ON answer.round_id = {given(0)} AND answer.member_id = {given(1)}
"""
