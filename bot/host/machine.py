"""What the doctor looks at around the bot: settings, token, packages, time, disk."""

from __future__ import annotations

import base64
import binascii
import os
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from rich.filesize import decimal

from bot.config import Settings
from bot.host.findings import Finding, Findings, error, ok, warning

_PROJECT = Path(__file__).parents[2] / "pyproject.toml"

_WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)
"""Before this code was written: a clock that says so is wrong."""

_LITTLE_ROOM = 200_000_000
"""Bytes that should be free in any case: answers, the log beside the database, an upgrade."""


def look_at_settings(problems: Sequence[str]) -> Findings:
    """Whether all settings can be used."""
    for problem in problems:
        yield error(
            "settings", f"{problem.rstrip('.')}.", "Mend it; until then the rest is checked with its default."
        )
    if not problems:
        yield ok("settings", "All of them can be used.")


def look_at_token(settings: Settings) -> Findings:
    """Whether the token looks like one. Discord alone knows whether it is right.

    Three parts of base64url, the first of them the application's id:
    https://docs.discord.com/developers/reference#authentication
    """
    if settings.discord_token is None:
        yield error("token", "There is none, so the bot can't run on Discord.", "Set DISCORD_TOKEN.")
        return
    parts = settings.discord_token.get_secret_value().split(".")
    if len(parts) == 3 and all(re.fullmatch(r"[A-Za-z0-9_-]+", part) for part in parts) and _is_id(parts[0]):
        yield ok("token", "It has the shape of one.")
    else:
        yield error(
            "token",
            "It does not have the shape of one: three parts with dots between them, without quotation marks.",
            "Copy it again from the Developer Portal, Bot, Reset Token; the client secret and the public key are "
            "something else.",
        )


def _is_id(part: str) -> bool:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).isdigit()
    except (binascii.Error, ValueError):
        return False


def look_at_rights(settings: Settings) -> Findings:
    """Whether other users of the machine can read what is secret."""
    if os.name != "posix":
        return
    files = [Path(".env"), settings.database, settings.backups_folder]
    if settings.discord_token_file is not None:
        files.append(settings.discord_token_file)
    open_ones = [path for path in files if _is_open(path)]
    for path in open_ones:
        # the path of the token's file can be the token by mistake, but then there is no such file
        mode = "700" if path.is_dir() else "600"
        yield warning("rights", f"Other users of this machine can read {path}.", f"chmod {mode} {path}")
    if not open_ones:
        yield ok("rights", "No other user of this machine can read the token, the database or the backups.")


def _is_open(path: Path) -> bool:
    """Whether everybody can read something; secrets in /run are handed to the process alone."""
    try:
        absolute = path.resolve()
        return (
            absolute.parts[1:2] != ("run",)
            and bool(absolute.stat().st_mode & 0o004)
            and bool(absolute.parent.stat().st_mode & 0o001)
        )
    except OSError:
        return False


def look_at_packages() -> Findings:
    """Whether Python and the packages are what the bot was made for."""
    if not _PROJECT.is_file():  # in the container, whose image was built with them
        yield ok("packages", f"Python {sys.version.split()[0]}; the packages are those of the image.")
        return
    project = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]
    python = ".".join(map(str, sys.version_info[:3]))
    if python not in SpecifierSet(project["requires-python"]):
        yield error("packages", f"This is Python {python}.", f"Install Python {project['requires-python']}.")
    found = [_look_at_package(Requirement(line)) for line in project["dependencies"]]
    wrong = [finding for finding in found if finding is not None]
    yield from wrong
    if not wrong:
        yield ok("packages", f"Python {python} with {len(found)} packages that fit.")


def _look_at_package(wanted: Requirement) -> Finding | None:
    advice = "Install the packages of requirements.lock."
    try:
        installed = version(wanted.name)
    except PackageNotFoundError:
        return error("packages", f"{wanted.name} is not installed.", advice)
    if installed in wanted.specifier:
        return None
    return warning("packages", f"{wanted.name} is {installed}, but {wanted.specifier} is needed.", advice)


def look_at_time(now: datetime) -> Findings:
    """Whether the clock can be right, and time zones are known."""
    if now < _WRITTEN:
        yield error(
            "clock", f"It says {now:%Y-%m-%d %H:%M} UTC.", "Set it; let the machine keep time by NTP."
        )
    else:
        yield ok("clock", f"It says {now:%Y-%m-%d %H:%M} UTC; --online compares it with Discord's.")
    try:
        ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        yield error("time zones", "There is no time zone data.", "Install the package tzdata.")
    else:
        yield ok("time zones", f"{len(available_timezones())} are known.")


def look_at_disk(settings: Settings) -> Findings:
    """Whether the folders can be written to and have room, for the backups as well."""
    size = settings.database.stat().st_size if settings.database.is_file() else 0
    folders = {settings.database.absolute().parent: "database"}
    if settings.backups_kept:
        folders.setdefault(settings.backups_folder.absolute(), "backups")
    for folder, name in folders.items():
        there = next(path for path in (folder, *folder.parents) if path.exists())
        try:
            with tempfile.TemporaryFile(dir=there):
                pass
            free = shutil.disk_usage(there).free
        except OSError as problem:
            yield error(
                "disk",
                f"The folder of the {name}, {folder}, can't be written to ({problem.strerror}).",
                "Give the bot's user the right to write there.",
            )
            continue
        if free < max(size, _LITTLE_ROOM):
            yield warning(
                "disk",
                f"{decimal(free)} are free for the {name} in {folder}, and the database has {decimal(size)}.",
                "Make room: a backup takes as much as the database, and one more than are kept is there for a moment.",
            )
        else:
            yield ok("disk", f"{decimal(free)} are free for the {name} in {folder}.")
