"""What is stored about a member, in numbers."""

from __future__ import annotations

from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class Footprint:
    """How much is stored about a member."""

    answers: int
    hints: int
    servers: int
    """In how many they have answered."""
    sessions: int
    """Practices and reviews."""
    exams: int
    reviewed: int
    """How many questions they are reviewed on."""
    plans: int
    """Study plans: 0 or 1."""
    reports: int
    started: int
    """Quizzes that they started."""
    moderated: int
    """What they set up or decided as a moderator."""
    hidden: int
    """In how many servers they hide from the boards."""
    remind_hour: int | None
    zone: str | None
    """Their own time zone."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is stored."""
        return not any(astuple(self)[:-2]) and self.remind_hour is None and self.zone is None
