"""What is wrong with a file, in sentences for authors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bot.banks.format import (
    BankFormat,
    FactFormat,
    MockExamFormat,
    OptionFormat,
    QuestionFileFormat,
    QuestionFormat,
    ReferenceFormat,
    TopicFormat,
)
from bot.banks.nonsense import NONSENSE, nonsense
from bot.banks.yaml_source import Document
from bot.banks.yaml_source import Path as Place
from bot.domain.questions import FEWEST_EXAM_QUESTIONS, LONGEST_EXAM, MOST_EXAM_QUESTIONS, SHORTEST_EXAM


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something in a bank that must be mended. `str()` gives `file:line: what is wrong; what to do`."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


def explain(path: Path, document: Document, errors: Sequence[ErrorDetails]) -> Iterator[Problem]:
    """Say what pydantic found in a file, in sentences for authors."""
    judged = set()
    for error in errors:
        place: Place = tuple(part for part in error["loc"] if part != "[key]")
        if error["type"] == NONSENSE:
            judged.add(place)
        if place not in document.unreadable:
            yield _problem(path, document, place, _what(error, document.written.get(place, "")))
    # with a fault in a field, pydantic does not come to judge the whole
    questions = document.get("questions")
    wholes: dict[Place, Any] = {(): document.value}
    wholes |= {
        ("questions", n): question
        for n, question in enumerate(questions if isinstance(questions, list) else [])
    }
    faulty = {tuple(error["loc"])[: len(place)] for error in errors for place in wholes}
    for place, whole in wholes.items():
        if place in faulty and place not in judged and isinstance(whole, dict):
            for what in nonsense(whole):
                yield _problem(path, document, place, what)


def _problem(path: Path, document: Document, place: Place, what: str) -> Problem:
    where = _where(document.value, place)
    return Problem(str(path), document.line(place), f"{where}: {what}" if where else what)


def _where(value: Any, place: Place) -> str:
    """A place in words: "question base-vs-instruct, option 2, why"."""
    words: list[str] = []
    previous: str | int = ""
    for part in place:
        value = _step(value, part)
        if isinstance(part, int):
            id_ = value.get("id") if isinstance(value, dict) else None
            name = str(previous).removesuffix("s")
            words[-1:] = [f"{name} {id_ if isinstance(id_, str) else part + 1}"]
        else:
            words.append(part)
        previous = part
    return ", ".join(words)


def _step(value: Any, part: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None


_MODELS: tuple[type[BaseModel], ...] = (
    BankFormat, MockExamFormat, TopicFormat, FactFormat,
    QuestionFileFormat, QuestionFormat, OptionFormat, ReferenceFormat,
)  # fmt: skip
_KEYS = sorted({key for model in _MODELS for key in model.model_fields})

_EXAMPLES = {
    "topics": 'title: "…"',  # first: a topic may be called like one of the others
    "exam": "questions: 40",
    "options": 'text: "…"',
    "facts": 'about: "…"',
    "allow": 'Q08: "the reason"',
}
"""What a group of keys and values looks like, by where it stands."""

_RANGES: dict[Place, tuple[int, int]] = {
    ("exam", "questions"): (FEWEST_EXAM_QUESTIONS, MOST_EXAM_QUESTIONS),
    ("exam", "minutes"): (SHORTEST_EXAM, LONGEST_EXAM),
}
"""The least and the most of a number that does not go from 1 to 100."""


def _what(error: ErrorDetails, written: str) -> str:  # noqa: C901, PLR0911, PLR0912 - a table in form of a match
    """One sentence: what is wrong and what would be right. Pydantic's own words are for programmers."""
    context = error.get("ctx", {})
    was = f"'{written}' " if written else "this "
    match error["type"]:
        case "missing":
            return "this is missing; add it"
        case "extra_forbidden":
            key = str(error["loc"][-1])
            if key in _KEYS:
                return "this key does not belong here; remove it, or move it"
            near = get_close_matches(key, _KEYS, n=1)
            return "this key is unknown; " + (f"did you mean '{near[0]}'?" if near else "remove it")
        case "string_type" if error["input"] is None:
            return 'this is empty; write the text behind it, or put "" around a word like null'
        case "string_type" if isinstance(error["input"], dict | list):
            return "this must be one text, not a list or a group; if it holds a colon, put it in quotes"
        case "string_type":
            kind = {"bool": "a yes/no value", "int": "a number", "float": "a number"}.get(
                type(error["input"]).__name__, "a date"
            )
            return f'YAML reads this as {kind}, but it must be text; put it in quotes: "{written}"'
        case "string_too_long":
            return f"this has {len(str(error['input'])):,} characters; at most {context['max_length']:,} fit, shorten it"
        case "string_too_short" if context["min_length"] > 1:
            return f"this has fewer characters than a reason needs (at least {context['min_length']}); write more"
        case "string_too_short":
            return "this is empty; write a text"
        case "string_pattern_mismatch" if error["loc"][-1] == "url":
            return (
                "this is not a full web address; it must begin with https:// and hold no spaces or brackets"
            )
        case "string_pattern_mismatch" if error["loc"][-1] == "language":
            return "this is not a language tag; write one such as en or pt-BR"
        case "string_pattern_mismatch" if "allow" in error["loc"]:
            return f"'{error['input']}' is no rule; write its code, such as Q08"
        case "string_pattern_mismatch":
            return f"'{error['input']}' can't be an id; use lower-case letters, digits and single hyphens, as in base-vs-instruct"
        case "literal_error":
            return f"'{written}' is unknown here; write {context['expected']}"
        case "too_short":
            return f"this has {context['actual_length']}; at least {context['min_length']} needed, add more"
        case "too_long":
            return f"this has more than {context['max_length']}; remove some"
        case "list_type":
            return "this must be a list; begin each entry on a line of its own with '- '"
        case "dict_type" | "model_type" | "model_attributes_type":
            example = next(
                (example for key, example in _EXAMPLES.items() if key in error["loc"]), 'title: "…"'
            )
            return f"this must be a group of keys and values, such as {example}"
        case "bool_type":
            return f"{was}must be true or false, without quotes"
        case _ if "author" in error["loc"]:
            return (
                f"{was}is no Discord id; write the member's as a number without quotes (in Discord: settings, Advanced, "
                "Developer Mode on; then right-click the member, Copy User ID)"
            )
        case "int_type" | "greater_than_equal" | "less_than_equal":
            least, most = _RANGES.get(error["loc"], (1, 100))
            return f"{was}must be a whole number from {least} to {most}, without quotes"
        case kind if kind.startswith("url_"):
            return f"this is not a full web address ({context.get('error', 'unusable')}); copy it from the browser"
        case _:
            return error["msg"]
