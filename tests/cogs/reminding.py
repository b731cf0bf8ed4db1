"""Words for reminders: what members do, and what reaches them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import simcord

from tests.messages import text
from tests.world import World

DUE = "due today"
DAY = 86400.0


def at(month: int, day: int, hour: int) -> datetime:
    """An hour of 2026 in UTC."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


def received(world: World, member: Any, words: str = "") -> list[Any]:
    """The direct messages to a member with these words, the oldest first."""
    channel = world.env.backend.get_dm_channel(member.id)
    stored = world.env.backend.messages.get(channel.id, {}).values()
    found = [simcord.results.to_discord_message(world.env, m) for m in sorted(stored, key=lambda m: m.id)]
    return [message for message in found if words in text(message)]


def reminded(world: World, member: Any) -> list[datetime]:
    """When a member was reminded, to the minute."""
    return [m.created_at.replace(second=0, microsecond=0) for m in received(world, member, DUE)]


def close_messages(world: World, member: Any, times: int | None = None, *, status: int = 403) -> None:
    """Let a member take no direct messages, or let Discord have trouble with them, so many times."""
    channel = world.env.backend.get_dm_channel(member.id).id
    code = 50007 if status == 403 else 0
    world.env.inject_error("POST", f"/channels/{channel}/messages", status=status, code=code, times=times)


def open_messages(world: World) -> None:
    """Let all members take direct messages again."""
    world.env.backend.faults.clear()


async def answer(world: World, member: Any, *, right: bool = True, topic: str = "one") -> None:
    """Post a question and let a member answer it: a wrong one is due again on the next day, a right one after two."""
    await world.mona.slash(world.other, "question", topic=topic)
    card = [m for m in world.other.history() if not m.flags.ephemeral][-1]
    await world.answer(member, card, right=right)


async def switch_on(world: World, member: Any = None, **options: Any) -> str:
    """`/remind on` in #quiz; what the member is told."""
    result = await (member or world.ada).slash(world.channel, "remind on", **options)
    assert result.ephemeral
    return text(result.response)


async def switch_off(world: World, member: Any = None) -> str:
    """`/remind off` in #quiz; what the member is told."""
    result = await (member or world.ada).slash(world.channel, "remind off")
    assert result.ephemeral
    return text(result.response)
