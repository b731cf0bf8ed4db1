"""Going through a practice or review, question by question."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from bot.domain.rounds import shuffled_order
from bot.domain.scoring import grade
from bot.domain.sessions import Item, Kind, Session, comes_again, summary
from bot.errors import RefusedError
from bot.storage.reviews import ReviewStore
from bot.storage.scopes import ScopeStore
from bot.storage.sessions import ItemAnswer, SessionStore
from bot.study.calendars import Calendars
from bot.study.reviews import Reviews
from bot.study.running_exams import RunningExams
from bot.study.spoilers import Spoilers
from bot.study.steps import Answered, Asking, Over, Step


class Sessions:
    """What members do alone. Each step is on disk before it is shown."""

    def __init__(
        self,
        *,
        sessions: SessionStore,
        scopes: ScopeStore,
        review_store: ReviewStore,
        reviews: Reviews,
        calendars: Calendars,
        spoilers: Spoilers,
        running_exams: RunningExams,
        rng: random.Random,
    ) -> None:
        self._sessions = sessions
        self._scopes = scopes
        self._review_store = review_store
        self._reviews = reviews
        self._calendars = calendars
        self._spoilers = spoilers
        self._running_exams = running_exams
        self._rng = rng
        self._watchers: list[Callable[[Kind], None]] = []

    def watch(self, answered: Callable[[Kind], None]) -> None:
        """Be told of each answer when it is on disk."""
        self._watchers.append(answered)

    async def go_on(self, session_id: int, member_id: int, guild_id: int | None, now: datetime) -> Step:
        """The next question of a session, or what came of it. Questions that still count elsewhere wait.

        Raises:
            RefusedError: it is not the member's, or all that is left has to wait.
        """
        session = self._own(await self._sessions.get(session_id), member_id)
        if session.ended_at is None and session.kind is Kind.REVIEW:
            return await self._reviews.next(session, now)
        if session.ended_at is not None or session.is_done:
            return await self._end(session, now)
        item = session.next(await self._spoilers.of(member_id, guild_id, now))
        if item is None:
            raise RefusedError(
                "What is left of this practice still counts for you in a challenge, a quiz or an exam, so it waits. Come "
                "back when that is over, or press Stop."
            )
        if item.shown_at is None:
            await self._sessions.show(item.id, now)
        return Asking(session, item, None)

    async def stop(self, session_id: int, member_id: int, now: datetime) -> Over:
        """End a session. What is not answered stays open for another time.

        Raises:
            RefusedError: it is not the member's.
        """
        return await self._end(self._own(await self._sessions.get(session_id), member_id), now)

    async def question(self, item_id: int, member_id: int, now: datetime) -> Asking | Answered:
        """A question of a session as it stands.

        Raises:
            RefusedError: it is not the member's.
        """
        session = self._own(await self._sessions.of_item(item_id), member_id)
        item = session.item(item_id)
        if item.choice is not None:
            return await self._answered(session, item_id)
        work = None
        if session.kind is Kind.REVIEW:
            work = await self._reviews.workload(member_id, session.guild_id, now)
        return Asking(session, item, work)

    async def hint(
        self, item_id: int, member_id: int, guild_id: int | None, step: int, at: datetime
    ) -> Asking | Answered:
        """Take hints up to a step of the ladder. Asking for the same step twice takes it once.

        Raises:
            RefusedError: the question is not the member's, has no such hint or still counts elsewhere, or the member is in
                an exam.
        """
        session = self._own(await self._sessions.of_item(item_id), member_id)
        item = session.item(item_id)
        self._running_exams.check_hints(member_id, at)
        await self._spoilers.check(member_id, guild_id, item.question.full_id, at)
        if not 0 < step <= len(item.question.hints):
            raise RefusedError("This question has no such hint. Press a button on its card again.")
        await self._sessions.take_hints(item_id, step)
        return await self.question(item_id, member_id, at)

    async def tick(
        self, item_id: int, member_id: int, place: int, ticked: bool, now: datetime
    ) -> Asking | Answered:
        """Tick an option of a question that asks for several, or not any more.

        Raises:
            RefusedError: the question is not the member's, or has no such option.
        """
        session = self._own(await self._sessions.of_item(item_id), member_id)
        item = session.item(item_id)
        if item.question.choose == 1 or place >= len(item.order):
            raise RefusedError("This button does not belong to this question. Use the buttons on its card.")
        await self._sessions.tick(item, place, ticked)
        return await self.question(item_id, member_id, now)

    async def submit(
        self, item_id: int, member_id: int, guild_id: int | None, clicked_at: datetime
    ) -> Answered | Over:
        """Take what is ticked as the answer; see `answer`."""
        session = self._own(await self._sessions.of_item(item_id), member_id)
        return await self.answer(item_id, member_id, guild_id, session.item(item_id).ticked, clicked_at)

    async def answer(
        self,
        item_id: int,
        member_id: int,
        guild_id: int | None,
        places: Iterable[int],
        clicked_at: datetime,
    ) -> Answered | Over:
        """Take a member's answer. It is on disk when this comes back; the first one stands.

        `places` are those on the card; `clicked_at` is the time of the click itself (aware UTC).

        Raises:
            RefusedError: the question is not the member's or still counts elsewhere, or it asks for another number of
                options.
        """
        session = self._own(await self._sessions.of_item(item_id), member_id)
        item = session.item(item_id)
        chosen = set(places)
        if len(chosen) != item.question.choose or not all(place < len(item.order) for place in chosen):
            raise RefusedError(
                f"Choose {item.question.choose} of the {len(item.order)} options of this question."
            )
        if item.choice is None:
            if session.ended_at is not None:
                return await self._end(session, clicked_at)
            await self._spoilers.check(member_id, guild_id, item.question.full_id, clicked_at)
            await self._store(session, item, frozenset(item.order[place] for place in chosen), clicked_at)
            session = await self._sessions.get(session.id) or session
            if session.item(item_id).choice is None:
                return await self._end(session, clicked_at)  # it was ended on another device meanwhile
        return await self._answered(session, item_id)

    async def _store(self, session: Session, item: Item, choice: frozenset[int], at: datetime) -> None:
        outcome = grade(item.question.key, choice).outcome
        day = await self._calendars.day(session.member_id, session.guild_id, at)
        answer = ItemAnswer(choice, outcome, at, day, max(timedelta(), at - (item.shown_at or at)))
        again = shuffled_order(item.question, self._rng) if comes_again(session, item, outcome) else None
        await self._sessions.answer(session, item, answer, again)
        for watcher in self._watchers:
            watcher(session.kind)

    async def set_sure(self, item_id: int, member_id: int, sure: bool) -> Answered:
        """Note how sure the member was of an answer.

        Raises:
            RefusedError: the question is not the member's, or is not answered.
        """
        session = self._own(await self._sessions.of_item(item_id), member_id)
        item = session.item(item_id)
        if item.choice is None:
            raise RefusedError("Answer the question first, then say how sure you were.")
        await self._sessions.set_sure(session, item, sure)
        return await self._answered(await self._sessions.get(session.id) or session, item_id)

    async def _answered(self, session: Session, item_id: int) -> Answered:
        item = session.item(item_id)
        card = await self._review_store.card(session.member_id, item.question.full_id)
        return Answered(session, item, card)

    async def _end(self, session: Session, now: datetime) -> Over:
        await self._sessions.end(session.id, now)
        work = None
        if session.kind is Kind.REVIEW:
            work = await self._reviews.workload(session.member_id, session.guild_id, now)
        scope = await self._scopes.keep(session.bank, session.topic or "")
        return Over(session, summary(session), scope, work)

    def _own(self, session: Session | None, member_id: int) -> Session:
        """A session of this member; nobody else's, whatever a forged button says."""
        if session is None:
            raise RefusedError("I have no record of this any more. `/practice` and `/review` begin anew.")
        if session.member_id != member_id:
            raise RefusedError("This is not yours to answer. `/practice` and `/review` begin your own.")
        return session
