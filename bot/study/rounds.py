"""Rounds: opening one, answering, closing, and the result."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.domain.questions import Question
from bot.domain.rounds import Answer, CloseReason, Round, RoundResult, round_result, shuffled_order
from bot.domain.scoring import grade, points
from bot.domain.windows import week_start
from bot.errors import MessageGoneError, PostError, PostRefusedError, RefusedError
from bot.storage.answers import AnswerStore
from bot.storage.hints import HintStore
from bot.storage.rounds import CLOSE, RoundStore
from bot.storage.timers import Timer
from bot.study.coalescer import Coalescer
from bot.study.poster import Poster
from bot.study.replies import AnsweredBefore, OpenRound, Recorded, Reply, RoundOver
from bot.study.scheduler import Scheduler

log = logging.getLogger(__name__)

SERVER_ZONE = ZoneInfo("UTC")
"""Where weeks begin on Monday 00:00, until a server can choose."""

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
        rounds: RoundStore,
        answers: AnswerStore,
        hints: HintStore,
        scheduler: Scheduler,
        poster: Poster,
        clock: Clock,
        rng: random.Random,
    ) -> None:
        self._rounds = rounds
        self._answers = answers
        self._hints = hints
        self._scheduler = scheduler
        self._poster = poster
        self._clock = clock
        self._rng = rng
        self._open: dict[int, OpenRound] = {}
        self._tallies = Coalescer(self._show_tally, clock, TALLY_PAUSE)
        self._tasks: set[asyncio.Task[Any]] = set()
        scheduler.register(CLOSE, self._close_when_due, self._give_up)

    async def load(self, expected: dict[int, frozenset[int]]) -> None:
        """Load the rounds that were open when the bot stopped; `expected` is by quiz."""
        for round_ in await self._rounds.open():
            answers = await self._answers.of_round(round_.id)
            self._open[round_.id] = OpenRound(
                round_,
                expected.get(round_.quiz_id or 0, frozenset()),
                {answer.member_id for answer in answers},
                await self._hints.of_round(round_.id),
            )

    def start(self) -> None:
        """Take up the rounds that were loaded."""
        for state in list(self._open.values()):
            if state.round.message_id is not None:
                self._close_if_complete(state)
                # brings the number on the card up to date, and finds out whether the card is still there
                self._tallies.changed(state.round.id)
            elif state.round.quiz_id is None:
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
        await self._tallies.stop()

    def get_open(self, round_id: int, guild_id: int) -> OpenRound | None:
        """An open round of this server."""
        state = self._open.get(round_id)
        return state if state and state.round.guild_id == guild_id else None

    def answerable(self, round_id: int, guild_id: int, member_id: int) -> Round | None:
        """An open round of this server that the member has not answered."""
        state = self.get_open(round_id, guild_id)
        return state.round if state and member_id not in state.answered else None

    def open_of_quiz(self, quiz_id: int) -> Round | None:
        """The question of a quiz that is open now."""
        return next((state.round for state in self._open.values() if state.round.quiz_id == quiz_id), None)

    def open_in(self, channel_id: int) -> list[OpenRound]:
        """The open rounds of a channel, that of a running quiz first, then the newest."""
        found = [
            state
            for state in self._open.values()
            # one that is still being posted is not open for anybody yet
            if state.round.channel_id == channel_id and (state.round.message_id is not None or state.answered)
        ]
        return sorted(found, key=lambda state: (state.round.quiz_id is None, -state.round.id))

    async def get(self, round_id: int, guild_id: int) -> Round:
        """A round, open or closed.

        Raises:
            RefusedError: it is not known in this server.
        """
        state = self._open.get(round_id)
        round_ = state.round if state else await self._rounds.get(round_id)
        if round_ is None or round_.guild_id != guild_id:
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
        state = self._open.setdefault(round_.id, OpenRound(round_, frozenset(expected)))
        state.round = round_
        try:
            return await self._post(state)
        except BaseException:
            kept = await self._rounds.get(round_.id)
            if quiz_id is None:
                await self.close(round_.id, CloseReason.REFUSED)
            elif kept is None or kept.closed_at is not None:
                self.forget(round_.id)
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
                self._tallies.changed(round_.id)
        else:
            # closed while Discord was busy posting, so its end could not be shown on a card not yet known
            self.forget(round_.id)
            round_ = replace(round_, close_reason=closed)
            await self.show_closed(round_, await self.result(round_))
        return round_

    async def _post_again(self, state: OpenRound) -> None:
        try:
            if self._clock.now() - state.round.opened_at > NONCE_LIFE:
                raise PostRefusedError("its card may be in the channel already")
            await self._post(state)
        except PostError as error:
            log.warning("The question of round %d is given up: %s", state.round.id, error)
            await self.close(state.round.id, CloseReason.REFUSED)

    async def answer(
        self, round_id: int, guild_id: int, member_id: int, places: Iterable[int], clicked_at: datetime
    ) -> Reply:
        """Take a member's answer. It is on disk when this comes back.

        `places` are those on the card; `clicked_at` is the time of the click itself (aware UTC), so that a
        fair click is not lost to a slow network.

        Raises:
            RefusedError: there is no such round in this server.
        """
        state = self.get_open(round_id, guild_id)
        if state is None:
            round_ = await self.get(round_id, guild_id)
            if round_.closed_at is None:
                raise RefusedError(BEING_OPENED)
            return await self._over(round_, member_id)
        round_ = state.round
        if member_id in state.answered:
            standing = await self._answers.find(round_id, member_id)
            if standing is not None:
                return AnsweredBefore(round_, standing)
        if clicked_at >= round_.closes_at:
            if round_.message_id is None:
                raise RefusedError(BEING_OPENED)  # its time begins anew when Discord confirms the card
            return await self._over(round_, member_id)
        chosen = set(places)
        if len(chosen) != round_.question.choose or not all(place < len(round_.order) for place in chosen):
            raise RefusedError(
                f"Choose {round_.question.choose} of the {len(round_.order)} options of this question."
            )
        choice = frozenset(round_.order[place] for place in chosen)
        graded = grade(round_.question.key, choice)
        hints = state.hints.get(member_id, 0)
        earned = points(graded, time_left=round_.time_left(clicked_at), hints=hints)
        answer = Answer(round_id, member_id, choice, clicked_at, hints, graded.outcome, earned)
        stored = await self._answers.add(answer, week_start(clicked_at, SERVER_ZONE))
        if stored.stands is None:
            return await self._over(round_, member_id)
        if not stored.is_new:
            return AnsweredBefore(round_, stored.stands)
        state.answered.add(member_id)
        self._tallies.changed(round_id)
        self._close_if_complete(state)
        return Recorded(round_, answer, stored.scored)

    async def close(self, round_id: int, reason: CloseReason) -> bool:
        """Close a round now. False: it was closed already."""
        now = self._clock.now()
        closed = await self._rounds.close(round_id, reason, now)
        self.forget(round_id)
        if closed:
            self._scheduler.expect(now)
        return closed

    def forget(self, round_id: int) -> None:
        """A round was closed: take no more answers to it."""
        self._open.pop(round_id, None)

    def forget_quiz(self, quiz_id: int) -> None:
        """A quiz was ended, and with it its rounds."""
        while round_ := self.open_of_quiz(quiz_id):
            self.forget(round_.id)

    async def message_deleted(self, message_id: int) -> None:
        """Somebody deleted a message: if it is the card of an open round, that round ends without a result."""
        for state in list(self._open.values()):
            if state.round.message_id == message_id:
                await self.close(state.round.id, CloseReason.GONE)

    async def finish_card(self, round_: Round) -> None:
        """Let the edits of a closed round's card come to an end."""
        await self._tallies.finish(round_.id)

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
        return round_result(round_, await self._answers.of_round(round_.id))

    async def show_closed(self, round_: Round, result: RoundResult) -> None:
        """Mark the card of a round as closed, where Discord takes that; its buttons refuse anyway."""
        with contextlib.suppress(PostError):
            await self._poster.show_closed(round_, result)

    async def _over(self, round_: Round, member_id: int) -> RoundOver:
        return RoundOver(round_, await self._answers.find(round_.id, member_id))

    async def _show_tally(self, round_id: int) -> None:
        state = self._open.get(round_id)
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
        log.error("Round %d could not be closed: %s", timer.subject, error)

    def _background(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
