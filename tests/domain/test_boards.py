"""Leaderboards: adding up and ranking."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.boards import Score, rank
from tests.domain.examples import NOON, seconds

scores = st.lists(
    st.builds(
        Score,
        member_id=st.integers(1, 1 << 63),
        points=st.integers(0, 5),
        hints=st.integers(0, 2),
        last_at=st.none() | st.integers(0, 3).map(lambda minute: NOON + seconds(60 * minute)),
    ),
    max_size=12,
    unique_by=lambda score: score.member_id,
)


def test_an_answer_is_added_to_a_score() -> None:
    score = Score(7).plus(points=12, right=True, hints=1, at=NOON)
    assert score == Score(7, points=12, right=1, answered=1, hints=1, last_at=NOON)
    score = score.plus(points=5, right=False, hints=2, at=NOON + seconds(9))
    assert score == Score(7, points=17, right=1, answered=2, hints=3, last_at=NOON + seconds(9))


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


@given(scores, st.randoms(use_true_random=False))
def test_a_board_is_the_same_for_everybody(scores: list[Score], rng: Random) -> None:
    shuffled = list(scores)
    rng.shuffle(shuffled)
    assert rank(shuffled) == rank(scores)
