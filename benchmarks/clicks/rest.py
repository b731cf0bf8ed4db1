"""An HTTP/1.1 server that costs next to nothing, so that it is the bot that is measured."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import cast

import httptools

Handler = Callable[[str, str, str, bytes], tuple[int, bytes]]
"""Method, path, query and body to a status and the JSON that answers."""

_BACKLOG = 4096
"""Connections that may wait to be taken; a bot with discord.py's defaults opens one for each click."""

# what Discord sends along, as far as a client reads it or has to pass over it
_HEADERS = (
    "date: {date}\r\ncontent-type: application/json\r\nx-ratelimit-bucket: 3fbf01ab2ea64b10ae9a6b0d2cd43a4e\r\n"
    "x-ratelimit-limit: 1000\r\nx-ratelimit-remaining: 999\r\nx-ratelimit-reset: {reset}\r\n"
    "x-ratelimit-reset-after: 1.000\r\nstrict-transport-security: max-age=31536000; includeSubDomains; preload\r\n"
    'via: 1.1 google\r\nalt-svc: h3=":443"; ma=86400\r\ncf-cache-status: DYNAMIC\r\nx-content-type-options: nosniff\r\n'
    "content-security-policy: frame-ancestors 'none'; default-src 'none'\r\nserver: cloudflare\r\n"
    "cf-ray: 9a29c63e8d5a3f2c-FRA\r\n"
)


class Rest:
    """Answers requests with what a handler says, on loopback."""

    def __init__(self, handler: Handler, delay: float = 0.0) -> None:
        """`delay`: seconds of a round trip. A request reaches the handler after half of it, its answer goes out after
        the other half.
        """
        self.handler = handler
        self.delay = delay
        self.is_secure = False
        self.connections = 0
        """How many have been opened."""
        self._server: asyncio.Server | None = None
        self._heads: dict[int, bytes] = {}
        self._second = 0

    async def start(self, context: ssl.SSLContext | None = None) -> int:
        """Listen; the port."""
        self.is_secure = context is not None
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Connection(self), "127.0.0.1", 0, ssl=context, backlog=_BACKLOG
        )
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    def response(self, status: int, body: bytes) -> bytes:
        """A response as it goes out."""
        second = int(time.time())
        if second != self._second:
            self._second = second
            self._heads.clear()
        head = self._heads.get(status)
        if head is None:
            date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(second))
            lines = _HEADERS.format(date=date, reset=f"{second + 1}.000")
            head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}".encode()
            self._heads[status] = head
        if status == HTTPStatus.NO_CONTENT:
            return head + b"\r\n"
        return b"%bcontent-length: %d\r\n\r\n%b" % (head, len(body), body)


class _Connection(asyncio.Protocol):
    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._url = b""
        self._body: list[bytes] = []
        self._opened_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are of no such class
        self._rest.connections += 1
        if self._rest.delay:
            # loopback has opened it in no time; TCP takes one round trip, TLS 1.3 one more
            trips = 2 if self._rest.is_secure else 1
            self._opened_at = self._loop.time() + trips * self._rest.delay

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._transport = None

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            if self._transport is not None:
                self._transport.abort()

    # what the parser calls

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        url, _, query = self._url.decode().partition("?")
        request = self._parser.get_method().decode(), url, query, b"".join(self._body)
        self._url = b""
        self._body.clear()
        if self._rest.delay:
            arrives_at = max(self._loop.time(), self._opened_at) + self._rest.delay / 2
            self._loop.call_at(arrives_at, self._answer, *request)
        else:
            self._answer(*request)

    def _answer(self, method: str, path: str, query: str, body: bytes) -> None:
        status, answer = self._rest.handler(method, path, query, body)
        response = self._rest.response(status, answer)
        if self._rest.delay:
            self._loop.call_later(self._rest.delay / 2, self._write, response)
        else:
            self._write(response)

    def _write(self, response: bytes) -> None:
        if self._transport is not None:
            self._transport.write(response)
