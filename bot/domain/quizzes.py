"""Quizzes: series of rounds in one channel, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.boards import Score, Standing, rank
from bot.domain.questions import Question
from bot.domain.rounds import Answer, Round
from bot.domain.scoring import Outcome


class EndReason(StrEnum):
    """Why a quiz ended."""

    FINISHED = "finished"
    STOPPED = "stopped"
    IDLE = "idle"
    """Nobody answered several questions in a row."""
    AWAY = "away"
    """The bot was away for too long to go on as if nothing had been."""
    REFUSED = "refused"
    """Discord did not take its messages."""


@dataclass(frozen=True, slots=True)
class Quiz:
    """A quiz as stored. Times are aware UTC."""

    id: int
    guild_id: int
    channel_id: int
    starter_id: int
    bank: str
    topic: str | None
    seconds: int
    """How long each question stays open."""
    started_at: datetime
    questions: int
    """How many it asks."""
    message_id: int | None = None
    """The message that announced it."""
    ended_at: datetime | None = None
    end_reason: EndReason | None = None


@dataclass(frozen=True, slots=True)
class QuizResult:
    """What came of a quiz."""

    asked: int
    standings: tuple[Standing, ...]
    accuracy: float | None
    """The part of all answers that were right, 0 to 1; None without answers."""
    hardest: Question | None
    """The question with the lowest share of right answers, if anybody got one wrong."""
    hardest_share: float
    voided: int = 0
    """How many more it asked, which are voided and left out of all this."""


def quiz_result(rounds: Iterable[tuple[Round, Sequence[Answer]]]) -> QuizResult:
    """Sum a quiz up."""
    played = list(rounds)
    scores: dict[int, Score] = {}
    hardest: tuple[float, int, Question] | None = None
    for number, (round_, answers) in enumerate(played):
        for answer in answers:
            scores[answer.member_id] = scores.get(answer.member_id, Score(answer.member_id)).plus(
                points=answer.points,
                right=answer.outcome is Outcome.RIGHT,
                hints=answer.hints,
                at=answer.clicked_at,
                took=answer.took,
            )
        if answers:
            share = sum(answer.outcome is Outcome.RIGHT for answer in answers) / len(answers)
            if share < 1 and (hardest is None or (share, number) < hardest[:2]):
                hardest = (share, number, round_.question)
    answered = sum(score.answered for score in scores.values())
    return QuizResult(
        asked=len(played),
        standings=rank(scores.values()),
        accuracy=sum(score.right for score in scores.values()) / answered if answered else None,
        hardest=hardest[2] if hardest else None,
        hardest_share=hardest[0] if hardest else 1.0,
    )
