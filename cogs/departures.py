"""Notices when a server removes the bot or adds it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord.ext import commands

from bot.study.departures import Departures

if TYPE_CHECKING:
    from bot.client import StudyhallClient


class DeparturesCog(commands.Cog, name="Departures"):
    """Listens to the gateway."""

    def __init__(self, departures: Departures) -> None:
        self._departures = departures

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed, has left, or the server was deleted; discord.py tells of outages in another event.

        https://docs.discord.com/developers/events/gateway-events#guild-delete
        """
        await self._departures.removed(guild.id)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot was added."""
        await self._departures.added(guild.id)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """The bot is there: a server that was added during an outage comes like this."""
        await self._departures.added(guild.id)


async def setup(client: StudyhallClient) -> None:
    """Add the cog."""
    await client.add_cog(DeparturesCog(client.app.departures))
