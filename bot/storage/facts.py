"""What the bot remembers about itself from one run to the next."""

from __future__ import annotations

from bot.storage.database import Database, Transaction

NAMESPACE = "namespace"
"""Tells this database's rounds from those of another one that the same application used before."""


async def put_fact(transaction: Transaction, name: str, value: str) -> None:
    """Keep a text under a name, as a part of a larger change."""
    await transaction.run(
        "INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


class FactStore:
    """Named texts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> str | None:
        """The text kept under a name."""
        rows = await self._database.read("SELECT value FROM fact WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    async def get_or_put(self, name: str, value: str) -> str:
        """The text kept under a name; this one from now on if there is none."""
        kept = await self.get(name)
        if kept is None:
            await self.put(name, value)
        return kept or value

    async def put(self, name: str, value: str) -> None:
        """Keep a text under a name."""
        async with self._database.transaction() as transaction:
            await put_fact(transaction, name, value)
