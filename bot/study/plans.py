"""What a server wants its weekly challenge to be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.clock import Clock
from bot.domain.challenges import (
    FEWEST_QUESTIONS,
    HEADWAY,
    MOST_QUESTIONS,
    Challenge,
    Plan,
    coming_start,
)
from bot.domain.questions import Bank
from bot.errors import RefusedError
from bot.storage.challenges import ChallengeStore
from bot.storage.plans import PlanStore
from bot.study.library import Library
from bot.study.scheduler import Scheduler
from bot.study.servers import Servers

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
        servers.watch(self.retime)

    async def setup(self, guild_id: int, channel_id: int, member_id: int) -> Outlook:
        """The plan of a server; a first one for this channel, which is off, if there is none."""
        plan = await self._plans.get(guild_id)
        if plan is None:
            plan = Plan(guild_id, channel_id, member_id, self._servers.bank(guild_id).id)
            await self._plans.put(plan, None)
        return await self.outlook(plan)

    async def outlook(self, plan: Plan) -> Outlook:
        """What comes of a plan."""
        running = await self._challenges.running(plan.guild_id)
        zone = self._servers.zone(plan.guild_id)
        next_at = coming_start(plan, self._clock.now(), running.ends_at if running else None, zone)
        return Outlook(plan, next_at, running, zone.key)

    def bank(self, plan: Plan) -> Bank:
        """The bank that a plan is about; when that is gone, the one that the server has chosen for all else."""
        return self._library.catalog.banks.get(plan.bank) or self._servers.bank(plan.guild_id)

    async def find(self, guild_id: int) -> Plan | None:
        """The plan of a server, if it has one."""
        return await self._plans.get(guild_id)

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
        changed = await self._plans.change(
            guild_id, lambda plan: self._checked(replace(plan, owner_id=member_id, trouble=None, **changes))
        )
        if changed is None:
            raise RefusedError(_NONE_YET)
        before, plan = changed
        # a start that is overdue must not be put off by a change of something else
        if (plan.weekday, plan.hour, plan.is_on) != (before.weekday, before.hour, before.is_on):
            await self.retime(guild_id)
        return await self.outlook(plan)

    def _checked(self, plan: Plan) -> Plan:
        bank = self.bank(plan)
        # the bank may have changed since
        there = {topic.id for topic in bank.topics_with_questions}
        plan = replace(plan, bank=bank.id, topics=tuple(topic for topic in plan.topics if topic in there))
        if not FEWEST_QUESTIONS <= plan.questions <= MOST_QUESTIONS:
            raise RefusedError(f"A challenge has {FEWEST_QUESTIONS} to {MOST_QUESTIONS} questions.")
        if plan.days is not None and not 1 <= plan.days <= 6:
            raise RefusedError("A challenge is open for 1 to 6 days, or until the next one.")
        if not (0 <= plan.weekday < 7 and 0 <= plan.hour < 24):
            raise RefusedError("Choose a day of the week and an hour from the lists.")
        return plan

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

    async def retime(self, guild_id: int) -> None:
        """Set the timer of the next start by the plan and by what runs."""
        plan = await self._plans.get(guild_id)
        if plan is not None:
            next_at = (await self.outlook(plan)).next_at
            start_at = next_at + HEADWAY if next_at else None
            await self._plans.set_start(guild_id, start_at)
            if start_at:
                self._scheduler.expect(start_at)

    async def mend(self) -> None:
        """See to it that each plan that is on has a start to come."""
        for guild_id in await self._plans.without_start():
            await self.retime(guild_id)

    async def set_trouble(self, guild_id: int, trouble: str | None) -> None:
        """Note why the last challenge could not be posted, or that all is well."""
        await self._plans.set_trouble(guild_id, trouble)
