"""Weekly challenges: when they run, which questions they ask, what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.boards import Standing
from bot.domain.composition import compose
from bot.domain.questions import Bank, Question
from bot.domain.windows import Period, Span, instant, local_day

FEWEST_QUESTIONS, MOST_QUESTIONS = 5, 30

REMEMBERED = 8
"""How many challenges back no question is asked again, while the bank allows."""

HEADWAY = timedelta(seconds=2)
"""How long after its hour a challenge begins, so that the one before has ended and shown its podium."""

SHORTEST = timedelta(hours=6)
"""A challenge that could be open for less time than this is left out."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When and how a server's weekly challenge runs. `weekday` is 0 for Monday; `hour` is local."""

    guild_id: int
    channel_id: int
    owner_id: int
    """Who changed it last, to be told of trouble."""
    bank: str
    topics: tuple[str, ...] = ()
    """None named: all of them."""
    weekday: int = 0
    hour: int = 18
    questions: int = 10
    days: int | None = None
    """How long a challenge is open; None: until the next one."""
    mention_role_id: int | None = None
    champion_role_id: int | None = None
    is_on: bool = False
    trouble: str | None = None
    """Why the last challenge could not be posted."""


class ChallengeEnd(StrEnum):
    """Why a challenge ended."""

    FINISHED = "finished"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    """Discord did not take its card."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge as stored. Times are aware UTC."""

    id: int
    guild_id: int
    number: int
    """In the server's archive, from 1."""
    channel_id: int
    bank: str
    topics: tuple[str, ...]
    """The topics of its questions."""
    questions: int
    """How many there are, without those that are voided."""
    seed: str
    starts_at: datetime
    ends_at: datetime
    message_id: int | None = None
    ended_at: datetime | None = None
    end_reason: ChallengeEnd | None = None
    winners: tuple[int, ...] = ()
    """Who won, as its podium said."""
    points: int = 0
    """How many points they had."""
    players: int = 0

    @property
    def span(self) -> Span:
        """The span of its board."""
        return Span(Period.CHALLENGE, challenge_id=self.id)


@dataclass(frozen=True, slots=True)
class ChallengeResult:
    """What came of a challenge."""

    challenge: Challenge
    podium: tuple[Standing, ...]
    """The best ranks: three members, and more where the third rank is shared."""
    players: int
    accuracy: float | None
    """The part of all answers that were right, 0 to 1; None without answers."""
    hardest: Question | None
    """The question with the lowest share of right answers, if anybody got one wrong."""
    hardest_share: float
    improved: tuple[int, float, float] | None
    """Whose share of the points rose the most since the challenge before, with both shares."""


def next_start(plan: Plan, after: datetime, zone: ZoneInfo) -> datetime:
    """The first planned start later than an instant, as UTC."""
    day = local_day(after, zone) - timedelta(days=1)
    while day.weekday() != plan.weekday or instant(day, zone, plan.hour) <= after:
        day += timedelta(days=1)
    return instant(day, zone, plan.hour)


def coming_start(
    plan: Plan, now: datetime, running_until: datetime | None, zone: ZoneInfo
) -> datetime | None:
    """The planned start that comes next, as UTC; None while the plan is off.

    One challenge at a time: it is not before the end of the one that runs. A start of this very second is still to
    come, see `HEADWAY`.
    """
    if not plan.is_on:
        return None
    after = max(now, running_until) if running_until else now
    return next_start(plan, after - HEADWAY, zone)


def planned_end(plan: Plan, start: datetime, zone: ZoneInfo) -> datetime:
    """When a challenge that was planned to start at an instant ends, as UTC: at the same hour of the day so many
    days later, and not after the next one starts."""
    following = next_start(plan, start, zone)
    if plan.days is None:
        return following
    day = local_day(start, zone)
    while day.weekday() != plan.weekday:  # the clocks skip the planned hour, and the day with it
        day -= timedelta(days=1)
    return min(following, instant(day + timedelta(days=plan.days), zone, plan.hour))


def end_if_begun(plan: Plan, due: datetime, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When a challenge that fell due at an instant would end if it begins now. None: there is no time left for it.

    After an absence of weeks it is the newest planned start that counts, so there is one challenge to catch up.
    """
    newest = due
    while (coming := next_start(plan, newest, zone)) <= now:
        newest = coming
    end = planned_end(plan, newest, zone)
    return end if end - now >= SHORTEST else None


def end_of_extra(plan: Plan, now: datetime, zone: ZoneInfo) -> datetime:
    """When a challenge that a moderator starts by hand ends: with the planned start that leaves it enough time, or
    after the planned number of days."""
    following = next_start(plan, now, zone)
    if following - now < SHORTEST:
        following = next_start(plan, following, zone)
    if plan.days is None:
        return following
    return min(following, now + timedelta(days=plan.days))


def choose_for_challenge(
    bank: Bank, questions: Sequence[Question], count: int, *, recent: Mapping[str, int], seed: str
) -> list[Question]:
    """The questions of a challenge, from easy to hard; `recent` says how many challenges ago they were asked.

    They are drawn by `compose`, so a seed always gives the same ones.
    """
    chosen = compose(bank, questions, count, recent=recent, seed=seed)
    return sorted(chosen, key=lambda question: question.effort)
