"""When a member is reminded: each day at an hour of their own clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.windows import instant, local_day

DEFAULT_HOUR = 18
"""The local hour, 0 to 23, for those who name none."""

_DAY = timedelta(days=1)


def next_reminder(now: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """The first time (UTC) later than `now` (aware) at which a clock in the zone strikes the hour, 0 to 23.

    Once a day: where clocks skip the hour, see `instant`; where they show it twice, the first time.
    """
    day = local_day(now, zone)
    while (at := instant(day, zone, hour)) <= now:
        day += _DAY
    return at


def is_timely(now: datetime, hour: int, zone: ZoneInfo) -> bool:
    """Whether the latest time to be reminded, at `now` (aware) or before, was on the day that it still is."""
    today = local_day(now, zone)
    day = today
    while (at := instant(day, zone, hour)) > now:
        day -= _DAY
    return local_day(at, zone) == today
