"""When a question comes again: exactly when FSRS says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import fsrs
import pytest
from fsrs import Rating
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.questions import Bank, Catalog
from bot.domain.reviews import (
    FAST,
    LOOK_AHEAD,
    Review,
    ReviewCard,
    card_after,
    known_by_topic,
    known_share,
    memory_model,
    new_questions,
    rate,
    recall,
    replay,
    workload,
)
from bot.domain.scoring import Outcome
from tests.domain.examples import make_bank, make_question, seconds

TODAY = date(2026, 1, 5)
DAY = timedelta(days=1)

History = Sequence[tuple[Rating, int]]
"""Ratings, each with the days since the one before."""

histories = st.lists(
    st.tuples(
        st.sampled_from(Rating), st.sampled_from([0, 0, 1, -1, -40]) | st.integers(0, 9) | st.integers(0, 400)
    ),
    min_size=1,
    max_size=12,
)
retentions = st.sampled_from([0.7, 0.8, 0.85, 0.9, 0.95, 0.97])


def midnight(day: date) -> datetime:
    """The instant that stands for a day."""
    return datetime.combine(day, time(), tzinfo=UTC)


def reviews_of(history: History) -> list[Review]:
    """Reviews of one question on the days of a calendar that may go back."""
    day, found = TODAY, []
    for rating, gap in history:
        day += gap * DAY
        found.append(Review("sample", "first", rating, day, midnight(day), seconds(5)))
    return found


def by_fsrs(retention: float, history: History) -> tuple[fsrs.Scheduler, fsrs.Card]:
    """The card of FSRS itself, which never hears of a day before one that it knows."""
    model = fsrs.Scheduler(
        desired_retention=retention, learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )
    card, day, latest = fsrs.Card(card_id=1, due=midnight(TODAY)), TODAY, date.min
    for rating, gap in history:
        day += gap * DAY
        latest = max(latest, day)
        card, _ = model.review_card(card, rating, midnight(latest))
    return model, card


def make_card(
    question: str = "first", *, due: int = 0, stability: float = 5.0, **changes: object
) -> ReviewCard:
    """A card that was reviewed yesterday and is due so many days from today."""
    values: dict[str, object] = {
        "bank": "sample",
        "difficulty": 5.0,
        "last": TODAY - DAY,
        "rating": Rating.Good,
    }
    return ReviewCard(question=question, stability=stability, due=TODAY + due * DAY, **(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcome", "hints", "took", "sure", "expected"),
    [
        (Outcome.WRONG, 0, 5, None, Rating.Again),
        (Outcome.WRONG, 2, 5, True, Rating.Again),
        (Outcome.PARTLY, 0, 5, None, Rating.Again),
        (Outcome.PARTLY, 0, 5, True, Rating.Again),
        (Outcome.RIGHT, 1, 5, None, Rating.Hard),
        (Outcome.RIGHT, 1, 5, True, Rating.Hard),
        (Outcome.RIGHT, 0, 5, False, Rating.Hard),
        (Outcome.RIGHT, 0, 999, False, Rating.Hard),
        (Outcome.RIGHT, 0, 5, None, Rating.Good),
        (Outcome.RIGHT, 0, 0, None, Rating.Good),
        (Outcome.RIGHT, 0, 20, True, Rating.Easy),
        (Outcome.RIGHT, 0, 20.001, True, Rating.Good),
        (Outcome.RIGHT, 0, 86_400, True, Rating.Good),
    ],
)
def test_what_an_answer_says_about_memory(
    outcome: Outcome, hints: int, took: float, sure: bool | None, expected: Rating
) -> None:
    assert rate(outcome, hints=hints, took=seconds(took), sure=sure) is expected
    assert seconds(20) == FAST


@settings(max_examples=300)
@given(retention=retentions, history=histories)
def test_a_card_is_scheduled_as_fsrs_schedules_it(retention: float, history: History) -> None:
    _, expected = by_fsrs(retention, history)
    model, card = memory_model(retention), None
    reviews = reviews_of(history)
    for each in reviews:
        card = card_after(model, card, each)
    assert card is not None
    assert (card.stability, card.difficulty) == (expected.stability, expected.difficulty)
    assert expected.last_review is not None
    assert (midnight(card.due), midnight(card.last)) == (expected.due, expected.last_review)
    assert card.full_id == ("sample", "first")
    assert card.due > card.last
    assert replay(memory_model(retention), reviews) == card


def test_without_reviews_there_is_no_card() -> None:
    assert replay(memory_model(0.9), []) is None


@given(retention=retentions, history=histories, later=st.integers(0, 3000))
def test_the_chance_to_be_right_is_that_of_fsrs(retention: float, history: History, later: int) -> None:
    direct, expected = by_fsrs(retention, history)
    card = replay(memory_model(retention), reviews_of(history))
    assert card is not None
    day = card.last + later * DAY
    assert recall(memory_model(retention), card, day) == direct.get_card_retrievability(
        expected, midnight(day)
    )


@given(retention=retentions, history=histories)
def test_a_question_comes_when_the_chance_has_fallen_to_the_target(
    retention: float, history: History
) -> None:
    model = memory_model(retention)
    card = replay(model, reviews_of(history))
    assert card is not None
    # a day is the least, and intervals are rounded to whole days
    assert recall(model, card, card.due + DAY) < retention
    if card.due > card.last + DAY:
        assert recall(model, card, card.due - DAY) > retention


@given(history=histories, pair=st.tuples(retentions, retentions).map(sorted))
def test_who_wants_to_remember_more_is_never_asked_later(history: History, pair: list[float]) -> None:
    less, more = (replay(memory_model(retention), reviews_of(history)) for retention in pair)
    assert less is not None
    assert more is not None
    assert more.due <= less.due


def test_retention_makes_a_difference() -> None:
    dues = [replay(memory_model(r), reviews_of([(Rating.Easy, 0)])) for r in (0.97, 0.9, 0.8)]
    days = [(card.due - TODAY).days for card in dues if card]
    assert days == sorted(set(days))


@given(history=histories)
def test_the_same_answers_always_give_the_same_dates(history: History) -> None:
    # FSRS would otherwise shift them at random
    cards = {replay(memory_model(0.8), reviews_of(history)) for _ in range(5)}
    assert len(cards) == 1


IN_BANK = [make_question(id_) for id_ in "abcdefgh"]
CATALOG = Catalog({"sample": make_bank(IN_BANK)})


def test_what_is_due_by_days() -> None:
    cards = [
        make_card("a", due=0),
        make_card("b", due=-3),
        make_card("c", due=1),
        make_card("d", due=7),
        make_card("e", due=8),
        make_card("f", due=1),
    ]
    found = workload(cards, CATALOG, TODAY)
    assert [card.question for card in found.due] == ["b", "a"]
    assert (found.tomorrow, found.week) == (2, 3)
    assert found.next_day == TODAY + DAY


def test_the_most_overdue_comes_first_then_the_weakest_memory() -> None:
    cards = [
        make_card("a", due=-1, stability=2.0),
        make_card("c", due=-1, stability=1.0),
        make_card("b", due=-1, stability=1.0),
        make_card("d", due=-9, stability=90.0),
        make_card("e", due=0, stability=0.1),
    ]
    for order in (cards, cards[::-1]):
        assert [card.question for card in workload(order, CATALOG, TODAY).due] == ["d", "b", "c", "a", "e"]


def test_questions_that_left_the_bank_are_no_work() -> None:
    cards = [
        *(make_card("gone", due=due) for due in (0, 1, 5)),
        make_card("a", due=0, bank="gone"),
        make_card("b", due=9),
    ]
    found = workload(cards, CATALOG, TODAY)
    assert (found.due, found.tomorrow, found.week) == ((), 0, 0)
    assert found.next_day == TODAY + 9 * DAY


def test_no_cards_are_no_work() -> None:
    found = workload([], CATALOG, TODAY)
    assert (found.due, found.tomorrow, found.week, found.next_day) == ((), 0, 0, None)


@given(dues=st.lists(st.integers(-30, 30), max_size=8))
def test_every_card_is_due_or_comes_later(dues: list[int]) -> None:
    cards = [make_card(question.id, due=due) for question, due in zip(IN_BANK, dues, strict=False)]
    found = workload(cards, CATALOG, TODAY)
    assert len(found.due) == sum(due <= 0 for due in dues)
    assert found.tomorrow == dues.count(1)
    assert found.week == sum(1 <= due <= 7 for due in dues)
    later = [due for due in dues if due > 0]
    assert found.next_day == (TODAY + min(later) * DAY if later else None)


def two_topics() -> Bank:
    """Three questions on one, two on two, none on three."""
    questions = [make_question(id_, topic="one") for id_ in "abc"] + [
        make_question(id_, topic="two") for id_ in "de"
    ]
    return make_bank(questions, one=30, two=60, three=10)


def test_a_topic_is_known_by_the_mean_chance_of_all_its_questions() -> None:
    model, bank = memory_model(0.9), two_topics()
    cards = {card.full_id: card for card in (make_card("a"), make_card("b", stability=50.0), make_card("d"))}
    day = TODAY + 20 * DAY
    found = known_by_topic(model, bank, cards, day)
    weak, strong = (recall(model, cards["sample", id_], day) for id_ in "ab")
    assert 0 < weak < strong < 1
    assert found == {"one": pytest.approx((weak + strong) / 3), "two": pytest.approx(weak / 2)}
    assert known_by_topic(model, bank, {}, day) == {"one": 0, "two": 0}
    # on the day itself nothing is forgotten
    fresh = {card.full_id: card for card in (make_card(id_, last=TODAY) for id_ in "abcde")}
    assert known_by_topic(model, bank, fresh, TODAY) == {"one": 1, "two": 1}


def test_a_bank_is_known_by_its_topics_and_their_weights() -> None:
    bank = two_topics()
    assert known_share(bank, {"one": 0.5, "two": 0.8}) == pytest.approx((30 * 0.5 + 60 * 0.8) / 90)
    assert known_share(bank, {"one": 1.0, "two": 1.0}) == 1
    assert known_share(bank, {}) == 0
    nothing = make_bank([make_question("a", topic="one"), make_question("b", topic="two")], one=100, two=0)
    assert 0 < known_share(nothing, {"one": 0.0, "two": 1.0}) < 0.05


def test_new_questions_come_from_the_weakest_topic_the_easy_ones_first() -> None:
    levels = {"a": "hard", "b": "easy", "c": "medium", "d": "medium", "e": "easy", "f": "hard", "g": "easy"}
    questions = [
        make_question(id_, topic="one" if id_ in "abcd" else "two", difficulty=level)
        for id_, level in levels.items()
    ]
    bank = make_bank(questions, one=50, two=50)
    model = memory_model(0.9)

    def order(*known: ReviewCard) -> str:
        cards = {card.full_id: card for card in known}
        found = new_questions(model, bank, cards, TODAY, questions[::-1])
        return "".join(question.id for question in found)

    assert order() == "bcda" + "egf"  # nothing is known: by the name of the topic
    assert order(make_card("d")) == "egf" + "bca"
    assert order(make_card("g"), make_card("d")) == "bca" + "ef"  # one of four is less than one of three
    # the same number of each, but those of two are forgotten sooner
    pair = [make_card("a", stability=30.0), make_card("b", stability=30.0), make_card("e", stability=0.5)]
    assert order(*pair) == "gf" + "cd"


def test_topics_are_compared_a_week_ahead() -> None:
    """On the day of an answer a lucky guess looks as well known as what was known for years."""
    questions = [make_question("a", topic="one"), make_question("b", topic="one")]
    questions += [make_question("c", topic="two"), make_question("d", topic="two")]
    bank = make_bank(questions, one=50, two=50)
    cards = {
        card.full_id: card
        for card in (make_card("a", stability=300.0, last=TODAY), make_card("c", stability=0.2, last=TODAY))
    }
    assert known_by_topic(memory_model(0.9), bank, cards, TODAY) == {"one": 0.5, "two": 0.5}
    assert LOOK_AHEAD == 7 * DAY
    found = new_questions(memory_model(0.9), bank, cards, TODAY, questions)
    assert [question.id for question in found] == ["d", "b"]


def test_only_questions_of_the_pool_are_new() -> None:
    bank = two_topics()
    pool = [question for question in bank.questions if question.id in "bd"]
    cards = {("sample", "b"): make_card("b")}
    assert [q.id for q in new_questions(memory_model(0.9), bank, cards, TODAY, pool)] == ["d"]
    # a question of the same name in another bank is another question
    other = {("other", "d"): make_card("d", bank="other")}
    assert {q.id for q in new_questions(memory_model(0.9), bank, other, TODAY, pool)} == {"b", "d"}


def test_what_was_answered_wrong_last_is_not_known() -> None:
    bank, model = make_bank([make_question("first"), make_question("b")]), memory_model(0.9)

    def known(*ratings: Rating) -> float:
        card = replay(model, reviews_of([(rating, 0) for rating in ratings]))
        assert card is not None
        return known_by_topic(model, bank, {card.full_id: card}, TODAY)["one"]

    assert known(Rating.Good) == 0.5
    assert known(Rating.Good, Rating.Again) == known(Rating.Again) == 0.0
    assert known(Rating.Again, Rating.Hard) == 0.5


def test_what_is_withheld_is_due_and_waits() -> None:
    bank = make_bank([make_question(id_) for id_ in "abc"])
    cards = [make_card("a"), make_card("b"), make_card("c", due=1)]
    withheld = frozenset({("sample", "a"), ("sample", "c")})
    found = workload(cards, Catalog({bank.id: bank}), TODAY, withheld)
    assert [card.question for card in found.due] == ["b"]
    assert found.withheld == 1
    assert found.tomorrow == 1  # by then it may be over
