"""Review cards and the log that they follow from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fsrs import Rating, Scheduler

from bot.domain.questions import QuestionId
from bot.domain.reviews import Review, ReviewCard, card_after, rate, replay
from bot.domain.scoring import Outcome
from bot.storage.database import (
    GIVEN,
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
from bot.storage.facts import put_fact

_REVIEWED = "reviewed"
"""The fact that says up to which answer (by id) reviews have been made of answers in rounds."""

_CARD = "bank, question, stability, difficulty, last_day, due_day, rating"
_LOG = "rating, day, reviewed_at, took, item_id, exam_id"

_PENDING = """
SELECT answer.id, answer.member_id, version.bank, version.question, answer.outcome, answer.hints, answer.day,
       answer.clicked_at, answer.took
FROM answer JOIN round ON round.id = answer.round_id
JOIN question_version AS version ON version.version = round.version
WHERE answer.id > ? ORDER BY answer.id LIMIT ?
"""

_PUT_CARDS = f"""
INSERT INTO review_card (member_id, {_CARD}) SELECT {given(0, 1, 2, 3, 4, 5, 6, 7)} FROM {GIVEN} WHERE true
ON CONFLICT (member_id, bank, question) DO UPDATE SET stability = excluded.stability,
    difficulty = excluded.difficulty, last_day = excluded.last_day, due_day = excluded.due_day,
    rating = excluded.rating
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

_IS_FIRST = """
NOT EXISTS (SELECT 1 FROM review_log AS earlier WHERE earlier.member_id = review_log.member_id
    AND earlier.bank = review_log.bank AND earlier.question = review_log.question
    AND (earlier.reviewed_at, earlier.number) < (review_log.reviewed_at, review_log.number))
"""

_CardKey = tuple[int, str, str]


def _to_card(row: Row) -> ReviewCard:
    bank, question, stability, difficulty, last, due, rating = row
    return ReviewCard(bank, question, stability, difficulty, from_day(last), from_day(due), Rating(rating))


def _to_pending(row: Row) -> tuple[int, Review]:
    """Whose review an answer of `_PENDING` is to become, and that review."""
    _, member, bank, question, outcome, hints, day, at, took = row
    rating = rate(Outcome(outcome), hints=hints, took=from_span(took))
    return member, Review(bank, question, rating, from_day(day), from_ms(at), from_span(took))


async def add_reviews(
    transaction: Transaction, model: Scheduler, reviews: Sequence[tuple[int, Review]]
) -> None:
    """Note reviews of members, in this order, and bring their cards up to date, as a part of a larger change."""
    keys = {(member, *each.full_id) for member, each in reviews}
    cards: dict[_CardKey, ReviewCard] = {}
    for member, *row in await transaction.run(
        f"SELECT member_id, {_CARD} FROM {GIVEN} JOIN review_card ON review_card.member_id = {given(0)} "
        f"AND review_card.bank = {given(1)} AND review_card.question = {given(2)}",
        (to_json(sorted(keys)),),
    ):
        card = _to_card(row)
        cards[member, *card.full_id] = card
    logs: list[list[object]] = []
    numbers: dict[_CardKey, int] = {}
    late: set[_CardKey] = set()
    for member, each in reviews:
        key = (member, *each.full_id)
        if key in cards and each.day < cards[key].last:
            late.add(key)
        cards[key] = card_after(model, cards.get(key), each)
        numbers[key] = numbers.get(key, 0) + 1
        logs.append([*key, numbers[key], *_log_values(each)])
    await transaction.run(_ADD_LOGS, (to_json(logs),))
    await transaction.run(_PUT_CARDS, (to_json([_card_values(*item) for item in cards.items()]),))
    for member, *question in late:
        await _make_anew(transaction, model, member, (question[0], question[1]))


def _log_values(each: Review) -> list[object]:
    return [
        int(each.rating),
        to_day(each.day),
        to_ms(each.at),
        to_span(each.took),
        each.item_id,
        each.exam_id,
    ]


def _card_values(key: _CardKey, card: ReviewCard) -> list[object]:
    return [*key, card.stability, card.difficulty, to_day(card.last), to_day(card.due), int(card.rating)]


async def _make_anew(
    transaction: Transaction, model: Scheduler, member_id: int, question: QuestionId
) -> None:
    """Make a card follow from its log again after a change there, by the times of the answers."""
    rows = await transaction.run(
        f"SELECT {_LOG} FROM review_log WHERE {_OF_QUESTION} ORDER BY reviewed_at, number",
        (member_id, *question),
    )
    card = replay(model, [_to_review(question, row) for row in rows])
    if card is None:
        await transaction.run(f"DELETE FROM review_card WHERE {_OF_QUESTION}", (member_id, *question))
    else:
        await transaction.run(_PUT_CARDS, (to_json([_card_values((member_id, *question), card)]),))


def _to_review(question: QuestionId, row: Row) -> Review:
    rating, day, at, took, item, exam = row
    return Review(*question, Rating(rating), from_day(day), from_ms(at), from_span(took), item, exam)


async def change_rating(
    transaction: Transaction,
    model: Scheduler,
    member_id: int,
    question: QuestionId,
    item_id: int,
    rating: Rating,
) -> None:
    """Rate the answer to an item anew, as a part of a larger change."""
    await transaction.run(
        f"UPDATE review_log SET rating = ? WHERE {_OF_QUESTION} AND item_id = ?",
        (int(rating), member_id, *question, item_id),
    )
    await _make_anew(transaction, model, member_id, question)


async def withdraw_reviews(
    transaction: Transaction, model: Scheduler, member_id: int, questions: Sequence[QuestionId], exam_id: int
) -> None:
    """Forget what an exam said about questions, as a part of a larger change."""
    for question in questions:
        await transaction.run(
            f"DELETE FROM review_log WHERE {_OF_QUESTION} AND exam_id = ?", (member_id, *question, exam_id)
        )
        await _make_anew(transaction, model, member_id, question)


async def forget_reviews(
    transaction: Transaction, model: Scheduler, member_id: int, until: datetime, most: int
) -> bool:
    """Forget what a member was asked up to a time (aware UTC), for up to `most` questions, as a part of a larger change.

    False: there is nothing more to forget.
    """
    questions = await transaction.run(
        "SELECT DISTINCT bank, question FROM review_log WHERE member_id = ? AND reviewed_at <= ? LIMIT ?",
        (member_id, to_ms(until), most),
    )
    for question in questions:
        await transaction.run(
            f"DELETE FROM review_log WHERE {_OF_QUESTION} AND reviewed_at <= ?",
            (member_id, *question, to_ms(until)),
        )
        await _make_anew(transaction, model, member_id, (question[0], question[1]))
    return bool(questions)


async def after_deleting_answers(transaction: Transaction) -> None:
    """Answers were deleted, as a part of a larger change: the next one may get an id that a deleted one had, and must become
    a review all the same."""
    await transaction.run(
        "UPDATE fact SET value = CAST((SELECT coalesce(max(id), 0) FROM answer) AS TEXT) WHERE name = ? "
        "AND CAST(value AS INTEGER) > (SELECT coalesce(max(id), 0) FROM answer)",
        (_REVIEWED,),
    )


@dataclass(frozen=True, slots=True)
class StudyDay:
    """What a member did on a day with the questions of a bank."""

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
        async with self._database.transaction() as transaction:
            # read in here: an answer that is being erased must not become a review after that
            rows = await transaction.run("SELECT value FROM fact WHERE name = ?", (_REVIEWED,))
            answers = await transaction.run(_PENDING, (int(rows[0][0]) if rows else 0, most))
            if answers:
                await add_reviews(transaction, model, [_to_pending(row) for row in answers])
                await put_fact(transaction, _REVIEWED, str(answers[-1][0]))
        return len(answers)

    async def card(self, member_id: int, question: QuestionId) -> ReviewCard | None:
        """A member's card of a question."""
        rows = await self._database.read(
            f"SELECT {_CARD} FROM review_card WHERE {_OF_QUESTION}", (member_id, *question)
        )
        return _to_card(rows[0]) if rows else None

    async def cards(self, member_id: int) -> list[ReviewCard]:
        """All cards of a member."""
        rows = await self._database.read(f"SELECT {_CARD} FROM review_card WHERE member_id = ?", (member_id,))
        return [_to_card(row) for row in rows]

    async def day(self, member_id: int, bank: str, day: date) -> StudyDay:
        """What a member did on a day with the questions of a bank."""
        ((reviews, new),) = await self._database.read(
            f"SELECT count(*), count(*) FILTER (WHERE {_IS_FIRST}) FROM review_log "
            "WHERE member_id = ? AND bank = ? AND day = ?",
            (member_id, bank, to_day(day)),
        )
        return StudyDay(reviews, new)

    async def first_tries(self, member_id: int, bank: str) -> tuple[int, int]:
        """How many questions of a bank a member knew when they first met them, and how many they have met."""
        rows = await self._database.read(
            "SELECT count(*) FILTER (WHERE rating > 1), count(*) FROM review_log "
            f"WHERE member_id = ? AND bank = ? AND {_IS_FIRST}",
            (member_id, bank),
        )
        return rows[0][0], rows[0][1]
