"""The checks for authors: what makes a good question, as far as a program can judge it."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.banks.checks import options, prompts, teaching
from bot.banks.checks.bank_wide import Coverage, bank_notes, coverage, near_duplicates
from bot.banks.checks.rules import COPIED, Item, Level, Note, error, is_english, warning
from bot.banks.checks.words import grams
from bot.banks.format import BankFormat
from bot.banks.loader import BankSource, Track, find_banks, read_bank, untracked
from bot.banks.yaml_source import Document
from bot.errors import StudyhallError

RULES = (*options.RULES, *prompts.RULES, *teaching.RULES)
"""All rules on single questions."""

FORMAT, DUPLICATE, IDLE = "Q00", "Q21", "Q25"

NAMES = {
    FORMAT: "format",
    DUPLICATE: "near-duplicate",
    IDLE: "idle-allowance",
    **{rule.code: rule.name for rule in RULES},
}
"""The names of all rules by code."""

BANK_NAMES = {"Q01": "longest-key", "Q02": "key-place", "Q04": "negative-prompt", "Q23": "weights"}
"""The names of the rules on a bank as a whole."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something an author should mend, or allowed with a reason."""

    file: str
    line: int
    code: str
    name: str
    level: Level
    question: str
    """The id of the question; empty if it is about a file or a bank."""
    what: str
    """The reason in one sentence, and what to do."""
    allowed: str = ""
    """The reason why it is allowed; empty if it is not."""

    def __str__(self) -> str:
        subject = f"{self.question}: " if self.question else ""
        return f"{self.file}:{self.line}: {self.level} {self.code} {self.name}: {subject}{self.what}"


@dataclass(frozen=True, slots=True)
class Report:
    """What the checks found in one or more banks."""

    findings: tuple[Finding, ...]
    """In the order of files and lines, without those that are allowed."""
    allowed: tuple[Finding, ...]
    coverages: tuple[Coverage, ...]

    def count(self, level: Level) -> int:
        """How many findings have this level."""
        return sum(finding.level == level for finding in self.findings)


def check(folder: Path, *, sources: Path | None = None, track: Track = untracked) -> Report:
    """Check every bank below a folder, or the one bank that it is.

    `sources` is a folder of texts from which nothing may be copied. Raises StudyhallError if it can't be read.
    """
    copied = read_sources(sources, apart_from=folder) if sources else frozenset()
    folders, problems = find_banks(folder)
    found = [_unreadable(problem.file, problem.line, problem.what) for problem in problems]
    coverages = []
    for path in folders:
        bank = read_bank(path, track)
        found += [_unreadable(problem.file, problem.line, problem.what) for problem in bank.problems]
        # the questions can be judged although something in bank.yaml is wrong
        items = [Item(source, bank.head or _some_head(bank.document), copied) for source in bank.questions]
        found += _check_questions(items, path.name, track)
        if bank.head is not None:
            figures = coverage(bank.head, bank.questions)
            coverages.append(figures)
            if not bank.problems:  # shares of what could be read would say nothing of the bank
                found += _check_whole(bank, bank.head, items, figures)
    found.sort()
    return Report(
        tuple(finding for finding in found if not finding.allowed),
        tuple(finding for finding in found if finding.allowed),
        tuple(coverages),
    )


def _unreadable(file: str, line: int, what: str) -> Finding:
    return Finding(file, line, FORMAT, NAMES[FORMAT], "error", "", what)


def _some_head(document: Document) -> BankFormat:
    """What the rules need to know of a bank, from a bank.yaml that is not valid."""
    title, language = document.get("title"), document.get("language")
    return BankFormat.model_construct(
        title=title if isinstance(title, str) else "",
        language=language if isinstance(language, str) else "en",
        topics={},
        facts={},
        allow={},
    )


def _check_questions(items: list[Item], bank: str, track: Track) -> Iterator[Finding]:
    duplicates = dict(near_duplicates(items, track))
    for number, item in enumerate(track(items, f"{bank}: checking")):
        source, question = item.source, item.source.question
        rules = [rule for rule in RULES if is_english(item.head) or not rule.english]
        notes = [(rule.code, note) for rule in rules for note in rule.find(item)]
        if number in duplicates:
            notes.append((DUPLICATE, duplicates[number]))
        # without sources nobody knows whether it is needed
        judged = NAMES.keys() if item.copied else NAMES.keys() - {"Q24"}
        for code, note in (*notes, *_idle(question.allow, notes, judged, "question")):
            line, reason = source.line(note.place), _reason(question.allow, code)
            yield Finding(source.file, line, code, NAMES[code], note.level, question.id, note.what, reason)


def _check_whole(
    bank: BankSource, head: BankFormat, items: list[Item], figures: Coverage
) -> Iterator[Finding]:
    notes = list(bank_notes(head, items, figures))
    for code, note in (*notes, *_idle(head.allow, notes, BANK_NAMES.keys(), "bank")):
        name = BANK_NAMES.get(code, NAMES[code])
        line = bank.document.line(note.place)
        yield Finding(bank.file, line, code, name, note.level, "", note.what, _reason(head.allow, code))


def _reason(allow: Mapping[str, str], code: str) -> str:
    return "" if code == IDLE else allow.get(code, "")


def _idle(
    allow: Mapping[str, str], notes: list[tuple[str, Note]], judged: Collection[str], what: str
) -> Iterator[tuple[str, Note]]:
    """Allowances that allow nothing."""
    needed = {code for code, _ in notes}
    for code in allow:
        place = ("allow", code)
        if code not in NAMES or code in {FORMAT, IDLE}:
            yield IDLE, error(place, f"{code} is no rule that can be allowed; see docs/questions.md")
        elif what == "bank" and code not in judged:
            what_to_do = f"{code} looks at single questions; write the allowance into the question"
            yield IDLE, error(place, what_to_do)
        elif code in judged and code not in needed:
            yield IDLE, warning(place, f"{code} finds nothing in this {what}; remove the allowance")


TEXTS = (".md", ".mdx", ".txt", ".rst", ".html", ".ipynb", ".yaml", ".yml", ".py")
"""The endings of files that are read as sources."""


def read_sources(folder: Path, *, apart_from: Path) -> frozenset[int]:
    """The hashes of all runs of 8 words in the texts below a folder, or in one file. Raises StudyhallError.

    `apart_from` is the folder that is checked, whose own files are no sources.
    """
    if not folder.exists():
        raise StudyhallError(f"There is nothing at {folder}. Name a folder with the texts of your sources.")
    own = apart_from.resolve()
    found: set[int] = set()
    for path in [folder] if folder.is_file() else folder.rglob("*"):
        named = folder.is_file() or path.suffix.lower() in TEXTS
        if named and path.is_file() and not path.resolve().is_relative_to(own):
            found.update(hash(gram) for gram in grams(_source_text(path), COPIED))
    if not found:
        raise StudyhallError(
            f"There is no text of eight words in {folder}. Name a folder with files such as .md, .txt or .html."
        )
    return frozenset(found)


def _source_text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as problem:
        raise StudyhallError(
            f"{path} can't be read: {problem.strerror}. Make it readable, or name another folder."
        ) from problem
    if path.suffix.lower() == ".ipynb":
        return text.replace("\\n", " ")
    if path.suffix.lower() == ".html":
        return html.unescape(re.sub(r"<[^>]*>", " ", text))
    return text
