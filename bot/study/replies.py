"""How a click on an option can end."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.rounds import Answer, Round


@dataclass(frozen=True, slots=True)
class Recorded:
    """The answer counts."""

    round: Round
    answer: Answer
    scored: bool
    """False: the member wrote this question or has answered it before this week, so it earns no board points."""


@dataclass(frozen=True, slots=True)
class AnsweredBefore:
    """An earlier answer of the member stands."""

    round: Round
    answer: Answer


@dataclass(frozen=True, slots=True)
class RoundOver:
    """The round was closed when the member clicked, or its question voided."""

    round: Round
    answer: Answer | None
    """What the member had answered in time, if anything."""
    voided: bool = False
    """Whether its question counts no more."""


Reply = Recorded | AnsweredBefore | RoundOver
