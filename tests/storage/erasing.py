"""Words for members who are being erased."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.rounds import CloseReason, Round
from bot.domain.windows import Period, Span
from bot.storage.database import Database
from bot.storage.rounds import RoundStore
from tests.domain.examples import NOON, make_question
from tests.storage.examples import ADA, GUILD, add_round
from tests.storage.personal import LATER

MINUTE = timedelta(minutes=1)
SOON = NOON + MINUTE
ALWAYS = Span(Period.ALL)


async def open_round(
    database: Database, name: str = "open", closes_at: datetime = LATER, **changes: object
) -> Round:
    """A question that is open for long."""
    return await add_round(database, make_question(name), closes_at=closes_at, **changes)


async def close(database: Database, round_: Round, at: datetime = LATER) -> None:
    """Close a round."""
    await RoundStore(database).close(round_.id, CloseReason.DEADLINE, at)


async def answered(database: Database, member: int = ADA) -> set[int]:
    """The rounds in which a member's answers are stored."""
    return {
        row[0] for row in await database.read("SELECT round_id FROM answer WHERE member_id = ?", (member,))
    }


async def on_board(database: Database, span: Span = ALWAYS) -> dict[int, int]:
    """How many answers each member on a board has there."""
    rows = await database.read(
        "SELECT member_id, answered FROM board WHERE guild_id = ? AND period = ? AND scope = 1",
        (GUILD, span.period),
    )
    return {row[0]: row[1] for row in rows}
