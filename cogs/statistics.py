"""How a member does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Interaction
from bot.study.boards import Boards
from bot.study.library import Library
from bot.study.listing import Listing
from cogs.cards.activity import activity_alt_text
from cogs.cards.pictures import Pictures
from cogs.cards.statistics import PICTURE, VISIBILITY, statistics_card, visibility_card
from cogs.channels import answer_privately, defer_privately
from cogs.cooldowns import Cooldown

if TYPE_CHECKING:
    from bot.client import StudyhallClient


class StatisticsCog(commands.Cog, name="Statistics"):
    """`/stats`"""

    def __init__(
        self, boards: Boards, listing: Listing, pictures: Pictures, cooldown: Cooldown, library: Library
    ) -> None:
        self._boards = boards
        self._listing = listing
        self._pictures = pictures
        self._cooldown = cooldown
        self._library = library

    @app_commands.command(description="Shows how you do, or how another member does")
    @app_commands.describe(member="Whose statistics; yours if you leave it out")
    @app_commands.guild_only()
    async def stats(self, interaction: Interaction, member: discord.User | None = None) -> None:
        """Numbers and a picture, for the one who asks."""
        with self._cooldown.use(interaction):
            await self._show(interaction, member.id if member else interaction.user.id)

    async def _show(self, interaction: Interaction, member_id: int) -> None:
        guild_id, viewer = interaction.guild_id or 0, interaction.user.id
        await defer_privately(interaction)  # the first picture takes long
        found = await self._boards.statistics(guild_id, member_id, viewer)
        picture = await self._pictures.activity(found.all_days, found.today)
        hidden = await self._listing.is_hidden(guild_id, viewer) if found.member_id == viewer else None
        description = activity_alt_text(found.all_days, found.today) if picture else None
        card = statistics_card(found, self._library.catalog, description, hidden=hidden)
        await answer_privately(interaction, card, picture=(PICTURE, picture) if picture else None)

    async def set_visibility(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Hide the member from boards and from others, or show them again."""
        hidden = bool(numbers[0])
        await self._listing.hide(interaction.guild_id or 0, interaction.user.id, hidden)
        await answer_privately(interaction, visibility_card(hidden=hidden), anew=True)


async def setup(client: StudyhallClient) -> None:
    """Add the cog."""
    app = client.app
    cog = StatisticsCog(app.boards, app.listing, app.pictures, app.cooldowns.pictures, app.library)
    client.answer_buttons(VISIBILITY, 1, cog.set_visibility, in_server=True)
    await client.add_cog(cog)
