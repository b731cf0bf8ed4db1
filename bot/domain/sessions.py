"""Practice and review: questions that one member goes through alone."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.questions import Difficulty, Question, QuestionId
from bot.domain.scoring import Outcome
from bot.domain.statistics import TopicRecord

MOST_TRIES = 3
"""How often a practice asks a question that is not answered right."""


class Kind(StrEnum):
    """What a session is for."""

    PRACTICE = "practice"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Item:
    """A question in a session, and the member's answer to it once there is one. Times are aware UTC."""

    id: int
    position: int
    question: Question
    order: tuple[int, ...]
    """Which option of the question stands at each place."""
    is_new: bool = False
    """In a review: the member had never answered it."""
    shown_at: datetime | None = None
    hints: int = 0
    ticked: frozenset[int] = frozenset()
    """Places ticked so far, where several options are right."""
    choice: frozenset[int] | None = None
    """Places in the order of the bank; None: not answered, as with all that follow."""
    outcome: Outcome | None = None
    took: timedelta | None = None
    sure: bool | None = None
    """What the member says of it; None if nothing."""

    def place_of(self, option: int) -> int:
        """Where an option of the question stands."""
        return self.order.index(option)


@dataclass(frozen=True, slots=True)
class Session:
    """A practice or review of one member. Times are aware UTC."""

    id: int
    member_id: int
    guild_id: int | None
    """Where it began; None: in direct messages."""
    kind: Kind
    bank: str
    topic: str | None
    difficulty: Difficulty | None
    begun_at: datetime
    ended_at: datetime | None
    items: tuple[Item, ...]
    """In the order in which they are asked."""

    @property
    def is_done(self) -> bool:
        """Whether all questions are answered."""
        return all(item.choice is not None for item in self.items)

    def next(self, withheld: Set[QuestionId] = frozenset()) -> Item | None:
        """The question that the member is at, passing over those that are withheld; None if none is left."""
        return next(
            (item for item in self.items if item.choice is None and item.question.full_id not in withheld),
            None,
        )

    @property
    def questions(self) -> int:
        """How many different questions there are; in a practice those that come once more stand behind them."""
        return len({item.question.full_id for item in self.items})

    @property
    def answered(self) -> int:
        """How many different questions are answered."""
        return len(first_answers(self.items))

    def item(self, item_id: int) -> Item:
        """A question of this session."""
        return next(item for item in self.items if item.id == item_id)


def comes_again(session: Session, item: Item, outcome: Outcome) -> bool:
    """Whether a question that was just answered is asked once more, at the end of the same practice."""
    tries = sum(other.question.id == item.question.id for other in session.items)
    return session.kind is Kind.PRACTICE and outcome is not Outcome.RIGHT and tries < MOST_TRIES


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of a session. Each question counts with its first answer."""

    right: int
    answered: int
    topics: tuple[TopicRecord, ...]
    """The weakest first."""
    missed: tuple[Question, ...]
    """Those to look at again, in the order in which they were asked."""
    learned: frozenset[str]
    """The ids of those that were answered right in the end."""


def first_answers(items: Iterable[Item]) -> list[Item]:
    """The first answer to each question, in their order."""
    firsts: dict[tuple[str, str], Item] = {}
    for item in items:
        if item.choice is not None:
            firsts.setdefault(item.question.full_id, item)
    return list(firsts.values())


def summary(session: Session) -> Summary:
    """Sum a session up."""
    firsts = first_answers(session.items)
    records: dict[tuple[str, str], TopicRecord] = {}
    for item in firsts:
        key = (item.question.bank, item.question.topic)
        before = records.get(key, TopicRecord(*key, right=0, answered=0))
        is_right = item.outcome is Outcome.RIGHT
        records[key] = TopicRecord(*key, before.right + is_right, before.answered + 1)
    missed = [item.question for item in firsts if item.outcome is not Outcome.RIGHT]
    return Summary(
        right=len(firsts) - len(missed),
        answered=len(firsts),
        topics=tuple(sorted(records.values(), key=lambda record: record.merit)),
        missed=tuple(missed),
        learned=frozenset(item.question.id for item in session.items if item.outcome is Outcome.RIGHT)
        & {question.id for question in missed},
    )
