"""Everything that runs: taking it up and putting it away."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

from bot.client import StudyhallClient
from bot.storage.facts import FactStore
from bot.storage.pulse import PulseStore
from bot.study.answers import Explanations
from bot.study.backups import Backups
from bot.study.boards import Boards
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
from bot.study.practices import Practices
from bot.study.privacy import Privacy
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
from bot.study.study_plans import StudyPlans
from bot.study.voids import Voids
from cogs.cards.pictures import Pictures
from cogs.cooldowns import Cooldowns
from cogs.poster import DiscordPoster

_STOP_PATIENCE = 1.0
"""Seconds that each part of the shutdown gets; what is left is done after the next start."""


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
    voids: Voids
    recounts: Recounts
    servers: Servers
    listing: Listing
    boards: Boards
    plans: Plans
    challenges: Challenges
    play: Play
    digests: Digests
    departures: Departures
    memory: Memory
    practices: Practices
    reviews: Reviews
    sessions: Sessions
    exams: Exams
    reminders: Reminders
    study_plans: StudyPlans
    privacy: Privacy
    pictures: Pictures
    cooldowns: Cooldowns
    scheduler: Scheduler
    running_exams: RunningExams
    pulse: PulseStore
    backups: Backups

    async def load(self) -> None:
        """Load what was under way when the bot stopped, before the first click can come."""
        await self.servers.load()
        await self.listing.load()
        await self.voids.load()
        await self.rounds.load(await self.quizzes.expected())
        await self.play.load()
        await self.exams.load()
        await self.departures.load()

    async def start(self) -> None:
        """Go on with what was under way. All shards are connected by now."""
        await self._start_own()
        await self._start_once()

    async def _start_own(self) -> None:
        """Start what each process does for the servers of its own shards."""
        there = {guild.id for guild in self.client.guilds}
        await self.departures.compare(there, self.client.has_shard_of)
        self.rounds.start()
        await self.challenges.start(there)

    async def _start_once(self) -> None:
        """Start what runs once for all shards, servers and members. docs/development.md says what else does."""
        await self.quizzes.mend()
        await self.challenges.mend()
        await self.plans.mend()
        await self.privacy.mend()
        self.memory.start()
        self.recounts.start()
        await self.scheduler.start()
        self.backups.start()

    async def stop(self) -> None:
        """Finish what is under way and disconnect, within a few seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.gather(
                self.client.finish(_STOP_PATIENCE), asyncio.wait_for(self.rounds.flush(), _STOP_PATIENCE)
            )
        # those first that begin something new by themselves
        for parts in (
            (self.backups, self.privacy, self.scheduler),
            (self.rounds,),
            (self.memory, self.recounts),
        ):
            await asyncio.gather(*(part.stop(_STOP_PATIENCE) for part in parts))
        await self.challenges.stop()
        self.pictures.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.client.close(), _STOP_PATIENCE)
