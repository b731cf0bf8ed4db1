"""Mock exams: a timed set of questions that one member answers alone, and the report on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.questions import (
    LONGEST_EXAM,
    SHORTEST_EXAM,
    Bank,
    ExamFormat,
    Question,
)
from bot.domain.reviews import Review, rate
from bot.domain.scoring import Outcome, grade
from bot.domain.statistics import wilson

REMEMBERED = 3
"""How many exams back a question comes again only when its topic has no others left."""


class ExamEnd(StrEnum):
    """Why an exam ended."""

    SUBMITTED = "submitted"
    TIME = "time"


def is_pass(right: int, asked: int, pass_mark: int) -> bool:
    """Whether so many right answers reach the pass mark (per cent), exactly."""
    return 100 * right >= pass_mark * asked


def percent(right: int, asked: int) -> int:
    """The share that was right, rounded down: 79.6 must not look as if it had reached 80."""
    return 100 * right // asked


def needed(asked: int, pass_mark: int) -> int:
    """How many right answers a pass takes."""
    return -(-pass_mark * asked // 100)


def minutes_for(questions: int, format_: ExamFormat) -> int:
    """How long an exam of so many questions takes, in proportion to the usual one, rounded up."""
    minutes = -(-questions * format_.minutes // format_.questions)
    return max(SHORTEST_EXAM, min(LONGEST_EXAM, minutes))


@dataclass(frozen=True, slots=True)
class Exam:
    """An exam as stored: prepared, running or over. Times are aware UTC."""

    id: int
    member_id: int
    guild_id: int | None
    """Where it was prepared; None: in direct messages."""
    bank: str
    topics: tuple[str, ...]
    """None named: all of them."""
    questions: int
    minutes: int
    pass_mark: int
    """Per cent."""
    seed: str
    prepared_at: datetime
    started_at: datetime | None = None
    ends_at: datetime | None = None
    """When its time is up."""
    position: int = 1
    """The question in front of the member."""
    since: datetime | None = None
    """Since when; None: the member looks at the overview, where no question's time runs."""
    ended_at: datetime | None = None
    end_reason: ExamEnd | None = None
    day: date | None = None
    """The day of the end by the member's calendar."""
    correct: int | None = None
    in_review: bool = True
    """Whether what was not right in it is reviewed."""

    @property
    def percent(self) -> int:
        """The share that was right."""
        return percent(self.correct or 0, self.questions)

    @property
    def passed(self) -> bool:
        """Whether it reached its pass mark."""
        return is_pass(self.correct or 0, self.questions, self.pass_mark)


@dataclass(frozen=True, slots=True)
class ExamItem:
    """One question of an exam, as its member sees it."""

    position: int
    """From 1."""
    question: Question
    order: tuple[int, ...]
    """Which option of the question stands at each place."""
    choice: frozenset[int] = frozenset()
    """Places in the order of the bank; may change until the exam ends."""
    flagged: bool = False
    spent: timedelta = timedelta()
    """How long it was in front of the member."""
    outcome: Outcome | None = None
    """None until the exam has ended."""

    @property
    def answered(self) -> bool:
        """Whether as many options are ticked as the question asks for."""
        return len(self.choice) == self.question.choose

    @property
    def seen(self) -> bool:
        """Whether it was in front of the member for any time, or they chose anything."""
        return bool(self.choice or self.spent)

    def place_of(self, option: int) -> int:
        """Where an option of the question stands."""
        return self.order.index(option)

    def choice_after(self, place: int, *, ticked: bool) -> frozenset[int]:
        """What is chosen when the option at a place is ticked or not from then on. Twice is once.

        Where one option is asked for, it takes the place of another; else one that is too many is not taken.
        """
        option = frozenset({self.order[place]})
        if not ticked:
            return self.choice - option
        if self.question.choose == 1:
            return option
        return self.choice if self.answered else self.choice | option


def graded(items: Iterable[ExamItem]) -> list[ExamItem]:
    """The items with their outcomes. What was not answered is wrong."""
    return [replace(item, outcome=grade(item.question.key, item.choice).outcome) for item in items]


def missed(items: Iterable[ExamItem]) -> tuple[ExamItem, ...]:
    """The items of an exam that were not right: wrong, partly right or not answered."""
    return tuple(item for item in items if item.outcome is not Outcome.RIGHT)


def reviews_of(exam: Exam, items: Iterable[ExamItem]) -> list[Review]:
    """What graded items say about the memory of the member: nothing of what they never saw, and of what they left open
    only if that is to be reviewed.

    Raises:
        ValueError: the exam has not ended, or an item is not graded.
    """
    if exam.ended_at is None or exam.day is None:
        raise ValueError(f"exam {exam.id} has not ended")
    found = []
    for item in items:
        if item.outcome is None:
            raise ValueError(f"question {item.position} of exam {exam.id} is not graded")
        if not (item.choice or (exam.in_review and item.seen)):
            continue
        rating = rate(item.outcome, hints=0, took=item.spent)
        question = item.question
        found.append(
            Review(question.bank, question.id, rating, exam.day, exam.ended_at, item.spent, exam_id=exam.id)
        )
    return found


@dataclass(frozen=True, slots=True)
class TopicScore:
    """How an exam went on one topic."""

    topic: str
    title: str
    weight: int | None
    """Per cent of the bank; None: the bank has no such topic any more."""
    right: int
    asked: int

    @property
    def percent(self) -> int:
        """The share that was right."""
        return percent(self.right, self.asked)

    def reached(self, pass_mark: int) -> bool:
        """Whether the topic, taken by itself, reached the pass mark."""
        return is_pass(self.right, self.asked, pass_mark)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of an exam."""

    exam: Exam
    items: tuple[ExamItem, ...]
    """In the order in which they were asked."""
    right: int
    low: float
    high: float
    """Between these two parts of 1 the true share lies with 95 % confidence."""
    topics: tuple[TopicScore, ...]
    """The lowest share first; among equals the heaviest topic."""
    used: timedelta
    """From the beginning to the end."""

    @property
    def asked(self) -> int:
        """How many questions there were."""
        return len(self.items)

    @property
    def missed(self) -> tuple[ExamItem, ...]:
        """What was not right."""
        return missed(self.items)

    @property
    def to_review(self) -> tuple[ExamItem, ...]:
        """What was not right, but seen: it can be reviewed."""
        return tuple(item for item in self.missed if item.seen)

    @property
    def slowest(self) -> tuple[ExamItem, ...]:
        """The two questions that took the longest, the longest first; fewer if fewer took any time."""
        timed = [item for item in self.items if item.spent]
        return tuple(sorted(timed, key=lambda item: (-item.spent, item.position))[:2])


def report(exam: Exam, items: Sequence[ExamItem], bank: Bank | None) -> Report:
    """Sum an exam up that has ended. `bank` is its bank as it is now, None if it is no longer there.

    Raises:
        ValueError: the exam has not ended.
    """
    if exam.started_at is None or exam.ended_at is None:
        raise ValueError(f"exam {exam.id} has not ended")
    by_topic: dict[str, list[ExamItem]] = {}
    for item in items:
        by_topic.setdefault(item.question.topic, []).append(item)
    topics = [_topic_score(topic, found, bank) for topic, found in by_topic.items()]
    right = len(items) - len(missed(items))
    low, high = wilson(right, len(items))
    return Report(
        exam=exam,
        items=tuple(items),
        right=right,
        low=low,
        high=high,
        topics=tuple(sorted(topics, key=lambda t: (t.right / t.asked, -(t.weight or 0), t.topic))),
        used=exam.ended_at - exam.started_at,
    )


def _topic_score(topic: str, items: Sequence[ExamItem], bank: Bank | None) -> TopicScore:
    known = bank.topics.get(topic) if bank else None
    return TopicScore(
        topic=topic,
        title=known.title if known else topic,
        weight=known.weight if known else None,
        right=len(items) - len(missed(items)),
        asked=len(items),
    )
