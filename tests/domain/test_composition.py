"""Which questions are drawn: by weight, by difficulty, and by lot. More of it in test_challenge_questions.py."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.composition import compose
from bot.domain.questions import Bank, Question
from tests.domain.test_challenge_questions import bank_of, banks, counts, recents, seeds, shipped, weights

SURE = {2: 13.82, 17: 40.79, 12: 32.91}
"""What chi-square with so many degrees of freedom exceeds in 1 of 1,000 cases."""


def exam(bank: Bank, count: int, seed: str | int, recent: Mapping[str, int] | None = None) -> list[Question]:
    """The questions of an exam on a whole bank."""
    return compose(bank, bank.questions, count, recent=recent or {}, seed=str(seed), weights_first=True)


def chi_square(found: Mapping[str, int], expected: Mapping[str, float]) -> float:
    """How far what was found is from what was to be expected."""
    assert sum(found.values()) == pytest.approx(sum(expected.values()))
    return sum((found.get(name, 0) - number) ** 2 / number for name, number in expected.items())


@pytest.mark.parametrize("count", [1, 40])
def test_topics_come_by_the_weights_of_the_bank(count: int) -> None:
    bank, draws = shipped(), 4000 // count
    found = Counter(question.topic for seed in range(draws) for question in exam(bank, count, seed))
    expected = {topic.id: draws * count * topic.weight / 100 for topic in bank.topics.values()}
    assert len(expected) == 18
    assert chi_square(found, expected) < SURE[17]


def test_weights_that_are_ignored_would_be_noticed() -> None:
    bank = shipped()
    evenly = bank_of(dict.fromkeys(bank.topics, 9), dict.fromkeys(bank.topics, 5))
    found = Counter(question.topic for seed in range(100) for question in exam(evenly, 40, seed))
    expected = {topic.id: 4000 * topic.weight / 100 for topic in bank.topics.values()}
    assert chi_square(found, expected) > SURE[17]


def test_difficulties_are_mixed_as_they_are_in_the_bank() -> None:
    bank, draws = shipped(), 200
    exams = [Counter(question.difficulty for question in exam(bank, 40, seed)) for seed in range(draws)]
    mix = Counter(question.difficulty for question in bank.questions)
    assert len(mix) == 3
    expected = {name: draws * 40 * number / len(bank.questions) for name, number in mix.items()}
    assert all(abs(one[name] - number / draws) < 2 for one in exams for name, number in expected.items())
    found = sum(exams, Counter[str]())
    assert chi_square(found, expected) < SURE[2]
    evenly = dict.fromkeys(mix, draws * 40 / 3)
    assert chi_square(found, evenly) > SURE[2]


def test_all_questions_of_a_topic_come_up_equally_often() -> None:
    bank, draws = bank_of({"one": 13, "two": 20}, {"one": 50, "two": 50}, ["medium"]), 1000
    found = Counter(q.id for seed in range(draws) for q in exam(bank, 4, seed) if q.topic == "one")
    expected = {question.id: draws * 2 / 13 for question in bank.on_topic("one")}
    assert chi_square(found, expected) < SURE[12]


@given(banks, counts, recents, seeds)
def test_as_many_come_as_are_wanted_and_there_and_none_twice(
    bank: Bank, count: int, recent: dict[str, int], seed: str
) -> None:
    chosen = exam(bank, count, seed, recent)
    assert len({question.id for question in chosen}) == len(chosen) == min(count, len(bank.questions))
    assert set(chosen) <= set(bank.questions)


@given(banks, counts, recents, seeds, st.randoms(use_true_random=False))
def test_a_seed_gives_the_same_in_the_same_order(
    bank: Bank, count: int, recent: dict[str, int], seed: str, rng: random.Random
) -> None:
    questions = list(bank.questions)
    rng.shuffle(questions)
    again = compose(bank, questions, count, recent=recent, seed=seed, weights_first=True)
    assert again == exam(bank, count, seed, recent)


def test_what_was_drawn_stands_in_no_settled_order() -> None:
    bank = bank_of({"one": 2, "two": 2, "three": 2})
    firsts = Counter(exam(bank, 6, seed)[0].id for seed in range(1200))
    assert len(firsts) == 6
    assert all(number == pytest.approx(200, rel=0.25) for number in firsts.values())


@given(weights, st.integers(1, 30), seeds, st.data())
def test_with_weights_first_the_shares_hold_whatever_was_asked_lately(
    heavy: dict[str, int], count: int, seed: str, data: st.DataObject
) -> None:
    total = sum(heavy.values())
    shares = {topic: Fraction(count * weight, total) for topic, weight in heavy.items()}
    bank = bank_of({topic: math.ceil(share) for topic, share in shares.items()}, heavy)
    ids = [question.id for question in bank.questions]
    recent = data.draw(st.dictionaries(st.sampled_from(ids), st.integers(1, 3)))
    topics = Counter(question.topic for question in exam(bank, count, seed, recent))
    for topic, share in shares.items():
        assert math.floor(share) <= topics[topic] <= math.ceil(share)


def test_within_a_topic_fresh_questions_come_before_those_asked_lately_the_oldest_of_these_first() -> None:
    bank = bank_of({"one": 6, "two": 6}, {"one": 50, "two": 50})
    recent = {"one-0": 1, "one-1": 1, "one-2": 2, "one-3": 3}
    for seed in range(50):
        asked = {question.id for question in exam(bank, 8, seed, recent) if question.topic == "one"}
        assert asked == {"one-4", "one-5", "one-3", "one-2"}


def test_freshness_first_takes_fresh_questions_of_other_topics_instead() -> None:
    bank = bank_of({"one": 6, "two": 6}, {"one": 50, "two": 50})
    recent = {f"one-{number}": 1 for number in range(4)}
    chosen = compose(bank, bank.questions, 8, recent=recent, seed="x")
    assert Counter(question.topic for question in chosen) == {"one": 2, "two": 6}


def test_a_pool_smaller_than_asked_for_is_asked_whole() -> None:
    bank = bank_of({"one": 2, "two": 1})
    assert sorted(question.id for question in exam(bank, 40, "x")) == ["one-0", "one-1", "two-0"]
    assert compose(bank, [], 40, recent={}, seed="x", weights_first=True) == []
