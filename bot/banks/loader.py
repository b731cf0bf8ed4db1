"""From a folder of banks to a `Catalog`, or to a list of all problems with their places."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.banks.format import BankFormat, QuestionFileFormat, QuestionFormat, to_bank, to_question
from bot.banks.mistakes import Problem, explain
from bot.banks.yaml_source import LARGEST_FILE, Document, read_yaml
from bot.banks.yaml_source import Path as Place
from bot.domain.questions import FEWEST_EXAM_QUESTIONS, MOST_EXAM_QUESTIONS, Bank, Catalog

_Model = TypeVar("_Model", bound=BaseModel)

_MOST_FILES = 1000
"""Question files in a bank. With the size of a file it bounds what reading a folder can cost."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a folder gave: the banks without problems, and the problems of the others."""

    catalog: Catalog
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class QuestionSource:
    """A valid question, and where it stands."""

    file: str
    topic: str
    question: QuestionFormat
    document: Document
    index: int
    """Its place in the file's list."""

    def line(self, place: Place = ()) -> int:
        """The line of one of its values, such as `("options", 1, "text")`; of its beginning by default."""
        return self.document.line(("questions", self.index, *place))


@dataclass(frozen=True, slots=True)
class BankSource:
    """What could be read of a bank's files, and what is wrong with the rest."""

    file: str
    head: BankFormat | None
    document: Document
    questions: tuple[QuestionSource, ...] = ()
    problems: tuple[Problem, ...] = ()

    def to_bank(self) -> Bank | None:
        """The domain's bank; None without a valid bank.yaml, and incomplete where there are problems."""
        if self.head is None:
            return None
        id_ = self.head.id
        return to_bank(self.head, [to_question(id_, q.topic, q.question) for q in self.questions])


def load_catalog(folder: Path) -> Loaded:
    """Load every bank below a folder (or the one bank that the folder is). A bank with any problem is left out."""
    folders, problems = find_banks(folder)
    banks: dict[str, Bank] = {}
    with no_collector():
        for path in folders:
            source = read_bank(path)
            bank = source.to_bank()
            if bank is not None and not source.problems:
                banks[bank.id] = bank
            problems += source.problems
    return Loaded(Catalog(banks), tuple(problems))


@contextmanager
def no_collector() -> Iterator[None]:
    """Nearly all that is made of a bank is kept to the end; looking for garbage among it doubles the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


Track = Callable[[Sequence[Any], str], Iterable[Any]]
"""Shows progress: takes things and what is done with them, gives them back one by one."""


def untracked(things: Sequence[Any], _doing: str) -> Iterable[Any]:
    """No progress is shown."""
    return things


def find_banks(folder: Path) -> tuple[list[Path], list[Problem]]:
    """The folders of the banks below a folder, or the folder itself if it is one; and why there are none."""
    try:
        if folder.is_file():
            return [], [Problem(str(folder), 1, "this is a file; name the folder of its bank")]
        if not folder.is_dir():
            return [], [Problem(str(folder), 1, "there is no such folder; name one that holds banks")]
        if (folder / "bank.yaml").exists():
            return [folder], []
        folders = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith((".", "_")))
    except OSError as error:
        return [], [_closed(folder, error)]
    if not folders:
        what = "there is no bank here; a bank is a folder with a bank.yaml"
        return [], [Problem(str(folder), 1, what)]
    return folders, []


def bytes_in(folder: Path) -> int:
    """How large the files of all banks below a folder are together, as far as that can be told."""
    size = 0
    for path in (*folder.glob("*.y*ml"), *folder.glob("*/*.y*ml")):
        with suppress(OSError):
            size += path.stat().st_size
    return size


def _closed(path: Path, error: OSError) -> Problem:
    what = f"this can't be read ({error.strerror}); give the bot the right to read it, or remove it"
    return Problem(str(path), 1, what)


def read_bank(folder: Path, track: Track = untracked) -> BankSource:
    """Read the files of one bank, each for itself: a mistake in one leaves the others readable."""
    head = folder / "bank.yaml"
    try:
        files = sorted(
            path
            for path in folder.iterdir()
            if path.suffix in {".yaml", ".yml"} and path != head and not path.name.startswith((".", "_"))
        )
        if len(files) > _MOST_FILES:
            what = f"there are more than {_MOST_FILES:,} files here; put more questions into each"
            return BankSource(str(head), None, Document(), (), (Problem(str(folder), 1, what),))
        has_head = head.is_file()
    except OSError as error:
        return BankSource(str(head), None, Document(), (), (_closed(folder, error),))
    if not has_head:
        what = "this file is missing; every bank needs one (see docs/questions.md)"
        return BankSource(str(head), None, Document(), (), (Problem(str(head), 1, what),))
    bank, written, problems = _read(head, BankFormat)
    name = folder.resolve().name
    id_ = written.get("id")
    if isinstance(id_, str) and id_.strip() != name:
        what = f"the id is '{id_.strip()}', but the folder is called '{name}'; make them equal"
        problems.append(Problem(str(head), written.line(("id",)), what))
    topics = written.get("topics")
    questions: list[QuestionSource] = []
    first_places: dict[str, str] = {}
    documents: list[Document] = []
    for path in track(files, f"{name}: reading"):
        source, document, found = _read(path, QuestionFileFormat)
        found += _repeated_ids(path, document, first_places)
        if isinstance(topics, dict):
            found += _unknown_topic(path, document, topics)
        problems += sorted(found)
        questions += _sources(path, source, document)
        documents.append(document)
    problems += _long_exam(head, written, documents)
    if not files:
        problems.append(
            Problem(str(folder), 1, "there are no questions here; add a <topic>.yaml (see docs/questions.md)")
        )
    return BankSource(str(head), bank, written, tuple(questions), tuple(problems))


def _read(path: Path, model: type[_Model]) -> tuple[_Model | None, Document, list[Problem]]:
    try:
        if not path.is_file():  # reading a pipe would never end
            what = "this is no file; remove it, or put one in its place"
            return None, Document(), [Problem(str(path), 1, what)]
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            what = f"the file is larger than {LARGEST_FILE:,} bytes; split it"
            return None, Document(), [Problem(str(path), 1, what)]
        document = read_yaml(content.decode())
    except OSError as error:
        return None, Document(), [_closed(path, error)]
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
        problems += explain(path, document, error.errors(include_url=False))
        return None, document, problems


def _sources(path: Path, source: QuestionFileFormat | None, document: Document) -> Iterator[QuestionSource]:
    """The valid questions of a file, also those beside invalid ones: the checks look at them all the same."""
    if source is not None:
        for index, question in enumerate(source.questions):
            yield QuestionSource(str(path), source.topic, question, document, index)
        return
    topic, questions = document.get("topic"), document.get("questions")
    if isinstance(topic, str) and isinstance(questions, list):
        for index, values in enumerate(questions):
            with suppress(ValidationError):
                question = QuestionFormat.model_validate(values)
                yield QuestionSource(str(path), topic.strip(), question, document, index)


def _unknown_topic(path: Path, document: Document, topics: Iterable[str]) -> Iterable[Problem]:
    topic = document.get("topic")
    if isinstance(topic, str) and topic.strip() not in topics:
        near = get_close_matches(topic, topics, n=1)
        advice = f"; did you mean '{near[0]}'?" if near else "; add it to bank.yaml"
        what = f"the topic '{topic.strip()}' is not in bank.yaml{advice}"
        yield Problem(str(path), document.line(("topic",)), what)


def _long_exam(head: Path, written: Document, documents: Iterable[Document]) -> Iterable[Problem]:
    """An exam of more questions than there are. Valid or not, each counts: the invalid ones will be mended."""
    exam = written.get("exam")
    asked = exam.get("questions") if isinstance(exam, dict) else None
    if type(asked) is not int or not FEWEST_EXAM_QUESTIONS <= asked <= MOST_EXAM_QUESTIONS:
        return  # nothing said, or what is wrong with it is told already
    count = 0
    for document in documents:
        questions = document.get("questions")
        if document.problems or not isinstance(questions, list):
            return  # nobody knows how many are in there
        count += len(questions)
    if 0 < count < asked:
        advice = f"write at most {count}" if count >= FEWEST_EXAM_QUESTIONS else "leave it out"
        what = f"exam, questions: '{asked}' is more than this bank has; {advice}, or add questions"
        yield Problem(str(head), written.line(("exam", "questions")), what)


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
