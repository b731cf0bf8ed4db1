"""Study plans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.client import Interaction
from bot.errors import RefusedError
from bot.study.library import Library
from bot.study.plan_dates import SUGGESTED, find_exam_day
from bot.study.reminders import Reminders
from bot.study.study_plans import StudyPlans
from cogs.cards.layout import count
from cogs.cards.study_plans import PLAN_DELETE, day_name, deleted_card, no_plan_card, plan_card
from cogs.channels import answer_privately, defer_privately, is_direct
from cogs.choices import matching, matching_banks
from cogs.cooldowns import Cooldown

if TYPE_CHECKING:
    from bot.client import StudyhallClient

_LAST_DAY = date.max.toordinal()


class StudyPlanCog(commands.Cog, name="Study plans"):
    """`/plan`"""

    def __init__(
        self, study_plans: StudyPlans, reminders: Reminders, cooldown: Cooldown, library: Library
    ) -> None:
        self._study_plans = study_plans
        self._reminders = reminders
        self._cooldown = cooldown
        self._library = library

    @app_commands.command(description="Plans your way to an exam, and shows your progress")
    @app_commands.describe(
        exam_date="When the exam is, such as 2026-04-03 or “in 3 weeks”; without it you see your plan",
        bank="Which collection of questions; the usual one if you leave it out",
    )
    @app_commands.rename(exam_date="exam-date")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def plan(
        self,
        interaction: Interaction,
        exam_date: app_commands.Range[str, 1, 40] | None = None,
        bank: str | None = None,
    ) -> None:
        """Make a plan, or show it."""
        if exam_date is None and bank is not None:
            raise RefusedError("Say also when the exam is: use `/plan` with an `exam-date` and the `bank`.")
        with self._cooldown.use(interaction):
            await self._show(interaction, exam_date, bank)

    async def _show(self, interaction: Interaction, exam_date: str | None, bank: str | None) -> None:
        member_id, guild_id, direct = interaction.user.id, interaction.guild_id, is_direct(interaction)
        # the forecast for a huge bank takes longer than an interaction may wait
        await defer_privately(interaction)
        if exam_date is None:
            progress = await self._study_plans.progress(member_id, guild_id)
        else:
            progress = await self._study_plans.make(member_id, guild_id, exam_date, bank)
        note = await self._reminders.take_note(member_id)
        card = plan_card(progress, note) if progress else no_plan_card(note)
        await interaction.followup.send(view=card, ephemeral=not direct)

    @plan.autocomplete("exam_date")
    async def _days(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        today = await self._study_plans.today(interaction.user.id, interaction.guild_id)
        try:
            day = find_exam_day(current, today)
        except RefusedError:
            days = {words: find_exam_day(words, today) for words in SUGGESTED}
            named = [(day.isoformat(), f"{words}: {day_name(day, today)}") for words, day in days.items()]
            return matching(named, current.strip())
        name = f"{day_name(day, today)}, in {count((day - today).days, 'day')}"
        return [app_commands.Choice(name=name, value=day.isoformat())]

    @plan.autocomplete("bank")
    async def _banks(self, _: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return matching_banks(self._library, current)

    async def delete(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Delete the plan that the button belongs to."""
        (number,) = numbers
        exam_day = date.fromordinal(min(max(1, number), _LAST_DAY))
        existed = await self._study_plans.delete(interaction.user.id, exam_day)
        await answer_privately(interaction, deleted_card(existed=existed))


async def setup(client: StudyhallClient) -> None:
    """Add the cog."""
    app = client.app
    cog = StudyPlanCog(app.study_plans, app.reminders, app.cooldowns.forecasts, app.library)
    client.answer_buttons(PLAN_DELETE, 1, cog.delete)
    await client.add_cog(cog)
