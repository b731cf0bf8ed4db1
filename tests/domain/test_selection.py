"""Which questions a quiz asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import Bank
from bot.domain.selection import choose_questions
from tests.domain.examples import NOON, make_bank, make_question, seconds

sizes = st.fixed_dictionaries(
    {"one": st.integers(0, 6), "two": st.integers(0, 6), "three": st.integers(0, 6)}
)
counts = st.integers(0, 25)
seeds = st.integers(0, 1000)
asked = st.dictionaries(
    st.builds("{}-{}".format, st.sampled_from(["one", "two", "three"]), st.integers(0, 5)),
    st.integers(0, 5).map(lambda hour: NOON + seconds(3600 * hour)),
)


def bank_of(sizes: Mapping[str, int], weights: Mapping[str, int] | None = None) -> Bank:
    """A bank with so many questions on each topic, called "topic-0", "topic-1" …"""
    questions = [
        make_question(f"{topic}-{number}", topic=topic)
        for topic, size in sizes.items()
        for number in range(size)
    ]
    return make_bank(questions, **(weights or {"one": 60, "two": 30, "three": 10}))


def choose(bank: Bank, count: int, last_asked: Mapping[str, datetime], rng: Random) -> list[str]:
    """The ids of the questions that are chosen from a whole bank."""
    chosen = choose_questions(bank, bank.questions, count, last_asked=last_asked, rng=rng)
    return [question.id for question in chosen]


@given(sizes, counts, asked, seeds)
def test_no_question_comes_twice_and_as_many_come_as_there_are(
    sizes: dict[str, int], count: int, asked: dict[str, datetime], seed: int
) -> None:
    chosen = choose(bank_of(sizes), count, asked, Random(seed))
    assert len(set(chosen)) == len(chosen) == min(count, sum(sizes.values()))


@given(sizes, counts, asked, seeds)
def test_the_unseen_come_before_the_seen_and_of_those_the_oldest(
    sizes: dict[str, int], count: int, asked: dict[str, datetime], seed: int
) -> None:
    bank = bank_of(sizes)
    chosen = choose(bank, count, asked, Random(seed))
    left = [question.id for question in bank.questions if question.id not in chosen]
    unseen = [id_ for id_ in chosen if id_ not in asked]
    seen = [id_ for id_ in chosen if id_ in asked]
    if seen:
        assert all(id_ in asked for id_ in left)
        assert max(asked[id_] for id_ in seen) <= min(
            (asked[id_] for id_ in left), default=max(asked.values())
        )
    assert len(unseen) == min(count, sum(question.id not in asked for question in bank.questions))


@given(sizes, counts, asked, seeds)
def test_the_same_seed_chooses_the_same(
    sizes: dict[str, int], count: int, asked: dict[str, datetime], seed: int
) -> None:
    bank = bank_of(sizes)
    assert choose(bank, count, asked, Random(seed)) == choose(bank, count, asked, Random(seed))


def test_only_the_questions_handed_in_are_chosen() -> None:
    bank = bank_of({"one": 3, "two": 3, "three": 3})
    chosen = choose_questions(bank, bank.on_topic("two"), 9, last_asked={}, rng=Random(1))
    assert {question.topic for question in chosen} == {"two"}


@pytest.mark.parametrize(
    "sizes",
    [{"one": 5, "two": 5, "three": 5}, {"one": 1, "two": 9, "three": 30}, {"one": 20, "two": 3, "three": 2}],
)
def test_topics_come_up_by_their_weights_however_many_questions_they_have(sizes: dict[str, int]) -> None:
    bank, rng = bank_of(sizes), Random(1)
    draws = 6000
    topics = Counter(choose(bank, 1, {}, rng)[0].rsplit("-")[0] for _ in range(draws))
    assert topics["one"] / draws == pytest.approx(0.60, abs=0.025)
    assert topics["two"] / draws == pytest.approx(0.30, abs=0.025)
    assert topics["three"] / draws == pytest.approx(0.10, abs=0.025)


def test_all_questions_of_a_topic_come_up_equally_often() -> None:
    bank, rng = bank_of({"one": 4, "two": 0, "three": 0}), Random(1)
    draws = Counter(choose(bank, 1, {}, rng)[0] for _ in range(4000))
    assert all(number == pytest.approx(1000, rel=0.12) for number in draws.values())
    assert len(draws) == 4


def test_a_long_quiz_leans_towards_the_heavy_topics() -> None:
    bank, rng = bank_of({"one": 20, "two": 20, "three": 20}), Random(1)
    topics = Counter(id_.rsplit("-")[0] for _ in range(500) for id_ in choose(bank, 10, {}, rng))
    assert topics["one"] > 1.5 * topics["two"] > 3 * topics["three"]


def test_questions_asked_at_the_same_time_come_in_any_order() -> None:
    bank, rng = bank_of({"one": 3, "two": 0, "three": 0}), Random(1)
    same = {f"one-{number}": NOON for number in range(3)}
    first = Counter(choose(bank, 1, same, rng)[0] for _ in range(3000))
    assert all(number == pytest.approx(1000, rel=0.12) for number in first.values())


def test_the_unseen_are_not_always_asked_first() -> None:
    bank, rng = bank_of({"one": 2, "two": 0, "three": 0}), Random(1)
    orders = {tuple(choose(bank, 2, {"one-0": NOON}, rng)) for _ in range(50)}
    assert orders == {("one-0", "one-1"), ("one-1", "one-0")}


def test_topics_come_up_by_their_weights_among_the_unseen() -> None:
    questions = [make_question(f"{topic}-{n}", topic=topic) for topic in ("one", "two") for n in range(10)]
    bank, rng = make_bank(questions, one=50, two=50), Random(1)
    asked = {f"one-{n}": NOON for n in range(9)}
    topics = Counter(
        choose_questions(bank, questions, 1, last_asked=asked, rng=rng)[0].topic for _ in range(2000)
    )
    assert topics["one"] == pytest.approx(1000, rel=0.12)
