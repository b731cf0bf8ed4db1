"""Review cards and the log that they follow from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fsrs import Rating, Scheduler

from bot.domain.reviews import Key, Review, ReviewCard, rate, replay, review
from bot.domain.scoring import Outcome
from bot.storage.database import (
    GIVEN,
    Database,
    Row,
    Transaction,
    from_day,
    from_ms,
    given,
    to_day,
    to_json,
    to_ms,
)

_REVIEWED = "reviewed"
"""The fact that says up to which answer (by id) reviews have been made of answers in rounds."""

_MILLISECOND = timedelta(milliseconds=1)

_CARD = "bank, question, stability, difficulty, last_day, due_day"
_LOG = "rating, day, reviewed_at, took, item_id, exam_id"

_PENDING = """
SELECT answer.id, answer.member_id, version.bank, version.question, answer.outcome, answer.hints, answer.day,
       answer.clicked_at, answer.took
FROM answer JOIN round ON round.id = answer.round_id
JOIN question_version AS version ON version.version = round.version
WHERE answer.id > ? ORDER BY answer.id LIMIT ?
"""

_PUT_CARDS = f"""
INSERT INTO review_card (member_id, {_CARD}) SELECT {given(0, 1, 2, 3, 4, 5, 6)} FROM {GIVEN} WHERE true
ON CONFLICT (member_id, bank, question) DO UPDATE SET stability = excluded.stability,
    difficulty = excluded.difficulty, last_day = excluded.last_day, due_day = excluded.due_day
"""

_ADD_LOGS = f"""
INSERT INTO review_log (member_id, bank, question, number, {_LOG})
SELECT {given(0, 1, 2)}, {given(3)} + coalesce((
    SELECT max(number) FROM review_log AS log
    WHERE log.member_id = {given(0)} AND log.bank = {given(1)} AND log.question = {given(2)}), 0),
    {given(4, 5, 6, 7, 8, 9)}
FROM {GIVEN} WHERE true
"""

_OF_QUESTION = "member_id = ? AND bank = ? AND question = ?"

_CardKey = tuple[int, str, str]


def _to_card(row: Row) -> ReviewCard:
    bank, question, stability, difficulty, last, due = row
    return ReviewCard(bank, question, stability, difficulty, from_day(last), from_day(due))


async def add_reviews(
    transaction: Transaction, model: Scheduler, reviews: Sequence[tuple[int, Review]]
) -> None:
    """Note reviews of members, in this order, and bring their cards up to date, as a part of a larger change."""
    keys = {(member, *each.key) for member, each in reviews}
    cards: dict[_CardKey, ReviewCard] = {}
    for member, *row in await transaction.run(
        f"SELECT review_card.member_id, {', '.join(f'review_card.{c}' for c in _CARD.split(', '))} "
        f"FROM {GIVEN} JOIN review_card ON review_card.member_id = {given(0)} "
        f"AND review_card.bank = {given(1)} AND review_card.question = {given(2)}",
        (to_json(sorted(keys)),),
    ):
        card = _to_card(row)
        cards[member, *card.key] = card
    logs: list[list[object]] = []
    numbers: dict[_CardKey, int] = {}
    for member, each in reviews:
        key = (member, *each.key)
        cards[key] = review(model, cards.get(key), each)
        numbers[key] = numbers.get(key, 0) + 1
        logs.append([*key, numbers[key], *_log_values(each)])
    await transaction.run(_ADD_LOGS, (to_json(logs),))
    await transaction.run(_PUT_CARDS, (to_json([_card_values(*item) for item in cards.items()]),))


def _log_values(each: Review) -> list[object]:
    return [
        int(each.rating),
        to_day(each.day),
        to_ms(each.at),
        each.took // _MILLISECOND,
        each.item_id,
        each.exam_id,
    ]


def _card_values(key: _CardKey, card: ReviewCard) -> list[object]:
    return [*key, card.stability, card.difficulty, to_day(card.last), to_day(card.due)]


async def _make_anew(transaction: Transaction, model: Scheduler, member_id: int, key: Key) -> None:
    """Make a card follow from its log again after a change there."""
    rows = await transaction.run(
        f"SELECT {_LOG} FROM review_log WHERE {_OF_QUESTION} ORDER BY number", (member_id, *key)
    )
    card = replay(model, [_to_review(key, row) for row in rows])
    if card is None:
        await transaction.run(f"DELETE FROM review_card WHERE {_OF_QUESTION}", (member_id, *key))
    else:
        await transaction.run(_PUT_CARDS, (to_json([_card_values((member_id, *key), card)]),))


def _to_review(key: Key, row: Row) -> Review:
    rating, day, at, took, item, exam = row
    return Review(*key, Rating(rating), from_day(day), from_ms(at), took * _MILLISECOND, item, exam)


async def change_rating(
    transaction: Transaction, model: Scheduler, member_id: int, key: Key, item_id: int, rating: Rating
) -> None:
    """Rate the answer to an item anew, as a part of a larger change."""
    await transaction.run(
        f"UPDATE review_log SET rating = ? WHERE {_OF_QUESTION} AND item_id = ?",
        (int(rating), member_id, *key, item_id),
    )
    await _make_anew(transaction, model, member_id, key)


async def withdraw_reviews(
    transaction: Transaction, model: Scheduler, member_id: int, keys: Sequence[Key], exam_id: int
) -> None:
    """Forget what an exam said about questions, as a part of a larger change."""
    for key in keys:
        await transaction.run(
            f"DELETE FROM review_log WHERE {_OF_QUESTION} AND exam_id = ?", (member_id, *key, exam_id)
        )
        await _make_anew(transaction, model, member_id, key)


@dataclass(frozen=True, slots=True)
class StudyDay:
    """What a member did on a day with the questions of a bank."""

    day: date
    reviews: int
    new: int
    """How many questions they answered for the first time."""


class ReviewStore:
    """The review cards."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def catch_up(self, model: Scheduler, most: int) -> int:
        """Make reviews of up to `most` answers in rounds of which none have been made; how many there were.

        Answers become reviews after their own commit, so that a click does not wait for it. Killed at any moment,
        it goes on where it was.
        """
        rows = await self._database.read("SELECT value FROM fact WHERE name = ?", (_REVIEWED,))
        after = int(rows[0][0]) if rows else 0
        answers = await self._database.read(_PENDING, (after, most))
        if not answers:
            return 0
        reviews = [
            (
                member,
                Review(
                    bank,
                    question,
                    rate(Outcome(outcome), hints=hints, took=took * _MILLISECOND),
                    from_day(day),
                    from_ms(at),
                    took * _MILLISECOND,
                ),
            )
            for _, member, bank, question, outcome, hints, day, at, took in answers
        ]
        async with self._database.transaction() as transaction:
            await add_reviews(transaction, model, reviews)
            await transaction.run(
                "INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (_REVIEWED, str(answers[-1][0])),
            )
        return len(answers)

    async def card(self, member_id: int, key: Key) -> ReviewCard | None:
        """A member's card of a question."""
        rows = await self._database.read(
            f"SELECT {_CARD} FROM review_card WHERE {_OF_QUESTION}", (member_id, *key)
        )
        return _to_card(rows[0]) if rows else None

    async def cards(self, member_id: int) -> list[ReviewCard]:
        """All cards of a member."""
        rows = await self._database.read(f"SELECT {_CARD} FROM review_card WHERE member_id = ?", (member_id,))
        return [_to_card(row) for row in rows]

    async def days(self, member_id: int, bank: str) -> list[StudyDay]:
        """What a member did with the questions of a bank, by days, the earliest first."""
        rows = await self._database.read(
            "SELECT day, count(*), count(*) FILTER (WHERE number = 1) FROM review_log "
            "WHERE member_id = ? AND bank = ? GROUP BY day ORDER BY day",
            (member_id, bank),
        )
        return [StudyDay(from_day(day), reviews, new) for day, reviews, new in rows]

    async def first_tries(self, member_id: int, bank: str) -> tuple[int, int]:
        """How many questions of a bank a member knew when they first met them, and how many they have met."""
        rows = await self._database.read(
            "SELECT count(*) FILTER (WHERE rating > 1), count(*) FROM review_log "
            "WHERE member_id = ? AND bank = ? AND number = 1",
            (member_id, bank),
        )
        return rows[0][0], rows[0][1]
