"""The simulated server: a channel, three members, a moderator, and the bot, on a page that keeps itself fresh."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import discord
import simcord
from simcord.preview import Preview

from bot.app import open_app
from bot.config import Settings
from bot.errors import SettingsError
from playground.clock import SimulatedClock

log = logging.getLogger(__name__)

TICK = 0.5
"""Seconds of real time between two steps of simulated time."""

REFRESH_AFTER = 10
"""Steps after which the page is refreshed even when the bot did nothing, so that countdowns move. Not more often:
a refresh while a mouse button is down loses that click."""


async def serve(settings: Settings) -> None:
    """Run the playground until it is cancelled or its session is ended on the page.

    Raises:
        StudyhallError: the banks or the database can't be used, or the port is taken.
    """
    clock = SimulatedClock()
    # beside the real bot's database: what is tried out here belongs to no real server
    database = settings.database.with_name("playground.db")
    settings = settings.model_copy(update={"database": database})
    async with open_app(settings, clock=clock) as app:
        env = clock.env = simcord.Env(app.client, check_errors=False)
        channel, viewers = _furnish(env)
        # the ids above come from the simulated time, so they are the same in each run; only then comes today
        env.backend.advance_clock((datetime.now(UTC) - env.now()).total_seconds())
        await env.start()
        try:
            await _show(env, channel, viewers, settings.playground_port)
        finally:
            await env.shutdown()


async def _show(env: simcord.Env, channel: Any, viewers: list[Any], port: int) -> None:
    page = env.preview(channel, viewers=viewers, layout="channel", port=port, width=1100, height=900)
    try:
        async with page as preview:
            turn = _take_turns(env, preview)
            print(f"\n  Open this in your browser:  {preview.url}\n", flush=True)
            print(
                "  Type /quiz start there, and click as different members (“Viewing as”). Ctrl-C ends it.",
                flush=True,
            )
            ticking = asyncio.create_task(_tick(env, preview, turn))
            try:
                await preview.wait_closed()
            finally:
                ticking.cancel()
                await asyncio.wait([ticking])
    except simcord.SetupError as error:
        raise SettingsError(
            f"The playground can't open port {port}: {error}. Is another one running? "
            "Close it, or set STUDYHALL_PLAYGROUND_PORT to another port."
        ) from error


def _furnish(env: simcord.Env) -> tuple[Any, list[Any]]:
    """Set up the server."""
    env.backend.bot_user.name = "Studyhall"
    guild = env.create_guild("Study group")
    channel = guild.create_text_channel("quiz", topic="Quizzes on the Hugging Face Agents Course")
    moderators = guild.create_role(
        "Moderators", permissions=discord.Permissions(manage_messages=True, manage_guild=True)
    )
    members = [guild.add_member(env.create_user(name)) for name in ("ada", "grace", "linus")]
    members.append(guild.add_member(env.create_user("mona"), roles=[moderators]))
    return channel, members


def _take_turns(env: simcord.Env, preview: Preview) -> asyncio.Lock:
    """Let what people do on the page and the passing of time wait for each other.

    SimCord refuses two operations at once, and an action on a page that was refreshed a moment ago. A person
    would see their click fail for no reason; here the click waits its turn and counts for the page as it is.
    """
    turn = asyncio.Lock()
    act = preview._action  # SimCord has no public seam for this; its version is pinned

    async def in_turn(context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with turn:
            await _catch_up(env)
            preview._advance_presentation_time()
            page = preview._pages.get(context_id or "")
            if page is not None and "published_revision" in body:
                body = {**body, "published_revision": page.revision}
            return await act(context_id, body)

    preview._action = in_turn  # type: ignore[method-assign]
    return turn


async def _catch_up(env: simcord.Env) -> None:
    """Move simulated time to the present."""
    try:
        await env.advance_time(max(0.0, (datetime.now(UTC) - env.now()).total_seconds()))
    except TimeoutError as error:
        log.warning("The playground is behind: %s", error)


async def _tick(env: simcord.Env, preview: Preview, turn: asyncio.Lock) -> None:
    """Let simulated time keep up with real time, and the page with the bot."""
    seen, quiet = len(env.http_requests), 0
    while True:
        await asyncio.sleep(TICK)
        async with turn:
            await _catch_up(env)
            quiet += 1
            if len(env.http_requests) != seen or quiet >= REFRESH_AFTER:
                seen, quiet = len(env.http_requests), 0
                try:
                    await preview.refresh()
                except (TimeoutError, simcord.SetupError) as error:
                    log.warning("The page could not be refreshed: %s", error)
