"""`python -m bot rebuild-scores`: everything that is derived from the answers, made anew."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rich.progress import Progress

from bot.errors import DatabaseError
from bot.storage.database import Database, alone
from bot.storage.scores import ScoreStore


def run_rebuild(database: Path) -> int:
    """Make the scores anew, with a progress bar on a terminal; the exit status.

    Raises:
        DatabaseError: there is no such database, it can't be used, or the bot is running on it.
    """
    if not database.exists():
        raise DatabaseError(
            f"There is no database {database}. Run this where the bot runs, or let STUDYHALL_DATABASE name its file."
        )
    with alone(database):
        servers = asyncio.run(_rebuild(database))
    print(f"Leaderboards and statistics of {servers} server(s) are made anew from the answers.")
    return 0


async def _rebuild(path: Path) -> int:
    servers = 0
    with Progress(transient=True) as progress:
        bar = progress.add_task("Counting the answers of each server", total=None)

        def tell(done: int, of: int) -> None:
            nonlocal servers
            servers = of
            progress.update(bar, completed=done, total=of)

        async with Database.open(path) as database:
            await ScoreStore(database).rebuild(tell)
    return servers
