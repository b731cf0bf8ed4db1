"""What a server chooses for itself: its time zone, and whether its weeks are summed up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.client import Interaction
from bot.study.digests import Digests
from bot.study.plans import Plans
from bot.study.servers import Servers, zone_names
from cogs.cards.layout import lines, stamp
from cogs.channels import check_can_post
from cogs.choices import matching

if TYPE_CHECKING:
    from bot.client import StudyhallClient


class Settings(commands.Cog):
    """`/settings`"""

    def __init__(self, servers: Servers, plans: Plans, digests: Digests) -> None:
        self._servers = servers
        self._plans = plans
        self._digests = digests

    @app_commands.command(description="Shows and changes what this server has chosen")
    @app_commands.describe(time_zone="Where days and weeks begin, such as Europe/Berlin")
    @app_commands.rename(time_zone="time-zone")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.checks.has_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def settings(self, interaction: Interaction, time_zone: str | None = None) -> None:
        """Show the settings, or change one."""
        guild_id = interaction.guild_id or 0
        if time_zone is None:
            zone = self._servers.zone(guild_id)
            text = f"🕰️ Time zone: **{zone.key}**. `/settings time-zone` changes it."
        else:
            zone = await self._servers.set_zone(guild_id, time_zone)
            text = (
                f"🕰️ Time zone: **{zone.key}**. Days, weeks and the weekly challenge follow it from now on; days that are "
                "over stay as they were counted."
            )
        await interaction.response.send_message(
            lines([text, await self._challenge(guild_id), await self._digest(guild_id)]), ephemeral=True
        )

    async def _challenge(self, guild_id: int) -> str:
        plan = await self._plans.find(guild_id)
        next_at = (await self._plans.outlook(plan)).next_at if plan else None
        return f"🏅 The next challenge begins {stamp(next_at, 'F')}." if next_at else ""

    async def _digest(self, guild_id: int) -> str:
        coming = await self._digests.coming(guild_id)
        return f"📬 The week is summed up in <#{coming[0]}>, next {stamp(coming[1], 'F')}." if coming else ""

    @settings.autocomplete("time_zone")
    async def _zones(self, _: Interaction, current: str) -> list[app_commands.Choice[str]]:
        typed = current.replace(" ", "_")
        return matching(((name, name) for name in zone_names()), typed)


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class DigestGroup(
    commands.GroupCog, name="Digest", group_name="digest", group_description="The week in numbers"
):
    """`/digest …`"""

    def __init__(self, digests: Digests) -> None:
        self._digests = digests

    @app_commands.command(description="Sums up each week in this channel when it is over")
    @app_commands.checks.has_permissions(manage_guild=True)
    async def on(self, interaction: Interaction) -> None:
        """Switch the digest on."""
        check_can_post(interaction)
        at = await self._digests.switch_on(interaction.guild_id or 0, interaction.channel_id or 0)
        await interaction.response.send_message(
            f"📬 Each week is summed up here when it is over, the first time {stamp(at)}. `/digest off` ends that.",
            ephemeral=True,
        )

    @app_commands.command(description="Sums up the weeks no more")
    @app_commands.checks.has_permissions(manage_guild=True)
    async def off(self, interaction: Interaction) -> None:
        """Switch the digest off."""
        was_on = await self._digests.switch_off(interaction.guild_id or 0)
        sentence = "📭 Weeks are summed up no more." if was_on else "Weeks are not summed up here anyway."
        await interaction.response.send_message(sentence, ephemeral=True)


async def setup(client: StudyhallClient) -> None:
    """Add the cogs."""
    await client.add_cog(Settings(client.app.servers, client.app.plans, client.app.digests))
    await client.add_cog(DigestGroup(client.app.digests))
