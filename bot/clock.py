"""What the bot knows of time. Handed in everywhere, so that tests and the playground can move it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """A source of time. Only `bot/app.py` holds one that reads the real clock."""

    def now(self) -> datetime:
        """The present, as an aware datetime in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Come back after this many seconds of this clock."""
        ...
