"""What the database knows of how much there is to do, in one short read that also shows that it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.storage.database import Database, from_ms
from bot.storage.timers import EARLIEST


@dataclass(frozen=True, slots=True)
class Pulse:
    """How much there is to do."""

    timers: int
    earliest: datetime | None
    """When the first of them falls or fell due (aware UTC)."""
    quizzes: int
    """Those that run."""
    challenges: int


class PulseStore:
    """Takes the pulse."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self) -> Pulse:
        """How much there is to do now."""
        ((timers, earliest, quizzes, challenges),) = await self._database.read(
            "SELECT (SELECT count(*) FROM timer), "
            f"({EARLIEST}), "
            "(SELECT count(*) FROM quiz WHERE ended_at IS NULL), "
            "(SELECT count(*) FROM challenge WHERE ended_at IS NULL)"
        )
        return Pulse(timers, from_ms(earliest) if earliest is not None else None, quizzes, challenges)
