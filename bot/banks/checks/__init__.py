"""The checks for authors: what makes a good question, as far as a program can judge it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.banks.checks import options as _options  # noqa: F401 - enters its rules
from bot.banks.checks import wording as _wording  # noqa: F401 - enters its rules
from bot.banks.checks.bank_wide import Coverage, bank_notes, coverage, near_duplicates
from bot.banks.checks.rules import COPIED, RULES, Item, Level, Note
from bot.banks.checks.words import grams
from bot.banks.format import BankFormat
from bot.banks.loader import BankSource, Track, find_banks, read_bank, untracked
from bot.errors import StudyhallError

FORMAT = "Q00"
"""What the bot can't load. It can't be allowed."""

NAMES = {
    FORMAT: "format",
    "Q21": "near-duplicate",
    "Q25": "idle-allowance",
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
    copied = read_sources(sources) if sources else frozenset()
    folders, problems = find_banks(folder)
    found = [_unreadable(problem.file, problem.line, problem.what) for problem in problems]
    coverages = []
    for path in folders:
        bank = read_bank(path, track)
        found += [_unreadable(problem.file, problem.line, problem.what) for problem in bank.problems]
        if bank.head is not None:
            found += _check_bank(bank, bank.head, copied, track)
            coverages.append(coverage(bank.head, bank.questions))
    found.sort()
    return Report(
        tuple(finding for finding in found if not finding.allowed),
        tuple(finding for finding in found if finding.allowed),
        tuple(coverages),
    )


def _unreadable(file: str, line: int, what: str) -> Finding:
    return Finding(file, line, FORMAT, NAMES[FORMAT], "error", "", what)


def _check_bank(
    bank: BankSource, head: BankFormat, copied: frozenset[int], track: Track
) -> Iterator[Finding]:
    items = [Item(source, head, copied) for source in bank.questions]
    duplicates: dict[int, list[Note]] = defaultdict(list)
    for item, note in near_duplicates(items, track):
        duplicates[id(item)].append(note)
    rules = [rule for rule in RULES if head.language.startswith("en") or not rule.english]
    for item in track(items, f"{head.id}: checking"):
        notes = [(rule.code, note) for rule in rules for note in rule.find(item)]
        notes += [("Q21", note) for note in duplicates[id(item)]]
        question, source = item.source.question, item.source
        for code, note in _with_idle(notes, question.allow):
            allowed = question.allow.get(code, "")
            line = source.line(note.place)
            yield Finding(source.file, line, code, NAMES[code], note.level, question.id, note.what, allowed)
    if bank.problems:
        return  # shares of what could be read say nothing of the bank
    for code, note in _with_idle(list(bank_notes(head, items)), head.allow):
        name = BANK_NAMES.get(code, NAMES[code])
        line = bank.document.line(note.place)
        yield Finding(bank.file, line, code, name, note.level, "", note.what, head.allow.get(code, ""))


def _with_idle(notes: list[tuple[str, Note]], allow: dict[str, str]) -> list[tuple[str, Note]]:
    """The notes, and one for each allowance that allows nothing."""
    needed = {code for code, _ in notes}
    return notes + [
        ("Q25", Note("warning", ("allow", code), f"{code} finds nothing here; remove the allowance"))
        for code in allow
        if code not in needed
    ]


_TEXTS = {".md", ".mdx", ".txt", ".rst", ".html", ".ipynb", ".yaml", ".yml", ".py"}


def read_sources(folder: Path) -> frozenset[int]:
    """The hashes of all runs of 8 words in the texts below a folder, or in one file. Raises StudyhallError."""
    if not folder.exists():
        raise StudyhallError(f"There is nothing at {folder}. Name a folder with the texts of your sources.")
    files = [folder] if folder.is_file() else [p for p in folder.rglob("*") if p.suffix in _TEXTS]
    found: set[int] = set()
    for path in files:
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError as problem:
            raise StudyhallError(f"{path} can't be read: {problem.strerror}.") from problem
        found.update(hash(gram) for gram in grams(text, COPIED))
    if not found:
        raise StudyhallError(f"There are no texts in {folder}. Name a folder with .md, .txt or .html files.")
    return frozenset(found)
