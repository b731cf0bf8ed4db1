"""What a member of an exam can be shown: the exam before it begins, while it runs, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.exams import Exam, ExamItem, Report
from bot.domain.questions import Bank


@dataclass(frozen=True, slots=True)
class Preparation:
    """An exam that has not begun."""

    exam: Exam
    bank: Bank
    wanted: int
    """How many questions were asked for; `exam.questions` are fewer where there are not so many."""
    withheld: int
    """How many can't be asked because they still count elsewhere."""
    last: Exam | None
    """The member's exam before this one."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """An exam that runs."""

    exam: Exam
    items: tuple[ExamItem, ...]

    @property
    def front(self) -> ExamItem | None:
        """The question in front of the member; None: they look at the overview."""
        return self.items[self.exam.position - 1] if self.exam.since is not None else None

    @property
    def ends_at(self) -> datetime:
        """When its time is up."""
        if self.exam.ends_at is None:
            raise AssertionError("an exam that has begun has an end")
        return self.exam.ends_at

    @property
    def open(self) -> list[int]:
        """The positions that are not answered."""
        return [item.position for item in self.items if not item.answered]

    @property
    def flagged(self) -> list[int]:
        """The positions that are flagged."""
        return [item.position for item in self.items if item.flagged]


ExamState = Sitting | Report
"""An exam that has begun."""


@dataclass(frozen=True, slots=True)
class WrongPage:
    """One of the questions that were not right in an exam that is over."""

    report: Report
    number: int
    """Of the page, from 1."""
    waits: bool
    """Whether the question still counts for the member elsewhere, so that it must not be explained yet."""

    @property
    def item(self) -> ExamItem:
        """The question."""
        return self.report.missed[self.number - 1]
