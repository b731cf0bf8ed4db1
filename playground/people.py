"""The members of the demo: who plays how often, and who knows what."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.questions import Question

_DIFFICULTY = {"easy": -0.6, "medium": 0.4, "hard": 1.6}
_GUESSED = 0.2
"""How often somebody is right who does not know: less than one of four, since wrong options are made to be chosen."""
_TASTE = 0.8
"""The standard deviation of how well a member knows different topics."""
_SPREAD = 0.4
"""The standard deviation of the logarithm of the time for one question."""
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Person:
    """A simulated member."""

    name: str
    workday: float
    """How likely they come on a day from Monday to Friday."""
    weekend: float
    """How likely on a Saturday or Sunday."""
    skill: float
    """How much they know when the history begins, as log odds."""
    growth: float
    """By how much that rises in twelve weeks."""
    pace: float
    """Seconds that they take for a question."""
    since: int = 84
    """How many days ago they joined."""
    faithful: int = 0
    """For so many days they came every day …"""
    missed: int = 0
    """… but for this many days ago."""

    def comes(self, day: date, today: date, rng: random.Random) -> bool:
        """Whether they come on a day."""
        days_ago = (today - day).days
        if days_ago > self.since or (self.missed and days_ago == self.missed):
            return False
        likely = self.weekend if day.weekday() >= _SATURDAY else self.workday
        return rng.random() < likely or days_ago <= self.faithful

    def knows(self, question: Question, days_ago: int, seed: str) -> float:
        """How likely they are right about a question so many days ago."""
        # a taste is the same on every day, so it is no draw of the history's own generator
        taste = random.Random(f"{seed} {self.name} {question.topic}").gauss(0, _TASTE)  # noqa: S311
        grown = self.growth * (1 - days_ago / 84)
        odds = self.skill + grown + taste - _DIFFICULTY.get(question.difficulty, 0.4)
        return _GUESSED + (1 - _GUESSED) / (1 + math.exp(-odds))

    def takes(self, rng: random.Random) -> timedelta:
        """How long they take for a question when time counts."""
        seconds = rng.lognormvariate(math.log(self.pace), _SPREAD)
        return timedelta(milliseconds=max(2500, int(seconds * 1000)))


# those that the page can be seen as; the day that ada missed cost a freeze, and she has earned another since
VIEWERS = (
    Person("ada", 0.85, 0.7, 0.6, 0.9, 14, faithful=16, missed=5),
    Person("grace", 0.6, 0.5, 1.9, 0.6, 9, faithful=3),
    Person("linus", 0.12, 0.1, 0.3, 0.4, 16, since=60),
    Person("mona", 0.3, 0.2, 0.9, 0.5, 12, faithful=2),
)

OTHERS = (
    # there nearly every day
    Person("priya", 0.8, 0.7, 0.9, 1.0, 12, faithful=40),
    Person("tomasz", 0.85, 0.8, 0.2, 1.6, 17),
    Person("yuki", 0.85, 0.5, 1.2, 0.7, 11),
    Person("amira", 0.75, 0.8, 0.5, 1.1, 15, faithful=9),
    Person("kwame", 0.8, 0.8, 0.7, 0.9, 13),
    # in the breaks of a working week
    Person("lena", 0.7, 0.05, 0.8, 0.6, 10),
    Person("oskar", 0.65, 0.1, 0.0, 1.2, 19),
    Person("mei", 0.6, 0.15, 1.4, 0.5, 8),
    Person("juan_r", 0.55, 0.1, 0.3, 0.9, 16),
    Person("sofia.b", 0.6, 0.0, 0.5, 0.7, 14, since=50),
    Person("dmitri", 0.5, 0.1, 1.0, 0.3, 12),
    # on weekends
    Person("hugo", 0.05, 0.85, 0.6, 0.8, 13),
    Person("noor", 0.1, 0.8, 0.9, 0.9, 12, since=70),
    Person("tereza", 0.0, 0.75, 0.2, 0.9, 18),
    Person("femi", 0.1, 0.7, 1.1, 0.4, 10, since=56),
    Person("marcus", 0.05, 0.65, -0.2, 0.8, 20),
    # now and then
    Person("ines", 0.3, 0.3, 0.4, 0.7, 15),
    Person("ravi", 0.35, 0.2, 0.8, 0.6, 11),
    Person("zoe", 0.25, 0.35, 0.1, 0.9, 17),
    Person("bjorn", 0.3, 0.25, 0.5, 0.5, 16, since=40),
    Person("chidi", 0.2, 0.4, 1.0, 0.8, 12, since=30),
    Person("elif", 0.4, 0.2, 0.3, 1.2, 14, since=21),
    # rarely, or only just come
    Person("paulo", 0.06, 0.1, 0.0, 0.4, 18),
    Person("sam_w", 0.05, 0.05, 0.6, 0.3, 13),
    Person("wei", 0.08, 0.06, 0.9, 0.3, 11),
    Person("nadia", 0.7, 0.7, -0.1, 0.5, 16, since=6),
)

PEOPLE = (*VIEWERS, *OTHERS)
