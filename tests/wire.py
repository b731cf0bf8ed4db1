"""A stand-in for Discord on loopback: real HTTP and websocket, as much as the bot uses.

SimCord replaces discord.py's transport; here the whole of it runs, in a process of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import fnmatch
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from benchmarks.clicks.payloads import (
    Json,
    gateway_bot,
    guild,
    interaction,
    member,
    message,
    own_application,
    ready,
    registered,
    snowflake,
    user,
)

APPLICATION, GUILD, CHANNEL = 10**17, 10**17 + 1, 10**17 + 2
TOKEN = "a.b.c"  # noqa: S105 - nobody's

ROOT = Path(__file__).parents[1]

Fault = Callable[[web.Request], Awaitable[web.StreamResponse]]
"""What happens to a request instead of what should."""

# the addresses of Discord are constants of discord.py
_START = """
import sys
import discord, yarl
discord.http.Route.BASE = f"http://{sys.argv[1]}/api"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"ws://{sys.argv[1]}/")
from playground.__main__ import main
sys.exit(main(["--unless-token"]))  # what `make run` calls
"""


@contextlib.asynccontextmanager
async def start_bot(
    folder: Path, address: str, banks: Path = ROOT / "questions"
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot as a process that takes an address for Discord's; it logs into log.txt in its folder."""
    with (folder / "log.txt").open("a") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _START, address),
            cwd=folder,
            env={
                **os.environ,
                "DISCORD_TOKEN": TOKEN,
                "STUDYHALL_BANKS": str(banks),
                "PYTHONPATH": str(ROOT),
            },
            stderr=log,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


class Discord:
    """One server with one channel, in which only the bot lives; the tests speak for the members."""

    def __init__(self) -> None:
        self.commands: list[Json] = []
        self.messages: dict[int, Json] = {}
        self.callbacks: dict[int, Json] = {}
        self.connections = 0
        self.flags = 0
        """Of the application."""
        self.servers: list[Json] = []
        """Those that are listed, as far as they are looked at."""
        self.trouble = 0
        """The status of every answer, if it is not 0."""
        self._changed = asyncio.Condition()
        self._gateway: web.WebSocketResponse | None = None
        self.faults: list[tuple[str, Fault, int]] = []
        self.shards = 1
        """How many connections it recommends; the server is on the first one (shard 0)."""
        self.empty_shards: dict[int, web.WebSocketResponse] = {}
        # what the session that is open has been sent, or would have been: it can be resumed
        self._events: list[Json] = []
        self._session = 0
        self._closed_for_good: int | None = None
        self._runner: web.AppRunner | None = None
        self.address = ""

    async def __aenter__(self) -> Discord:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.address = f"127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def until(self, condition: Callable[[], Any]) -> Any:
        """Wait for something to come about; what the condition gave."""
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(condition)
            return condition()

    async def interact(self, by: int, kind: int, data: Json, card: Json | None = None) -> int:
        """Let a member send a command (2) or click a button (3); the id of the interaction."""
        id_ = snowflake()
        payload = interaction(
            kind,
            data,
            application=APPLICATION,
            guild_id=GUILD,
            channel_id=CHANNEL,
            by=member(by),
            card=card,
        )
        await self._send("INTERACTION_CREATE", {**payload, "id": str(id_), "token": f"token-{id_}"})
        return id_

    def fail(self, pattern: str, fault: Fault, times: int = 1) -> None:
        """Let the next requests on a route, such as `POST channels/*/messages`, come to grief."""
        self.faults.append((pattern, fault, times))

    async def hang_up(self, code: int, *, for_good: bool = False) -> None:
        """Close the connection to the bot with a code of the gateway. `for_good`: each further one, too."""
        assert self._gateway is not None
        gateway, self._gateway = self._gateway, None
        self._closed_for_good = code if for_good else None
        await gateway.close(code=code)

    def forget_session(self) -> None:
        """Let the bot begin a new session when it comes back; what it has missed is lost."""
        self._session += 1
        self._events.clear()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/api").strip("/").split("/")
        if "websocket" in request.headers.get("Upgrade", "").lower():
            return await self._serve_gateway(request)
        fault = self._take_fault(f"{request.method} {'/'.join(path)}")
        if fault is not None:
            await self._tell()
            return await fault(request)
        if self.trouble:
            return _respond({"message": "trouble", "code": 0}, self.trouble)
        if path[0] in {"users", "applications"} and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return _respond({"message": "401: Unauthorized", "code": 0}, 401)
        body = await request.json() if request.can_read_body else {}
        if path == ["users", "@me", "guilds"]:
            later = [s for s in self.servers if int(s["id"]) > int(request.query["after"])]
            return _respond(later[: int(request.query["limit"])])
        answer = self._look_up(path) if request.method == "GET" else self._take(request.method, path, body)
        if answer is None:
            return _respond({"message": "404: Not Found", "code": 0}, 404)
        await self._tell()
        return _respond(answer)

    def _take_fault(self, request: str) -> Fault | None:
        for place, (pattern, fault, times) in enumerate(self.faults):
            if fnmatch.fnmatch(request, pattern):
                self.faults[place : place + 1] = [(pattern, fault, times - 1)] if times > 1 else []
                return fault
        return None

    def _look_up(self, path: list[str]) -> Any:
        """What there is at a path; None: nothing."""
        match path:
            case "users", "@me":
                return user(APPLICATION, bot=True)
            case "applications", "@me":
                return {"id": str(APPLICATION), "name": "Studyhall", "flags": self.flags}
            case "oauth2", "applications", "@me":
                return own_application(APPLICATION)
            case "gateway", "bot":
                return gateway_bot(f"ws://{self.address}/", self.shards)
            case "applications", _, "commands":
                return self.commands
        return None

    def _take(self, method: str, path: list[str], body: Any) -> Any:
        """Keep what the bot sends; the answer. None: there is nothing at this path."""
        match method, *path:
            case "PUT", "applications", _, "commands":
                self.commands = registered(APPLICATION, body)
                return self.commands
            case ("POST", "channels", _, "messages") | ("POST", "webhooks", _, _):
                return self._keep(body)
            case "PATCH", "channels", _, "messages", id_:
                self.messages[int(id_)].update(body)
                return self.messages[int(id_)]
            case "POST", "interactions", id_, _, "callback":
                self.callbacks[int(id_)] = body
                answer: Json = {"interaction": {"id": id_, "type": 2}}
                if body["type"] == 4:
                    answer["resource"] = {"type": 4, "message": self._keep(body["data"])}
                return answer
        return None

    def _keep(self, body: Json) -> Json:
        kept = message(APPLICATION, CHANNEL, body)
        self.messages[int(kept["id"])] = kept
        return kept

    async def _serve_gateway(self, request: web.Request) -> web.StreamResponse:
        gateway = web.WebSocketResponse()
        await gateway.prepare(request)
        await gateway.send_json({"op": 10, "d": {"heartbeat_interval": 40000}, "s": None, "t": None})
        async for frame in gateway:
            if frame.type is not WSMsgType.TEXT:
                continue
            received = json.loads(frame.data)
            operation = received["op"]
            if operation == 1:
                await gateway.send_json({"op": 11, "d": None, "s": None, "t": None})
            elif self._closed_for_good is not None:
                await gateway.close(code=self._closed_for_good)
            elif number := _empty_shard(received):
                await self._go_on_empty(gateway, "READY" if operation == 2 else "RESUMED", number)
            elif operation == 6 and received["d"]["session_id"] != f"session-{self._session}":
                await gateway.send_json({"op": 9, "d": False, "s": None, "t": None})
            elif operation == 6:
                self._gateway = gateway
                for event in self._events[received["d"]["seq"] :]:
                    await gateway.send_json(event)
                await self._send("RESUMED", {})
                self.connections += 1
                await self._tell()
            elif operation == 2:
                self._gateway = gateway
                self._events.clear()
                session = f"session-{self._session}"
                await self._send("READY", self._ready(session, received["d"]["shard"], [GUILD]))
                await self._send("GUILD_CREATE", guild(GUILD, [CHANNEL]))
                self.connections += 1
                await self._tell()
        return gateway

    async def _go_on_empty(self, gateway: web.WebSocketResponse, event: str, number: int) -> None:
        self.empty_shards[number] = gateway
        ready = self._ready(f"empty-{number}", [number, self.shards], [])
        await gateway.send_json({"op": 0, "t": event, "s": 1, "d": ready})
        self.connections += 1
        await self._tell()

    def _ready(self, session: str, shard: list[int], servers: list[int]) -> Json:
        return ready(APPLICATION, session, f"ws://{self.address}/", shard, servers)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _send(self, event: str, data: Json) -> None:
        payload = {"op": 0, "t": event, "s": len(self._events) + 1, "d": data}
        self._events.append(payload)
        if self._gateway is not None:
            await self._gateway.send_json(payload)


def _empty_shard(received: Json) -> int:
    """The number of a shard without servers that identifies itself or resumes its session; 0: it is another message."""
    if received["op"] == 2:
        return int(received["d"]["shard"][0])
    session = received["d"]["session_id"] if received["op"] == 6 else ""
    return int(session.removeprefix("empty-")) if session.startswith("empty-") else 0


def refuse(status: int, code: int = 0) -> Fault:
    """Answer with an error."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return _respond({"message": "injected by a test", "code": code}, status)

    return answer


def limit(seconds: float, *, everywhere: bool = False) -> Fault:
    """Answer that it is too fast: on this route, or on all of them."""

    async def answer(_: web.Request) -> web.StreamResponse:
        body = {"message": "You are being rate limited.", "retry_after": seconds, "global": everywhere}
        return _respond(body, 429, Via="1.1 google")

    return answer


async def hang(_: web.Request) -> web.StreamResponse:
    """Never answer; it ends when the other side gives up."""
    await asyncio.Event().wait()
    raise AssertionError


async def reset(request: web.Request) -> web.StreamResponse:
    """Break the connection off."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def _respond(answer: Any, status: int = 200, **headers: str) -> web.Response:
    # without a charset, or discord.py takes it for text
    return web.Response(
        body=json.dumps(answer).encode(),
        status=status,
        headers={"Content-Type": "application/json", **headers},
    )
