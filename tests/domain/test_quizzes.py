"""What came of a quiz."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.quizzes import quiz_result
from bot.domain.rounds import Answer, Round
from bot.domain.scoring import Outcome
from tests.domain.examples import NOON, make_answer, make_question, make_round, seconds

RIGHT, PARTLY, WRONG = Outcome.RIGHT, Outcome.PARTLY, Outcome.WRONG


def played(*outcomes: Sequence[Outcome]) -> list[tuple[Round, list[Answer]]]:
    """Rounds that members 1, 2 … answered like this."""
    return [
        (
            make_round(number, make_question(f"question-{number}")),
            [make_answer(member, outcome, round_id=number) for member, outcome in enumerate(row, start=1)],
        )
        for number, row in enumerate(outcomes, start=1)
    ]


def test_nothing_asked_gives_an_empty_result() -> None:
    result = quiz_result([])
    assert result.asked == 0
    assert result.standings == ()
    assert result.accuracy is None
    assert result.hardest is None


def test_rounds_that_nobody_answered_count_as_asked() -> None:
    result = quiz_result(played([], [RIGHT], []))
    assert result.asked == 3
    assert result.accuracy == 1


def test_a_member_has_the_sum_of_all_rounds() -> None:
    first, second = make_round(1), make_round(2)
    result = quiz_result(
        [
            (first, [make_answer(7, points=12, hints=1, after=5)]),
            (second, [make_answer(7, PARTLY, points=5, hints=2, after=45)]),
        ]
    )
    (standing,) = result.standings
    score = standing.score
    assert (score.member_id, score.points, score.right, score.answered, score.hints) == (7, 17, 1, 2, 3)
    assert score.took == seconds(5 + 45)
    assert score.last_at == NOON + seconds(45)


def test_standings_are_ranked_by_points() -> None:
    result = quiz_result(played([WRONG, RIGHT, RIGHT], [WRONG, WRONG, RIGHT]))
    assert [(standing.rank, standing.score.member_id) for standing in result.standings] == [
        (1, 3),
        (2, 2),
        (3, 1),
    ]


def test_accuracy_counts_only_right_answers() -> None:
    assert quiz_result(played([RIGHT, PARTLY], [WRONG, RIGHT, RIGHT])).accuracy == pytest.approx(3 / 5)


def test_the_hardest_question_has_the_lowest_share_of_right_answers() -> None:
    result = quiz_result(played([RIGHT, WRONG], [WRONG, PARTLY], [RIGHT, RIGHT]))
    assert result.hardest is not None
    assert result.hardest.id == "question-2"
    assert result.hardest_share == 0


def test_of_two_equally_hard_questions_the_first_is_named() -> None:
    result = quiz_result(played([RIGHT], [RIGHT, WRONG], [WRONG, RIGHT]))
    assert result.hardest is not None
    assert result.hardest.id == "question-2"
    assert result.hardest_share == pytest.approx(0.5)


def test_no_question_is_hard_when_all_answers_are_right() -> None:
    assert quiz_result(played([RIGHT, RIGHT], [RIGHT], [])).hardest is None


@given(st.lists(st.lists(st.sampled_from(Outcome), max_size=4), max_size=5))
def test_the_result_adds_up(outcomes: list[list[Outcome]]) -> None:
    result = quiz_result(played(*outcomes))
    given_ = [outcome for row in outcomes for outcome in row]
    shares = [row.count(RIGHT) / len(row) for row in outcomes if row]
    assert result.asked == len(outcomes)
    assert sum(standing.score.answered for standing in result.standings) == len(given_)
    assert sum(standing.score.right for standing in result.standings) == given_.count(RIGHT)
    assert sum(standing.score.points for standing in result.standings) == 10 * given_.count(RIGHT)
    assert result.hardest_share == min(shares, default=1)
    assert (result.hardest is None) == (min(shares, default=1) == 1)
