"""Starting and steering quizzes, and posting single questions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Interaction
from bot.errors import RefusedError
from bot.study.library import Library
from bot.study.quizzes import Quizzes
from cogs.cards.guides import announcement_card
from cogs.cards.layout import stamp
from cogs.poster import DiscordPoster

if TYPE_CHECKING:
    from bot.client import StudyhallClient

_OPEN_FOR = {"1 hour": 1, "4 hours": 4, "12 hours": 12, "1 day": 24, "3 days": 72, "7 days": 168}
_MOST_CHOICES = 25


def _check_can_post(interaction: Interaction) -> None:
    """Refuse before anything starts, rather than fall silent after it."""
    have = interaction.app_permissions
    in_thread = isinstance(interaction.channel, discord.Thread)
    needed = {
        "View Channel": have.view_channel,
        "Send Messages in Threads" if in_thread else "Send Messages": (
            have.send_messages_in_threads if in_thread else have.send_messages
        ),
    }
    missing = [name for name, given in needed.items() if not given]
    if missing:
        raise RefusedError(
            f"I can't post in this channel: my role lacks {' and '.join(missing)}. Ask a moderator to allow it "
            "in the channel's settings, or use another channel."
        )


def _matching(named: Iterable[tuple[str, str]], typed: str) -> list[app_commands.Choice[str]]:
    """Choices for what is typed so far, from pairs of id and title."""
    return [
        app_commands.Choice(name=title, value=id_)
        for id_, title in named
        if typed.casefold() in title.casefold() or typed.casefold() in id_
    ][:_MOST_CHOICES]


def _matching_topics(
    library: Library, interaction: Interaction, typed: str
) -> list[app_commands.Choice[str]]:
    try:
        bank = library.bank(getattr(interaction.namespace, "bank", None) or None)
    except RefusedError:
        return []
    return _matching(((topic.id, topic.title) for topic in bank.topics_with_questions), typed)


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
        _check_can_post(interaction)
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
        return _matching_topics(self._library, interaction, current)

    @start.autocomplete("bank")
    async def _banks(self, _: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return _matching(((bank.id, bank.title) for bank in self._library.catalog.banks.values()), current)

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
        _check_can_post(interaction)
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
        return _matching_topics(self._library, interaction, current)


async def setup(client: StudyhallClient) -> None:
    """Add the cogs."""
    await client.add_cog(QuizGroup(client.app.quizzes, client.app.library, client.app.poster))
    await client.add_cog(Questions(client.app.quizzes, client.app.library))
