"""Days, weeks and months by the calendar of a server's time zone.

An answer's day is settled when it is given and stored with it. Weeks and months are made of such days, so
no later change of clocks, rules or settings moves an answer from one board to another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

WEEK = timedelta(days=7)


class Period(StrEnum):
    """What boards are kept for."""

    WEEK = "week"
    MONTH = "month"
    ALL = "all"
    CHALLENGE = "challenge"


class Choice(StrEnum):
    """What a member can ask for."""

    THIS_WEEK = "this week"
    LAST_WEEK = "last week"
    THIS_MONTH = "this month"
    ALL_TIME = "all time"
    THIS_CHALLENGE = "this challenge"


@dataclass(frozen=True, slots=True)
class Span:
    """One week, month or challenge, or all time."""

    period: Period
    first: date | None = None
    """The Monday or the 1st; None for all time and for challenges."""
    challenge_id: int = 0

    @property
    def end(self) -> date | None:
        """The day after the last one."""
        if self.first is None:
            return None
        return (
            self.first + WEEK if self.period is Period.WEEK else (self.first + timedelta(31)).replace(day=1)
        )


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The day that a calendar in the zone shows at an instant (aware)."""
    return at.astimezone(zone).date()


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def instant(day: date, zone: ZoneInfo, hour: int = 0) -> datetime:
    """When an hour of a day strikes in the zone, as UTC; by default when the day begins.

    Where clocks skip the hour, the instant of the skip or as long after it as the hour is into the gap (fold=0);
    where they show it twice, the first time.
    """
    return datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)


def span(choice: Choice, today: date) -> Span:
    """The week, month or all time that a choice means on a day."""
    match choice:
        case Choice.THIS_WEEK:
            return Span(Period.WEEK, monday(today))
        case Choice.LAST_WEEK:
            return Span(Period.WEEK, monday(today) - WEEK)
        case Choice.THIS_MONTH:
            return Span(Period.MONTH, today.replace(day=1))
        case Choice.ALL_TIME:
            return Span(Period.ALL)
        case Choice.THIS_CHALLENGE:
            raise ValueError("which challenge that is is no matter of the calendar")
