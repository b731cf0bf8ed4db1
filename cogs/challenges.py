"""The weekly challenge: setting it up, playing it, looking back at it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.access import Who, who_may
from bot.client import Interaction
from bot.errors import RefusedError
from bot.study.challenges import Challenges
from bot.study.library import Library
from bot.study.plans import Outlook, Plans
from bot.study.play import Play, Playing
from bot.study.servers import Servers
from cogs.cards.challenges import HISTORY, MY_RANK, PLAY, history_card, played_card
from cogs.cards.layout import stamp
from cogs.cards.names import Names
from cogs.cards.plans import BEGIN, PLAN, SWITCH, plan_card
from cogs.cards.questions import NEXT, private_question_card
from cogs.channels import answer_privately, missing_in
from cogs.panel import check_places, place_for, read_choice, warnings

if TYPE_CHECKING:
    from bot.client import StudyhallClient


@app_commands.guild_only()
class ChallengeGroup(
    commands.GroupCog, name="Challenges", group_name="challenge", group_description="The weekly challenge"
):
    """`/challenge …` and the buttons and selects of its cards."""

    def __init__(
        self, play: Play, challenges: Challenges, plans: Plans, servers: Servers, library: Library
    ) -> None:
        self._play = play
        self._challenges = challenges
        self._plans = plans
        self._servers = servers
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
            card = private_question_card(step.round, topic, step.since)
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
        guild_id = interaction.guild_id or 0
        number, challenges = await self._play.history(guild_id, page)
        names = Names(self._servers.choices(guild_id).hides_names, interaction.user.id)
        await answer_privately(interaction, history_card(number, page, challenges, names))

    # moderators

    @who_may(Who.MANAGER)
    @app_commands.command(description="Sets the weekly challenge up: when, where, what about (moderators)")
    async def setup(self, interaction: Interaction) -> None:
        """Show the panel."""
        outlook = await self._plans.setup(
            interaction.guild_id or 0, place_for(interaction), interaction.user.id
        )
        await self._show_panel(interaction, outlook)

    async def choose(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """A choice on the panel."""
        data: Any = interaction.data or {}
        changes = read_choice(numbers[0], data.get("values", []))
        check_places(interaction, changes)
        outlook = await self._plans.change(interaction.guild_id or 0, interaction.user.id, **changes)
        await self._show_panel(interaction, outlook)

    async def switch(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Switch the weekly challenge on or off on the panel."""
        outlook = await self._plans.change(
            interaction.guild_id or 0, interaction.user.id, is_on=bool(numbers[0])
        )
        await self._show_panel(interaction, outlook)

    async def begin(self, interaction: Interaction, _: Sequence[int]) -> None:
        """Begin a challenge out of turn on the panel."""
        await interaction.response.defer()  # one that has just ended may still be posting its podium
        await self._begin(interaction)
        outlook = await self._plans.outlook(await self._plans.get(interaction.guild_id or 0))
        await interaction.edit_original_response(view=self._panel(interaction.guild, outlook))

    @who_may(Who.MANAGER)
    @app_commands.command(description="Lets no more challenges begin by themselves (moderators)")
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

    @who_may(Who.MANAGER)
    @app_commands.command(description="Lets a challenge begin each week again (moderators)")
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

    @who_may(Who.MANAGER)
    @app_commands.command(description="Begins a challenge at once, out of turn (moderators)")
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

    @who_may(Who.MANAGER)
    @app_commands.command(description="Ends the running challenge without winners (moderators)")
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
        banks = list(self._library.catalog.banks.values())
        known = {place.id for place in [*guild.channels, *guild.roles]} if guild else set()
        return plan_card(outlook, self._plans.bank(outlook.plan), banks, warnings(guild, outlook), known)


async def setup(client: StudyhallClient) -> None:
    """Add the cog."""
    app = client.app
    cog = ChallengeGroup(app.play, app.challenges, app.plans, app.servers, app.library)
    client.answer_buttons(PLAY, 1, cog.go_on, in_server=True)
    client.answer_buttons(NEXT, 1, cog.go_on, in_server=True)
    client.answer_buttons(MY_RANK, 1, cog.rank, in_server=True)
    client.answer_buttons(HISTORY, 2, cog.turn_history, in_server=True)
    client.answer_buttons(PLAN, 1, cog.choose, Who.MANAGER)
    client.answer_buttons(SWITCH, 1, cog.switch, Who.MANAGER)
    client.answer_buttons(BEGIN, 1, cog.begin, Who.MANAGER)
    await client.add_cog(cog)
