"""Leaderboards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.client import Interaction
from bot.domain.windows import Period
from bot.study.boards import Boards
from cogs.cards.results import board_card

if TYPE_CHECKING:
    from bot.client import StudyhallClient


class BoardCog(commands.Cog, name="Boards"):
    """`/leaderboard`"""

    def __init__(self, boards: Boards) -> None:
        self._boards = boards

    @app_commands.command(description="Shows who earned the most points")
    @app_commands.describe(period="Which time; this week if you leave it out")
    @app_commands.choices(
        period=[app_commands.Choice(name=period.value, value=period.value) for period in Period]
    )
    @app_commands.guild_only()
    async def leaderboard(self, interaction: Interaction, period: str = Period.THIS_WEEK) -> None:
        """Show a board to the member who asks."""
        board = await self._boards.get(interaction.guild_id or 0, Period(period))
        await interaction.response.send_message(view=board_card(board, interaction.user.id), ephemeral=True)


async def setup(client: StudyhallClient) -> None:
    """Add the cog."""
    await client.add_cog(BoardCog(client.app.boards))
