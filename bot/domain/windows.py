"""Weeks and months in a server's time zone, as half-open intervals of UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Period(StrEnum):
    """What a board can be about."""

    THIS_WEEK = "this week"
    LAST_WEEK = "last week"
    THIS_MONTH = "this month"
    ALL_TIME = "all time"


@dataclass(frozen=True, slots=True)
class Window:
    """From `start`, included, to `end`, excluded, in aware UTC. None: open on that side."""

    start: datetime | None
    end: datetime | None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day. Where clocks skip midnight, fold=0 gives the instant of the skip."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def week_start(now: datetime, zone: ZoneInfo) -> datetime:
    """The last Monday 00:00 in the zone, as UTC. The week that holds `now` begins there."""
    today = now.astimezone(zone).date()
    return _midnight(today - timedelta(days=today.weekday()), zone)


def window(period: Period, now: datetime, zone: ZoneInfo) -> Window:
    """The interval that a period means at `now` (aware UTC) in a time zone.

    Days are counted on the calendar of the zone, so a week across a change of the clocks is 167 or 169
    hours long.
    """
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    match period:
        case Period.THIS_WEEK:
            first, last = monday, monday + timedelta(days=7)
        case Period.LAST_WEEK:
            first, last = monday - timedelta(days=7), monday
        case Period.THIS_MONTH:
            first = today.replace(day=1)
            last = (first + timedelta(days=31)).replace(day=1)
        case Period.ALL_TIME:
            return Window(None, None)
    return Window(_midnight(first, zone), _midnight(last, zone))
