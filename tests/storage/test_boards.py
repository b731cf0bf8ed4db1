"""Boards, page by page, and who is on them."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.boards import EVERYTHING, BoardPage, Standing
from bot.domain.windows import Span
from bot.storage.answers import AnswerStore
from bot.storage.boards import TOPICS, BoardStore, Totals
from bot.storage.database import Database
from bot.storage.servers import ServerStore, Unlisted
from tests.domain.examples import NOON, make_answer
from tests.storage.examples import ADA, GRACE, GUILD, LINUS, add_round
from tests.storage.playing import ALWAYS, DAY, answer, scores


async def page(
    database: Database, member: int = ADA, number: int | None = 0, span: Span = ALWAYS
) -> BoardPage:
    """A page of the board of everything."""
    return await BoardStore(database).page(GUILD, span, EVERYTHING, member, number)


async def fill(database: Database, points: dict[int, int]) -> None:
    """Give members so many points each."""
    round_ = await add_round(database, closes_at=NOON + DAY)
    answers = AnswerStore(database)
    await asyncio.gather(
        *(
            answers.add(make_answer(member, round_id=round_.id, points=number))
            for member, number in points.items()
        )
    )


def members_of(page: BoardPage) -> list[tuple[int, int]]:
    """The ranks and the members on a page."""
    return [(standing.rank, standing.score.member_id) for standing in page.standings]


async def test_an_empty_board_has_one_page(database: Database) -> None:
    for number in (None, 0, 7):
        assert await page(database, ADA, number) == BoardPage(0, 0, (), None)


async def test_pages_follow_each_other_and_one_behind_the_last_is_the_last(database: Database) -> None:
    await fill(database, {member: 100 - member for member in range(1, 24)})
    assert members_of(await page(database, number=0)) == [(n, n) for n in range(1, 11)]
    assert members_of(await page(database, number=1)) == [(n, n) for n in range(11, 21)]
    last = await page(database, number=2)
    assert members_of(last) == [(21, 21), (22, 22), (23, 23)]
    assert (last.number, last.members) == (2, 23)
    assert await page(database, number=99) == last
    assert await page(database, number=-1) == await page(database, number=0)


async def test_equals_share_a_rank_across_pages(database: Database) -> None:
    await fill(database, {member: 9 if member < 3 else 5 for member in range(1, 14)})
    second = await page(database, ADA, number=1)
    assert members_of(second) == [(3, 11), (3, 12), (3, 13)]
    assert (await page(database, 13, number=0)).own == second.standings[-1]


async def test_find_me_opens_the_page_that_the_member_is_on(database: Database) -> None:
    await fill(database, dict.fromkeys(range(1, 24), 5))
    for member, number in ((1, 0), (10, 0), (11, 1), (20, 1), (21, 2), (23, 2), (404, 0)):
        found = await page(database, member, None)
        assert found.number == number
        assert (member in [found_member for _, found_member in members_of(found)]) == (member != 404)
        assert (found.own is not None) == (member != 404)


@pytest.mark.parametrize("reason", Unlisted)
async def test_who_is_not_listed_is_on_no_board_but_sees_where_they_would_be(
    database: Database, reason: Unlisted
) -> None:
    await fill(database, {ADA: 9, GRACE: 7, LINUS: 5})
    servers = ServerStore(database)
    await servers.unlist(GUILD, [GRACE], reason)
    assert [score.member_id for score in await scores(database)] == [ADA, LINUS]
    found = await page(database, GRACE, None)
    assert members_of(found) == [(1, ADA), (2, LINUS)]
    assert found.members == 2
    assert found.own == Standing(2, await BoardStore(database).score(GUILD, ALWAYS, GRACE))
    assert (await page(database, LINUS)).own == found.standings[1]
    assert await BoardStore(database).totals(GUILD, ALWAYS) == Totals(3, 3, 3)
    await servers.relist(GUILD, [GRACE], reason)
    assert members_of(await page(database, GRACE)) == [(1, ADA), (2, GRACE), (3, LINUS)]


async def test_who_is_not_listed_in_one_server_is_listed_in_the_others(database: Database) -> None:
    await answer(database)
    await ServerStore(database).unlist(GUILD + 1, [ADA], Unlisted.HIDDEN)
    assert [score.member_id for score in await scores(database)] == [ADA]


async def test_the_page_of_a_hidden_member_behind_the_last_is_the_last(database: Database) -> None:
    await fill(database, {member: 100 - member for member in range(1, 12)})
    await ServerStore(database).unlist(GUILD, [11], Unlisted.HIDDEN)
    found = await page(database, 11, None)
    assert (found.number, found.members) == (0, 10)
    assert found.own is not None
    assert found.own.rank == 11


async def test_a_members_topics_are_looked_up_one_by_one(database: Database) -> None:
    """And not by going through the board of the whole server."""
    async with database.transaction() as transaction:
        plan = [row[3] for row in await transaction.run(f"EXPLAIN QUERY PLAN {TOPICS}", (GUILD, ADA))]
    assert any("scope=? AND member_id=?" in step for step in plan), plan
