"""The command line: `python -m bot [run|check|schema|health]`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import discord

from bot import __version__
from bot.app import SystemClock, open_app
from bot.banks.format import json_schemas
from bot.banks.loader import load_catalog
from bot.config import Settings, load_settings
from bot.errors import SettingsError, StudyhallError
from bot.health import beat, is_alive

log = logging.getLogger(__name__)

_TOKENLESS = (
    "DISCORD_TOKEN is not set. Put the bot's token into the environment or into a file .env (README.md says how to "
    "get one), or try the bot without a token: make run"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="Studyhall, a Discord study bot.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("run", help="run the bot on Discord (what happens without a command, too)")
    check = commands.add_parser("check", help="check question banks; exit status 1 if there are problems")
    check.add_argument(
        "path", nargs="?", type=Path, help="a folder of banks, or one bank (default: the banks in use)"
    )
    schema = commands.add_parser("schema", help="write the JSON Schemas of the bank format, for editors")
    schema.add_argument(
        "folder", nargs="?", type=Path, default=Path("docs/schemas"), help="where (docs/schemas)"
    )
    commands.add_parser("health", help="exit status 0 if the bot with this database is running and connected")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "schema":
            return _write_schemas(chosen.folder)
        settings = load_settings()
        if chosen.command == "check":
            return _check(chosen.path or settings.banks)
        if chosen.command == "health":
            return 0 if is_alive(settings.database) else 1
        return run(settings)
    except StudyhallError as error:
        print(error, file=sys.stderr)
        return 1


def _check(path: Path) -> int:
    loaded = load_catalog(path)
    for problem in loaded.problems:
        print(problem)
    for bank in loaded.catalog.banks.values():
        print(
            f"{bank.id}: {len(bank.questions)} questions on {len(bank.topics_with_questions)} topics, no problems"
        )
    if loaded.problems:
        print(
            f"{len(loaded.problems)} problem{'s' if len(loaded.problems) > 1 else ''} found", file=sys.stderr
        )
    return 1 if loaded.problems else 0


def _write_schemas(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in json_schemas().items():
        path = folder / name
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        print(path)
    return 0


def run(settings: Settings) -> int:
    """Run the bot on Discord until it is stopped; the exit status."""
    if settings.discord_token is None:
        raise SettingsError(_TOKENLESS)
    set_up_logging(settings.log_level)
    _allow_many_connections()
    try:
        asyncio.run(_serve(settings, settings.discord_token.get_secret_value()))
    except discord.LoginFailure:
        raise SettingsError(
            "Discord does not accept the token in DISCORD_TOKEN. Copy it again from the Developer Portal, Bot, "
            "Reset Token; it is shown only once."
        ) from None
    except (aiohttp.ClientConnectionError, discord.DiscordServerError) as error:
        raise StudyhallError(
            f"Discord could not be reached ({error}). Check the network and start again."
        ) from None
    except KeyboardInterrupt:  # where signals can't be handled in the loop (Windows)
        pass
    return 0


async def _serve(settings: Settings, token: str) -> None:
    # discord.py's default opens a TLS connection for each click in flight
    connector = aiohttp.TCPConnector(limit=1000, keepalive_timeout=60)
    clock = SystemClock()
    async with open_app(settings, clock=clock, connector=connector) as app, app.client as client:
        # objects that live as long as the process need not be looked at by each collection
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        beating = asyncio.create_task(
            beat(settings.database, lambda: client.is_ready() and not client.is_ws_ratelimited(), clock)
        )
        serving = asyncio.create_task(client.start(token))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(number, serving.cancel)
        try:
            await serving
        except asyncio.CancelledError:
            log.info("Stopping")
        finally:
            beating.cancel()
            await asyncio.wait([beating])
            await app.stop()


def set_up_logging(level: str) -> None:
    """Readable lines on standard error."""
    logging.basicConfig(
        level=level, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", stream=sys.stderr
    )
    logging.getLogger("aiosqlite").setLevel(logging.INFO)


def _allow_many_connections() -> None:
    """Raise the soft limit on open files: a burst of clicks needs a thousand connections."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    sys.exit(main())
