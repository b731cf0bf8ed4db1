"""The weekly challenge: setting it up, playing it, looking back at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.client import Interaction
from bot.errors import RefusedError
from bot.study.challenges import Challenges
from bot.study.library import Library
from bot.study.plans import Outlook, Plans
from bot.study.play import Play, Playing
from cogs.cards.challenges import HISTORY, MY_RANK, PLAY, history_card, played_card
from cogs.cards.layout import stamp
from cogs.cards.plans import BEGIN, PLAN, SWITCH, Field, plan_card
from cogs.cards.questions import NEXT, private_question_card
from cogs.channels import POWERS, answer_privately, missing_in

if TYPE_CHECKING:
    from bot.client import StudyhallClient


def _check_moderator(interaction: Interaction) -> None:
    if not interaction.permissions.manage_guild:
        raise app_commands.MissingPermissions(["manage_guild"])


@app_commands.guild_only()
class ChallengeGroup(
    commands.GroupCog, name="Challenges", group_name="challenge", group_description="The weekly challenge"
):
    """`/challenge …` and the buttons and selects of its cards."""

    def __init__(self, play: Play, challenges: Challenges, plans: Plans, library: Library) -> None:
        self._play = play
        self._challenges = challenges
        self._plans = plans
        self._library = library

    # members

    @app_commands.command(description="Plays this week's challenge, in private and at your own pace")
    async def play(self, interaction: Interaction) -> None:
        """Go on where the member is."""
        challenge = await self._play.running(interaction.guild_id or 0)
        await self.go_on(interaction, [challenge.id])

    async def go_on(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """The next question of a challenge, or how it went."""
        (challenge_id,) = numbers
        step = await self._play.go_on(
            challenge_id, interaction.guild_id or 0, interaction.user.id, interaction.created_at
        )
        if isinstance(step, Playing):
            topic = self._library.catalog.topic_title(step.round.question)
            card = private_question_card(step.round, topic, step.challenge.number, step.since)
        else:
            card = played_card(step)
        await answer_privately(interaction, card)

    async def rank(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Where the member stands."""
        (challenge_id,) = numbers
        played = await self._play.standing(challenge_id, interaction.guild_id or 0, interaction.user.id)
        await answer_privately(interaction, played_card(played))

    @app_commands.command(description="Shows the challenges that are over, and who won them")
    async def history(self, interaction: Interaction) -> None:
        """The archive, the newest first."""
        await self.turn_history(interaction, [0, 0])

    async def turn_history(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Another page of the archive."""
        _, page = numbers
        number, challenges = await self._play.history(interaction.guild_id or 0, page)
        await answer_privately(interaction, history_card(number, page, challenges))

    # moderators

    @app_commands.command(description="Sets the weekly challenge up: when, where, what about (moderators)")
    @app_commands.checks.has_permissions(manage_guild=True)
    async def setup(self, interaction: Interaction) -> None:
        """Show the panel."""
        outlook = await self._plans.setup(
            interaction.guild_id or 0, _place_for(interaction), interaction.user.id
        )
        await self._show_panel(interaction, outlook)

    async def choose(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """A choice on the panel."""
        _check_moderator(interaction)
        data: Any = interaction.data or {}
        changes = _changes(numbers[0], data.get("values", []))
        _check_places(interaction, changes)
        outlook = await self._plans.change(interaction.guild_id or 0, interaction.user.id, **changes)
        await self._show_panel(interaction, outlook)

    async def switch(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Switch the weekly challenge on or off on the panel."""
        _check_moderator(interaction)
        outlook = await self._plans.change(
            interaction.guild_id or 0, interaction.user.id, is_on=bool(numbers[0])
        )
        await self._show_panel(interaction, outlook)

    async def begin(self, interaction: Interaction, _: Sequence[int]) -> None:
        """Begin a challenge out of turn on the panel."""
        _check_moderator(interaction)
        await interaction.response.defer()  # one that has just ended may still be posting its podium
        await self._begin(interaction)
        outlook = await self._plans.outlook(await self._plans.get(interaction.guild_id or 0))
        await interaction.edit_original_response(view=self._panel(interaction.guild, outlook))

    @app_commands.command(description="Lets no more challenges begin by themselves (moderators)")
    @app_commands.checks.has_permissions(manage_guild=True)
    async def pause(self, interaction: Interaction) -> None:
        """Switch the weekly challenge off."""
        outlook = await self._plans.set_on(interaction.guild_id or 0, interaction.user.id, False)
        running = outlook.running
        rest = (
            f" Challenge #{running.number} still runs until {stamp(running.ends_at, 'f')}." if running else ""
        )
        await interaction.response.send_message(
            f"⏸️ The weekly challenge is paused.{rest} `/challenge resume` lets it go on.", ephemeral=True
        )

    @app_commands.command(description="Lets a challenge begin each week again (moderators)")
    @app_commands.checks.has_permissions(manage_guild=True)
    async def resume(self, interaction: Interaction) -> None:
        """Switch the weekly challenge on."""
        outlook = await self._plans.set_on(interaction.guild_id or 0, interaction.user.id, True)
        if outlook.next_at is None:
            raise AssertionError
        await interaction.response.send_message(
            f"▶️ The next challenge begins {stamp(outlook.next_at)}, {stamp(outlook.next_at, 'F')}, "
            f"in <#{outlook.plan.channel_id}>.",
            ephemeral=True,
        )

    @app_commands.command(description="Begins a challenge at once, out of turn (moderators)")
    @app_commands.checks.has_permissions(manage_guild=True)
    async def now(self, interaction: Interaction) -> None:
        """Begin a challenge."""
        # one that has just ended may still be posting its podium
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(await self._begin(interaction), ephemeral=True)

    async def _begin(self, interaction: Interaction) -> str:
        plan = await self._plans.get(interaction.guild_id or 0)
        missing = missing_in(interaction.guild, plan.channel_id)
        if missing:
            raise RefusedError(
                f"I can't post in <#{plan.channel_id}>: my role lacks {' and '.join(missing)} there. Allow it, or "
                "choose another channel with `/challenge setup`."
            )
        challenge = await self._challenges.begin_now(interaction.guild_id or 0)
        return f"🏅 Challenge #{challenge.number} begins in <#{challenge.channel_id}> and ends {stamp(challenge.ends_at)}."

    @app_commands.command(description="Ends the running challenge without winners (moderators)")
    @app_commands.checks.has_permissions(manage_guild=True)
    async def cancel(self, interaction: Interaction) -> None:
        """End the challenge that runs."""
        # another step may be posting, and this one waits for it
        await interaction.response.defer(ephemeral=True, thinking=True)
        challenge = await self._challenges.cancel(interaction.guild_id or 0)
        outlook = await self._plans.outlook(await self._plans.get(interaction.guild_id or 0))
        coming = (
            f"The next one begins {stamp(outlook.next_at)}; `/challenge pause` stops that."
            if outlook.next_at
            else "No other one is planned."
        )
        await interaction.followup.send(
            f"🛑 Challenge #{challenge.number} is cancelled and leaves the archive. Points for the leaderboard are "
            f"kept. {coming}",
            ephemeral=True,
        )

    async def _show_panel(self, interaction: Interaction, outlook: Outlook) -> None:
        await answer_privately(interaction, self._panel(interaction.guild, outlook))

    def _panel(self, guild: discord.Guild | None, outlook: Outlook) -> ui.LayoutView:
        catalog = self._library.catalog
        bank = catalog.banks.get(outlook.plan.bank, catalog.default)
        known = {place.id for place in [*guild.channels, *guild.roles]} if guild else set()
        return plan_card(outlook, bank, list(catalog.banks.values()), _warnings(guild, outlook), known)


def _place_for(interaction: Interaction) -> int:
    """The channel to begin with: this one, or the one that this thread is in.

    Raises:
        RefusedError: it is none for messages, such as the channel of a voice chat.
    """
    channel: Any = interaction.channel
    if isinstance(channel, discord.Thread):
        channel = channel.parent
    if not isinstance(channel, discord.TextChannel):
        raise RefusedError("Please use this in a text channel, the one in which the challenge shall be.")
    return channel.id


def _changes(field: int, values: Sequence[str]) -> dict[str, Any]:
    """What a choice on the panel changes in the plan.

    Raises:
        RefusedError: the panel has no such choice.
    """
    try:
        name = _PLAN_FIELDS[Field(field)]
        match Field(field):
            case Field.TOPICS:
                return {name: tuple(sorted(values))}
            case Field.BANK:
                return {name: values[0]}
            case Field.DAYS | Field.MENTION | Field.CHAMPION:
                return {name: (_number(values[0]) if values else 0) or None}
            case _:
                return {name: _number(values[0])}
    except (ValueError, IndexError) as error:
        raise RefusedError(
            "This panel is from an older version of me. `/challenge setup` shows a new one."
        ) from error


def _number(text: str) -> int:
    number = int(text)
    if not 0 <= number < 1 << 63:
        raise ValueError
    return number


_PLAN_FIELDS = {
    Field.CHANNEL: "channel_id",
    Field.WEEKDAY: "weekday",
    Field.HOUR: "hour",
    Field.QUESTIONS: "questions",
    Field.DAYS: "days",
    Field.TOPICS: "topics",
    Field.MENTION: "mention_role_id",
    Field.CHAMPION: "champion_role_id",
    Field.BANK: "bank",
}


def _check_places(interaction: Interaction, changes: Mapping[str, Any]) -> None:
    """Refuse what Discord's own lists would not offer, and a role that the moderator could not give themselves.

    Raises:
        RefusedError: the channel or role is not of this server, or too powerful.
    """
    guild, member = interaction.guild, interaction.user
    if guild is None or not isinstance(member, discord.Member):
        raise RefusedError("Please try again in a moment: Discord has not told me of this server yet.")
    channel_id = changes.get("channel_id")
    if channel_id is not None and not isinstance(guild.get_channel(channel_id), discord.TextChannel):
        raise RefusedError("Choose a text channel of this server.")
    for name in ("mention_role_id", "champion_role_id"):
        if changes.get(name) is not None and guild.get_role(changes[name]) is None:
            raise RefusedError("This role is gone. Choose another one.")
    champion = guild.get_role(changes.get("champion_role_id") or 0)
    if champion is None:
        return
    if champion.permissions.value & POWERS.value:
        raise RefusedError(
            f"{champion.mention} may moderate or manage this server, and anybody can win a challenge. Choose a role "
            "without such permissions."
        )
    is_owner = member.id == guild.owner_id
    if not is_owner and not (interaction.permissions.manage_roles and champion < member.top_role):
        raise RefusedError(
            f"{champion.mention} is a role that you could not give to anybody yourself. Ask somebody with the permission "
            "Manage Roles and a higher role to choose it."
        )


def _warnings(guild: discord.Guild | None, outlook: Outlook) -> list[str]:
    """What would go wrong if nobody acts, in sentences."""
    plan = outlook.plan
    found = [plan.trouble] if plan.trouble else []
    missing = missing_in(guild, plan.channel_id)
    if missing:
        found.append(f"In <#{plan.channel_id}> my role lacks {' and '.join(missing)}.")
    if guild is None:
        return found
    may = guild.me.guild_permissions
    champion = guild.get_role(plan.champion_role_id) if plan.champion_role_id else None
    if plan.champion_role_id and (not may.manage_roles or champion is None or not champion.is_assignable()):
        found.append(
            f"I can't give <@&{plan.champion_role_id}> to the champion: I need the permission Manage Roles, and my role "
            "above it in the server's settings."
        )
    mention = guild.get_role(plan.mention_role_id) if plan.mention_role_id else None
    if mention is not None and not (mention.mentionable or may.mention_everyone):
        found.append(
            f"<@&{plan.mention_role_id}> will be named, but nobody hears of it: let everyone mention the role, or give me "
            "Mention Everyone."
        )
    return found


async def setup(client: StudyhallClient) -> None:
    """Add the cog."""
    app = client.app
    cog = ChallengeGroup(app.play, app.challenges, app.plans, app.library)
    client.answer_buttons(PLAY, 1, cog.go_on)
    client.answer_buttons(NEXT, 1, cog.go_on)
    client.answer_buttons(MY_RANK, 1, cog.rank)
    client.answer_buttons(HISTORY, 2, cog.turn_history)
    client.answer_buttons(PLAN, 1, cog.choose)
    client.answer_buttons(SWITCH, 1, cog.switch)
    client.answer_buttons(BEGIN, 1, cog.begin)
    await client.add_cog(cog)
