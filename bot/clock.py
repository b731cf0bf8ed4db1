"""What the bot knows of time. Handed in everywhere, so that tests and the playground can move it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """A source of time. Only the entrances (the service and the commands) make one that is real."""

    def now(self) -> datetime:
        """The present, as an aware datetime in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Come back after this many seconds of this clock."""
        ...


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        """The present in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait for real."""
        await asyncio.sleep(seconds)
