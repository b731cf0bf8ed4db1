"""Hints, by command and by button."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.client import Interaction
from bot.study.hints import Hints
from cogs.cards.questions import HINT
from cogs.cards.verdicts import hint_card, hint_choice_card

if TYPE_CHECKING:
    from bot.client import StudyhallClient


class HintCog(commands.Cog, name="Hints"):
    """`/hint` and the Hint button."""

    def __init__(self, hints: Hints) -> None:
        self._hints = hints

    @app_commands.command(description="Gives you the next hint of the open question, in private")
    @app_commands.guild_only()
    async def hint(self, interaction: Interaction) -> None:
        """The next hint, or a choice where several questions are open."""
        states, is_clear = self._hints.choices(
            interaction.channel_id or 0, interaction.user.id, interaction.created_at
        )
        if not is_clear:
            card = hint_choice_card([state.round for state in states])
            await interaction.response.send_message(view=card, ephemeral=True)
            return
        await self.give(interaction, [states[0].round.id])

    async def give(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """The next hint of a question."""
        (round_id,) = numbers
        hint = await self._hints.take(
            round_id,
            interaction.guild_id or 0,
            interaction.user.id,
            interaction.created_at,
            interaction.channel_id,
        )
        await interaction.response.send_message(view=hint_card(hint), ephemeral=True)


async def setup(client: StudyhallClient) -> None:
    """Add the cog."""
    cog = HintCog(client.app.hints)
    client.answer_buttons(HINT, 1, cog.give, in_server=True)
    await client.add_cog(cog)
