"""What comes next for a member who studies alone."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.questions import Bank, Difficulty
from bot.domain.reviews import ReviewCard, Workload
from bot.domain.sessions import Item, Session, Summary


@dataclass(frozen=True, slots=True)
class Wish:
    """What a member wants to practise."""

    bank: Bank
    topic: str | None
    difficulty: Difficulty | None
    questions: int


@dataclass(frozen=True, slots=True)
class Asking:
    """A question that the member is to answer."""

    session: Session
    item: Item
    workload: Workload | None
    """In a review: what there is to do."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A question that the member has answered."""

    session: Session
    item: Item
    card: ReviewCard | None
    """When it comes again in a review."""


@dataclass(frozen=True, slots=True)
class Over:
    """A session has ended."""

    session: Session
    summary: Summary
    scope: int
    """The number of its bank and topic, for another one."""
    workload: Workload | None
    """In a review: what there is to do after it."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The member has a practice that has not ended, and wants one."""

    session: Session
    wish: Wish
    scope: int
    """The number of its bank and topic."""


@dataclass(frozen=True, slots=True)
class NothingDue:
    """There is nothing to review today."""

    workload: Workload
    new: int
    """How many questions that the member has never answered a review would ask now."""
    scope: int
    """The number of the bank that the member studies."""


Step = Asking | Over
