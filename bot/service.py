"""The bot as a process on Discord: from the token to a clean end."""

from __future__ import annotations

import asyncio
import asyncio.sslproto
import contextlib
import gc
import logging
import signal
import sys

import aiohttp
import discord

from bot.app import open_app
from bot.clock import SystemClock
from bot.config import Settings
from bot.errors import SettingsError, StudyhallError
from bot.fast_lane import open_fast_lane
from bot.health import beat
from bot.logs import set_up_logging
from bot.metrics import Metrics
from bot.web import open_endpoints

log = logging.getLogger(__name__)

_REFUSED = (
    "Discord does not accept the token in DISCORD_TOKEN or in the file of DISCORD_TOKEN_FILE. Copy it again from the Developer Portal, Bot, Reset Token; "
    "it is shown only once."
)

_CONNECTIONS = 1000
"""At 150 ms there and back so many carry 6,000 requests a second."""

_KEEP_OPEN = 60.0
"""Seconds that a connection stays open unused: for longer than from one question to the next."""

_TLS_BUFFER = 32 * 1024

_TURN = 0.0005
"""Seconds for which a thread that computes, such as a forecast, keeps clicks waiting before it is their turn."""

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
_AUTHENTICATION_FAILED = 4004

# a study bot does not speak; discord.py would complain at each start that it could not
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

_TOKENLESS = (
    "DISCORD_TOKEN is not set. Put the bot's token into the environment or into a file .env (README.md says how to "
    "get one), or into a file that DISCORD_TOKEN_FILE names, or try the bot without a token: make run"
)


def run(settings: Settings) -> int:
    """Run the bot on Discord until it is stopped; the exit status."""
    if settings.discord_token is None:
        raise SettingsError(_TOKENLESS)
    token = settings.discord_token.get_secret_value()
    set_up_logging(settings.log_level, settings.log_format, token)
    allow_many_connections()
    try:
        asyncio.run(_serve(settings, token))
    except discord.LoginFailure:
        raise SettingsError(_REFUSED) from None
    except discord.ConnectionClosed as error:
        if error.code == _AUTHENTICATION_FAILED:  # the token was reset while the bot ran
            raise SettingsError(_REFUSED) from None
        raise StudyhallError(f"Discord closed the connection for good (code {error.code}).") from None
    except (aiohttp.ClientError, discord.HTTPException, discord.GatewayNotFound, TimeoutError) as error:
        raise StudyhallError(
            f"Discord could not be reached ({error}). Check the network and start again."
        ) from None
    except StudyhallError:
        raise
    except Exception:  # into the log, which hides the token; Python's own traceback would not
        log.critical("The bot has ended with an error that nobody expected", exc_info=True)
        return 1
    except KeyboardInterrupt:  # where signals can't be handled in the loop (Windows)
        pass
    return 0


async def _serve(settings: Settings, token: str) -> None:
    connector = open_connector()
    clock = SystemClock()
    async with contextlib.AsyncExitStack() as stack:
        metrics = endpoints = None
        if settings.http_port is not None:
            metrics = Metrics(settings.database, clock)
            endpoints = await stack.enter_async_context(
                open_endpoints(metrics, settings.http_host, settings.http_port)
            )
        lane = await stack.enter_async_context(open_fast_lane(connector, clock, metrics))
        app = await stack.enter_async_context(
            open_app(settings, clock=clock, connector=connector, metrics=metrics)
        )
        if settings.fast_lane:
            lane.join(app.client)
        if endpoints is not None:
            endpoints.app = app
        collect_garbage_rarely()
        change_threads_often()
        serving = asyncio.create_task(app.client.start(token))
        beating = asyncio.create_task(beat(settings.database, lambda: app.client.is_connected, clock))
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):
                asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
        try:
            await serving
            raise StudyhallError(
                "The bot has stopped by itself; the log above says why. Nothing is lost; start it again."
            )
        except asyncio.CancelledError:
            log.info("Stopping")
        finally:
            beating.cancel()
            await asyncio.wait([beating])


def open_connector() -> aiohttp.TCPConnector:
    """Connections for bursts of clicks: discord.py's default opens a TLS connection for each click that waits."""
    # asyncio reserves 256 KiB for each TLS connection, 16 times what one record can have
    asyncio.sslproto.SSLProtocol.max_size = _TLS_BUFFER
    return aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_KEEP_OPEN)


def collect_garbage_rarely() -> None:
    """Leave objects alone that live as long as the process, and look at others only after many have come: a burst of clicks
    makes a lot of them and no cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def change_threads_often() -> None:
    """Let clicks have their turn soon while a thread computes."""
    sys.setswitchinterval(_TURN)


def allow_many_connections() -> None:
    """Raise the soft limit on open files: a burst of clicks needs a thousand connections."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
