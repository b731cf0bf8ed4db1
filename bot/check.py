"""`python -m bot check`: what authors see of the checks."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.banks.checks import Finding, Report, check
from bot.banks.checks.bank_wide import Coverage
from bot.banks.checks.rules import count
from bot.banks.format import LEVELS
from bot.banks.loader import no_collector
from bot.domain.questions import DIFFICULTIES


def run_check(folder: Path, *, strict: bool, as_json: bool, sources: Path | None) -> int:
    """Check the banks in a folder and print what was found; the exit status: 1 for errors, strictly for warnings too."""
    with no_collector():
        report = check(folder, sources=sources, track=_progress)
    bad = report.count("error") > 0 or (strict and report.count("warning") > 0)
    if as_json:
        print(json.dumps(to_json(report), ensure_ascii=False, indent=2))
    else:
        _print_report(report)
    return 1 if bad else 0


def _progress(things: Sequence[Any], doing: str) -> Iterable[Any]:
    """A bar on a terminal; nothing where the output goes into a file or a program."""
    console = Console(stderr=True)
    return track(things, doing, console=console, transient=True, disable=not console.is_terminal)


def to_json(report: Report) -> dict[str, object]:
    """The report as plain values; described in docs/questions.md."""
    return {
        "errors": report.count("error"),
        "warnings": report.count("warning"),
        "findings": [_finding(finding) for finding in report.findings],
        "allowed": [_finding(finding) for finding in report.allowed],
        "banks": [asdict(coverage) for coverage in report.coverages],
    }


def _finding(finding: Finding) -> dict[str, object]:
    values = asdict(finding)
    return values if finding.allowed else {key: value for key, value in values.items() if key != "allowed"}


def _print_report(report: Report) -> None:
    for finding in report.findings:
        print(finding)
    if report.findings and report.coverages:
        print()
    for coverage in report.coverages:
        _print_coverage(coverage)
    errors, warnings = report.count("error"), report.count("warning")
    allowed = f"; {len(report.allowed)} allowed with a reason" if report.allowed else ""
    summary = f"{count(errors, 'error')}, {count(warnings, 'warning')}{allowed}"
    rules = Counter(f"{finding.code} {finding.name}" for finding in report.findings)
    if len(rules) > 1:
        summary += "\n" + "\n".join(f"{number:>6,} × {rule}" for rule, number in rules.most_common())
    print(summary, file=sys.stderr)


def _print_coverage(coverage: Coverage) -> None:
    print(f"{coverage.bank}: {count(coverage.questions, 'question')}")
    table = Table(box=None, pad_edge=False)
    table.add_column("topic", no_wrap=True)
    for column in ("weight", "share", "questions"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("/".join(LEVELS), justify="right", no_wrap=True)
    table.add_column("/".join(DIFFICULTIES), justify="right", no_wrap=True)
    for topic in coverage.topics:
        share = 100 * topic.questions / coverage.questions if coverage.questions else 0
        table.add_row(
            topic.id,
            f"{topic.weight} %",
            f"{share:.1f} %",
            f"{topic.questions:,}",
            "/".join(str(topic.levels.get(level, 0)) for level in LEVELS),
            "/".join(str(topic.difficulties.get(difficulty, 0)) for difficulty in DIFFICULTIES),
        )
    # a narrow window wraps lines; a narrow table would lose columns
    Console(highlight=False, width=max(Console().width, 120)).print(table)
    print(
        f"key the longest option: {coverage.key_longest:.0%} · key in place "
        f"{'/'.join(str(number) for number in coverage.key_places)} · characters of keys "
        f"{coverage.key_length:.0f}, of distractors {coverage.distractor_length:.0f}"
    )
    if coverage.facts_missed:
        print(
            f"facts without a question ({len(coverage.facts_missed)} of {coverage.facts}): "
            f"{', '.join(coverage.facts_missed)}"
        )
    print()
