"""The bot as its users start it, against a stand-in for Discord with real HTTP and websocket: kill, restart, stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from simcord.components import walk_components

from tests.wire import Discord, start_bot

ADA, GRACE = 501, 502


@contextlib.asynccontextmanager
async def connected_bot(folder: Path, discord: Discord) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot as a process, connected to the stand-in."""
    before = discord.connections
    async with start_bot(folder, discord.address) as process:
        await discord.until(lambda: discord.connections > before and discord.commands)
        yield process


def text(message: dict[str, Any]) -> str:
    """Everything written in a message."""
    return "\n".join(
        part["content"] for part in walk_components(message.get("components", [])) if part["type"] == 10
    )


def button(message: dict[str, Any], label: str) -> str:
    """The id of a button."""
    return next(
        part["custom_id"] for part in walk_components(message["components"]) if part.get("label") == label
    )


async def click(discord: Discord, member: int, message: dict[str, Any], label: str) -> dict[str, Any]:
    """Click a button; what the bot answered."""
    data = {"custom_id": button(message, label), "component_type": 2}
    interaction = await discord.interact(member, 3, data, message)
    return await discord.until(lambda: discord.callbacks.get(interaction))


async def test_a_quiz_through_kill_and_restart(tmp_path: Path) -> None:
    async with Discord() as discord:
        async with connected_bot(tmp_path, discord) as process:
            command = next(command for command in discord.commands if command["name"] == "quiz")
            # a topic in which one option is right: a click is an answer
            chosen = [
                {"type": 4, "name": "questions", "value": 3},
                {"type": 3, "name": "topic", "value": "agents"},
            ]
            options = [{"type": 1, "name": "start", "options": chosen}]
            data = {"id": command["id"], "name": "quiz", "type": 1, "options": options}
            started = await discord.interact(ADA, 2, data)
            answer = await discord.until(lambda: discord.callbacks.get(started))
            assert "3 questions" in text(answer["data"])
            card = await discord.until(lambda: _newest(discord, "Question 1 of 3"))
            assert card["flags"] & 1 << 15  # components v2
            assert card["allowed_mentions"]["parse"] == []
            assert card["enforce_nonce"] is True
            verdict = await click(discord, ADA, card, "A")
            assert verdict["type"] == 4
            assert verdict["data"]["flags"] & 64  # only the member sees it
            assert "You chose A" in text(verdict["data"])
            await discord.until(lambda: "**1** answered" in text(discord.messages[int(card["id"])]))
            process.kill()
        async with connected_bot(tmp_path, discord) as process:
            commands = list(discord.commands)
            again = await click(discord, ADA, card, "B")
            assert "Your first answer stands: A" in text(again["data"])
            verdict = await click(discord, GRACE, card, "B")
            assert "You chose B" in text(verdict["data"])
            await discord.until(lambda: "**2** answered" in text(discord.messages[int(card["id"])]))
            form = await click(discord, GRACE, card, "Report")
            assert form["type"] == 9
            data = {"id": command["id"], "name": "quiz", "type": 1, "options": [{"type": 1, "name": "stop"}]}
            await discord.interact(ADA, 2, data)
            await discord.until(lambda: _newest(discord, "Result of question 1 of 3"))
            await discord.until(lambda: _newest(discord, "Quiz over"))
            assert discord.commands == commands, "the commands had not changed, so they are not sent again"
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 5) == 0
        log = (tmp_path / "log.txt").read_text()
        assert "Traceback" not in log
        assert "ERROR" not in log


def _newest(discord: Discord, words: str) -> dict[str, Any] | None:
    return next(
        (message for message in reversed(list(discord.messages.values())) if words in text(message)), None
    )


async def test_a_token_that_is_reset_while_the_bot_runs(tmp_path: Path) -> None:
    async with Discord() as discord, connected_bot(tmp_path, discord) as process:
        await discord.hang_up(4004)
        assert await asyncio.wait_for(process.wait(), 30) == 1
    log = (tmp_path / "log.txt").read_text()
    assert "Discord does not accept the token in DISCORD_TOKEN" in log
    assert "Traceback" not in log
