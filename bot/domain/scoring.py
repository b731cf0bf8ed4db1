"""What an answer is worth. The only place that knows the numbers; `/help` reads them from here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

RIGHT_POINTS = 10
SPEED_POINTS = 5
HINT_COST = 3
LEAST_POINTS = 1


class Outcome(IntEnum):
    """How an answer was graded. Stored as its number, so the numbers never change."""

    WRONG = 0
    PARTLY = 1
    RIGHT = 2


@dataclass(frozen=True, slots=True)
class Grade:
    """An answer compared with the key. `share` is the part of the credit, 0 to 1."""

    outcome: Outcome
    share: float


def grade(key: frozenset[int], choice: frozenset[int]) -> Grade:
    """Compare a choice with the key.

    With several correct options each one found counts and each wrong one chosen takes one back. Ticking more
    than there are earns nothing.
    """
    if choice == key:
        return Grade(Outcome.RIGHT, 1.0)
    if len(choice) > len(key):
        return Grade(Outcome.WRONG, 0.0)  # more than the card asks for: no credit for ticking everything
    share = max(0, len(choice & key) - len(choice - key)) / len(key)
    return Grade(Outcome.PARTLY if share else Outcome.WRONG, share)


def points(grade: Grade, *, time_left: float, hints: int) -> int:
    """The points of one answer.

    A right answer is worth 10, and up to 5 more for speed, linear in `time_left` (the part of a timed
    round that was left, 0 to 1; 0 where no time runs). Knowing counts more than speed: the slowest right
    answer still earns two thirds of the fastest. Each hint costs 3, less than guessing wrong, so that
    asking for help is always worth it; a right answer keeps at least 1. Part of the key earns that part
    of the 10 without the bonus for speed. Halves are rounded up.
    """
    if grade.outcome is Outcome.WRONG:
        return 0
    speed = SPEED_POINTS * min(1.0, max(0.0, time_left)) if grade.outcome is Outcome.RIGHT else 0.0
    earned = math.floor(RIGHT_POINTS * grade.share + speed + 0.5)
    return max(LEAST_POINTS, earned - HINT_COST * hints)
