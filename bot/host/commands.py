"""What these commands are called and take. Each brings its imports along only when it runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from textwrap import fill
from typing import Any, TypeAlias

Run = Callable[[argparse.Namespace], int]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

STATUSES = "exit status: 0 all is well, 1 a problem that the output explains, 2 wrong usage"
_WIDTH = 78
"""Of a line of help."""


def add_host_commands(commands: Commands) -> None:
    """Add them to the command line; what runs each is its `run`."""
    for add in (
        _add_backup,
        _add_restore,
        _add_export,
        _add_stats,
        _add_reports,
        _add_doctor,
    ):
        add(commands)


def _add_backup(commands: Commands) -> None:
    backup = _add(
        commands,
        _backup,
        "backup",
        "copy the database into a file, also while the bot runs",
        "Copies the database into a file, also while the bot runs: all that was stored before. The file has its name only "
        "when it is complete and checked.",
        "python -m bot backup /mnt/other-disk",
    )
    backup.add_argument(
        "file", type=Path, metavar="FILE", help="a new file, or a folder: then it is named by the time in UTC"
    )
    backup.add_argument("--force", action="store_true", help="replace the file if there is one")


def _add_restore(commands: Commands) -> None:
    restore = _add(
        commands,
        _restore,
        "restore",
        "put a backup in the place of the database, while the bot is stopped",
        "Checks a backup, keeps the database under another name, and puts a copy of the backup in its place. If anything "
        "fails, all is as before. What members changed or erased since the backup comes back as it was: docs/hosting.md "
        "says what to do then.",
        "python -m bot restore data/backups/studyhall-daily-20261122T190211Z.db",
    )
    restore.add_argument("file", type=Path, metavar="FILE", help="the backup; it stays as it is")
    restore.add_argument("--yes", action="store_true", help="do not ask")


def _add_export(commands: Commands) -> None:
    export = _add(
        commands,
        _export,
        "export-answers",
        "write all answers as CSV, for analysing the questions",
        "Writes every answer as a line of CSV, also while the bot runs. Members and servers are numbers that mean the same "
        "within one file, and nothing outside of it.",
        "python -m bot export-answers --output answers.csv",
    )
    export.add_argument("--output", type=Path, metavar="FILE", help="a new file (default: standard output)")
    export.add_argument("--force", action="store_true", help="replace the file if there is one")
    export.add_argument(
        "--members",
        action="store_true",
        help="write Discord's ids of members and servers. Discord's developer terms allow this only for what the bot is "
        "there for, such as answering one member's request; improving questions is to be done without",
    )


def _add_stats(commands: Commands) -> None:
    stats = _add(
        commands,
        _stats,
        "stats",
        "how much there is in the database",
        "Counts servers, members, answers and what is due, also while the bot runs. Weeks and months are the last 7 and 30 "
        "days.",
        "python -m bot stats --json",
    )
    _add_json(stats)


def _add_reports(commands: Commands) -> None:
    reports = _add(
        commands,
        _reports,
        "reports",
        "list what members reported about questions",
        "Lists the reports of all servers and of direct messages, also while the bot runs: those that are open, those that "
        "moderators accepted, and those of questions that they voided.",
        "python -m bot reports --json",
    )
    reports.add_argument("--all", action="store_true", help="also those that were dismissed")
    _add_json(reports)


def _add_doctor(commands: Commands) -> None:
    doctor = _add(
        commands,
        _doctor,
        "doctor",
        "look for what is wrong with settings, machine, database and banks",
        "Looks at settings, machine, database, backups, question banks, and what Discord would refuse of commands and "
        "cards. Exit status 1 if there is an error; warnings are no errors. The token is never shown.",
        "python -m bot doctor --online",
    )
    doctor.add_argument(
        "--online",
        action="store_true",
        help="also ask Discord about the token, the application and permissions",
    )
    doctor.add_argument(
        "--thorough", action="store_true", help="check each page and index of the database; takes longer"
    )
    _add_json(doctor)


def _add(
    commands: Commands,
    run: Run,
    name: str,
    what: str,
    description: str,
    example: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=what,
        description=fill(description, _WIDTH),
        epilog=f"example:\n  {example}\n\n{STATUSES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs; described in docs/hosting.md")


def _settings() -> Any:
    from bot.config import load_settings  # noqa: PLC0415

    return load_settings()


def _backup(chosen: argparse.Namespace) -> int:
    from bot.host.backups import run_backup  # noqa: PLC0415

    return run_backup(_settings().database, chosen.file, replace=chosen.force)


def _restore(chosen: argparse.Namespace) -> int:
    from bot.host.backups import run_restore  # noqa: PLC0415

    return run_restore(_settings().database, chosen.file, ask=not chosen.yes)


def _export(chosen: argparse.Namespace) -> int:
    from bot.host.export import run_export  # noqa: PLC0415

    return run_export(_settings().database, chosen.output, replace=chosen.force, with_members=chosen.members)


def _stats(chosen: argparse.Namespace) -> int:
    from bot.host.stats import run_stats  # noqa: PLC0415

    return run_stats(_settings(), as_json=chosen.json)


def _reports(chosen: argparse.Namespace) -> int:
    from bot.host.reports import run_reports  # noqa: PLC0415

    return run_reports(_settings().database, everything=chosen.all, as_json=chosen.json)


def _doctor(chosen: argparse.Namespace) -> int:
    from bot.host.doctor import run_doctor  # noqa: PLC0415

    return run_doctor(online=chosen.online, thorough=chosen.thorough, as_json=chosen.json)
