"""`python -m bot stats`."""

from __future__ import annotations

import json
from datetime import datetime

from rich.console import Console
from rich.filesize import decimal
from rich.table import Table

from bot.clock import SystemClock
from bot.config import Settings
from bot.storage.totals import Totals, totals
from bot.study.backups import last_backup


def run_stats(settings: Settings, *, as_json: bool) -> int:
    """Print how much there is in the database; the exit status.

    Raises:
        DatabaseError: it can't be read.
    """
    now = SystemClock().now()
    found = totals(settings.database, now)
    backup = last_backup(settings.database, settings.backups_folder, now)
    if as_json:
        print(json.dumps(to_json(found, backup, now), indent=2))
    else:
        _print(found, backup, now)
    return 0


def to_json(found: Totals, backup: datetime | None, now: datetime) -> dict[str, object]:
    """The figures as plain values; described in docs/hosting.md. Times are ISO 8601 in UTC, sizes bytes."""
    overdue = None
    if found.overdue_since is not None:
        overdue = {
            "kind": found.overdue_kind,
            "due_at": found.overdue_since.isoformat(),
            "seconds": round((now - found.overdue_since).total_seconds()),
        }
    return {
        "servers": found.servers,
        "members": {
            "all": found.members,
            "last_7_days": found.members_week,
            "last_30_days": found.members_month,
        },
        "answers": {
            "all": found.answers,
            "last_7_days": found.answers_week,
            "last_30_days": found.answers_month,
        },
        "quizzes": {"all": found.quizzes, "running": found.quizzes_running},
        "challenges": {"all": found.challenges, "running": found.challenges_running},
        "rounds_open": found.rounds_open,
        "practice_answers": found.practice_answers,
        "review_answers": found.review_answers,
        "exams": found.exams,
        "reviews_due": found.reviews_due,
        "reports_open": found.reports_open,
        "reminders": found.reminders,
        "timers": {"all": found.timers, "most_overdue": overdue},
        "database": {"bytes": found.size, "log_bytes": found.log_size, "format": found.format},
        "last_backup": backup.isoformat() if backup else None,
    }


def _print(found: Totals, backup: datetime | None, now: datetime) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("", "in all", "7 days", "30 days", "now"):
        table.add_column(column, justify="right" if column else "left", no_wrap=True)

    def row(name: str, *cells: int | str | None) -> None:
        table.add_row(name, *(f"{cell:,}" if isinstance(cell, int) else cell or "" for cell in cells))

    row("servers", found.servers)
    row("members who answered", found.members, found.members_week, found.members_month)
    row("answers in channels", found.answers, found.answers_week, found.answers_month)
    row("quizzes", found.quizzes, None, None, found.quizzes_running)
    row("challenges", found.challenges, None, None, found.challenges_running)
    row("questions open", None, None, None, found.rounds_open)
    row("answers in practice", found.practice_answers)
    row("answers in review", found.review_answers)
    row("exams", found.exams)
    row("reviews due today", None, None, None, found.reviews_due)
    row("reports open", None, None, None, found.reports_open)
    row("reminders on", None, None, None, found.reminders)
    row("timers set", None, None, None, found.timers)
    # a narrow window wraps lines; a narrow table would lose columns
    Console(highlight=False, width=max(Console().width, 80)).print(table)
    print()
    if found.overdue_since is not None:
        print(f"most overdue timer: {found.overdue_kind}, for {_age(found.overdue_since, now)}")
    log = f" and {decimal(found.log_size)} of log" if found.log_size else ""
    print(f"database: {decimal(found.size)}{log}, format {found.format}")
    print(f"last daily backup: {f'{_age(backup, now)} ago' if backup else 'none'}")


def _age(at: datetime, now: datetime) -> str:
    seconds = max(0, round((now - at).total_seconds()))
    for unit, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:,} {unit}"
    return f"{seconds} seconds"
