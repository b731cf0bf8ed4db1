"""A small bank to write to disk and to make mistakes in."""

from __future__ import annotations

from pathlib import Path

from bot.banks.loader import load_catalog

BANK = """\
id: small
title: "Small bank"
language: en
license: CC0-1.0
disclaimer: "Made for tests."
pass_mark: 70
topics:
  one: {title: "First topic", weight: 60}
  two: {title: "Second topic", weight: 40}
"""

ONE = """\
topic: one
questions:
  - id: first
    level: apply
    prompt: "Which one?"
    options:
      - text: "the right one"
        correct: true
        why: "It is."
      - text: "the wrong one"
        why: "It is not."
    explanation: "Because."
    hints: ["gentle", "strong"]
    references:
      - title: "A page"
        url: "https://example.org/page"
"""

Found = tuple[str, int, str]
"""The name of the file, the line, and what is wrong there."""


def write_bank(folder: Path, *, bank: str | None = BANK, **files: str | bytes) -> Path:
    """Write a bank into a folder; `one="…"` writes one.yaml. Without files it gets one correct question."""
    folder.mkdir(parents=True, exist_ok=True)
    if bank is not None:
        files["bank"] = bank
    if set(files) <= {"bank"}:
        files["one"] = ONE
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / f"{name}.yaml").write_bytes(data)
    return folder


def problems_in(folder: Path) -> list[Found]:
    """What is wrong with the banks in a folder. A bank with any problem must not be in the catalog."""
    loaded = load_catalog(folder)
    assert bool(loaded.problems) != bool(loaded.catalog.banks)
    for problem in loaded.problems:
        assert str(problem) == f"{problem.file}:{problem.line}: {problem.what}"
        assert problem.what == problem.what.strip()
    return [(Path(problem.file).name, problem.line, problem.what) for problem in loaded.problems]


def mistakes(folder: Path, old: str, new: str, *, text: str = ONE) -> list[Found]:
    """What is wrong after one change in one.yaml."""
    assert old in text
    return problems_in(write_bank(folder / "small", one=text.replace(old, new, 1)))


def bank_mistakes(folder: Path, old: str, new: str) -> list[Found]:
    """What is wrong after one change in bank.yaml."""
    assert old in BANK
    return problems_in(write_bank(folder / "small", bank=BANK.replace(old, new, 1)))


def expect(found: list[Found], *expected: Found) -> None:
    """Hold that exactly these problems were found; of each sentence a part will do."""
    assert len(found) == len(expected), found
    for (file, line, what), (expected_file, expected_line, part) in zip(found, expected, strict=True):
        assert (file, line) == (expected_file, expected_line), found
        assert part in what


def expect_among(found: list[Found], file: str, line: int, part: str) -> None:
    """Hold that this problem was found, maybe beside others that follow from it."""
    assert any(problem[:2] == (file, line) and part in problem[2] for problem in found), found
