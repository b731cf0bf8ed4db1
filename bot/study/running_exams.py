"""Who is in an exam now, in memory, so that a hint costs no look at the disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.questions import QuestionId
from bot.errors import RefusedError


@dataclass(frozen=True, slots=True)
class RunningExam:
    """The exam that a member is in."""

    exam_id: int
    ends_at: datetime
    """Aware UTC."""
    questions: frozenset[QuestionId]


class RunningExams:
    """The running exams by member."""

    def __init__(self) -> None:
        self._by_member: dict[int, RunningExam] = {}

    def add(self, member_id: int, exam_id: int, ends_at: datetime, questions: Iterable[QuestionId]) -> None:
        """An exam begins."""
        self._by_member[member_id] = RunningExam(exam_id, ends_at, frozenset(questions))

    def forget(self, member_id: int, exam_id: int) -> None:
        """An exam has ended."""
        running = self._by_member.get(member_id)
        if running is not None and running.exam_id == exam_id:
            del self._by_member[member_id]

    def count(self) -> int:
        """How many members are in one."""
        return len(self._by_member)

    def find(self, member_id: int, at: datetime) -> RunningExam | None:
        """The exam that a member is in at an instant."""
        running = self._by_member.get(member_id)
        return running if running is not None and at < running.ends_at else None

    def check_hints(self, member_id: int, at: datetime) -> None:
        """Refuse hints to whoever is in an exam: what helps with one question can help with its like.

        Raises:
            RefusedError: the member is in one.
        """
        if self.find(member_id, at) is not None:
            raise RefusedError(
                "You are in a mock exam, so there are no hints now. `/exam start` leads back to it; when you have "
                "submitted it, or its time is up, hints are back."
            )
