"""Quizzes and single questions: starting them, and what happens step by step."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.clock import Clock
from bot.domain.boards import NOBODY
from bot.domain.questions import Bank, Question, Topic
from bot.domain.quizzes import EndReason, Quiz, quiz_result
from bot.domain.rounds import CloseReason, Round
from bot.domain.selection import choose_questions
from bot.errors import PostError, RefusedError
from bot.storage.answers import AnswerStore
from bot.storage.quizzes import FINAL, NEXT, QuizStore
from bot.storage.rounds import RESULT, RoundStore
from bot.storage.timers import Timer
from bot.study.library import Library
from bot.study.open_rounds import OpenRounds
from bot.study.poster import Poster
from bot.study.rounds import Rounds
from bot.study.scheduler import Scheduler
from bot.study.servers import Servers
from bot.study.voids import Voids

log = logging.getLogger(__name__)

GET_READY = timedelta(seconds=5)
"""From the announcement of a quiz to its first question."""

READING_TIME = timedelta(seconds=10)
"""From the result of a question to the next one."""

LAST_PAUSE = timedelta(seconds=3)
"""From the last result to the scoreboard."""

RESUME_WITHIN = timedelta(minutes=30)
"""After a longer absence a quiz is ended with its scoreboard, not taken up in an empty room."""

_MY_FAULT = "Something went wrong on my side; it is in my log. Try again in a few minutes."

IDLE_ROUNDS = 3
"""A quiz ends when nobody answers this many questions in a row."""


@dataclass(frozen=True, slots=True)
class Running:
    """A quiz that runs, and the message to look at."""

    quiz: Quiz
    message_id: int | None

    @property
    def link(self) -> str:
        """The address of that message, or of the channel."""
        end = f"/{self.message_id}" if self.message_id else ""
        return f"https://discord.com/channels/{self.quiz.guild_id}/{self.quiz.channel_id}{end}"


class Quizzes:
    """Runs quizzes. Every step is a timer in the database: next question, close, result, …, final."""

    def __init__(
        self,
        *,
        open_rounds: OpenRounds,
        quizzes: QuizStore,
        round_store: RoundStore,
        answers: AnswerStore,
        rounds: Rounds,
        servers: Servers,
        voids: Voids,
        library: Library,
        scheduler: Scheduler,
        poster: Poster,
        clock: Clock,
        rng: random.Random,
    ) -> None:
        self._open = open_rounds
        self._quizzes = quizzes
        self._round_store = round_store
        self._answers = answers
        self._rounds = rounds
        self._servers = servers
        self._voids = voids
        self._library = library
        self._scheduler = scheduler
        self._poster = poster
        self._clock = clock
        self._rng = rng
        scheduler.register(NEXT, self._next, self._give_up_quiz)
        scheduler.register(RESULT, self._result, self._give_up_result)
        scheduler.register(FINAL, self._final, self._give_up_quiz)

    async def expected(self) -> dict[int, frozenset[int]]:
        """Who has answered earlier questions of each running quiz."""
        return {
            quiz.id: await self._quizzes.participants(quiz.id) for quiz in await self._quizzes.all_running()
        }

    async def mend(self) -> None:
        """See to it that each running quiz has something to come."""
        await self._quizzes.mend(self._clock.now())

    async def start(
        self,
        *,
        guild_id: int,
        channel_id: int,
        starter_id: int,
        topic: str | None,
        questions: int,
        seconds: int | None,
        bank: str | None,
    ) -> tuple[Quiz, Topic | None]:
        """Start a quiz. Its first question follows after `GET_READY`. What is None is as the server has chosen.

        Raises:
            RefusedError: one is running in the channel, or there is no such topic or bank.
        """
        subject, theme, pool = self._pool(guild_id, bank, topic)
        now = self._clock.now()
        chosen = choose_questions(
            subject,
            pool,
            questions,
            last_asked=await self._round_store.last_asked(guild_id, subject.id),
            rng=self._rng,
        )
        quiz = await self._quizzes.start(
            guild_id=guild_id,
            channel_id=channel_id,
            starter_id=starter_id,
            bank=subject.id,
            topic=theme.id if theme else None,
            seconds=self._servers.seconds(guild_id) if seconds is None else seconds,
            questions=chosen,
            now=now,
            first_at=now + GET_READY,
        )
        if quiz is None:
            running = await self._running(channel_id)
            raise RefusedError(
                f"A quiz is already running in this channel: {running.link}\n"
                "Join in there, or end it with `/quiz stop` first."
            )
        self._scheduler.expect(now + GET_READY)
        return quiz, theme

    async def announced(self, quiz: Quiz, message_id: int) -> None:
        """Note the message that announced a quiz."""
        await self._quizzes.announced(quiz.id, message_id)

    async def ask(self, *, guild_id: int, channel_id: int, topic: str | None, open_for: timedelta) -> Round:
        """Post one question that stays open.

        Raises:
            RefusedError: there is no such topic.
            PostError: Discord did not take the card.
        """
        subject, _, pool = self._pool(guild_id, None, topic)
        asked = await self._round_store.last_asked(guild_id, subject.id)
        (question,) = choose_questions(subject, pool, 1, last_asked=asked, rng=self._rng)
        round_ = await self._rounds.open(
            guild_id=guild_id, channel_id=channel_id, question=question, open_for=open_for
        )
        if round_ is None:
            raise RefusedError(
                "A moderator has just voided this question. Use the command again for another one."
            )
        return round_

    async def skip(self, channel_id: int, member_id: int, *, moderator: bool) -> str:
        """Go on to the next question; a sentence that says what happens.

        Raises:
            RefusedError: no quiz runs here, or the member may not.
        """
        quiz = await self._controlled(channel_id, member_id, moderator, "skip questions in")
        round_ = self._open.of_quiz(quiz.id)
        if round_ is not None and await self._rounds.close(round_.id, CloseReason.SKIPPED):
            seen = round_.message_id is not None
            return f"Skipped. {'The answer follows, then the next question' if seen else 'The next question follows'}."
        if not await self._quizzes.hurry(quiz.id, self._clock.now()):
            return "The result is just coming, and then the next question."
        self._scheduler.expect(self._clock.now())
        return "The next question comes at once."

    async def stop(self, channel_id: int, member_id: int, *, moderator: bool) -> str:
        """End the quiz of a channel; a sentence that says what happens.

        Raises:
            RefusedError: no quiz runs here, or the member may not.
        """
        quiz = await self._controlled(channel_id, member_id, moderator, "stop")
        await self._end(quiz.id, EndReason.STOPPED, CloseReason.STOPPED)
        return "The quiz is over. The scoreboard follows."

    async def abandon(self, guild_id: int) -> None:
        """The bot can post in a server no more: end what runs in its channels, without a word."""
        for quiz in await self._quizzes.all_running():
            if quiz.guild_id == guild_id:
                await self._end(quiz.id, EndReason.REFUSED, CloseReason.REFUSED, final=False)
        for state in self._open.of_server(guild_id):
            if not state.round.private:
                await self._rounds.close(state.round.id, CloseReason.REFUSED)

    async def _controlled(self, channel_id: int, member_id: int, moderator: bool, what: str) -> Quiz:
        quiz = (await self._running(channel_id)).quiz
        if member_id != quiz.starter_id and not moderator:
            starter = f"<@{quiz.starter_id}>, who started this quiz, and "
            raise RefusedError(
                f"Only {starter if quiz.starter_id != NOBODY else ''}members with the permission Manage Messages can "
                f"{what} it."
            )
        return quiz

    async def _running(self, channel_id: int) -> Running:
        quiz = await self._quizzes.running(channel_id)
        if quiz is None:
            raise RefusedError("No quiz is running in this channel. `/quiz start` begins one.")
        cards = [
            round_.message_id for round_ in await self._round_store.of_quiz(quiz.id) if round_.message_id
        ]
        return Running(quiz, cards[-1] if cards else quiz.message_id)

    def _pool(
        self, guild_id: int, bank: str | None, topic: str | None
    ) -> tuple[Bank, Topic | None, tuple[Question, ...]]:
        subject = self._servers.bank(guild_id, bank)
        theme = self._library.topic(subject, topic) if topic is not None else None
        pool = self._voids.without(guild_id, subject.on_topic(theme.id if theme else None))
        if not pool:
            raise RefusedError(
                "All questions on this are voided in this server. Choose another topic or bank; a moderator can let them count "
                "again with `/reports`."
            )
        # what a running challenge asks stays secret until it is over, while there is anything else to ask
        reserved = self._open.reserved(guild_id)
        return subject, theme, tuple(q for q in pool if q.full_id not in reserved) or pool

    async def _next(self, timer: Timer) -> None:
        quiz = await self._quizzes.get(timer.subject)
        if quiz is None or quiz.ended_at is not None:
            return
        if self._clock.now() - timer.due_at > RESUME_WITHIN:
            await self._end(quiz.id, EndReason.AWAY, CloseReason.DEADLINE)
            return
        if await self._quizzes.is_busy(quiz.id):
            return  # a kill or a skip at the same instant: the end of that question sets this timer anew
        coming = await self._quizzes.next_question(quiz.id)
        if coming is None:
            await self._end(quiz.id, EndReason.FINISHED, CloseReason.DEADLINE)
            return
        position, question = coming
        opened = await self._rounds.open(
            guild_id=quiz.guild_id,
            channel_id=quiz.channel_id,
            question=question,
            open_for=timedelta(seconds=quiz.seconds),
            quiz_id=quiz.id,
            position=position,
            expected=await self._quizzes.participants(quiz.id),
        )
        if opened is None and self._voids.has(quiz.guild_id, question):
            await self._next(timer)  # it was voided in this instant; the one after it comes

    async def _result(self, timer: Timer) -> None:
        round_ = await self._round_store.get(timer.subject)
        if round_ is None:
            return
        await self._rounds.finish_card(round_)
        if round_.quiz_id is None:
            await self._rounds.show_result(round_, more=False)
            return
        now = self._clock.now()
        reason = None
        if now - round_.closes_at > RESUME_WITHIN:
            reason = EndReason.AWAY
        elif await self._quizzes.unanswered_in_a_row(round_.quiz_id) >= IDLE_ROUNDS:
            reason = EndReason.IDLE
        more = await self._quizzes.next_question(round_.quiz_id) is not None
        quiz = await self._quizzes.get(round_.quiz_id)
        goes_on = more and reason is None and quiz is not None and quiz.ended_at is None
        await self._rounds.show_result(round_, more=goes_on)
        if not goes_on:
            await self._quizzes.end(
                round_.quiz_id, reason or EndReason.FINISHED, now, close=CloseReason.DEADLINE, final=True
            )
        # from now: a slow Discord must not eat the time for reading
        next_at = self._clock.now() + (READING_TIME if goes_on else LAST_PAUSE)
        await self._quizzes.after_result(round_.id, round_.quiz_id, next_at)
        self._scheduler.expect(next_at)

    async def _final(self, timer: Timer) -> None:
        quiz = await self._quizzes.get(timer.subject)
        if quiz is None:
            return
        answers = await self._answers.of_quiz(quiz.id)
        rounds = [
            (round_, answers.get(round_.id, []))
            for round_ in await self._round_store.of_quiz(quiz.id)
            if round_.message_id is not None or round_.id in answers
        ]
        counting = [(round_, given) for round_, given in rounds if not self._rounds.is_voided(round_)]
        result = replace(quiz_result(counting), voided=len(rounds) - len(counting))
        await self._poster.post_scoreboard(quiz, result)

    async def _end(self, quiz_id: int, reason: EndReason, close: CloseReason, *, final: bool = True) -> None:
        now = self._clock.now()
        await self._quizzes.end(quiz_id, reason, now, close=close, final=final)
        self._open.forget_quiz(quiz_id)
        self._scheduler.expect(now)

    async def _give_up_result(self, timer: Timer, error: Exception) -> None:
        round_ = await self._round_store.get(timer.subject)
        if round_ is None:
            return
        await self._rounds.show_closed(round_, await self._rounds.result(round_))
        if round_.quiz_id is not None:
            await self._give_up(round_.quiz_id, error)

    async def _give_up_quiz(self, timer: Timer, error: Exception) -> None:
        await self._give_up(timer.subject, error)

    async def _give_up(self, quiz_id: int, error: Exception) -> None:
        """Discord will not take the messages of a quiz: end it quietly, and say why to whoever can be told."""
        quiz = await self._quizzes.get(quiz_id)
        if quiz is None:
            return
        await self._end(quiz_id, EndReason.REFUSED, CloseReason.REFUSED, final=False)
        why = str(error) if isinstance(error, PostError) else _MY_FAULT
        extra = {"quiz": quiz_id, "guild": quiz.guild_id}
        log.error("Quiz %d in channel %d ended: %s", quiz_id, quiz.channel_id, why, extra=extra)
        sentence = f"The quiz in <#{quiz.channel_id}> had to end. All answers so far are kept. {why}"
        if not await self._poster.tell_starter(quiz, sentence):
            log.warning("Nobody could be told that quiz %d ended", quiz_id, extra={"quiz": quiz_id})
