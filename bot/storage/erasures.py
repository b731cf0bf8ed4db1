"""Erasing what is stored about a member, a little at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fsrs import Scheduler

from bot.domain.boards import NOBODY
from bot.storage.challenges import CROWN, PODIUM
from bot.storage.database import GIVEN, Database, Transaction, from_ms, given, to_json, to_ms
from bot.storage.exams import EXAM
from bot.storage.members import REMIND
from bot.storage.reviews import after_deleting_answers, forget_reviews
from bot.storage.scores import recount_members, release_answers
from bot.storage.servers import Unlisted
from bot.storage.timers import set_timer

ERASE_MEMBER = "erase member"
"""Timer: the rest of what is stored about a member is to be erased."""

_MOST_ANSWERS = 50
"""So many answers go in one transaction at most, with what they count for, so that nobody waits for long."""
_MOST_ROWS = 250
"""So many rows of any other table."""
_MOST_PARENTS = 10
"""So many exams, or questions with their reviews."""

_LONGEST_HOLD = timedelta(days=3)
"""How long after the planned end of a question its answers wait at most for it to be over, podium and role included."""

# an answer to an open question must not be given twice, and who won is told and honoured first
_HELD = (
    "(round.closes_at > ? AND (round.closed_at IS NULL OR EXISTS (SELECT 1 FROM timer WHERE timer.subject = "
    f"round.challenge_id AND timer.kind IN ('{PODIUM}', '{CROWN}'))))"
)

_ANSWERS = (
    "SELECT answer.round_id, round.challenge_id FROM answer JOIN round ON round.id = answer.round_id "
    f"WHERE answer.member_id = ? AND answer.clicked_at <= ? AND NOT {_HELD} ORDER BY answer.clicked_at LIMIT ?"
)

_HELD_UNTIL = " UNION ALL ".join(
    f"SELECT round.closes_at FROM {table} JOIN round ON round.id = {table}.round_id "
    f"WHERE {table}.member_id = ? AND {table}.{time} <= ? AND {_HELD}"
    for table, time in (("answer", "clicked_at"), ("hint_use", "taken_at"), ("shown", "shown_at"))
)

# what has no time of its own goes when the member asks, and never later: they may have come back
_AT_ONCE = (
    "DELETE FROM member WHERE member_id = ?",
    "DELETE FROM study_plan WHERE member_id = ?",
    f"DELETE FROM timer WHERE kind = '{REMIND}' AND subject = ?",
    "DELETE FROM exam WHERE member_id = ? AND started_at IS NULL",
    "DELETE FROM unlisted WHERE member_id = ?",
    f"UPDATE challenge_plan SET owner_id = {NOBODY} WHERE owner_id = ?",
    "UPDATE server SET changed_by = NULL WHERE changed_by = ?",
    "UPDATE report SET handled_by = NULL WHERE handled_by = ?",
    f"UPDATE voided SET voided_by = {NOBODY} WHERE voided_by = ?",
    # off all boards until it is done
    f"INSERT INTO unlisted (guild_id, member_id, reason) SELECT DISTINCT guild_id, member_id, '{Unlisted.ERASED}' "
    "FROM member_day WHERE member_id = ?",
)

_IN_TEXTS = (
    f"UPDATE challenge_plan SET trouble = replace(trouble, ?, '{NOBODY}') WHERE trouble LIKE '%' || ? || '%'",
    f"UPDATE report SET reason = replace(reason, ?, '{NOBODY}') WHERE reason LIKE '%' || ? || '%'",
)
"""What others wrote, or the bot itself, can mention the member."""

_WINNERS = (
    f"UPDATE challenge SET winners = trim(replace(',' || winners || ',', ?, ',{NOBODY},'), ',') "
    f"WHERE id IN (SELECT {given(0)} FROM {GIVEN})"
)

_OF_MEMBER = (
    # what a question was voided for stays without a word or a name, so that moderators can let it count again
    f"UPDATE report SET member_id = {NOBODY}, reason = '' WHERE id IN (SELECT id FROM report "
    "WHERE member_id = ? AND reported_at <= ? AND state = 'voided' LIMIT ?) RETURNING 1",
    "DELETE FROM report WHERE id IN (SELECT id FROM report WHERE member_id = ? AND reported_at <= ? LIMIT ?) RETURNING 1",
    "DELETE FROM item WHERE id IN (SELECT item.id FROM session JOIN item ON item.session_id = session.id "
    "WHERE session.member_id = ? AND session.begun_at <= ? LIMIT ?) RETURNING 1",
    "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE member_id = ? AND begun_at <= ? LIMIT ?) RETURNING 1",
    f"UPDATE quiz SET starter_id = {NOBODY} WHERE id IN "
    "(SELECT id FROM quiz WHERE starter_id = ? AND started_at <= ? LIMIT ?) RETURNING 1",
)
"""With the member, the time up to which they asked, and how many rows at most."""

_OF_ROUNDS = tuple(
    f"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} JOIN round ON round.id = {table}.round_id "
    f"WHERE member_id = ? AND {time} <= ? AND NOT {_HELD} LIMIT ?) RETURNING 1"
    for table, key, time in (
        ("hint_use", "round_id, member_id, step", "taken_at"),
        ("shown", "round_id, member_id", "shown_at"),
    )
)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What a member asked to have erased: all that is from before a time (aware UTC)."""

    member_id: int
    asked_at: datetime


_Step = Callable[[Transaction, Erasure, datetime], Awaitable[bool]]


class ErasureStore:
    """Erases members. Each step is one small transaction, after which all that is left fits together."""

    def __init__(self, database: Database, model: Scheduler) -> None:
        """`model` says when a question comes again."""
        self._database = database
        self._model = model

    async def ask(self, member_id: int, now: datetime, due_at: datetime) -> Erasure:
        """Note that all of a member that is from before now is to be erased; the rest of it falls due at `due_at`.

        From here on there is no way back. What is small goes at once, and no board names them.
        """
        async with self._database.transaction() as transaction:
            await transaction.run(
                "INSERT INTO erasure (member_id, asked_at) VALUES (?, ?) "
                "ON CONFLICT (member_id) DO UPDATE SET asked_at = max(erasure.asked_at, excluded.asked_at)",
                (member_id, to_ms(now)),
            )
            await set_timer(transaction, ERASE_MEMBER, member_id, due_at)
            for statement in _AT_ONCE:
                await transaction.run(statement, (member_id,))
            for statement in _IN_TEXTS:
                await transaction.run(statement, (str(member_id), str(member_id)))
            # so that they can begin anew while the old ones are erased
            await transaction.run(
                "UPDATE session SET ended_at = ? WHERE member_id = ? AND ended_at IS NULL",
                (to_ms(now), member_id),
            )
        return Erasure(member_id, now)

    async def find(self, member_id: int) -> Erasure | None:
        """What is being erased of a member."""
        rows = await self._database.read("SELECT asked_at FROM erasure WHERE member_id = ?", (member_id,))
        return Erasure(member_id, from_ms(rows[0][0])) if rows else None

    async def erase_some(self, erasure: Erasure, now: datetime) -> bool:
        """Erase a little; False: nothing is left but what has to wait."""
        steps: tuple[_Step, ...] = (
            self._recount,
            self._answers,
            self._of_rounds,
            self._reviews,
            self._exams,
            self._others,
        )
        for step in steps:
            async with self._database.transaction() as transaction:
                if await step(transaction, erasure, now):
                    return True
        return False

    async def _recount(self, transaction: Transaction, erasure: Erasure, _: datetime) -> bool:
        """What the answers count for is taken from the boards as they are, so it must be right."""
        waiting = await transaction.run(
            "SELECT guild_id, member_id FROM recount WHERE member_id = ? LIMIT 1", (erasure.member_id,)
        )
        if waiting:
            await recount_members(transaction, waiting)
        return bool(waiting)

    async def _answers(self, transaction: Transaction, erasure: Erasure, now: datetime) -> bool:
        member = erasure.member_id
        rows = await transaction.run(
            _ANSWERS, (member, to_ms(erasure.asked_at), to_ms(now - _LONGEST_HOLD), _MOST_ANSWERS + 1)
        )
        if not rows:
            return False
        is_last, rows = len(rows) <= _MOST_ANSWERS, rows[:_MOST_ANSWERS]
        await release_answers(transaction, [(row[0], member) for row in rows])
        challenges = sorted({row[1] for row in rows if row[1] is not None})
        await transaction.run(_WINNERS, (f",{member},", to_json([[challenge] for challenge in challenges])))
        await transaction.run_many(
            "DELETE FROM answer WHERE round_id = ? AND member_id = ?", [(row[0], member) for row in rows]
        )
        await after_deleting_answers(transaction)
        if is_last:
            # what is left is counted as if the others had never been
            servers = await transaction.run(
                "SELECT DISTINCT round.guild_id, answer.member_id FROM answer JOIN round ON round.id = answer.round_id "
                "WHERE answer.member_id = ?",
                (member,),
            )
            await recount_members(transaction, servers)
        return True

    async def _of_rounds(self, transaction: Transaction, erasure: Erasure, now: datetime) -> bool:
        held = to_ms(now - _LONGEST_HOLD)
        return await _any_of(
            transaction, _OF_ROUNDS, (erasure.member_id, to_ms(erasure.asked_at), held, _MOST_ROWS)
        )

    async def _reviews(self, transaction: Transaction, erasure: Erasure, _: datetime) -> bool:
        # after the answers: those would become reviews again
        return await forget_reviews(
            transaction, self._model, erasure.member_id, erasure.asked_at, _MOST_PARENTS
        )

    async def _exams(self, transaction: Transaction, erasure: Erasure, _: datetime) -> bool:
        exams = await transaction.run(
            "SELECT id FROM exam WHERE member_id = ? AND prepared_at <= ? LIMIT ?",
            (erasure.member_id, to_ms(erasure.asked_at), _MOST_PARENTS),
        )
        for statement in (
            "DELETE FROM exam_item WHERE exam_id = ?",
            f"DELETE FROM timer WHERE kind = '{EXAM}' AND subject = ?",
            "DELETE FROM exam WHERE id = ?",
        ):
            await transaction.run_many(statement, exams)
        return bool(exams)

    async def _others(self, transaction: Transaction, erasure: Erasure, _: datetime) -> bool:
        return await _any_of(
            transaction, _OF_MEMBER, (erasure.member_id, to_ms(erasure.asked_at), _MOST_ROWS)
        )

    async def held_until(self, erasure: Erasure, now: datetime) -> datetime | None:
        """When the last question closes whose answers and hints have to wait; None: nothing waits."""
        held = (erasure.member_id, to_ms(erasure.asked_at), to_ms(now - _LONGEST_HOLD))
        ((last,),) = await self._database.read(
            f"SELECT max(closes_at) FROM ({_HELD_UNTIL}) AS held", held * 3
        )
        return from_ms(last) if last is not None else None

    async def put_off(self, erasure: Erasure, due_at: datetime) -> None:
        """Go on later, unless the member has asked anew or all is done."""
        async with self._database.transaction() as transaction:
            if await _stands(transaction, erasure):
                await set_timer(transaction, ERASE_MEMBER, erasure.member_id, due_at)

    async def finish(self, erasure: Erasure) -> None:
        """All is erased, unless the member has asked anew. Boards name them again if they come back."""
        async with self._database.transaction() as transaction:
            if await _stands(transaction, erasure):
                member = (erasure.member_id,)
                await transaction.run("DELETE FROM erasure WHERE member_id = ?", member)
                # that they left may have been noted meanwhile; that they hide is their own new choice
                await transaction.run(
                    f"DELETE FROM unlisted WHERE member_id = ? AND reason <> '{Unlisted.HIDDEN}'", member
                )

    async def mend(self, now: datetime) -> None:
        """Set the timers that must be there and are not: after work that was given up, nothing stays unerased."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "INSERT INTO timer (kind, subject, due_at) SELECT ?, member_id, ? FROM erasure WHERE true "
                "ON CONFLICT DO NOTHING",
                (ERASE_MEMBER, to_ms(now)),
            )

    async def servers(self, member_id: int) -> list[int]:
        """The servers whose boards leave a member out until all is erased."""
        rows = await self._database.read(
            "SELECT guild_id FROM unlisted WHERE member_id = ? AND reason = ?", (member_id, Unlisted.ERASED)
        )
        return [row[0] for row in rows]

    async def crowns(self, member_id: int) -> list[tuple[int, int]]:
        """The roles that a member has because of challenges, as pairs of server and role."""
        rows = await self._database.read(
            "SELECT guild_id, role_id FROM champion WHERE member_id = ?", (member_id,)
        )
        return [(row[0], row[1]) for row in rows]


async def _any_of(transaction: Transaction, statements: tuple[str, ...], values: tuple[int, ...]) -> bool:
    """Run statements up to the first that finds something; whether one did."""
    for statement in statements:
        if await transaction.run(statement, values):
            return True
    return False


async def _stands(transaction: Transaction, erasure: Erasure) -> bool:
    """Whether an erasure is still what its member asked for last."""
    return bool(
        await transaction.run(
            "SELECT 1 FROM erasure WHERE member_id = ? AND asked_at = ?",
            (erasure.member_id, to_ms(erasure.asked_at)),
        )
    )
