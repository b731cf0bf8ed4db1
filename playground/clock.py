"""Simulated time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import simcord


class SimulatedClock:
    """The time of a simulated Discord, which moves only when it is told to."""

    def __init__(self) -> None:
        self.env: simcord.Env | None = None

    def now(self) -> datetime:
        """The present there, in UTC."""
        return self.env.now() if self.env is not None else datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait in simulated time. Declared as a wait, or the simulation would wait for it in real time."""
        if self.env is None:
            await asyncio.sleep(seconds)
        else:
            await self.env.external_wait(asyncio.sleep(seconds), reason="waiting for a time to come")
