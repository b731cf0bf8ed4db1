"""Going through a practice or review, question by question."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.reviews import workload
from bot.domain.rounds import shuffled_order
from bot.domain.scoring import grade
from bot.domain.sessions import Kind, Session, comes_again, summary
from bot.errors import RefusedError
from bot.storage.reviews import ReviewStore
from bot.storage.sessions import ItemAnswer, SessionStore
from bot.study.library import Library
from bot.study.members import Members
from bot.study.review_sessions import ReviewSessions
from bot.study.running_exams import RunningExams
from bot.study.steps import Answered, Asking, Over, Step


class Sessions:
    """What members do alone. Each step is on disk before it is shown."""

    def __init__(
        self,
        *,
        sessions: SessionStore,
        review_store: ReviewStore,
        review_sessions: ReviewSessions,
        members: Members,
        running_exams: RunningExams,
        library: Library,
        rng: random.Random,
    ) -> None:
        self._sessions = sessions
        self._review_store = review_store
        self._review_sessions = review_sessions
        self._members = members
        self._running_exams = running_exams
        self._library = library
        self._rng = rng

    async def go_on(self, session_id: int, member_id: int, now: datetime) -> Step:
        """The next question of a session, or what came of it.

        Raises:
            RefusedError: it is not the member's.
        """
        session = self._own(await self._sessions.get(session_id), member_id)
        if session.ended_at is None and session.kind is Kind.REVIEW:
            return await self._review_sessions.next(session, now)
        if session.ended_at is not None or session.current is None:
            return await self._end(session, now)
        await self._sessions.show(session.current.id, now)
        return Asking(session, session.current, None)

    async def stop(self, session_id: int, member_id: int, now: datetime) -> Over:
        """End a session. What is not answered stays open for another time.

        Raises:
            RefusedError: it is not the member's.
        """
        return await self._end(self._own(await self._sessions.get(session_id), member_id), now)

    async def question(self, item_id: int, member_id: int) -> Asking | Answered:
        """A question of a session as it stands.

        Raises:
            RefusedError: it is not the member's.
        """
        session = self._own(await self._sessions.of_item(item_id), member_id)
        item = session.item(item_id)
        if item.choice is None:
            return Asking(session, item, None)
        return await self._answered(session, item_id)

    async def hint(self, item_id: int, member_id: int, step: int, at: datetime) -> Asking | Answered:
        """Take hints up to a step of the ladder. Asking for the same step twice takes it once.

        Raises:
            RefusedError: the question is not the member's or has no such hint, or the member is in an exam.
        """
        session = self._own(await self._sessions.of_item(item_id), member_id)
        item = session.item(item_id)
        self._running_exams.check_hints(member_id, at)
        if not 0 < step <= len(item.question.hints):
            raise RefusedError("This question has no such hint. Press a button on its card again.")
        await self._sessions.take_hints(item_id, step)
        return await self.question(item_id, member_id)

    async def answer(
        self, item_id: int, member_id: int, places: Iterable[int], clicked_at: datetime
    ) -> Answered | Over:
        """Take a member's answer. It is on disk when this comes back; the first one stands.

        `places` are those on the card; `clicked_at` is the time of the click itself (aware UTC).

        Raises:
            RefusedError: the question is not the member's, or it asks for another number of options.
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
            choice = frozenset(item.order[place] for place in chosen)
            outcome = grade(item.question.key, choice).outcome
            answer = ItemAnswer(
                choice,
                outcome,
                clicked_at,
                await self._members.day(member_id, session.guild_id, clicked_at),
                max(timedelta(), clicked_at - (item.shown_at or clicked_at)),
            )
            again = shuffled_order(item.question, self._rng) if comes_again(session, item, outcome) else None
            await self._sessions.answer(session, item, answer, again)
            session = await self._sessions.get(session.id) or session
        return await self._answered(session, item_id)

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
        key = (item.question.bank, item.question.id)
        return Answered(session, item, await self._review_store.card(session.member_id, key))

    async def _end(self, session: Session, now: datetime) -> Over:
        await self._sessions.end(session.id, now)
        work = None
        if session.kind is Kind.REVIEW:
            today = await self._members.day(session.member_id, session.guild_id, now)
            cards = await self._review_store.cards(session.member_id)
            work = workload(cards, self._library.catalog, today)
        return Over(session, summary(session), work)

    def _own(self, session: Session | None, member_id: int) -> Session:
        """A session of this member; nobody else's, whatever a forged button says."""
        if session is None or session.member_id != member_id:
            raise RefusedError("This is not yours to answer. `/practice` and `/review` begin your own.")
        return session
