"""Words for what members do with the bot on the stand-in for Discord, and what they see there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from simcord.components import walk_components

from tests.wire import ROOT, Discord, start_bot

ADA, GRACE, LINUS = 501, 502, 503


@contextlib.asynccontextmanager
async def connected_bot(
    folder: Path, discord: Discord, banks: Path = ROOT / "questions"
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot as a process, connected to the stand-in."""
    before = discord.connections
    async with start_bot(folder, discord.address, banks) as process:
        await discord.until(lambda: discord.connections > before and discord.commands)
        yield process


def text(message: dict[str, Any]) -> str:
    """Everything written in a message."""
    parts = walk_components(message.get("components", []))
    return "\n".join(
        [message.get("content") or "", *(part["content"] for part in parts if part["type"] == 10)]
    )


def button(message: dict[str, Any], label: str) -> str:
    """The id of a button."""
    return next(
        part["custom_id"] for part in walk_components(message["components"]) if part.get("label") == label
    )


def newest(discord: Discord, words: str) -> dict[str, Any] | None:
    """The newest message that has these words."""
    return next(
        (message for message in reversed(list(discord.messages.values())) if words in text(message)), None
    )


async def send_click(discord: Discord, member: int, message: dict[str, Any], label: str) -> int:
    """Click a button; the id of the interaction."""
    return await discord.interact(
        member, 3, {"custom_id": button(message, label), "component_type": 2}, message
    )


async def click(discord: Discord, member: int, message: dict[str, Any], label: str) -> dict[str, Any]:
    """Click a button; what the bot answered."""
    interaction = await send_click(discord, member, message, label)
    return await discord.until(lambda: discord.callbacks.get(interaction))


async def command(discord: Discord, member: int, name: str, **options: Any) -> dict[str, Any]:
    """Send a command such as `quiz start`; what the bot answered."""
    kinds = {int: 4, str: 3}
    given = [{"type": kinds[type(value)], "name": key, "value": value} for key, value in options.items()]
    root, *parts = name.split()
    for part in parts:
        given = [{"type": 1, "name": part, "options": given}]
    id_ = next(command["id"] for command in discord.commands if command["name"] == root)
    interaction = await discord.interact(member, 2, {"id": id_, "name": root, "type": 1, "options": given})
    return await discord.until(lambda: discord.callbacks.get(interaction))


async def start_quiz(discord: Discord, member: int, *, questions: int, topic: str, seconds: int = 60) -> Any:
    """`/quiz start`, up to its first question card."""
    answer = await command(discord, member, "quiz start", questions=questions, topic=topic, seconds=seconds)
    assert f"{questions} question" in text(answer["data"])
    return await discord.until(lambda: newest(discord, f"Question 1 of {questions}"))
