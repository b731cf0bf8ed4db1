"""Leaderboards: who earned what, and who stands where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Score:
    """What one member earned within a window. `last_at` is the time of the last points, aware UTC."""

    member_id: int
    points: int = 0
    right: int = 0
    answered: int = 0
    hints: int = 0
    last_at: datetime | None = None

    def plus(self, *, points: int, right: bool, hints: int, at: datetime) -> Score:
        """This score with one more answer."""
        last_at = self.last_at
        if points and (last_at is None or at > last_at):
            last_at = at
        return Score(
            self.member_id,
            self.points + points,
            self.right + right,
            self.answered + 1,
            self.hints + hints,
            last_at,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of a board. Equal points share a rank: 1, 1, 3."""

    rank: int
    score: Score


def rank(scores: Iterable[Score]) -> tuple[Standing, ...]:
    """Order scores and number them.

    Points alone decide the rank. Within a rank, fewer hints and then earlier last points stand first, so
    that the order on screen is settled and the same for everybody.
    """

    def order(score: Score) -> tuple[int, int, float, int]:
        last = score.last_at.timestamp() if score.last_at else float("inf")
        return (-score.points, score.hints, last, score.member_id)

    standings: list[Standing] = []
    for number, score in enumerate(sorted(scores, key=order), start=1):
        tied = standings and standings[-1].score.points == score.points
        standings.append(Standing(standings[-1].rank if tied else number, score))
    return tuple(standings)
