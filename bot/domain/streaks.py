"""Streaks: days in a row on which a member earned a place on the boards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

DAYS_PER_FREEZE = 7


@dataclass(frozen=True, slots=True)
class Streak:
    """How many days in a row a member has played."""

    days: int = 0
    """Days played in the streak that goes on; bridged days do not count. 0: none goes on."""
    freezes: int = 0
    """How many missed days it can still bridge."""
    longest: int = 0


def streak(played: Iterable[date], today: date) -> Streak:
    """The streak of a member who played on these days, seen on `today` (both by the server's calendar).

    Today does not break a streak before it is over. Each 7 days of a streak earn one freeze; a missed day
    uses one by itself. Where they do not suffice, the streak and its freezes are over.
    """
    days = freezes = longest = 0
    last: date | None = None
    for day in sorted(set(played)):
        if day > today:
            break  # after a change of the time zone a day can be ahead of the calendar
        missed = (day - last).days - 1 if last else 0
        if missed > freezes:
            days = freezes = 0
        else:
            freezes -= missed
        days += 1
        if days % DAYS_PER_FREEZE == 0:
            freezes += 1
        longest = max(longest, days)
        last = day
    missed = max(0, (today - last).days - 1) if last else 0
    if missed > freezes:
        days = freezes = missed = 0
    return Streak(days, freezes - missed, longest)
