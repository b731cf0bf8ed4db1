"""The bot as its users start it, against a stand-in for Discord with real HTTP and websocket: kill, restart, stop."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from tests.wire import Discord
from tests.wired import ADA, GRACE, click, command, connected_bot, newest, start_quiz, text


async def test_a_quiz_through_kill_and_restart(tmp_path: Path) -> None:
    async with Discord() as discord:
        async with connected_bot(tmp_path, discord) as process:
            card = await start_quiz(discord, ADA, questions=3, topic="agents")
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
            await command(discord, ADA, "quiz stop")
            await discord.until(lambda: newest(discord, "Result of question 1 of 3"))
            await discord.until(lambda: newest(discord, "Quiz over"))
            assert discord.commands == commands, "the commands had not changed, so they are not sent again"
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 5) == 0
        log = (tmp_path / "log.txt").read_text()
        assert "Traceback" not in log
        assert "ERROR" not in log


async def test_a_token_that_is_reset_while_the_bot_runs(tmp_path: Path) -> None:
    async with Discord() as discord, connected_bot(tmp_path, discord) as process:
        await discord.hang_up(4004, for_good=True)
        assert await asyncio.wait_for(process.wait(), 30) == 1
    log = (tmp_path / "log.txt").read_text()
    assert "Discord does not accept the token in DISCORD_TOKEN" in log
    assert "Traceback" not in log
