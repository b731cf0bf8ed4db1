"""How the bot is doing at this moment, for the health check and the metrics."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.rounds import Round
from bot.storage.pulse import Pulse

if TYPE_CHECKING:
    from bot.running import App

PATIENCE = 1.0
"""Seconds that the database has for a short read."""

SLOWEST_GATEWAY = 10.0
"""Seconds for a heartbeat there and back. Interactions must be answered within 3."""

LATEST_TIMER = 300.0
"""Seconds. A thousand reminders that fall due together take some minutes, and so does a rate limit."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One connection to the gateway."""

    is_open: bool
    latency: float | None
    """Seconds for a heartbeat there and back; None: none has come back yet."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """What can be read of a running bot."""

    is_serving: bool
    """Discord has taken the bot in, what was under way goes on, and it is not being stopped."""
    is_connected: bool
    shards: dict[int, Shard]
    servers: int
    rounds: dict[str, int]
    """The open ones by activity."""
    exams: int
    pulse: Pulse | None
    """None: the database did not answer in time."""
    read_seconds: float
    lateness: float | None
    """Seconds since the most overdue timer should have been done, or since the start; None: not known."""

    def complaints(self) -> dict[str, str]:
        """What is not as it should be, a sentence for each part that is ill."""
        found = {
            "gateway": self._complaint_of_gateway(),
            "database": None
            if self.pulse is not None
            else f"The database did not answer a read within {PATIENCE:g} s. Look at the disk, and at the log.",
            "scheduler": None
            if self.lateness is None or self.lateness <= LATEST_TIMER
            else f"What fell due is {self.lateness:.0f} s late. The log says what fails.",
        }
        return {part: sentence for part, sentence in found.items() if sentence is not None}

    def _complaint_of_gateway(self) -> str | None:
        closed = [str(number) for number, shard in sorted(self.shards.items()) if not shard.is_open]
        slow = [
            str(number)
            for number, shard in sorted(self.shards.items())
            if shard.latency is not None and shard.latency > SLOWEST_GATEWAY
        ]
        if not self.shards:
            return "Discord has not taken the bot in yet."
        if closed:
            return f"Not connected to Discord on shard {', '.join(closed)}. The bot tries to get the connection back."
        if not self.is_connected:
            return "Not connected to Discord. The bot tries to get the connection back."
        if slow:
            return f"Discord is slow to answer heartbeats on shard {', '.join(slow)}. Look at the network."
        return None


async def take_vitals(app: App) -> Vitals:
    """How the bot is doing. Comes back within `PATIENCE`, also when the database does not."""
    before = time.perf_counter()
    pulse = None
    with contextlib.suppress(Exception):  # whatever it is, it is what is to be told: no answer
        async with asyncio.timeout(PATIENCE):
            pulse = await app.pulse.take()
    client = app.client
    return Vitals(
        is_serving=client.is_serving,
        is_connected=client.is_connected,
        shards=dict(_shards(app)),
        servers=len(client.guilds),
        rounds=Counter(activity(state.round) for state in app.open_rounds),
        exams=app.running_exams.count(),
        pulse=pulse,
        read_seconds=time.perf_counter() - before,
        lateness=app.scheduler.lateness(pulse.earliest) if pulse is not None else None,
    )


def _shards(app: App) -> Iterator[tuple[int, Shard]]:
    for number, shard in app.client.shards.items():
        latency = shard.latency
        yield number, Shard(not shard.is_closed(), latency if math.isfinite(latency) else None)


def activity(round_: Round) -> str:
    """What a round is part of: a quiz or challenge, or a single question."""
    if round_.challenge_id is not None:
        return "challenge"
    return "question" if round_.quiz_id is None else "quiz"
