"""A simulated Discord server with the real bot in it, and words for what people do and see there."""

from __future__ import annotations

import contextlib
import fnmatch
import logging
import random
import shutil
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import discord
import simcord
from simcord.backend.models import Overwrite
from simcord.backend.serializers import message_payload
from simcord.enums import OverwriteType
from simcord.interactions import base_payload

from bot.app import open_app
from bot.config import Settings
from bot.errors import StudyhallError
from bot.fast_lane import open_fast_lane
from bot.metrics import Metrics
from bot.running import App
from bot.storage.database import Database, Transaction
from playground.clock import SimulatedClock
from tests.challenging import ChallengeWords
from tests.faults.routes import check_known
from tests.messages import BUTTON, SECTION, parts, text

SAMPLE_BANKS = Path(__file__).parent / "banks"

# what the invite link in README.md asks for, and nothing else
BOT_MAY = discord.Permissions(view_channel=True, send_messages=True, send_messages_in_threads=True)
MEMBERS_MAY = discord.Permissions(view_channel=True, read_message_history=True, use_application_commands=True)

_DAY = 24 * 3600.0


class _NoNetwork(aiohttp.BaseConnector):
    """What the fast lane sends does not get through, so it goes discord.py's way, which is simulated."""

    async def connect(self, *_: object, **__: object) -> Any:
        raise aiohttp.ClientConnectionError


class World(ChallengeWords):
    """One server with the channels #quiz and #other, members ada, grace and linus, and the moderator mona."""

    def __init__(
        self,
        env: simcord.Env,
        folder: Path,
        stack: contextlib.AsyncExitStack,
        metrics: Metrics | None = None,
    ) -> None:
        self.env = env
        self.metrics = metrics
        self.settings: dict[str, Any] = {"shards": env.bot.shard_count, "backups_kept": 0}
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
            "Moderators",
            permissions=discord.Permissions(manage_messages=True, manage_guild=True, manage_roles=True),
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
        settings = Settings(database=self.database, banks=self.banks, _env_file=None, **self.settings)
        lane = await self._stack.enter_async_context(open_fast_lane(_NoNetwork(), clock))
        self.app = await self._stack.enter_async_context(
            open_app(settings, clock=clock, rng=random.Random(7), metrics=self.metrics)
        )
        if settings.fast_lane:
            assert lane.join(self.app.client)

    def seen(self, member: Any, channel: Any = None) -> list[discord.Message]:
        """What a member sees in a channel, the oldest first."""
        return list((channel or self.channel).history(viewer=member))

    @property
    def card(self) -> discord.Message:
        """The newest question card in #quiz."""
        cards = [
            m
            for m in self.channel.history()
            if any(b["custom_id"].startswith("a:") for b in parts(m, BUTTON))
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
            for section in parts(card, SECTION)
            if section["components"][0]["content"].endswith(f"  {option}")
        )
        result = await member.click(card, custom_id=wanted)
        assert result.ephemeral or result._interaction.source_message_id
        return result.response

    async def wait(self, seconds: float) -> None:
        """Let simulated time pass."""
        await self.env.advance_time(seconds)

    async def until(self, *when: int) -> None:
        """Let simulated time pass until an instant in UTC: year, month, day, hour …"""
        at = datetime(*when, tzinfo=UTC)  # type: ignore[arg-type,misc]
        while (left := (at - self.env.now()).total_seconds()) > 0:
            await self.wait(min(left, _DAY))  # a day at a time: SimCord limits how long one wait may take

    def count(self, words: str, channel: Any = None) -> int:
        """How many public messages in a channel, by default #quiz, have these words."""
        public = [m for m in (channel or self.channel).history() if not m.flags.ephemeral]
        return sum(words in text(message) for message in public)

    def find(self, words: str, channel: Any = None) -> discord.Message:
        """The newest public message in a channel, by default #quiz, that has these words."""
        public = [m for m in (channel or self.channel).history() if not m.flags.ephemeral]
        return [message for message in public if words in text(message)][-1]

    def told(self, member: Any) -> list[str]:
        """What the bot wrote to a member in direct messages, the oldest first."""
        channel = self.env.backend.get_dm_channel(member.id)
        stored = self.env.backend.messages.get(channel.id, {})
        return [message.content for message in sorted(stored.values(), key=lambda m: m.id)]

    def requests(self, method: str, path: str) -> list[Any]:
        """The requests that the bot has sent to Discord on paths of a pattern, the oldest first."""
        return [
            request
            for request in self.env.http_requests
            if request.method == method and fnmatch.fnmatch(request.path, path)
        ]

    def newcomers(self, number: int) -> list[Any]:
        """So many more members."""
        return [self.guild.add_member(self.env.create_user(f"member{place}")) for place in range(number)]

    async def leave(self, member: Any) -> None:
        """Let a member leave the server."""
        with self.env._bot_scope():
            self.env.backend.remove_member(self.guild.id, member.id)
        await self.env.settle()

    async def let_manage_roles(self, allow: bool = True) -> None:
        """Give the bot the permission Manage Roles, or take it away."""
        more = discord.Permissions(manage_roles=True) if allow else discord.Permissions.none()
        role = next(r for r in self.env.backend.guilds[self.guild.id].roles.values() if r.managed)
        with self.env._bot_scope():
            self.env.backend.edit_role(self.guild.id, role.id, {"permissions": (BOT_MAY | more).value})
        await self.env.settle()

    def has_role(self, member: Any, role: Any) -> bool:
        """Whether a member has a role."""
        return role.id in self.env.backend.get_member(self.guild.id, member.id).role_ids

    async def delete_channel(self, channel: Any = None) -> None:
        """Delete a channel, by default #quiz."""
        with self.env._bot_scope():
            self.env.backend.delete_channel((channel or self.channel).id)
        await self.env.settle()

    async def write_questions(self, number: int, *, author: Any = None, topic: str = "one") -> None:
        """Let the bank have so many questions on a topic, maybe all by one author, and load it."""
        by = f", author: {author.id}" if author else ""
        questions = "".join(
            f'  - {{id: {topic}-{place}, prompt: "Question {place} on {topic}?", explanation: "Because of {place}."{by}, '
            'options: [{text: "the right one", correct: true, why: "Right."}, {text: "a wrong one", why: "Wrong."}, '
            '{text: "another wrong one", why: "Also wrong."}]}\n'
            for place in range(number)
        )
        (self.banks / "sample" / f"{topic}.yaml").write_text(f"topic: {topic}\nquestions:\n{questions}")
        assert "✅" in text((await self.mona.slash(self.channel, "reload")).response)

    async def set_zone(self, zone: str) -> Any:
        """`/settings time-zone` by the moderator; what she is told."""
        return (await self.mona.slash(self.channel, "settings", **{"time-zone": zone})).response

    async def start_quiz(self, member: Any = None, **options: Any) -> discord.Message:
        """`/quiz start`, up to its first question card."""
        await (member or self.ada).slash(self.channel, "quiz start", **options)
        await self.wait(5)
        return self.card

    async def at_once(self, clicks: Iterable[tuple[Any, Any, str]]) -> list[Any]:
        """Let (member, message, label) click at the same instant: all reach the bot before it can react."""
        results = []
        for member, message, label in clicks:
            wanted = next(part["custom_id"] for part in parts(message, BUTTON) if part.get("label") == label)
            results.append(
                self._send(
                    member, message.channel, 3, {"custom_id": wanted, "component_type": BUTTON}, message
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
        history = self.channel.history()
        message = history[-1] if history else None
        result = self._send(member, channel, 3, {"custom_id": custom_id, "component_type": BUTTON}, message)
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
async def open_world(folder: Path, metrics: Metrics | None = None, shards: int = 1) -> AsyncIterator[World]:
    """Build the server, start the bot in it, and check at the end that nothing unexpected was logged."""
    stack = contextlib.AsyncExitStack()
    # the client is not known yet when the server is built, but the bot's own id must exist by then
    env = simcord.Env(discord.AutoShardedClient(intents=discord.Intents(guilds=True), shard_count=shards))
    world = World(env, folder, stack, metrics)
    errors = world._errors
    for name in _WATCHED:
        logging.getLogger(name).addHandler(errors)
    await world._open()
    env.bot = world.app.client
    try:
        await env.start()
        yield world
    finally:
        await env.shutdown()
        await stack.aclose()
        for name in _WATCHED:
            logging.getLogger(name).removeHandler(errors)
    # refusals are part of the product; SimCord notes them since they go through discord.py's error handlers
    unexpected = [e for e in env.errors if not isinstance(getattr(e, "original", e), _EXPECTED)]
    assert not unexpected, unexpected
    assert not errors.unexpected, errors.unexpected
    check_known(env.http_requests)


_WATCHED = ("bot.boundary", "bot.client")
_EXPECTED = (StudyhallError, discord.app_commands.CheckFailure)


class _Errors(logging.Handler):
    """Collects what the error boundary could not explain; a test that wants one clears it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.unexpected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.unexpected.append(f"{record.getMessage()}: {record.exc_info and record.exc_info[1]!r}")
