"""The rules of rounds in a few lines: what members should be told, and what should be counted."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_DOUBLE_CLICK = timedelta(seconds=2)

LADDERS = {
    "Which one is right, of these four?": ("a gentle hint", "a strong hint"),
    "And which one is right here?": ("only one hint",),
    "Yes or no?": (),
    "Which two are right?": ("there are two",),
}
"""The hints of the sample bank by prompt."""

KEYS = {
    prompt: frozenset({"the right one", "the other right one"} if "two" in prompt else {"the right one"})
    for prompt in LADDERS
}
"""The right options of the sample bank by prompt."""


@dataclass
class Given:
    """An answer that the bot has acknowledged."""

    choice: frozenset[str]
    at: datetime
    hints: int
    points: int
    erased: bool = False
    """Its member has had their data erased; it may stay until its question is closed."""

    @property
    def week(self) -> datetime:
        """The Monday of the week it was given in; the server's time zone is UTC."""
        day = self.at.replace(hour=0, minute=0, second=0, microsecond=0)
        return day - timedelta(days=day.weekday())


@dataclass
class Asked:
    """A question that was posted."""

    id: int
    prompt: str
    quiz: int | None
    opened_at: datetime
    closes_at: datetime
    answers: dict[int, Given] = field(default_factory=dict)
    hints: dict[int, int] = field(default_factory=dict)
    last_hint: dict[int, datetime] = field(default_factory=dict)

    def take_hint(self, member: int, now: datetime) -> int:
        """How many hints a member sees who asks for one now; a double click costs once."""
        last = self.last_hint.get(member)
        taken = self.hints.get(member, 0)
        if taken < len(LADDERS[self.prompt]) and (last is None or now - last >= _DOUBLE_CLICK):
            self.hints[member] = taken + 1
            self.last_hint[member] = now
        return self.hints.get(member, 0)

    def answer(self, member: int, choice: frozenset[str], now: datetime) -> Given:
        """Take a first answer in time."""
        given = Given(choice, now, self.hints.get(member, 0), self._points(member, choice, now))
        self.answers[member] = given
        return given

    def _points(self, member: int, choice: frozenset[str], now: datetime) -> int:
        key = KEYS[self.prompt]
        share = max(0, len(choice & key) - len(choice - key)) / len(key)
        if share == 0:
            return 0
        left = (self.closes_at - now) / (self.closes_at - self.opened_at)
        speed = 5 * left if choice == key and self.quiz is not None else 0
        return max(1, math.floor(10 * share + speed + 0.5) - 3 * self.hints.get(member, 0))


@dataclass
class Model:
    """All that was asked, and the answers in the order in which they were given."""

    asked: dict[int, Asked] = field(default_factory=dict)
    given: list[tuple[str, int, Given]] = field(default_factory=list)
    voided: set[str] = field(default_factory=set)
    """Questions that count no more."""
    erased: dict[int, datetime] = field(default_factory=dict)
    """When members had their data erased; their answers to questions that were open then may still be there."""

    def erase(self, member: int, now: datetime) -> None:
        """A member has their data erased."""
        self.erased[member] = now
        for _, who, given in self.given:
            given.erased |= who == member

    def answer(self, asked: Asked, member: int, choice: frozenset[str], now: datetime) -> Given:
        """Take a first answer in time."""
        given = asked.answer(member, choice, now)
        given.erased = member in self.erased and now <= self.erased[member]  # in the same instant
        self.given.append((asked.prompt, member, given))
        return given

    def counting(self, member: int) -> list[Given]:
        """The answers of a member that count on boards: the first to a question in a week."""
        firsts: dict[tuple[str, datetime], Given] = {}
        for prompt, who, given in self.given:
            if who == member and not given.erased:
                firsts.setdefault((prompt, given.week), given)
        return [given for (prompt, _), given in firsts.items() if prompt not in self.voided]

    def all_are_in(self, asked: Asked) -> bool:
        """Whether everybody who answered an earlier question of the quiz has answered this one: then it closes."""
        earlier = {
            member
            for other in self.asked.values()
            if other.quiz == asked.quiz and other.id < asked.id
            for member in other.answers
        }
        return asked.quiz is not None and bool(earlier) and earlier <= set(asked.answers)
