"""Leaderboards."""

from __future__ import annotations

from dataclasses import dataclass

from bot.clock import Clock
from bot.domain.boards import Standing, rank
from bot.domain.windows import Period, Window, window
from bot.storage.boards import BoardStore
from bot.study.rounds import SERVER_ZONE


@dataclass(frozen=True, slots=True)
class Board:
    """A leaderboard of a server."""

    period: Period
    window: Window
    standings: tuple[Standing, ...]

    def of(self, member_id: int) -> Standing | None:
        """Where a member stands."""
        return next((standing for standing in self.standings if standing.score.member_id == member_id), None)


class Boards:
    """Reads boards."""

    def __init__(self, boards: BoardStore, clock: Clock) -> None:
        self._boards = boards
        self._clock = clock

    async def get(self, guild_id: int, period: Period) -> Board:
        """The board of a server for a period."""
        span = window(period, self._clock.now(), SERVER_ZONE)
        return Board(period, span, rank(await self._boards.scores(guild_id, span)))
