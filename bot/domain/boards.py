"""Leaderboards: who earned what, and who stands where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

PAGE = 10
"""Members on one page of a board."""

EVERYTHING = 1
"""The number of the scope of all banks and topics."""

NOBODY = 0
"""The member of what is kept for a server's totals alone: it was made by members who had their data erased."""


@dataclass(frozen=True, slots=True)
class Score:
    """What one member earned within a span. `last_at` is the time of the last points, aware UTC."""

    member_id: int
    points: int = 0
    right: int = 0
    answered: int = 0
    hints: int = 0
    last_at: datetime | None = None
    took: timedelta = timedelta()
    """How long the answers took in all."""

    def plus(
        self, *, points: int, right: bool, hints: int, at: datetime, took: timedelta = timedelta()
    ) -> Score:
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
            self.took + took,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of a board. Equals share a rank: 1, 1, 3."""

    rank: int
    score: Score


@dataclass(frozen=True, slots=True)
class BoardPage:
    """Ten lines of a board."""

    number: int
    """From 0."""
    members: int
    """How many are on the board."""
    standings: tuple[Standing, ...]
    own: Standing | None
    """Where the member who asked stands, on whatever page; also when hidden, as if they were not."""


def rank(scores: Iterable[Score], *, by_time: bool = False) -> tuple[Standing, ...]:
    """Order scores and number them.

    Points alone decide the rank. Within a rank, fewer hints and then earlier last points stand first, so
    that the order on screen is settled and the same for everybody. `by_time` is for challenges: among equal
    points less total answering time is the better rank.
    """

    def merit(score: Score) -> tuple[int, timedelta]:
        return -score.points, score.took if by_time else timedelta()

    def order(score: Score) -> tuple[tuple[int, timedelta], int, float, int]:
        last = score.last_at.timestamp() if score.last_at else float("inf")
        return merit(score), score.hints, last, score.member_id

    standings: list[Standing] = []
    for number, score in enumerate(sorted(scores, key=order), start=1):
        tied = standings and merit(standings[-1].score) == merit(score)
        standings.append(Standing(standings[-1].rank if tied else number, score))
    return tuple(standings)


def pages(members: int) -> int:
    """How many pages a board of so many members has; an empty one has a page, too."""
    return max(1, -(-members // PAGE))


@dataclass(frozen=True, slots=True)
class Climb:
    """Who rose how far."""

    member_id: int
    before: int
    after: int


def best_climber(before: Sequence[Standing], after: Sequence[Standing]) -> Climb | None:
    """Who rose by the most ranks from one board to the next, among those on both; the higher one among equals."""
    was = {standing.score.member_id: standing.rank for standing in before}
    climbs = [
        Climb(standing.score.member_id, was[standing.score.member_id], standing.rank)
        for standing in after
        if was.get(standing.score.member_id, 0) > standing.rank
    ]
    return max(climbs, key=lambda climb: (climb.before - climb.after, -climb.after), default=None)


def most_improved(before: Mapping[int, float], after: Mapping[int, float]) -> tuple[int, float, float] | None:
    """The member whose share of the points to be had rose the most, with both shares; None if nobody's did.

    Shares and not points: two challenges may differ in their number of questions.
    """
    rises = [
        (share - before[member], member)
        for member, share in after.items()
        if member in before and share > before[member]
    ]
    if not rises:
        return None
    _, member = max(rises, key=lambda rise: (rise[0], -rise[1]))
    return member, before[member], after[member]
