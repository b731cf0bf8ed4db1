"""The weeks of a server, told by what the bot posts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.messages import text
from tests.world import World

MONDAY = datetime(2026, 1, 5, 18, tzinfo=UTC)
"""When the first challenge of an unchanged plan begins."""

WEEK = timedelta(days=7)


async def to(world: World, at: datetime) -> None:
    """Let time pass until an instant."""
    at = at.astimezone(UTC)
    await world.until(at.year, at.month, at.day, at.hour, at.minute, at.second)


_KINDS = (("Weekly challenge #", "", "card"), ("Challenge #", "is over", "podium"))


def story(world: World, channel: Any = None) -> list[str]:
    """What was posted of challenges in a channel, by default #quiz, in its order: "card 1", "podium 1", …"""
    found = []
    for message in (channel or world.channel).history():
        head = next((line for line in text(message).split("\n") if line.startswith("### ")), "")
        for words, ending, kind in _KINDS:
            if words in head and head.endswith(ending) and not message.flags.ephemeral:
                found.append(f"{kind} {head.split(words)[1].split()[0]}")
    return found


def times(world: World, words: str) -> list[datetime]:
    """When the public messages in #quiz with these words were posted."""
    return [
        message.created_at
        for message in world.channel.history()
        if not message.flags.ephemeral and words in text(message)
    ]
