"""Study plans in the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.study_plans import StudyPlan
from bot.storage.database import Database
from bot.storage.study_plans import StudyPlanStore
from tests.storage.examples import ADA, GRACE

PLAN = StudyPlan("sample", date(2026, 3, 1), date(2026, 1, 5), 12, 1 / 3)


@pytest.fixture
def study_plans(database: Database) -> StudyPlanStore:
    """The plans in the database."""
    return StudyPlanStore(database)


async def test_a_member_without_a_plan(study_plans: StudyPlanStore) -> None:
    assert await study_plans.get(ADA) is None
    await study_plans.delete(ADA)


async def test_a_plan_is_kept_as_it_is(study_plans: StudyPlanStore) -> None:
    await study_plans.put(ADA, PLAN)
    assert await study_plans.get(ADA) == PLAN
    assert await study_plans.get(GRACE) is None


async def test_the_newest_plan_of_each_member_counts(study_plans: StudyPlanStore) -> None:
    other = StudyPlan("other", date(2027, 1, 1), date(2026, 2, 2), 0, 0.0)
    await study_plans.put(ADA, PLAN)
    await study_plans.put(GRACE, replace(PLAN, seen=99))
    await study_plans.put(ADA, other)
    assert await study_plans.get(ADA) == other
    assert await study_plans.get(GRACE) == replace(PLAN, seen=99)


async def test_a_plan_is_deleted_for_one_member(study_plans: StudyPlanStore) -> None:
    for member in (ADA, GRACE):
        await study_plans.put(member, PLAN)
    await study_plans.delete(ADA)
    assert await study_plans.get(ADA) is None
    assert await study_plans.get(GRACE) == PLAN
