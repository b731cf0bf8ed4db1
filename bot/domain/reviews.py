"""Spaced review: how well a member remembers each question, and when to ask it again.

The model is FSRS-6 (https://github.com/open-spaced-repetition/py-fsrs) with whole days and without its steps of
minutes: an answer comes again on a later day. A day is a date of the member's calendar; FSRS gets its midnight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from fsrs import Card, Rating, Scheduler, State

from bot.domain.questions import Bank, Catalog, Question, QuestionId
from bot.domain.scoring import Outcome

FAST = timedelta(seconds=20)
"""A right and sure answer within this time is easy."""

NEW_IN_A_REVIEW = 5
"""How many questions that a member has never answered one review adds to those that are due."""

LOOK_AHEAD = timedelta(days=7)
"""How far ahead topics are compared: on the day of an answer everything still counts as remembered."""


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """One member's memory of one question."""

    bank: str
    question: str
    stability: float
    """After so many days the chance to be right has fallen to 90 %."""
    difficulty: float
    """1 to 10."""
    last: date
    due: date
    rating: Rating
    """Of the last answer."""

    @property
    def full_id(self) -> QuestionId:
        """The question."""
        return self.bank, self.question


@dataclass(frozen=True, slots=True)
class Review:
    """One answer, as FSRS sees it."""

    bank: str
    question: str
    rating: Rating
    day: date
    at: datetime
    """Aware UTC."""
    took: timedelta
    item_id: int | None = None
    exam_id: int | None = None

    @property
    def full_id(self) -> QuestionId:
        """The question."""
        return self.bank, self.question


def memory_model(retention: float) -> Scheduler:
    """The model, which asks again when the chance to be right has fallen to `retention` (0 to 1).

    Without its random shift of dates: the same answers always give the same dates.
    """
    return Scheduler(
        desired_retention=retention, learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )


def rate(outcome: Outcome, *, hints: int, took: timedelta, sure: bool | None = None) -> Rating:
    """What an answer says about memory. `sure` is what the member says of it, None if nothing.

    A part of the key is not enough: who knows it all would have ticked it all.
    """
    if outcome is not Outcome.RIGHT:
        return Rating.Again
    if hints or sure is False:
        return Rating.Hard
    return Rating.Easy if sure and took <= FAST else Rating.Good


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _to_fsrs(card: ReviewCard) -> Card:
    # with all values given: without them FSRS looks at the clock, and sleeps to make an id
    return Card(
        card_id=0,
        state=State.Review,
        stability=card.stability,
        difficulty=card.difficulty,
        due=_midnight(card.due),
        last_review=_midnight(card.last),
    )


def card_after(model: Scheduler, card: ReviewCard | None, review: Review) -> ReviewCard:
    """The card after a review; None before the first one.

    Days never go back: an answer by a calendar that is behind counts on the day of the last one.
    """
    day = max(review.day, card.last) if card else review.day
    at = _midnight(day)
    before = _to_fsrs(card) if card else Card(card_id=0, due=at)
    after, _ = model.review_card(before, review.rating, at)
    if after.stability is None or after.difficulty is None:
        raise AssertionError("FSRS gives both to every card that was reviewed")
    return ReviewCard(
        review.bank,
        review.question,
        after.stability,
        after.difficulty,
        day,
        after.due.date(),
        review.rating,
    )


def replay(model: Scheduler, reviews: Iterable[Review]) -> ReviewCard | None:
    """The card after all reviews of a question, in this order; None without any."""
    card = None
    for each in reviews:
        card = card_after(model, card, each)
    return card


def recall(model: Scheduler, card: ReviewCard, day: date) -> float:
    """How likely the member is right about a question on a day, 0 to 1, if it is not asked before."""
    return model.get_card_retrievability(_to_fsrs(card), _midnight(day))


@dataclass(frozen=True, slots=True)
class Workload:
    """What there is to review. Questions that are in no bank any more are left out."""

    due: tuple[ReviewCard, ...]
    """Today's, the most overdue first."""
    tomorrow: int
    week: int
    """In the seven days after today."""
    next_day: date | None
    """The first day after today on which something is due."""
    withheld: int = 0
    """How many more are due, but have to wait because they still count in a challenge, a quiz or an exam."""


def workload(
    cards: Iterable[ReviewCard], catalog: Catalog, today: date, withheld: Set[QuestionId] = frozenset()
) -> Workload:
    """What a member has to review, by days, without the questions that are withheld today."""
    known = [card for card in cards if catalog.question(*card.full_id) is not None]
    due = sorted(
        (card for card in known if card.due <= today),
        key=lambda card: (card.due, card.stability, card.full_id),
    )
    free = tuple(card for card in due if card.full_id not in withheld)
    later = [card.due for card in known if card.due > today]
    return Workload(
        due=free,
        tomorrow=sum(day == today + timedelta(days=1) for day in later),
        week=sum(day <= today + timedelta(days=7) for day in later),
        next_day=min(later, default=None),
        withheld=len(due) - len(free),
    )


def known_by_topic(
    model: Scheduler, bank: Bank, cards: Mapping[QuestionId, ReviewCard], day: date
) -> dict[str, float]:
    """The share of each topic's questions that a member knows on a day: the mean chance to be right. Questions never
    answered count as 0, and so do those whose last answer was wrong, whatever FSRS hopes of having read the explanation.
    Only topics that have questions."""
    shares = {}
    for topic in bank.topics_with_questions:
        questions = bank.on_topic(topic.id)
        met = [cards[question.full_id] for question in questions if question.full_id in cards]
        known = sum(recall(model, card, day) for card in met if card.rating is not Rating.Again)
        shares[topic.id] = known / len(questions)
    return shares


def known_share(bank: Bank, by_topic: Mapping[str, float]) -> float:
    """The share of a bank that a member knows, 0 to 1: topics count by their weights."""
    weights = {topic: max(1, bank.topics[topic].weight) for topic in by_topic}
    total = sum(weights.values())
    return sum(weights[topic] * by_topic[topic] for topic in by_topic) / total if total else 0.0


def new_questions(
    model: Scheduler,
    bank: Bank,
    cards: Mapping[QuestionId, ReviewCard],
    today: date,
    pool: Sequence[Question],
) -> list[Question]:
    """Questions of `pool` that a member has never answered, from the weakest topic on, in each the easy ones first."""
    by_topic = known_by_topic(model, bank, cards, today + LOOK_AHEAD)
    unseen = [question for question in pool if question.full_id not in cards]
    return sorted(unseen, key=lambda q: (by_topic[q.topic], q.topic, q.effort, q.id))
