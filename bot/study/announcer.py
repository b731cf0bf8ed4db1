"""What the weekly challenge needs said to a server. `cogs/announcer.py` does it on Discord."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.boards import BoardPage, Climb
from bot.domain.challenges import Challenge, ChallengeResult
from bot.domain.questions import Question


@dataclass(frozen=True, slots=True)
class Digest:
    """A week of a server."""

    guild_id: int
    channel_id: int
    starts_at: datetime
    ends_at: datetime
    members: int
    answered: int
    right: int
    climber: Climb | None
    best: BoardPage


class Announcer(Protocol):
    """Posts and edits messages, moves roles.

    Every method raises `PostFailedError` where another try may help and `PostRefusedError` where none will.
    """

    async def post_challenge(self, challenge: Challenge, page: BoardPage, mention_role_id: int | None) -> int:
        """Post the card of a challenge; the id of its message."""
        ...

    async def show_challenge(self, challenge: Challenge, page: BoardPage) -> None:
        """Bring the card of a challenge up to date: the standings, or its end."""
        ...

    async def post_podium(self, result: ChallengeResult) -> None:
        """Post what came of a challenge."""
        ...

    async def post_digest(self, digest: Digest) -> None:
        """Post what a week was like."""
        ...

    async def post_void(
        self, channel_id: int, question: Question, decided_at: datetime, *, voided: bool
    ) -> None:
        """Post that a question counts no more from now on, or again."""
        ...

    async def give_role(self, guild_id: int, member_id: int, role_id: int) -> None:
        """Give a member a role."""
        ...

    async def take_role(self, guild_id: int, member_id: int, role_id: int) -> None:
        """Take a role from a member; nothing happens if either is gone."""
        ...

    async def tell_moderators(self, guild_id: int, owner_id: int, sentence: str) -> bool:
        """Tell the moderators of a server something in the best place that is left. False: there is none."""
        ...
