"""What a server chooses for itself, and who may start a quiz where."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

FEWEST_SECONDS, USUAL_SECONDS, MOST_SECONDS = 10, 60, 600
"""How long a question of a quiz is open."""

MOST_PLACES = 25
"""How many channels, and how many roles, can be chosen: Discord's lists take no more."""


class Setting(StrEnum):
    """What can be chosen; each is a field of `ServerChoices`."""

    ZONE = "zone"
    BANK = "bank"
    SECONDS = "seconds"
    CHANNELS = "quiz_channels"
    ROLES = "quiz_roles"
    NAMES = "hides_names"


@dataclass(frozen=True, slots=True)
class ServerChoices:
    """What a server has chosen. One that has chosen nothing has these."""

    zone: str = "UTC"
    """By its name in the IANA database."""
    bank: str | None = None
    """What nobody names a bank means; None: the first one."""
    seconds: int | None = None
    """For each question of a quiz; None: as usual."""
    quiz_channels: frozenset[int] = frozenset()
    """Where quizzes may run; none: everywhere."""
    quiz_roles: frozenset[int] = frozenset()
    """Who may start them, besides moderators; none: everyone."""
    hides_names: bool = False
    """Whether boards and results name nobody."""
    changed: Setting | None = None
    """What was changed last."""
    changed_by: int | None = None
    changed_at: datetime | None = None
    """Aware UTC."""

    def among(self, there: Set[int]) -> ServerChoices:
        """These choices without the channels and roles that are gone. Where all are gone it is as if none had been
        chosen: a channel that somebody deletes must not lock everybody out.
        """
        return replace(self, quiz_channels=self.quiz_channels & there, quiz_roles=self.quiz_roles & there)


@dataclass(frozen=True, slots=True)
class Starter:
    """Somebody who wants to start a quiz."""

    channel_id: int
    """Where; for a thread, the channel that it is in."""
    roles: frozenset[int]
    is_moderator: bool


class Obstacle(StrEnum):
    """Why somebody may not start a quiz."""

    CHANNEL = "channel"
    ROLE = "role"


def obstacle(choices: ServerChoices, starter: Starter) -> Obstacle | None:
    """What keeps somebody from starting a quiz, if anything does.

    Moderators need no role. The channels hold for them as well: a quiz in the wrong channel disturbs the people there,
    whoever has started it, and who may moderate a server can choose its channels or ask somebody who can.
    """
    if choices.quiz_channels and starter.channel_id not in choices.quiz_channels:
        return Obstacle.CHANNEL
    if choices.quiz_roles and not starter.is_moderator and not choices.quiz_roles & starter.roles:
        return Obstacle.ROLE
    return None
