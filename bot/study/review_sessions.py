"""A day's review: what is due, the most overdue first, then a few new questions."""

from __future__ import annotations

import random
from collections.abc import Iterable, Set
from datetime import date, datetime

from bot.domain.questions import Bank, Question
from bot.domain.reviews import NEW_A_DAY, Key, ReviewCard, Workload, new_questions, workload
from bot.domain.rounds import shuffled_order
from bot.domain.sessions import Kind, Session, summary
from bot.storage.sessions import SessionStore
from bot.study.library import Library
from bot.study.members import Members
from bot.study.reviews import Reviews
from bot.study.spoilers import Spoilers
from bot.study.steps import Asking, NothingDue, Over, Step


class ReviewSessions:
    """Begins reviews, and finds what comes next in them."""

    def __init__(
        self,
        sessions: SessionStore,
        reviews: Reviews,
        members: Members,
        spoilers: Spoilers,
        library: Library,
        rng: random.Random,
    ) -> None:
        self._sessions = sessions
        self._reviews = reviews
        self._members = members
        self._spoilers = spoilers
        self._library = library
        self._rng = rng

    async def review(
        self, member_id: int, guild_id: int | None, now: datetime, *, only_new: bool = False
    ) -> Step | NothingDue:
        """Go on with today's review, or begin it; `only_new` also where nothing is due."""
        today = await self._members.day(member_id, guild_id, now)
        session = await self._sessions.open(member_id, Kind.REVIEW)
        if session is not None:
            if await self._members.day(member_id, guild_id, session.begun_at) == today:
                return await self.next(session, now)
            # what it had left is due again, or new again
            await self._sessions.end(session.id, now)
        cards = await self._reviews.cards(member_id)
        bank = self._bank_of(cards)
        spoilers = await self._spoilers.of(member_id, guild_id, now)
        work = self._workload(cards, spoilers, today)
        if not work.due:
            new = self._unseen(bank, cards, spoilers)
            if not (only_new and new):
                return NothingDue(work, min(len(new), NEW_A_DAY))
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

    def _bank_of(self, cards: Iterable[ReviewCard]) -> Bank:
        """The bank that a member knows best, to take new questions from."""
        catalog = self._library.catalog
        counts = dict.fromkeys(catalog.banks, 0)
        for card in cards:
            if card.bank in counts:
                counts[card.bank] += 1
        return catalog.banks[max(counts, key=lambda bank: (counts[bank], bank == catalog.default.id))]

    def _workload(self, cards: Iterable[ReviewCard], spoilers: Set[Key], today: date) -> Workload:
        """What there is to review, without the questions that still count elsewhere."""
        return workload([card for card in cards if card.key not in spoilers], self._library.catalog, today)

    def _unseen(self, bank: Bank, cards: Iterable[ReviewCard], spoilers: Set[Key]) -> list[Question]:
        """The questions that a member has never answered, without those that still count elsewhere."""
        known = {card.key for card in cards} | spoilers
        return [question for question in bank.questions if (question.bank, question.id) not in known]

    async def next(self, session: Session, now: datetime) -> Step:
        """The question that comes next in a review, or what came of it."""
        member_id, guild_id = session.member_id, session.guild_id
        today = await self._members.day(member_id, guild_id, now)
        cards = await self._reviews.cards(member_id)
        spoilers = await self._spoilers.of(member_id, guild_id, now)
        work = self._workload(cards, spoilers, today)
        if session.current is None and session.ended_at is None:
            question = None
            if work.due:
                question = self._library.catalog.question(*work.due[0].key)
            elif sum(item.is_new for item in session.items) < NEW_A_DAY:
                bank = self._library.catalog.banks.get(session.bank) or self._bank_of(cards)
                by_key = {card.key: card for card in cards}
                unseen = self._unseen(bank, cards, spoilers)
                new = new_questions(self._reviews.model, bank, by_key, today, unseen)
                question = next(iter(new), None)
            if question is not None:
                order = shuffled_order(question, self._rng)
                await self._sessions.ask(session, question, order, is_new=not work.due, shown_at=now)
                session = await self._sessions.get(session.id) or session
        if session.current is None or session.ended_at is not None:
            await self._sessions.end(session.id, now)
            return Over(session, summary(session), work)
        if session.current.shown_at is None:
            await self._sessions.show(session.current.id, now)
        return Asking(session, session.current, work)
