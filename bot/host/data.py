"""What the doctor looks at of the data: the database, its backups, and whether the bot runs on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import available_timezones

from rich.filesize import decimal

from bot.config import Settings
from bot.errors import DatabaseError
from bot.health import is_alive
from bot.host.findings import Finding, Findings, error, ok, warning
from bot.storage.database import is_in_use
from bot.storage.inspection import Inspection, inspect
from bot.study.backups import last_backup

_LATE = timedelta(minutes=10)
"""A running bot does what is due sooner than that."""
_AHEAD = timedelta(minutes=1)
"""So much may Discord's clock, which answers are dated by, be ahead of the machine's."""
_OLD = timedelta(days=2)
"""A daily backup should not get so old."""
_LARGE_LOG = 256_000_000
_NAMED = 10


def look_at_bot(settings: Settings) -> Findings:
    """Whether the bot is running."""
    running, connected = is_in_use(settings.database), is_alive(settings.database)
    if running and not connected:
        yield warning(
            "bot",
            "It is running, but not connected to Discord at the moment.",
            "Look into its log if it stays so.",
        )
    else:
        yield ok("bot", "It is running and connected." if running else "It is not running.")


def look_at_database(settings: Settings, now: datetime, *, thorough: bool) -> Findings:
    """Whether the database is whole and fits this version."""
    database = settings.database
    if not database.exists():
        yield ok("database", f"There is none yet; {database} is made at the first start.")
        return
    try:
        found = inspect(database, thorough=thorough)
    except DatabaseError as problem:
        yield error("database", str(problem), "docs/hosting.md says how to restore a backup.")
        return
    whole = [*_judge_pages(found)]
    yield from whole
    if not whole:
        how = "each page and index" if thorough else "a quick check"
        yield ok("database", f"{decimal(database.stat().st_size)}, whole ({how}), format {found.format}.")
    yield from _judge_zones(found)
    yield from _judge_times(found, now, running=is_in_use(database))
    log = database.with_name(f"{database.name}-wal")
    if log.exists() and log.stat().st_size > _LARGE_LOG:
        yield warning(
            "database",
            f"The log beside it has {decimal(log.stat().st_size)}.",
            "A program that reads for long keeps it from being brought in: close that, or start the bot again.",
        )


def _judge_pages(found: Inspection) -> Findings:
    if found.faults:
        yield error(
            "database",
            f"It is damaged: {found.faults}.",
            "Stop the bot and restore the last backup; keep the damaged file.",
        )
    if found.broken:
        yield error(
            "database",
            f"Rows in {', '.join(found.broken)} belong to rows that are missing.",
            "Somebody changed it by hand: restore the last backup, or undo that change.",
        )
    if found.format > found.todays_format:
        yield error(
            "database",
            f"Its format is {found.format}, and this version knows {found.todays_format}.",
            "Install the newer version of Studyhall that wrote it.",
        )
    elif found.format < found.todays_format:
        yield warning(
            "database",
            f"Its format is {found.format}, and this version writes {found.todays_format}.",
            "Start the bot: it keeps a copy and brings it up to date.",
        )


def _judge_zones(found: Inspection) -> Findings:
    unknown = sorted(set(found.zones) - available_timezones())
    if unknown:
        yield error(
            "time zones",
            f"In use, but not known here: {', '.join(unknown[:_NAMED])}.",
            "Install the newest tzdata.",
        )


def _judge_times(found: Inspection, now: datetime, *, running: bool) -> Findings:
    if found.last_answer_at and found.last_answer_at > now + _AHEAD:
        yield error(
            "clock",
            f"The last answer was given at {found.last_answer_at:%Y-%m-%d %H:%M} UTC, which is still to come.",
            "Set the machine's clock; let it keep time by NTP.",
        )
    if running and found.due_since and found.due_since < now - _LATE:
        yield warning(
            "timers",
            f"Something has been due since {found.due_since:%Y-%m-%d %H:%M} UTC.",
            "Look into the bot's log for what fails again and again.",
        )


def look_at_backups(settings: Settings, now: datetime) -> Findings:
    """Whether there is a backup to go back to."""
    if not settings.backups_kept:
        yield warning(
            "backups",
            "Daily backups are switched off.",
            "Set STUDYHALL_BACKUPS_KEPT, or see to backups yourself.",
        )
    elif settings.database.exists():
        yield _judge_backup(last_backup(settings.database, settings.backups_folder, now), settings, now)


def _judge_backup(last: datetime | None, settings: Settings, now: datetime) -> Finding:
    folder = settings.backups_folder
    if last is None:
        return warning(
            "backups", f"There is none in {folder}.", "Start the bot: it makes one at once, and then daily."
        )
    if now - last > _OLD:
        return warning(
            "backups",
            f"The last one in {folder} is {(now - last).days} days old.",
            "Start the bot, or look into its log for why none is made.",
        )
    return ok("backups", f"The last one is of {last:%Y-%m-%d %H:%M} UTC.")
