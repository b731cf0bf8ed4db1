"""The bot as a process: it ends within five seconds of a signal, also while Discord does not answer."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Discord's address is a constant of discord.py, so the process is pointed to a listener of this test
_START = """
import sys
import discord
discord.http.Route.BASE = "http://127.0.0.1:" + sys.argv[1]
from bot.__main__ import main
sys.exit(main(["run"]))
"""


Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def bot_process(folder: Path, answer: Answer) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot as a process whose requests to Discord are answered by a function."""
    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _START, str(listener.sockets[0].getsockname()[1])),
        cwd=folder,
        env={
            **os.environ,
            "DISCORD_TOKEN": "a.b.c",
            "STUDYHALL_BANKS": str(ROOT / "questions"),
            "PYTHONPATH": str(ROOT),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
        listener.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_bot_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    called = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        called.set()
        await reader.read()
        writer.close()

    async with bot_process(tmp_path, say_nothing) as process:
        await asyncio.wait_for(called.wait(), 30)
        process.send_signal(number)
        output, _ = await asyncio.wait_for(process.communicate(), 5)
    assert process.returncode == 0, output.decode()
    assert "Stopping" in output.decode()
    assert "Traceback" not in output.decode()
    assert (tmp_path / "data" / "studyhall.db").exists()
    assert not (tmp_path / "data" / "studyhall.db-wal").exists(), "the database was not closed"


async def test_a_token_that_discord_refuses(tmp_path: Path) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"message": "401: Unauthorized", "code": 0}'
        head = f"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async with bot_process(tmp_path, refuse) as process:
        output, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 1
    assert "Discord does not accept the token in DISCORD_TOKEN" in output.decode()
    assert "a.b.c" not in output.decode()
    assert "Traceback" not in output.decode()
