"""The simulated server: a channel, its members, and the bot, on a page that keeps itself fresh."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from textwrap import indent
from typing import Any

import discord
import simcord
from simcord.components import walk_components
from simcord.preview import Preview

from bot.app import open_app
from bot.config import Settings
from bot.errors import SettingsError
from bot.running import App
from bot.storage.database import Database
from bot.study.rounds import GRACE
from playground.clock import SimulatedClock
from playground.demo import Server, clear, play_late, running_since, write_history
from playground.people import OTHERS, VIEWERS

log = logging.getLogger(__name__)

TICK = 0.5
"""Seconds of real time between two steps of simulated time."""

REFRESH_AFTER = 10
"""Steps after which the page is refreshed even when the bot did nothing, so that countdowns move. Not more often:
a refresh while a mouse button is down loses that click."""

_TRY = "Type /quiz start or /practice there"
_TRY_DEMO = "Press Play there, or type /leaderboard, /stats or /challenge setup (as mona)"


@dataclass(frozen=True, slots=True)
class Place:
    """The server, its channel, and those whom the page can be seen as. All are SimCord's handles."""

    guild: Any
    channel: Any
    viewers: list[Any]


async def serve(settings: Settings, *, demo: bool = False) -> None:
    """Run the playground until it is cancelled or its session is ended on the page.

    Raises:
        StudyhallError: the banks or the database can't be used, or the port is taken.
    """
    async with open_playground(settings, demo=demo) as (env, _, place):
        await _show(env, place, settings.playground_port, _TRY_DEMO if demo else _TRY)


@contextlib.asynccontextmanager
async def open_playground(
    settings: Settings, *, demo: bool = False
) -> AsyncIterator[tuple[simcord.Env, App, Place]]:
    """The simulated Discord with the bot in it, and what it has in it; with `demo` a history made anew.

    Raises:
        StudyhallError: the banks or the database can't be used.
    """
    clock = SimulatedClock()
    # beside the real bot's database: what is tried out here belongs to no real server
    database = settings.database.with_name("demo.db" if demo else "playground.db")
    settings = settings.model_copy(update={"database": database, "shards": 1, "backups_kept": 0})
    if demo:
        clear(database)
    async with open_app(settings, clock=clock) as app:
        env = clock.env = simcord.Env(app.client, check_errors=False)
        place = _furnish(env)
        # the ids above come from the simulated time, so they are the same in each run; only then comes today
        try:
            if demo:
                await _start_demo(env, app, place, database)
            else:
                await _start(env, datetime.now(UTC))
            yield env, app, place
        finally:
            await env.shutdown()


async def _start(env: simcord.Env, at: datetime) -> None:
    """Start the bot at an instant."""
    env.backend.advance_clock((at - env.now()).total_seconds())
    await env.start()


async def _start_demo(env: simcord.Env, app: App, place: Place, database: Path) -> None:
    """Make the history, start the bot where the running challenge begins, and let the days since then pass."""
    server = _furnish_for_demo(env, place)
    now = datetime.now(UTC)
    async with Database.open(database) as second:
        await write_history(second, server, app.library.catalog.default, now)
    # the bot itself then posts the last podium and the card of the running challenge, at the times of both
    await _start(env, running_since(now) + GRACE)
    await env.advance_time(60.0)
    await _catch_up(env)
    # what is done for the bot must count as its own work, or SimCord's clock would not let it wait for a time
    with env._bot_scope():
        await play_late(app, server, env.now())
    await _catch_up(env)


async def _show(env: simcord.Env, place: Place, port: int, to_try: str) -> None:
    channel, viewers = place.channel, place.viewers
    page = env.preview(channel, viewers=viewers, layout="channel", port=port, width=1100, height=900)
    try:
        async with page as preview:
            turn = _take_turns(env, preview)
            print(f"\n  Open this in your browser:  {preview.url}\n", flush=True)
            print(f"  {to_try}, and act as different members (“Viewing as”). Ctrl-C ends it.", flush=True)
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


def _furnish(env: simcord.Env) -> Place:
    """Set up the server."""
    env.backend.bot_user.name = "Studyhall"
    guild = env.create_guild("Study group")
    channel = guild.create_text_channel("quiz", topic="Quizzes on the Hugging Face Agents Course")
    moderators = guild.create_role(
        "Moderators", permissions=discord.Permissions(manage_messages=True, manage_guild=True)
    )
    members = [guild.add_member(env.create_user(name)) for name in ("ada", "grace", "linus")]
    members.append(guild.add_member(env.create_user("mona"), roles=[moderators]))
    return Place(guild, channel, members)


def _furnish_for_demo(env: simcord.Env, place: Place) -> Server:
    """Add the other members and the roles that the weekly challenge uses."""
    viewers = {person.name: viewer.id for person, viewer in zip(VIEWERS, place.viewers, strict=True)}
    others = {person.name: place.guild.add_member(env.create_user(person.name)).id for person in OTHERS}
    return Server(
        guild_id=place.guild.id,
        channel_id=place.channel.id,
        members={**viewers, **others},
        mention_role_id=place.guild.create_role("Study group", mentionable=True).id,
        champion_role_id=place.guild.create_role("Champion", color=0xF0B232).id,
    )


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


def direct_messages(env: simcord.Env, after: int) -> list[tuple[int, str, str]]:
    """What the bot has written to members in private since a message: id, name and text of each, the earliest first.

    The page shows one channel, and these are in others.
    """
    backend = env.backend
    found = []
    for user_id, channel_id in backend.dm_channels.items():
        for message in backend.messages.get(channel_id, {}).values():
            if message.id > after and message.author_id == backend.bot_user.id:
                parts = [part.get("content", "") for part in walk_components(message.components)]
                text = "\n".join([message.content, *parts]).strip()
                found.append((message.id, backend.get_user(user_id).name, text))
    return sorted(found)


async def _tick(env: simcord.Env, preview: Preview, turn: asyncio.Lock) -> None:
    """Let simulated time keep up with real time, and the page with the bot."""
    seen, quiet, told = len(env.http_requests), 0, 0
    while True:
        await asyncio.sleep(TICK)
        async with turn:
            await _catch_up(env)
            for message_id, name, text in direct_messages(env, told):
                print(f"\n  Direct message to {name}:\n{indent(text, '    ')}", flush=True)
                told = message_id
            quiet += 1
            if len(env.http_requests) != seen or quiet >= REFRESH_AFTER:
                seen, quiet = len(env.http_requests), 0
                try:
                    await preview.refresh()
                except (TimeoutError, simcord.SetupError) as error:
                    log.warning("The page could not be refreshed: %s", error)
