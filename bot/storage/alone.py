"""What members did alone, in practice, reviews and exams."""

from __future__ import annotations

from bot.domain.scoring import Outcome
from bot.domain.statistics import AloneDay
from bot.storage.database import Database, from_day

_DAYS = f"""
SELECT day, count(*), count(*) FILTER (WHERE outcome = {Outcome.RIGHT:d}) FROM (
    SELECT item.day, item.outcome FROM session JOIN item ON item.session_id = session.id
    WHERE session.member_id = ? AND item.choice IS NOT NULL
    UNION ALL
    SELECT exam.day, exam_item.outcome FROM exam JOIN exam_item ON exam_item.exam_id = exam.id
    WHERE exam.member_id = ? AND exam.ended_at IS NOT NULL AND exam_item.choice <> 0
) AS answered GROUP BY day ORDER BY day
"""


class AloneStore:
    """The answers that were given alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def days(self, member_id: int) -> list[AloneDay]:
        """How many a member gave on each day of their calendar, the earliest first."""
        rows = await self._database.read(_DAYS, (member_id, member_id))
        return [AloneDay(from_day(day), answers, right) for day, answers, right in rows]
