"""Practice: a member picks a topic and goes through questions at their own pace."""

from __future__ import annotations

import random
from datetime import datetime

from bot.domain.questions import Difficulty, Question
from bot.domain.rounds import shuffled_order
from bot.domain.selection import choose_questions
from bot.domain.sessions import Kind
from bot.errors import RefusedError
from bot.storage.scopes import ScopeStore
from bot.storage.sessions import SessionStore
from bot.study.library import Library
from bot.study.memory import Memory
from bot.study.servers import Servers
from bot.study.spoilers import Spoilers
from bot.study.steps import Asking, Unfinished, Wish
from bot.study.voids import Voids


class Practices:
    """Begins practices."""

    def __init__(
        self,
        sessions: SessionStore,
        scopes: ScopeStore,
        memory: Memory,
        spoilers: Spoilers,
        servers: Servers,
        voids: Voids,
        library: Library,
        rng: random.Random,
    ) -> None:
        self._sessions = sessions
        self._scopes = scopes
        self._servers = servers
        self._voids = voids
        self._library = library
        self._memory = memory
        self._spoilers = spoilers
        self._rng = rng

    def wish(
        self,
        guild_id: int | None,
        bank: str | None,
        topic: str | None,
        difficulty: Difficulty | None,
        questions: int,
    ) -> Wish:
        """What a member wants to practise, by the names that they use. `guild_id` is where they are; None: in direct
        messages.

        Raises:
            RefusedError: there is no such bank or topic.
        """
        chosen = self._servers.bank(guild_id, bank or None)
        about = self._library.topic(chosen, topic).id if topic else None
        return Wish(chosen, about, difficulty, questions)

    async def wish_about(
        self, guild_id: int | None, scope: int, difficulty: Difficulty | None, questions: int
    ) -> Wish:
        """What a member wants to practise, by the number of its bank and topic.

        Raises:
            RefusedError: there is no such bank or topic any more.
        """
        names = await self._scopes.names(scope)
        if names is None:
            raise RefusedError("This button is from an older version of me. `/practice` begins a practice.")
        return self.wish(guild_id, *names, difficulty, questions)

    async def practise(
        self, member_id: int, guild_id: int | None, wish: Wish, now: datetime, *, instead_of: int = 0
    ) -> Asking | Unfinished:
        """Begin a practice. One that is unfinished is offered, unless the new one is to come `instead_of` it (its id).

        Raises:
            RefusedError: there is no such question.
        """
        unfinished = await self._sessions.open(member_id, Kind.PRACTICE)
        if unfinished is not None and not unfinished.is_done and unfinished.id != instead_of:
            return Unfinished(unfinished, wish, await self._scopes.keep(wish.bank.id, wish.topic or ""))
        chosen = await self._choose(member_id, guild_id, wish, now)
        if unfinished is not None:
            await self._sessions.end(unfinished.id, now)
        session = await self._sessions.begin(
            member_id=member_id,
            guild_id=guild_id,
            kind=Kind.PRACTICE,
            bank=wish.bank.id,
            topic=wish.topic,
            difficulty=wish.difficulty,
            asked=[(question, shuffled_order(question, self._rng)) for question in chosen],
            now=now,
        )
        # None: the member has begun one on another device in the same instant
        session = session or await self._sessions.open(member_id, Kind.PRACTICE)
        item = session.next() if session else None
        if session is None or item is None:
            raise AssertionError("it was begun just now")
        await self._sessions.show(item.id, now)
        return Asking(session, item, None)

    async def _choose(
        self, member_id: int, guild_id: int | None, wish: Wish, now: datetime
    ) -> list[Question]:
        wanted = [
            question
            for question in self._voids.without(guild_id, wish.bank.on_topic(wish.topic))
            if wish.difficulty in {None, question.difficulty}
        ]
        if not wanted:
            which = (
                f"{wish.difficulty} question"
                if wish.difficulty
                else "question that is not voided in this server"
            )
            raise RefusedError(f"There is no {which} on this topic. Leave the difficulty or the topic out.")
        spoilers = await self._spoilers.of(member_id, guild_id, now)
        pool = [question for question in wanted if question.full_id not in spoilers]
        if not pool:
            raise RefusedError(
                "All questions on this still count for you in a challenge, a quiz or an exam. Choose another topic, or come "
                "back when that is over."
            )
        last_asked = {
            card.question: card.last
            for card in await self._memory.cards(member_id)
            if card.bank == wish.bank.id
        }
        return choose_questions(wish.bank, pool, wish.questions, last_asked=last_asked, rng=self._rng)
