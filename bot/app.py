"""The composition root: the only place that builds things and hands them to each other."""

from __future__ import annotations

import contextlib
import logging
import random
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp

from bot.client import StudyhallClient
from bot.clock import Clock, SystemClock
from bot.config import Settings
from bot.domain.reviews import memory_model
from bot.metrics import Metrics
from bot.running import App
from bot.storage.database import Database, alone
from bot.storage.facts import NAMESPACE
from bot.storage.scores import ScoreStore
from bot.storage.stores import Stores
from bot.study.answers import Explanations
from bot.study.backups import Backups
from bot.study.boards import Boards
from bot.study.calendars import Calendars
from bot.study.challenges import Challenges
from bot.study.departures import Departures
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
from bot.study.privacy import Policy, Privacy
from bot.study.quizzes import Quizzes
from bot.study.recounts import Recounts
from bot.study.reminders import Reminders
from bot.study.reports import Reports
from bot.study.reviews import Reviews
from bot.study.rounds import Rounds
from bot.study.running_exams import RunningExams
from bot.study.scheduler import Scheduler
from bot.study.servers import Servers
from bot.study.sessions import Sessions
from bot.study.spoilers import Spoilers
from bot.study.study_plans import StudyPlans
from bot.study.voids import Voids
from cogs.announcer import DiscordAnnouncer
from cogs.cards.pictures import Pictures
from cogs.channels import Channels
from cogs.cooldowns import Cooldowns
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
    "cogs.privacy",
    "cogs.guide",
    "cogs.departures",
)


@contextlib.asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    rng: random.Random | None = None,
    connector: aiohttp.BaseConnector | None = None,
    metrics: Metrics | None = None,
) -> AsyncIterator[App]:
    """Build everything, ready to connect; at the end, put everything away. With `metrics`, what happens is counted.

    Raises:
        StudyhallError: the banks or the database can't be used.
    """
    clock = clock or SystemClock()
    rng = rng or random.SystemRandom()
    library = Library(settings.banks)
    await library.load()
    with alone(settings.database):
        async with Database.open(settings.database) as database:
            scores = ScoreStore(database)
            # once for all shards, as are the migrations: see `App.start()`
            if await scores.are_outdated():
                log.info("The scores are made anew from the answers, as the upgrade of the database asks")
                await scores.rebuild()
            async with StudyhallClient(EXTENSIONS, connector, settings.shards, metrics) as client:
                client.app = app = await _build(database, client, library, settings, clock, rng, metrics)
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
    metrics: Metrics | None,
) -> App:
    model = memory_model(settings.retention)
    stores = Stores.of(database, model, metrics.committed if metrics else None)
    namespace = await stores.facts.get_or_put(NAMESPACE, secrets.token_hex(4))
    channels = Channels(client, namespace)
    servers = Servers(stores.servers, library, clock)
    poster = DiscordPoster(channels, servers, library, clock)
    announcer = DiscordAnnouncer(client, channels, servers, library)
    scheduler = Scheduler(stores.timers, clock)
    listing = Listing(stores.servers, announcer, clock)
    boards = Boards(stores.boards, stores.scopes, stores.alone, stores.challenges, servers, listing, library)
    memory = Memory(stores.reviews, model, clock)
    voids = Voids(stores.voids)
    recounts = Recounts(stores.scores, clock)
    open_rounds = OpenRounds(voids)
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
    if metrics is not None:
        rounds.watch(metrics.answered)
    quizzes = Quizzes(
        open_rounds=open_rounds,
        quizzes=stores.quizzes,
        round_store=stores.rounds,
        answers=stores.answers,
        rounds=rounds,
        servers=servers,
        voids=voids,
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
        podiums=Podiums(stores.challenges, boards, listing, recounts),
        voids=voids,
        library=library,
        scheduler=scheduler,
        announcer=announcer,
        clock=clock,
        rng=rng,
    )
    departures = Departures(
        store=stores.departures,
        quizzes=quizzes,
        challenges=challenges,
        open_rounds=open_rounds,
        memory=memory,
        servers=servers,
        listing=listing,
        voids=voids,
        scheduler=scheduler,
        clock=clock,
        keep_for=timedelta(days=settings.keep_servers_days),
    )
    calendars = Calendars(stores.members, servers)
    running_exams = RunningExams()
    spoilers = Spoilers(open_rounds, running_exams, stores.answers)
    reviews = Reviews(stores.sessions, stores.scopes, memory, calendars, spoilers, servers, library, rng)
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
    if metrics is not None:
        sessions.watch(metrics.studied)
    exams = Exams(
        exams=stores.exams,
        running=running_exams,
        spoilers=spoilers,
        calendars=calendars,
        servers=servers,
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
        servers=servers,
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
        reports=Reports(
            reports=stores.reports,
            void_store=stores.voids,
            scores=stores.scores,
            round_store=stores.rounds,
            voids=voids,
            rounds=rounds,
            challenges=challenges,
            recounts=recounts,
            announcer=announcer,
            clock=clock,
        ),
        voids=voids,
        recounts=recounts,
        servers=servers,
        listing=listing,
        boards=boards,
        plans=plans,
        challenges=challenges,
        play=Play(stores.challenges, open_rounds, boards, listing),
        digests=Digests(stores.servers, stores.boards, boards, servers, listing, scheduler, announcer, clock),
        departures=departures,
        memory=memory,
        practices=Practices(stores.sessions, stores.scopes, memory, spoilers, servers, voids, library, rng),
        reviews=reviews,
        sessions=sessions,
        exams=exams,
        reminders=reminders,
        study_plans=study_plans,
        privacy=Privacy(
            stores,
            servers=servers,
            listing=listing,
            challenges=challenges,
            running_exams=running_exams,
            announcer=announcer,
            scheduler=scheduler,
            clock=clock,
            policy=Policy(str(settings.privacy_url or ""), settings.keep_servers_days),
        ),
        pictures=Pictures(),
        cooldowns=Cooldowns(),
        scheduler=scheduler,
        running_exams=running_exams,
        pulse=stores.pulse,
        backups=Backups(settings.database, settings.backups_folder, settings.backups_kept, clock),
    )
