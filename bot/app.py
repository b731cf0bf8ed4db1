"""The composition root: the only place that builds things and hands them to each other."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from bot.client import StudyhallClient
from bot.clock import Clock
from bot.config import Settings
from bot.errors import DatabaseError
from bot.storage.answers import AnswerStore
from bot.storage.boards import BoardStore
from bot.storage.database import Database
from bot.storage.facts import FactStore
from bot.storage.hints import HintStore, ReportStore
from bot.storage.quizzes import QuizStore
from bot.storage.rounds import RoundStore
from bot.storage.timers import TimerStore
from bot.study.answers import Explanations, Reports
from bot.study.boards import Boards
from bot.study.hints import Hints
from bot.study.library import Library
from bot.study.quizzes import Quizzes
from bot.study.rounds import Rounds
from bot.study.scheduler import Scheduler
from cogs.poster import DiscordPoster

EXTENSIONS = ("cogs.answers", "cogs.quizzes", "cogs.hints", "cogs.boards", "cogs.reports", "cogs.guide")

_NAMESPACE = "namespace"
"""Tells this database's rounds from those of another one that the same application used before."""

_STOP_PATIENCE = 1.0
"""Seconds that each part of the shutdown gets; what is left is done after the next start."""


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        """The present in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait for real."""
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class App:
    """Everything that runs, for the cogs' `setup()` to pick from."""

    client: StudyhallClient
    poster: DiscordPoster
    library: Library
    facts: FactStore
    rounds: Rounds
    quizzes: Quizzes
    hints: Hints
    explanations: Explanations
    reports: Reports
    boards: Boards
    scheduler: Scheduler

    async def load(self) -> None:
        """Load what was under way when the bot stopped, before the first click can come."""
        await self.rounds.load(await self.quizzes.expected())

    async def start(self) -> None:
        """Go on with what was under way. Discord is connected by now."""
        await self.quizzes.mend()
        self.rounds.start()
        await self.scheduler.start()

    async def stop(self) -> None:
        """Finish what is under way and disconnect, within a few seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.rounds.flush(), _STOP_PATIENCE)
        await self.scheduler.stop(_STOP_PATIENCE)
        await self.rounds.stop(_STOP_PATIENCE)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.client.close(), _STOP_PATIENCE)


@contextlib.contextmanager
def _alone(database: Path) -> Iterator[None]:
    """Let no second bot run on the same database: each would take the other's rounds for its own."""
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        yield
        return
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        lock = database.with_name(f"{database.name}.lock").open("w")
    except OSError as error:
        raise DatabaseError(
            f"The database {database} can't be used: {error}. Check that its folder may be written to."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DatabaseError(
                f"Another Studyhall is running with the database {database}. Stop it first, or let "
                "STUDYHALL_DATABASE name a file in another folder."
            ) from None
        yield


@contextlib.asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    rng: random.Random | None = None,
    connector: aiohttp.BaseConnector | None = None,
) -> AsyncIterator[App]:
    """Build everything, ready to connect; at the end, put everything away.

    Raises:
        StudyhallError: the banks or the database can't be used.
    """
    clock = clock or SystemClock()
    rng = rng or random.SystemRandom()
    library = Library(settings.banks)
    library.load()
    with _alone(settings.database):
        async with Database.open(settings.database) as database:
            client = StudyhallClient(EXTENSIONS, connector)
            facts = FactStore(database)
            poster = DiscordPoster(
                client, library, clock, await facts.get_or_put(_NAMESPACE, secrets.token_hex(4))
            )
            round_store, quiz_store = RoundStore(database), QuizStore(database)
            answers, hint_store = AnswerStore(database), HintStore(database)
            scheduler = Scheduler(TimerStore(database), clock)
            rounds = Rounds(
                rounds=round_store,
                answers=answers,
                hints=hint_store,
                scheduler=scheduler,
                poster=poster,
                clock=clock,
                rng=rng,
            )
            quizzes = Quizzes(
                quizzes=quiz_store,
                round_store=round_store,
                answers=answers,
                rounds=rounds,
                library=library,
                scheduler=scheduler,
                poster=poster,
                clock=clock,
                rng=rng,
            )
            client.app = app = App(
                client=client,
                poster=poster,
                library=library,
                facts=facts,
                rounds=rounds,
                quizzes=quizzes,
                hints=Hints(hint_store, rounds),
                explanations=Explanations(answers, rounds),
                reports=Reports(ReportStore(database), rounds, clock),
                boards=Boards(BoardStore(database), clock),
                scheduler=scheduler,
            )
            try:
                yield app
            finally:
                await app.stop()
