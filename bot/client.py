"""The discord.py client: intents, shards, buttons, who may use them, and command sync."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.access import PERMISSIONS, Access, Who, access_of, check_access
from bot.boundary import Outcome, answer_error
from bot.buttons import Button, ButtonHandler, FastHandler, find_button
from bot.errors import RefusedError
from bot.logs import about

if TYPE_CHECKING:
    from bot.metrics import Metrics
    from bot.running import App
    from bot.storage.facts import FactStore

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]

_SYNCED = "commands synced"
_UNKNOWN = "unknown"
"""Stands for what is forged or gone: a log and a metric name only what there is."""


class StudyhallClient(commands.AutoShardedBot):
    """Connects the cogs to Discord.

    Buttons, selects and modals are answered by what their ids say (`kind:number:number…`), straight from
    `on_interaction`. discord.py's own way, a view or DynamicItem per message, would keep state that dies
    with the process, rebuild the message's view for each click and swallow errors.
    """

    app: App

    def __init__(
        self,
        extensions: Sequence[str],
        connector: aiohttp.BaseConnector | None = None,
        shards: int | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        """`shards` is the number of connections to the gateway; None: as many as Discord recommends. With `metrics`,
        interactions and requests are counted.
        """
        # no privileged intent: clicks and commands come without any
        intents = discord.Intents(guilds=True, guild_messages=True)
        options: dict[str, Any] = {"connector": connector} if connector else {}
        if metrics is not None:
            options["http_trace"] = metrics.trace()
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents,
            tree_cls=_Tree,
            allowed_mentions=discord.AllowedMentions.none(),
            # where commands are that say nothing else
            allowed_installs=app_commands.AppInstallationType(guild=True),
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            shard_count=shards,
            **options,
        )
        self._extension_names = extensions
        self.buttons: dict[str, Button] = {}
        """What each kind of id stands for."""
        self._metrics = metrics
        self._is_started = False
        self._is_ending = False
        self._answering: set[asyncio.Task[Any]] = set()
        self._connected_shards: set[int] = set()
        self.is_serving = False
        """Whether what was under way goes on, and members can play."""

    async def setup_hook(self) -> None:
        """Load the cogs, and tell Discord of the commands if they have changed."""
        for name in self._extension_names:
            await self.load_extension(name)
        await self.app.load()
        # runs once for all shards, as this hook does
        try:
            await self._sync_commands(self.app.facts)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning(
                "Discord did not take the commands (%r). Those that it knows work as before; start me again for the others.",
                error,
            )

    @property
    def _own_shards(self) -> Collection[int]:
        return self.shard_ids or range(self.shard_count or 0)

    @property
    def is_connected(self) -> bool:
        """Whether all shards are connected."""
        return bool(self._own_shards) and self._connected_shards.issuperset(self._own_shards)

    def has_shard_of(self, guild_id: int) -> bool:
        """Whether this process is told what happens in a server.

        https://docs.discord.com/developers/events/gateway#sharding
        """
        return (guild_id >> 22) % (self.shard_count or 1) in self._own_shards

    async def on_ready(self) -> None:
        """Take up what was under way, once: discord.py calls this when all shards are ready, and again after new sessions."""
        log.info(
            "Connected as %s, in %d server(s), with %d shard(s)",
            self.user,
            len(self.guilds),
            len(self._own_shards),
        )
        if not self._is_started:
            self._is_started = True
            try:
                await self.app.start()
                self.is_serving = True
            except Exception:
                log.exception("What was under way could not be taken up; stopping, so that it is noticed")
                await self.close()

    async def on_shard_connect(self, shard_id: int) -> None:
        """A shard has begun a session."""
        self._connected_shards.add(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """A shard is back in its session."""
        self._connected_shards.add(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """A shard is lost, and the servers on it; discord.py tries to get it back."""
        self._connected_shards.discard(shard_id)

    async def on_message(self, message: discord.Message, /) -> None:
        """Nothing: there are no text commands, and discord.py would complain of each mention that is none."""

    def answer_buttons(
        self,
        kind: str,
        numbers: int,
        handler: ButtonHandler,
        who: Who = Who.EVERYONE,
        *,
        in_server: bool = False,
        fast: FastHandler | None = None,
    ) -> None:
        """Let a handler answer the buttons, selects and forms of a kind; it gets that many numbers from the id. What is
        about a server is refused in direct messages. `fast` answers what it can where there is a fast lane, in servers, and
        nobody is asked there for a permission.
        """
        if fast is not None and who in PERMISSIONS:
            raise ValueError(f"{kind} needs a permission, which the fast lane does not ask for")
        self.buttons[kind] = Button(numbers, handler, who, in_server or who in PERMISSIONS, fast)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer what is not a command."""
        if interaction.type not in {discord.InteractionType.component, discord.InteractionType.modal_submit}:
            return
        data: Any = interaction.data or {}
        custom_id = str(data.get("custom_id", ""))
        kind = custom_id.partition(":")[0]
        is_form = interaction.type is discord.InteractionType.modal_submit
        name = kind if kind in self.buttons else _UNKNOWN
        if not self.begin(interaction.guild_id, "form" if is_form else "button", name):
            return
        outcome = Outcome.ANSWERED
        try:
            pressed = find_button(self.buttons, custom_id)
            if pressed is None:
                raise RefusedError(
                    "This button is from an older version of me. Run the command again for a new one."
                )
            check_access(interaction, pressed.button.who, in_server=pressed.button.in_server)
            await pressed.button.handler(interaction, pressed.numbers)
        except Exception as error:
            outcome = await answer_error(interaction, error)
        self.end(outcome)

    async def finish(self, patience: float) -> None:
        """Let nobody begin anything, and wait this many seconds for the answers that are under way."""
        self.is_serving = False
        self._is_ending = True
        if self._answering:
            await asyncio.wait(self._answering, timeout=patience)

    def begin(self, guild_id: int | None, kind: str, name: str) -> bool:
        """The task at hand begins to answer an interaction: a button, form, command or autocomplete of this name. False: it
        is too late for that, the bot is being stopped.
        """
        if self._is_ending:
            return False
        task = asyncio.current_task()
        if task is not None:
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        about(guild=guild_id, interaction=f"{kind} {name}")
        if self._metrics is not None:
            self._metrics.received(kind, name)
        return True

    def end(self, outcome: Outcome) -> None:
        """The interaction that the task at hand answers has ended."""
        log.debug("The interaction was %s", outcome)
        if self._metrics is not None:
            self._metrics.ended(outcome)

    async def on_app_command_completion(self, _interaction: Interaction, _command: object) -> None:
        """A command was answered."""
        self.end(Outcome.ANSWERED)

    def access(self) -> list[Access]:
        """Who may use what, commands first, in the order of their names."""
        commands_ = sorted(self.tree.walk_commands(), key=lambda command: command.qualified_name)
        return [
            *(access_of(command) for command in commands_ if isinstance(command, app_commands.Command)),
            *(
                Access(kind, _purpose(button.handler), button.who, not button.in_server, not button.in_server)
                for kind, button in sorted(self.buttons.items())
            ),
        ]

    async def _sync_commands(self, facts: FactStore) -> None:
        """Send the commands only when they differ from what was sent last: Discord limits how often.

        What Discord has is asked too, since the same database may meet another application.
        """
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        wanted = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
        known = {command.name for command in await self.tree.fetch_commands()}
        if await facts.get(_SYNCED) == wanted and known == {
            command.name for command in self.tree.get_commands()
        }:
            return
        await self.tree.sync()
        await facts.put(_SYNCED, wanted)
        log.info("Told Discord of %d commands", len(payload))


class _Tree(app_commands.CommandTree[Any]):
    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Refuse who may not use a command, in the one way in which buttons refuse, too."""
        is_command = interaction.type is discord.InteractionType.application_command
        name = interaction.command.qualified_name if interaction.command else _UNKNOWN
        if not interaction.client.begin(
            interaction.guild_id, "command" if is_command else "autocomplete", name
        ):
            return False
        if not isinstance(interaction.command, app_commands.Command):
            return True
        access = access_of(interaction.command)
        try:
            check_access(interaction, access.who, in_server=not access.direct)
        except (RefusedError, app_commands.MissingPermissions) as error:
            if is_command:
                interaction.client.end(await answer_error(interaction, error))
            else:
                await interaction.response.autocomplete([])
            return False
        return True

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        interaction.client.end(await answer_error(interaction, getattr(error, "original", error)))


def _purpose(handler: ButtonHandler) -> str:
    cog = getattr(handler, "__self__", None)
    part = f"{cog.qualified_name}: " if isinstance(cog, commands.Cog) else ""
    return part + (handler.__doc__ or "").strip().split("\n", 1)[0]
