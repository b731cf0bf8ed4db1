"""Boards, days and totals after random histories, against a plain list of the answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from bot.domain.boards import EVERYTHING, Score
from bot.domain.windows import Period, Span
from bot.storage.boards import BoardStore
from bot.storage.database import Database
from bot.storage.scopes import ScopeStore
from bot.storage.scores import ScoreStore
from tests.storage.examples import derived
from tests.storage.histories import GUILDS, MEMBERS, SCOPES, History, Play, histories

ALWAYS = Span(Period.ALL)


def play(path: Path, history: History, check: Callable[[Play], Awaitable[None]]) -> None:
    """Play a history in a database, and then check what came of it."""

    async def run() -> None:
        async with Database.open(path) as database:
            played = Play(database, history)
            await played.run()
            await check(played)

    asyncio.run(run())


async def check_boards(played: Play) -> None:
    """Every board, page by page, is what the reference says."""
    board, reference = BoardStore(played.database), played.reference
    viewer = 0
    for guild in GUILDS:
        challenges = [Span(Period.CHALLENGE, challenge_id=id_) for id_ in played.challenges[guild]]
        for names in SCOPES:
            scope = await ScopeStore(played.database).find(*names)
            assert scope is not None
            for span in [*reference.spans(), *(challenges if scope == EVERYTHING else [])]:
                expected = reference.scores(guild, span, names)
                listed = [score for score in expected.values() if score.member_id not in reference.unlisted]
                found = await board.scores(guild, span, scope)
                by_member = sorted(found, key=lambda score: score.member_id)
                assert by_member == sorted(listed, key=lambda score: score.member_id)
                if names == ("", ""):
                    assert await board.totals(guild, span) == reference.totals(guild, span)
                if not expected:
                    continue
                viewer += 1
                last = (len(listed) - 1) // 10
                for number in (None, *range(last + 2)):
                    member = MEMBERS[viewer % len(MEMBERS)]
                    seen = await board.page(guild, span, scope, member, number)
                    assert seen == reference.page(guild, span, names, member, number)


async def check_members(played: Play) -> None:
    """What is known of every member is what the reference says."""
    board, reference = BoardStore(played.database), played.reference
    for guild in GUILDS:
        played_days = {}
        all_time = reference.scores(guild, ALWAYS)
        for member in MEMBERS:
            days = reference.days(guild, member)
            assert await board.days(guild, member) == days
            topics = await board.topics(guild, member)
            assert len(topics) == len(set(topics))
            assert set(topics) == reference.topics(guild, member)
            assert await board.score(guild, ALWAYS, member) == all_time.get(member, Score(member))
            if member in all_time:
                found = await board.page(guild, ALWAYS, EVERYTHING, member, None)
                assert found == reference.page(guild, ALWAYS, ("", ""), member, None)
            if any(day.scored for day in days):
                played_days[member] = [day.day for day in days if day.scored]
        assert await board.played(guild, MEMBERS) == played_days


SLOW = settings(
    max_examples=18, suppress_health_check=[HealthCheck.large_base_example, HealthCheck.data_too_large]
)


@SLOW
@given(history=histories(25))
def test_after_any_history_all_boards_are_what_the_answers_say(
    servers: Callable[[], Path], history: History
) -> None:
    play(servers(), history, check_boards)


@SLOW
@given(history=histories(25))
def test_after_any_history_all_members_have_done_what_their_answers_say(
    servers: Callable[[], Path], history: History
) -> None:
    play(servers(), history, check_members)


@SLOW
@given(history=histories())
def test_making_the_scores_anew_changes_nothing(servers: Callable[[], Path], history: History) -> None:
    async def check(played: Play) -> None:
        before = await derived(played.database)
        assert all(before.values()) or not played.reference.counting()
        await ScoreStore(played.database).rebuild()
        assert await derived(played.database) == before

    play(servers(), history, check)
