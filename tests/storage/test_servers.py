"""What servers have chosen, and who is on no board there."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.servers import ServerChoices, Setting
from bot.domain.windows import WEEK
from bot.errors import RefusedError
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


async def choose(servers: ServerStore, guild: int, **changes: Any) -> ServerChoices:
    """Change some of what a server has chosen."""
    return await servers.change(guild, lambda choices: replace(choices, **changes))


async def zones(servers: ServerStore) -> dict[int, str]:
    """The time zone of each server."""
    return {guild: choices.zone for guild, choices in (await servers.choices()).items()}


async def test_a_server_that_chose_nothing_is_unknown(servers: ServerStore) -> None:
    assert await servers.choices() == {}
    assert await servers.digest(GUILD) is None
    assert await servers.all_who_left() == set()


async def test_everything_that_a_server_chooses_is_kept(servers: ServerStore) -> None:
    everything = ServerChoices(
        zone="Europe/Berlin",
        bank="sample",
        seconds=45,
        quiz_channels=frozenset({CHANNEL, CHANNEL + 1}),
        quiz_roles=frozenset({7, 2**63 - 1}),
        hides_names=True,
        changed=Setting.ROLES,
        changed_by=ADA,
        changed_at=NOON,
    )
    assert await servers.change(GUILD, lambda _: everything) == everything
    assert await servers.choices() == {GUILD: everything}
    nothing = await servers.change(GUILD, lambda _: ServerChoices())
    assert await servers.choices() == {GUILD: nothing} == {GUILD: ServerChoices()}


async def test_servers_do_not_touch_each_other(servers: ServerStore) -> None:
    here = {"zone": "Europe/Berlin", "quiz_channels": frozenset({1, 2}), "quiz_roles": frozenset({1, 5})}
    await choose(servers, GUILD, **here)
    await choose(servers, OTHER, quiz_channels=frozenset({2, 3}), quiz_roles=frozenset({1}))
    await choose(servers, OTHER, quiz_channels=frozenset())
    assert await servers.choices() == {
        GUILD: replace(ServerChoices(), **here),
        OTHER: ServerChoices(quiz_roles=frozenset({1})),
    }


async def test_two_changes_at_once_are_both_kept(servers: ServerStore) -> None:
    """The second one begins with what the first one has left, although both were asked for at once."""
    seconds_, hidden = await asyncio.gather(
        choose(servers, GUILD, seconds=30), choose(servers, GUILD, hides_names=True)
    )
    assert seconds_ == ServerChoices(seconds=30)
    assert hidden == ServerChoices(seconds=30, hides_names=True)
    assert await servers.choices() == {GUILD: hidden}


async def test_a_change_that_is_refused_leaves_nothing(database: Database, servers: ServerStore) -> None:
    def refuse(_: ServerChoices) -> ServerChoices:
        raise RefusedError("no")

    with pytest.raises(RefusedError):
        await servers.change(GUILD, refuse)
    assert await database.read("SELECT * FROM server") == []


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
    await choose(servers, GUILD, zone="Europe/Berlin")
    await servers.set_digest(GUILD, CHANNEL, MONDAY, NOON)
    assert await zones(servers) == {GUILD: "Europe/Berlin"}
    await choose(servers, GUILD, zone="UTC")
    assert await servers.digest(GUILD) == (CHANNEL, MONDAY)
    await servers.set_digest(OTHER, CHANNEL, MONDAY, NOON)
    assert await zones(servers) == {GUILD: "UTC", OTHER: "UTC"}


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
