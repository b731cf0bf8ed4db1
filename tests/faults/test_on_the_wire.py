"""Faults that only show on real HTTP and a real websocket, where discord.py has its own ways with them."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest

from bot.storage.database import Database
from tests.faults.routes import LOGIN
from tests.wire import Discord, Fault, hang, limit, refuse, reset, start_bot
from tests.wired import (
    ADA,
    GRACE,
    LINUS,
    click,
    command,
    connected_bot,
    newest,
    send_click,
    start_quiz,
    text,
)
from tests.world import SAMPLE_BANKS

BANKS = SAMPLE_BANKS / "sample"

CALLBACK, POST, EDIT = (
    "POST interactions/*/*/callback",
    "POST channels/*/messages",
    "PATCH channels/*/messages/*",
)


async def stored(folder: Path) -> list[int]:
    """Whose answers are stored."""
    async with Database.open(folder / "data" / "studyhall.db") as database:
        assert (await database.read("PRAGMA integrity_check"))[0][0] == "ok"
        return [row[0] for row in await database.read("SELECT member_id FROM answer ORDER BY member_id")]


def is_verdict(answer: dict[str, Any] | None) -> bool:
    """Whether a member was told that their answer counts."""
    return answer is not None and "You chose" in text(answer["data"])


async def test_requests_that_break_off_are_late_or_limited(tmp_path: Path) -> None:
    async with Discord() as discord, connected_bot(tmp_path, discord, BANKS):
        discord.fail(POST, reset)
        card = await start_quiz(discord, ADA, questions=1, topic="one")
        # verdicts: one that never arrives holds no other up, one that Discord has trouble with, one that is too fast
        discord.fail(CALLBACK, hang)
        await send_click(discord, ADA, card, "A")
        await discord.until(lambda: not discord.faults)
        assert is_verdict(await click(discord, GRACE, card, "A"))
        assert "Your first answer stands" in text((await click(discord, ADA, card, "B"))["data"])
        for member, fault in ((LINUS, refuse(502)), (504, limit(0.2)), (505, limit(0.2, everywhere=True))):
            discord.fail(CALLBACK, fault)
            assert is_verdict(await click(discord, member, card, "A"))
        # the edit that waits for the end of a limit on everything is given up when its round is over; discord.py would
        # then let all others wait for ever
        await discord.until(lambda: "**5** answered" in text(discord.messages[int(card["id"])]))
        discord.fail(EDIT, limit(30, everywhere=True))
        await click(discord, 506, card, "A")
        await discord.until(lambda: not discord.faults)
        await command(discord, ADA, "quiz stop")
        over = await discord.until(lambda: newest(discord, "Quiz over"))
        assert all(f"<@{member}>" in text(over) for member in range(ADA, 507))
    log = (tmp_path / "log.txt").read_text()
    assert "next try in 2 s: Discord could not be reached" in log
    assert "ERROR" not in log
    assert await stored(tmp_path) == list(range(ADA, 507))


async def test_the_gateway_is_lost_while_rounds_are_open(tmp_path: Path) -> None:
    async with Discord() as discord, connected_bot(tmp_path, discord, BANKS):
        await command(discord, ADA, "question", topic="one")
        open_for_a_day = await discord.until(lambda: next(iter(discord.messages.values()), None))
        card = await start_quiz(discord, ADA, questions=1, topic="one", seconds=10)
        assert is_verdict(await click(discord, ADA, card, "A"))
        await discord.hang_up(4000)
        # what happens meanwhile is told when the session is resumed
        missed = await send_click(discord, GRACE, card, "A")
        assert is_verdict(await discord.until(lambda: discord.callbacks.get(missed)))
        connections = discord.connections
        discord.forget_session()
        await discord.hang_up(4009)
        await discord.until(lambda: newest(discord, "Result of question 1"))  # in time, connected or not
        await discord.until(lambda: discord.connections > connections)
        assert is_verdict(await click(discord, LINUS, open_for_a_day, "A"))
        assert "This question is closed" in text((await click(discord, LINUS, card, "A"))["data"])
        over = await discord.until(lambda: newest(discord, "Quiz over"))
        assert f"<@{ADA}>" in text(over)
        assert f"<@{GRACE}>" in text(over)
        posted = "".join(text(message) for message in discord.messages.values())
        for words in ("Result of question 1", "Quiz over"):
            assert posted.count(words) == 1
    assert await stored(tmp_path) == [ADA, GRACE, LINUS]
    assert (tmp_path / "log.txt").read_text().count("Connected as") == 2


async def test_a_stop_in_the_middle_of_a_burst(tmp_path: Path) -> None:
    members = range(1000, 1400)
    async with Discord() as discord:
        async with connected_bot(tmp_path, discord, BANKS) as process:
            card = await start_quiz(discord, ADA, questions=1, topic="one", seconds=600)
            clicks = {await send_click(discord, member, card, "A"): member for member in members}
            await discord.until(lambda: len(discord.callbacks) > 50)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 5) == 0
        told = {member for id_, member in clicks.items() if is_verdict(discord.callbacks.get(id_))}
        kept = await stored(tmp_path)
        assert told <= set(kept) <= set(members)
        assert len(kept) == len(set(kept))
        async with connected_bot(tmp_path, discord, BANKS):
            assert is_verdict(await click(discord, ADA, card, "A"))
            await discord.until(
                lambda: f"**{len(kept) + 1}** answered" in text(discord.messages[int(card["id"])])
            )
    assert "Traceback" not in (tmp_path / "log.txt").read_text()


@pytest.mark.parametrize(
    ("place", "fault"), list(zip(LOGIN, (reset, refuse(429), refuse(403)), strict=True)), ids=LOGIN
)
async def test_discord_can_not_be_reached_at_the_start(tmp_path: Path, place: str, fault: Fault) -> None:
    async with Discord() as discord:
        discord.fail(place.replace(" /", " "), fault, times=9)
        async with start_bot(tmp_path, discord.address, BANKS) as process:
            assert await asyncio.wait_for(process.wait(), 30) == 1
    log = (tmp_path / "log.txt").read_text()
    assert "Discord could not be reached" in log
    assert "Check the network and start again." in log
    assert "Traceback" not in log


async def test_a_connection_that_is_closed_for_good(tmp_path: Path) -> None:
    async with Discord() as discord, connected_bot(tmp_path, discord, BANKS) as process:
        await discord.hang_up(4013, for_good=True)
        assert await asyncio.wait_for(process.wait(), 30) == 1
    assert "Discord closed the connection for good (code 4013)" in (tmp_path / "log.txt").read_text()
