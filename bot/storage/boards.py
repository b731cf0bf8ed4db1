"""Boards, read from the scores."""

from __future__ import annotations

from bot.domain.boards import Score
from bot.domain.scoring import Outcome
from bot.domain.windows import Window
from bot.storage.database import Database, from_ms, to_ms

_EARLIEST, _LATEST = -(1 << 62), 1 << 62


class BoardStore:
    """Who earned what."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def scores(self, guild_id: int, window: Window) -> list[Score]:
        """The score of every member of a server who has one in the window."""
        rows = await self._database.read(
            "SELECT member_id, sum(points), count(*) FILTER (WHERE outcome = ?), count(*), sum(hints), "
            "       max(CASE WHEN points > 0 THEN scored_at END) "
            "FROM score WHERE guild_id = ? AND scored_at >= ? AND scored_at < ? GROUP BY member_id",
            (
                Outcome.RIGHT,
                guild_id,
                to_ms(window.start) if window.start else _EARLIEST,
                to_ms(window.end) if window.end else _LATEST,
            ),
        )
        return [
            Score(member, points, right, answered, hints, from_ms(last_at) if last_at is not None else None)
            for member, points, right, answered, hints, last_at in rows
        ]
