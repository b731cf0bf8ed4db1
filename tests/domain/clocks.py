"""Zones with uncommon clocks, and when these change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

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
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)

zones = st.sampled_from([ZoneInfo(name) for name in NAMES])
instants = st.datetimes(FIRST, LAST, timezones=st.just(UTC))


@cache
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


def near_changes(zone: ZoneInfo, within: timedelta = timedelta(days=3)) -> st.SearchStrategy[datetime]:
    """Instants not far from a change of the clocks; any where they never change."""
    found = changes(zone)
    if not found:
        return instants
    return st.builds(
        lambda change, apart: change + apart, st.sampled_from(found), st.timedeltas(-within, within)
    )


instants_and_zones = zones.flatmap(lambda zone: st.tuples(instants | near_changes(zone), st.just(zone)))
"""An instant and a zone; every other one is near a change of the clocks there."""
