"""Practice and review: the questions of each session, and the answers to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fsrs import Scheduler

from bot.domain.questions import Difficulty, Question, from_mask, to_mask
from bot.domain.reviews import Review, rate
from bot.domain.rounds import Asked
from bot.domain.scoring import Outcome
from bot.domain.sessions import Item, Kind, Session
from bot.storage.database import Database, Row, Transaction, from_ms, from_span, to_day, to_ms, to_span
from bot.storage.reviews import add_reviews, change_rating
from bot.storage.rounds import from_order, keep_versions, to_order, to_question

_SESSION = "id, member_id, guild_id, kind, bank, topic, difficulty, begun_at, ended_at"

_ITEMS = """
SELECT item.id, item.position, question_version.content, item.option_order, item.is_new, item.shown_at,
       item.hints, item.ticked, item.choice, item.outcome, item.took, item.sure
FROM item JOIN question_version ON question_version.version = item.version
WHERE item.session_id = ? ORDER BY item.position
"""


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """A member's answer to a question of a session."""

    choice: frozenset[int]
    """Places in the order of the bank."""
    outcome: Outcome
    at: datetime
    """When it was clicked (aware UTC)."""
    day: date
    """By the member's calendar."""
    took: timedelta


def _to_item(row: Row) -> Item:
    id_, position, content, order, is_new, shown, hints, ticked, choice, outcome, took, sure = row
    return Item(
        id=id_,
        position=position,
        question=to_question(content),
        order=from_order(order),
        is_new=bool(is_new),
        shown_at=from_ms(shown) if shown is not None else None,
        hints=hints,
        ticked=from_mask(ticked),
        choice=from_mask(choice) if choice is not None else None,
        outcome=Outcome(outcome) if outcome is not None else None,
        took=from_span(took) if took is not None else None,
        sure=bool(sure) if sure is not None else None,
    )


async def _add_items(
    transaction: Transaction,
    session_id: int,
    asked: Sequence[Asked],
    *,
    is_new: bool = False,
    shown_at: datetime | None = None,
) -> None:
    """Let a session ask questions, after those that it has."""
    await keep_versions(transaction, [question for question, _ in asked])
    shown = to_ms(shown_at) if shown_at is not None else None
    await transaction.run_many(
        "INSERT INTO item (session_id, position, version, option_order, is_new, shown_at) "
        "SELECT ?, coalesce(max(position), 0) + 1, ?, ?, ?, ? FROM item WHERE session_id = ?",
        [
            (session_id, question.version, to_order(order), int(is_new), shown, session_id)
            for question, order in asked
        ],
    )


class SessionStore:
    """The sessions."""

    def __init__(self, database: Database, model: Scheduler) -> None:
        """`model` says when a question comes again."""
        self._database = database
        self._model = model

    async def begin(
        self,
        *,
        member_id: int,
        guild_id: int | None,
        kind: Kind,
        bank: str,
        topic: str | None,
        difficulty: Difficulty | None,
        asked: Sequence[Asked],
        now: datetime,
    ) -> Session | None:
        """A new session. None: the member has one of this kind."""
        async with self._database.transaction() as transaction:
            added = await transaction.run(
                "INSERT INTO session (member_id, guild_id, kind, bank, topic, difficulty, begun_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
                (member_id, guild_id, kind, bank, topic, difficulty, to_ms(now)),
            )
            if added:
                await _add_items(transaction, added[0][0], asked)
        return await self.get(added[0][0]) if added else None

    async def get(self, session_id: int) -> Session | None:
        """A session by its id."""
        return await self._one("id = ?", session_id)

    async def of_item(self, item_id: int) -> Session | None:
        """The session that an item belongs to."""
        return await self._one("id = (SELECT session_id FROM item WHERE id = ?)", item_id)

    async def open(self, member_id: int, kind: Kind) -> Session | None:
        """The session of a kind that a member has not ended."""
        return await self._one("member_id = ? AND kind = ? AND ended_at IS NULL", member_id, kind)

    async def _one(self, which: str, *values: object) -> Session | None:
        rows = await self._database.read(f"SELECT {_SESSION} FROM session WHERE {which}", values)
        if not rows:
            return None
        id_, member, guild, kind, bank, topic, difficulty, begun, ended = rows[0]
        items = await self._database.read(_ITEMS, (id_,))
        return Session(
            id=id_,
            member_id=member,
            guild_id=guild,
            kind=Kind(kind),
            bank=bank,
            topic=topic,
            difficulty=difficulty,
            begun_at=from_ms(begun),
            ended_at=from_ms(ended) if ended is not None else None,
            items=tuple(map(_to_item, items)),
        )

    async def ask(
        self,
        session: Session,
        question: Question,
        order: Sequence[int],
        *,
        is_new: bool,
        shown_at: datetime | None = None,
    ) -> None:
        """Let a session ask one more question, unless one was added or the session ended since it was read.

        `shown_at` when the member sees it at once: that saves a commit.
        """
        async with self._database.transaction() as transaction:
            as_read = await transaction.run(
                "SELECT 1 FROM session WHERE id = ? AND ended_at IS NULL "
                "AND (SELECT count(*) FROM item WHERE session_id = session.id) = ?",
                (session.id, len(session.items)),
            )
            if as_read:
                await _add_items(
                    transaction, session.id, [(question, order)], is_new=is_new, shown_at=shown_at
                )

    async def show(self, item_id: int, now: datetime) -> None:
        """Note that a member sees a question; the first time counts."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "UPDATE item SET shown_at = ? WHERE id = ? AND shown_at IS NULL", (to_ms(now), item_id)
            )

    async def take_hints(self, item_id: int, hints: int) -> None:
        """Note that a member has taken so many hints on a question that is not answered yet."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "UPDATE item SET hints = ? WHERE id = ? AND hints < ? AND choice IS NULL",
                (hints, item_id, hints),
            )

    async def tick(self, item: Item, place: int, ticked: bool) -> None:
        """Tick a place, or not any more, on a question that is not answered yet; not more than it asks for."""
        async with self._database.transaction() as transaction:
            rows = await transaction.run(
                "SELECT ticked FROM item WHERE id = ? AND choice IS NULL", (item.id,)
            )
            places = from_mask(rows[0][0]) if rows else frozenset()
            after = places | {place} if ticked else places - {place}
            if rows and len(after) <= item.question.choose:
                await transaction.run("UPDATE item SET ticked = ? WHERE id = ?", (to_mask(after), item.id))

    async def answer(
        self, session: Session, item: Item, answer: ItemAnswer, again: Sequence[int] | None
    ) -> bool:
        """Store the answer to a question, and with it the review. False: it was answered before, or the session is over.

        `again` is the order of the options when the question is to be asked once more in this session.
        """
        async with self._database.transaction() as transaction:
            stored = await transaction.run(
                "UPDATE item SET choice = ?, answered_at = ?, outcome = ?, day = ?, took = ? "
                "WHERE id = ? AND choice IS NULL "
                "AND EXISTS (SELECT 1 FROM session WHERE id = ? AND ended_at IS NULL) RETURNING hints",
                (
                    to_mask(answer.choice),
                    to_ms(answer.at),
                    int(answer.outcome),
                    to_day(answer.day),
                    to_span(answer.took),
                    item.id,
                    session.id,
                ),
            )
            if not stored:
                return False
            if again is not None:
                await _add_items(transaction, session.id, [(item.question, again)])
            rating = rate(answer.outcome, hints=stored[0][0], took=answer.took)
            review = Review(
                item.question.bank, item.question.id, rating, answer.day, answer.at, answer.took, item.id
            )
            await add_reviews(transaction, self._model, [(session.member_id, review)])
        return True

    async def set_sure(self, session: Session, item: Item, sure: bool) -> None:
        """Note how sure a member was of an answer, and rate it by that."""
        if item.outcome is None or item.took is None:
            return
        rating = rate(item.outcome, hints=item.hints, took=item.took, sure=sure)
        key = item.question.full_id
        async with self._database.transaction() as transaction:
            await transaction.run("UPDATE item SET sure = ? WHERE id = ?", (int(sure), item.id))
            await change_rating(transaction, self._model, session.member_id, key, item.id, rating)

    async def end(self, session_id: int, now: datetime) -> None:
        """End a session, if it has not ended."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "UPDATE session SET ended_at = ? WHERE id = ? AND ended_at IS NULL", (to_ms(now), session_id)
            )
