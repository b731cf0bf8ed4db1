"""Rounds: the order of the options, the time that is left, and what came of them."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import Option, Question
from bot.domain.rounds import Answer, round_result, shuffled_order
from bot.domain.scoring import Outcome
from tests.domain.examples import NOON, make_answer, make_question, make_round, seconds


def with_fixed(fixed: list[bool]) -> Question:
    """A question whose options are fixed or loose as told."""
    options = tuple(Option(f"option {n}", "why", n == 0, stays) for n, stays in enumerate(fixed))
    return replace(make_question(), options=options)


fixed_options = st.lists(st.booleans(), min_size=2, max_size=6)
seeds = st.integers(0, 1000)
members = st.integers(1, 1 << 63)


@given(fixed_options, seeds)
def test_an_order_holds_every_option_once(fixed: list[bool], seed: int) -> None:
    order = shuffled_order(with_fixed(fixed), random.Random(seed))
    assert sorted(order) == list(range(len(fixed)))


@given(fixed_options, seeds)
def test_fixed_options_stay_last_in_the_order_of_the_bank(fixed: list[bool], seed: int) -> None:
    order = shuffled_order(with_fixed(fixed), random.Random(seed))
    expected = [place for place, stays in enumerate(fixed) if stays]
    assert list(order[len(order) - len(expected) :]) == expected


@given(fixed_options, seeds)
def test_the_same_seed_gives_the_same_order(fixed: list[bool], seed: int) -> None:
    question = with_fixed(fixed)
    assert shuffled_order(question, random.Random(seed)) == shuffled_order(question, random.Random(seed))


def test_every_order_comes_up_about_equally_often() -> None:
    rng = random.Random(1)
    question = with_fixed([False, False, False, True])
    orders = [shuffled_order(question, rng) for _ in range(6000)]
    for loose in permutations(range(3)):
        assert orders.count((*loose, 3)) == pytest.approx(1000, rel=0.12)


@given(fixed_options, seeds)
def test_place_of_finds_each_option_on_the_card(fixed: list[bool], seed: int) -> None:
    question = with_fixed(fixed)
    round_ = make_round(question=question, order=shuffled_order(question, random.Random(seed)))
    for option in range(len(fixed)):
        assert round_.order[round_.place_of(option)] == option


@pytest.mark.parametrize(("after", "left"), [(0, 1), (7.5, 0.75), (15, 0.5), (30, 0)])
def test_time_left_runs_from_1_to_0(after: float, left: float) -> None:
    assert make_round().time_left(NOON + seconds(after)) == pytest.approx(left)


def test_speed_does_not_count_outside_quizzes() -> None:
    round_ = make_round(quiz_id=None)
    assert not round_.timed
    assert round_.time_left(NOON) == 0


def test_speed_does_not_count_in_a_challenge() -> None:
    round_ = make_round(quiz_id=None, challenge_id=5)
    assert not round_.timed
    assert round_.time_left(NOON) == 0


@given(fixed_options, members, st.integers(1, 1000))
def test_a_private_round_has_an_order_for_each_member_with_fixed_options_last(
    fixed: list[bool], member: int, id_: int
) -> None:
    round_ = make_round(id_, with_fixed(fixed), quiz_id=None, challenge_id=5)
    shown = round_.shown_to(member)
    assert shown.private
    assert sorted(shown.order) == list(range(len(fixed)))
    expected = [place for place, stays in enumerate(fixed) if stays]
    assert list(shown.order[len(fixed) - len(expected) :]) == expected
    assert replace(shown, order=round_.order) == round_


@given(fixed_options, members)
def test_a_member_sees_the_same_order_each_time(fixed: list[bool], member: int) -> None:
    round_ = make_round(7, with_fixed(fixed), quiz_id=None, challenge_id=5)
    again = make_round(7, with_fixed(fixed), quiz_id=None, challenge_id=5, message_id=99, closed_at=NOON)
    assert round_.shown_to(member).order == again.shown_to(member).order
    assert round_.shown_to(member).shown_to(member) == round_.shown_to(member)


def test_an_order_is_the_same_after_a_restart() -> None:
    round_ = make_round(7, make_question(options=6), quiz_id=None, challenge_id=5)
    # as it was on the day this was written: it must not depend on the process, nor change while a challenge runs
    assert [round_.shown_to(member).order for member in (1, 9_000_000_000_000_000_001)] == [
        (4, 1, 2, 3, 0, 5),
        (4, 5, 0, 1, 2, 3),
    ]


def test_members_and_rounds_have_orders_of_their_own() -> None:
    rounds = [make_round(id_, quiz_id=None, challenge_id=5) for id_ in range(1, 61)]
    for round_ in rounds:
        assert len({round_.shown_to(member).order for member in range(60)}) > 12
    for member in range(60):
        assert len({round_.shown_to(member).order for round_ in rounds}) > 12


def test_each_option_of_a_private_round_stands_everywhere_about_equally_often() -> None:
    round_ = make_round(3, quiz_id=None, challenge_id=5)
    first = [round_.shown_to(9_000_000_000_000_000_000 + member).order[0] for member in range(4000)]
    for option in range(4):
        assert first.count(option) == pytest.approx(1000, rel=0.12)


@given(fixed_options, members, st.sampled_from([1, None]))
def test_everyone_sees_a_public_round_alike(fixed: list[bool], member: int, quiz_id: int | None) -> None:
    question = with_fixed(fixed)
    order = shuffled_order(question, random.Random(1))
    round_ = make_round(question=question, order=order, quiz_id=quiz_id)
    assert not round_.private
    assert round_.shown_to(member) == round_


def test_a_round_without_answers_has_an_empty_result() -> None:
    result = round_result(make_round(), [])
    assert result.answered == 0
    assert result.counts == (0, 0, 0, 0)
    assert result.right == ()
    assert result.fastest is None


def test_counts_are_in_the_order_of_the_bank_and_take_each_option_of_a_choice() -> None:
    question = make_question(key=(1, 2))
    answers = [
        make_answer(1, choice=frozenset({1, 2})),
        make_answer(2, Outcome.PARTLY, choice=frozenset({2})),
        make_answer(3, Outcome.WRONG, choice=frozenset({3})),
    ]
    result = round_result(make_round(question=question, order=(3, 2, 1, 0)), answers)
    assert result.answered == 3
    assert result.counts == (0, 1, 2, 1)


def test_the_fastest_right_answer_stands_first() -> None:
    answers = [
        make_answer(1, Outcome.WRONG, after=1),
        make_answer(2, after=9),
        make_answer(3, after=4.25),
        make_answer(4, Outcome.PARTLY, after=2),
    ]
    result = round_result(make_round(), answers)
    assert result.right == (3, 2)
    assert result.fastest == seconds(4.25)


@given(st.permutations([make_answer(member, after=member // 2) for member in range(6)]))
def test_the_result_does_not_depend_on_the_order_of_the_answers(answers: list[Answer]) -> None:
    assert round_result(make_round(), answers).right == (0, 1, 2, 3, 4, 5)
