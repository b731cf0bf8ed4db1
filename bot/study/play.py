"""Playing a challenge, and looking at how it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.boards import Standing
from bot.domain.challenges import Challenge
from bot.domain.rounds import Round
from bot.errors import RefusedError
from bot.storage.challenges import ChallengeStore
from bot.study.boards import Boards
from bot.study.listing import Listing
from bot.study.open_rounds import OpenRounds


@dataclass(frozen=True, slots=True)
class Playing:
    """The question that a member of a challenge is at, as they see it."""

    round: Round
    since: datetime
    """When they first saw it (aware UTC)."""


@dataclass(frozen=True, slots=True)
class Played:
    """Where a member stands in a challenge."""

    challenge: Challenge
    standing: Standing | None
    """None: they did not play."""
    players: int
    left: int
    """How many questions they can still answer."""


class Play:
    """What members do with challenges. Each goes their own way through the same questions."""

    def __init__(
        self, challenges: ChallengeStore, open_rounds: OpenRounds, boards: Boards, listing: Listing
    ) -> None:
        self._challenges = challenges
        self._open = open_rounds
        self._boards = boards
        self._listing = listing

    async def load(self) -> None:
        """Load who has seen which question of the challenges that run. Their rounds are loaded by now."""
        for challenge in await self._challenges.all_running():
            for state in self._open.of_challenge(challenge.id):
                state.shown = await self._challenges.shown(state.round.id)

    async def go_on(
        self, challenge_id: int, guild_id: int, member_id: int, now: datetime
    ) -> Playing | Played:
        """The question that comes next for a member; from now on (the time of the click) their time for it runs.

        Raises:
            RefusedError: there is no such challenge in this server.
        """
        # from memory: in the minute of the mention a whole class presses Play
        state = self._open.next_of_challenge(challenge_id, guild_id, member_id)
        if state is None or now >= state.round.closes_at:
            return await self.standing(challenge_id, guild_id, member_id)
        if member_id not in state.shown:
            await self._challenges.show(state.round.id, member_id, now)
            state.shown.setdefault(member_id, now)
        return Playing(state.round.shown_to(member_id), state.seen_since(member_id))

    async def standing(self, challenge_id: int, guild_id: int, member_id: int) -> Played:
        """Where a member stands in a challenge.

        Raises:
            RefusedError: there is no such challenge in this server.
        """
        challenge = await self._get(challenge_id, guild_id)
        standing, players = await self._boards.standing(guild_id, challenge.span, member_id)
        left = len(self._open.left_of_challenge(challenge_id, member_id))
        return Played(challenge, standing, players, left)

    async def running(self, guild_id: int) -> Challenge:
        """The challenge that runs in a server.

        Raises:
            RefusedError: none does.
        """
        challenge = await self._challenges.running(guild_id)
        if challenge is None:
            raise RefusedError(
                "No challenge is running here at the moment. `/challenge history` shows the past ones."
            )
        return challenge

    async def history(self, guild_id: int, page: int) -> tuple[int, list[Challenge]]:
        """How many challenges are over, and a page (from 0) of them, the newest first. Who hides is not named."""
        number, challenges = await self._challenges.archive(guild_id, page)
        winners = {winner for challenge in challenges for winner in challenge.winners}
        hidden = {winner for winner in winners if await self._listing.is_hidden(guild_id, winner)}
        return number, [
            replace(c, winners=tuple(winner for winner in c.winners if winner not in hidden))
            for c in challenges
        ]

    async def _get(self, challenge_id: int, guild_id: int) -> Challenge:
        challenge = await self._challenges.get(challenge_id)
        if challenge is None or challenge.guild_id != guild_id:
            raise RefusedError("This challenge is not known here. `/challenge history` shows those that are.")
        return challenge
