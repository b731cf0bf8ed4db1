"""What one member's answers say about them, and how sure one can be of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.domain.streaks import Streak

_Z = 1.959964
"""The standard normal deviate that leaves 5 % outside."""

ENOUGH = 5
"""So many answers on a topic are needed before it is called weakest or strongest."""


@dataclass(frozen=True, slots=True)
class Day:
    """One member's day, by the calendar of the server."""

    day: date
    answers: int
    """All answers."""
    scored: int
    """Those that count: the first to each question in its week."""
    right: int
    points: int = 0
    voided: int = 0
    """Those that would count, had no moderator voided their questions since."""

    @property
    def counts(self) -> bool:
        """Whether it is a day of a streak. What moderators void later takes points back, and no day."""
        return self.scored > 0 or self.voided > 0


@dataclass(frozen=True, slots=True)
class AloneDay:
    """What a member did alone on a day, by their own calendar. None of it counts on boards."""

    day: date
    answers: int
    right: int


@dataclass(frozen=True, slots=True)
class TopicRecord:
    """How one member does on a topic. Only answers that count."""

    bank: str
    topic: str
    right: int
    answered: int

    @property
    def accuracy(self) -> float:
        """The part that was right, 0 to 1."""
        return self.right / self.answered

    @property
    def merit(self) -> tuple[float, str, str]:
        """What topics are compared by: twice the middle of the interval, so that 5 of 5 does not beat 60 of 61."""
        return sum(wilson(self.right, self.answered)), self.bank, self.topic


@dataclass(frozen=True, slots=True)
class Statistics:
    """One member's statistics in a server."""

    member_id: int
    today: date
    answers: int
    """All answers."""
    scored: int
    right: int
    week_points: int
    points: int
    streak: Streak
    days: tuple[Day, ...]
    """The days with answers, the earliest first."""
    topics: tuple[TopicRecord, ...]
    """The most accurate first."""
    alone: tuple[AloneDay, ...] = ()
    """The earliest first; nobody but the member sees them."""

    @property
    def all_days(self) -> tuple[Day, ...]:
        """The days with those alone among them, the earliest first. Alone means more answers, and no more that count."""
        days = {day.day: day for day in self.days}
        for alone in self.alone:
            day = days.get(alone.day, Day(alone.day, answers=0, scored=0, right=0))
            days[alone.day] = replace(day, answers=day.answers + alone.answers)
        return tuple(days[day] for day in sorted(days))

    @property
    def accuracy(self) -> float | None:
        """The part of the answers that count that was right, 0 to 1; None without any."""
        return self.right / self.scored if self.scored else None


def wilson(right: int, of: int) -> tuple[float, float]:
    """Between which bounds the true share lies with 95 % confidence, as parts of 1; (0, 1) without data.

    The score interval of E. B. Wilson, "Probable inference, the law of succession, and statistical
    inference", JASA 22 (1927): unlike the textbook one it is right for few answers and near 0 and 100 %.
    """
    if not of:
        return 0.0, 1.0
    share, square = right / of, _Z * _Z
    centre = share + square / (2 * of)
    spread = _Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    scale = 1 + square / of
    # at 0 and 100 % the bound is exact; computing it would leave a rounding error
    low = 0.0 if right == 0 else (centre - spread) / scale
    high = 1.0 if right == of else (centre + spread) / scale
    return low, high


def extremes(topics: Sequence[TopicRecord]) -> tuple[TopicRecord, TopicRecord] | None:
    """The weakest and the strongest topic among those with enough answers; None if there is nothing to tell apart."""
    known = sorted((topic for topic in topics if topic.answered >= ENOUGH), key=lambda topic: topic.merit)
    if not known or known[0].merit[0] == known[-1].merit[0]:
        return None
    return known[0], known[-1]
