"""Reporting questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import discord
from discord import ui
from discord.ext import commands

from bot.client import Interaction, Who
from bot.study.answers import Reports
from bot.study.exams import Exams
from bot.study.sessions import Sessions
from cogs.cards.exam_reports import FLAW
from cogs.cards.questions import REPORT
from cogs.cards.sessions import REPORT as REPORT_ITEM
from cogs.channels import is_direct

if TYPE_CHECKING:
    from bot.client import StudyhallClient

_LONGEST_REASON = 500


class ReportCog(commands.Cog, name="Reports"):
    """The Report buttons and their form. Button and form carry the same id."""

    def __init__(self, reports: Reports, sessions: Sessions, exams: Exams) -> None:
        self._reports = reports
        self._sessions = sessions
        self._exams = exams

    async def of_round(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """The question of a round."""
        reason = await self._reason(interaction)
        if reason is not None:
            await self._reports.add(numbers[0], interaction.guild_id or 0, interaction.user.id, reason)
            await self._thank(interaction)

    async def of_item(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """A question of a practice or review."""
        reason = await self._reason(interaction)
        if reason is not None:
            step = await self._sessions.question(numbers[0], interaction.user.id, interaction.created_at)
            question, member = step.item.question, interaction.user.id
            await self._reports.add_private(question, interaction.guild_id, member, reason)
            await self._thank(interaction)

    async def of_exam(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """A question of a mock exam that is over."""
        (exam_id, position), member = numbers, interaction.user.id
        question = await self._exams.question(exam_id, member, interaction.created_at, position)
        reason = await self._reason(interaction)
        if reason is not None:
            await self._reports.add_private(question, interaction.guild_id, member, reason)
            await self._thank(interaction)

    async def _reason(self, interaction: Interaction) -> str | None:
        """What was written in the form. None: it was the button, and now the form is open."""
        data: Any = interaction.data or {}
        if interaction.type is discord.InteractionType.modal_submit:
            return _first_text(data)
        form = ui.Modal(title="Report this question", custom_id=data["custom_id"], timeout=None)
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
        return None

    async def _thank(self, interaction: Interaction) -> None:
        await interaction.response.send_message(
            "🚩 Thank you. The report is kept for whoever looks after the questions; other members do not see it.",
            ephemeral=not is_direct(interaction),
        )


def _first_text(data: Any) -> str:
    """The text of the only field of a form."""
    for label in data.get("components", []):
        field = label.get("component", {})
        if isinstance(field.get("value"), str):
            return str(field["value"])
    return ""


async def setup(client: StudyhallClient) -> None:
    """Add the cog."""
    cog = ReportCog(client.app.reports, client.app.sessions, client.app.exams)
    client.answer_buttons(REPORT, 1, cog.of_round)
    client.answer_buttons(REPORT_ITEM, 1, cog.of_item, Who.OWNER)
    client.answer_buttons(FLAW, 2, cog.of_exam, Who.OWNER)
    await client.add_cog(cog)
