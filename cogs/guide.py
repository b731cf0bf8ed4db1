"""Help for members, and reloading the banks for moderators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.access import Who, who_may
from bot.client import Interaction
from bot.study.library import Library
from cogs.cards.guides import help_card
from cogs.cards.layout import clip, count
from cogs.channels import answer_privately
from cogs.cooldowns import Cooldown

if TYPE_CHECKING:
    from bot.client import StudyhallClient


class Guide(commands.Cog):
    """`/help` and `/reload`"""

    def __init__(self, library: Library, cooldown: Cooldown) -> None:
        """`cooldown` is for reloading."""
        self._cooldown = cooldown
        self._library = library

    @app_commands.command(description="Shows what you can do here, and how points work")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def help(self, interaction: Interaction) -> None:
        """What one can do here."""
        await answer_privately(interaction, help_card(self._library.catalog))

    @who_may(Who.MANAGER)
    @app_commands.command(description="Reads the question banks again")
    @app_commands.guild_only()
    async def reload(self, interaction: Interaction) -> None:
        """Swap in a new catalog, or keep the old one and show what is wrong."""
        with self._cooldown.use(interaction):
            await interaction.response.defer(ephemeral=True, thinking=True)
            problems = await self._library.reload()
        if problems:
            listed = clip("\n".join(f"- {problem}" for problem in problems), 1700)
            text = f"❌ Nothing has changed, because there {'is' if len(problems) == 1 else 'are'} {count(len(problems), 'problem')}:\n{listed}"
        else:
            banks = self._library.catalog.banks.values()
            listed = ", ".join(f"{bank.title} ({count(len(bank.questions), 'question')})" for bank in banks)
            text = f"✅ The banks are reloaded: {clip(listed, 1700)}. Open questions stay as they were asked."
        await interaction.followup.send(text, ephemeral=True)


async def setup(client: StudyhallClient) -> None:
    """Add the cog."""
    await client.add_cog(Guide(client.app.library, client.app.cooldowns.reloads))
