"""`python -m benchmarks.clicks.launch`: a bot that takes another address for Discord's. It prints `ready` when it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run a bot: by the address of the API, that of the gateway, a processor core or nothing, and the kind of bot."""
    api, gateway, core, kind = arguments
    if core:
        os.sched_setaffinity(0, {int(core)})
    _move_discord(api, gateway)
    if kind.startswith("floor"):
        from benchmarks.clicks import floor  # noqa: PLC0415

        floor.run(os.environ["DISCORD_TOKEN"], tuned=kind == "floor-tuned")
        return 0
    _tell_when_ready()
    from playground.__main__ import main as run  # noqa: PLC0415

    return run(["--unless-token"])  # what `make run` calls


def _move_discord(api: str, gateway: str) -> None:
    """The addresses of Discord are constants of discord.py."""
    import discord  # noqa: PLC0415
    import yarl  # noqa: PLC0415

    discord.http.Route.BASE = f"{api}/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


def _tell_when_ready() -> None:
    from bot.running import App  # noqa: PLC0415

    start = App.start

    async def start_and_tell(app: App) -> None:
        await start(app)
        print("ready", flush=True)

    App.start = start_and_tell  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
