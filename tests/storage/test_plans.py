"""What servers want their weekly challenge to be."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.challenges import Plan
from bot.errors import RefusedError
from bot.storage.database import Database
from bot.storage.plans import START, PlanStore
from tests.domain.examples import NOON
from tests.storage.examples import (
    ADA,
    CHANNEL,
    GRACE,
    GUILD,
    LINUS,
    make_plan,
    timers,
)

DAY, WEEK = timedelta(days=1), timedelta(days=7)

LATER = NOON + DAY

OTHER = GUILD + 1


FULL = Plan(
    guild_id=GUILD,
    channel_id=CHANNEL,
    owner_id=ADA,
    bank="sample",
    topics=("two", "one"),
    weekday=6,
    hour=23,
    questions=30,
    days=3,
    mention_role_id=GRACE,
    champion_role_id=LINUS,
    is_on=True,
    trouble="The channel is gone.",
)


async def test_a_server_has_no_plan_before_it_makes_one(database: Database, plans: PlanStore) -> None:
    assert await plans.get(GUILD) is None
    await plans.put(make_plan(guild_id=OTHER), None)
    assert await plans.get(GUILD) is None


@pytest.mark.parametrize("plan", [FULL, Plan(GUILD, CHANNEL, ADA, "sample")], ids=["full", "least"])
async def test_a_plan_comes_back_as_it_was_put(plans: PlanStore, plan: Plan) -> None:
    await plans.put(plan, None)
    assert await plans.get(GUILD) == plan


@pytest.mark.parametrize("first", [FULL, Plan(GUILD, CHANNEL, ADA, "sample")], ids=["full", "least"])
async def test_a_plan_that_is_put_again_is_changed_in_all_its_parts(plans: PlanStore, first: Plan) -> None:
    second = Plan(
        *(GUILD, CHANNEL + 1, GRACE, "other", ("three",), 2, 7, 12, None if first.days else 4),
        *(None if first.mention_role_id else 5, None if first.champion_role_id else 6),
        *(not first.is_on, None if first.trouble else "?"),
    )
    await plans.put(first, None)
    await plans.put(second, None)
    assert await plans.get(GUILD) == second


async def test_with_its_plan_the_next_challenge_falls_due_or_does_no_more(
    database: Database, plans: PlanStore
) -> None:
    await plans.put(make_plan(), NOON)
    await plans.put(make_plan(guild_id=OTHER), NOON)
    assert await timers(database) == {(START, GUILD): NOON, (START, OTHER): NOON}
    await plans.put(make_plan(hour=7), LATER)
    assert await timers(database) == {(START, GUILD): LATER, (START, OTHER): NOON}
    await plans.put(make_plan(is_on=False), None)
    assert await timers(database) == {(START, OTHER): NOON}


async def test_the_next_start_can_be_moved_without_a_change_of_the_plan(
    database: Database, plans: PlanStore
) -> None:
    await plans.put(FULL, NOON)
    await plans.set_start(GUILD, LATER)
    assert await timers(database) == {(START, GUILD): LATER}
    await plans.set_start(GUILD, None)
    assert await timers(database) == {}
    assert await plans.get(GUILD) == FULL


async def test_trouble_is_noted_and_forgotten(plans: PlanStore) -> None:
    await plans.put(make_plan(), None)
    await plans.put(make_plan(guild_id=OTHER), None)
    await plans.set_trouble(GUILD, "The channel is gone.")
    assert await plans.get(GUILD) == make_plan(trouble="The channel is gone.")
    assert await plans.get(OTHER) == make_plan(guild_id=OTHER)
    await plans.set_trouble(GUILD, None)
    assert await plans.get(GUILD) == make_plan()


async def test_changes_of_a_plan_at_the_same_instant_are_all_kept(plans: PlanStore) -> None:
    await plans.put(FULL, None)

    def more(plan: Plan) -> Plan:
        return replace(plan, questions=plan.questions + 1)

    changed = await asyncio.gather(*(plans.change(GUILD, more) for _ in range(5)))
    assert all(one is not None and one[1].questions == one[0].questions + 1 for one in changed)
    assert await plans.get(GUILD) == replace(FULL, questions=FULL.questions + 5)


async def test_a_change_that_is_refused_changes_nothing(plans: PlanStore) -> None:
    await plans.put(FULL, None)

    def refuse(_: Plan) -> Plan:
        raise RefusedError("no")

    with pytest.raises(RefusedError):
        await plans.change(GUILD, refuse)
    assert await plans.get(GUILD) == FULL
    assert await plans.change(OTHER, refuse) is None


async def test_plans_that_are_on_and_have_no_start_are_found(plans: PlanStore) -> None:
    await plans.put(make_plan(guild_id=1, is_on=True), None)
    await plans.put(make_plan(guild_id=2, is_on=True), NOON)
    await plans.put(make_plan(guild_id=3, is_on=False), None)
    assert await plans.without_start() == [1]
