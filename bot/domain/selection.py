"""Which questions a quiz asks."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from bot.domain.questions import Bank, Question


def choose_questions(
    bank: Bank,
    questions: Sequence[Question],
    count: int,
    *,
    last_asked: Mapping[str, date],
    rng: random.Random,
) -> list[Question]:
    """Draw up to `count` different questions, in the order in which to ask them.

    Questions that have never been asked come before those asked longest ago (`last_asked`, by question id: dates or
    times). Among the unseen ones a topic comes up in proportion to its weight in the bank, however
    many questions it has: each gets the key u^(1/w) of Efraimidis and Spirakis (2006), which makes taking
    the largest keys a weighted draw without replacement.
    """
    unseen = [question for question in questions if question.id not in last_asked]
    sizes = Counter(question.topic for question in unseen)

    def draw(question: Question) -> float:
        weight = max(1, bank.topics[question.topic].weight) / sizes[question.topic]
        return float(rng.random() ** (1 / weight))

    fresh = [(draw(question), question) for question in unseen]
    fresh.sort(key=lambda pair: pair[0], reverse=True)
    chosen = [question for _, question in fresh[:count]]
    if len(chosen) < count:
        seen = [question for question in questions if question.id in last_asked]
        rng.shuffle(seen)
        seen.sort(key=lambda question: last_asked[question.id])
        chosen += seen[: count - len(chosen)]
    rng.shuffle(chosen)
    return chosen
