"""Starting and steering quizzes, and posting single questions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.access import Who, who_may
from bot.client import Interaction
from bot.domain.servers import FEWEST_SECONDS, MOST_SECONDS, USUAL_SECONDS, Starter
from bot.study.library import Library
from bot.study.quizzes import Quizzes
from bot.study.servers import Servers
from cogs.cards.guides import announcement_card
from cogs.cards.layout import stamp
from cogs.channels import check_can_post, places_in
from cogs.choices import matching_banks, matching_topics
from cogs.cooldowns import Cooldown
from cogs.poster import DiscordPoster

if TYPE_CHECKING:
    from bot.client import StudyhallClient

_OPEN_FOR = {"1 hour": 1, "4 hours": 4, "12 hours": 12, "1 day": 24, "3 days": 72, "7 days": 168}


@app_commands.guild_only()
class QuizGroup(commands.GroupCog, group_name="quiz", group_description="Quizzes in this channel"):
    """`/quiz …`"""

    def __init__(
        self,
        quizzes: Quizzes,
        servers: Servers,
        library: Library,
        poster: DiscordPoster,
        cooldown: Cooldown,
    ) -> None:
        """`cooldown` is for starting."""
        self._quizzes = quizzes
        self._servers = servers
        self._library = library
        self._poster = poster
        self._cooldown = cooldown

    @who_may(Who.HOST)
    @app_commands.command(description="Asks a series of questions in this channel")
    @app_commands.describe(
        topic="What the questions are about; everything if you leave it out",
        questions="How many questions (1 to 50; 10 if you leave it out)",
        seconds=f"Seconds for each question ({FEWEST_SECONDS} to {MOST_SECONDS}); {USUAL_SECONDS} or what this server chose if "
        "you leave it out",
        bank="Which collection of questions; the usual one if you leave it out",
    )
    async def start(
        self,
        interaction: Interaction,
        topic: str | None = None,
        questions: app_commands.Range[int, 1, 50] = 10,
        seconds: app_commands.Range[int, FEWEST_SECONDS, MOST_SECONDS] | None = None,
        bank: str | None = None,
    ) -> None:
        """Start a quiz."""
        _check_may_start(interaction, self._servers)
        check_can_post(interaction)
        with self._cooldown.use(interaction):
            quiz, theme = await self._quizzes.start(
                guild_id=interaction.guild_id or 0,
                channel_id=interaction.channel_id or 0,
                starter_id=interaction.user.id,
                topic=topic,
                questions=questions,
                seconds=seconds,
                bank=bank,
            )
        card = announcement_card(quiz, self._library.bank(quiz.bank), theme)
        sent = await interaction.response.send_message(view=card)
        self._poster.remember_starter(quiz, interaction.followup)
        if sent.message_id is not None:
            await self._quizzes.announced(quiz, sent.message_id)

    @start.autocomplete("topic")
    async def _topics(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return matching_topics(self._servers, interaction, current)

    @start.autocomplete("bank")
    async def _banks(self, _: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return matching_banks(self._library, current)

    @who_may(Who.STARTER)
    @app_commands.command(description="Closes the current question and goes on to the next one")
    async def skip(self, interaction: Interaction) -> None:
        """Skip a question."""
        sentence = await self._quizzes.skip(
            interaction.channel_id or 0,
            interaction.user.id,
            moderator=interaction.permissions.manage_messages,
        )
        await interaction.response.send_message(f"⏭️ {sentence}", ephemeral=True)

    @who_may(Who.STARTER)
    @app_commands.command(description="Ends the quiz in this channel and shows the scoreboard")
    async def stop(self, interaction: Interaction) -> None:
        """Stop the quiz."""
        sentence = await self._quizzes.stop(
            interaction.channel_id or 0,
            interaction.user.id,
            moderator=interaction.permissions.manage_messages,
        )
        await interaction.response.send_message(f"⏹️ {sentence}", ephemeral=True)


class Questions(commands.Cog):
    """`/question`"""

    def __init__(self, quizzes: Quizzes, servers: Servers, cooldown: Cooldown) -> None:
        """`cooldown` is for posting."""
        self._quizzes = quizzes
        self._servers = servers
        self._cooldown = cooldown

    @who_may(Who.HOST)
    @app_commands.command(
        description="Posts one question that stays open, so that everyone finds time for it"
    )
    @app_commands.describe(
        topic="What the question is about; anything if you leave it out",
        open_for="How long it stays open; 1 day if you leave it out",
    )
    @app_commands.rename(open_for="open-for")
    @app_commands.choices(
        open_for=[app_commands.Choice(name=name, value=hours) for name, hours in _OPEN_FOR.items()]
    )
    @app_commands.guild_only()
    async def question(self, interaction: Interaction, topic: str | None = None, open_for: int = 24) -> None:
        """Post a question."""
        _check_may_start(interaction, self._servers)
        check_can_post(interaction)
        with self._cooldown.use(interaction):
            # posting can take longer than the three seconds that an interaction may wait
            await interaction.response.defer(ephemeral=True, thinking=True)
            round_ = await self._quizzes.ask(
                guild_id=interaction.guild_id or 0,
                channel_id=interaction.channel_id or 0,
                topic=topic,
                open_for=timedelta(hours=open_for),
            )
        await interaction.followup.send(
            f"🗓️ The question is posted. It closes {stamp(round_.closes_at)}, and its result follows below it.",
            ephemeral=True,
        )

    @question.autocomplete("topic")
    async def _topics(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return matching_topics(self._servers, interaction, current)


def _check_may_start(interaction: Interaction, servers: Servers) -> None:
    """Refuse who may not start a quiz, or not here, by what the server has chosen.

    Raises:
        RefusedError: they may not.
    """
    channel, member, may = interaction.channel, interaction.user, interaction.permissions
    starter = Starter(
        channel.parent_id if isinstance(channel, discord.Thread) else interaction.channel_id or 0,
        frozenset(role.id for role in member.roles) if isinstance(member, discord.Member) else frozenset(),
        may.manage_messages or may.manage_guild,
    )
    servers.check_may_start(interaction.guild_id or 0, starter, places_in(interaction))


async def setup(client: StudyhallClient) -> None:
    """Add the cogs."""
    app = client.app
    await client.add_cog(QuizGroup(app.quizzes, app.servers, app.library, app.poster, app.cooldowns.quizzes))
    await client.add_cog(Questions(app.quizzes, app.servers, app.cooldowns.questions))
