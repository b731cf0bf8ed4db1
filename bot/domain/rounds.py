"""Rounds: one question posted in a channel, the answers to it, and what came of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.questions import Question
from bot.domain.scoring import Outcome


class CloseReason(StrEnum):
    """Why a round was closed."""

    DEADLINE = "deadline"
    EVERYONE = "everyone"
    """Everyone who had answered earlier in the quiz has answered."""
    SKIPPED = "skipped"
    STOPPED = "stopped"
    GONE = "gone"
    """Its message was deleted."""
    REFUSED = "refused"
    """Discord did not take its message."""
    VOIDED = "voided"
    """A moderator voided its question."""


@dataclass(frozen=True, slots=True)
class Round:
    """One question as it was posted. Times are aware UTC."""

    id: int
    guild_id: int
    channel_id: int
    question: Question
    order: tuple[int, ...]
    """Which option of the question stands at each place of the card."""
    opened_at: datetime
    closes_at: datetime
    message_id: int | None = None
    quiz_id: int | None = None
    challenge_id: int | None = None
    position: int | None = None
    """1 for the first question of a quiz or challenge; None for a single question."""
    total: int | None = None
    closed_at: datetime | None = None
    close_reason: CloseReason | None = None

    @property
    def timed(self) -> bool:
        """Whether speed earns points: in quizzes, not for a question that stays open for days."""
        return self.quiz_id is not None

    def time_left(self, at: datetime) -> float:
        """The part of a timed round that is left, 1 to 0; 0 where speed does not count."""
        if not self.timed:
            return 0.0
        return (self.closes_at - at) / (self.closes_at - self.opened_at)

    @property
    def private(self) -> bool:
        """Whether each member sees it alone, at a time of their own: in challenges."""
        return self.challenge_id is not None

    def is_in(self, guild_id: int, channel_id: int | None) -> bool:
        """Whether it can be answered from a channel of a server: from where its card is, and a private one from all of
        them. None for any channel.
        """
        return self.guild_id == guild_id and (self.private or channel_id in {None, self.channel_id})

    def shown_to(self, member_id: int) -> Round:
        """The round as a member sees it: a private one has its options in an order of the member's own."""
        if not self.private:
            return self
        # a fair shuffle that is the same after a restart, not a secret
        rng = random.Random(f"{self.id} {member_id}")  # noqa: S311
        return replace(self, order=shuffled_order(self.question, rng))

    def place_of(self, option: int) -> int:
        """Where an option of the question stands on the card."""
        return self.order.index(option)


@dataclass(frozen=True, slots=True)
class Answer:
    """One member's choice in one round, as stored."""

    round_id: int
    member_id: int
    choice: frozenset[int]
    """Places in the order of the bank, not of the card."""
    clicked_at: datetime
    hints: int
    outcome: Outcome
    points: int
    day: date
    """The day of the click by the server's calendar."""
    took: timedelta
    """From seeing the question to the click."""


Asked = tuple[Question, Sequence[int]]
"""A question with the order of its options."""


def shuffled_order(question: Question, rng: random.Random) -> tuple[int, ...]:
    """A random order of the options in which those marked as fixed stay last."""
    loose = [place for place, option in enumerate(question.options) if not option.fixed]
    rng.shuffle(loose)
    return (*loose, *(place for place, option in enumerate(question.options) if option.fixed))


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What came of a round."""

    answered: int
    counts: tuple[int, ...]
    """How many members chose each option, in the order of the bank."""
    right: tuple[int, ...]
    """Members who were right, the fastest first."""
    fastest: timedelta | None
    """How long the first of `right` took; None where nobody was right."""
    voided: bool = False
    """Whether its question counts no more."""


def round_result(round_: Round, answers: Sequence[Answer]) -> RoundResult:
    """Sum a round up."""
    counts = [0] * len(round_.question.options)
    for answer in answers:
        for option in answer.choice:
            counts[option] += 1
    right = sorted(
        (answer for answer in answers if answer.outcome is Outcome.RIGHT),
        key=lambda answer: (answer.clicked_at, answer.member_id),
    )
    return RoundResult(
        answered=len(answers),
        counts=tuple(counts),
        right=tuple(answer.member_id for answer in right),
        # never below 0, should this machine's clock be ahead of Discord's
        fastest=max(timedelta(), right[0].clicked_at - round_.opened_at) if right else None,
    )
