"""What a server chooses for itself on its panel, and whether its weeks are summed up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.access import Who, who_may
from bot.client import Interaction
from bot.domain.challenges import Plan
from bot.domain.servers import Setting
from bot.errors import RefusedError
from bot.study.challenges import Challenges
from bot.study.digests import Digests
from bot.study.library import Library
from bot.study.plans import Plans
from bot.study.servers import Servers, zone_names
from cogs.cards.layout import lines, stamp
from cogs.cards.settings import FIELDS, NAMES, QUIZ_CHANNELS, SETTING, ZONE, Panel, settings_card
from cogs.channels import answer_privately, check_can_post, missing_in, places_in
from cogs.choices import matching
from cogs.forms import written

if TYPE_CHECKING:
    from bot.client import StudyhallClient


class Settings(commands.Cog):
    """`/settings`, and the selects and buttons of its panel."""

    def __init__(
        self, servers: Servers, plans: Plans, digests: Digests, challenges: Challenges, library: Library
    ) -> None:
        self._servers = servers
        self._plans = plans
        self._digests = digests
        self._challenges = challenges
        self._library = library

    @who_may(Who.MANAGER)
    @app_commands.command(description="Shows and changes what this server has chosen")
    @app_commands.describe(time_zone="Where days and weeks begin, such as Europe/Berlin")
    @app_commands.rename(time_zone="time-zone")
    @app_commands.guild_only()
    async def settings(self, interaction: Interaction, time_zone: str | None = None) -> None:
        """Show the panel, maybe with another time zone."""
        if time_zone is not None:
            await self._servers.set_zone(interaction.guild_id or 0, interaction.user.id, time_zone)
        await self._show(interaction)

    @settings.autocomplete("time_zone")
    async def _zones(self, _: Interaction, current: str) -> list[app_commands.Choice[str]]:
        typed = current.replace(" ", "_")
        return matching(((name, name) for name in zone_names()), typed)

    async def choose(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """A choice from a list of the settings."""
        data: Any = interaction.data or {}
        setting, value = _read(interaction, numbers[0], data.get("values", []))
        await self._servers.change(interaction.guild_id or 0, interaction.user.id, setting, value)
        await self._show(interaction)

    async def hide_names(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Hides names on boards and results, or shows them."""
        guild_id = interaction.guild_id or 0
        await self._servers.change(guild_id, interaction.user.id, Setting.NAMES, bool(numbers[0]))
        await self._challenges.show_again(guild_id)
        await self._show(interaction)

    async def choose_zone(self, interaction: Interaction, _: Sequence[int]) -> None:
        """The form for the time zone."""
        guild_id = interaction.guild_id or 0
        field: ui.TextInput[Any] = ui.TextInput(default=self._servers.zone(guild_id).key, max_length=60)
        hint = "Such as Europe/Berlin. /settings time-zone lists them all."
        name = await written(interaction, "Time zone of this server", "Time zone", field, hint=hint)
        if name is not None:
            await self._servers.set_zone(guild_id, interaction.user.id, name)
            await self._show(interaction)

    async def _show(self, interaction: Interaction) -> None:
        guild_id, known = interaction.guild_id or 0, places_in(interaction)
        plan = await self._plans.find(guild_id)
        zone = self._servers.zone(guild_id)
        panel = Panel(
            choices=self._servers.choices(guild_id),
            zone=zone.key,
            now=interaction.created_at.astimezone(zone),
            bank=self._servers.bank(guild_id),
            banks=list(self._library.catalog.banks.values()),
            known=known,
            warnings=self._warnings(interaction.guild, known, plan),
            coming=lines([await self._challenge(plan), await self._digest(guild_id)]),
        )
        await answer_privately(interaction, settings_card(panel))

    def _warnings(self, guild: discord.Guild | None, known: set[int], plan: Plan | None) -> list[str]:
        """What is not as the managers wanted it, in sentences."""
        guild_id = guild.id if guild else 0
        choices, bank = self._servers.choices(guild_id), self._servers.bank(guild_id)
        left = choices.among(known)
        found = []
        if choices.zone != self._servers.zone(guild_id).key:
            found.append(f"The time zone {choices.zone} is not known any more. UTC stands in for it.")
        if choices.bank not in {None, bank.id}:
            found.append(f"The question bank “{choices.bank}” is gone. {bank.title} stands in for it.")
        if choices.quiz_channels and not left.quiz_channels:
            found.append("The channels for quizzes are all gone, so quizzes run everywhere. Choose others.")
        if choices.quiz_roles and not left.quiz_roles:
            found.append("The roles that may start quizzes are all gone, so everyone may. Choose others.")
        lacking: dict[str, list[str]] = {}
        for channel_id in sorted(left.quiz_channels):
            if missing := missing_in(guild, channel_id):
                lacking.setdefault(" and ".join(missing), []).append(f"<#{channel_id}>")
        found += [
            f"I can't post in {', '.join(channels)}: my role lacks {missing} there."
            for missing, channels in lacking.items()
        ]
        if choices.hides_names and plan is not None and plan.champion_role_id is not None:
            found.append(
                "Names are hidden, but the champion's role still shows who won: `/challenge setup` changes that."
            )
        return found

    async def _challenge(self, plan: Plan | None) -> str:
        next_at = (await self._plans.outlook(plan)).next_at if plan else None
        return f"🏅 The next challenge begins {stamp(next_at, 'F')}." if next_at else ""

    async def _digest(self, guild_id: int) -> str:
        coming = await self._digests.coming(guild_id)
        return f"📬 The week is summed up in <#{coming[0]}>, next {stamp(coming[1], 'F')}." if coming else ""


def _read(interaction: Interaction, place: int, values: Sequence[str]) -> tuple[Setting, Any]:
    """What a list of the panel changes, and to what.

    Raises:
        RefusedError: the panel has no such list, or its list no such choice.
    """
    try:
        setting = FIELDS[place]
        match setting:
            case Setting.BANK:
                return setting, values[0]
            case Setting.SECONDS:
                return setting, int(values[0])
            case _:
                chosen = frozenset(int(value) for value in values)
    except (ValueError, IndexError) as error:
        raise RefusedError(
            "This panel is from an older version of me. `/settings` shows a new one."
        ) from error
    known, guild = places_in(interaction), interaction.guild
    if guild is None or not chosen <= known:
        raise RefusedError(
            "This is gone, or not of this server. `/settings` shows what there is to choose from."
        )
    if setting is Setting.CHANNELS and not all(
        (channel := guild.get_channel(id_)) and channel.type in QUIZ_CHANNELS for id_ in chosen
    ):
        raise RefusedError(
            "Quizzes run in text channels, announcement channels and forums. Choose one of these."
        )
    if setting is Setting.ROLES and not all(guild.get_role(id_) for id_ in chosen):
        raise RefusedError("Choose roles of this server.")
    return setting, chosen


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class DigestGroup(
    commands.GroupCog, name="Digest", group_name="digest", group_description="The week in numbers"
):
    """`/digest …`"""

    def __init__(self, digests: Digests) -> None:
        self._digests = digests

    @who_may(Who.MANAGER)
    @app_commands.command(description="Sums up each week in this channel when it is over")
    async def on(self, interaction: Interaction) -> None:
        """Switch the digest on."""
        check_can_post(interaction)
        at = await self._digests.switch_on(interaction.guild_id or 0, interaction.channel_id or 0)
        await interaction.response.send_message(
            f"📬 Each week is summed up here when it is over, the first time {stamp(at)}. `/digest off` ends that.",
            ephemeral=True,
        )

    @who_may(Who.MANAGER)
    @app_commands.command(description="Sums up the weeks no more")
    async def off(self, interaction: Interaction) -> None:
        """Switch the digest off."""
        was_on = await self._digests.switch_off(interaction.guild_id or 0)
        sentence = "📭 Weeks are summed up no more." if was_on else "Weeks are not summed up here anyway."
        await interaction.response.send_message(sentence, ephemeral=True)


async def setup(client: StudyhallClient) -> None:
    """Add the cogs."""
    app = client.app
    cog = Settings(app.servers, app.plans, app.digests, app.challenges, app.library)
    client.answer_buttons(SETTING, 1, cog.choose, Who.MANAGER)
    client.answer_buttons(NAMES, 1, cog.hide_names, Who.MANAGER)
    client.answer_buttons(ZONE, 0, cog.choose_zone, Who.MANAGER)
    await client.add_cog(cog)
    await client.add_cog(DigestGroup(app.digests))
