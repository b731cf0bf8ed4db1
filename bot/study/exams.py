"""Mock exams: preparing one, sitting it, its end, and the report."""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.exams import REMEMBERED, Exam, ExamEnd, ExamItem, Report, minutes_for, report
from bot.domain.questions import Question
from bot.errors import RefusedError
from bot.storage.exams import EXAM, ExamStore
from bot.storage.timers import Timer
from bot.study.calendars import Calendars
from bot.study.exam_papers import pool, read_topics, write_paper
from bot.study.exam_states import ExamState, Preparation, Sitting, WrongPage
from bot.study.library import Library
from bot.study.rounds import GRACE
from bot.study.running_exams import RunningExams
from bot.study.scheduler import Scheduler
from bot.study.servers import Servers
from bot.study.spoilers import Spoilers

log = logging.getLogger(__name__)

_GONE = "This exam is no longer there. `/exam start` prepares a new one."

TimeUp = Callable[[Report, datetime], Awaitable[None]]


class Exams:
    """The exams. Whatever a member does is in the database before they are told; nothing else is needed to go on.

    `at` is always the time of the click: it decides whether the click came before the end.
    """

    def __init__(
        self,
        *,
        exams: ExamStore,
        running: RunningExams,
        spoilers: Spoilers,
        calendars: Calendars,
        servers: Servers,
        library: Library,
        scheduler: Scheduler,
        clock: Clock,
        rng: random.Random,
    ) -> None:
        self._exams = exams
        self._running = running
        self._spoilers = spoilers
        self._calendars = calendars
        self._servers = servers
        self._library = library
        self._scheduler = scheduler
        self._clock = clock
        self._rng = rng
        self._watchers: list[TimeUp] = []
        scheduler.register(EXAM, self._end_when_due, self._give_up)

    async def load(self) -> None:
        """Load who is in an exam."""
        for exam in await self._exams.all_running():
            await self._note_running(exam.id)

    def watch(self, time_up: TimeUp) -> None:
        """Be told of each exam that time has ended, with the present time."""
        self._watchers.append(time_up)

    async def start(
        self,
        member_id: int,
        guild_id: int | None,
        at: datetime,
        *,
        bank: str | None = None,
        topics: str = "",
        questions: int | None = None,
        minutes: int | None = None,
    ) -> Preparation | ExamState:
        """A new exam, prepared; or the one that the member is in, as it is.

        Raises:
            RefusedError: there is no such bank or topic, or there are too few questions.
        """
        running = await self._exams.running(member_id)
        if running is not None:
            return await self.look(running.id, member_id, at)
        on = self._servers.bank(guild_id, bank)
        chosen = read_topics(on, topics)
        free, withheld = pool(on, chosen, await self._spoilers.of(member_id, guild_id, at))
        wanted = questions or on.exam.questions
        count = min(wanted, len(free))
        exam = await self._exams.prepare(
            member_id=member_id,
            guild_id=guild_id,
            bank=on.id,
            topics=chosen,
            questions=count,
            minutes=minutes or minutes_for(count, on.exam),
            pass_mark=on.pass_mark,
            seed=f"{self._rng.getrandbits(64):016x}",
            now=at,
        )
        past = await self._exams.history(member_id)
        return Preparation(exam, on, wanted, withheld, past[-1] if past else None)

    async def begin(self, exam_id: int, member_id: int, at: datetime) -> ExamState:
        """Let a prepared exam begin. Twice is once; while another one runs, that one is shown.

        Raises:
            RefusedError: it is somebody else's or gone, or its questions are no longer there.
        """
        exam = await self._own(exam_id, member_id)
        if exam.started_at is None:
            on = self._library.bank(exam.bank)
            free, _ = pool(on, exam.topics, await self._spoilers.of(member_id, exam.guild_id, at))
            recent = await self._exams.recent_questions(member_id, on.id, REMEMBERED)
            paper = write_paper(exam, on, free, recent)
            ends_at = at + timedelta(minutes=exam.minutes)
            if await self._exams.begin(exam_id, paper, now=at, ends_at=ends_at, end_timer=ends_at + GRACE):
                self._scheduler.expect(ends_at + GRACE)
                await self._note_running(exam_id)
            elif (running := await self._exams.running(member_id)) is not None:
                exam_id = running.id
        return await self.look(exam_id, member_id, at)

    async def _note_running(self, exam_id: int) -> None:
        state = await self._state(exam_id)
        if isinstance(state, Sitting):
            keys = [item.question.full_id for item in state.items]
            self._running.add(state.exam.member_id, exam_id, state.ends_at, keys)

    async def look(self, exam_id: int, member_id: int, at: datetime) -> ExamState:
        """An exam as it is.

        Raises:
            RefusedError: it is somebody else's, or has not begun.
        """
        exam = await self._begun(exam_id, member_id)
        if exam.ended_at is None and exam.ends_at is not None and at >= exam.ends_at:
            await self._finish(exam, exam.ends_at, ExamEnd.TIME)
        return await self._state(exam_id)

    async def act(
        self,
        exam_id: int,
        member_id: int,
        at: datetime,
        position: int | None,
        *,
        place: int | None = None,
        ticked: bool = True,
        flagged: bool | None = None,
    ) -> ExamState:
        """Put a question in front, or none (the overview).

        With `place`, the option there is `ticked` or not from then on; with `flagged`, the question is flagged for later or
        not any more. In an exam that is over nothing changes.

        Raises:
            RefusedError: it is somebody else's or has not begun, or there is no such question or option.
        """
        state = await self.look(exam_id, member_id, at)
        if isinstance(state, Report):
            return state
        if position is not None:
            order = _item(state, position).order
            if place is not None and place >= len(order):
                raise RefusedError(
                    f"Question {position} can't be answered like this. `/exam start` shows it anew."
                )
        await self._exams.change(exam_id, at, position=position, place=place, ticked=ticked, flagged=flagged)
        return await self._state(exam_id)

    async def submit(self, exam_id: int, member_id: int, at: datetime, *, sure: bool) -> ExamState:
        """End an exam. Unless `sure`, it goes on while questions are open or flagged.

        Raises:
            RefusedError: it is somebody else's, or has not begun.
        """
        state = await self.look(exam_id, member_id, at)
        if isinstance(state, Report) or not (sure or not (state.open or state.flagged)):
            return state
        await self._finish(state.exam, at, ExamEnd.SUBMITTED)
        return await self._state(exam_id)

    async def set_in_review(
        self, exam_id: int, member_id: int, at: datetime, *, in_review: bool
    ) -> ExamState:
        """Let what was not right in an exam be reviewed, or not.

        Raises:
            RefusedError: it is somebody else's, or has not begun.
        """
        if isinstance(await self.look(exam_id, member_id, at), Report):
            await self._exams.set_in_review(exam_id, in_review)
        return await self._state(exam_id)

    async def wrong(
        self, exam_id: int, member_id: int, guild_id: int | None, at: datetime, number: int
    ) -> Sitting | WrongPage:
        """A page of what was not right, from 1; the exam as it is while it runs.

        Raises:
            RefusedError: it is somebody else's or has not begun, or there is no such page.
        """
        state = await self.look(exam_id, member_id, at)
        if isinstance(state, Sitting):
            return state
        if not 1 <= number <= len(state.missed):
            raise RefusedError("There is no such page. The result of the exam leads to those that there are.")
        question = state.missed[number - 1].question.full_id
        # also by the server of the exam, for whoever looks at it elsewhere
        for server in {guild_id, state.exam.guild_id}:
            if question in await self._spoilers.of(member_id, server, at):
                return WrongPage(state, number, waits=True)
        return WrongPage(state, number, waits=False)

    async def question(self, exam_id: int, member_id: int, at: datetime, position: int) -> Question:
        """A question of an exam that is over.

        Raises:
            RefusedError: it is somebody else's, has not begun or runs, or there is no such question.
        """
        state = await self.look(exam_id, member_id, at)
        if isinstance(state, Sitting):
            raise RefusedError(
                "This exam still runs. When it is over, the pages of its wrong answers take your report."
            )
        return _item(state, position).question

    async def history(self, member_id: int, at: datetime) -> tuple[list[Exam], Exam | None]:
        """The exams of a member that are over, the earliest first; and the one that they are in."""
        running = await self._exams.running(member_id)
        if running is not None and isinstance(await self.look(running.id, member_id, at), Report):
            running = None
        return await self._exams.history(member_id), running

    async def _own(self, exam_id: int, member_id: int) -> Exam:
        exam = await self._exams.get(exam_id)
        if exam is None:
            raise RefusedError(_GONE)
        if exam.member_id != member_id:
            raise RefusedError("This is not your exam. `/exam start` prepares one for you.")
        return exam

    async def _begun(self, exam_id: int, member_id: int) -> Exam:
        exam = await self._own(exam_id, member_id)
        if exam.started_at is None:
            raise RefusedError(
                "This exam has not begun. Press **Begin**, or prepare another with `/exam start`."
            )
        return exam

    async def _state(self, exam_id: int) -> ExamState:
        exam = await self._exams.get(exam_id)
        if exam is None:
            raise RefusedError(_GONE)  # its member had their data erased just now
        items = await self._exams.items(exam_id)
        if exam.ended_at is None:
            return Sitting(exam, tuple(items))
        return report(exam, items, self._library.catalog.banks.get(exam.bank))

    async def _finish(self, exam: Exam, ended_at: datetime, reason: ExamEnd) -> bool:
        day = await self._calendars.day(exam.member_id, exam.guild_id, ended_at)
        is_first = await self._exams.finish(exam.id, ended_at, reason, day)
        self._running.forget(exam.member_id, exam.id)
        return is_first

    async def _end_when_due(self, timer: Timer) -> None:
        exam = await self._exams.get(timer.subject)
        if exam is None or exam.ends_at is None or not await self._finish(exam, exam.ends_at, ExamEnd.TIME):
            return
        state = await self._state(exam.id)
        if isinstance(state, Report):
            for watcher in self._watchers:
                await watcher(state, self._clock.now())

    async def _give_up(self, timer: Timer, error: Exception) -> None:
        log.error(
            "Exam %d could not be graded; its member's next click tries again: %s",
            timer.subject,
            error,
            extra={"exam": timer.subject},
        )


def _item(state: ExamState, position: int) -> ExamItem:
    if not 1 <= position <= len(state.items):
        raise RefusedError(f"This exam has no question {position}. `/exam start` shows where you are in it.")
    return state.items[position - 1]
