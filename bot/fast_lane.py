"""A shorter way for clicks on options, for when a whole classroom clicks at once.

Most of what a click costs is discord.py's: it builds objects of the whole message that the button is on, and reads back the
message that its answer has become. Here clicks are taken from the gateway's payload as it is, and answered with ready bytes.
All else, and whatever does not go as it should, goes discord.py's own way. docs/performance.md says what that brings.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import orjson
from discord.http import MultipartParameters, Route, json_or_text
from discord.webhook.async_ import async_context
from yarl import URL

from bot.boundary import Outcome, answer_error
from bot.buttons import Click, find_button
from bot.client import StudyhallClient
from bot.clock import Clock
from bot.metrics import Metrics

log = logging.getLogger(__name__)

KNOWN = (2, 7)
"""The series of discord.py whose inner parts are used here as they are in it."""

_EVENT = "INTERACTION_CREATE"
_EPHEMERAL = 1 << 6
_LARGE = {"message", "member", "channel", "guild"}
"""The parts of an interaction that are let go once they are read: thousands of clicks may have to wait a moment."""

_NO_SUCCESS, _TOO_FAST, _TROUBLE = 300, 429, 500
"""https://docs.discord.com/developers/topics/opcodes-and-status-codes#http"""

FEWEST, MOST = 100, 1000
"""Requests of a burst that are under way at once. There are no more connections, either (bot/service.py)."""

_STEP = 100
_TICK = 0.005
"""Seconds after which more are sent, if nothing else was to be done meanwhile."""

_PATIENCE = 10.0
"""Seconds for a request. Discord takes no answer after 3, but a burst may wait for free connections."""

Payload = Any
"""https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object"""


@contextlib.asynccontextmanager
async def open_fast_lane(
    connector: aiohttp.BaseConnector, clock: Clock, metrics: Metrics | None = None
) -> AsyncIterator[FastLane]:
    """A lane whose requests share the connections of discord.py. It must be open for longer than the client."""
    async with aiohttp.ClientSession(
        connector=connector,
        connector_owner=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=_PATIENCE),
        headers={"Content-Type": "application/json"},
        trace_configs=[metrics.trace()] if metrics is not None else None,
    ) as session:
        yield FastLane(session, clock)


class Window:
    """How many requests of a burst are under way at once: as many as keep this process busy, and no more, since each opens
    a connection, which costs time and memory.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._requests = 0
        self._widening: asyncio.Task[None] | None = None
        self.size = FEWEST
        self._places = asyncio.Semaphore(self.size)

    @contextlib.asynccontextmanager
    async def request(self) -> AsyncIterator[None]:
        """Wait for a place, and have it during a request."""
        if not self._requests and self.size > FEWEST:  # a new burst
            self.size = FEWEST
            self._places = asyncio.Semaphore(self.size)
        self._requests += 1
        try:
            if self._places.locked() and self._widening is None:
                self._widening = asyncio.create_task(self._widen())
            async with self._places:
                yield
        finally:
            self._requests -= 1

    async def _widen(self) -> None:
        """Add places as long as some wait for one while this process has nothing else to do: a busy one comes late."""
        try:
            while self._places.locked() and self.size < MOST:
                due = self._clock.now() + timedelta(seconds=_TICK)
                await self._clock.sleep(_TICK)
                if self._clock.now() - due < timedelta(seconds=_TICK):
                    self.size += _STEP
                    for _ in range(_STEP):
                        self._places.release()
        finally:
            self._widening = None


class FastLane:
    """Takes clicks before discord.py does, once it is joined to a client."""

    def __init__(self, session: aiohttp.ClientSession, clock: Clock) -> None:
        self._session = session
        self._window = Window(clock)
        self._client: StudyhallClient
        self._normal: Callable[[Payload], None]

    def join(self, client: StudyhallClient) -> bool:
        """Take clicks from now on. False: this discord.py is not known here, so all goes its own way."""
        parsers = getattr(client._connection, "parsers", {})
        if discord.version_info[:2] != KNOWN or not callable(parsers.get(_EVENT)):
            log.warning(
                "The fast lane for clicks knows discord.py %d.%d and not %s. All clicks go discord.py's own way: slower when "
                "hundreds come at once, and the same otherwise.",
                *KNOWN,
                discord.__version__,
            )
            return False
        self._client, self._normal = client, parsers[_EVENT]
        parsers[_EVENT] = self.take
        self._session.headers["User-Agent"] = client.http.user_agent
        return True

    def take(self, payload: Payload) -> None:
        """An interaction has come."""
        answering = self._answering(payload)
        if answering is None:
            self._normal(payload)
        else:
            asyncio.create_task(answering)  # noqa: RUF006 - the client keeps it from its first step on

    def _answering(self, payload: Payload) -> Coroutine[Any, Any, None] | None:
        """What answers an interaction in this lane, if anything does."""
        is_click = payload["type"] == discord.InteractionType.component.value
        if not is_click or not payload.keys() >= {"guild_id", "message"}:
            return None
        try:
            pressed = find_button(self._client.buttons, payload["data"]["custom_id"])
            if pressed is None or pressed.button.fast is None:
                return None
            click = Click(
                pressed.numbers,
                int(payload["guild_id"]),
                int(payload["channel_id"]),
                int(payload["member"]["user"]["id"]),
                discord.utils.snowflake_time(int(payload["id"])),
                bool(payload["message"].get("flags", 0) & _EPHEMERAL),
            )
            body = pressed.button.fast(click)
        except Exception:  # an error in here would end the connection
            log.exception("The fast lane could not take a click, so it goes discord.py's own way")
            return None
        if body is None:
            return None
        rest = {key: value for key, value in payload.items() if key not in _LARGE}
        return self._answer(rest, click.guild_id, pressed.kind, body)

    async def _answer(
        self, payload: Payload, guild_id: int, kind: str, body: Coroutine[Any, Any, bytes]
    ) -> None:
        if not self._client.begin(guild_id, "button", kind):
            body.close()
            return
        outcome = Outcome.ANSWERED
        try:
            await self._send(payload["id"], payload["token"], await body)
        except Exception as error:
            interaction = discord.Interaction(data=payload, state=self._client._connection)
            outcome = await answer_error(interaction, error)
        self._client.end(outcome)

    async def _send(self, interaction_id: str, token: str, body: bytes) -> None:
        url = f"{Route.BASE}/interactions/{interaction_id}/{token}/callback"
        with contextlib.suppress(aiohttp.ClientError, OSError):
            async with (
                self._window.request(),
                self._session.post(URL(url, encoded=True), data=body) as response,
            ):
                if response.status < _NO_SUCCESS:
                    return
                if response.status < _TROUBLE and response.status != _TOO_FAST:
                    raise discord.HTTPException(response, await json_or_text(response))
        # discord.py knows how to deal with rate limits and trouble
        await async_context.get().create_interaction_response(
            int(interaction_id),
            token,
            session=self._session,
            params=MultipartParameters(orjson.loads(body), None, None),
        )
