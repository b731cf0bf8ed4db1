"""Banks to measure with."""

from __future__ import annotations

import re
from pathlib import Path


def write_copies(source: Path, target: Path, copies: int) -> None:
    """Write a bank with the questions of another, so many times over, in as many files."""
    target.mkdir(parents=True)
    for path in source.glob("*.yaml"):
        head, marker, questions = path.read_text(encoding="utf-8").partition("\nquestions:\n")
        repeated = (re.sub(r"(?m)^( *- id: .+)$", rf"\1-{copy}", questions) for copy in range(copies))
        (target / path.name).write_text(head + marker + "".join(repeated), encoding="utf-8")
