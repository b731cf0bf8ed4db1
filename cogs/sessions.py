"""Studying alone: `/practice`, `/review`, and the buttons of their cards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.access import Who
from bot.client import Interaction
from bot.domain.questions import DIFFICULTIES, Difficulty
from bot.errors import RefusedError
from bot.study.library import Library
from bot.study.practices import Practices
from bot.study.reminders import Reminders
from bot.study.reviews import Reviews
from bot.study.servers import Servers
from bot.study.sessions import Sessions
from bot.study.steps import Answered, Asking, NothingDue, Over, Unfinished, Wish
from cogs.cards.sessions import (
    HINT,
    NEXT,
    PICK,
    PRACTICE,
    QUESTIONS,
    REVIEW,
    STOP,
    SUBMIT,
    SURE,
    TICK,
    WHY,
    answered_card,
    item_card,
)
from cogs.cards.summaries import nothing_due_card, over_card, unfinished_card
from cogs.channels import answer_privately, is_direct
from cogs.choices import matching_banks, matching_topics

if TYPE_CHECKING:
    from bot.client import StudyhallClient

_MOST_QUESTIONS = 50


class SessionCog(commands.Cog, name="Sessions"):
    """Practice and review."""

    def __init__(
        self,
        practices: Practices,
        reviews: Reviews,
        sessions: Sessions,
        reminders: Reminders,
        servers: Servers,
        library: Library,
    ) -> None:
        self._practices = practices
        self._reviews = reviews
        self._sessions = sessions
        self._reminders = reminders
        self._servers = servers
        self._library = library

    @app_commands.command(description="Practises with you in private, at your own pace")
    @app_commands.describe(
        topic="What about; everything if you leave it out",
        questions="How many, 10 if you leave it out",
        difficulty="Only easy, medium or hard ones",
        bank="Which collection of questions",
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def practice(
        self,
        interaction: Interaction,
        topic: str | None = None,
        questions: app_commands.Range[int, 1, _MOST_QUESTIONS] = QUESTIONS,
        difficulty: Difficulty | None = None,
        bank: str | None = None,
    ) -> None:
        """Begin a practice, or offer to go on with one."""
        await self._practise(
            interaction, self._practices.wish(interaction.guild_id, bank, topic, difficulty, questions)
        )
        await self._tell(interaction)

    @practice.autocomplete("topic")
    async def _topics(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return matching_topics(self._servers, interaction, current)

    @practice.autocomplete("bank")
    async def _banks(self, _: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return matching_banks(self._library, current)

    async def begin(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """A button that begins a practice."""
        scope, place, questions, instead_of = numbers
        if place > len(DIFFICULTIES) or not 1 <= questions <= _MOST_QUESTIONS:
            raise RefusedError("This button is from an older version of me. `/practice` begins a practice.")
        difficulty = DIFFICULTIES[place - 1] if place else None
        wish = await self._practices.wish_about(interaction.guild_id, scope, difficulty, questions)
        await self._practise(interaction, wish, instead_of=instead_of, beside=not instead_of)

    async def _practise(
        self, interaction: Interaction, wish: Wish, *, instead_of: int = 0, beside: bool = False
    ) -> None:
        step = await self._practices.practise(
            interaction.user.id, interaction.guild_id, wish, interaction.created_at, instead_of=instead_of
        )
        await self._show(interaction, step, beside=beside)

    @app_commands.command(description="Asks what you are about to forget, in private")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def review(self, interaction: Interaction) -> None:
        """Begin today's review, or go on with it."""
        await self.go_review(interaction, [0, 0])
        await self._tell(interaction)

    async def _tell(self, interaction: Interaction) -> None:
        """What the member could not be told in a direct message."""
        note = await self._reminders.take_note(interaction.user.id)
        if note is not None:
            await interaction.followup.send(note, ephemeral=not is_direct(interaction))

    async def go_review(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """A button that begins a review."""
        only_new, beside = map(bool, numbers)
        step = await self._reviews.review(
            interaction.user.id, interaction.guild_id, interaction.created_at, only_new=only_new
        )
        await self._show(interaction, step, beside=beside)

    async def go_on(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """What comes next."""
        step = await self._sessions.go_on(
            numbers[0], interaction.user.id, interaction.guild_id, interaction.created_at
        )
        await self._show(interaction, step)

    async def stop(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """The end of a session."""
        over = await self._sessions.stop(numbers[0], interaction.user.id, interaction.created_at)
        await self._show(interaction, over)

    async def pick(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """The answer where one option is right."""
        item_id, place = numbers
        step = await self._sessions.answer(
            item_id, interaction.user.id, interaction.guild_id, [place], interaction.created_at
        )
        await self._show(interaction, step)

    async def submit(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """The answer where several are right."""
        step = await self._sessions.submit(
            numbers[0], interaction.user.id, interaction.guild_id, interaction.created_at
        )
        await self._show(interaction, step)

    async def tick(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """A tick where several options are right."""
        item_id, place, ticked = numbers
        step = await self._sessions.tick(
            item_id, interaction.user.id, place, bool(ticked), interaction.created_at
        )
        await self._show(interaction, step)

    async def hint(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """A hint, on the card itself."""
        item_id, hints = numbers
        step = await self._sessions.hint(
            item_id, interaction.user.id, interaction.guild_id, hints, interaction.created_at
        )
        await self._show(interaction, step)

    async def explain(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """All options of a question that was answered."""
        step = await self._sessions.question(numbers[0], interaction.user.id, interaction.created_at)
        await self._show(interaction, step, in_full=True)

    async def set_sure(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """How sure the member was."""
        item_id, sure = numbers
        step = await self._sessions.set_sure(item_id, interaction.user.id, bool(sure))
        await self._show(interaction, step)

    async def _show(
        self,
        interaction: Interaction,
        step: Asking | Answered | Over | Unfinished | NothingDue,
        *,
        in_full: bool = False,
        beside: bool = False,
    ) -> None:
        catalog = self._library.catalog
        match step:
            case Asking():
                card = item_card(step, catalog.topic_title(step.item.question))
            case Answered():
                card = answered_card(step, in_full=in_full)
            case Over():
                card = over_card(step, catalog)
            case Unfinished():
                card = unfinished_card(step, catalog)
            case NothingDue():
                card = nothing_due_card(step)
        await answer_privately(interaction, card, anew=beside)


async def setup(client: StudyhallClient) -> None:
    """Add the cog."""
    app = client.app
    cog = SessionCog(app.practices, app.reviews, app.sessions, app.reminders, app.servers, app.library)
    client.answer_buttons(PRACTICE, 4, cog.begin)
    client.answer_buttons(REVIEW, 2, cog.go_review)
    client.answer_buttons(NEXT, 1, cog.go_on, Who.OWNER)
    client.answer_buttons(STOP, 1, cog.stop, Who.OWNER)
    client.answer_buttons(PICK, 2, cog.pick, Who.OWNER)
    client.answer_buttons(TICK, 3, cog.tick, Who.OWNER)
    client.answer_buttons(SUBMIT, 1, cog.submit, Who.OWNER)
    client.answer_buttons(HINT, 2, cog.hint, Who.OWNER)
    client.answer_buttons(WHY, 1, cog.explain, Who.OWNER)
    client.answer_buttons(SURE, 2, cog.set_sure, Who.OWNER)
    await client.add_cog(cog)
