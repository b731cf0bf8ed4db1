"""Study plans: one for each member."""

from __future__ import annotations

from bot.domain.study_plans import StudyPlan
from bot.storage.database import Database, from_day, to_day


class StudyPlanStore:
    """The study plans."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, member_id: int) -> StudyPlan | None:
        """A member's plan; None: they have none."""
        rows = await self._database.read(
            "SELECT bank, exam_day, made_day, seen, known FROM study_plan WHERE member_id = ?", (member_id,)
        )
        if not rows:
            return None
        bank, exam_day, made_day, seen, known = rows[0]
        return StudyPlan(bank, from_day(exam_day), from_day(made_day), seen, known)

    async def put(self, member_id: int, plan: StudyPlan) -> None:
        """Keep a member's plan, in place of the one they had."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "INSERT INTO study_plan (member_id, bank, exam_day, made_day, seen, known) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (member_id) DO UPDATE SET bank = excluded.bank, exam_day = excluded.exam_day, "
                "made_day = excluded.made_day, seen = excluded.seen, known = excluded.known",
                (
                    member_id,
                    plan.bank,
                    to_day(plan.exam_day),
                    to_day(plan.made_on),
                    plan.seen,
                    plan.known,
                ),
            )

    async def delete(self, member_id: int) -> None:
        """Forget a member's plan, if they have one."""
        async with self._database.transaction() as transaction:
            await transaction.run("DELETE FROM study_plan WHERE member_id = ?", (member_id,))
