"""Starting and steering quizzes, and posting single questions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.client import Interaction
from bot.study.library import Library
from bot.study.quizzes import Quizzes
from cogs.cards.guides import announcement_card
from cogs.cards.layout import stamp
from cogs.channels import check_can_post
from cogs.choices import matching_banks, matching_topics
from cogs.poster import DiscordPoster

if TYPE_CHECKING:
    from bot.client import StudyhallClient

_OPEN_FOR = {"1 hour": 1, "4 hours": 4, "12 hours": 12, "1 day": 24, "3 days": 72, "7 days": 168}


@app_commands.guild_only()
class QuizGroup(commands.GroupCog, group_name="quiz", group_description="Quizzes in this channel"):
    """`/quiz …`"""

    def __init__(self, quizzes: Quizzes, library: Library, poster: DiscordPoster) -> None:
        self._quizzes = quizzes
        self._library = library
        self._poster = poster

    @app_commands.command(description="Asks a series of questions in this channel")
    @app_commands.describe(
        topic="What the questions are about; everything if you leave it out",
        questions="How many questions (1 to 50; 10 if you leave it out)",
        seconds="How long each question stays open (10 to 600 seconds; 60 if you leave it out)",
        bank="Which collection of questions; the first one if you leave it out",
    )
    async def start(
        self,
        interaction: Interaction,
        topic: str | None = None,
        questions: app_commands.Range[int, 1, 50] = 10,
        seconds: app_commands.Range[int, 10, 600] = 60,
        bank: str | None = None,
    ) -> None:
        """Start a quiz."""
        check_can_post(interaction)
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
        return matching_topics(self._library, interaction, current)

    @start.autocomplete("bank")
    async def _banks(self, _: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return matching_banks(self._library, current)

    @app_commands.command(description="Closes the current question and goes on to the next one")
    async def skip(self, interaction: Interaction) -> None:
        """Skip a question."""
        sentence = await self._quizzes.skip(
            interaction.channel_id or 0,
            interaction.user.id,
            moderator=interaction.permissions.manage_messages,
        )
        await interaction.response.send_message(f"⏭️ {sentence}", ephemeral=True)

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

    def __init__(self, quizzes: Quizzes, library: Library) -> None:
        self._quizzes = quizzes
        self._library = library

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
        check_can_post(interaction)
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
        return matching_topics(self._library, interaction, current)


async def setup(client: StudyhallClient) -> None:
    """Add the cogs."""
    await client.add_cog(QuizGroup(client.app.quizzes, client.app.library, client.app.poster))
    await client.add_cog(Questions(client.app.quizzes, client.app.library))
