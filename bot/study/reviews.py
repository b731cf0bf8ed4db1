"""A day's review: what is due, the most overdue first, then a few new questions."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence, Set
from datetime import date, datetime

from bot.domain.questions import Bank, Question, QuestionId
from bot.domain.reviews import NEW_IN_A_REVIEW, ReviewCard, Workload, new_questions, workload
from bot.domain.rounds import shuffled_order
from bot.domain.sessions import Kind, Session, summary
from bot.storage.scopes import ScopeStore
from bot.storage.sessions import SessionStore
from bot.study.calendars import Calendars
from bot.study.library import Library
from bot.study.memory import Memory
from bot.study.servers import Servers
from bot.study.spoilers import Spoilers
from bot.study.steps import Asking, NothingDue, Over, Step


class Reviews:
    """Begins reviews, and finds what comes next in them."""

    def __init__(
        self,
        sessions: SessionStore,
        scopes: ScopeStore,
        memory: Memory,
        calendars: Calendars,
        spoilers: Spoilers,
        servers: Servers,
        library: Library,
        rng: random.Random,
    ) -> None:
        self._sessions = sessions
        self._scopes = scopes
        self._memory = memory
        self._calendars = calendars
        self._spoilers = spoilers
        self._servers = servers
        self._library = library
        self._rng = rng

    async def review(
        self, member_id: int, guild_id: int | None, now: datetime, *, only_new: bool = False
    ) -> Step | NothingDue:
        """Go on with today's review, or begin it; `only_new` also where nothing is due."""
        today = await self._calendars.day(member_id, guild_id, now)
        session = await self._sessions.open(member_id, Kind.REVIEW)
        if session is not None:
            if await self._calendars.day(member_id, guild_id, session.begun_at) == today:
                return await self.next(session, now)
            # what it had left is due again, or new again
            await self._sessions.end(session.id, now)
        cards = await self._memory.cards(member_id)
        bank = self._bank_of(cards, guild_id)
        spoilers = await self._spoilers.of(member_id, guild_id, now)
        work = workload(cards, self._library.catalog, today, spoilers)
        if not work.due:
            new = self._unseen(bank, cards, spoilers)
            if not (only_new and new):
                scope = await self._scopes.keep(bank.id)
                return NothingDue(work, min(len(new), NEW_IN_A_REVIEW), scope)
        session = await self._sessions.begin(
            member_id=member_id,
            guild_id=guild_id,
            kind=Kind.REVIEW,
            bank=bank.id,
            topic=None,
            difficulty=None,
            asked=(),
            now=now,
        ) or await self._sessions.open(member_id, Kind.REVIEW)
        if session is None:
            raise AssertionError("it was begun just now")
        return await self.next(session, now)

    def _bank_of(self, cards: Iterable[ReviewCard], guild_id: int | None) -> Bank:
        """The bank that a member knows best, to take new questions from; among equals the one of the server."""
        catalog = self._library.catalog
        counts = dict.fromkeys(catalog.banks, 0)
        for card in cards:
            if card.bank in counts:
                counts[card.bank] += 1
        usual = self._servers.bank(guild_id).id
        return catalog.banks[max(counts, key=lambda bank: (counts[bank], bank == usual))]

    async def workload(self, member_id: int, guild_id: int | None, now: datetime) -> Workload:
        """What there is to review now, for whoever names a number."""
        today = await self._calendars.day(member_id, guild_id, now)
        cards = await self._memory.cards(member_id)
        spoilers = await self._spoilers.of(member_id, guild_id, now)
        return workload(cards, self._library.catalog, today, spoilers)

    def _unseen(self, bank: Bank, cards: Iterable[ReviewCard], spoilers: Set[QuestionId]) -> list[Question]:
        """The questions that a member has never answered, without those that still count elsewhere."""
        known = {card.full_id for card in cards} | spoilers
        return [question for question in bank.questions if question.full_id not in known]

    async def next(self, session: Session, now: datetime) -> Step:
        """The question that comes next in a review, or what came of it."""
        member_id, guild_id = session.member_id, session.guild_id
        today = await self._calendars.day(member_id, guild_id, now)
        cards = await self._memory.cards(member_id)
        spoilers = await self._spoilers.of(member_id, guild_id, now)
        work = workload(cards, self._library.catalog, today, spoilers)
        item = session.next(spoilers)
        if item is None and session.ended_at is None:
            question = self._choose(session, cards, spoilers, work, today)
            if question is not None:
                order = shuffled_order(question, self._rng)
                await self._sessions.ask(session, question, order, is_new=not work.due, shown_at=now)
                session = await self._sessions.get(session.id) or session
                item = session.next(spoilers)
        if item is None or session.ended_at is not None:
            await self._sessions.end(session.id, now)
            return Over(session, summary(session), await self._scopes.keep(session.bank), work)
        if item.shown_at is None:
            await self._sessions.show(item.id, now)
        return Asking(session, item, work)

    def _choose(
        self,
        session: Session,
        cards: Sequence[ReviewCard],
        spoilers: Set[QuestionId],
        work: Workload,
        today: date,
    ) -> Question | None:
        """The most overdue question, else one of the few new ones; None when the day's review is done."""
        if work.due:
            return self._library.catalog.question(*work.due[0].full_id)
        if sum(item.is_new for item in session.items) >= NEW_IN_A_REVIEW:
            return None
        bank = self._library.catalog.banks.get(session.bank) or self._bank_of(cards, session.guild_id)
        by_id = {card.full_id: card for card in cards}
        unseen = self._unseen(bank, cards, spoilers)
        return next(iter(new_questions(self._memory.model, bank, by_id, today, unseen)), None)
