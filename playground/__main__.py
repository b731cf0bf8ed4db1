"""`python -m playground`: the bot in a simulated Discord in your browser."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Coroutine, Sequence
from typing import Any

from bot import service
from bot.config import load_settings
from bot.errors import StudyhallError
from bot.logs import set_up_logging
from playground.server import serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the playground; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m playground", description="Try Studyhall in your browser, in a simulated Discord."
    )
    parser.add_argument(
        "--unless-token", action="store_true", help="run the bot on Discord instead if DISCORD_TOKEN is set"
    )
    parser.add_argument(
        "--demo",
        action="store_true",
        help="with twelve weeks of simulated members, made anew at each start, so that boards, statistics and the "
        "weekly challenge have something to show; always the playground, also with a token",
    )
    chosen = parser.parse_args(arguments)
    try:
        settings = load_settings()
        has_token = settings.discord_token is not None
        if chosen.unless_token and has_token and not chosen.demo:
            return service.run(settings)
        why = "This is" if has_token or chosen.demo else "DISCORD_TOKEN is not set, so this is"
        print(f"{why} the playground: a simulated Discord in your browser.", flush=True)
        set_up_logging(settings.log_level, settings.log_format)
        logging.getLogger("discord").setLevel(logging.WARNING)
        asyncio.run(_until_stopped(serve(settings, demo=chosen.demo)))
        kept = "The demo begins anew" if chosen.demo else "Answers and points are kept for"
        print(f"The playground is closed. {kept} the next time.", flush=True)
    except StudyhallError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError, KeyboardInterrupt):
        await task


if __name__ == "__main__":
    sys.exit(main())
