"""Rounds: opening one, answering, closing, and the result."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.domain.questions import Question
from bot.domain.rounds import Answer, CloseReason, Round, RoundResult, round_result, shuffled_order
from bot.domain.scoring import grade, points
from bot.errors import MessageGoneError, PostError, PostRefusedError, RefusedError, StorageError
from bot.storage.answers import AnswerStore
from bot.storage.hints import HintStore
from bot.storage.rounds import CLOSE, RoundStore
from bot.storage.timers import Timer
from bot.study.clock_watch import ClockWatch
from bot.study.coalescer import Coalescer
from bot.study.open_rounds import OpenRound, OpenRounds
from bot.study.poster import Poster
from bot.study.replies import AnsweredBefore, Recorded, Reply, RoundOver
from bot.study.scheduler import Scheduler
from bot.study.servers import Servers

log = logging.getLogger(__name__)

GRACE = timedelta(seconds=1)
"""How long after its deadline a round still takes clicks that were made before it and are on their way."""

TALLY_PAUSE = 1.5
"""Seconds between two edits of one card."""

SLOW_POST = timedelta(seconds=1.5)
"""When Discord takes longer than this to take a card, the time for answering begins anew."""

NONCE_LIFE = timedelta(minutes=2)
"""Within this time a card can be posted again without fear of a second one in the channel: Discord gives back the
message of the first try ("the past few minutes", https://docs.discord.com/developers/resources/message)."""

BEING_OPENED = "This question is just being opened. Please click again in a few seconds."
"""Said instead of the key wherever others can still answer."""


class Rounds:
    """All rounds that are open, and what happens to them."""

    def __init__(
        self,
        *,
        open_rounds: OpenRounds,
        rounds: RoundStore,
        answers: AnswerStore,
        hints: HintStore,
        servers: Servers,
        scheduler: Scheduler,
        poster: Poster,
        clock: Clock,
        rng: random.Random,
    ) -> None:
        self._rounds = rounds
        self._answers = answers
        self._hints = hints
        self._servers = servers
        self._scheduler = scheduler
        self._poster = poster
        self._clock = clock
        self._clock_watch = ClockWatch(clock)
        self._rng = rng
        self._open = open_rounds
        self.tallies = Coalescer(self._show_tally, clock, TALLY_PAUSE)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._watchers: list[Callable[[Round, Answer], None]] = []
        scheduler.register(CLOSE, self._close_when_due, self._give_up)

    def watch(self, answered: Callable[[Round, Answer], None]) -> None:
        """Be told of each answer when it is on disk."""
        self._watchers.append(answered)

    async def load(self, expected: dict[int, frozenset[int]]) -> None:
        """Load the rounds that were open when the bot stopped; `expected` is by quiz."""
        for round_ in await self._rounds.open():
            answers = await self._answers.of_round(round_.id)
            state = self._open.add(round_)
            state.expected = expected.get(round_.quiz_id or 0, frozenset())
            state.answered = {answer.member_id for answer in answers}
            state.hints = await self._hints.of_round(round_.id)

    def start(self) -> None:
        """Take up the rounds that were loaded."""
        for state in self._open:
            if state.round.message_id is not None:
                self._close_if_complete(state)
                # brings the number on the card up to date, and finds out whether the card is still there
                self.tallies.changed(state.round.id)
            elif state.round.quiz_id is None and not state.round.private:
                # killed while it was being posted; a quiz posts its questions again by itself
                self._background(self._post_again(state))

    async def flush(self) -> None:
        """Wait until all answers that were taken are stored."""
        await self._answers.flush()

    async def stop(self, patience: float) -> None:
        """Finish what is under way, within some seconds."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience)
        for task in self._tasks:
            task.cancel()
        await self.tallies.stop()

    async def get(self, round_id: int, guild_id: int, channel_id: int | None = None) -> Round:
        """A round, open or closed.

        Raises:
            RefusedError: it is not known in this server, or in this channel.
        """
        state = self._open.find(round_id)
        round_ = state.round if state else await self._rounds.get(round_id)
        if round_ is None or not round_.is_in(guild_id, channel_id):
            raise RefusedError(
                "I have no record of this question. It may come from before my database was replaced; "
                "`/quiz start` begins a new quiz."
            )
        return round_

    async def open(
        self,
        *,
        guild_id: int,
        channel_id: int,
        question: Question,
        open_for: timedelta,
        quiz_id: int | None = None,
        position: int | None = None,
        expected: Iterable[int] = (),
    ) -> Round | None:
        """Post a question and open a round on it. None: its quiz has ended meanwhile.

        Raises:
            PostError: Discord did not take the card. The round of a quiz is kept for another try.
        """
        now = self._clock.now()
        round_ = await self._rounds.add(
            guild_id=guild_id,
            channel_id=channel_id,
            question=question,
            order=shuffled_order(question, self._rng),
            opened_at=now,
            closes_at=now + open_for,
            quiz_id=quiz_id,
            position=position,
        )
        if round_ is None or round_.closed_at is not None:
            return None
        # known before it is posted: the first click can come before Discord has confirmed the message
        state = self._open.add(round_)
        state.expected = frozenset(expected)
        if quiz_id is None:
            self._scheduler.expect(round_.closes_at)
        try:
            return await self._post(state)
        except BaseException:
            kept = await self._rounds.get(round_.id)
            if quiz_id is None:
                await self.close(round_.id, CloseReason.REFUSED)
            elif kept is None or kept.closed_at is not None:
                self._open.forget(round_.id)
            raise

    async def _post(self, state: OpenRound) -> Round:
        started = state.round
        message_id = await self._poster.post_question(started)
        now = self._clock.now()
        round_ = replace(started, message_id=message_id)
        was_slow = now - started.opened_at > SLOW_POST and not state.answered
        if was_slow:
            # Discord was slow to take the card; that must not eat the time for answering
            round_ = replace(round_, opened_at=now, closes_at=now + (started.closes_at - started.opened_at))
        close_at = round_.closes_at + GRACE
        closed = await self._rounds.posted(round_, close_at)
        if closed is None:
            state.round = round_  # after the database, which has the last word on what comes in time
            self._scheduler.expect(close_at)
            if was_slow or state.answered:
                self.tallies.changed(round_.id)
        else:
            # closed while Discord was busy posting, so its end could not be shown on a card not yet known
            self._open.forget(round_.id)
            round_ = replace(round_, close_reason=closed)
            await self.show_closed(round_, await self.result(round_))
        return round_

    async def _post_again(self, state: OpenRound) -> None:
        try:
            if self._clock.now() - state.round.opened_at > NONCE_LIFE:
                raise PostRefusedError("its card may be in the channel already")
            await self._post(state)
        except PostError as error:
            log.warning(
                "The question of round %d is given up: %s",
                state.round.id,
                error,
                extra={"round": state.round.id},
            )
            await self.close(state.round.id, CloseReason.REFUSED)

    async def answer(
        self,
        round_id: int,
        guild_id: int,
        member_id: int,
        places: Iterable[int],
        clicked_at: datetime,
        channel_id: int | None = None,
    ) -> Reply:
        """Take a member's answer. It is on disk when this comes back.

        `places` are those on the card; `clicked_at` is the time of the click itself (aware UTC), so that a
        fair click is not lost to a slow network.

        Raises:
            RefusedError: there is no such round in this server, or in this channel.
        """
        self._clock_watch.clicked(clicked_at)
        state = self._open.get(round_id, guild_id, member_id, channel_id)
        if state is None or self.is_voided(state.round):
            return await self._not_open(round_id, guild_id, member_id, channel_id)
        round_ = state.round.shown_to(member_id)
        if member_id in state.answered:
            standing = await self._answers.find(round_id, member_id)
            if standing is not None:
                return AnsweredBefore(round_, standing)
        if clicked_at >= round_.closes_at:
            if round_.message_id is None and not round_.private:
                raise RefusedError(BEING_OPENED)  # its time begins anew when Discord confirms the card
            return await self._over(round_, member_id)
        answer = self._graded(state, round_, member_id, places, clicked_at)
        stored = await self._answers.add(answer, private=round_.private)
        if stored.stands is None:
            return await self._over(round_, member_id)
        if not stored.is_new:
            return AnsweredBefore(round_, stored.stands)
        state.answered.add(member_id)
        if not round_.private:
            self.tallies.changed(round_id)
        self._close_if_complete(state)
        for watcher in self._watchers:
            watcher(round_, answer)
        return Recorded(round_, answer, stored.scored)

    def _graded(
        self, state: OpenRound, round_: Round, member_id: int, places: Iterable[int], clicked_at: datetime
    ) -> Answer:
        chosen = set(places)
        if len(chosen) != round_.question.choose or not all(place < len(round_.order) for place in chosen):
            raise RefusedError(
                f"Choose {round_.question.choose} of the {len(round_.order)} options of this question."
            )
        choice = frozenset(round_.order[place] for place in chosen)
        graded = grade(round_.question.key, choice)
        hints = state.hints.get(member_id, 0)
        is_own = round_.question.author == member_id
        earned = 0 if is_own else points(graded, time_left=round_.time_left(clicked_at), hints=hints)
        return Answer(
            round_.id,
            member_id,
            choice,
            clicked_at,
            hints,
            graded.outcome,
            earned,
            self._servers.day(round_.guild_id, clicked_at),
            max(timedelta(), clicked_at - state.seen_since(member_id)),
        )

    async def close(self, round_id: int, reason: CloseReason) -> bool:
        """Close a round now. False: it was closed already."""
        now = self._clock.now()
        closed = await self._rounds.close(round_id, reason, now)
        self._open.forget(round_id)
        if closed:
            self._scheduler.expect(now)
        return closed

    def were_closed(self, rounds: Iterable[int]) -> None:
        """Rounds were closed by something else: take no more answers to them, and let their results follow."""
        for round_id in rounds:
            self._open.forget(round_id)
        self._scheduler.expect(self._clock.now())

    async def message_deleted(self, message_id: int) -> None:
        """Somebody deleted a message: if it is the card of an open round, that round ends without a result."""
        for state in self._open:
            if state.round.message_id == message_id:
                await self.close(state.round.id, CloseReason.GONE)

    async def finish_card(self, round_: Round) -> None:
        """Let the edits of a closed round's card come to an end."""
        await self.tallies.finish(round_.id)

    async def show_result(self, round_: Round, *, more: bool) -> None:
        """Post what came of a closed round, and whether more follows; mark its card as closed.

        Raises:
            PostError: Discord did not take the result.
        """
        if round_.close_reason in {CloseReason.GONE, CloseReason.REFUSED}:
            return
        result = await self.result(round_)
        was_seen = round_.message_id is not None or result.answered
        if was_seen and (result.answered or round_.close_reason is not CloseReason.STOPPED):
            await self._poster.post_result(round_, result, more=more)
        await self.show_closed(round_, result)

    async def result(self, round_: Round) -> RoundResult:
        """What came of a round."""
        result = round_result(round_, await self._answers.of_round(round_.id))
        return replace(result, voided=self.is_voided(round_))

    def is_voided(self, round_: Round) -> bool:
        """Whether a round, open or closed, asked what counts no more in its server."""
        return self._open.is_voided(round_)

    async def show_closed(self, round_: Round, result: RoundResult) -> None:
        """Mark the card of a round as closed, where Discord takes that; its buttons refuse anyway."""
        with contextlib.suppress(PostError):
            await self._poster.show_closed(round_, result)

    async def _not_open(
        self, round_id: int, guild_id: int, member_id: int, channel_id: int | None
    ) -> RoundOver:
        round_ = (await self.get(round_id, guild_id, channel_id)).shown_to(member_id)
        if round_.closed_at is None and not self.is_voided(round_):
            raise RefusedError(BEING_OPENED)
        return await self._over(round_, member_id)

    async def _over(self, round_: Round, member_id: int) -> RoundOver:
        return RoundOver(round_, await self._answers.find(round_.id, member_id), self.is_voided(round_))

    async def _show_tally(self, round_id: int) -> None:
        state = self._open.find(round_id)
        if state is None or state.round.message_id is None:
            return
        try:
            await self._poster.show_tally(state.round, len(state.answered))
        except MessageGoneError:
            self._background(self.close(round_id, CloseReason.GONE))

    def _close_if_complete(self, state: OpenRound) -> None:
        if state.expected and state.expected <= state.answered:
            self._background(self.close(state.round.id, CloseReason.EVERYONE))

    async def _close_when_due(self, timer: Timer) -> None:
        await self.close(timer.subject, CloseReason.DEADLINE)

    async def _give_up(self, timer: Timer, error: Exception) -> None:
        log.error("Round %d could not be closed: %s", timer.subject, error, extra={"round": timer.subject})

    def _background(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, StorageError):  # of that the log tells already
            log.error("A round could not be taken care of", exc_info=error)
