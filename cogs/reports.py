"""Reporting questions, and what moderators make of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.access import Who, who_may
from bot.client import Interaction
from bot.domain.reports import ReportState
from bot.errors import RefusedError
from bot.study.exams import Exams
from bot.study.library import Library
from bot.study.reports import CasePage, Decided, Reports
from bot.study.sessions import Sessions
from cogs.cards.exam_reports import FLAW
from cogs.cards.questions import REPORT
from cogs.cards.reports import (
    DECIDE,
    LIST,
    REOPEN,
    SHOW,
    STATES,
    VOID,
    case_card,
    nothing_card,
)
from cogs.cards.sessions import REPORT as REPORT_ITEM
from cogs.cards.voids import decided_notice, void_card
from cogs.channels import answer_privately, defer_privately, is_direct
from cogs.forms import written

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
            await self._reports.add(
                numbers[0], interaction.guild_id or 0, interaction.user.id, reason, interaction.channel_id
            )
            await self._thank(interaction)

    async def of_item(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """A question of a practice or review."""
        member = interaction.user.id
        step = await self._sessions.question(numbers[0], member, interaction.created_at)
        reason = await self._reason(interaction)
        if reason is not None:
            await self._reports.add_private(step.item.question, interaction.guild_id, member, reason)
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
        field: ui.TextInput[Any] = ui.TextInput(
            style=discord.TextStyle.paragraph,
            max_length=_LONGEST_REASON,
            placeholder="For example: two options are right, a link is dead, a typing error",
        )
        return await written(interaction, "Report this question", "What is wrong with it?", field)

    async def _thank(self, interaction: Interaction) -> None:
        direct = is_direct(interaction)
        readers = "whoever looks after the questions"
        if interaction.guild_id is not None:
            readers = f"the moderators of this server and {readers}"
        await interaction.response.send_message(
            f"🚩 Thank you. The report is kept for {readers}; other members do not see it.",
            ephemeral=not direct,
        )


class ReportQueue(commands.Cog, name="Reported questions"):
    """`/reports`, and the buttons of its card."""

    def __init__(self, reports: Reports, library: Library) -> None:
        self._reports = reports
        self._library = library

    @who_may(Who.MANAGER)
    @app_commands.command(
        description="Shows what members reported about questions, for you to decide (moderators)"
    )
    @app_commands.describe(state="Which ones; those that are open if you leave it out")
    @app_commands.choices(
        state=[app_commands.Choice(name=state, value=number) for number, state in enumerate(STATES)]
    )
    @app_commands.guild_only()
    async def reports(self, interaction: Interaction, state: int = 0) -> None:
        """Show the first case of a state."""
        await self.list(interaction, [state])

    async def list(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """The first reported question that is open, or was handled in some way."""
        state = _state(numbers[0])
        await self._show(interaction, await self._reports.first(interaction.guild_id or 0, state), state)

    async def show(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """A reported question."""
        await self._show(interaction, await self._reports.page(interaction.guild_id or 0, numbers[0]))

    async def decide(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Accept or dismiss the reports on a question."""
        report_id, state = numbers[0], _state(numbers[1])
        if state not in {ReportState.ACCEPTED, ReportState.DISMISSED}:
            raise RefusedError("This button is from an older version of me. `/reports` shows new ones.")
        guild_id = interaction.guild_id or 0
        await self._go_on(
            interaction, await self._reports.decide(guild_id, report_id, state, interaction.user.id)
        )

    async def void(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Let a reported question count no more in the server; asks once more."""
        (report_id, sure), guild_id = numbers, interaction.guild_id or 0
        if sure:
            await defer_privately(interaction)  # a note goes to a channel, which can take a while
            await self._go_on(interaction, await self._reports.void(guild_id, report_id, interaction.user.id))
            return
        page = await self._reports.page(guild_id, report_id)
        if page.case.state is ReportState.OPEN:
            await answer_privately(
                interaction, void_card(page, await self._reports.worth(guild_id, page.case))
            )
        else:
            await self._show(interaction, page)

    async def reopen(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Take a decision back; a question that was voided counts again."""
        guild_id = interaction.guild_id or 0
        await defer_privately(interaction)
        decided = await self._reports.open_again(guild_id, numbers[0])
        page = await self._reports.page(guild_id, numbers[0])
        await self._show(interaction, page, notice=decided_notice(decided))

    async def _go_on(self, interaction: Interaction, decided: Decided) -> None:
        """After a decision the next open report follows."""
        following = await self._reports.following(interaction.guild_id or 0, decided.case)
        await self._show(interaction, following, notice=decided_notice(decided))

    async def _show(
        self,
        interaction: Interaction,
        page: CasePage | None,
        state: ReportState = ReportState.OPEN,
        *,
        notice: str = "",
    ) -> None:
        card = case_card(page, self._library.catalog, notice) if page else nothing_card(state, notice)
        await answer_privately(interaction, card)


def _state(number: int) -> ReportState:
    if number >= len(STATES):
        raise RefusedError("This button is from an older version of me. `/reports` shows new ones.")
    return STATES[number]


async def setup(client: StudyhallClient) -> None:
    """Add the cogs."""
    cog = ReportCog(client.app.reports, client.app.sessions, client.app.exams)
    client.answer_buttons(REPORT, 1, cog.of_round, in_server=True)
    client.answer_buttons(REPORT_ITEM, 1, cog.of_item, Who.OWNER)
    client.answer_buttons(FLAW, 2, cog.of_exam, Who.OWNER)
    await client.add_cog(cog)
    queue = ReportQueue(client.app.reports, client.app.library)
    client.answer_buttons(LIST, 1, queue.list, Who.MANAGER)
    client.answer_buttons(SHOW, 1, queue.show, Who.MANAGER)
    client.answer_buttons(DECIDE, 2, queue.decide, Who.MANAGER)
    client.answer_buttons(VOID, 2, queue.void, Who.MANAGER)
    client.answer_buttons(REOPEN, 1, queue.reopen, Who.MANAGER)
    await client.add_cog(queue)
