"""Numbers for banks and topics, short enough for the ids of buttons."""

from __future__ import annotations

from bot.storage.database import Database


class ScopeStore:
    """The numbers. Once given, a number keeps its meaning."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, bank: str = "", topic: str = "") -> int | None:
        """The number of a bank or topic, "" for any. None: it has none yet."""
        rows = await self._database.read("SELECT id FROM scope WHERE bank = ? AND topic = ?", (bank, topic))
        return rows[0][0] if rows else None

    async def keep(self, bank: str, topic: str = "") -> int:
        """The number of a bank or topic; a new one if it has none yet."""
        found = await self.find(bank, topic)
        if found is not None:
            return found
        async with self._database.transaction() as transaction:
            await transaction.run(
                "INSERT INTO scope (bank, topic) VALUES (?, ?) ON CONFLICT DO NOTHING", (bank, topic)
            )
            rows = await transaction.run("SELECT id FROM scope WHERE bank = ? AND topic = ?", (bank, topic))
        return int(rows[0][0])

    async def names(self, scope: int) -> tuple[str, str] | None:
        """The bank and topic of a number, "" for any. None: there is no such number."""
        rows = await self._database.read("SELECT bank, topic FROM scope WHERE id = ?", (scope,))
        return (rows[0][0], rows[0][1]) if rows else None
