"""Streaks: days in a row, and the freezes that bridge missed ones."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.streaks import Streak, streak

TODAY = date(2026, 3, 31)
DAY = timedelta(days=1)


def ago(*numbers: int) -> list[date]:
    """The days so many days ago; 0 is today."""
    return [TODAY - number * DAY for number in numbers]


def row(first: int, last: int) -> list[date]:
    """All days from so many days ago to so many days ago."""
    return ago(*range(first, last - 1, -1))


def by_walking(played: set[date], today: date) -> Streak:
    """The same by walking through the calendar: each day that is over is played, bridged, or the end."""
    days = freezes = longest = 0
    day = min(played, default=today)
    while day <= today:
        if day in played:
            days += 1
            longest = max(longest, days)
            if days in range(7, 10_000, 7):
                freezes += 1
        elif day != today:
            if freezes:
                freezes -= 1
            else:
                days = 0
        day += DAY
    return Streak(days, freezes, longest)


runs = st.lists(st.tuples(st.integers(1, 16), st.integers(1, 4)), max_size=6)
"""Days played and days missed, in turn, from today backwards."""


def from_runs(runs: list[tuple[int, int]], off: int) -> set[date]:
    """The days of such runs, the last of them so many days before today."""
    played, day = set(), TODAY - off * DAY
    for days, missed in runs:
        played |= {day - n * DAY for n in range(days)}
        day -= (days + missed) * DAY
    return played


@given(runs, st.integers(-5, 5))
@example([(1, 2), (7, 1)], 0)
@example([(7, 1), (7, 1), (7, 2)], 2)
def test_a_streak_is_what_a_walk_through_the_calendar_finds(runs: list[tuple[int, int]], off: int) -> None:
    played = from_runs(runs, off)
    past = {day for day in played if day <= TODAY}
    assert streak(played, TODAY) == by_walking(past, TODAY)


@given(st.sets(st.integers(0, 40).map(lambda number: TODAY - number * DAY)), st.integers(0, 10))
def test_scattered_days_agree_too(played: set[date], later: int) -> None:
    today = TODAY + later * DAY
    assert streak(played, today) == by_walking(played, today)


@given(runs, st.integers(-5, 5), st.randoms(use_true_random=False))
def test_order_and_repetition_of_days_do_not_matter(
    runs: list[tuple[int, int]], off: int, rng: Random
) -> None:
    played = sorted(from_runs(runs, off))
    mixed = [*played, *played[::2]]
    rng.shuffle(mixed)
    assert streak(mixed, TODAY) == streak(played, TODAY)


def test_nobody_has_a_streak_without_playing() -> None:
    assert streak([], TODAY) == Streak(days=0, freezes=0, longest=0)


def test_today_counts_as_soon_as_it_is_played() -> None:
    assert streak(ago(0), TODAY) == Streak(days=1, freezes=0, longest=1)
    assert streak(row(2, 0), TODAY) == Streak(days=3, freezes=0, longest=3)


def test_today_breaks_nothing_before_it_is_over() -> None:
    assert streak(row(3, 1), TODAY).days == 3
    assert streak(row(3, 1), TODAY + DAY).days == 0


@pytest.mark.parametrize(("days", "freezes"), [(6, 0), (7, 1), (13, 1), (14, 2), (70, 10)])
def test_each_7_days_earn_a_freeze(days: int, freezes: int) -> None:
    assert streak(row(days - 1, 0), TODAY) == Streak(days, freezes, days)


def test_a_missed_day_uses_a_freeze_by_itself_and_does_not_count() -> None:
    played = row(8, 2)
    assert streak(played, TODAY) == Streak(days=7, freezes=0, longest=7)  # yesterday was missed
    assert streak([*played, TODAY], TODAY) == Streak(days=8, freezes=0, longest=8)


def test_today_uses_no_freeze_before_it_is_over() -> None:
    assert streak(row(7, 1), TODAY) == Streak(days=7, freezes=1, longest=7)


def test_two_missed_days_with_one_freeze_end_a_streak() -> None:
    played = row(9, 3)
    assert streak(played, TODAY) == Streak(days=0, freezes=0, longest=7)
    assert streak([*played, TODAY], TODAY) == Streak(days=1, freezes=0, longest=7)


def test_two_freezes_bridge_two_days_in_a_row_or_apart() -> None:
    assert streak([*row(16, 3), TODAY], TODAY) == Streak(days=15, freezes=0, longest=15)
    assert streak([*row(17, 4), *ago(2, 0)], TODAY) == Streak(days=16, freezes=0, longest=16)


def test_the_day_that_earns_a_freeze_comes_before_the_day_that_needs_it() -> None:
    assert streak([*row(7, 2), TODAY], TODAY) == Streak(days=1, freezes=0, longest=6)


def test_a_streak_that_ends_takes_its_freezes_with_it() -> None:
    played = [*row(40, 27), *ago(2)]  # two freezes, but 24 days missed
    assert streak(played, TODAY) == Streak(days=0, freezes=0, longest=14)
    assert streak([*played, *ago(1, 0)], TODAY) == Streak(days=3, freezes=0, longest=14)


def test_a_bridged_day_does_not_bring_a_freeze_nearer() -> None:
    played = [*row(14, 8), *row(6, 1)]  # 7 days, one missed, 6 days
    assert streak(played, TODAY) == Streak(days=13, freezes=0, longest=13)
    assert streak([*played, TODAY], TODAY) == Streak(days=14, freezes=1, longest=14)


def test_the_longest_streak_may_be_an_earlier_one() -> None:
    assert streak([*row(30, 20), *row(4, 0)], TODAY) == Streak(days=5, freezes=0, longest=11)


def test_days_after_today_do_not_count_yet() -> None:
    ahead = [TODAY + DAY, TODAY + 2 * DAY]
    assert streak([*row(1, 0), *ahead], TODAY) == Streak(days=2, freezes=0, longest=2)
    assert streak([*ago(1), *ahead], TODAY) == Streak(days=1, freezes=0, longest=1)
    assert streak(ahead, TODAY) == Streak()
    assert streak([*row(1, 0), *ahead], TODAY + 2 * DAY) == Streak(days=4, freezes=0, longest=4)


def test_days_in_a_row_cross_months_years_and_29_february() -> None:
    new_year = [date(2023, 12, 31), date(2024, 1, 1)]
    leap = [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
    assert streak(new_year, date(2024, 1, 1)).days == 2
    assert streak(leap, date(2024, 3, 2)).days == 3
