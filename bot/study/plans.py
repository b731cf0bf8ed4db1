"""What a server wants its weekly challenge to be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.domain.challenges import (
    FEWEST_QUESTIONS,
    MOST_QUESTIONS,
    Challenge,
    Plan,
    next_start,
)
from bot.errors import RefusedError
from bot.storage.challenges import ChallengeStore
from bot.storage.plans import PlanStore
from bot.study.library import Library
from bot.study.scheduler import Scheduler
from bot.study.servers import Servers

HEADWAY = timedelta(seconds=2)
"""How long after its hour a challenge begins, so that the one before has ended and shown its podium."""

_NONE_YET = "There is no weekly challenge here yet. `/challenge setup` sets one up in a minute."


@dataclass(frozen=True, slots=True)
class Outlook:
    """A plan and what comes of it."""

    plan: Plan
    next_at: datetime | None
    """When the next challenge begins; None while the plan is off."""
    running: Challenge | None
    zone: str


class Plans:
    """Keeps the plans, and the timer of each."""

    def __init__(
        self,
        plans: PlanStore,
        challenges: ChallengeStore,
        servers: Servers,
        library: Library,
        scheduler: Scheduler,
        clock: Clock,
    ) -> None:
        self._plans = plans
        self._challenges = challenges
        self._servers = servers
        self._library = library
        self._scheduler = scheduler
        self._clock = clock
        servers.watch(self._zone_changed)

    async def setup(self, guild_id: int, channel_id: int, member_id: int) -> Outlook:
        """The plan of a server; a first one for this channel, which is off, if there is none."""
        plan = await self._plans.get(guild_id)
        if plan is None:
            plan = Plan(guild_id, channel_id, member_id, self._library.catalog.default.id)
            await self._keep(plan)
        return await self.outlook(plan)

    async def outlook(self, plan: Plan) -> Outlook:
        """What comes of a plan."""
        running = await self._challenges.running(plan.guild_id)
        return Outlook(plan, self._next_at(plan, running), running, self._servers.zone(plan.guild_id).key)

    async def get(self, guild_id: int) -> Plan:
        """The plan of a server.

        Raises:
            RefusedError: it has none yet.
        """
        plan = await self._plans.get(guild_id)
        if plan is None:
            raise RefusedError(_NONE_YET)
        return plan

    async def change(self, guild_id: int, member_id: int, **changes: Any) -> Outlook:
        """Change the plan of a server: fields of `Plan` by name. What runs already goes on as it began.

        Raises:
            RefusedError: it has none yet, or a value can't be.
        """
        plan = replace(await self.get(guild_id), owner_id=member_id, trouble=None, **changes)
        catalog = self._library.catalog
        bank = catalog.banks.get(plan.bank, catalog.default)
        # the bank may have changed since
        there = {topic.id for topic in bank.topics_with_questions}
        plan = replace(plan, bank=bank.id, topics=tuple(topic for topic in plan.topics if topic in there))
        if not FEWEST_QUESTIONS <= plan.questions <= MOST_QUESTIONS:
            raise RefusedError(f"A challenge has {FEWEST_QUESTIONS} to {MOST_QUESTIONS} questions.")
        if plan.days is not None and not 1 <= plan.days <= 7:
            raise RefusedError("A challenge is open for 1 to 6 days, or until the next one.")
        if not (0 <= plan.weekday < 7 and 0 <= plan.hour < 24):
            raise RefusedError("Choose a day of the week and an hour from the lists.")
        await self._keep(plan)
        return await self.outlook(plan)

    async def set_on(self, guild_id: int, member_id: int, is_on: bool) -> Outlook:
        """Let a challenge begin each week, or no more. What runs already goes on.

        Raises:
            RefusedError: the server has no plan, or it is on or off already.
        """
        plan = await self.get(guild_id)
        if plan.is_on == is_on:
            raise RefusedError(
                "The weekly challenge is on already. `/challenge setup` shows when the next one begins."
                if is_on
                else "The weekly challenge is off already. `/challenge resume` switches it on."
            )
        return await self.change(guild_id, member_id, is_on=is_on)

    async def _keep(self, plan: Plan) -> None:
        next_at = self._next_at(plan, await self._challenges.running(plan.guild_id))
        start_at = next_at + HEADWAY if next_at else None
        await self._plans.put(plan, start_at)
        if start_at:
            self._scheduler.expect(start_at)

    def _next_at(self, plan: Plan, running: Challenge | None) -> datetime | None:
        if not plan.is_on:
            return None
        # one at a time: the next one begins when this one has ended, at the planned hour; what is due this second may
        # not have begun yet
        now = self._clock.now()
        after = (max(now, running.ends_at) if running else now) - HEADWAY
        return next_start(plan, after, self._servers.zone(plan.guild_id))

    async def _zone_changed(self, guild_id: int) -> None:
        plan = await self._plans.get(guild_id)
        if plan is not None:
            await self._keep(plan)
