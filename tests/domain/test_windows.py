"""Weeks and months in time zones, held against a plain reading of the calendar.

The reference needs no midnight: an instant lies in this week when its local date has the same week number
as that of `now`, and in this month when it has the same month.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.windows import Period, Window, week_start, window

NAMES = (
    "Asia/Kathmandu",  # 5:45 ahead of UTC
    "America/St_Johns",  # 3:30 behind, with summer time
    "Pacific/Apia",  # 13 hours ahead, with summer time until 2021
    "Europe/Berlin",
    "Africa/Cairo",  # summer time begins at midnight, and was taken up again in 2023
    "America/Santiago",  # summer time begins and ends at midnight
    "America/Asuncion",  # summer time began at midnight of 1 October 2023
    "Asia/Tehran",  # summer time began at midnight of a Monday in 2021
    "UTC",
)
FIRST, LAST = datetime(2015, 1, 1), datetime(2037, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
SECOND = timedelta(seconds=1)

zones = st.sampled_from([ZoneInfo(name) for name in NAMES])
instants = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
near = st.timedeltas(timedelta(days=-40), timedelta(days=40))


def changes(zone: ZoneInfo) -> list[datetime]:
    """The instants at which the clocks of a zone change, to the hour."""
    found = []
    for days in range((LAST - FIRST).days):
        day = FIRST.replace(tzinfo=UTC) + timedelta(days=days)
        hours = [day + timedelta(hours=n) for n in range(25)]
        if hours[0].astimezone(zone).utcoffset() != hours[-1].astimezone(zone).utcoffset():
            offsets = [hour.astimezone(zone).utcoffset() for hour in hours]
            found += [hours[n] for n in range(1, 25) if offsets[n] != offsets[n - 1]]
    return found


def holds(period: Window, instant: datetime) -> bool:
    """Whether an instant lies in a window."""
    assert period.start is not None
    assert period.end is not None
    return period.start <= instant < period.end


def week_number(day: date) -> tuple[int, int]:
    """Year and week as calendars number them, Monday first."""
    return day.isocalendar()[:2]


def check(now: datetime, instant: datetime, zone: ZoneInfo) -> None:
    """All that must hold for two instants in one zone."""
    today, day = now.astimezone(zone).date(), instant.astimezone(zone).date()
    this, last = window(Period.THIS_WEEK, now, zone), window(Period.LAST_WEEK, now, zone)
    month = window(Period.THIS_MONTH, now, zone)
    assert holds(this, now)
    assert holds(month, now)
    assert last.end == this.start
    assert holds(this, instant) == (week_number(day) == week_number(today))
    assert holds(last, instant) == (week_number(day) == week_number(today - timedelta(days=7)))
    assert holds(month, instant) == ((day.year, day.month) == (today.year, today.month))


@given(instants, near, zones)
def test_windows_agree_with_the_calendar(now: datetime, apart: timedelta, zone: ZoneInfo) -> None:
    check(now, now + apart, zone)


@given(instants, zones, st.sampled_from([Period.THIS_WEEK, Period.LAST_WEEK, Period.THIS_MONTH]))
def test_windows_begin_and_end_to_the_second(now: datetime, zone: ZoneInfo, period: Period) -> None:
    found = window(period, now, zone)
    for edge in (found.start, found.end):
        assert edge is not None
        assert edge.tzinfo is UTC
        for instant in (edge - SECOND, edge, edge + SECOND):
            check(now, instant, zone)


@pytest.mark.parametrize("name", NAMES)
def test_windows_agree_with_the_calendar_where_the_clocks_change(name: str) -> None:
    zone = ZoneInfo(name)
    for change in changes(zone):
        for hours in (-30, -2, -1, 0, 1, 2, 30):
            now = change + timedelta(hours=hours)
            for apart in (-24 * 7, -24, -1, 1, 24, 24 * 7):
                check(now, now + timedelta(hours=apart), zone)
            check(now, change - SECOND, zone)


@given(instants, zones)
def test_windows_begin_in_the_first_hours_of_a_monday_or_of_the_1st(now: datetime, zone: ZoneInfo) -> None:
    for period in (Period.THIS_WEEK, Period.LAST_WEEK, Period.THIS_MONTH):
        found = window(period, now, zone)
        for edge in (found.start, found.end):
            assert edge is not None
            local = edge.astimezone(zone)
            assert local.day == 1 if period is Period.THIS_MONTH else local.weekday() == 0
            # 1 where the clocks skip midnight
            assert (local.hour, local.minute, local.second, local.microsecond) in {(0, 0, 0, 0), (1, 0, 0, 0)}


@given(instants, near, zones)
def test_every_instant_lies_in_exactly_one_week(now: datetime, apart: timedelta, zone: ZoneInfo) -> None:
    begins = {week_start(now + timedelta(days=7 * n), zone) for n in range(-8, 9)}
    assert len(begins) == 17
    weeks = [window(Period.THIS_WEEK, begin, zone) for begin in begins]
    assert sum(holds(week, now + apart) for week in weeks) == 1


@given(instants, zones)
def test_week_start_is_where_this_week_begins(now: datetime, zone: ZoneInfo) -> None:
    assert week_start(now, zone) == window(Period.THIS_WEEK, now, zone).start


@given(instants, zones)
def test_all_time_is_open_on_both_sides(now: datetime, zone: ZoneInfo) -> None:
    assert window(Period.ALL_TIME, now, zone) == Window(None, None)


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
    week = window(Period.THIS_WEEK, day, ZoneInfo(name))
    assert week.start is not None
    assert week.end is not None
    assert week.end - week.start == timedelta(hours=hours)


def test_a_month_begins_at_the_skip_where_midnight_is_skipped() -> None:
    month = window(Period.THIS_MONTH, datetime(2023, 10, 9, tzinfo=UTC), ZoneInfo("America/Asuncion"))
    assert month.start == datetime(2023, 10, 1, 4, tzinfo=UTC)


def test_a_week_begins_at_the_skip_where_midnight_is_skipped() -> None:
    tehran = ZoneInfo("Asia/Tehran")
    assert week_start(datetime(2021, 3, 25, tzinfo=UTC), tehran) == datetime(2021, 3, 21, 20, 30, tzinfo=UTC)


def test_the_same_instant_lies_in_different_weeks_in_different_zones() -> None:
    sunday_night = datetime(2026, 1, 4, 20, tzinfo=UTC)
    assert week_start(sunday_night, ZoneInfo("Asia/Kathmandu")) == datetime(2026, 1, 4, 18, 15, tzinfo=UTC)
    assert week_start(sunday_night, ZoneInfo("UTC")) == datetime(2025, 12, 29, tzinfo=UTC)
