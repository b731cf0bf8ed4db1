"""Servers that have removed the bot: what they had is kept for a while, and then erased."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from bot.storage.database import Database, Row, Transaction, from_ms, to_ms
from bot.storage.leftovers import BY_SERVER, NOWHERE, STEPS, clear_numbers, end_all
from bot.storage.quizzes import FINAL, NEXT
from bot.storage.rounds import CLOSE, RESULT
from bot.storage.scores import count_server
from bot.storage.timers import SERVER_OF_TIMER, clear_timers, set_timer

ERASE = "erase server"
"""Timer: what a server had that has removed the bot is to be erased."""

_END_QUIZ_TIMERS = (
    f"DELETE FROM timer WHERE kind IN ('{CLOSE}', '{RESULT}', '{NEXT}', '{FINAL}') AND {SERVER_OF_TIMER} = ?"
)

# the servers in a table one by one, by its index: going through the rounds of all years would take long
_SERVERS_IN = """
WITH RECURSIVE known (guild_id) AS (
    SELECT min(guild_id) FROM {table}
    UNION ALL SELECT (SELECT min(guild_id) FROM {table} WHERE guild_id > known.guild_id) FROM known
    WHERE known.guild_id IS NOT NULL)
SELECT guild_id FROM known WHERE guild_id IS NOT NULL
"""

_BEGIN = """
INSERT INTO erased_server (guild_id, last_quiz, last_round, last_challenge, last_report)
SELECT ?, (SELECT coalesce(max(id), 0) FROM quiz), (SELECT coalesce(max(id), 0) FROM round),
       (SELECT coalesce(max(id), 0) FROM challenge), (SELECT coalesce(max(id), 0) FROM report)
"""


class DepartureStore:
    """The servers that have removed the bot."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self) -> set[int]:
        """All servers of which anything is stored, without those that are being erased."""
        found: set[int] = set()
        for table in BY_SERVER:
            found.update(row[0] for row in await self._database.read(_SERVERS_IN.format(table=table)))
        erased = await self._database.read("SELECT guild_id FROM erased_server")
        return found - {NOWHERE, *(row[0] for row in erased)}

    async def removed(self) -> set[int]:
        """The servers that have removed the bot."""
        rows = await self._database.read("SELECT guild_id FROM server WHERE removed_at IS NOT NULL")
        return {row[0] for row in rows}

    async def remove(self, guild_id: int, now: datetime, keep_for: timedelta) -> datetime:
        """Note that a server has removed the bot, and when what it had is to be erased; that time.

        Its quizzes have ended by now. Noted before, the first time stands. Its timers rest from now on.
        """
        async with self._database.transaction() as transaction:
            ((removed_at,),) = await transaction.run(
                "INSERT INTO server (guild_id, removed_at) VALUES (?, ?) ON CONFLICT (guild_id) DO UPDATE "
                "SET removed_at = coalesce(server.removed_at, excluded.removed_at) RETURNING removed_at",
                (guild_id, to_ms(now)),
            )
            # results and scoreboards would come much too late if it is added again
            await transaction.run(_END_QUIZ_TIMERS, (guild_id,))
            erase_at = from_ms(removed_at) + keep_for
            if not await _is_being_erased(transaction, guild_id):  # that goes on now
                await set_timer(transaction, ERASE, guild_id, erase_at)
        return erase_at

    async def keep(self, guild_id: int) -> None:
        """The bot is in a server again: what it had stays."""
        async with self._database.transaction() as transaction:
            await transaction.run("UPDATE server SET removed_at = NULL WHERE guild_id = ?", (guild_id,))
            if not await _is_being_erased(transaction, guild_id):
                await clear_timers(transaction, guild_id, [ERASE])

    async def begin(self, guild_id: int, now: datetime) -> bool:
        """Begin to erase a server, or go on with it; False: it has added the bot again.

        From here on there is no way back. What it chose is gone at once, so that it finds a fresh start if it adds the
        bot now; the rest goes by `erase`.
        """
        async with self._database.transaction() as transaction:
            if await _is_being_erased(transaction, guild_id):
                return True
            if not await _removed_at(transaction, guild_id):
                return False
            await transaction.run(_BEGIN, (guild_id,))
            await transaction.run(f"DELETE FROM timer WHERE {SERVER_OF_TIMER} = ?", (guild_id,))
            await end_all(transaction, guild_id, now)
        return True

    async def erase(self, guild_id: int) -> AsyncIterator[Counter[str]]:
        """Erase the rest, a little at a time; how many rows of each table went. Killed at any moment, it goes on there.

        All answers of the server must be reviews by now: those belong to the members.
        """
        for step in STEPS:
            while True:
                async with self._database.transaction() as transaction:
                    erased = await step(transaction, guild_id)
                if not erased.total():
                    break
                yield erased

    async def finish(self, guild_id: int, keep_for: timedelta) -> None:
        """A server is erased. If it has added the bot meanwhile, and maybe removed it once more, that counts from now on."""
        async with self._database.transaction() as transaction:
            await transaction.run("DELETE FROM erased_server WHERE guild_id = ?", (guild_id,))
            await clear_numbers(transaction)
            # what was answered there meanwhile was added to the old sums
            await count_server(transaction, guild_id)
            await clear_timers(transaction, guild_id, [ERASE])
            for (removed_at,) in await _removed_at(transaction, guild_id):
                await set_timer(transaction, ERASE, guild_id, from_ms(removed_at) + keep_for)

    async def put_off(self, guild_id: int, due_at: datetime) -> None:
        """Erase a server later."""
        async with self._database.transaction() as transaction:
            await set_timer(transaction, ERASE, guild_id, due_at)


async def _is_being_erased(transaction: Transaction, guild_id: int) -> bool:
    return bool(await transaction.run("SELECT 1 FROM erased_server WHERE guild_id = ?", (guild_id,)))


async def _removed_at(transaction: Transaction, guild_id: int) -> list[Row]:
    return await transaction.run(
        "SELECT removed_at FROM server WHERE guild_id = ? AND removed_at IS NOT NULL", (guild_id,)
    )
