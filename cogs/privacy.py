"""What is stored about a member: `/privacy` and the buttons of its cards."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Interaction
from bot.study.privacy import Privacy
from cogs.cards.privacy import (
    ASK,
    ERASE,
    EXPORT,
    SHOW,
    confirmation_card,
    erased_card,
    export_text,
    privacy_card,
)
from cogs.channels import answer_privately, defer_privately, is_direct
from cogs.cooldowns import Cooldown

if TYPE_CHECKING:
    from bot.client import StudyhallClient

_ASKED_FOR = 15 * 60.0
"""So long a confirmation stands. Later, or when an old message is used again, the member is asked anew."""


class PrivacyCog(commands.Cog, name="Privacy"):
    """`/privacy`. Everything is about whoever uses it: no id names a member."""

    def __init__(self, privacy: Privacy, cooldown: Cooldown) -> None:
        """`cooldown` is that of exports."""
        self._privacy = privacy
        self._cooldown = cooldown

    @app_commands.command(
        description="Shows what is stored about you, lets you take it with you, and erases it"
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def privacy(self, interaction: Interaction) -> None:
        """What is stored, why, how long, who sees it."""
        await self.show(interaction, [])

    async def show(self, interaction: Interaction, _: Sequence[int]) -> None:
        """The card."""
        overview = await self._privacy.overview(interaction.user.id, interaction.guild_id)
        await answer_privately(interaction, privacy_card(overview, self._privacy.policy))

    async def export(self, interaction: Interaction, _: Sequence[int]) -> None:
        """Everything as a file, in a message of its own."""
        with self._cooldown.use(interaction):
            await interaction.response.defer(ephemeral=not is_direct(interaction), thinking=True)
            name, content = await self._privacy.export(interaction.user.id, interaction.filesize_limit)
            await interaction.edit_original_response(
                content=export_text(name), attachments=[discord.File(io.BytesIO(content), name)]
            )

    async def ask(self, interaction: Interaction, _: Sequence[int]) -> None:
        """Whether everything is to be erased."""
        await answer_privately(interaction, confirmation_card(interaction.created_at))

    async def erase(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Everything goes, if the member has just been asked."""
        (asked,) = numbers
        if abs(interaction.created_at.timestamp() - asked) >= _ASKED_FOR:
            await self.ask(interaction, [])
            return
        await defer_privately(interaction)  # there may be years of answers
        waits_until = await self._privacy.erase(interaction.user.id, interaction.created_at)
        await answer_privately(interaction, erased_card(waits_until))


async def setup(client: StudyhallClient) -> None:
    """Add the cog."""
    cog = PrivacyCog(client.app.privacy, client.app.cooldowns.exports)
    client.answer_buttons(SHOW, 0, cog.show)
    client.answer_buttons(EXPORT, 0, cog.export)
    client.answer_buttons(ASK, 0, cog.ask)
    client.answer_buttons(ERASE, 1, cog.erase)
    await client.add_cog(cog)
