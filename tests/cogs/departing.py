"""Words for servers that remove the bot, add it again, or can't be reached for a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simcord.backend.serializers import guild_create_payload

from tests.world import World

DAY = 24 * 3600.0


@dataclass
class Kept:
    """What Discord keeps of a server that the bot is not in."""

    guild: Any
    channels: dict[int, Any]
    messages: dict[int, Any]


async def remove_bot(world: World, guild: Any = None) -> Kept:
    """Let a server, by default the first one, remove the bot."""
    backend, guild_id = world.env.backend, (guild or world.guild).id
    there = backend.guilds[guild_id]
    kept = Kept(
        there,
        {id_: backend.channels[id_] for id_ in there.channel_ids},
        {id_: backend.messages[id_] for id_ in there.channel_ids if id_ in backend.messages},
    )
    with world.env._bot_scope():
        backend.remove_guild(guild_id)
    await world.env.settle()
    return kept


async def add_bot(world: World, kept: Kept) -> None:
    """Let a server add the bot again, to the same channels and messages."""
    backend = world.env.backend
    backend.guilds[kept.guild.id] = kept.guild
    backend.channels |= kept.channels
    backend.messages |= kept.messages
    payload = dict(guild_create_payload(backend, kept.guild))
    del payload["unavailable"]  # by this discord.py tells a new server from one that is available again
    with world.env._bot_scope():
        backend.emit("GUILD_CREATE", payload)
    await world.env.settle()


async def outage(world: World) -> None:
    """Let the server be unavailable for a minute."""
    backend = world.env.backend
    with world.env._bot_scope():
        backend.emit("GUILD_DELETE", {"id": str(world.guild.id), "unavailable": True})
    await world.wait(60)
    with world.env._bot_scope():
        backend.emit("GUILD_CREATE", guild_create_payload(backend, world.guild._guild))
    await world.env.settle()


async def days(world: World, number: float) -> None:
    """Let days pass, one at a time: SimCord limits how long one wait may take."""
    for _ in range(int(number)):
        await world.wait(DAY)
    await world.wait(number % 1 * DAY)


async def stored(world: World, table: str) -> int:
    """How many rows a table has; it may be named with a condition."""
    async with world.sql() as sql:
        ((number,),) = await sql.run(f"SELECT count(*) FROM {table}")
    return int(number)
