"""Boards and statistics, read from what is kept with the answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.boards import EVERYTHING, NOBODY, PAGE, BoardPage, Score, Standing, rank
from bot.domain.statistics import Day, TopicRecord
from bot.domain.windows import Period, Span
from bot.storage.database import GIVEN, Database, Row, from_day, from_ms, given, to_day, to_json

_IS_LISTED = (
    "NOT EXISTS (SELECT 1 FROM unlisted WHERE unlisted.guild_id = board.guild_id "
    "AND unlisted.member_id = board.member_id)"
)
_COLUMNS = "member_id, points, correct, answered, hints, took, last_at"
_ALL_OF_BOARD = "FROM board WHERE guild_id = ? AND period = ? AND start = ? AND scope = ?"
_OF_BOARD = f"{_ALL_OF_BOARD} AND member_id <> {NOBODY}"


def _start(span: Span) -> int:
    return to_day(span.first) if span.first else span.challenge_id


_NEVER = 1 << 62
"""Later than any time."""
_ABOVE_ALL: Row = (0, _NEVER, 0, 0, 0, 0, 0)
"""A line of `_COLUMNS` that would stand above all others."""


def _merit(span: Span) -> str:
    """What decides the rank, less is better; `bot/domain/boards.py` is the rule."""
    return "-points, took" if span.period is Period.CHALLENGE else "-points"


def _order(span: Span) -> str:
    """What decides the line. `_count` hands in values for it."""
    return f"{_merit(span)}, hints, coalesce(last_at, {_NEVER}), member_id"


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _to_score(row: Row) -> Score:
    member, points, right, answered, hints, took, last_at = row
    return Score(
        member,
        points,
        right,
        answered,
        hints,
        from_ms(last_at) if last_at is not None else None,
        timedelta(milliseconds=took),
    )


@dataclass(frozen=True, slots=True)
class Totals:
    """What all members of a server together did in a span, those included who had their data erased since."""

    members: int
    """Without those."""
    right: int
    answered: int


TOPICS = """
SELECT scope.bank, scope.topic, correct, answered FROM scope
CROSS JOIN board ON board.guild_id = ? AND period = 'all' AND start = 0 AND board.scope = scope.id AND member_id = ?
WHERE scope.topic <> ''
"""
"""A cross join, so that SQLite looks one line up for each scope, and does not go through the server's whole board."""


class BoardStore:
    """Who earned what."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, guild_id: int, span: Span, scope: int, member_id: int, number: int | None
    ) -> BoardPage:
        """A page of a board as a member sees it; None: the page that they are on themselves.

        A page behind the last is the last.
        """
        board = (guild_id, span.period, _start(span), scope)
        asker = await self._database.read(
            f"SELECT {_COLUMNS} {_OF_BOARD} AND member_id = ?", (*board, member_id)
        )
        members, better, above = await self._count(board, span, asker[0] if asker else _ABOVE_ALL)
        own = Standing(1 + better, _to_score(asker[0])) if asker else None
        if number is None:
            number = above // PAGE
        number = max(0, min(number, (members - 1) // PAGE))
        lines = await self._database.read(
            f"SELECT {_COLUMNS} {_OF_BOARD} AND {_IS_LISTED} ORDER BY {_order(span)} LIMIT ? OFFSET ?",
            (*board, PAGE, number * PAGE),
        )
        # only equals of the first line have a rank that began on an earlier page
        better = (await self._count(board, span, lines[0]))[1] if number and lines else 0
        standings = tuple(
            Standing(1 + better if standing.rank == 1 else number * PAGE + standing.rank, standing.score)
            for standing in rank(map(_to_score, lines), by_time=span.period is Period.CHALLENGE)
        )
        return BoardPage(number, members, standings, own)

    async def _count(self, board: tuple[int, str, int, int], span: Span, line: Row) -> tuple[int, int, int]:
        """How many members are on a board, how many have a better rank than a line, and how many stand above it."""
        member, points, _, _, hints, took, last_at = line
        merit = (-points, took) if span.period is Period.CHALLENGE else (-points,)
        order = (*merit, hints, _NEVER if last_at is None else last_at, member)
        ((members, better, above),) = await self._database.read(
            f"SELECT count(*), count(*) FILTER (WHERE ({_merit(span)}) < ({_marks(merit)})), "
            f"count(*) FILTER (WHERE ({_order(span)}) < ({_marks(order)})) {_OF_BOARD} AND {_IS_LISTED}",
            (*merit, *order, *board),
        )
        return members, better, above

    async def scores(self, guild_id: int, span: Span, scope: int = EVERYTHING) -> list[Score]:
        """The score of every member on a board, in no order."""
        rows = await self._database.read(
            f"SELECT {_COLUMNS} {_OF_BOARD} AND {_IS_LISTED}", (guild_id, span.period, _start(span), scope)
        )
        return [_to_score(row) for row in rows]

    async def totals(self, guild_id: int, span: Span) -> Totals:
        """What all members together did, on the board or not."""
        rows = await self._database.read(
            "SELECT count(*) FILTER (WHERE member_id <> ?), coalesce(sum(correct), 0), coalesce(sum(answered), 0) "
            f"{_ALL_OF_BOARD}",
            (NOBODY, guild_id, span.period, _start(span), EVERYTHING),
        )
        return Totals(*rows[0])

    async def score(self, guild_id: int, span: Span, member_id: int) -> Score:
        """What one member earned."""
        rows = await self._database.read(
            f"SELECT {_COLUMNS} {_OF_BOARD} AND member_id = ?",
            (guild_id, span.period, _start(span), EVERYTHING, member_id),
        )
        return _to_score(rows[0]) if rows else Score(member_id)

    async def played(self, guild_id: int, members: Iterable[int]) -> dict[int, list[date]]:
        """The days that count for the streak of each of these members: see `Day.counts`."""
        rows = await self._database.read(
            f"SELECT member_id, day FROM {GIVEN} JOIN member_day ON member_day.guild_id = ? "
            f"AND member_day.member_id = {given(0)} WHERE scored + voided > 0 ORDER BY day",
            (to_json([[member] for member in members]), guild_id),
        )
        days: dict[int, list[date]] = {}
        for member, day in rows:
            days.setdefault(member, []).append(from_day(day))
        return days

    async def days(self, guild_id: int, member_id: int) -> list[Day]:
        """What a member did on each day, the earliest first."""
        rows = await self._database.read(
            "SELECT day, answers, scored, correct, points, voided FROM member_day "
            "WHERE guild_id = ? AND member_id = ? ORDER BY day",
            (guild_id, member_id),
        )
        return [
            Day(from_day(day), answers, scored, right, points, voided)
            for day, answers, scored, right, points, voided in rows
        ]

    async def topics(self, guild_id: int, member_id: int) -> list[TopicRecord]:
        """How a member does on each topic."""
        return [TopicRecord(*row) for row in await self._database.read(TOPICS, (guild_id, member_id))]
