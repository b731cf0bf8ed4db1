"""Weekly challenges: when they run, and which questions they ask."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.banks.loader import load_catalog
from bot.domain.challenges import (
    FEWEST_QUESTIONS,
    MOST_QUESTIONS,
    REMEMBERED,
    SHORTEST,
    Plan,
    choose_for_challenge,
    end_if_begun,
    end_of_extra,
    next_start,
    planned_end,
)
from bot.domain.questions import Bank, Question
from tests.domain.clocks import HOUR, SECOND, changes, instants, near_changes, zones
from tests.domain.examples import make_bank, make_question

BERLIN = ZoneInfo("Europe/Berlin")
DAY, WEEK, QUARTER = timedelta(days=1), timedelta(days=7), timedelta(minutes=15)
QUESTIONS = Path(__file__).parents[2] / "questions"


def make_plan(weekday: int = 0, hour: int = 18, days: int | None = None) -> Plan:
    """A plan: on Mondays at six unless told otherwise."""
    return Plan(1, 2, 3, "sample", weekday=weekday, hour=hour, days=days, is_on=True)


plans = st.builds(
    make_plan,
    weekday=st.integers(0, 6),
    hour=st.integers(0, 23),
    days=st.none() | st.integers(1, 7) | st.just(10),
)


@st.composite
def plans_and_instants(draw: st.DrawFn) -> tuple[Plan, datetime, ZoneInfo]:
    """A plan, an instant, and a zone. Most are near a change of the clocks, and many at a planned start."""
    zone = draw(zones.filter(lambda zone: bool(changes(zone))) if draw(st.integers(0, 3)) else zones)
    plan, at = draw(plans), draw(instants | near_changes(zone, timedelta(days=8)))
    if changes(zone) and draw(st.booleans()):
        # a start on the day of a change or beside it, at an hour that may be skipped or come twice
        change = draw(st.sampled_from(changes(zone)))
        local = (change + draw(st.integers(-2, 2)) * HOUR).astimezone(zone)
        plan = replace(plan, weekday=local.weekday(), hour=local.hour)
        at = change + draw(st.sampled_from([-8 * DAY, -WEEK, -DAY, -HOUR, -SECOND, 0 * HOUR, SECOND, HOUR]))
    return plan, at, zone


def clock(at: datetime, zone: ZoneInfo) -> datetime:
    """What clocks show, without a zone."""
    return at.astimezone(zone).replace(tzinfo=None)


def first_time(day: date, hour: int, after: datetime, zone: ZoneInfo) -> datetime:
    """By watching the clock: when it first shows this hour of this day, or a later time; not before `after`."""
    at = after
    while clock(at, zone) < datetime(day.year, day.month, day.day, hour):  # noqa: DTZ001 - clocks show none
        at += QUARTER
    return at


def by_watching(plan: Plan, after: datetime, zone: ZoneInfo) -> datetime:
    """The next start by watching the clock every quarter of an hour until the planned hour is reached or passed."""
    at = datetime.fromtimestamp(after.timestamp() // 900 * 900, tz=after.tzinfo) - 3 * HOUR
    latest = clock(at, zone)
    while True:
        at += QUARTER
        shown = clock(at, zone)
        for day in (latest.date(), shown.date()):
            planned = datetime(day.year, day.month, day.day, plan.hour)  # noqa: DTZ001 - clocks show none
            if day.weekday() == plan.weekday and latest < planned <= shown and at > after:
                return at
        latest = max(latest, shown)  # an hour that comes twice is passed once


@settings(max_examples=100)
@given(plans_and_instants())
def test_the_next_start_is_when_the_planned_hour_is_first_reached(
    place: tuple[Plan, datetime, ZoneInfo],
) -> None:
    plan, after, zone = place
    assert next_start(plan, after, zone) == by_watching(plan, after, zone)


@given(plans_and_instants())
def test_a_start_is_on_its_weekday_at_its_hour_within_8_days(place: tuple[Plan, datetime, ZoneInfo]) -> None:
    plan, after, zone = place
    start = next_start(plan, after, zone)
    assert after < start <= after + 7 * DAY + HOUR
    shown = clock(start, zone)
    assert shown.weekday() == plan.weekday
    assert (shown.minute, shown.second, shown.microsecond) == (0, 0, 0)
    if shown.hour != plan.hour:  # skipped
        assert shown.hour == plan.hour + 1
        assert start in changes(zone)


@given(plans_and_instants())
def test_starts_follow_each_other_week_by_week(place: tuple[Plan, datetime, ZoneInfo]) -> None:
    plan, after, zone = place
    start = next_start(plan, after, zone)
    assert next_start(plan, start - timedelta(microseconds=1), zone) == start
    following = next_start(plan, start, zone)
    assert clock(following, zone).date() == clock(start, zone).date() + WEEK
    assert abs(following - start - WEEK) <= HOUR
    assert next_start(plan, following - SECOND, zone) == following


@given(plans_and_instants())
def test_a_planned_end_is_at_the_same_hour_and_not_after_the_next_start(
    place: tuple[Plan, datetime, ZoneInfo],
) -> None:
    plan, after, zone = place
    start = next_start(plan, after, zone)
    end, following = planned_end(plan, start, zone), next_start(plan, start, zone)
    assert start < end <= following
    if plan.days is None:
        assert end == following
    else:
        last = clock(start, zone).date() + plan.days * DAY
        assert end == min(following, first_time(last, plan.hour, start, zone))
        assert end - start >= min(plan.days, 7) * DAY - HOUR


@pytest.mark.parametrize(
    ("plan", "after", "start", "end"),
    [
        # Monday 18:00 in Berlin, in winter, over the change to summer time, and in summer
        (make_plan(), "2026-03-18T00:00Z", "2026-03-23T17:00Z", "2026-03-30T16:00Z"),
        (make_plan(), "2026-03-23T16:59:59Z", "2026-03-23T17:00Z", "2026-03-30T16:00Z"),
        (make_plan(), "2026-03-23T17:00Z", "2026-03-30T16:00Z", "2026-04-06T16:00Z"),
        (make_plan(days=3), "2026-03-18T00:00Z", "2026-03-23T17:00Z", "2026-03-26T17:00Z"),
        (make_plan(days=7), "2026-03-18T00:00Z", "2026-03-23T17:00Z", "2026-03-30T16:00Z"),
        # Friday 18:00 for four days, over the changes
        (make_plan(4, days=4), "2026-03-25T00:00Z", "2026-03-27T17:00Z", "2026-03-31T16:00Z"),
        (make_plan(4, days=4), "2026-10-21T00:00Z", "2026-10-23T16:00Z", "2026-10-27T17:00Z"),
        (make_plan(4, days=10), "2026-10-21T00:00Z", "2026-10-23T16:00Z", "2026-10-30T17:00Z"),
        # Sunday 02:00: skipped on 29 March, twice on 25 October
        (make_plan(6, 2), "2026-03-23T00:00Z", "2026-03-29T01:00Z", "2026-04-05T00:00Z"),
        (make_plan(6, 2), "2026-03-29T00:59:59Z", "2026-03-29T01:00Z", "2026-04-05T00:00Z"),
        (make_plan(6, 2), "2026-10-24T00:00Z", "2026-10-25T00:00Z", "2026-11-01T01:00Z"),
        (make_plan(6, 2), "2026-10-25T00:00Z", "2026-11-01T01:00Z", "2026-11-08T01:00Z"),
        (make_plan(6, 2), "2026-10-25T00:30Z", "2026-11-01T01:00Z", "2026-11-08T01:00Z"),
        (make_plan(6, 2), "2026-10-25T01:00Z", "2026-11-01T01:00Z", "2026-11-08T01:00Z"),
        # Saturday 02:00 for a day: ends in the hour that is skipped or comes twice
        (make_plan(5, 2, days=1), "2026-03-23T00:00Z", "2026-03-28T01:00Z", "2026-03-29T01:00Z"),
        (make_plan(5, 2, days=1), "2026-10-20T00:00Z", "2026-10-24T00:00Z", "2026-10-25T00:00Z"),
    ],
)
def test_starts_and_ends_in_berlin(plan: Plan, after: str, start: str, end: str) -> None:
    found = next_start(plan, datetime.fromisoformat(after), BERLIN)
    assert found == datetime.fromisoformat(start)
    assert planned_end(plan, found, BERLIN) == datetime.fromisoformat(end)


def test_a_day_lasts_a_day_also_where_the_last_hour_of_the_day_is_skipped() -> None:
    nuuk, plan = ZoneInfo("America/Nuuk"), make_plan(5, 23, days=1)
    start = next_start(plan, datetime.fromisoformat("2026-03-25T00:00Z"), nuuk)
    assert start == datetime.fromisoformat("2026-03-29T01:00Z")  # 23:00 on Saturday, shown as 00:00 on Sunday
    end = planned_end(plan, start, nuuk)
    assert end == datetime.fromisoformat("2026-03-30T00:00Z")  # 23:00 on Sunday


@settings(max_examples=60)
@given(plans_and_instants(), st.timedeltas(timedelta(), timedelta(days=60)))
def test_of_the_starts_that_were_missed_the_newest_is_caught_up_with(
    place: tuple[Plan, datetime, ZoneInfo], away: timedelta
) -> None:
    plan, after, zone = place
    due = next_start(plan, after, zone)
    now = due + away
    starts = [due]
    while starts[-1] <= now:
        starts.append(by_watching(plan, starts[-1], zone))
    coming = starts.pop()
    assert coming > now >= starts[-1]
    end = planned_end(plan, starts[-1], zone)
    assert end_if_begun(plan, due, now, zone) == (end if end - now >= timedelta(hours=6) else None)


@given(plans_and_instants(), st.timedeltas(timedelta(), timedelta(days=60)))
def test_what_is_caught_up_with_never_runs_into_the_next_one(
    place: tuple[Plan, datetime, ZoneInfo], away: timedelta
) -> None:
    plan, after, zone = place
    due = next_start(plan, after, zone)
    end = end_if_begun(plan, due, due + away, zone)
    assert end is None or due + away + SHORTEST <= end <= next_start(plan, due + away, zone)


@given(plans_and_instants())
def test_a_challenge_that_begins_on_time_ends_as_planned(place: tuple[Plan, datetime, ZoneInfo]) -> None:
    plan, after, zone = place
    due = next_start(plan, after, zone)
    assert end_if_begun(plan, due, due, zone) == planned_end(plan, due, zone)
    assert end_if_begun(plan, due, due + SECOND, zone) == planned_end(plan, due, zone)


@pytest.mark.parametrize(
    ("days", "now", "end"),
    [
        (None, "2026-05-04T16:05Z", "2026-05-11T16:00Z"),
        (None, "2026-05-11T10:00Z", "2026-05-11T16:00Z"),
        (None, "2026-05-11T10:00:00.001Z", None),
        (None, "2026-05-11T16:00Z", "2026-05-18T16:00Z"),
        (None, "2026-06-10T00:00Z", "2026-06-15T16:00Z"),  # weeks later there is one to catch up with
        (1, "2026-05-05T10:00Z", "2026-05-05T16:00Z"),
        (1, "2026-05-05T10:00:01Z", None),
        (1, "2026-05-07T10:00Z", None),
        (1, "2026-06-10T00:00Z", None),
        (1, "2026-06-08T20:00Z", "2026-06-09T16:00Z"),
        (4, "2026-06-10T00:00Z", "2026-06-12T16:00Z"),
    ],
)
def test_coming_back_after_an_absence(days: int | None, now: str, end: str | None) -> None:
    due = datetime.fromisoformat("2026-05-04T16:00Z")
    found = end_if_begun(make_plan(days=days), due, datetime.fromisoformat(now), BERLIN)
    assert found == (datetime.fromisoformat(end) if end else None)


@given(plans_and_instants())
def test_an_extra_challenge_ends_with_the_first_start_that_leaves_it_enough_time(
    place: tuple[Plan, datetime, ZoneInfo],
) -> None:
    plan, now, zone = place
    end = end_of_extra(plan, now, zone)
    assert end >= now + timedelta(hours=6)
    following = next_start(plan, now + SHORTEST - timedelta(microseconds=1), zone)
    if plan.days is None:
        assert end == following
    else:
        assert end == min(following, now + plan.days * DAY)


@pytest.mark.parametrize(
    ("days", "now", "end"),
    [
        (None, "2026-05-06T09:00Z", "2026-05-11T16:00Z"),
        (None, "2026-05-11T10:00Z", "2026-05-11T16:00Z"),
        (None, "2026-05-11T10:00:01Z", "2026-05-18T16:00Z"),
        (2, "2026-05-06T09:00Z", "2026-05-08T09:00Z"),
        (2, "2026-05-10T09:00Z", "2026-05-11T16:00Z"),
        (2, "2026-05-11T12:00Z", "2026-05-13T12:00Z"),
    ],
)
def test_an_extra_challenge_in_berlin(days: int | None, now: str, end: str) -> None:
    found = end_of_extra(make_plan(days=days), datetime.fromisoformat(now), BERLIN)
    assert found == datetime.fromisoformat(end)


DIFFICULTIES = ("easy", "medium", "hard")


def bank_of(
    sizes: dict[str, int], weights: dict[str, int] | None = None, mix: Sequence[str] = DIFFICULTIES
) -> Bank:
    """A bank with so many questions on each topic, "topic-0" …, whose difficulties follow each other like this."""
    questions = [
        make_question(f"{topic}-{number}", topic=topic, difficulty=mix[number % len(mix)])
        for topic, size in sizes.items()
        for number in range(size)
    ]
    return make_bank(questions, **(weights or {"one": 60, "two": 30, "three": 10}))


def choose(bank: Bank, count: int, seed: str | int, recent: dict[str, int] | None = None) -> list[Question]:
    """The questions of a challenge from a whole bank."""
    return choose_for_challenge(bank, bank.questions, count, recent=recent or {}, seed=str(seed))


topic_names = ("one", "two", "three", "four")
weights = st.fixed_dictionaries(dict.fromkeys(topic_names, st.integers(1, 60)))
sizes = st.fixed_dictionaries(dict.fromkeys(topic_names, st.integers(0, 9)))
mixes = st.lists(st.sampled_from(DIFFICULTIES), min_size=1, max_size=5)
banks = st.builds(bank_of, sizes, weights, mixes)
counts = st.integers(1, 30)
seeds = st.integers(0, 1 << 30).map(str)
recents = st.dictionaries(
    st.builds("{}-{}".format, st.sampled_from(topic_names), st.integers(0, 8)), st.integers(1, REMEMBERED)
)


@given(banks, counts, recents, seeds)
def test_as_many_questions_come_as_are_wanted_and_none_twice(
    bank: Bank, count: int, recent: dict[str, int], seed: str
) -> None:
    chosen = choose(bank, count, seed, recent)
    assert len(chosen) == min(count, len(bank.questions))
    assert len({question.id for question in chosen}) == len(chosen)
    assert set(chosen) <= set(bank.questions)


@given(banks, counts, recents, seeds, st.randoms(use_true_random=False))
def test_a_seed_chooses_the_same_in_whatever_order_the_questions_come(
    bank: Bank, count: int, recent: dict[str, int], seed: str, rng: random.Random
) -> None:
    chosen = choose(bank, count, seed, recent)
    questions, topics = list(bank.questions), list(bank.topics.items())
    rng.shuffle(questions)
    rng.shuffle(topics)
    assert choose_for_challenge(bank, questions, count, recent=recent, seed=seed) == chosen
    again = replace(bank, questions=tuple(questions), topics=dict(topics))
    assert choose_for_challenge(again, questions, count, recent=recent, seed=seed) == chosen


def test_different_seeds_choose_differently() -> None:
    bank = bank_of({"one": 20, "two": 20, "three": 20})
    sets = {frozenset(question.id for question in choose(bank, 10, seed)) for seed in range(200)}
    assert len(sets) == 200


@given(banks, counts, recents, seeds)
def test_questions_of_the_last_challenges_come_only_when_nothing_else_is_left_the_oldest_first(
    bank: Bank, count: int, recent: dict[str, int], seed: str
) -> None:
    chosen = choose(bank, count, seed, recent)
    left = [question for question in bank.questions if question not in chosen]
    fresh = [question for question in bank.questions if question.id not in recent]
    assert sum(question.id not in recent for question in chosen) == min(count, len(fresh))
    asked = [recent[question.id] for question in chosen if question.id in recent]
    if asked:
        assert all(question.id in recent for question in left)
        assert min(asked) >= max((recent[question.id] for question in left), default=0)


@st.composite
def roomy(draw: st.DrawFn) -> tuple[Bank, int, dict[str, int]]:
    """A bank in which every topic has as many fresh questions as its share may be, and those asked lately."""
    count, heavy = draw(counts), draw(weights)
    total = sum(heavy.values())
    fresh = {topic: math.ceil(Fraction(count * heavy[topic], total)) for topic in topic_names}
    more = draw(sizes)
    bank = bank_of({topic: fresh[topic] + more[topic] for topic in topic_names}, heavy, draw(mixes))
    old = {f"{topic}-{fresh[topic] + n}" for topic in topic_names for n in range(more[topic])}
    return bank, count, {id_: draw(st.integers(1, REMEMBERED)) for id_ in sorted(old) if draw(st.booleans())}


@given(roomy(), seeds)
def test_each_topic_gets_its_share_rounded_up_or_down(
    room: tuple[Bank, int, dict[str, int]], seed: str
) -> None:
    bank, count, recent = room
    assume(count <= len(bank.questions))
    topics = Counter(question.topic for question in choose(bank, count, seed, recent))
    assert sum(topics.values()) == count
    total = sum(topic.weight for topic in bank.topics.values())
    for topic in bank.topics.values():
        share = Fraction(count * topic.weight, total)
        assert math.floor(share) <= topics[topic.id] <= math.ceil(share)


@pytest.mark.parametrize("count", [1, 5, 7])
def test_over_time_each_topic_gets_exactly_its_share(count: int) -> None:
    bank = bank_of(
        {"one": 8, "two": 8, "three": 8, "four": 3}, {"one": 50, "two": 25, "three": 18, "four": 7}
    )
    draws = 2500
    topics = Counter(question.topic for seed in range(draws) for question in choose(bank, count, seed))
    for topic in bank.topics.values():
        # the part that is rounded has a standard deviation of 0.5 at most, so of 0.01 in the mean
        assert topics[topic.id] / draws == pytest.approx(count * topic.weight / 100, abs=0.04)


def test_any_two_topics_can_come_up_together() -> None:
    bank = bank_of(dict.fromkeys(topic_names, 3), dict.fromkeys(topic_names, 25))
    pairs = Counter(frozenset(question.topic for question in choose(bank, 2, seed)) for seed in range(1200))
    assert len(pairs) == 6
    assert all(number == pytest.approx(200, rel=0.25) for number in pairs.values())


def test_all_questions_of_a_topic_come_up_equally_often() -> None:
    bank = bank_of({"one": 5, "two": 5, "three": 5}, {"one": 40, "two": 30, "three": 30}, ["medium"])
    draws = 2000
    found = Counter(question.id for seed in range(draws) for question in choose(bank, 5, seed))
    for question in bank.questions:
        expected = draws * 5 * bank.topics[question.topic].weight / 100 / 5
        assert found[question.id] == pytest.approx(expected, rel=0.12)


def test_topics_without_questions_take_no_share() -> None:
    bank = bank_of({"one": 6, "two": 6}, {"one": 30, "empty": 40, "two": 30})
    for seed in range(50):
        assert Counter(question.topic for question in choose(bank, 10, seed)) == {"one": 5, "two": 5}


def test_only_the_questions_handed_in_are_chosen() -> None:
    bank = bank_of({"one": 9, "two": 9, "three": 9})
    questions = [*bank.on_topic("two"), *bank.on_topic("three")]
    chosen = choose_for_challenge(bank, questions, 8, recent={}, seed="x")
    assert Counter(question.topic for question in chosen) == {"two": 6, "three": 2}


def test_nothing_to_choose_from_gives_nothing() -> None:
    bank = bank_of({"one": 3})
    assert choose_for_challenge(bank, [], 10, recent={}, seed="x") == []


@settings(max_examples=50)
@given(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)).filter(any),
    weights,
    st.integers(1, 30),
    seeds,
)
def test_difficulties_are_mixed_as_they_are_in_the_bank(
    parts: tuple[int, int, int], heavy: dict[str, int], count: int, seed: str
) -> None:
    # 30 times so many easy, medium and hard questions on every topic, so that nothing stands in the way of the mix
    mix = [difficulty for difficulty, part in zip(DIFFICULTIES, parts, strict=True) for _ in range(part)]
    bank = bank_of(dict.fromkeys(topic_names, 30 * len(mix)), heavy, mix)
    chosen = Counter(question.difficulty for question in choose(bank, count, seed))
    for difficulty, part in zip(DIFFICULTIES, parts, strict=True):
        assert abs(chosen[difficulty] - count * part / sum(parts)) < 2


def test_difficulties_are_mixed_where_each_question_is_of_a_topic_of_its_own() -> None:
    names = [f"topic{number}" for number in range(20)]
    bank = bank_of(dict.fromkeys(names, 9), dict.fromkeys(names, 5), [*["easy"] * 3, *["medium"] * 5, "hard"])
    for seed in range(100):
        chosen = Counter(question.difficulty for question in choose(bank, 9, seed))
        assert chosen["easy"] in {2, 3, 4}
        assert chosen["medium"] in {4, 5, 6}
        assert chosen["hard"] == 1


@given(banks, counts, recents, seeds)
def test_questions_go_from_easy_to_hard(bank: Bank, count: int, recent: dict[str, int], seed: str) -> None:
    steps = [DIFFICULTIES.index(question.difficulty) for question in choose(bank, count, seed, recent)]
    assert steps == sorted(steps)


def test_questions_of_a_difficulty_are_in_no_settled_order() -> None:
    bank = bank_of({"one": 3, "two": 2}, {"one": 50, "two": 50}, ["easy"])
    orders = Counter(tuple(question.id for question in choose(bank, 5, seed)) for seed in range(600))
    assert len(orders) > 100  # of 120
    lately = {"one-0": 3, "two-1": 1}
    for recent in ({}, lately):
        firsts = Counter(
            question.id for seed in range(1000) for question in choose(bank, 5, seed, recent)[:1]
        )
        assert len(firsts) == 5
        assert all(number == pytest.approx(200, rel=0.25) for number in firsts.values())


@cache
def shipped() -> Bank:
    """The bank that comes with the bot."""
    loaded = load_catalog(QUESTIONS)
    assert loaded.problems == ()
    return loaded.catalog.default


def in_a_row(bank: Bank, challenges: int, count: int, name: str) -> list[list[Question]]:
    """The questions of challenges in a row, each of which remembers those before."""
    past: list[list[Question]] = []
    for number in range(challenges):
        recent: dict[str, int] = {}
        for age, questions in enumerate(reversed(past[-REMEMBERED:]), start=1):
            for question in questions:
                recent.setdefault(question.id, age)
        past.append(choose(bank, count, f"{name} {number}", recent))
    return past


@pytest.mark.parametrize("count", [FEWEST_QUESTIONS, 10, 25])
@pytest.mark.parametrize("name", ["one server", "another"])
def test_the_shipped_bank_repeats_nothing_within_8_challenges(count: int, name: str) -> None:
    past = in_a_row(shipped(), 20, count, name)
    for number, questions in enumerate(past):
        assert len(questions) == count
        before = {question.id for other in past[max(0, number - 8) : number] for question in other}
        assert not before & {question.id for question in questions}
        difficulties = Counter(question.difficulty for question in questions)
        assert len(difficulties) == 3
        topics = Counter(question.topic for question in questions)
        if count <= 10:  # later the small topics run out of fresh questions
            for topic in shipped().topics.values():
                share = count * topic.weight / 100
                assert math.floor(share) <= topics[topic.id] <= math.ceil(share)


def test_the_longest_challenges_repeat_only_what_was_asked_longest_ago() -> None:
    past = in_a_row(shipped(), 20, MOST_QUESTIONS, "long")
    for number, questions in enumerate(past):
        before = {question.id for other in past[max(0, number - 7) : number] for question in other}
        assert not before & {question.id for question in questions}


def test_in_the_long_run_the_shipped_bank_asks_by_its_weights() -> None:
    bank = shipped()
    challenges = 60
    topics = Counter(
        question.topic for chosen in in_a_row(bank, challenges, 10, "run") for question in chosen
    )
    for topic in bank.topics.values():
        assert topics[topic.id] / challenges == pytest.approx(topic.weight / 10, abs=0.2)
