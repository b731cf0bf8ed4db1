"""Questions and the banks they come from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol, get_args

Difficulty = Literal["easy", "medium", "hard"]
DIFFICULTIES: tuple[Difficulty, ...] = get_args(Difficulty)
"""From the least effort to the most."""

LETTERS = "ABCDEF"
"""The names of the options on a card; a question has 2 to 6 of them."""

FEWEST_EXAM_QUESTIONS = 5
"""A mock exam has at least so many questions."""

MOST_EXAM_QUESTIONS = 100
"""A mock exam has at most so many questions."""

SHORTEST_EXAM = 5
"""The least time for a mock exam, in minutes."""

LONGEST_EXAM = 300
"""The most time for a mock exam, in minutes."""


QuestionId = tuple[str, str]
"""A question of whatever version: its bank and its id there."""


def to_mask(places: Iterable[int]) -> int:
    """A set of places as a bit mask."""
    return sum(1 << place for place in places)


def from_mask(mask: int) -> frozenset[int]:
    """The set of places in a bit mask."""
    return frozenset(place for place in range(mask.bit_length()) if mask >> place & 1)


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen. `why` says why it is right or wrong."""

    text: str
    why: str
    correct: bool = False
    fixed: bool = False
    """True: stays behind the options that are shuffled, such as "None of the above"."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Where to read more."""

    title: str
    url: str


@dataclass(frozen=True)
class Question:
    """One multiple-choice question, complete with everything that teaches."""

    bank: str
    id: str
    topic: str
    prompt: str
    options: tuple[Option, ...]
    explanation: str
    hints: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    level: str = "recall"
    difficulty: Difficulty = "medium"
    facts: tuple[str, ...] = ()
    author: int | None = None
    """The member who wrote it: their own answers to it earn nothing."""

    @property
    def full_id(self) -> QuestionId:
        """Which question it is, of whatever version."""
        return self.bank, self.id

    @cached_property
    def key(self) -> frozenset[int]:
        """The places of the correct options, in the order of the bank."""
        return frozenset(place for place, option in enumerate(self.options) if option.correct)

    @cached_property
    def version(self) -> str:
        """The content hash: changes when anything in the question changes, and only then."""
        values = asdict(self)
        if self.author is None:
            del values[
                "author"
            ]  # questions that name nobody have the version that they had before there were authors
        content = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()[:24]

    @property
    def effort(self) -> int:
        """How hard it is, to sort by: from 0."""
        return DIFFICULTIES.index(self.difficulty)

    @property
    def choose(self) -> int:
        """How many options a member chooses."""
        return len(self.key)

    def to_dict(self) -> dict[str, Any]:
        """The question as plain values, for storing the version that was asked."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Question:
        """The inverse of `to_dict`."""
        return cls(
            **{
                **values,
                "options": tuple(Option(**option) for option in values["options"]),
                "references": tuple(Reference(**reference) for reference in values["references"]),
                "hints": tuple(values["hints"]),
                "facts": tuple(values["facts"]),
            }
        )


class Shown(Protocol):
    """A question as somebody sees it: with its options in an order of their own."""

    @property
    def question(self) -> Question: ...

    @property
    def order(self) -> tuple[int, ...]:
        """Which option of the question stands at each place."""
        ...

    def place_of(self, option: int) -> int:
        """Where an option of the question stands."""
        ...


@dataclass(frozen=True, slots=True)
class Topic:
    """A part of a bank's subject. `weight` is per cent of the subject."""

    id: str
    title: str
    weight: int


@dataclass(frozen=True, slots=True)
class ExamFormat:
    """What a mock exam on a bank looks like unless somebody chooses otherwise."""

    questions: int = 30
    minutes: int = 45


@dataclass(frozen=True)
class Bank:
    """A folder of questions on one subject."""

    id: str
    title: str
    language: str
    license: str
    disclaimer: str
    pass_mark: int
    topics: Mapping[str, Topic]
    questions: tuple[Question, ...]
    exam: ExamFormat = ExamFormat()

    def on_topic(self, topic: str | None) -> tuple[Question, ...]:
        """The questions on one topic, or all of them for None."""
        return self.questions if topic is None else self._by_topic.get(topic, ())

    @cached_property
    def _by_topic(self) -> Mapping[str, tuple[Question, ...]]:
        found: dict[str, list[Question]] = {}
        for question in self.questions:
            found.setdefault(question.topic, []).append(question)
        return {topic: tuple(questions) for topic, questions in found.items()}

    @cached_property
    def by_id(self) -> Mapping[str, Question]:
        """The questions by id."""
        return {question.id: question for question in self.questions}

    @cached_property
    def topics_with_questions(self) -> tuple[Topic, ...]:
        """The topics that a quiz can be about, in the order of the bank."""
        return tuple(topic for topic in self.topics.values() if topic.id in self._by_topic)


@dataclass(frozen=True)
class Catalog:
    """All banks that are loaded, by id, in alphabetical order; the first one is the default."""

    banks: Mapping[str, Bank] = field(default_factory=dict)

    @property
    def default(self) -> Bank:
        """The bank that is used when nobody names one."""
        return next(iter(self.banks.values()))

    def subject(self, bank: str, topic: str) -> str:
        """What to call a bank ("" for any) and a topic of it ("" for any), also when they are no longer there."""
        known = self.banks.get(bank)
        theme = known.topics.get(topic) if known else None
        title = known.title if known else bank
        return f"{theme.title if theme else topic} ({title})" if topic else title

    def question(self, bank: str, question: str) -> Question | None:
        """A question by bank and id, as it is now; None if it is no longer there."""
        found = self.banks.get(bank)
        return found.by_id.get(question) if found else None

    def topic_title(self, question: Question) -> str:
        """What to call a question's topic, also when its bank has changed since it was asked."""
        bank = self.banks.get(question.bank)
        topic = bank.topics.get(question.topic) if bank else None
        return topic.title if topic else question.topic
