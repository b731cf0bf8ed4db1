"""A row in every table for a server, made from the schema alone: a table that is added later gets one, too."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from bot.storage.database import Database, Row, Transaction

SHARED = ("fact", "timer", "erased_server", "erasure")
"""Tables that are about no server in particular, or are filled in other ways."""

_OF_THE_BOT = {"scope", "question_version"}
"""Tables with rows that all servers share."""

SERVER_TIMERS = {
    "close": "round",
    "result": "round",
    "next": "quiz",
    "final": "quiz",
    "challenge card": "challenge",
    "challenge end": "challenge",
    "challenge over": "challenge",
    "challenge podium": "challenge",
    "challenge crown": "challenge",
    "challenge": "",
    "digest": "",
}
"""The kinds of timers that are about something of a server, and what that is; '': the server itself."""


async def tables(database: Database) -> list[str]:
    """All tables."""
    rows = await database.read(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return sorted(row[0] for row in rows)


async def columns(database: Database, table: str) -> list[str]:
    """The columns of a table."""
    return [row[1] for row in await database.read(f"PRAGMA table_info({table})")]


async def parents(database: Database, table: str) -> dict[str, str]:
    """The tables that columns of a table name a row of, also where the schema does not say so."""
    known = set(await tables(database))
    found = {row[3]: row[2] for row in await database.read(f"PRAGMA foreign_key_list({table})")}
    for column in await columns(database, table):
        if column.endswith("_id") and column.removesuffix("_id") in known - {table, "member"}:
            found.setdefault(column, column.removesuffix("_id"))
    return found


async def whole(database: Database) -> dict[str, set[Row]]:
    """All rows of all tables."""
    return {
        table: {tuple(row) for row in await database.read(f"SELECT * FROM {table}")}
        for table in await tables(database)
    }


class Filler:
    """Fills tables."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._numbers = count(1_000)

    async def fill(self, guild_id: int) -> dict[str, Any]:
        """A row in each table for a server, and its timers; what names the row, by table."""
        keys: dict[str, Any] = {}
        for table in [t for t in await tables(self._database) if t not in SHARED]:
            await self._add(table, guild_id, keys)
        async with self._database.transaction() as transaction:
            for kind, subject in SERVER_TIMERS.items():
                await transaction.run(
                    "INSERT INTO timer (kind, subject, due_at) VALUES (?, ?, 0)",
                    (kind, keys[subject] if subject else guild_id),
                )
        return keys

    async def _add(self, table: str, guild_id: int, keys: dict[str, Any]) -> None:
        if table in keys:
            return
        belongs = await parents(self._database, table)
        for parent in belongs.values():
            if parent != table:
                await self._add(parent, guild_id, keys)
        info = await self._database.read(f"PRAGMA table_info({table})")
        if table in _OF_THE_BOT:
            existing = await self._database.read(f"SELECT {info[0][1]} FROM {table} LIMIT 1")
            if existing:
                keys[table] = existing[0][0]
                return
        values: list[Any] = []
        for _, column, type_, *_ in info:
            if column in belongs:
                values.append(keys[belongs[column]])
            elif column in {"guild_id", "server_id"}:
                values.append(guild_id)
            elif column == "removed_at":
                values.append(None)  # the bot is there
            else:
                number = next(self._numbers)
                values.append(f"text {number}" if type_ == "TEXT" else number)
        async with self._database.transaction() as transaction:
            await _insert(transaction, table, (row[1] for row in info), values)
        keys[table] = values[0]


async def _insert(transaction: Transaction, table: str, names: Iterable[str], values: list[Any]) -> None:
    places = ", ".join("?" * len(values))
    await transaction.run(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", values)
