"""Twelve weeks of a study group, made up anew at each start of the demo.

It is written through the bot's own stores, and graded by the bot's own rules: boards, streaks and podiums are
what the bot makes of the answers, not what somebody drew.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.boards import rank
from bot.domain.challenges import HEADWAY, Challenge, ChallengeEnd, Plan, choose_for_challenge
from bot.domain.questions import Bank, Question
from bot.domain.quizzes import EndReason
from bot.domain.rounds import Answer, CloseReason, Round, shuffled_order
from bot.domain.scoring import grade, points
from bot.domain.selection import choose_questions
from bot.domain.windows import WEEK, instant, local_day
from bot.running import App
from bot.storage.answers import AnswerStore
from bot.storage.boards import BoardStore
from bot.storage.challenges import ChallengeStore
from bot.storage.database import Database, alone
from bot.storage.hints import HintStore
from bot.storage.plans import PlanStore
from bot.storage.quizzes import QuizStore
from bot.storage.rounds import RESULT, RoundStore
from bot.storage.timers import Timer, TimerStore
from bot.study.play import Playing
from bot.study.quizzes import GET_READY, READING_TIME
from bot.study.rounds import GRACE
from playground.people import PEOPLE, Person

DAYS = 84
"""How far back the history goes."""

FINISHED = 5
"""How many challenges are over."""

LATECOMER = "noor"
"""Plays a question of the running challenge when the bot is there, so that the bot puts the standings on its card."""

_SEED = "studyhall"
_ZONE = ZoneInfo("UTC")  # what a server has that chose none
_CHALLENGE_HOUR = 18
_RUNNING_FOR = timedelta(days=4)
"""How many days ago the running challenge began: it has three more to go, whatever day it is today."""

_ASKED_AT, _OPEN_FOR = 7, timedelta(hours=15)
"""The hour of the question of the day, and how long it can be answered."""
_QUIZ_WEEKDAYS, _QUIZ_HOUR = (2, 6), 20
_QUIZ_QUESTIONS, _QUIZ_SECONDS = 8, timedelta(seconds=45)
_QUIZ_LASTS = GET_READY + _QUIZ_QUESTIONS * (_QUIZ_SECONDS + READING_TIME)

_JOINS_QUIZ = 0.65
_PLAYS_CHALLENGE = 0.9
_GIVES_UP = 0.12
_TAKES_HINT = 0.04
_IDLER = 0.3
"""Who comes on no day more likely than this does not make it to the quiz of today."""
_MILLISECOND = timedelta(milliseconds=1)
_PLAYED_SO_FAR = {"ada": 0, "linus": 0, "mona": 4, LATECOMER: 0}
"""How many questions of the running challenge these have answered: people at the page want something to play."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the history takes place. Ids are Discord's."""

    guild_id: int
    channel_id: int
    members: Mapping[str, int]
    """By name; all of `PEOPLE`."""
    mention_role_id: int
    champion_role_id: int


def clear(database: Path) -> None:
    """Take the last demo's database away.

    Raises:
        DatabaseError: a demo is running with it.
    """
    with alone(database):
        for ending in ("", "-wal", "-shm"):
            database.with_name(database.name + ending).unlink(missing_ok=True)


def running_since(now: datetime) -> datetime:
    """When the challenge before the running one ended, and the running one was due."""
    return instant(local_day(now, _ZONE) - _RUNNING_FOR, _ZONE, _CHALLENGE_HOUR)


async def write_history(database: Database, server: Server, bank: Bank, now: datetime) -> None:
    """Write what happened in a server up to now: the same for the same moment and bank."""
    await _History(database, server, bank, now).write()


async def play_late(app: App, server: Server, now: datetime) -> None:
    """Let one more member begin the running challenge, as if they clicked now."""
    member_id = server.members[LATECOMER]
    challenge = await app.play.running(server.guild_id)
    step = await app.play.go_on(challenge.id, server.guild_id, member_id, now - timedelta(seconds=15))
    if isinstance(step, Playing):
        places = [step.round.place_of(option) for option in step.round.question.key]
        await app.rounds.answer(step.round.id, server.guild_id, member_id, places, now)


class _History:
    """Writes the history, one event after the other."""

    def __init__(self, database: Database, server: Server, bank: Bank, now: datetime) -> None:
        self._server = server
        self._bank = bank
        self._now = now.replace(second=0, microsecond=0)
        self._today = local_day(now, _ZONE)
        self._rng = random.Random(_SEED)  # noqa: S311 - the same history each time, not a secret
        self._answers = AnswerStore(database)
        self._rounds = RoundStore(database)
        self._quizzes = QuizStore(database)
        self._hints = HintStore(database)
        self._timers = TimerStore(database)
        self._plans = PlanStore(database)
        self._challenges = ChallengeStore(database)
        self._boards = BoardStore(database)
        self._reserved: set[str] = set()
        """The questions of the challenge that runs."""
        began = running_since(now)
        self._plan = Plan(
            guild_id=server.guild_id,
            channel_id=server.channel_id,
            owner_id=server.members["mona"],
            bank=bank.id,
            weekday=local_day(began, _ZONE).weekday(),
            hour=_CHALLENGE_HOUR,
            mention_role_id=server.mention_role_id,
            champion_role_id=server.champion_role_id,
            is_on=True,
        )
        self._starts = [began - number * WEEK for number in range(FINISHED, -1, -1)]
        self._present = {
            day: self._who_comes(day)
            for day in (self._today - timedelta(days=ago) for ago in range(DAYS, -1, -1))
        }

    async def write(self) -> None:
        """All of it."""
        challenge: Challenge | None = None
        for day in self._present:
            if day < self._today:
                await self._question_of_the_day(day)
            start = instant(day, _ZONE, _CHALLENGE_HOUR)
            if start in self._starts:
                if challenge is not None:
                    await self._finish(challenge)
                challenge = await self._begin(start)
            if day < self._today and day.weekday() in _QUIZ_WEEKDAYS:
                at = instant(day, _ZONE, _QUIZ_HOUR)
                await self._quiz(
                    at, [person for person in self._present[day] if self._rng.random() < _JOINS_QUIZ]
                )
        if challenge is not None:
            await self._play(challenge, until=self._now - timedelta(minutes=15))
        await self._plans.put(self._plan, self._starts[-1] + WEEK + HEADWAY)
        # on a Monday, too, there is then a board of the week
        await self._quiz(self._now - _QUIZ_LASTS, self._all_but_idlers())

    def _who_comes(self, day: date) -> list[Person]:
        return [person for person in PEOPLE if person.comes(day, self._today, self._rng)]

    def _all_but_idlers(self) -> list[Person]:
        return [person for person in PEOPLE if max(person.workday, person.weekend) >= _IDLER]

    # what happens

    async def _question_of_the_day(self, day: date) -> None:
        opened_at = instant(day, _ZONE, _ASKED_AT)
        (question,) = await self._choose(1)
        round_ = await self._open(question, opened_at, opened_at + _OPEN_FOR)
        answers = []
        for person in self._present[day]:
            # squared: most answer early, some only in the evening
            waited = timedelta(milliseconds=int(self._rng.random() ** 2 * _OPEN_FOR / _MILLISECOND))
            answers.append(self._answer(person, round_, opened_at + waited))
        await self._store(answers)
        closed_at = round_.closes_at + GRACE
        await self._rounds.close(round_.id, CloseReason.DEADLINE, closed_at)
        await self._timers.done(Timer(RESULT, round_.id, closed_at))  # nobody waits for its result any more

    async def _quiz(self, at: datetime, players: Sequence[Person]) -> None:
        questions = await self._choose(_QUIZ_QUESTIONS)
        quiz = await self._quizzes.start(
            guild_id=self._server.guild_id,
            channel_id=self._server.channel_id,
            starter_id=self._id(self._rng.choice(players) if players else PEOPLE[0]),
            bank=self._bank.id,
            topic=None,
            seconds=int(_QUIZ_SECONDS.total_seconds()),
            questions=questions,
            now=at,
            first_at=at + GET_READY,
        )
        if quiz is None:
            raise AssertionError  # the one before has ended
        opened_at = at + GET_READY
        answers = []
        for position, question in enumerate(questions, start=1):
            round_ = await self._open(
                question, opened_at, opened_at + _QUIZ_SECONDS, quiz_id=quiz.id, position=position
            )
            for person in players:
                took = person.takes(self._rng)
                if took < _QUIZ_SECONDS:
                    answers.append(self._answer(person, round_, opened_at + took))
            opened_at = round_.closes_at + READING_TIME
        await self._store(answers)
        await self._quizzes.end(
            quiz.id, EndReason.FINISHED, opened_at, close=CloseReason.DEADLINE, final=False
        )

    async def _begin(self, start: datetime) -> Challenge:
        recent = await self._challenges.recent_questions(self._server.guild_id, self._bank.id)
        seed = f"{self._rng.getrandbits(64):016x}"
        questions = choose_for_challenge(
            self._bank, self._bank.questions, self._plan.questions, recent=recent, seed=seed
        )
        self._reserved = {question.id for question in questions}
        challenge = await self._challenges.start(
            self._plan,
            questions,
            seed=seed,
            starts_at=start + HEADWAY,
            ends_at=start + WEEK,
            close_at=start + WEEK + GRACE,
        )
        if challenge is None:
            raise AssertionError  # the one before has ended
        return challenge

    async def _finish(self, challenge: Challenge) -> None:
        await self._play(challenge, until=challenge.ends_at)
        await self._challenges.end(challenge.id, ChallengeEnd.FINISHED, challenge.ends_at + GRACE)
        if challenge.ends_at != self._starts[-1]:
            best = rank(await self._boards.scores(challenge.guild_id, challenge.span), by_time=True)
            winners = [standing.score.member_id for standing in best if standing.rank == 1]
            await self._challenges.archive_result(challenge.id, winners, best[0].score.points, len(best))
            await self._challenges.podium_posted(challenge.id, None)  # the last one is left to the bot

    async def _play(self, challenge: Challenge, until: datetime) -> None:
        """Let members answer the questions of a challenge up to an instant, each at a time of their own."""
        rounds = await self._rounds.of_challenge(challenge.id)
        is_running = until < challenge.ends_at
        answers: list[Answer] = []
        for person in PEOPLE:
            at = self._time_to_play(person, challenge.starts_at, until)
            number = self._rng.randint(2, len(rounds) - 1) if self._rng.random() < _GIVES_UP else len(rounds)
            if is_running:
                number = min(number, _PLAYED_SO_FAR.get(person.name, number))
            if at is not None:
                answers += await self._play_alone(person, rounds[:number], at, until)
        shown = (self._challenges.show(a.round_id, a.member_id, a.clicked_at - a.took) for a in answers)
        await asyncio.gather(*shown)
        await self._store(answers, private=True)

    def _time_to_play(self, person: Person, after: datetime, until: datetime) -> datetime | None:
        """When a member takes up a challenge, if they do: on a day on which they come."""
        moments = []
        for day, present in self._present.items():
            at = instant(day, _ZONE) + timedelta(minutes=self._rng.randint(7 * 60, 22 * 60))
            if person in present and after < at < until:
                moments.append(at)
        return self._rng.choice(moments) if moments and self._rng.random() < _PLAYS_CHALLENGE else None

    async def _play_alone(
        self, person: Person, rounds: Sequence[Round], at: datetime, until: datetime
    ) -> list[Answer]:
        answers: list[Answer] = []
        for round_ in rounds:
            took = 2 * person.takes(self._rng)  # no hurry here
            if at + took >= until:
                break
            hints = int(bool(round_.question.hints) and self._rng.random() < _TAKES_HINT)
            if hints:
                await self._hints.take(round_.id, self._id(person), hints, at)
            answers.append(self._answer(person, round_, at + took, seen_at=at, hints=hints))
            at += took + timedelta(seconds=self._rng.randint(5, 25))
        return answers

    # the parts of it

    def _id(self, person: Person) -> int:
        return self._server.members[person.name]

    async def _choose(self, count: int) -> list[Question]:
        """What the bot would ask: neither what was asked lately nor what the challenge asks."""
        pool = [question for question in self._bank.questions if question.id not in self._reserved]
        asked = await self._rounds.last_asked(self._server.guild_id, self._bank.id)
        return choose_questions(
            self._bank, pool or self._bank.questions, count, last_asked=asked, rng=self._rng
        )

    async def _open(
        self,
        question: Question,
        opened_at: datetime,
        closes_at: datetime,
        *,
        quiz_id: int | None = None,
        position: int | None = None,
    ) -> Round:
        round_ = await self._rounds.add(
            guild_id=self._server.guild_id,
            channel_id=self._server.channel_id,
            question=question,
            order=shuffled_order(question, self._rng),
            opened_at=opened_at,
            closes_at=closes_at,
            quiz_id=quiz_id,
            position=position,
        )
        if round_ is None:
            raise AssertionError  # only when its quiz has ended
        return round_

    def _answer(
        self,
        person: Person,
        round_: Round,
        at: datetime,
        *,
        seen_at: datetime | None = None,
        hints: int = 0,
    ) -> Answer:
        """What a member answers, and what it is worth."""
        question = round_.question
        days_ago = (self._today - local_day(at, _ZONE)).days
        is_right = self._rng.random() < person.knows(question, days_ago, _SEED)
        choice = question.key if is_right else self._mistake(question)
        graded = grade(question.key, choice)
        return Answer(
            round_id=round_.id,
            member_id=self._id(person),
            choice=choice,
            clicked_at=at,
            hints=hints,
            outcome=graded.outcome,
            points=points(graded, time_left=round_.time_left(at), hints=hints),
            day=local_day(at, _ZONE),
            took=at - (seen_at or round_.opened_at),
        )

    def _mistake(self, question: Question) -> frozenset[int]:
        """A choice with one wrong option in it, and as many as are to be chosen."""
        wrong = [place for place in range(len(question.options)) if place not in question.key]
        found = self._rng.sample(sorted(question.key), question.choose - 1)
        return frozenset([*found, self._rng.choice(wrong)])

    async def _store(self, answers: list[Answer], *, private: bool = False) -> None:
        """Store answers in the order of their clicks, handed in at once, so that they share a commit."""
        answers.sort(key=lambda answer: answer.clicked_at)
        await asyncio.gather(*(self._answers.add(answer, private=private) for answer in answers))
