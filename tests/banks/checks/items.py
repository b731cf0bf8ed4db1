"""A question that no rule finds fault with, to make mistakes in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot.banks.checks import Finding, Report, check

BANK: dict[str, Any] = {
    "id": "small",
    "title": "Kitchen work",
    "language": "en",
    "license": "CC0-1.0",
    "disclaimer": "Made for tests.",
    "topics": {
        "stove": {"title": "On the stove", "weight": 60},
        "oven": {"title": "In the oven", "weight": 40},
    },
}

GOOD: dict[str, Any] = {
    "id": "foam-on-the-milk",
    "level": "apply",
    "difficulty": "easy",
    "prompt": "A cook leaves milk over a high flame, and foam climbs to the rim. What saves the pan at once?",
    "options": [
        {
            "text": "Lifting it from the heat",
            "correct": True,
            "why": "The foam stands on steam from below, and without new steam it collapses within a second.",
        },
        {
            "text": "Adding a spoon of salt",
            "why": "Salt seasons a soup, but it changes the boiling point far too little to matter.",
        },
        {
            "text": "Closing it with a lid",
            "why": "A lid keeps steam in. That helps rice along, and it makes liquids rise even faster.",
        },
        {
            "text": "Stirring in some sugar",
            "why": "Sugar sweetens a pudding. Crystals thrown into hot liquid start still more bubbles.",
        },
    ],
    "explanation": (
        "Proteins make bubbles tough, so that steam piles them up instead of bursting out. What carries the foam is "
        "the steam that rises right now. Whoever stops the supply stops the climb, and the pile falls together by "
        "itself. Everything that is thrown in takes longer to work than the foam takes to reach the rim."
    ),
    "hints": ["Ask what carries the bubbles upwards.", "The supply of energy must end."],
    "references": [{"title": "A page", "url": "https://example.org/page"}],
}


def changed(**values: Any) -> dict[str, Any]:
    """The good question with other values; `option_0_text="…"` changes within an option."""
    question: dict[str, Any] = {**GOOD, "options": [dict(option) for option in GOOD["options"]]}
    for name, value in values.items():
        if name.startswith("option_"):
            _, place, key = name.split("_")
            question["options"][int(place)][key] = value
        else:
            question[name] = value
    return question


class _Plain(yaml.SafeDumper):
    """Writes out what occurs twice: banks have no anchors."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def write(
    folder: Path,
    questions: list[dict[str, Any]],
    *,
    bank: dict[str, Any] | None = None,
    oven: list[dict[str, Any]] | None = None,
) -> Path:
    """Write a bank; `questions` are on the stove, by default one more is in the oven."""
    path = folder / "small"
    path.mkdir(parents=True)
    other = {
        **GOOD,
        "id": "in-the-oven",
        "prompt": "A cake has sunk in the middle. Which cause is likely here?",
    }
    files = {
        "bank": bank or BANK,
        "stove": {"topic": "stove", "questions": questions},
        "oven": {"topic": "oven", "questions": [other] if oven is None else oven},
    }
    for name, content in files.items():
        text = yaml.dump(content, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=200)
        (path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return path


def report(
    folder: Path, *questions: dict[str, Any], bank: dict[str, Any] | None = None, sources: Path | None = None
) -> Report:
    """What the checks say of a bank with these questions on the stove."""
    return check(write(folder, list(questions), bank=bank), sources=sources)


def found(folder: Path, question: dict[str, Any], *, bank: dict[str, Any] | None = None) -> list[Finding]:
    """What the checks find in one question."""
    return [
        finding
        for finding in report(folder, question, bank=bank).findings
        if finding.question == question["id"]
    ]
