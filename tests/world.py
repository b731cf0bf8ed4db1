"""A simulated Discord server with the real bot in it, and words for what people do and see there."""

from __future__ import annotations

import contextlib
import logging
import random
import shutil
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import discord
import simcord
from simcord.backend.models import Overwrite
from simcord.backend.serializers import message_payload
from simcord.components import walk_components
from simcord.enums import OverwriteType
from simcord.interactions import base_payload

from bot.app import App, open_app
from bot.config import Settings
from bot.errors import StudyhallError
from bot.storage.database import Database, Transaction
from playground.clock import SimulatedClock

SAMPLE_BANKS = Path(__file__).parent / "banks"

# what the invite link in README.md asks for, and nothing else
BOT_MAY = discord.Permissions(view_channel=True, send_messages=True, send_messages_in_threads=True)
MEMBERS_MAY = discord.Permissions(view_channel=True, read_message_history=True, use_application_commands=True)

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

    def __init__(self, env: simcord.Env, folder: Path, stack: contextlib.AsyncExitStack) -> None:
        self.env = env
        self.database = folder / "studyhall.db"
        self.banks = folder / "banks"
        shutil.copytree(SAMPLE_BANKS / "sample", self.banks / "sample", dirs_exist_ok=True)
        self._stack = stack
        self._errors = _Errors()
        self.app: App
        self.guild = env.create_guild("Study group")
        # nobody may more than they need, so that a test fails where the bot needs what README.md does not ask for
        roles = env.backend.guilds[self.guild.id].roles
        roles[self.guild.id].permissions = MEMBERS_MAY.value
        next(role for role in roles.values() if role.managed).permissions = BOT_MAY.value
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
        await self.kill()
        self.env.backend.advance_clock(away)
        await self._open()
        await self.env.restart_bot(self.app.client)

    async def kill(self) -> None:
        """Kill the bot: its tasks are cancelled and its timers are gone, so nothing of it runs on."""
        await self.env._detach_bot()
        await self._stack.pop_all().aclose()

    async def _open(self) -> None:
        clock = SimulatedClock()
        clock.env = self.env
        settings = Settings(database=self.database, banks=self.banks, _env_file=None)
        self.app = await self._stack.enter_async_context(
            open_app(settings, clock=clock, rng=random.Random(7))
        )

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
            wanted = next(part["custom_id"] for part in parts(message, _BUTTON) if part.get("label") == label)
            results.append(
                self._send(
                    member, message.channel, 3, {"custom_id": wanted, "component_type": _BUTTON}, message
                )
            )
        await self.env.settle()
        return results

    async def commands_at_once(self, commands: Iterable[tuple[Any, str]]) -> list[Any]:
        """Let (member, command) be sent at the same instant, also commands that Discord would not show them."""
        results = []
        for member, command in commands:
            name, *rest = command.split()
            root = self.env.backend.find_command(name, self.guild.id, type=1)
            options = [{"type": 1, "name": part, "options": []} for part in rest]
            data = {"id": root["id"], "name": name, "type": 1, "options": options}
            results.append(self._send(member, self.channel, 2, data))
        await self.env.settle()
        return results

    async def forge(self, member: Any, channel: Any, custom_id: str) -> Any:
        """Send a click on a button that is not there, as only a forger could."""
        message = self.channel.history()[-1]
        result = self._send(member, channel, 3, {"custom_id": custom_id, "component_type": _BUTTON}, message)
        await self.env.settle()
        return result

    def _send(self, member: Any, channel: Any, kind: int, data: dict[str, Any], message: Any = None) -> Any:
        backend = self.env.backend
        guild_id = backend.get_channel(channel.id).guild_id
        record, payload = base_payload(
            backend, type=kind, channel_id=channel.id, guild_id=guild_id, user_id=member.id, data=data
        )
        if message is not None:
            stored = backend.get_message(message.channel.id, message.id)
            payload["message"] = message_payload(backend, stored)
            record.source_message_id = stored.id
        with self.env._bot_scope():
            backend.emit("INTERACTION_CREATE", payload)
        return simcord.InteractionResult(self.env, record)

    def forbid_posting(self, forbid: bool = True) -> None:
        """Take the bot's permission to post in #quiz away, or give it back."""
        me = self.env.backend.bot_user.id
        send = discord.Permissions(send_messages=True).value
        overwrite = Overwrite(me, OverwriteType.MEMBER, deny=send if forbid else 0)
        with self.env._bot_scope():
            self.env.backend.set_overwrite(self.channel.id, overwrite)

    @contextlib.asynccontextmanager
    async def sql(self) -> AsyncIterator[Transaction]:
        """Change the database behind the bot's back, to stage what a kill leaves behind."""
        async with Database.open(self.database) as database, database.transaction() as transaction:
            yield transaction

    def forgive(self) -> None:
        """The unexpected error that was logged was expected by this test."""
        assert self._errors.unexpected
        self._errors.unexpected.clear()


@contextlib.asynccontextmanager
async def open_world(folder: Path) -> AsyncIterator[World]:
    """Build the server, start the bot in it, and check at the end that nothing unexpected was logged."""
    stack = contextlib.AsyncExitStack()
    # the client is not known yet when the server is built, but the bot's own id must exist by then
    env = simcord.Env(discord.Client(intents=discord.Intents(guilds=True)))
    world = World(env, folder, stack)
    errors = world._errors
    logging.getLogger("bot.client").addHandler(errors)
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
