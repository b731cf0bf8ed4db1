"""What is written to members by itself, in private. `cogs/messenger.py` does it on Discord."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ReminderTime:
    """When a member wants to be reminded."""

    hour: int
    """0 to 23, by the clock of the zone."""
    zone: str
    """By name."""


class Messenger(Protocol):
    """Writes direct messages.

    Every method returns False where the member takes none, and raises `PostFailedError` where another try may help,
    `PostRefusedError` where none will for another reason.
    """

    async def greet(self, member_id: int, time: ReminderTime) -> bool:
        """Say that reminders will come here."""
        ...

    async def remind(self, member_id: int, questions: int) -> bool:
        """Say how many questions are due. Within a few minutes, only once."""
        ...
