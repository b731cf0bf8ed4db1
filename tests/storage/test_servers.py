"""What servers have chosen, and who is on no board there."""

from __future__ import annotations

import pytest

from bot.domain.windows import WEEK
from bot.storage.database import Database
from bot.storage.servers import DIGEST, ServerStore, Unlisted
from tests.domain.examples import NOON, seconds
from tests.storage.examples import ADA, CHANNEL, GRACE, GUILD, LINUS, timers

HIDDEN, LEFT = Unlisted.HIDDEN, Unlisted.LEFT
OTHER = GUILD + 1
MONDAY = NOON.date()


@pytest.fixture
def servers(database: Database) -> ServerStore:
    """The servers in the database."""
    return ServerStore(database)


async def unlisted(servers: ServerStore, reason: Unlisted, guild: int = GUILD) -> list[int]:
    """Which members of a server are on no board for a reason."""
    return [member for member in (ADA, GRACE, LINUS) if await servers.is_unlisted(guild, member, reason)]


async def test_a_server_that_chose_nothing_is_unknown(servers: ServerStore) -> None:
    assert await servers.zones() == {}
    assert await servers.digest(GUILD) is None
    assert await servers.all_who_left() == set()


async def test_each_server_has_the_zone_that_it_chose_last(servers: ServerStore) -> None:
    await servers.set_zone(GUILD, "Europe/Berlin")
    await servers.set_zone(OTHER, "Asia/Kathmandu")
    await servers.set_zone(GUILD, "Pacific/Apia")
    assert await servers.zones() == {GUILD: "Pacific/Apia", OTHER: "Asia/Kathmandu"}


async def test_the_digest_goes_to_a_channel_and_falls_due(database: Database, servers: ServerStore) -> None:
    await servers.set_digest(GUILD, CHANNEL, MONDAY, NOON)
    assert await servers.digest(GUILD) == (CHANNEL, MONDAY)
    assert await servers.digest(OTHER) is None
    assert await timers(database) == {(DIGEST, GUILD): NOON}


async def test_a_digest_that_is_chosen_again_moves(database: Database, servers: ServerStore) -> None:
    await servers.set_digest(GUILD, CHANNEL, MONDAY, NOON)
    await servers.set_digest(OTHER, CHANNEL + 2, MONDAY, NOON)
    await servers.set_digest(GUILD, CHANNEL + 1, MONDAY + WEEK, NOON + seconds(9))
    assert await servers.digest(GUILD) == (CHANNEL + 1, MONDAY + WEEK)
    assert await servers.digest(OTHER) == (CHANNEL + 2, MONDAY)
    assert await timers(database) == {(DIGEST, GUILD): NOON + seconds(9), (DIGEST, OTHER): NOON}


async def test_a_digest_that_ended_falls_due_no_more(database: Database, servers: ServerStore) -> None:
    await servers.set_digest(GUILD, CHANNEL, MONDAY, NOON)
    await servers.set_digest(OTHER, CHANNEL, MONDAY, NOON)
    await servers.end_digest(GUILD)
    assert await servers.digest(GUILD) is None
    assert await timers(database) == {(DIGEST, OTHER): NOON}


async def test_the_zone_and_the_digest_do_not_touch_each_other(servers: ServerStore) -> None:
    await servers.set_zone(GUILD, "Europe/Berlin")
    await servers.set_digest(GUILD, CHANNEL, MONDAY, NOON)
    assert await servers.zones() == {GUILD: "Europe/Berlin"}
    await servers.set_zone(GUILD, "UTC")
    assert await servers.digest(GUILD) == (CHANNEL, MONDAY)
    await servers.set_digest(OTHER, CHANNEL, MONDAY, NOON)
    assert await servers.zones() == {GUILD: "UTC", OTHER: "UTC"}


async def test_members_are_taken_from_the_boards_of_one_server_and_put_back(servers: ServerStore) -> None:
    await servers.unlist(GUILD, [ADA, GRACE], HIDDEN)
    assert await unlisted(servers, HIDDEN) == [ADA, GRACE]
    assert await unlisted(servers, HIDDEN, OTHER) == []
    await servers.relist(GUILD, [ADA, LINUS], HIDDEN)
    assert await unlisted(servers, HIDDEN) == [GRACE]


async def test_taking_a_member_from_the_boards_again_changes_nothing(servers: ServerStore) -> None:
    await servers.unlist(GUILD, [ADA, ADA], HIDDEN)
    await servers.unlist(GUILD, [ADA], HIDDEN)
    await servers.relist(GUILD, [ADA], HIDDEN)
    assert await unlisted(servers, HIDDEN) == []


async def test_each_reason_stands_for_itself(servers: ServerStore) -> None:
    await servers.unlist(GUILD, [ADA], HIDDEN)
    await servers.unlist(GUILD, [ADA, GRACE], LEFT)
    await servers.relist(GUILD, [ADA, GRACE], LEFT)
    assert await unlisted(servers, HIDDEN) == [ADA]
    assert await unlisted(servers, LEFT) == []


async def test_who_left_is_known_in_all_servers_at_once(servers: ServerStore) -> None:
    await servers.unlist(GUILD, [ADA, GRACE], LEFT)
    await servers.unlist(OTHER, [ADA], LEFT)
    await servers.unlist(OTHER, [LINUS], HIDDEN)
    assert await servers.all_who_left() == {(GUILD, ADA), (GUILD, GRACE), (OTHER, ADA)}
    await servers.relist(GUILD, [ADA], LEFT)
    assert await servers.all_who_left() == {(GUILD, GRACE), (OTHER, ADA)}


async def test_after_a_digest_the_next_one_falls_due(database: Database, servers: ServerStore) -> None:
    await servers.set_digest(GUILD, CHANNEL, MONDAY, NOON)
    await servers.digest_done(GUILD, CHANNEL, MONDAY + WEEK, NOON + WEEK)
    assert await servers.digest(GUILD) == (CHANNEL, MONDAY + WEEK)
    assert await timers(database) == {(DIGEST, GUILD): NOON + WEEK}


async def test_a_digest_that_was_switched_off_or_moved_meanwhile_stays_so(
    database: Database, servers: ServerStore
) -> None:
    await servers.set_digest(GUILD, CHANNEL + 1, MONDAY, NOON)
    await servers.digest_done(GUILD, CHANNEL, MONDAY + WEEK, NOON + WEEK)
    assert await servers.digest(GUILD) == (CHANNEL + 1, MONDAY)
    await servers.end_digest(GUILD)
    await servers.digest_done(GUILD, CHANNEL + 1, MONDAY + WEEK, NOON + WEEK)
    assert await servers.digest(GUILD) is None
    assert await timers(database) == {}
