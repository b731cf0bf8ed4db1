"""Study plans: how many questions a day, the weakest topics, and the forecast."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from fsrs import Rating
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import Bank, QuestionId
from bot.domain.reviews import ReviewCard, known_by_topic, known_share, memory_model, recall
from bot.domain.study_plans import Forecast, first_try_share, forecast, new_a_day, weakest
from tests.domain.examples import make_bank, make_question

MODEL = memory_model(0.9)
TODAY = date(2026, 3, 14)


def later(days: int) -> date:
    """A day so many days after today."""
    return TODAY + timedelta(days=days)


def bank() -> Bank:
    """A bank with 30 questions on one topic and 10 on another."""
    questions = [make_question(f"one-{n}", topic="one") for n in range(30)]
    questions += [make_question(f"two-{n}", topic="two") for n in range(10)]
    return make_bank(questions, one=60, two=40)


def memory(
    *questions: str, stability: float = 10.0, last: int = -3, due: int = 7
) -> dict[QuestionId, ReviewCard]:
    """Cards of questions that were last answered so many days after today, and fall due then."""
    found = {}
    for question in questions:
        card = ReviewCard("sample", question, stability, 5.0, later(last), later(due), Rating.Good)
        found[card.full_id] = card
    return found


def look_ahead(
    days: int, cards: Mapping[QuestionId, ReviewCard] | None = None, of: Bank | None = None, **changes: Any
) -> Forecast:
    """A forecast for an exam in so many days."""
    of, cards = of or bank(), cards or {}
    unseen = sum(q.full_id not in cards for q in of.questions)
    values: dict[str, Any] = {
        "today": TODAY,
        "exam_day": later(days),
        "new_today": new_a_day(unseen, 0, days),
        "first_try": 0.5,
        "rng": random.Random(7),
    }
    return forecast(MODEL, of, cards, **(values | changes))


ALL = tuple(question.id for question in bank().questions)


# questions a day


@pytest.mark.parametrize(
    ("unseen", "done", "days", "expected"),
    [(0, 0, 5, 0), (10, 0, 5, 2), (11, 0, 5, 3), (8, 2, 5, 2), (1, 0, 365, 1), (40, 0, 1, 40), (0, 7, 2, 4)],
)
def test_unseen_questions_are_spread_over_the_days(unseen: int, done: int, days: int, expected: int) -> None:
    assert new_a_day(unseen, done, days) == expected


@given(st.integers(0, 2000), st.integers(1, 730))
def test_who_does_each_day_what_the_plan_asks_meets_all_in_time(unseen: int, days: int) -> None:
    left, most = unseen, new_a_day(unseen, 0, days)
    for rest in range(days, 0, -1):
        wanted = new_a_day(left, 0, rest)
        assert wanted <= most
        assert all(new_a_day(left - done, done, rest) == wanted for done in (0, wanted // 2, wanted))
        left -= wanted
    assert left == 0


def test_first_tries_count_for_more_the_more_there_are() -> None:
    assert first_try_share(0, 0) == 0.5
    assert first_try_share(1, 1) == pytest.approx(2 / 3)
    assert first_try_share(0, 98) == 0.01
    assert first_try_share(98, 98) == 0.99


# the weakest topics


def test_topics_are_compared_by_what_is_known_on_the_day_of_the_exam() -> None:
    cards = memory("one-0", "one-1", "two-0")
    first, second = weakest(MODEL, bank(), cards, later(30), 9)
    assert (first.id, first.title, first.weight, first.seen, first.questions) == (
        "one",
        "Topic one",
        60,
        2,
        30,
    )
    assert (second.id, second.seen, second.questions) == ("two", 1, 10)
    assert first.known == pytest.approx(2 * recall(MODEL, cards["sample", "one-0"], later(30)) / 30)
    assert weakest(MODEL, bank(), cards, later(30), 1) == [first]


def test_among_equals_the_heavier_topic_is_weaker() -> None:
    even = make_bank(
        [make_question("a", topic="light"), make_question("b", topic="heavy")], light=10, heavy=90
    )
    assert [stand.id for stand in weakest(MODEL, even, {}, later(9), 2)] == ["heavy", "light"]


# the forecast


def test_nothing_seen() -> None:
    found = look_ahead(20)
    assert found.idle == 0
    assert 0.85 < found.planned < 1
    assert found.reviews_a_day > 1


def test_idle_is_what_the_model_says() -> None:
    cards = memory(*ALL[:15], stability=3.0)
    found = look_ahead(20, cards)
    assert found.idle == pytest.approx(0.6 * 15 / 30 * recall(MODEL, cards["sample", ALL[0]], later(20)))


def test_all_seen_and_nothing_due_before_the_exam() -> None:
    cards = memory(*ALL, due=20)
    found = look_ahead(20, cards)
    assert found.planned == pytest.approx(found.idle)  # what is due on the day itself comes too late
    assert found.reviews_a_day == 0
    sooner = look_ahead(20, memory(*ALL, due=19))
    assert sooner.planned > found.planned
    assert sooner.reviews_a_day == len(ALL) / 20


def test_an_exam_tomorrow_leaves_today() -> None:
    cards = memory(*ALL[:10], due=-2)
    found = look_ahead(1, cards, first_try=1.0)
    assert found.reviews_a_day == 10
    # everything was met or reviewed a day before
    assert found.planned > 0.9 > found.idle


def test_what_is_met_today_already_is_not_met_again() -> None:
    nothing_today = look_ahead(1, new_today=0)
    assert nothing_today.planned == 0
    ten = make_bank([make_question(f"question-{n}") for n in range(10)])
    half = look_ahead(1, of=ten, new_today=5, first_try=1.0)
    assert half.planned == pytest.approx(0.5, abs=0.05)


def test_overdue_questions_are_reviewed_at_once() -> None:
    late, on_time = (look_ahead(30, memory(*ALL, due=due)) for due in (-400, 0))
    assert late == on_time


def test_cards_of_other_banks_and_of_removed_questions_do_not_count() -> None:
    other = ReviewCard("other", "one-0", 10.0, 5.0, TODAY, TODAY, Rating.Good)
    cards = {**memory("one-0"), **memory("gone", due=0), other.full_id: other}
    assert look_ahead(9, cards, new_today=5) == look_ahead(9, memory("one-0"), new_today=5)


def test_the_same_chance_gives_the_same_forecast() -> None:
    cards = memory(*ALL[:20], due=2)
    assert look_ahead(50, cards) == look_ahead(50, cards)
    assert look_ahead(50, cards) != look_ahead(50, cards, rng=random.Random(8))


def test_knowing_more_at_first_sight_helps() -> None:
    shares = [look_ahead(10, first_try=share).planned for share in (0.0, 0.5, 1.0)]
    assert shares == sorted(shares)
    reviews = [look_ahead(10, first_try=share).reviews_a_day for share in (0.0, 1.0)]
    assert reviews[0] > reviews[1]


def test_a_year_is_no_trouble() -> None:
    found = look_ahead(365, memory(*ALL[:20], due=-5))
    assert found.idle < found.planned
    assert found.planned > 0.85
    assert found.reviews_a_day < 3


stabilities = st.floats(0.01, 500)
cards_of_some = st.dictionaries(
    st.sampled_from(ALL),
    st.tuples(stabilities, st.floats(1, 10), st.integers(-300, 0), st.integers(-100, 300)),
)


@given(cards_of_some, st.integers(1, 60), st.floats(0, 1), st.integers(0, 999))
def test_whatever_is_known_the_forecast_is_sound(
    values: dict[str, tuple[float, float, int, int]], days: int, first_try: float, seed: int
) -> None:
    cards = {
        ("sample", question): ReviewCard(
            "sample", question, stability, difficulty, later(last), later(due), Rating.Good
        )
        for question, (stability, difficulty, last, due) in values.items()
    }
    found = look_ahead(days, cards, first_try=first_try, rng=random.Random(seed))
    assert 0 <= found.idle <= 1
    assert 0 <= found.planned <= 1
    expected = known_share(bank(), known_by_topic(MODEL, bank(), cards, later(days)))
    assert found.idle == pytest.approx(expected)
    # who meets the rest as well knows more than who stops, but for answers that turn out wrong
    assert found.planned > found.idle - 0.1
    assert found.reviews_a_day <= len(ALL)
    assert cards.keys() == {("sample", question) for question in values}  # what was handed in stays as it was
