"""Private reminders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.client import Interaction
from bot.domain.reminders import DEFAULT_HOUR
from bot.study.reminders import Reminders
from bot.study.servers import zone_names
from cogs.cards.reminders import reminding_text
from cogs.channels import defer_privately, is_direct
from cogs.choices import matching

if TYPE_CHECKING:
    from bot.client import StudyhallClient


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class RemindGroup(
    commands.GroupCog, name="Reminders", group_name="remind", group_description="Private reminders"
):
    """`/remind …`"""

    def __init__(self, reminders: Reminders) -> None:
        self._reminders = reminders

    @app_commands.command(description="Writes to you in private on days when you have something to review")
    @app_commands.describe(
        hour=f"At which hour of your day, 0 to 23; {DEFAULT_HOUR} if you leave it out",
        zone="Where you are, such as Europe/Berlin; this server's time zone if you leave it out",
    )
    async def on(
        self,
        interaction: Interaction,
        hour: app_commands.Range[int, 0, 23] | None = None,
        zone: str | None = None,
    ) -> None:
        """Switch reminders on, or change them."""
        member_id, direct = interaction.user.id, is_direct(interaction)
        # a direct message goes out first, which can take longer than an interaction may wait
        await defer_privately(interaction)
        reminding = await self._reminders.switch_on(member_id, interaction.guild_id, hour, zone)
        await interaction.followup.send(reminding_text(reminding), ephemeral=not direct)

    @on.autocomplete("zone")
    async def _zones(self, _: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return matching(((name, name) for name in zone_names()), current.replace(" ", "_"))

    @app_commands.command(description="Ends your reminders")
    async def off(self, interaction: Interaction) -> None:
        """Switch reminders off."""
        member_id = interaction.user.id
        note = await self._reminders.take_note(member_id)
        was_on = await self._reminders.switch_off(member_id)
        said = "🔕 Your reminders are off." if was_on else "You have no reminders. `/remind on` brings them."
        await interaction.response.send_message(note or said, ephemeral=not is_direct(interaction))


async def setup(client: StudyhallClient) -> None:
    """Add the cog."""
    await client.add_cog(RemindGroup(client.app.reminders))
