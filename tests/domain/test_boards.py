"""Leaderboards: adding up and ranking."""

from __future__ import annotations

from itertools import pairwise, permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.boards import (
    PAGE,
    Climb,
    Score,
    Standing,
    best_climber,
    most_improved,
    pages,
    rank,
)
from tests.domain.examples import NOON, seconds

scores = st.lists(
    st.builds(
        Score,
        member_id=st.integers(1, 12) | st.integers(1, 1 << 63),
        points=st.integers(0, 5),
        hints=st.integers(0, 2),
        took=st.integers(0, 3).map(seconds),
        last_at=st.none() | st.integers(0, 3).map(lambda minute: NOON + seconds(60 * minute)),
    ),
    max_size=12,
    unique_by=lambda score: score.member_id,
)


def test_an_answer_is_added_to_a_score() -> None:
    score = Score(7).plus(points=12, right=True, hints=1, at=NOON, took=seconds(4))
    assert score == Score(7, points=12, right=1, answered=1, hints=1, last_at=NOON, took=seconds(4))
    later = NOON + seconds(9)
    score = score.plus(points=5, right=False, hints=2, at=later, took=seconds(0.5))
    assert score == Score(7, points=17, right=1, answered=2, hints=3, last_at=later, took=seconds(4.5))


def test_an_answer_without_points_takes_time_too() -> None:
    assert Score(7).plus(points=0, right=False, hints=0, at=NOON, took=seconds(4)).took == seconds(4)


def test_only_an_answer_with_points_moves_the_time_of_the_last_points() -> None:
    score = Score(7).plus(points=0, right=False, hints=0, at=NOON)
    assert score.last_at is None
    score = score.plus(points=1, right=True, hints=0, at=NOON)
    assert score.plus(points=0, right=False, hints=0, at=NOON + seconds(9)).last_at == NOON


@given(st.permutations([0, 10, 20, 30]))
def test_the_last_points_are_the_latest_whatever_the_order(offsets: list[int]) -> None:
    score = Score(7)
    for offset in offsets:
        score = score.plus(points=1, right=True, hints=0, at=NOON + seconds(offset))
    assert score.last_at == NOON + seconds(30)


def test_equal_points_share_a_rank_and_the_next_one_is_left_out() -> None:
    standings = rank([Score(1, 5), Score(2, 9), Score(3, 9), Score(4, 1), Score(5, 5), Score(6, 5)])
    assert [standing.rank for standing in standings] == [1, 1, 3, 3, 3, 6]


def test_nobody_gives_an_empty_board() -> None:
    assert rank([]) == ()


@given(scores)
def test_a_rank_is_one_more_than_the_number_of_those_with_more_points(scores: list[Score]) -> None:
    standings = rank(scores)
    assert sorted(standing.score.member_id for standing in standings) == sorted(s.member_id for s in scores)
    for standing in standings:
        assert standing.rank == 1 + sum(score.points > standing.score.points for score in scores)


@given(scores)
def test_within_a_rank_fewer_hints_then_earlier_points_stand_first(scores: list[Score]) -> None:
    standings = rank(scores)
    for above, below in pairwise(standings):
        one, other = above.score, below.score
        assert one.points >= other.points
        if one.points == other.points:
            assert one.hints <= other.hints
            if one.hints == other.hints:
                assert other.last_at is None or (one.last_at is not None and one.last_at <= other.last_at)


@given(scores, st.randoms(use_true_random=False), st.booleans())
def test_a_board_is_the_same_for_everybody(scores: list[Score], rng: Random, by_time: bool) -> None:
    shuffled = list(scores)
    rng.shuffle(shuffled)
    assert rank(shuffled, by_time=by_time) == rank(scores, by_time=by_time)


@given(scores)
def test_in_a_challenge_less_time_is_the_better_rank_among_equal_points(scores: list[Score]) -> None:
    standings = rank(scores, by_time=True)
    assert sorted(standing.score.member_id for standing in standings) == sorted(s.member_id for s in scores)
    for standing in standings:
        own = standing.score
        better = [
            score
            for score in scores
            if score.points > own.points or (score.points == own.points and score.took < own.took)
        ]
        assert standing.rank == 1 + len(better)
    for above, below in pairwise(standings):
        assert above.rank <= below.rank
        if above.rank == below.rank:
            assert above.score.hints <= below.score.hints


def test_time_decides_nothing_outside_challenges() -> None:
    slow, fast = Score(1, 9, took=seconds(60)), Score(2, 9, took=seconds(1))
    assert [(standing.rank, standing.score) for standing in rank([fast, slow])] == [(1, slow), (1, fast)]
    assert [(s.rank, s.score) for s in rank([fast, slow], by_time=True)] == [(1, fast), (2, slow)]


def test_equal_points_and_equal_time_share_a_rank_in_a_challenge() -> None:
    scores = [Score(1, 9, took=seconds(5)), Score(2, 9, took=seconds(5)), Score(3, 9, took=seconds(6))]
    assert [standing.rank for standing in rank(scores, by_time=True)] == [1, 1, 3]


@pytest.mark.parametrize(("members", "expected"), [(0, 1), (1, 1), (10, 1), (11, 2), (20, 2), (21, 3)])
def test_a_page_has_ten_members_and_an_empty_board_a_page(members: int, expected: int) -> None:
    assert PAGE == 10
    assert pages(members) == expected


def standings(*members: int) -> tuple[Standing, ...]:
    """A board with these members from the first to the last."""
    return rank(Score(member, 1000 - place) for place, member in enumerate(members))


def test_the_best_climber_rose_by_the_most_ranks() -> None:
    assert best_climber(standings(1, 2, 3, 4, 5), standings(1, 5, 3, 2, 4)) == Climb(5, before=5, after=2)


def test_of_two_who_rose_alike_the_higher_one_is_the_best_climber() -> None:
    assert best_climber(standings(1, 2, 3, 4), standings(2, 1, 4, 3)) == Climb(2, before=2, after=1)
    assert best_climber(standings(3, 1, 4, 2), standings(1, 3, 2, 4)) == Climb(1, before=2, after=1)


@pytest.mark.parametrize(
    ("before", "after"),
    [((), ()), ((1, 2), (1, 2)), ((1, 2), ()), ((), (1, 2)), ((1, 2), (3, 1, 2)), ((1, 2), (4, 5))],
)
def test_nobody_climbs_without_a_better_rank_on_both_boards(
    before: tuple[int, ...], after: tuple[int, ...]
) -> None:
    assert best_climber(standings(*before), standings(*after)) is None


def test_who_rises_because_others_are_gone_climbs_too() -> None:
    assert best_climber(standings(1, 2, 3), standings(3)) == Climb(3, before=3, after=1)


@given(scores, scores)
def test_nobody_climbs_further_than_the_best_climber(before: list[Score], after: list[Score]) -> None:
    was = {standing.score.member_id: standing.rank for standing in rank(before)}
    now = {standing.score.member_id: standing.rank for standing in rank(after)}
    rises = {member: was[member] - now[member] for member in was.keys() & now.keys()}
    found = best_climber(rank(before), rank(after))
    if found is None:
        assert max(rises.values(), default=0) <= 0
    else:
        assert (was[found.member_id], now[found.member_id]) == (found.before, found.after)
        assert rises[found.member_id] == max(rises.values()) > 0
        equals = [member for member, rise in rises.items() if rise == rises[found.member_id]]
        assert found.after == min(now[member] for member in equals)


def test_the_most_improved_raised_their_share_the_most() -> None:
    assert most_improved({1: 0.5, 2: 0.25, 3: 0.0}, {1: 0.875, 2: 0.75, 3: 0.25}) == (2, 0.25, 0.75)


def test_of_two_who_improved_alike_it_is_always_the_same_one() -> None:
    for members in permutations([4, 7, 9]):
        before, after = dict.fromkeys(members, 0.25), dict.fromkeys(members, 0.5)
        assert most_improved(before, after) == (4, 0.25, 0.5)


@pytest.mark.parametrize(
    ("before", "after"),
    [({}, {}), ({1: 0.5}, {}), ({}, {1: 0.5}), ({1: 0.5}, {1: 0.5}), ({1: 0.5}, {1: 0.25, 2: 1.0})],
)
def test_nobody_improves_without_a_larger_share_than_before(
    before: dict[int, float], after: dict[int, float]
) -> None:
    assert most_improved(before, after) is None
