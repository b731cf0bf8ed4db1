"""Questions to a database file, asked without our code."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.storage.database import _migrations

TODAY = len(_migrations())
"""Today's format."""


def ask_file(path: Path, sql: str) -> Any:
    """What a file answers to one question, asked without our code."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchone()[0]


def version(path: Path) -> int:
    """The version inside a file."""
    return int(ask_file(path, "PRAGMA user_version"))


def has_table(path: Path, name: str) -> bool:
    """Whether a file has a table of this name."""
    return bool(ask_file(path, f"SELECT count(*) FROM sqlite_master WHERE name = '{name}'"))
