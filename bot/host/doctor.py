"""`python -m bot doctor`: what is wrong with settings, machine, database, backups, banks, and on Discord's side."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict

from bot.banks.checks.rules import count
from bot.clock import SystemClock
from bot.config import read_settings
from bot.host.data import look_at_backups, look_at_bot, look_at_database
from bot.host.findings import Finding, Findings, error
from bot.host.limits import look_at_banks, look_at_cards, look_at_commands
from bot.host.machine import (
    look_at_disk,
    look_at_packages,
    look_at_rights,
    look_at_settings,
    look_at_time,
    look_at_token,
)
from bot.host.online import look_online
from bot.host.progress import bars

Look = Callable[[], Findings]


def run_doctor(*, online: bool, thorough: bool, as_json: bool) -> int:
    """Look at everything and print what was found; the exit status: 1 if there is an error."""
    looks = _looks(online=online, thorough=thorough)
    findings: list[Finding] = []
    with _no_log(), bars() as tell:
        for number, (name, look) in enumerate(looks.items()):
            tell("Looking", number, len(looks))
            findings += _guarded(name, look)
    errors = sum(finding.level == "error" for finding in findings)
    warnings = sum(finding.level == "warning" for finding in findings)
    if as_json:
        values = [asdict(finding) for finding in findings]
        print(json.dumps({"errors": errors, "warnings": warnings, "findings": values}, indent=2))
    else:
        for finding in findings:
            print(finding)
        print(f"{count(errors, 'error')}, {count(warnings, 'warning')}", file=sys.stderr)
    return 1 if errors else 0


@contextlib.contextmanager
def _no_log() -> Iterator[None]:
    """What the parts of the bot would log while they are looked at is in the findings."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


def _looks(*, online: bool, thorough: bool) -> dict[str, Look]:
    """All that is looked at, by name. A setting that can't be used is replaced by its default, so that the rest is."""
    settings, problems = read_settings()
    clock = SystemClock()
    now = clock.now()
    looks: dict[str, Look] = {
        "settings": lambda: look_at_settings(problems),
        "token": lambda: look_at_token(settings),
        "rights": lambda: look_at_rights(settings),
        "packages": look_at_packages,
        "time": lambda: look_at_time(now),
        "disk": lambda: look_at_disk(settings),
        "bot": lambda: look_at_bot(settings),
        "database": lambda: look_at_database(settings, now, thorough=thorough),
        "backups": lambda: look_at_backups(settings, now),
        "banks": lambda: look_at_banks(settings),
        "commands": lambda: look_at_commands(settings),
        "cards": lambda: look_at_cards(settings),
    }
    if online:
        looks["discord"] = lambda: look_online(settings, clock)
    return looks


def _guarded(name: str, look: Look) -> list[Finding]:
    """What a look finds. One that fails must not keep the others from being made."""
    try:
        return list(look())
    except Exception as problem:
        what = f"It could not be looked at ({type(problem).__name__})."
        return [error(name, what, "Please report this to the authors of Studyhall.")]
