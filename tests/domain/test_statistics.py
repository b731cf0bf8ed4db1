"""What a member's answers say, and how sure one can be of it."""

from __future__ import annotations

import math
from datetime import date
from random import Random
from statistics import NormalDist

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.statistics import ENOUGH, Statistics, TopicRecord, extremes, wilson
from bot.domain.streaks import Streak

answered = st.integers(1, 2000)
shares = answered.flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
"""So many right of so many."""
records = st.builds(
    lambda topic, counts: TopicRecord("sample", topic, *counts),
    st.sampled_from("abcdefgh"),
    st.integers(1, 30).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))),
)
record_lists = st.lists(records, max_size=8, unique_by=lambda record: record.topic)


def topic(name: str, right: int, of: int, bank: str = "sample") -> TopicRecord:
    """A topic with so many right answers of so many."""
    return TopicRecord(bank, name, right, of)


def member(scored: int, right: int) -> Statistics:
    """The statistics of a member who gave nine answers."""
    return Statistics(
        member_id=1,
        today=date(2026, 1, 5),
        answers=9,
        scored=scored,
        right=right,
        week_points=0,
        points=0,
        streak=Streak(),
        days=(),
        topics=(),
    )


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [
        (8, 10, 0.4902, 0.9433),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 1, 0.2065, 1.0),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),  # R. G. Newcombe, Statistics in Medicine 17 (1998), table I
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_known_intervals(right: int, of: int, low: float, high: float) -> None:
    assert wilson(right, of) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_nothing_is_known_without_answers() -> None:
    assert wilson(0, 0) == (0, 1)


@given(shares)
def test_the_bounds_are_where_the_share_is_just_believable(counts: tuple[int, int]) -> None:
    right, of = counts
    z = NormalDist().inv_cdf(0.975)
    for bound in wilson(right, of):
        if 0 < bound < 1:  # Wilson's definition: as far from the share as chance goes in 95 % of cases
            assert abs(right / of - bound) == pytest.approx(z * math.sqrt(bound * (1 - bound) / of), rel=1e-4)


@given(shares)
def test_an_interval_holds_its_share_and_stays_between_0_and_1(counts: tuple[int, int]) -> None:
    right, of = counts
    low, high = wilson(right, of)
    assert 0 <= low <= right / of <= high <= 1
    assert (low == 0) == (right == 0)
    assert (high == 1) == (right == of)
    assert high > low


@given(shares)
def test_right_and_wrong_mirror_each_other(counts: tuple[int, int]) -> None:
    right, of = counts
    low, high = wilson(right, of)
    mirrored = wilson(of - right, of)
    assert mirrored == (pytest.approx(1 - high, abs=1e-12), pytest.approx(1 - low, abs=1e-12))


@given(shares, st.integers(2, 10))
def test_more_answers_with_the_same_share_narrow_the_interval(counts: tuple[int, int], times: int) -> None:
    right, of = counts
    low, high = wilson(right, of)
    closer_low, closer_high = wilson(times * right, times * of)
    assert low <= closer_low
    assert closer_high <= high
    assert closer_high - closer_low < high - low


@given(shares)
def test_one_more_right_answer_moves_both_bounds_up(counts: tuple[int, int]) -> None:
    right, of = counts
    assume(right < of)
    low, high = wilson(right, of)
    assert wilson(right + 1, of)[0] > low
    assert wilson(right + 1, of)[1] > high


def test_the_accuracy_of_a_topic_and_of_a_member() -> None:
    assert topic("a", 3, 4).accuracy == 0.75
    assert member(scored=5, right=2).accuracy == pytest.approx(2 / 5)


def test_a_member_whose_answers_do_not_count_has_no_accuracy() -> None:
    assert member(scored=0, right=0).accuracy is None


def test_the_weakest_and_the_strongest_topic() -> None:
    topics = [topic("a", 5, 10), topic("b", 1, 10), topic("c", 9, 10), topic("d", 6, 10)]
    assert extremes(topics) == (topics[1], topics[2])


def test_few_answers_are_no_ground_to_call_a_topic_weak_or_strong() -> None:
    few = [topic("a", 0, ENOUGH - 1), topic("b", ENOUGH - 1, ENOUGH - 1)]
    enough = [topic("c", 2, ENOUGH), topic("d", 3, ENOUGH)]
    assert extremes([*few, *enough]) == (enough[0], enough[1])
    assert extremes([*few, enough[0]]) is None
    assert extremes(few) is None
    assert extremes([]) is None


def test_a_sure_topic_beats_a_lucky_one() -> None:
    lucky, sure = topic("a", 5, 5), topic("b", 60, 61)
    assert extremes([lucky, sure]) == (lucky, sure)
    unlucky, surely_weak = topic("c", 0, 5), topic("d", 1, 61)
    assert extremes([unlucky, surely_weak]) == (surely_weak, unlucky)


def test_topics_of_the_same_name_in_two_banks_are_two_topics() -> None:
    here, there = topic("a", 1, 9), topic("a", 8, 9, bank="other")
    assert extremes([there, here]) == (here, there)


@given(st.integers(0, 9))
def test_where_all_are_alike_there_is_nothing_to_tell_apart(right: int) -> None:
    assert extremes([topic("a", right, 9), topic("b", right, 9)]) is None


@given(record_lists, st.randoms(use_true_random=False))
def test_extremes_do_not_depend_on_the_order(topics: list[TopicRecord], rng: Random) -> None:
    shuffled = list(topics)
    rng.shuffle(shuffled)
    assert extremes(shuffled) == extremes(topics)


@given(record_lists)
def test_no_topic_is_surely_weaker_than_the_weakest_or_stronger_than_the_strongest(
    topics: list[TopicRecord],
) -> None:
    found = extremes(topics)
    known = [record for record in topics if record.answered >= 5]
    assert found is None or len(known) >= 2
    if found is not None:
        weakest, strongest = found
        assert weakest in known
        assert strongest in known
        assert weakest != strongest
        for record in known:
            low, high = wilson(record.right, record.answered)
            assert high >= wilson(weakest.right, weakest.answered)[0]
            assert low <= wilson(strongest.right, strongest.answered)[1]
            assert low + high >= sum(wilson(weakest.right, weakest.answered))
            assert low + high <= sum(wilson(strongest.right, strongest.answered))
