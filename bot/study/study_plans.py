"""Study plans: what is left until an exam, what to do each day, and what will be known then."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.clock import Clock
from bot.domain.questions import Bank, QuestionId
from bot.domain.reviews import ReviewCard, known_by_topic, known_share
from bot.domain.study_plans import (
    Forecast,
    StudyPlan,
    TopicStand,
    first_try_share,
    forecast,
    new_a_day,
    weakest,
)
from bot.errors import RefusedError, quoted
from bot.storage.reviews import ReviewStore
from bot.storage.scopes import ScopeStore
from bot.storage.study_plans import StudyPlanStore
from bot.study.calendars import Calendars
from bot.study.library import Library
from bot.study.memory import Memory
from bot.study.plan_dates import find_exam_day
from bot.study.reviews import Reviews
from bot.study.servers import Servers

_WEAKEST = 3


@dataclass(frozen=True, slots=True)
class Quota:
    """What a plan asks for on a day."""

    new_done: int
    new: int
    """In all, with those that are done."""
    new_a_day: int
    """On each day from now on."""
    reviews_done: int
    reviews_left: int


@dataclass(frozen=True, slots=True)
class Progress:
    """A plan, and where its member is."""

    plan: StudyPlan
    bank: Bank
    day: date
    """Today, by the member's calendar."""
    seen: int
    """How many of the bank's questions they have answered."""
    known: float
    """The share of the bank that they know today, 0 to 1."""
    today: Quota | None = None
    """None, and so the rest, once the exam has come."""
    forecast: Forecast | None = None
    weakest: tuple[TopicStand, ...] = ()
    weakest_scope: int = 0
    """The number of the weakest topic, to practise it."""

    @property
    def days_left(self) -> int:
        """0 on the day of the exam, less after it."""
        return (self.plan.exam_day - self.day).days


class StudyPlans:
    """Makes and follows the members' plans."""

    def __init__(
        self,
        *,
        plans: StudyPlanStore,
        review_store: ReviewStore,
        scopes: ScopeStore,
        memory: Memory,
        reviews: Reviews,
        calendars: Calendars,
        servers: Servers,
        library: Library,
        clock: Clock,
    ) -> None:
        self._plans = plans
        self._review_store = review_store
        self._scopes = scopes
        self._memory = memory
        self._reviews = reviews
        self._calendars = calendars
        self._servers = servers
        self._library = library
        self._clock = clock
        self._turn = asyncio.Lock()

    async def today(self, member_id: int, guild_id: int | None) -> date:
        """The day that a member's calendar shows."""
        return await self._calendars.day(member_id, guild_id, self._clock.now())

    async def make(self, member_id: int, guild_id: int | None, exam: str, bank: str | None) -> Progress:
        """Plan for an exam on a day, in words. Another day for the same exam keeps the progress so far.

        Raises:
            RefusedError: there is no such day or bank.
        """
        today = await self.today(member_id, guild_id)
        exam_day = find_exam_day(exam, today)
        before = await self._plans.get(member_id)
        goes_on = before is not None and before.exam_day > today
        if bank is None and before and goes_on and before.bank in self._library.catalog.banks:
            bank = before.bank
        chosen = self._servers.bank(guild_id, bank)
        cards = await self._cards(member_id, chosen)
        if before and goes_on and before.bank == chosen.id:
            made_on, seen, known = before.made_on, before.seen, before.known
        else:
            made_on, seen, known = today, len(cards), await self._known(chosen, cards, today)
        plan = StudyPlan(chosen.id, exam_day, made_on, seen, known)
        await self._plans.put(member_id, plan)
        return await self._look(member_id, guild_id, plan, chosen, cards, today)

    async def progress(self, member_id: int, guild_id: int | None) -> Progress | None:
        """Where a member is on their way; None: they have no plan.

        Raises:
            RefusedError: the bank of the plan is gone.
        """
        plan = await self._plans.get(member_id)
        if plan is None:
            return None
        bank = self._library.catalog.banks.get(plan.bank)
        if bank is None:
            raise RefusedError(
                f"The question bank {quoted(plan.bank)} of your plan is no longer here. `/plan` with an `exam-date` and a "
                "`bank` makes a new plan."
            )
        cards = await self._cards(member_id, bank)
        return await self._look(member_id, guild_id, plan, bank, cards, await self.today(member_id, guild_id))

    async def delete(self, member_id: int, exam_day: date) -> bool:
        """Forget a member's plan for an exam on a day. False: they have none, or another one by now."""
        plan = await self._plans.get(member_id)
        if plan is None or plan.exam_day != exam_day:
            return False
        await self._plans.delete(member_id)
        return True

    async def _cards(self, member_id: int, bank: Bank) -> dict[QuestionId, ReviewCard]:
        cards = await self._memory.cards(member_id)
        return {card.full_id: card for card in cards if card.bank == bank.id and card.question in bank.by_id}

    async def _known(self, bank: Bank, cards: Mapping[QuestionId, ReviewCard], day: date) -> float:
        by_topic = await asyncio.to_thread(known_by_topic, self._memory.model, bank, cards, day)
        return known_share(bank, by_topic)

    async def _look(
        self,
        member_id: int,
        guild_id: int | None,
        plan: StudyPlan,
        bank: Bank,
        cards: Mapping[QuestionId, ReviewCard],
        today: date,
    ) -> Progress:
        known = await self._known(bank, cards, today)
        if plan.exam_day <= today:
            return Progress(plan, bank, today, len(cards), known)
        asked = await self._asked(member_id, guild_id, plan, bank, cards, today)
        first_try = first_try_share(*await self._review_store.first_tries(member_id, bank.id))
        model = self._memory.model

        def look_ahead() -> tuple[Forecast, list[TopicStand]]:
            expected = forecast(
                model,
                bank,
                cards,
                today=today,
                exam_day=plan.exam_day,
                new_today=max(0, asked.new - asked.new_done),
                first_try=first_try,
                rng=random.Random(f"{member_id} {plan.exam_day}"),  # noqa: S311 - chance, not a secret
            )
            return expected, weakest(model, bank, cards, plan.exam_day, _WEAKEST)

        async with self._turn:  # seconds of work for a huge bank: not for everybody at the same time
            expected, topics = await asyncio.to_thread(look_ahead)
        return Progress(
            plan=plan,
            bank=bank,
            day=today,
            seen=len(cards),
            known=known,
            today=asked,
            forecast=expected,
            weakest=tuple(topics),
            weakest_scope=await self._scopes.keep(bank.id, topics[0].id),
        )

    async def _asked(
        self,
        member_id: int,
        guild_id: int | None,
        plan: StudyPlan,
        bank: Bank,
        cards: Mapping[QuestionId, ReviewCard],
        today: date,
    ) -> Quota:
        done = await self._review_store.day(member_id, bank.id, today)
        work = await self._reviews.workload(member_id, guild_id, self._clock.now())
        unseen = len(bank.questions) - len(cards)
        days_left = (plan.exam_day - today).days
        return Quota(
            new_done=done.new,
            new=new_a_day(unseen, done.new, days_left),
            new_a_day=new_a_day(unseen, 0, days_left),
            reviews_done=done.reviews - done.new,
            reviews_left=sum(card.bank == bank.id for card in work.due),
        )
