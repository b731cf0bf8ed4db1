"""What came of a challenge that is over."""

from __future__ import annotations

from bot.domain.boards import most_improved
from bot.domain.challenges import Challenge, ChallengeResult
from bot.domain.scoring import RIGHT_POINTS
from bot.storage.challenges import ChallengeStore
from bot.study.boards import Boards
from bot.study.listing import SURE, Listing
from bot.study.recounts import Recounts

_RANKS = 3


class Podiums:
    """Sums challenges up. Nobody who has left the server wins anything."""

    def __init__(
        self, challenges: ChallengeStore, boards: Boards, listing: Listing, recounts: Recounts
    ) -> None:
        self._challenges = challenges
        self._recounts = recounts
        self._boards = boards
        self._listing = listing

    async def sum_up(self, challenge: Challenge) -> ChallengeResult:
        """What came of a challenge."""
        await self._recounts.settle()  # it stays as it is said now
        page = await self._boards.top(challenge.guild_id, challenge.span, known_for=SURE)
        records = [record for record in await self._challenges.questions(challenge.id) if record.answered]
        answered = sum(record.answered for record in records)
        hardest = min(records, key=lambda record: record.share, default=None)
        if hardest is not None and hardest.share == 1:
            hardest = None
        return ChallengeResult(
            challenge=challenge,
            podium=tuple(s for s in page.standings if s.rank <= _RANKS and s.score.points),
            players=page.members,
            accuracy=sum(record.right for record in records) / answered if answered else None,
            hardest=hardest.question if hardest else None,
            hardest_share=hardest.share if hardest else 1.0,
            improved=await self._improved(challenge),
        )

    async def _improved(self, challenge: Challenge) -> tuple[int, float, float] | None:
        before = await self._challenges.latest(challenge.guild_id, before=challenge.number)
        if before is None:
            return None
        shares = await self._shares(before)
        while found := most_improved(shares, await self._shares(challenge)):
            if not await self._listing.check(challenge.guild_id, [found[0]], known_for=SURE):
                break
        return found

    async def _shares(self, challenge: Challenge) -> dict[int, float]:
        most = RIGHT_POINTS * challenge.questions
        scores = await self._boards.scores(challenge.guild_id, challenge.span)
        # only who answered everything: otherwise giving up once would be the way to improve
        return {s.member_id: s.points / most for s in scores if s.answered >= challenge.questions}
