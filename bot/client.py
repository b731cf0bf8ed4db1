"""The discord.py client: intents, buttons, command sync, and the one error boundary."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.errors import RefusedError, StudyhallError

if TYPE_CHECKING:
    from bot.app import App
    from bot.storage.facts import FactStore

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]
ButtonHandler = Callable[[Interaction, Sequence[int]], Awaitable[None]]

_SYNCED = "commands synced"
_TOO_LATE = 10062
_ANSWERED_TWICE = 40060
_LONGEST_CONTENT = 2000
_NUMBER = re.compile(r"[0-9]{1,18}")  # what fits into 64 bits


class Who(StrEnum):
    """Who may use a button, select or form. Ids can be forged and replayed, so showing it only to them is not enough."""

    EVERYONE = "everyone"
    """It acts for whoever uses it. What it names must be of the server where it is used: the use case sees to that."""
    OWNER = "owner"
    """Only the member whose practice, exam … it names: the use case sees to that."""
    MANAGER = "manager"
    """Only with the permission Manage Server: the client sees to that."""


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
    ) -> None:
        """`shards` is the number of connections to the gateway; None: as many as Discord recommends."""
        # no privileged intent: clicks and commands come without any
        intents = discord.Intents(guilds=True, guild_messages=True)
        options: dict[str, Any] = {"connector": connector} if connector else {}
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents,
            tree_cls=_Tree,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            shard_count=shards,
            **options,
        )
        self._extension_names = extensions
        self.buttons: dict[str, tuple[int, ButtonHandler, Who]] = {}
        """What each kind of id stands for: how many numbers follow, what answers, who may use it."""
        self._is_started = False
        self.is_connected = False

    async def setup_hook(self) -> None:
        """Load the cogs, and tell Discord of the commands if they have changed."""
        for name in self._extension_names:
            await self.load_extension(name)
        await self.app.load()
        await self._sync_commands(self.app.facts)

    async def on_ready(self) -> None:
        """Take up what was under way, once: discord.py calls this again after each new session."""
        log.info("Connected as %s, in %d server(s)", self.user, len(self.guilds))
        self.is_connected = True
        if not self._is_started:
            self._is_started = True
            try:
                await self.app.start()
            except Exception:
                log.exception("What was under way could not be taken up; stopping, so that it is noticed")
                await self.close()

    async def on_resumed(self) -> None:
        """The connection is back."""
        self.is_connected = True

    async def on_disconnect(self) -> None:
        """The connection is lost; discord.py tries to get it back."""
        self.is_connected = False

    async def on_message(self, message: discord.Message, /) -> None:
        """Nothing: there are no text commands, and discord.py would complain of each mention that is none."""

    def answer_buttons(
        self, kind: str, numbers: int, handler: ButtonHandler, who: Who = Who.EVERYONE
    ) -> None:
        """Let a handler answer the buttons, selects and forms of a kind; it gets that many numbers from the id."""
        self.buttons[kind] = (numbers, handler, who)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer what is not a command."""
        if interaction.type not in {discord.InteractionType.component, discord.InteractionType.modal_submit}:
            return
        data: Any = interaction.data or {}
        kind, *numbers = str(data.get("custom_id", "")).split(":")
        try:
            count, handler, who = self.buttons.get(kind, (0, None, Who.EVERYONE))
            if handler is None or len(numbers) != count or not all(_NUMBER.fullmatch(n) for n in numbers):
                raise RefusedError(
                    "This button is from an older version of me. Run the command again for a new one."
                )
            if who is Who.MANAGER and not interaction.permissions.manage_guild:
                raise app_commands.MissingPermissions(["manage_guild"])
            await handler(interaction, [int(number) for number in numbers])
        except Exception as error:
            await answer_error(interaction, error)

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
    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        await answer_error(interaction, getattr(error, "original", error))


async def answer_error(interaction: Interaction, error: Exception) -> None:
    """Where every error of a command, button or modal ends: the member is answered in private."""
    if isinstance(error, StudyhallError):
        sentence = str(error)
    elif isinstance(error, app_commands.MissingPermissions):
        missing = ", ".join(
            name.replace("_", " ").replace("guild", "server").title() for name in error.missing_permissions
        )
        sentence = f"This needs the permission {missing}. Ask a moderator of this server."
    elif isinstance(error, discord.HTTPException) and error.code in {_TOO_LATE, _ANSWERED_TWICE}:
        log.warning("An answer came too late or twice (interaction %d): %s", interaction.id, error)
        return
    else:
        reference = secrets.token_hex(3)
        log.error("Unexpected error %s in server %s", reference, interaction.guild_id, exc_info=error)
        sentence = (
            "Something went wrong on my side. What you had answered before is kept. Please try again; if it happens "
            f"again, give whoever runs me this reference: `{reference}`."
        )
    sentence = sentence[:_LONGEST_CONTENT]
    try:
        if interaction.response.is_done():
            await interaction.followup.send(sentence, ephemeral=True)
        else:
            await interaction.response.send_message(sentence, ephemeral=True)
    except discord.HTTPException as refused:
        log.warning("A member could not be told of an error: %s", refused)
