"""How a reported question went, and where a case stands."""

from __future__ import annotations

from bot.domain.reports import Place, Record, place, record
from bot.domain.scoring import Outcome
from tests.domain.examples import make_question


def test_a_record_counts_members_and_what_they_chose() -> None:
    question = make_question(key=(0, 2))
    found = record(
        question, [(0b101, Outcome.RIGHT, 3), (0b110, Outcome.PARTLY, 2), (0b010, Outcome.WRONG, 5)]
    )
    assert found == Record(answered=10, right=3, counts=(3, 7, 5, 0))
    assert [found.share(option) for option in range(4)] == [0.3, 0.7, 0.5, 0.0]


def test_a_question_that_nobody_answered_has_no_shares() -> None:
    found = record(make_question(), [])
    assert found == Record(0, 0, (0, 0, 0, 0))
    assert found.share(0) == 0


def test_a_place_knows_its_neighbours() -> None:
    assert place([7], 7) == Place(1, 1, None, None)
    assert place([7, 3, 9], 7) == Place(1, 3, None, 3)
    assert place([7, 3, 9], 3) == Place(2, 3, 7, 9)
    assert place([7, 3, 9], 9) == Place(3, 3, 3, None)
