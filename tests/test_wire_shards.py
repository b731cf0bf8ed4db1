"""The bot with two connections to the gateway, on real websockets: each is lost and comes back while the other goes on."""

from __future__ import annotations

from pathlib import Path

from tests.wire import Discord
from tests.wired import ADA, GRACE, LINUS, click, command, connected_bot, newest, start_quiz, text


async def test_two_shards(tmp_path: Path) -> None:
    async with Discord() as discord:
        discord.shards = 2  # which is then what Discord recommends
        async with connected_bot(tmp_path, discord):
            commands = list(discord.commands)
            card = await start_quiz(discord, ADA, questions=2, topic="agents")
            await discord.until(lambda: discord.empty_shards)
            assert "You chose A" in text((await click(discord, ADA, card, "A"))["data"])
            lost = discord.empty_shards.pop(1)
            await lost.close(code=4000)
            assert "You chose A" in text((await click(discord, GRACE, card, "A"))["data"])
            connections = discord.connections
            await discord.hang_up(4000)
            await discord.until(lambda: discord.connections > connections)
            assert "You chose A" in text((await click(discord, LINUS, card, "A"))["data"])
            await discord.until(lambda: discord.empty_shards)
            assert "first answer stands" in text((await click(discord, ADA, card, "B"))["data"])
            await command(discord, ADA, "quiz stop")
            over = await discord.until(lambda: newest(discord, "Quiz over"))
            assert all(f"<@{member}>" in text(over) for member in (ADA, GRACE, LINUS))
            assert discord.commands == commands
    log = (tmp_path / "log.txt").read_text()
    assert "with 2 shard(s)" in log
    assert log.count("Told Discord of") == 1
    assert "Traceback" not in log
    assert sum("Result of question 1" in text(message) for message in discord.messages.values()) == 1
