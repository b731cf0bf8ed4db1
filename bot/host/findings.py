"""What the doctor finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. Never has the token in it, nor a part of it."""

    level: Level
    check: str
    """What it is about, in a word or two."""
    what: str
    """What was found, in one sentence."""
    advice: str = ""
    """What to do, in one sentence; "" where all is well."""

    def __str__(self) -> str:
        return f"{self.level:<8} {self.check}: {self.what} {self.advice}".rstrip()


Findings = Iterator[Finding]


def ok(check: str, what: str) -> Finding:
    """All is well."""
    return Finding("ok", check, what)


def warning(check: str, what: str, advice: str) -> Finding:
    """The bot works, but this should be looked at."""
    return Finding("warning", check, what, advice)


def error(check: str, what: str, advice: str) -> Finding:
    """The bot does not work, or will not for long."""
    return Finding("error", check, what, advice)
