"""The bot as a process: it ends within five seconds of a signal, also while Discord does not answer."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.wire import start_bot

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def listening(answer: Answer) -> AsyncIterator[str]:
    """The address of a listener that treats each connection as told."""
    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    finally:
        listener.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_bot_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    called = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        called.set()
        await reader.read()
        writer.close()

    async with listening(say_nothing) as address, start_bot(tmp_path, address) as process:
        await asyncio.wait_for(called.wait(), 30)
        process.send_signal(number)
        assert await asyncio.wait_for(process.wait(), 5) == 0
    log = (tmp_path / "log.txt").read_text()
    assert "Stopping" in log
    assert "Traceback" not in log
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

    async with listening(refuse) as address, start_bot(tmp_path, address) as process:
        assert await asyncio.wait_for(process.wait(), 30) == 1
    log = (tmp_path / "log.txt").read_text()
    assert "Discord does not accept the token in DISCORD_TOKEN" in log
    assert "a.b.c" not in log
    assert "Traceback" not in log
