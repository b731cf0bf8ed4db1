"""Study plans: from today to an exam, with a forecast of what will be known then.

The forecast follows from the model of memory in `reviews`, FSRS, and from nothing else: what is known is the chance to
be right, averaged over the questions of a topic, with topics counted by their weights.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from fsrs import Rating, Scheduler

from bot.domain.questions import Bank, Question, QuestionId
from bot.domain.reviews import (
    Review,
    ReviewCard,
    card_after,
    known_by_topic,
    known_share,
    new_questions,
    recall,
)

LONGEST_PLAN = 730
"""An exam is planned for at most so many days ahead."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """A member's way to an exam. Days are those of their calendar."""

    bank: str
    exam_day: date
    made_on: date
    seen: int
    """How many questions they had answered by then."""
    known: float
    """The share of the bank that they knew by then, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a member knows of a bank, as shares of 1, and what it takes."""

    idle: float
    """On the day of the exam, if they stop now."""
    planned: float
    """On the day of the exam, if they keep to the plan."""
    reviews_a_day: float
    """How many questions come again on an average day of the plan."""


@dataclass(frozen=True, slots=True)
class TopicStand:
    """How a member stands on a topic."""

    id: str
    title: str
    weight: int
    """Per cent of the bank."""
    seen: int
    questions: int
    known: float
    """On the day of the exam, if they stop now: the share, 0 to 1."""


def new_a_day(unseen: int, done: int, days: int) -> int:
    """How many questions to meet on a day: all that were unseen in the morning, spread over the days that are left.

    Args:
        unseen: how many questions the member has not answered yet.
        done: how many they have answered today for the first time.
        days: from today to the day before the exam; at least 1.
    """
    return math.ceil((unseen + done) / days)


def first_try_share(right: int, met: int) -> float:
    """How likely a member knows a question that they never met, 0 to 1, from how many of those they met they knew.

    The rule of succession (Laplace, "Essai philosophique sur les probabilités", 1814): one half without any data.
    """
    return (right + 1) / (met + 2)


def weakest(
    model: Scheduler, bank: Bank, cards: Mapping[QuestionId, ReviewCard], exam_day: date, most: int
) -> list[TopicStand]:
    """The topics of which a member would know least on the day of the exam if they stopped now, the weakest first.

    Among equals, the one with the greater weight comes first. Not today's knowledge: on the day of an answer
    everything counts as remembered.
    """
    shares = known_by_topic(model, bank, cards, exam_day)
    stands = []
    for id_, known in shares.items():
        questions = bank.on_topic(id_)
        seen = sum(q.full_id in cards for q in questions)
        topic = bank.topics[id_]
        stands.append(TopicStand(id_, topic.title, topic.weight, seen, len(questions), known))
    return sorted(stands, key=lambda stand: (stand.known, -stand.weight))[:most]


def forecast(
    model: Scheduler,
    bank: Bank,
    cards: Mapping[QuestionId, ReviewCard],
    *,
    today: date,
    exam_day: date,
    new_today: int,
    first_try: float,
    rng: random.Random,
) -> Forecast:
    """What a member will know of a bank on the day of an exam that is still to come.

    Args:
        model: the model of memory.
        bank: the bank.
        cards: the member's cards of its questions, by question; others are left out.
        today: the member's day.
        exam_day: a later day.
        new_today: how many unseen questions they still meet today.
        first_try: how likely they know a question that they never met, 0 to 1.
        rng: for what is left to chance; the same one gives the same forecast.
    """
    study = _Study(model, {q.id: cards[q.full_id] for q in bank.questions if q.full_id in cards}, rng)
    unseen = new_questions(model, bank, cards, today, bank.questions)
    study.run(unseen, today, exam_day, new_today, first_try)

    def known(memory: Mapping[QuestionId, ReviewCard], day: date) -> float:
        return known_share(bank, known_by_topic(model, bank, memory, day))

    return Forecast(
        idle=known(cards, exam_day),
        planned=known({card.full_id: card for card in study.cards.values()}, exam_day),
        reviews_a_day=study.reviews / (exam_day - today).days,
    )


class _Study:
    """Plays a member who keeps to the plan: meets the unseen questions day by day, and reviews what is due.

    They are right as often as the model says, and rate each answer good or again.
    """

    def __init__(self, model: Scheduler, cards: Mapping[str, ReviewCard], rng: random.Random) -> None:
        self.cards = dict(cards)
        self.reviews = 0
        self._model = model
        self._rng = rng
        self._due: defaultdict[date, list[str]] = defaultdict(list)

    def run(
        self, unseen: Sequence[Question], today: date, exam_day: date, new_today: int, first_try: float
    ) -> None:
        """Study from today to the day before the exam."""
        for card in self.cards.values():
            self._due[max(card.due, today)].append(card.question)
        met, quota, day = 0, new_today, today
        while day < exam_day:
            for question in self._due.pop(day, ()):
                card = self.cards[question]
                self._answer(card.bank, question, day, recall(self._model, card, day))
                self.reviews += 1
            for each in unseen[met : met + quota]:
                self._answer(each.bank, each.id, day, first_try)
            met += quota
            day += _DAY
            quota = new_a_day(max(0, len(unseen) - met), 0, max(1, (exam_day - day).days))

    def _answer(self, bank: str, question: str, day: date, chance: float) -> None:
        rating = Rating.Good if self._rng.random() < chance else Rating.Again
        at = datetime.combine(day, time(), tzinfo=UTC)
        given = Review(bank, question, rating, day, at, timedelta())
        card = card_after(self._model, self.cards.get(question), given)
        self.cards[question] = card
        self._due[card.due].append(question)
