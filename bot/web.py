"""The optional HTTP port for whoever watches the bot: /healthz, /readyz and /metrics."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web
from prometheus_client.aiohttp import make_aiohttp_handler

from bot.errors import SettingsError
from bot.metrics import Metrics
from bot.vitals import Vitals, take_vitals

if TYPE_CHECKING:
    from bot.running import App

log = logging.getLogger(__name__)

SAMPLE = 0.5
"""Seconds between two looks at how late the event loop is."""

_LAST_ANSWERS = 0.5
"""Seconds that answers under way get when the bot stops."""

_NOT_YET = "The bot is starting, and has not come to Discord yet."
_STOPPING = "The bot is starting or stopping; members can't play."


class Endpoints:
    """Answers the three questions. Before it knows of an app, the bot is starting."""

    def __init__(self, metrics: Metrics) -> None:
        self.app: App | None = None
        self.port = 0
        self._metrics = metrics
        self._render = make_aiohttp_handler(metrics.registry)

    async def healthz(self, _: web.Request) -> web.Response:
        """Whether the bot does its work: 200, or 503 with a sentence for each part that is ill."""
        if self.app is None:
            return _answer(503, {"status": "starting", "problems": {"gateway": _NOT_YET}})
        vitals = await take_vitals(self.app)
        problems = vitals.complaints()
        return _answer(
            503 if problems else 200,
            {"status": "ill" if problems else "well", "problems": problems, **_readings(vitals)},
        )

    async def readyz(self, _: web.Request) -> web.Response:
        """Whether members can play: 200, or 503 while the bot starts and stops."""
        if self.app is not None and self.app.client.is_serving:
            return _answer(200, {"status": "ready"})
        return _answer(503, {"status": "not ready", "problem": _NOT_YET if self.app is None else _STOPPING})

    async def metrics(self, request: web.Request) -> web.StreamResponse:
        """Everything that is counted, and how things stand, for Prometheus."""
        if self.app is not None:
            self._metrics.read(self.app, await take_vitals(self.app))
        return await self._render(request)


def _readings(vitals: Vitals) -> dict[str, Any]:
    return {
        "shards": {
            str(number): {"connected": shard.is_open, "latency_seconds": shard.latency}
            for number, shard in sorted(vitals.shards.items())
        },
        "database_read_seconds": round(vitals.read_seconds, 4),
        "scheduler_lag_seconds": vitals.lateness,
    }


def _answer(status: int, body: dict[str, Any]) -> web.Response:
    return web.json_response(body, status=status, headers={"Cache-Control": "no-store"})


@contextlib.asynccontextmanager
async def open_endpoints(metrics: Metrics, host: str, port: int) -> AsyncIterator[Endpoints]:
    """Serve the endpoints, from before the bot starts until after it has stopped. Port 0 takes a free one.

    Raises:
        SettingsError: the port can't be opened there.
    """
    endpoints = Endpoints(metrics)
    application = web.Application()
    application.router.add_get("/healthz", endpoints.healthz)
    application.router.add_get("/readyz", endpoints.readyz)
    application.router.add_get("/metrics", endpoints.metrics)
    application.on_response_prepare.append(_without_banner)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_LAST_ANSWERS)
    await runner.setup()
    sampling = asyncio.create_task(_sample_lag(metrics.lagged))
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise SettingsError(
                f"STUDYHALL_HTTP_PORT: port {port} on {host} can't be opened ({error.strerror or error}). Is another "
                "program using it? Choose another port, or another address with STUDYHALL_HTTP_HOST."
            ) from error
        endpoints.port = runner.addresses[0][1]
        log.info("Health and metrics are on http://%s:%d", host, endpoints.port)
        yield endpoints
    finally:
        sampling.cancel()
        await asyncio.wait([sampling])
        await runner.cleanup()


async def _without_banner(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.popall("Server", None)


async def _sample_lag(lagged: Callable[[float], None]) -> None:
    """Tell again and again how late the event loop is, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + SAMPLE
        await asyncio.sleep(SAMPLE)
        lagged(loop.time() - due)
