"""What the doctor asks Discord, from a process of its own, against a stand-in with real HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.host.online import _judge_clock
from tests.domain.examples import NOON, seconds
from tests.wire import TOKEN, Discord
from tests.world import BOT_MAY

ROOT = Path(__file__).parents[2]

_START = """
import sys
from bot.host import doctor, online
online.API = sys.argv[1]
looks = doctor._looks
doctor._looks = lambda **asked: {"discord": looks(**asked)["discord"]}  # the rest has its own tests
sys.exit(doctor.run_doctor(online=True, thorough=False, as_json=True))
"""


async def ask(folder: Path, address: str, token: str = TOKEN) -> dict[str, tuple[str, str]]:
    """Let the doctor ask; the findings by what they are about."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _START, address),
        cwd=folder,
        env={**os.environ, "DISCORD_TOKEN": token, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), 60)
    assert errors == b""
    assert token.encode() not in output
    report = json.loads(output)
    assert process.returncode == (1 if report["errors"] else 0)
    return {
        f"{finding['check']} {finding['level']}": f"{finding['what']} {finding['advice']}"
        for finding in report["findings"]
    }


def server(number: int, permissions: int) -> dict[str, Any]:
    """A server as Discord lists it."""
    return {"id": str(10**17 + number), "name": f"Server {number}", "permissions": str(permissions)}


async def test_all_is_well(tmp_path: Path) -> None:
    async with Discord() as discord:
        discord.servers = [server(1, BOT_MAY.value), server(2, 8)]
        discord.flags = 1 << 23  # that it has commands
        found = await ask(tmp_path, f"http://{discord.address}/api")
        assert discord.connections == 0
    assert found == {
        "discord ok": "The token is accepted; the application is Studyhall (id 100000000000000000). ",
        "clock ok": "It agrees with Discord's. ",
        "servers ok": "It is in 2, and has the permissions that it needs in each. ",
    }


async def test_intents_and_permissions(tmp_path: Path) -> None:
    async with Discord() as discord:
        discord.flags = 1 << 15 | 1 << 18
        # more than one page, and more than are named
        discord.servers = [server(n, BOT_MAY.value) for n in range(350)]
        discord.servers[340] = server(340, 1 << 10)
        found = await ask(tmp_path, f"http://{discord.address}/api")
        discord.servers = [server(n, 0) for n in range(12)]
        many = await ask(tmp_path, f"http://{discord.address}/api")
    assert "does not use: Server Members, Message Content." in found["discord warning"]
    assert found["servers warning"].startswith(
        "In Server 340 (id 100000000000000340) the bot lacks Send Messages, Send Messages in Threads."
    )
    assert many["servers warning"] == "In 2 more servers the bot lacks permissions. Tell their moderators."


async def test_a_token_that_is_not_accepted(tmp_path: Path) -> None:
    async with Discord() as discord:
        found = await ask(tmp_path, f"http://{discord.address}/api", token=f"{TOKEN}.wrong")
    assert found["discord error"].startswith("It does not accept the token.")


@pytest.mark.parametrize(
    ("status", "words"),
    [(429, "asked too often"), (403, "error 403"), (500, "error 500"), (502, "error 502")],
)
async def test_trouble_at_discord(tmp_path: Path, status: int, words: str) -> None:
    async with Discord() as discord:
        discord.trouble = status
        found = await ask(tmp_path, f"http://{discord.address}/api")
    assert words in found["discord warning"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/api", "http://no-such-host.invalid/api"])
async def test_without_a_network(tmp_path: Path, address: str) -> None:
    found = await ask(tmp_path, address)
    assert found["discord error"].startswith("It can't be reached (Client")


async def test_something_else_answers(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        page = b"<html>Sign in to this network</html>"
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page))
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with listener:
        found = await ask(tmp_path, f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}")
    assert found["discord error"].startswith("It can't be reached (JSONDecodeError)")


@pytest.mark.parametrize(
    ("ahead", "words"),
    [(0.0, "agrees"), (2.9, "agrees"), (60, "60 seconds ahead of"), (-4, "4 seconds behind")],
)
def test_the_clock_against_discords(ahead: float, words: str) -> None:
    (found,) = _judge_clock("Mon, 05 Jan 2026 12:00:00 GMT", NOON + seconds(ahead))
    assert words in found.what
    assert found.level == ("ok" if words == "agrees" else "warning")


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_an_answer_without_a_date(date: str) -> None:
    assert list(_judge_clock(date, NOON)) == []
