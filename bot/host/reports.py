"""`python -m bot reports`."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.domain.reports import ReportState
from bot.storage.reports import Listed, all_reports

_NARROWEST = 100
"""Characters for the table where the terminal is narrower: lines may wrap, columns may not vanish."""


def run_reports(database: Path, *, everything: bool, as_json: bool) -> int:
    """Print what members reported about questions, the earliest first; the exit status.

    Those that were dismissed are left out unless `everything` is wanted: in those nothing is to be mended.

    Raises:
        DatabaseError: it can't be read.
    """
    states = [state for state in ReportState if everything or state is not ReportState.DISMISSED]
    found = all_reports(database, states)
    if as_json:
        # escaped: what members write must not steer a terminal
        print(json.dumps([_to_json(report) for report in found], indent=2))
    else:
        _print(found)
    return 0


def _to_json(report: Listed) -> dict[str, object]:
    """A report as plain values; described in docs/hosting.md."""
    return {
        "id": report.id,
        "bank": report.bank,
        "question": report.question,
        "version": report.version,
        "state": report.state,
        "server": report.guild_id,
        "reported_at": report.reported_at.isoformat(),
        "reason": report.reason,
    }


def _print(found: list[Listed]) -> None:
    if not found:
        print("No question is reported.")
        return
    table = Table(box=None, pad_edge=False)
    for column in ("reported", "bank", "question", "state"):
        table.add_column(column, no_wrap=True)
    table.add_column("reason", overflow="fold")
    for report in found:
        reason = "".join(sign if sign.isprintable() else " " for sign in report.reason)
        table.add_row(
            f"{report.reported_at:%Y-%m-%d}", report.bank, report.question, report.state, Text(reason)
        )
    Console(highlight=False, width=max(Console().width, _NARROWEST)).print(table)
