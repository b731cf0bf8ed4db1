"""Two connections to the gateway, with a server on each: one can fail and come back while the other works on."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.cogs.departing import stored
from tests.messages import is_question, text
from tests.world import World, open_world

SHARDS = 2


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Two shards; the server of the other tests is on one of them."""
    async with open_world(tmp_path, shards=SHARDS) as opened:
        yield opened


class Neighbour:
    """A server on the other shard, with the member eve."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.guild = world.env.create_guild("Neighbours", shard_id=1 - shard_of(world.guild))
        self.channel = self.guild.create_text_channel("quiz")
        self.eve = self.guild.add_member(world.env.create_user("eve"))

    @property
    def card(self) -> Any:
        """The newest question."""
        return list(filter(is_question, self.channel.history()))[-1]

    async def start_quiz(self) -> None:
        """A quiz, up to its first question."""
        await self.eve.slash(self.channel, "quiz start", topic="one", questions=2, seconds=30)
        await self.world.wait(5)

    async def answer(self) -> str:
        """Answer the newest question; what eve is told."""
        return text(await self.world.choose(self.eve, "the right one", self.card))


@pytest.fixture
async def neighbour(world: World) -> Neighbour:
    """The server on the other shard."""
    there = Neighbour(world)
    await world.env.settle()
    return there


def shard_of(guild: Any) -> int:
    """The shard that a server is on."""
    return int((guild.id >> 22) % SHARDS)


async def fail(world: World, shard: int) -> None:
    """Let a shard lose its connection."""
    with world.env._bot_scope():
        await world.app.client.shards[shard].disconnect()
    await world.env.settle()


async def reconnect(world: World, shard: int) -> None:
    """Let a shard begin a new session."""
    with world.env._bot_scope():
        await world.app.client.shards[shard].connect()
    await world.env.settle()


async def test_the_servers_are_on_different_shards(world: World, neighbour: Neighbour) -> None:
    client = world.app.client
    assert {guild.id: guild.shard_id for guild in client.guilds} == {
        guild.id: shard_of(guild) for guild in (world.guild, neighbour.guild)
    }
    assert set(client.shards) == {0, 1} == {shard_of(world.guild), shard_of(neighbour.guild)}


async def test_it_is_connected_when_all_shards_are(world: World, neighbour: Neighbour) -> None:
    client = world.app.client
    assert client.is_connected
    for shard in (0, 1):
        await fail(world, shard)
        assert not client.is_connected
    await reconnect(world, 0)
    assert not client.is_connected, "one is not all"
    await reconnect(world, 1)
    assert client.is_connected
    await fail(world, 1)
    client.dispatch("shard_resumed", 1)
    await world.env.settle()
    assert client.is_connected, "a session that goes on counts as well"


async def test_a_shard_works_on_while_the_other_one_is_down(world: World, neighbour: Neighbour) -> None:
    await neighbour.start_quiz()
    await fail(world, shard_of(world.guild))
    assert "✅ Correct" in await neighbour.answer()
    await world.wait(45)
    assert "✅ Correct" in await neighbour.answer()
    await world.wait(45)
    shown = [text(message) for message in neighbour.channel.history()]
    assert sum("Quiz over" in message for message in shown) == 1
    board = await neighbour.eve.slash(neighbour.channel, "leaderboard")
    assert f"<@{neighbour.eve.id}>" in text(board.response)


async def test_a_quiz_goes_on_where_its_shard_reconnects(
    world: World, neighbour: Neighbour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="bot.client")
    await neighbour.start_quiz()
    card = await world.start_quiz(questions=2, topic="one", seconds=30)
    await world.choose(world.ada, "the right one")
    await world.wait(5)
    before = len(world.env.http_requests)
    for shard in (0, 1):
        await fail(world, shard)
        await reconnect(world, shard)
    await world.wait(5)
    assert "Connected as" in caplog.text, (
        "when each shard has had a new session, discord.py is ready once more"
    )
    assert len(world.env.http_requests) == before, "nothing is taken up again that has never stopped"
    assert world.card.id == card.id
    assert "first answer stands" in text(await world.choose(world.ada, "a wrong one"))
    assert "✅ Correct" in text(await world.choose(world.grace, "the right one"))
    assert "✅ Correct" in await neighbour.answer()
    await world.wait(45)
    for channel in (world.channel, neighbour.channel):
        shown = [text(message) for message in channel.history()]
        assert sum("Result of question 1 of 2" in message for message in shown) == 1
        assert sum("### Question 2 of 2" in message for message in shown) <= 1
    assert "Question 2 of 2" in text(world.card)
    # nothing was taken for a server that has removed the bot
    assert await stored(world, "server") == 0


async def test_who_left_is_found_out_on_each_shard(world: World, neighbour: Neighbour) -> None:
    await neighbour.start_quiz()
    await neighbour.answer()
    await world.start_quiz(questions=1, topic="one", seconds=30)
    await world.choose(world.ada, "the right one")
    await world.wait(60)
    with world.env._bot_scope():
        world.env.backend.remove_member(neighbour.guild.id, neighbour.eve.id)
    await world.leave(world.ada)
    frank = neighbour.guild.add_member(world.env.create_user("frank"))
    there = text((await frank.slash(neighbour.channel, "leaderboard")).response)
    here = text((await world.grace.slash(world.channel, "leaderboard")).response)
    assert f"<@{neighbour.eve.id}>" not in there
    assert f"<@{world.ada.id}>" not in here
    assert await stored(world, "unlisted") == 2


async def test_only_servers_of_its_own_shards_are_judged(world: World, neighbour: Neighbour) -> None:
    """Another process may have the other shards one day: this one is told nothing of the servers there."""
    await neighbour.start_quiz()
    await world.start_quiz(questions=1, topic="one", seconds=30)
    client = world.app.client
    client.shard_ids = [shard_of(world.guild)]
    assert client.has_shard_of(world.guild.id)
    assert not client.has_shard_of(neighbour.guild.id)
    await world.app.departures.compare(set(), client.has_shard_of)
    assert await world.app.departures._store.removed() == {world.guild.id}
