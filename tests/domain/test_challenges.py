"""When weekly challenges begin and end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.challenges import (
    SHORTEST,
    Plan,
    end_if_begun,
    end_of_extra,
    next_start,
    planned_end,
)
from tests.domain.clocks import HOUR, SECOND, changes, instants, near_changes, zones

BERLIN = ZoneInfo("Europe/Berlin")

DAY, WEEK, QUARTER = timedelta(days=1), timedelta(days=7), timedelta(minutes=15)


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
