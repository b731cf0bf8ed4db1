"""What an answer is worth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.scoring import Grade, Outcome, grade, points

RIGHT = Grade(Outcome.RIGHT, 1.0)
WRONG = Grade(Outcome.WRONG, 0.0)

places = st.integers(0, 5)
keys = st.frozensets(places, min_size=1, max_size=5)
choices = st.frozensets(places, max_size=6)
grades = st.builds(grade, keys, choices)
parts_of_time = st.floats(-1, 2)
hints = st.integers(0, 4)


@given(keys, choices)
def test_only_the_whole_key_and_nothing_else_is_right(key: frozenset[int], choice: frozenset[int]) -> None:
    assert (grade(key, choice).outcome is Outcome.RIGHT) == (key == choice)


@given(keys, choices)
def test_the_share_tells_the_outcome(key: frozenset[int], choice: frozenset[int]) -> None:
    graded = grade(key, choice)
    outcomes: dict[float, Outcome] = {0: Outcome.WRONG, 1: Outcome.RIGHT}
    assert 0 <= graded.share <= 1
    assert graded.outcome is outcomes.get(graded.share, Outcome.PARTLY)


@given(keys, choices, places)
def test_one_more_wrong_option_never_helps(key: frozenset[int], choice: frozenset[int], extra: int) -> None:
    if extra not in key:
        assert grade(key, choice | {extra}).share <= grade(key, choice).share


@given(keys)
def test_no_option_chosen_earns_nothing(key: frozenset[int]) -> None:
    assert grade(key, frozenset()) == WRONG


@given(places, choices)
def test_with_one_correct_option_there_is_no_part_of_the_credit(place: int, choice: frozenset[int]) -> None:
    assert grade(frozenset({place}), choice) == (RIGHT if choice == {place} else WRONG)


@pytest.mark.parametrize(
    ("key", "choice", "share"),
    [
        ({0, 1}, {0}, 1 / 2),
        ({0, 1}, {0, 2}, 0),
        ({0, 1}, {0, 1, 2, 3}, 0),
        ({0, 1, 2}, {0, 1}, 2 / 3),
        ({0, 1, 2}, {0, 1, 5}, 1 / 3),
        ({0, 1, 2}, {0, 4, 5}, 0),
        ({0, 1, 2}, {0, 1, 2, 3, 4, 5}, 0),
    ],
)
def test_each_found_counts_and_each_wrong_one_takes_one_back(
    key: set[int], choice: set[int], share: float
) -> None:
    assert grade(frozenset(key), frozenset(choice)).share == pytest.approx(share)


@given(grades, parts_of_time, hints)
def test_points_are_whole_and_from_0_to_15(graded: Grade, time_left: float, hints: int) -> None:
    earned = points(graded, time_left=time_left, hints=hints)
    assert type(earned) is int
    assert 0 <= earned <= 15


@given(parts_of_time, hints)
def test_a_right_answer_keeps_at_least_1(time_left: float, hints: int) -> None:
    assert points(RIGHT, time_left=time_left, hints=hints) >= 1


@given(parts_of_time, hints)
def test_a_wrong_answer_earns_nothing(time_left: float, hints: int) -> None:
    assert points(WRONG, time_left=time_left, hints=hints) == 0


@given(grades, parts_of_time, parts_of_time, hints)
def test_more_time_left_never_earns_less(graded: Grade, one: float, other: float, hints: int) -> None:
    slow, fast = sorted((one, other))
    assert points(graded, time_left=slow, hints=hints) <= points(graded, time_left=fast, hints=hints)


@given(grades, parts_of_time, hints)
def test_a_hint_costs_3_down_to_the_least_points(graded: Grade, time_left: float, hints: int) -> None:
    before = points(graded, time_left=time_left, hints=hints)
    after = points(graded, time_left=time_left, hints=hints + 1)
    assert after == (max(1, before - 3) if before else 0)


@given(keys, choices, parts_of_time, parts_of_time, hints)
def test_part_of_the_key_never_beats_all_of_it(
    key: frozenset[int], choice: frozenset[int], fast: float, slow: float, hints: int
) -> None:
    part = points(grade(key, choice), time_left=fast, hints=hints)
    if choice != key:
        assert part <= points(RIGHT, time_left=slow, hints=hints)


@given(keys, choices, parts_of_time)
def test_speed_earns_nothing_without_a_right_answer(
    key: frozenset[int], choice: frozenset[int], time_left: float
) -> None:
    graded = grade(key, choice)
    if choice != key:
        assert points(graded, time_left=time_left, hints=0) == points(graded, time_left=0, hints=0) < 10


@pytest.mark.parametrize(
    ("time_left", "hints", "expected"),
    [(1, 0, 15), (0, 0, 10), (0.5, 0, 13), (0.1, 0, 11), (0.09, 0, 10), (1, 1, 12), (0, 3, 1), (0, 4, 1)],
)
def test_points_of_a_right_answer(time_left: float, hints: int, expected: int) -> None:
    assert points(RIGHT, time_left=time_left, hints=hints) == expected


@pytest.mark.parametrize(("share", "expected"), [(1 / 2, 5), (1 / 3, 3), (2 / 3, 7), (1 / 4, 3), (3 / 4, 8)])
def test_points_for_a_part_of_the_key_round_halves_up(share: float, expected: int) -> None:
    assert points(Grade(Outcome.PARTLY, share), time_left=1, hints=0) == expected


def test_outcomes_keep_the_numbers_they_are_stored_as() -> None:
    assert {outcome.name: outcome.value for outcome in Outcome} == {"WRONG": 0, "PARTLY": 1, "RIGHT": 2}


@given(
    st.integers(2, 6).flatmap(
        lambda n: st.tuples(st.just(n), st.frozensets(st.integers(0, n - 1), min_size=1, max_size=n - 1))
    )
)
def test_ticking_everything_earns_nothing(question: tuple[int, frozenset[int]]) -> None:
    options, key = question
    assert grade(key, frozenset(range(options))).outcome is Outcome.WRONG
