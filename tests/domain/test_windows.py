"""Days, weeks and months in time zones, held against a plain reading of the calendar.

The reference needs no midnight: an instant lies in this week when its local date has the same week number
as that of `now`, and in this month when it has the same month.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.windows import WEEK, Choice, Period, Span, instant, local_day, monday, span
from tests.domain.clocks import HOUR, NAMES, SECOND, changes, instants, instants_and_zones, zones

DAY = timedelta(days=1)
CALENDAR = (Choice.THIS_WEEK, Choice.LAST_WEEK, Choice.THIS_MONTH)
near = st.timedeltas(timedelta(days=-40), timedelta(days=40))
days = st.dates(date(1970, 1, 1), date(2100, 1, 1))


def edges(found: Span, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which a span begins and ends."""
    assert found.first is not None
    assert found.end is not None
    return instant(found.first, zone), instant(found.end, zone)


def holds(found: Span, at: datetime, zone: ZoneInfo) -> bool:
    """Whether an instant lies in a span; by its day and by the instants of the edges alike."""
    assert found.first is not None
    assert found.end is not None
    start, end = edges(found, zone)
    inside = found.first <= local_day(at, zone) < found.end
    assert inside == (start <= at < end)
    return inside


def week_number(day: date) -> tuple[int, int]:
    """Year and week as calendars number them, Monday first."""
    return day.isocalendar()[:2]


def plainly(at: datetime, zone: ZoneInfo) -> date:
    """The day that clocks in a zone show: UTC and the offset that holds then, added up by hand."""
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return (at.astimezone(UTC).replace(tzinfo=None) + offset).date()


def check(now: datetime, at: datetime, zone: ZoneInfo) -> None:
    """All that must hold for two instants in one zone."""
    today, day = plainly(now, zone), plainly(at, zone)
    assert (local_day(now, zone), local_day(at, zone)) == (today, day)
    this, last, month = (span(choice, today) for choice in CALENDAR)
    assert holds(this, now, zone)
    assert holds(month, now, zone)
    assert last.end == this.first
    assert holds(this, at, zone) == (week_number(day) == week_number(today))
    assert holds(last, at, zone) == (week_number(day) == week_number(today - timedelta(days=7)))
    assert holds(month, at, zone) == ((day.year, day.month) == (today.year, today.month))


@given(instants, near, zones)
def test_spans_agree_with_the_calendar(now: datetime, apart: timedelta, zone: ZoneInfo) -> None:
    check(now, now + apart, zone)


@given(instants_and_zones, st.sampled_from(CALENDAR))
def test_spans_begin_and_end_to_the_second(place: tuple[datetime, ZoneInfo], choice: Choice) -> None:
    now, zone = place
    for edge in edges(span(choice, local_day(now, zone)), zone):
        assert edge.tzinfo is UTC
        for at in (edge - SECOND, edge, edge + SECOND):
            check(now, at, zone)


@pytest.mark.parametrize("name", NAMES)
def test_spans_agree_with_the_calendar_where_the_clocks_change(name: str) -> None:
    zone = ZoneInfo(name)
    for change in changes(zone):
        for hours in (-30, -2, -1, 0, 1, 2, 30):
            now = change + timedelta(hours=hours)
            for apart in (-24 * 7, -24, -1, 1, 24, 24 * 7):
                check(now, now + timedelta(hours=apart), zone)
            check(now, change - SECOND, zone)


@given(instants_and_zones)
def test_spans_begin_in_the_first_hours_of_a_monday_or_of_the_1st(place: tuple[datetime, ZoneInfo]) -> None:
    now, zone = place
    for choice in CALENDAR:
        for edge in edges(span(choice, local_day(now, zone)), zone):
            local = edge.astimezone(zone)
            assert local.day == 1 if choice is Choice.THIS_MONTH else local.weekday() == 0
            # 1 where the clocks skip midnight
            assert (local.hour, local.minute, local.second, local.microsecond) in {(0, 0, 0, 0), (1, 0, 0, 0)}


@given(instants_and_zones, near)
def test_every_instant_lies_in_exactly_one_week(place: tuple[datetime, ZoneInfo], apart: timedelta) -> None:
    now, zone = place
    mondays = {monday(local_day(now, zone) + timedelta(days=7 * n)) for n in range(-8, 9)}
    assert len(mondays) == 17
    assert sum(holds(Span(Period.WEEK, first), now + apart, zone) for first in mondays) == 1


@given(days)
def test_the_monday_of_a_day_is_the_last_one_before_it_or_itself(day: date) -> None:
    expected = next(day - n * DAY for n in range(7) if (day - n * DAY).strftime("%u") == "1")
    assert monday(day) == expected == span(Choice.THIS_WEEK, day).first


@given(days)
def test_weeks_have_7_days_and_months_as_many_as_the_calendar_says(day: date) -> None:
    for choice in CALENDAR:
        found = span(choice, day)
        assert found.first is not None
        assert found.end is not None
        inside = [found.first + n * DAY for n in range((found.end - found.first).days)]
        if choice is Choice.THIS_MONTH:
            assert day in inside
            assert {(one.year, one.month) for one in inside} == {(day.year, day.month)}
            assert (inside[0].day, found.end.day) == (1, 1)
        else:
            assert len(inside) == 7
            assert len({week_number(one) for one in inside}) == 1
            assert (day in inside) == (choice is Choice.THIS_WEEK)


@given(days)
def test_choices_are_of_their_periods(day: date) -> None:
    assert span(Choice.THIS_WEEK, day) == Span(Period.WEEK, monday(day))
    assert span(Choice.LAST_WEEK, day) == Span(Period.WEEK, monday(day) - WEEK)
    assert span(Choice.THIS_MONTH, day) == Span(Period.MONTH, date(day.year, day.month, 1))


@given(days)
def test_all_time_has_no_edges(day: date) -> None:
    assert span(Choice.ALL_TIME, day) == Span(Period.ALL, None, 0)
    assert span(Choice.ALL_TIME, day).end is None


def test_a_challenge_is_no_matter_of_the_calendar() -> None:
    with pytest.raises(ValueError, match="calendar"):
        span(Choice.THIS_CHALLENGE, date(2026, 1, 5))
    assert Span(Period.CHALLENGE, challenge_id=7).end is None


@pytest.mark.parametrize(
    ("name", "day", "hours"),
    [
        ("UTC", datetime(2026, 3, 29, tzinfo=UTC), 168),
        ("Europe/Berlin", datetime(2026, 3, 29, tzinfo=UTC), 167),
        ("Europe/Berlin", datetime(2026, 10, 25, tzinfo=UTC), 169),
        ("America/St_Johns", datetime(2026, 3, 8, 12, tzinfo=UTC), 167),
        ("Africa/Cairo", datetime(2026, 4, 24, tzinfo=UTC), 167),
        ("America/Santiago", datetime(2026, 4, 5, 12, tzinfo=UTC), 169),
        ("Pacific/Apia", datetime(2011, 12, 29, tzinfo=UTC), 144),  # the 30th did not happen
    ],
)
def test_a_week_across_a_change_of_the_clocks(name: str, day: datetime, hours: int) -> None:
    zone = ZoneInfo(name)
    start, end = edges(span(Choice.THIS_WEEK, local_day(day, zone)), zone)
    assert end - start == timedelta(hours=hours)


def test_no_instant_has_the_day_that_did_not_happen() -> None:
    apia, skip = ZoneInfo("Pacific/Apia"), datetime(2011, 12, 30, 10, tzinfo=UTC)
    assert local_day(skip - SECOND, apia) == date(2011, 12, 29)
    assert local_day(skip, apia) == date(2011, 12, 31)
    assert instant(date(2011, 12, 30), apia) == instant(date(2011, 12, 31), apia) == skip


@pytest.mark.parametrize(
    ("name", "day", "begins"),
    [
        ("America/Asuncion", date(2023, 10, 1), datetime(2023, 10, 1, 4, tzinfo=UTC)),  # a 1st
        ("Asia/Tehran", date(2021, 3, 22), datetime(2021, 3, 21, 20, 30, tzinfo=UTC)),  # a Monday
        ("Africa/Cairo", date(2026, 4, 24), datetime(2026, 4, 23, 22, tzinfo=UTC)),
        ("America/Santiago", date(2026, 9, 6), datetime(2026, 9, 6, 4, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_the_skip_where_midnight_is_skipped(name: str, day: date, begins: datetime) -> None:
    zone = ZoneInfo(name)
    assert instant(day, zone) == begins
    assert begins.astimezone(zone).hour == 1
    assert local_day(begins, zone) == day
    assert local_day(begins - SECOND, zone) == day - DAY


@given(instants_and_zones)
def test_a_day_begins_where_the_day_before_ends(place: tuple[datetime, ZoneInfo]) -> None:
    at, zone = place
    begins = instant(local_day(at, zone), zone)
    assert begins <= at < instant(local_day(at, zone) + DAY, zone)
    assert local_day(begins, zone) == local_day(begins - SECOND, zone) + DAY


@given(instants_and_zones, st.integers(0, 23))
def test_an_hour_strikes_when_clocks_first_show_it(place: tuple[datetime, ZoneInfo], hour: int) -> None:
    at, zone = place
    day = local_day(at, zone)
    strikes = instant(day, zone, hour)
    assert strikes.tzinfo is UTC
    local = strikes.astimezone(zone)
    assert local.date() == day
    quarters = [instant(day, zone) + n * timedelta(minutes=15) for n in range(26 * 4)]
    showing = [
        quarter
        for quarter in quarters
        if (quarter.astimezone(zone).date(), quarter.astimezone(zone).hour) == (day, hour)
    ]
    if showing:
        assert (local.hour, local.minute, local.second) == (hour, 0, 0)
        assert strikes == showing[0]
    else:  # skipped
        assert (local.hour, local.minute, local.second) == (hour + 1, 0, 0)
        assert (strikes - SECOND).astimezone(zone).hour != hour
        assert strikes in changes(zone)


@pytest.mark.parametrize(
    ("name", "day", "hour", "strikes", "shown"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 1, datetime(2026, 3, 29, 0, tzinfo=UTC), 1),
        ("Europe/Berlin", date(2026, 3, 29), 2, datetime(2026, 3, 29, 1, tzinfo=UTC), 3),  # skipped
        ("Europe/Berlin", date(2026, 3, 29), 3, datetime(2026, 3, 29, 1, tzinfo=UTC), 3),
        ("Europe/Berlin", date(2026, 10, 25), 2, datetime(2026, 10, 25, 0, tzinfo=UTC), 2),  # twice
        ("Europe/Berlin", date(2026, 10, 25), 3, datetime(2026, 10, 25, 2, tzinfo=UTC), 3),
        ("America/Santiago", date(2026, 4, 4), 23, datetime(2026, 4, 5, 2, tzinfo=UTC), 23),  # twice
        ("America/Santiago", date(2026, 4, 5), 0, datetime(2026, 4, 5, 4, tzinfo=UTC), 0),
        ("America/St_Johns", date(2026, 3, 8), 2, datetime(2026, 3, 8, 5, 30, tzinfo=UTC), 3),  # skipped
        ("Australia/Lord_Howe", date(2026, 10, 4), 2, datetime(2026, 10, 3, 15, 30, tzinfo=UTC), 2),
        ("Pacific/Apia", date(2011, 12, 30), 18, datetime(2011, 12, 31, 4, tzinfo=UTC), 18),  # no such day
    ],
)
def test_hours_that_are_skipped_or_come_twice(
    name: str, day: date, hour: int, strikes: datetime, shown: int
) -> None:
    zone = ZoneInfo(name)
    assert instant(day, zone, hour) == strikes
    assert strikes.astimezone(zone).hour == shown


def test_the_same_instant_lies_in_different_weeks_in_different_zones() -> None:
    sunday_night = datetime(2026, 1, 4, 20, tzinfo=UTC)
    assert monday(local_day(sunday_night, ZoneInfo("Asia/Kathmandu"))) == date(2026, 1, 5)
    assert monday(local_day(sunday_night, ZoneInfo("UTC"))) == date(2025, 12, 29)


@given(instants, zones, zones)
def test_a_day_does_not_depend_on_how_an_instant_is_written(
    at: datetime, zone: ZoneInfo, written: ZoneInfo
) -> None:
    assert local_day(at.astimezone(written), zone) == local_day(at, zone)
    assert abs(instant(local_day(at, zone), zone) - at) < 25 * HOUR
