"""From a folder of banks to a `Catalog`, or to a list of all problems with their places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.banks.format import (
    NONSENSE,
    BankFormat,
    QuestionFileFormat,
    QuestionFormat,
    nonsense,
    to_bank,
    to_question,
)
from bot.banks.yaml_source import Document, read_yaml
from bot.banks.yaml_source import Path as Place
from bot.domain.questions import Bank, Catalog, Question

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something in a bank that must be mended. `str()` gives `file:line: what is wrong; what to do`."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a folder gave: the banks without problems, and the problems of the others."""

    catalog: Catalog
    problems: tuple[Problem, ...]


def load_catalog(folder: Path) -> Loaded:
    """Load every bank below a folder (or the one bank that the folder is). A bank with any problem is left out."""
    if folder.is_file():
        return Loaded(Catalog(), (Problem(str(folder), 1, "this is a file; name the folder of its bank"),))
    if not folder.is_dir():
        return Loaded(Catalog(), (Problem(str(folder), 1, "there is no such folder"),))
    if (folder / "bank.yaml").exists():
        folders = [folder]
    else:
        folders = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith((".", "_")))
    if not folders:
        return Loaded(
            Catalog(),
            (Problem(str(folder), 1, "there is no bank here; a bank is a folder with a bank.yaml"),),
        )
    banks: dict[str, Bank] = {}
    problems: list[Problem] = []
    for path in folders:
        bank, found = load_bank(path)
        if bank is not None and not found:
            banks[bank.id] = bank
        problems += found
    return Loaded(Catalog(banks), tuple(problems))


def load_bank(folder: Path) -> tuple[Bank | None, list[Problem]]:
    """Load one bank. The bank is None or incomplete where there are problems."""
    head = folder / "bank.yaml"
    if not head.is_file():
        return None, [
            Problem(str(head), 1, "this file is missing; every bank needs one (see docs/questions.md)")
        ]
    bank, written, problems = _read(head, BankFormat)
    name = folder.resolve().name
    id_ = written.get("id")
    if isinstance(id_, str) and id_.strip() != name:
        what = f"the id is '{id_.strip()}', but the folder is called '{name}'; make them equal"
        problems.append(Problem(str(head), written.line(("id",)), what))
    topics = written.get("topics")
    questions: list[Question] = []
    first_places: dict[str, str] = {}
    files = sorted(
        path
        for path in folder.iterdir()
        if path.suffix in {".yaml", ".yml"} and path != head and not path.name.startswith((".", "_"))
    )
    for path in files:
        source, document, found = _read(path, QuestionFileFormat)
        found += _repeated_ids(path, document, first_places)
        if isinstance(topics, dict):
            found += _unknown_topic(path, document, topics)
        problems += sorted(found)
        if source is not None and bank is not None:
            questions += [to_question(bank.id, source.topic, question) for question in source.questions]
    if not files:
        problems.append(
            Problem(str(folder), 1, "there are no questions here; add a <topic>.yaml (see docs/questions.md)")
        )
    return (to_bank(bank, questions) if bank is not None else None), problems


def _read(path: Path, model: type[_Model]) -> tuple[_Model | None, Document, list[Problem]]:
    try:
        content = path.read_bytes()
        document = read_yaml(content.decode())
    except OSError as error:
        return None, Document(), [Problem(str(path), 1, f"this file can't be read: {error.strerror}")]
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = "there is a character here that is not UTF-8; save the file in the encoding UTF-8"
        return None, Document(), [Problem(str(path), line, what)]
    problems = [Problem(str(path), line, what) for line, what in document.problems]
    if document.value is None:
        return None, document, problems
    try:
        return model.model_validate(document.value), document, problems
    except ValidationError as error:
        problems += _explain(path, document, error.errors(include_url=False))
        return None, document, problems


def _unknown_topic(path: Path, document: Document, topics: Iterable[str]) -> Iterable[Problem]:
    topic = document.get("topic")
    if isinstance(topic, str) and topic.strip() not in topics:
        near = get_close_matches(topic, topics, n=1)
        advice = f"; did you mean '{near[0]}'?" if near else "; add it to bank.yaml"
        what = f"the topic '{topic.strip()}' is not in bank.yaml{advice}"
        yield Problem(str(path), document.line(("topic",)), what)


def _repeated_ids(path: Path, document: Document, first_places: dict[str, str]) -> Iterable[Problem]:
    """Ids are compared on the raw document, so that a repeated one shows beside every other problem."""
    questions = document.get("questions")
    for index, question in enumerate(questions if isinstance(questions, list) else []):
        id_ = question.get("id") if isinstance(question, dict) else None
        if not isinstance(id_, str):
            continue
        id_ = id_.strip()
        line = document.line(("questions", index, "id"))
        if id_ in first_places:
            yield Problem(
                str(path),
                line,
                f"the id '{id_}' is taken: {first_places[id_]}; ids are unique in a bank and never reused",
            )
        else:
            first_places[id_] = f"{path}:{line}"


def _explain(path: Path, document: Document, errors: Sequence[ErrorDetails]) -> Iterable[Problem]:
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


_KEYS = sorted({*BankFormat.model_fields, *QuestionFileFormat.model_fields, *QuestionFormat.model_fields, "text", "correct",
                "why", "fixed", "title", "url", "weight"})  # fmt: skip


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
        case "string_too_short":
            return "this is empty; write a text"
        case "string_pattern_mismatch" if error["loc"][-1] == "url":
            return (
                "this is not a full web address; it must begin with https:// and hold no spaces or brackets"
            )
        case "string_pattern_mismatch" if error["loc"][-1] == "language":
            return "this is not a language tag; write one such as en or pt-BR"
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
            key = "text" if "options" in error["loc"] else "title"
            return f"this must be a group of keys and values, such as '{key}: \"…\"'"
        case "bool_type":
            return f"{was}must be true or false, without quotes"
        case "int_type" | "greater_than_equal" | "less_than_equal":
            return f"{was}must be a whole number from 1 to 100, without quotes"
        case kind if kind.startswith("url_"):
            return f"this is not a full web address ({context.get('error', 'unusable')}); copy it from the browser"
        case _:
            return error["msg"]
