"""Answers in rounds of their own, and the boards that come of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from bot.domain.boards import EVERYTHING, Score
from bot.domain.questions import Question
from bot.domain.windows import Period, Span
from bot.storage.answers import AnswerStore, Stored
from bot.storage.boards import BoardStore
from bot.storage.database import Database
from tests.domain.examples import NOON, make_answer
from tests.storage.examples import ADA, GUILD, add_round

ALWAYS = Span(Period.ALL)

DAY = timedelta(days=1)

TODAY = date(2026, 1, 5)
"""The day of noon, a Monday."""

THIS_WEEK = Span(Period.WEEK, TODAY)


async def answer(
    database: Database,
    question: Question | None = None,
    *,
    member: int = ADA,
    guild: int = GUILD,
    at: datetime = NOON,
    **changes: Any,
) -> Stored:
    """Let a member answer a question in a round of its own."""
    round_ = await add_round(database, question, guild_id=guild, opened_at=at, closes_at=at + DAY)
    given = make_answer(member, round_id=round_.id, clicked_at=at, **changes)
    return await AnswerStore(database).add(given)


async def scores(
    database: Database, span: Span = ALWAYS, guild: int = GUILD, scope: int = EVERYTHING
) -> list[Score]:
    """A board, by member."""
    found = await BoardStore(database).scores(guild, span, scope)
    return sorted(found, key=lambda score: score.member_id)
