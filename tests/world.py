"""A simulated Discord server with the real bot in it, and words for what people do and see there."""

from __future__ import annotations

import contextlib
import logging
import random
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import discord
import simcord
from simcord.components import walk_components
from simcord.interactions import base_payload

from bot.app import App, open_app
from bot.config import Settings
from bot.errors import StudyhallError
from playground.clock import SimulatedClock

SAMPLE_BANKS = Path(__file__).parent / "banks"

_BUTTON, _TEXT, _SECTION = 2, 10, 9


def parts(message: Any, kind: int) -> list[dict[str, Any]]:
    """The components of a kind in a message or response."""
    if isinstance(message, discord.Message):
        components: Any = [component.to_dict() for component in message.components]
    else:
        components = message.components
    return [part for part in walk_components(components) if part["type"] == kind]


def text(message: Any) -> str:
    """Everything written in a message."""
    return "\n".join([message.content, *(part["content"] for part in parts(message, _TEXT))]).strip()


def buttons(message: Any) -> dict[str, dict[str, Any]]:
    """The buttons of a message by label."""
    return {part["label"]: part for part in parts(message, _BUTTON)}


def letter(message: Any, option: str) -> str:
    """The letter of the button beside an option's text."""
    for section in parts(message, _SECTION):
        if section["components"][0]["content"].endswith(f"  {option}"):
            return str(section["accessory"]["label"][-1])
    raise AssertionError(f"no option {option!r} in {text(message)!r}")


class World:
    """One server with the channels #quiz and #other, members ada, grace and linus, and the moderator mona."""

    def __init__(self, env: simcord.Env, database: Path, stack: contextlib.AsyncExitStack) -> None:
        self.env = env
        self.database = database
        self._stack = stack
        self.app: App
        self.guild = env.create_guild("Study group")
        self.channel = self.guild.create_text_channel("quiz")
        self.other = self.guild.create_text_channel("other")
        mods = self.guild.create_role(
            "Moderators", permissions=discord.Permissions(manage_messages=True, manage_guild=True)
        )
        self.ada, self.grace, self.linus = (
            self.guild.add_member(env.create_user(name)) for name in ("ada", "grace", "linus")
        )
        self.mona = self.guild.add_member(env.create_user("mona"), roles=[mods])

    async def restart(self, away: float = 0.0) -> None:
        """Kill the bot, let it be away for some seconds, and start a new process on the same database."""
        old = self._stack.pop_all()
        # nothing of the old process gets a chance to run on: its tasks are cancelled, its timers are gone
        await self.env._detach_bot()
        await old.aclose()
        self.env.backend.advance_clock(away)
        await self._open()
        await self.env.restart_bot(self.app.client)

    async def _open(self) -> None:
        clock = SimulatedClock()
        clock.env = self.env
        settings = Settings(database=self.database, banks=SAMPLE_BANKS, _env_file=None)
        self.app = await self._stack.enter_async_context(
            open_app(settings, clock=clock, rng=random.Random(7))
        )  # noqa: S311

    def seen(self, member: Any, channel: Any = None) -> list[discord.Message]:
        """What a member sees in a channel, the oldest first."""
        return list((channel or self.channel).history(viewer=member))

    @property
    def card(self) -> discord.Message:
        """The newest question card in #quiz."""
        cards = [
            m
            for m in self.channel.history()
            if any(b["custom_id"].startswith("a:") for b in parts(m, _BUTTON))
        ]
        return cards[-1]

    @property
    def last(self) -> discord.Message:
        """The newest public message in #quiz."""
        return self.channel.history()[-1]

    async def choose(self, member: Any, option: str, card: Any = None) -> Any:
        """Click the letter beside an option of the newest card; what the member is told."""
        card = card or self.card
        wanted = next(
            section["accessory"]["custom_id"]
            for section in parts(card, _SECTION)
            if section["components"][0]["content"].endswith(f"  {option}")
        )
        result = await member.click(card, custom_id=wanted)
        assert result.ephemeral or result._interaction.source_message_id
        return result.response

    async def wait(self, seconds: float) -> None:
        """Let simulated time pass."""
        await self.env.advance_time(seconds)

    async def start_quiz(self, member: Any = None, **options: Any) -> discord.Message:
        """`/quiz start`, up to its first question card."""
        await (member or self.ada).slash(self.channel, "quiz start", **options)
        await self.wait(5)
        return self.card

    async def at_once(self, clicks: Iterable[tuple[Any, Any, str]]) -> list[Any]:
        """Let (member, message, label) click at the same instant: all reach the bot before it can react."""
        results = []
        for member, message, label in clicks:
            stored = self.env.backend.get_message(message.channel.id, message.id)
            wanted = next(part for part in walk_components(stored.components) if part.get("label") == label)
            record, payload = base_payload(
                self.env.backend,
                type=3,
                channel_id=message.channel.id,
                guild_id=self.guild.id,
                user_id=member.id,
                data={"custom_id": wanted["custom_id"], "component_type": _BUTTON},
            )
            payload["message"] = simcord.backend.serializers.message_payload(self.env.backend, stored)
            record.source_message_id = stored.id
            results.append(simcord.InteractionResult(self.env, record))
            with self.env._bot_scope():
                self.env.backend.emit("INTERACTION_CREATE", payload)
        await self.env.settle()
        return results


@contextlib.asynccontextmanager
async def open_world(database: Path) -> AsyncIterator[World]:
    """Build the server, start the bot in it, and check at the end that nothing unexpected was logged."""
    stack = contextlib.AsyncExitStack()
    errors = _Errors()
    logging.getLogger("bot.client").addHandler(errors)
    # the client is not known yet when the server is built, but the bot's own id must exist by then
    env = simcord.Env(discord.Client(intents=discord.Intents(guilds=True)))
    world = World(env, database, stack)
    await world._open()
    env.bot = world.app.client
    try:
        await env.start()
        yield world
    finally:
        await env.shutdown()
        await stack.aclose()
        logging.getLogger("bot.client").removeHandler(errors)
    # refusals are part of the product; SimCord notes them since they go through discord.py's error handlers
    unexpected = [e for e in env.errors if not isinstance(getattr(e, "original", e), _EXPECTED)]
    assert not unexpected, unexpected
    assert not errors.unexpected, errors.unexpected


_EXPECTED = (StudyhallError, discord.app_commands.CheckFailure)


class _Errors(logging.Handler):
    """Collects what the error boundary could not explain; a test that wants one clears it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.unexpected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.unexpected.append(f"{record.getMessage()}: {record.exc_info and record.exc_info[1]!r}")
