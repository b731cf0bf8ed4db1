"""Which questions a weekly challenge asks."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.banks.loader import load_catalog
from bot.domain.challenges import (
    FEWEST_QUESTIONS,
    MOST_QUESTIONS,
    REMEMBERED,
    choose_for_challenge,
)
from bot.domain.questions import DIFFICULTIES, Bank, Question
from tests.domain.examples import make_bank, make_question

QUESTIONS = Path(__file__).parents[2] / "questions"


def bank_of(
    sizes: dict[str, int], weights: dict[str, int] | None = None, mix: Sequence[str] = DIFFICULTIES
) -> Bank:
    """A bank with so many questions on each topic, "topic-0" …, whose difficulties follow each other like this."""
    questions = [
        make_question(f"{topic}-{number}", topic=topic, difficulty=mix[number % len(mix)])
        for topic, size in sizes.items()
        for number in range(size)
    ]
    return make_bank(questions, **(weights or {"one": 60, "two": 30, "three": 10}))


def choose(bank: Bank, count: int, seed: str | int, recent: dict[str, int] | None = None) -> list[Question]:
    """The questions of a challenge from a whole bank."""
    return choose_for_challenge(bank, bank.questions, count, recent=recent or {}, seed=str(seed))


topic_names = ("one", "two", "three", "four")

weights = st.fixed_dictionaries(dict.fromkeys(topic_names, st.integers(1, 60)))

sizes = st.fixed_dictionaries(dict.fromkeys(topic_names, st.integers(0, 9)))

mixes = st.lists(st.sampled_from(DIFFICULTIES), min_size=1, max_size=5)

banks = st.builds(bank_of, sizes, weights, mixes)

counts = st.integers(1, 30)

seeds = st.integers(0, 1 << 30).map(str)

recents = st.dictionaries(
    st.builds("{}-{}".format, st.sampled_from(topic_names), st.integers(0, 8)), st.integers(1, REMEMBERED)
)


@given(banks, counts, recents, seeds)
def test_as_many_questions_come_as_are_wanted_and_none_twice(
    bank: Bank, count: int, recent: dict[str, int], seed: str
) -> None:
    chosen = choose(bank, count, seed, recent)
    assert len(chosen) == min(count, len(bank.questions))
    assert len({question.id for question in chosen}) == len(chosen)
    assert set(chosen) <= set(bank.questions)


@given(banks, counts, recents, seeds, st.randoms(use_true_random=False))
def test_a_seed_chooses_the_same_in_whatever_order_the_questions_come(
    bank: Bank, count: int, recent: dict[str, int], seed: str, rng: random.Random
) -> None:
    chosen = choose(bank, count, seed, recent)
    questions, topics = list(bank.questions), list(bank.topics.items())
    rng.shuffle(questions)
    rng.shuffle(topics)
    assert choose_for_challenge(bank, questions, count, recent=recent, seed=seed) == chosen
    again = replace(bank, questions=tuple(questions), topics=dict(topics))
    assert choose_for_challenge(again, questions, count, recent=recent, seed=seed) == chosen


def test_different_seeds_choose_differently() -> None:
    bank = bank_of({"one": 20, "two": 20, "three": 20})
    sets = {frozenset(question.id for question in choose(bank, 10, seed)) for seed in range(200)}
    assert len(sets) == 200


@given(banks, counts, recents, seeds)
def test_questions_of_the_last_challenges_come_only_when_nothing_else_is_left_the_oldest_first(
    bank: Bank, count: int, recent: dict[str, int], seed: str
) -> None:
    chosen = choose(bank, count, seed, recent)
    left = [question for question in bank.questions if question not in chosen]
    fresh = [question for question in bank.questions if question.id not in recent]
    assert sum(question.id not in recent for question in chosen) == min(count, len(fresh))
    asked = [recent[question.id] for question in chosen if question.id in recent]
    if asked:
        assert all(question.id in recent for question in left)
        assert min(asked) >= max((recent[question.id] for question in left), default=0)


@st.composite
def roomy(draw: st.DrawFn) -> tuple[Bank, int, dict[str, int]]:
    """A bank in which every topic has as many fresh questions as its share may be, and those asked lately."""
    count, heavy = draw(counts), draw(weights)
    total = sum(heavy.values())
    fresh = {topic: math.ceil(Fraction(count * heavy[topic], total)) for topic in topic_names}
    more = draw(sizes)
    bank = bank_of({topic: fresh[topic] + more[topic] for topic in topic_names}, heavy, draw(mixes))
    old = {f"{topic}-{fresh[topic] + n}" for topic in topic_names for n in range(more[topic])}
    return bank, count, {id_: draw(st.integers(1, REMEMBERED)) for id_ in sorted(old) if draw(st.booleans())}


@given(roomy(), seeds)
def test_each_topic_gets_its_share_rounded_up_or_down(
    room: tuple[Bank, int, dict[str, int]], seed: str
) -> None:
    bank, count, recent = room
    assume(count <= len(bank.questions))
    topics = Counter(question.topic for question in choose(bank, count, seed, recent))
    assert sum(topics.values()) == count
    total = sum(topic.weight for topic in bank.topics.values())
    for topic in bank.topics.values():
        share = Fraction(count * topic.weight, total)
        assert math.floor(share) <= topics[topic.id] <= math.ceil(share)


@pytest.mark.parametrize("count", [1, 5, 7])
def test_over_time_each_topic_gets_exactly_its_share(count: int) -> None:
    bank = bank_of(
        {"one": 8, "two": 8, "three": 8, "four": 3}, {"one": 50, "two": 25, "three": 18, "four": 7}
    )
    draws = 2500
    topics = Counter(question.topic for seed in range(draws) for question in choose(bank, count, seed))
    for topic in bank.topics.values():
        # the part that is rounded has a standard deviation of 0.5 at most, so of 0.01 in the mean
        assert topics[topic.id] / draws == pytest.approx(count * topic.weight / 100, abs=0.04)


def test_any_two_topics_can_come_up_together() -> None:
    bank = bank_of(dict.fromkeys(topic_names, 3), dict.fromkeys(topic_names, 25))
    pairs = Counter(frozenset(question.topic for question in choose(bank, 2, seed)) for seed in range(1200))
    assert len(pairs) == 6
    assert all(number == pytest.approx(200, rel=0.25) for number in pairs.values())


def test_all_questions_of_a_topic_come_up_equally_often() -> None:
    bank = bank_of({"one": 5, "two": 5, "three": 5}, {"one": 40, "two": 30, "three": 30}, ["medium"])
    draws = 2000
    found = Counter(question.id for seed in range(draws) for question in choose(bank, 5, seed))
    for question in bank.questions:
        expected = draws * 5 * bank.topics[question.topic].weight / 100 / 5
        assert found[question.id] == pytest.approx(expected, rel=0.12)


def test_topics_without_questions_take_no_share() -> None:
    bank = bank_of({"one": 6, "two": 6}, {"one": 30, "empty": 40, "two": 30})
    for seed in range(50):
        assert Counter(question.topic for question in choose(bank, 10, seed)) == {"one": 5, "two": 5}


def test_only_the_questions_handed_in_are_chosen() -> None:
    bank = bank_of({"one": 9, "two": 9, "three": 9})
    questions = [*bank.on_topic("two"), *bank.on_topic("three")]
    chosen = choose_for_challenge(bank, questions, 8, recent={}, seed="x")
    assert Counter(question.topic for question in chosen) == {"two": 6, "three": 2}


def test_nothing_to_choose_from_gives_nothing() -> None:
    bank = bank_of({"one": 3})
    assert choose_for_challenge(bank, [], 10, recent={}, seed="x") == []


@settings(max_examples=50)
@given(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)).filter(any),
    weights,
    st.integers(1, 30),
    seeds,
)
def test_difficulties_are_mixed_as_they_are_in_the_bank(
    parts: tuple[int, int, int], heavy: dict[str, int], count: int, seed: str
) -> None:
    # 30 times so many easy, medium and hard questions on every topic, so that nothing stands in the way of the mix
    mix = [difficulty for difficulty, part in zip(DIFFICULTIES, parts, strict=True) for _ in range(part)]
    bank = bank_of(dict.fromkeys(topic_names, 30 * len(mix)), heavy, mix)
    chosen = Counter(question.difficulty for question in choose(bank, count, seed))
    for difficulty, part in zip(DIFFICULTIES, parts, strict=True):
        assert abs(chosen[difficulty] - count * part / sum(parts)) < 2


def test_difficulties_are_mixed_where_each_question_is_of_a_topic_of_its_own() -> None:
    names = [f"topic{number}" for number in range(20)]
    bank = bank_of(dict.fromkeys(names, 9), dict.fromkeys(names, 5), [*["easy"] * 3, *["medium"] * 5, "hard"])
    for seed in range(100):
        chosen = Counter(question.difficulty for question in choose(bank, 9, seed))
        assert chosen["easy"] in {2, 3, 4}
        assert chosen["medium"] in {4, 5, 6}
        assert chosen["hard"] == 1


@given(banks, counts, recents, seeds)
def test_questions_go_from_easy_to_hard(bank: Bank, count: int, recent: dict[str, int], seed: str) -> None:
    steps = [DIFFICULTIES.index(question.difficulty) for question in choose(bank, count, seed, recent)]
    assert steps == sorted(steps)


def test_questions_of_a_difficulty_are_in_no_settled_order() -> None:
    bank = bank_of({"one": 3, "two": 2}, {"one": 50, "two": 50}, ["easy"])
    orders = Counter(tuple(question.id for question in choose(bank, 5, seed)) for seed in range(600))
    assert len(orders) > 100  # of 120
    lately = {"one-0": 3, "two-1": 1}
    for recent in ({}, lately):
        firsts = Counter(
            question.id for seed in range(1000) for question in choose(bank, 5, seed, recent)[:1]
        )
        assert len(firsts) == 5
        assert all(number == pytest.approx(200, rel=0.25) for number in firsts.values())


@cache
def shipped() -> Bank:
    """The bank that comes with the bot."""
    loaded = load_catalog(QUESTIONS)
    assert loaded.problems == ()
    return loaded.catalog.default


def in_a_row(bank: Bank, challenges: int, count: int, name: str) -> list[list[Question]]:
    """The questions of challenges in a row, each of which remembers those before."""
    past: list[list[Question]] = []
    for number in range(challenges):
        recent: dict[str, int] = {}
        for age, questions in enumerate(reversed(past[-REMEMBERED:]), start=1):
            for question in questions:
                recent.setdefault(question.id, age)
        past.append(choose(bank, count, f"{name} {number}", recent))
    return past


@pytest.mark.parametrize("count", [FEWEST_QUESTIONS, 10, 25])
@pytest.mark.parametrize("name", ["one server", "another"])
def test_the_shipped_bank_repeats_nothing_within_8_challenges(count: int, name: str) -> None:
    past = in_a_row(shipped(), 20, count, name)
    for number, questions in enumerate(past):
        assert len(questions) == count
        before = {question.id for other in past[max(0, number - 8) : number] for question in other}
        assert not before & {question.id for question in questions}
        difficulties = Counter(question.difficulty for question in questions)
        assert len(difficulties) == 3
        topics = Counter(question.topic for question in questions)
        if count <= 10:  # later the small topics run out of fresh questions
            for topic in shipped().topics.values():
                share = count * topic.weight / 100
                assert math.floor(share) <= topics[topic.id] <= math.ceil(share)


def test_the_longest_challenges_repeat_only_what_was_asked_longest_ago() -> None:
    past = in_a_row(shipped(), 20, MOST_QUESTIONS, "long")
    for number, questions in enumerate(past):
        before = {question.id for other in past[max(0, number - 7) : number] for question in other}
        assert not before & {question.id for question in questions}


def test_in_the_long_run_the_shipped_bank_asks_by_its_weights() -> None:
    bank = shipped()
    challenges = 60
    topics = Counter(
        question.topic for chosen in in_a_row(bank, challenges, 10, "run") for question in chosen
    )
    for topic in bank.topics.values():
        assert topics[topic.id] / challenges == pytest.approx(topic.weight / 10, abs=0.2)
