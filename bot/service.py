"""The bot as a process on Discord: from the token to a clean end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal

import aiohttp
import discord

from bot.app import open_app
from bot.clock import SystemClock
from bot.config import Settings
from bot.errors import SettingsError, StudyhallError
from bot.health import beat
from bot.logs import set_up_logging
from bot.metrics import Metrics
from bot.web import open_endpoints

log = logging.getLogger(__name__)

_REFUSED = (
    "Discord does not accept the token in DISCORD_TOKEN or in the file of DISCORD_TOKEN_FILE. Copy it again from the Developer Portal, Bot, Reset Token; "
    "it is shown only once."
)

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
    _allow_many_connections()
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
    # discord.py's default opens a TLS connection for each click in flight
    connector = aiohttp.TCPConnector(limit=1000, keepalive_timeout=60)
    clock = SystemClock()
    async with contextlib.AsyncExitStack() as stack:
        metrics = endpoints = None
        if settings.http_port is not None:
            metrics = Metrics(settings.database, clock)
            endpoints = await stack.enter_async_context(
                open_endpoints(metrics, settings.http_host, settings.http_port)
            )
        app = await stack.enter_async_context(
            open_app(settings, clock=clock, connector=connector, metrics=metrics)
        )
        if endpoints is not None:
            endpoints.app = app
        # objects that live as long as the process need not be looked at by each collection
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
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


def _allow_many_connections() -> None:
    """Raise the soft limit on open files: a burst of clicks needs a thousand connections."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
