"""Which questions a challenge or a mock exam asks."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from itertools import accumulate

from bot.domain.questions import Bank, Difficulty, Question

_NEVER = 1 << 30
"""An age larger than any: the question was not asked lately."""


def _shares(bank: Bank, topics: Sequence[str], count: int, rng: random.Random) -> Counter[str]:
    """How many questions each topic gets: its part of the weights, rounded up or down by lot.

    Systematic sampling (W. G. Madow, "On the theory of systematic sampling, II", Ann. Math. Stat. 20, 1949): one
    random start, then equal steps along the weights laid end to end. Over time each topic gets exactly its part.
    """
    order = list(topics)
    rng.shuffle(order)
    ends = list(accumulate(bank.topics[topic].weight for topic in order))
    step = ends[-1] / count
    start = rng.random() * step
    last = len(order) - 1  # where rounding would step past the end
    return Counter(order[min(last, bisect_right(ends, start + step * place))] for place in range(count))


def compose(
    bank: Bank,
    questions: Sequence[Question],
    count: int,
    *,
    recent: Mapping[str, int],
    seed: str,
    weights_first: bool = False,
) -> list[Question]:
    """As many of `questions` as are wanted and there, drawn by lot; the same whenever it is asked with the same values.

    Each topic gets its share of the bank's weights. Within that, the difficulties are mixed as they are among
    `questions`. Questions that were asked lately (`recent`: how many times ago, by id) come only when nothing else
    is left, those asked longest ago first. `weights_first`: when nothing else is left on their topic, so that the
    shares hold also where a topic has few questions.
    """
    rng = random.Random(seed)  # noqa: S311 - a fair draw that can be repeated, not a secret
    left = sorted(questions, key=lambda question: question.id)
    rng.shuffle(left)
    count = min(count, len(left))
    wanted = Counter(question.difficulty for question in left)
    topics = sorted({question.topic for question in left})
    shares = _shares(bank, topics, count, rng) if left else Counter()
    chosen: list[Question] = []
    taken: Counter[Difficulty] = Counter()

    # of questions that are alike in all that matters the first by lot comes next, so only that one is looked at
    alike: dict[tuple[str, Difficulty, int], deque[tuple[int, Question]]] = {}
    for lot, question in enumerate(left):
        kind = (question.topic, question.difficulty, recent.get(question.id, _NEVER))
        alike.setdefault(kind, deque()).append((lot, question))

    def order(kind: tuple[str, Difficulty, int]) -> tuple[int, int, float, int]:
        topic, difficulty, age = kind
        freshness = -age  # the oldest first
        spent = int(shares[topic] <= 0)
        rarity = taken[difficulty] / wanted[difficulty]
        first, second = (spent, freshness) if weights_first else (freshness, spent)
        return first, second, rarity, alike[kind][0][0]

    while len(chosen) < count:
        best = topic, difficulty, _ = min(alike, key=order)
        chosen.append(alike[best].popleft()[1])
        if not alike[best]:
            del alike[best]
        shares[topic] -= 1
        taken[difficulty] += 1
    rng.shuffle(chosen)
    return chosen
