"""Weekly challenges that are held."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from bot.domain.challenges import Challenge, ChallengeEnd
from bot.domain.questions import Question
from bot.storage.challenges import (
    ChallengeStore,
)
from bot.storage.database import Database
from tests.domain.examples import NOON, make_question
from tests.storage.examples import (
    GUILD,
    start_challenge,
)

DAY, WEEK = timedelta(days=1), timedelta(days=7)

LATER = NOON + DAY

OTHER = GUILD + 1

CANCELLED, FINISHED, REFUSED = ChallengeEnd.CANCELLED, ChallengeEnd.FINISHED, ChallengeEnd.REFUSED


def asked(*ids: str, bank: str = "sample") -> list[Question]:
    """Questions of these names."""
    return [make_question(id_, bank=bank) for id_ in ids]


async def hold(
    database: Database,
    ids: Iterable[str] = ("question",),
    *,
    week: int = 0,
    guild: int = GUILD,
    end: ChallengeEnd | None = FINISHED,
    bank: str = "sample",
    posted: bool = True,
) -> Challenge:
    """Hold a challenge on these questions so many weeks after noon; it has ended then unless told otherwise."""
    challenges, at = ChallengeStore(database), NOON + week * WEEK
    challenge, _ = await start_challenge(
        database, asked(*ids, bank=bank), guild_id=guild, starts_at=at, ends_at=at + WEEK, close_at=at + WEEK
    )
    if posted:
        await challenges.posted(challenge.id, 70 + week)
    if end is not None:
        assert await challenges.end(challenge.id, end, at + DAY)
    found = await challenges.get(challenge.id)
    assert found is not None
    return found
