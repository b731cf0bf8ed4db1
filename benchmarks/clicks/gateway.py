"""The gateway: a websocket with one zlib stream, sessions that can be resumed, and events."""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from benchmarks.clicks.payloads import Json, ready

_HEARTBEAT_MS = 41250
_LEVEL = 1
"""Of the compression: what it costs is the stand-in's, what the bot has to take apart is as long as with any other."""

_HIGH_WATER = 1 << 30
"""Bytes that may wait for the bot: members do not stop clicking because it is slow to read."""


@dataclass(slots=True)
class _Session:
    """What the bot has been sent since it identified itself, or would have been."""

    name: str
    events: list[bytes] = field(default_factory=list)


class _Link:
    """One connection: frames of one compressed stream."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport) -> None:
        self.socket = socket
        self._transport = transport
        self._compress = zlib.compressobj(_LEVEL)

    def send(self, payload: bytes) -> None:
        """Hand a payload to the socket."""
        data = self._compress.compress(payload) + self._compress.flush(zlib.Z_SYNC_FLUSH)
        size = len(data)
        # a binary frame in one piece, which servers do not mask: https://www.rfc-editor.org/rfc/rfc6455#section-5.2
        if size < 126:
            head = bytes((0x82, size))
        elif size < 1 << 16:
            head = b"\x82\x7e" + size.to_bytes(2)
        else:
            head = b"\x82\x7f" + size.to_bytes(8)
        self._transport.write(head + data)


class Gateway:
    """Serves one bot with one shard."""

    def __init__(self, application: int, begin: Callable[[], list[tuple[str, Json]]]) -> None:
        """`begin` says which events, servers first, follow upon READY."""
        self._application = application
        self._begin = begin
        self._session = _Session("session-0")
        self._link: _Link | None = None
        self._runner: web.AppRunner | None = None
        self.url = ""
        self.identified = 0
        """How often."""
        self.changed = asyncio.Event()
        """A session began or went on."""

    async def start(self, context: ssl.SSLContext | None = None) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_get("/", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context).start()
        port = self._runner.addresses[0][1]
        self.url = f"{'wss' if context else 'ws'}://127.0.0.1:{port}/"

    async def stop(self) -> None:
        """Hang up, and listen no more."""
        self._link = None
        if self._runner is not None:
            await self._runner.cleanup()

    async def hang_up(self, code: int = 4000) -> None:
        """Close the connection with a code after which the bot may resume."""
        link, self._link = self._link, None
        if link is not None:
            await link.socket.close(code=code)

    def send(self, event: str, data: Any) -> None:
        """Send an event now, or when the bot resumes."""
        events = self._session.events
        payload = orjson.dumps({"t": event, "s": len(events) + 1, "op": 0, "d": data})
        events.append(payload)
        if self._link is not None:
            self._link.send(payload)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("compress") != "zlib-stream" or request.query.get("encoding") != "json":
            raise web.HTTPBadRequest(text="This stand-in speaks zlib-stream and JSON only.")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        transport = request.transport
        assert transport is not None  # noqa: S101
        transport.set_write_buffer_limits(high=_HIGH_WATER)
        link = _Link(socket, transport)
        link.send(orjson.dumps({"t": None, "s": None, "op": 10, "d": {"heartbeat_interval": _HEARTBEAT_MS}}))
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                self._take(link, orjson.loads(frame.data))
        if self._link is link:
            self._link = None
        return socket

    def _take(self, link: _Link, received: Json) -> None:
        data = received["d"]
        match received["op"]:
            case 1:
                link.send(orjson.dumps({"t": None, "s": None, "op": 11, "d": None}))
            case 2:
                self._identify(link, data)
            case 6 if data["session_id"] == self._session.name:
                self._link = link
                for event in self._session.events[data["seq"] :]:
                    link.send(event)
                self.send("RESUMED", {})
                self.changed.set()
            case 6:
                link.send(orjson.dumps({"t": None, "s": None, "op": 9, "d": False}))

    def _identify(self, link: _Link, data: Json) -> None:
        self.identified += 1
        self._session = _Session(f"session-{self.identified}")
        self._link = link
        events = self._begin()
        servers = [int(server["id"]) for event, server in events if event == "GUILD_CREATE"]
        shard = data.get("shard") or [0, 1]
        self.send("READY", ready(self._application, self._session.name, self.url, shard, servers))
        for event, payload in events:
            self.send(event, payload)
        self.changed.set()
