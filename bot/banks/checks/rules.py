"""What a rule is, and what it looks at. The rules and their sources are listed in docs/questions.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from bot.banks.checks.words import asking_sentence, content, prose, without_code
from bot.banks.format import BankFormat, OptionFormat
from bot.banks.loader import QuestionSource
from bot.banks.yaml_source import Path as Place

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Note:
    """What a rule found: where in the question (or bank.yaml), and what is wrong and what to do."""

    level: Level
    place: Place
    what: str


def error(place: Place, what: str) -> Note:
    """A note on something that must be mended."""
    return Note("error", place, what)


def warning(place: Place, what: str) -> Note:
    """A note on something that is better mended."""
    return Note("warning", place, what)


@dataclass(frozen=True)
class Item:
    """A question as the rules look at it."""

    source: QuestionSource
    head: BankFormat
    copied: frozenset[int] = frozenset()
    """The hashes of all runs of `COPIED` words in the sources that were named."""

    @property
    def options(self) -> list[OptionFormat]:
        """The options in the order of the file."""
        return self.source.question.options

    @cached_property
    def keys(self) -> list[int]:
        """The places of the correct options."""
        return [place for place, option in enumerate(self.options) if option.correct]

    @cached_property
    def distractors(self) -> list[int]:
        """The places of the wrong options."""
        return [place for place, option in enumerate(self.options) if not option.correct]

    def text(self, place: int) -> str:
        """What an option says."""
        return self.options[place].text

    @cached_property
    def prose(self) -> str:
        """The prompt without code blocks."""
        return prose(self.source.question.prompt)

    @cached_property
    def asking(self) -> str:
        """The sentence of the prompt that asks, without code."""
        return without_code(asking_sentence(self.source.question.prompt))

    @property
    def has_code(self) -> bool:
        """Whether the prompt shows a code block."""
        return "```" in self.source.question.prompt

    @cached_property
    def stems(self) -> list[list[str]]:
        """The words with meaning in each option."""
        return [content(option.text) for option in self.options]

    @cached_property
    def prompt_stems(self) -> list[str]:
        """The words with meaning in the prompt, code blocks left out: what is read there is not a slip of the pen."""
        return content(self.prose)

    @cached_property
    def shown(self) -> list[tuple[Place, str]]:
        """Every text that members read, with its place."""
        question = self.source.question
        texts: list[tuple[Place, str]] = [
            (("prompt",), question.prompt),
            (("explanation",), question.explanation),
        ]
        for index, option in enumerate(question.options):
            texts += [(("options", index, "text"), option.text), (("options", index, "why"), option.why)]
        return texts + self.hints

    @cached_property
    def said(self) -> list[tuple[Place, str]]:
        """The same without code."""
        return [(place, without_code(text)) for place, text in self.shown]

    @cached_property
    def hints(self) -> list[tuple[Place, str]]:
        """The hints with their places."""
        return [(("hints", index), hint) for index, hint in enumerate(self.source.question.hints)]


COPIED = 8
"""So many words in a row that also stand in a source are a copy."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule on single questions."""

    code: str
    name: str
    find: Callable[[Item], Iterator[Note]]
    english: bool = False
    """Whether it knows English words and is left out for banks in other languages."""


def is_english(head: BankFormat) -> bool:
    """Whether the rules on English words hold for a bank."""
    return head.language.split("-")[0] == "en"


def count(number: int, noun: str) -> str:
    """A number and its noun: no questions, 1 question, 2 questions."""
    if not number:
        return f"no {noun}s"
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
