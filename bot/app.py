"""The composition root: the only place that builds things and hands them to each other."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp

from bot.client import StudyhallClient
from bot.clock import Clock
from bot.config import Settings
from bot.domain.reviews import memory_model
from bot.storage.database import Database, alone
from bot.storage.facts import FactStore
from bot.storage.scores import ScoreStore
from bot.storage.stores import Stores
from bot.study.answers import Explanations, Reports
from bot.study.boards import Boards
from bot.study.calendars import Calendars
from bot.study.challenges import Challenges
from bot.study.digests import Digests
from bot.study.exams import Exams
from bot.study.hints import Hints
from bot.study.library import Library
from bot.study.listing import Listing
from bot.study.memory import Memory
from bot.study.open_rounds import OpenRounds
from bot.study.plans import Plans
from bot.study.play import Play
from bot.study.podiums import Podiums
from bot.study.practices import Practices
from bot.study.quizzes import Quizzes
from bot.study.reminders import Reminders
from bot.study.reviews import Reviews
from bot.study.rounds import Rounds
from bot.study.running_exams import RunningExams
from bot.study.scheduler import Scheduler
from bot.study.servers import Servers
from bot.study.sessions import Sessions
from bot.study.spoilers import Spoilers
from bot.study.study_plans import StudyPlans
from cogs.announcer import DiscordAnnouncer
from cogs.cards.pictures import Pictures
from cogs.channels import Channels
from cogs.messenger import DiscordMessenger
from cogs.poster import DiscordPoster

log = logging.getLogger(__name__)

EXTENSIONS = (
    "cogs.answers",
    "cogs.quizzes",
    "cogs.hints",
    "cogs.boards",
    "cogs.statistics",
    "cogs.sessions",
    "cogs.exams",
    "cogs.reminders",
    "cogs.study_plans",
    "cogs.challenges",
    "cogs.settings",
    "cogs.reports",
    "cogs.guide",
)

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
    open_rounds: OpenRounds
    rounds: Rounds
    quizzes: Quizzes
    hints: Hints
    explanations: Explanations
    reports: Reports
    servers: Servers
    listing: Listing
    boards: Boards
    plans: Plans
    challenges: Challenges
    play: Play
    digests: Digests
    memory: Memory
    practices: Practices
    reviews: Reviews
    sessions: Sessions
    exams: Exams
    reminders: Reminders
    study_plans: StudyPlans
    pictures: Pictures
    scheduler: Scheduler

    async def load(self) -> None:
        """Load what was under way when the bot stopped, before the first click can come."""
        await self.servers.load()
        await self.listing.load()
        await self.rounds.load(await self.quizzes.expected())
        await self.play.load()
        await self.exams.load()

    async def start(self) -> None:
        """Go on with what was under way. Discord is connected by now."""
        await self.quizzes.mend()
        await self.challenges.mend()
        await self.plans.mend()
        self.rounds.start()
        await self.challenges.start()
        self.memory.start()
        await self.scheduler.start()

    async def stop(self) -> None:
        """Finish what is under way and disconnect, within a few seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.rounds.flush(), _STOP_PATIENCE)
        await self.scheduler.stop(_STOP_PATIENCE)
        await self.rounds.stop(_STOP_PATIENCE)
        await self.challenges.stop()
        await self.memory.stop(_STOP_PATIENCE)
        self.pictures.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.client.close(), _STOP_PATIENCE)


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
    with alone(settings.database):
        async with Database.open(settings.database) as database:
            scores = ScoreStore(database)
            if await scores.are_outdated():
                log.info("The scores are made anew from the answers, as the upgrade of the database asks")
                await scores.rebuild()
            async with StudyhallClient(EXTENSIONS, connector, settings.shards) as client:
                client.app = app = await _build(database, client, library, settings, clock, rng)
                try:
                    yield app
                finally:
                    await app.stop()


async def _build(
    database: Database,
    client: StudyhallClient,
    library: Library,
    settings: Settings,
    clock: Clock,
    rng: random.Random,
) -> App:
    model = memory_model(settings.retention)
    stores = Stores.of(database, model)
    namespace = await stores.facts.get_or_put(_NAMESPACE, secrets.token_hex(4))
    channels = Channels(client, namespace)
    poster = DiscordPoster(channels, library, clock)
    announcer = DiscordAnnouncer(client, channels, library)
    scheduler = Scheduler(stores.timers, clock)
    servers = Servers(stores.servers, clock)
    listing = Listing(stores.servers, announcer, clock)
    boards = Boards(stores.boards, stores.scopes, stores.alone, stores.challenges, servers, listing, library)
    memory = Memory(stores.reviews, model, clock)
    open_rounds = OpenRounds()
    rounds = Rounds(
        open_rounds=open_rounds,
        rounds=stores.rounds,
        answers=stores.answers,
        hints=stores.hints,
        servers=servers,
        scheduler=scheduler,
        poster=poster,
        clock=clock,
        rng=rng,
    )
    rounds.watch(listing.answered)
    rounds.watch(memory.answered)
    quizzes = Quizzes(
        open_rounds=open_rounds,
        quizzes=stores.quizzes,
        round_store=stores.rounds,
        answers=stores.answers,
        rounds=rounds,
        library=library,
        scheduler=scheduler,
        poster=poster,
        clock=clock,
        rng=rng,
    )
    plans = Plans(stores.plans, stores.challenges, servers, library, scheduler, clock)
    challenges = Challenges(
        open_rounds=open_rounds,
        challenges=stores.challenges,
        plans=plans,
        round_store=stores.rounds,
        rounds=rounds,
        boards=boards,
        servers=servers,
        podiums=Podiums(stores.challenges, boards, listing),
        library=library,
        scheduler=scheduler,
        announcer=announcer,
        clock=clock,
        rng=rng,
    )
    calendars = Calendars(stores.members, servers)
    running_exams = RunningExams()
    spoilers = Spoilers(open_rounds, running_exams, stores.answers)
    reviews = Reviews(stores.sessions, stores.scopes, memory, calendars, spoilers, library, rng)
    sessions = Sessions(
        sessions=stores.sessions,
        scopes=stores.scopes,
        review_store=stores.reviews,
        reviews=reviews,
        calendars=calendars,
        spoilers=spoilers,
        running_exams=running_exams,
        rng=rng,
    )
    exams = Exams(
        exams=stores.exams,
        running=running_exams,
        spoilers=spoilers,
        calendars=calendars,
        library=library,
        scheduler=scheduler,
        clock=clock,
        rng=rng,
    )
    reminders = Reminders(
        store=stores.members,
        calendars=calendars,
        reviews=reviews,
        scheduler=scheduler,
        messenger=DiscordMessenger(client, namespace),
        clock=clock,
    )
    study_plans = StudyPlans(
        plans=stores.study_plans,
        review_store=stores.reviews,
        scopes=stores.scopes,
        memory=memory,
        reviews=reviews,
        calendars=calendars,
        library=library,
        clock=clock,
    )
    return App(
        client=client,
        poster=poster,
        library=library,
        facts=stores.facts,
        open_rounds=open_rounds,
        rounds=rounds,
        quizzes=quizzes,
        hints=Hints(stores.hints, rounds, open_rounds, running_exams),
        explanations=Explanations(stores.answers, rounds),
        reports=Reports(stores.reports, rounds, clock),
        servers=servers,
        listing=listing,
        boards=boards,
        plans=plans,
        challenges=challenges,
        play=Play(stores.challenges, open_rounds, boards, listing),
        digests=Digests(stores.servers, stores.boards, boards, servers, listing, scheduler, announcer, clock),
        memory=memory,
        practices=Practices(stores.sessions, stores.scopes, memory, spoilers, library, rng),
        reviews=reviews,
        sessions=sessions,
        exams=exams,
        reminders=reminders,
        study_plans=study_plans,
        pictures=Pictures(),
        scheduler=scheduler,
    )
