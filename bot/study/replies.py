"""What is known of an open round, and how a click on it can end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.rounds import Answer, Round


@dataclass(slots=True)
class OpenRound:
    """An open round with what a click needs to know, so that a click reads nothing from disk."""

    round: Round
    expected: frozenset[int] = frozenset()
    """Who answered earlier in the quiz; when all of them have answered, the round closes early."""
    answered: set[int] = field(default_factory=set)
    hints: dict[int, int] = field(default_factory=dict)
    """How many hints each member has taken."""
    last_hint: dict[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The answer counts."""

    round: Round
    answer: Answer
    scored: bool
    """False: the member has answered this question before this week, so it earns no board points."""


@dataclass(frozen=True, slots=True)
class AnsweredBefore:
    """An earlier answer of the member stands."""

    round: Round
    answer: Answer


@dataclass(frozen=True, slots=True)
class RoundOver:
    """The round was closed when the member clicked."""

    round: Round
    answer: Answer | None
    """What the member had answered in time, if anything."""


Reply = Recorded | AnsweredBefore | RoundOver
