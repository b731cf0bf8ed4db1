"""Reporting questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import discord
from discord import ui
from discord.ext import commands

from bot.client import Interaction
from bot.study.answers import Reports
from cogs.cards.questions import REPORT

if TYPE_CHECKING:
    from bot.client import StudyhallClient

_LONGEST_REASON = 500


class ReportCog(commands.Cog, name="Reports"):
    """The Report button and its form."""

    def __init__(self, reports: Reports) -> None:
        self._reports = reports

    async def handle(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Open the form, or keep what was written in it. Button and form carry the same id."""
        (round_id,) = numbers
        if interaction.type is discord.InteractionType.modal_submit:
            reason = _first_text(interaction.data or {})
            await self._reports.add(round_id, interaction.guild_id or 0, interaction.user.id, reason)
            await interaction.response.send_message(
                "🚩 Thank you. The report is kept for whoever looks after the questions; other members do not see it.",
                ephemeral=True,
            )
            return
        form = ui.Modal(title="Report this question", custom_id=f"{REPORT}:{round_id}", timeout=None)
        form.add_item(
            ui.Label(
                text="What is wrong with it?",
                component=ui.TextInput(
                    style=discord.TextStyle.paragraph,
                    max_length=_LONGEST_REASON,
                    placeholder="For example: two options are right, a link is dead, a typing error",
                ),
            )
        )
        # stopped: discord.py would keep forms by id, and mix up those of two members
        form.stop()
        await interaction.response.send_modal(form)


def _first_text(data: Any) -> str:
    """The text of the only field of a form."""
    for label in data.get("components", []):
        field = label.get("component", {})
        if isinstance(field.get("value"), str):
            return str(field["value"])
    return ""


async def setup(client: StudyhallClient) -> None:
    """Add the cog."""
    cog = ReportCog(client.app.reports)
    client.answer_buttons(REPORT, 1, cog.handle)
    await client.add_cog(cog)
