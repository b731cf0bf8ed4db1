"""Reports on questions, and how the questions went that they are about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.questions import Question, from_mask
from bot.domain.scoring import Outcome


class ReportState(StrEnum):
    """What became of a report."""

    OPEN = "open"
    ACCEPTED = "accepted"
    """It is right: whoever wrote the question is to mend it."""
    DISMISSED = "dismissed"
    """Nothing is wrong with the question."""
    VOIDED = "voided"
    """The question counts no more in the server."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one member finds wrong with a question."""

    id: int
    member_id: int
    reason: str
    """As the member wrote it: show it to nobody as it is."""
    reported_at: datetime
    """Aware UTC."""
    round_id: int | None
    """None: the question was asked in private."""
    order: tuple[int, ...] | None = None
    """Which option stood at each place for the member, where that is known."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question as it was asked, with the reports on it in a server that are open, or were handled together."""

    question: Question
    first: int
    """The id of the first report."""
    total: int
    """How many reports there are."""
    reports: tuple[Report, ...]
    """The latest, these first."""
    state: ReportState
    handled_by: int | None = None
    handled_at: datetime | None = None
    """Aware UTC."""

    @property
    def id(self) -> int:
        """By what it is found: the latest report. It leads to the case also when there is a later one."""
        return self.reports[0].id


@dataclass(frozen=True, slots=True)
class Record:
    """How a question, as it was asked, went in a server."""

    answered: int
    right: int
    counts: tuple[int, ...]
    """How many chose each option, in the order of the bank."""

    def share(self, option: int) -> float:
        """The part of the answers that chose an option, 0 to 1."""
        return self.counts[option] / self.answered if self.answered else 0.0


def record(question: Question, answers: Iterable[tuple[int, Outcome, int]]) -> Record:
    """Sum answers up, each a choice as a bit mask, its outcome, and how many gave it."""
    counts = [0] * len(question.options)
    answered = right = 0
    for choice, outcome, number in answers:
        answered += number
        right += number if outcome is Outcome.RIGHT else 0
        for option in from_mask(choice):
            counts[option] += number
    return Record(answered, right, tuple(counts))


@dataclass(frozen=True, slots=True)
class Voiding:
    """What a question loses when it is voided."""

    members: int
    """For how many members it counts on boards."""
    points: int
    """How many points it has brought them there."""
    closed: tuple[int, ...] = ()
    """The rounds in channels that ended with it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands among others."""

    number: int
    """From 1."""
    of: int
    before: int | None
    """The ids of its neighbours."""
    after: int | None


def place(cases: Sequence[int], id_: int) -> Place:
    """Where a case stands among `cases`, which it is one of."""
    at = cases.index(id_)
    return Place(
        at + 1,
        len(cases),
        cases[at - 1] if at else None,
        cases[at + 1] if at + 1 < len(cases) else None,
    )
