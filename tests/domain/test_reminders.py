"""When reminders come."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.reminders import is_timely, next_reminder
from bot.domain.windows import instant, local_day
from tests.domain.clocks import SECOND, instants_and_zones

BERLIN, KATHMANDU = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")
hours = st.integers(0, 23)


def at(*when: int) -> datetime:
    """An instant in UTC."""
    return datetime(*when, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("now", "hour", "zone", "expected"),
    [
        (at(2026, 1, 5, 12), 18, ZoneInfo("UTC"), at(2026, 1, 5, 18)),
        (at(2026, 1, 5, 18), 18, ZoneInfo("UTC"), at(2026, 1, 6, 18)),  # strictly later
        (at(2026, 1, 5, 17, 59, 59), 18, ZoneInfo("UTC"), at(2026, 1, 5, 18)),
        (at(2026, 1, 5, 16), 18, BERLIN, at(2026, 1, 5, 17)),
        (at(2026, 1, 5, 23, 30), 0, BERLIN, at(2026, 1, 6, 23)),  # it is the 6th there
        (at(2026, 1, 5, 18), 0, KATHMANDU, at(2026, 1, 5, 18, 15)),
        (at(2026, 1, 5, 20), 23, ZoneInfo("Pacific/Apia"), at(2026, 1, 6, 10)),
        (at(2026, 12, 31, 23), 18, BERLIN, at(2027, 1, 1, 17)),
    ],
)
def test_the_hour_strikes_by_the_clock_of_the_zone(
    now: datetime, hour: int, zone: ZoneInfo, expected: datetime
) -> None:
    assert next_reminder(now, hour, zone) == expected


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "America/Santiago", "Africa/Cairo"])
@pytest.mark.parametrize("hour", [0, 2, 18, 23])
def test_a_year_has_a_reminder_each_day_at_its_hour(zone: str, hour: int) -> None:
    place = ZoneInfo(zone)
    now = instant(date(2026, 1, 1), place, hour)
    for number in range(1, 366):
        now = next_reminder(now, hour, place)
        day = date(2026, 1, 1) + timedelta(days=number)
        assert now == instant(day, place, hour)
        local = now.astimezone(place)
        assert (local.date(), local.hour) == (day, hour) or local.replace(tzinfo=None) - datetime.combine(
            day, datetime.min.time()
        ) == timedelta(hours=hour + 1)  # that hour was skipped


def test_an_hour_that_comes_twice_reminds_once() -> None:
    """Berlin shows 2:00 at 00:00 and at 01:00 UTC of 25 October 2026."""
    first = next_reminder(at(2026, 10, 24, 12), 2, BERLIN)
    assert first == at(2026, 10, 25, 0)
    assert next_reminder(first, 2, BERLIN) == at(2026, 10, 26, 1)


def test_an_hour_that_is_skipped_reminds_once() -> None:
    """Berlin goes from 1:59 to 3:00 on 29 March 2026."""
    first = next_reminder(at(2026, 3, 28, 12), 2, BERLIN)
    assert first == at(2026, 3, 29, 1)
    assert next_reminder(first, 2, BERLIN) == at(2026, 3, 30, 0)


def test_a_day_that_is_skipped_has_no_reminder() -> None:
    """Apia went from 29 to 31 December 2011."""
    apia = ZoneInfo("Pacific/Apia")
    first = next_reminder(at(2011, 12, 30, 0), 18, apia)
    assert first.astimezone(apia).date() == date(2011, 12, 29)
    second = next_reminder(first, 18, apia)
    assert second.astimezone(apia).date() == date(2011, 12, 31)
    assert next_reminder(second, 18, apia).astimezone(apia).date() == date(2012, 1, 1)


@given(instants_and_zones, hours)
def test_the_next_one_is_later_and_none_is_left_out(when: tuple[datetime, ZoneInfo], hour: int) -> None:
    now, zone = when
    coming = next_reminder(now, hour, zone)
    assert now < coming <= now + timedelta(hours=50)
    assert coming.tzinfo is UTC
    assert next_reminder(coming - SECOND, hour, zone) == coming
    day = local_day(now, zone)
    for near in (day + timedelta(days=n) for n in range(-2, 4)):
        assert not now < instant(near, zone, hour) < coming


@given(instants_and_zones, hours)
def test_each_one_is_timely_until_its_day_is_over(when: tuple[datetime, ZoneInfo], hour: int) -> None:
    now, zone = when
    coming = next_reminder(now, hour, zone)
    over = instant(local_day(coming, zone) + timedelta(days=1), zone)
    assert is_timely(coming, hour, zone)
    assert is_timely(over - SECOND, hour, zone)
    assert is_timely(over, hour, zone) == (instant(local_day(over, zone), zone, hour) <= over)


@pytest.mark.parametrize(
    ("now", "hour", "expected"),
    [
        (at(2026, 1, 5, 17, 59, 59), 18, False),  # yesterday's is too late, and today's is to come
        (at(2026, 1, 5, 18), 18, True),
        (at(2026, 1, 5, 23, 59, 59), 18, True),
        (at(2026, 1, 6), 18, False),
        (at(2026, 1, 6), 0, True),
        (at(2026, 1, 6), 23, False),
    ],
)
def test_a_reminder_is_of_use_on_its_day(now: datetime, hour: int, *, expected: bool) -> None:
    assert is_timely(now, hour, ZoneInfo("UTC")) is expected
