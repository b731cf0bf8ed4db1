"""Mock exams: `/exam …` and the buttons of their cards."""

from __future__ import annotations

import io
import logging
from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.client import Interaction
from bot.domain.exams import Report
from bot.domain.questions import FEWEST_EXAM_QUESTIONS, LONGEST_EXAM, MOST_EXAM_QUESTIONS, SHORTEST_EXAM
from bot.errors import RefusedError
from bot.study.exam_papers import named_topics
from bot.study.exams import Exams, Preparation, Sitting, View
from bot.study.library import Library
from cogs.cards.exam_reports import (
    PICTURE,
    REVIEW,
    WRONG_ANSWERS,
    history_card,
    history_chart,
    report_card,
    topics_chart,
    wrong_card,
)
from cogs.cards.exams import (
    BEGIN,
    FLAG,
    GO,
    HISTORY,
    JUMP,
    OVERVIEW,
    PICK,
    SHOW,
    SUBMIT,
    confirmation_card,
    overview_card,
    preparation_card,
    question_card,
)
from cogs.cards.pictures import Pictures
from cogs.channels import answer_privately, is_direct
from cogs.choices import matching, matching_banks

if TYPE_CHECKING:
    from bot.client import StudyhallClient

log = logging.getLogger(__name__)

_TOKEN_LIFE = timedelta(minutes=14)
"""A message can be edited through an interaction for 15 minutes."""

_LONGEST_CHOICE = 100
_MOST_CHOICES = 25


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class ExamGroup(
    commands.GroupCog, name="Exams", group_name="exam", group_description="Mock exams, in private"
):
    """`/exam …` and all that happens on its cards."""

    def __init__(self, exams: Exams, library: Library, pictures: Pictures) -> None:
        self._exams = exams
        self._library = library
        self._pictures = pictures
        self._seen: dict[int, Interaction] = {}
        """By exam: the last interaction that showed a question of it, as the way to the card."""

    @app_commands.command(
        description="Prepares a timed mock exam for you, or leads back to the one you are in"
    )
    @app_commands.describe(
        questions=f"How many questions ({FEWEST_EXAM_QUESTIONS} to {MOST_EXAM_QUESTIONS}); as the bank says if you leave it out",
        minutes=f"How long it takes ({SHORTEST_EXAM} to {LONGEST_EXAM}); fitting the questions if you leave it out",
        topics="What about: one or several topics with commas between them; everything if you leave it out",
        bank="Which collection of questions; the first one if you leave it out",
    )
    async def start(
        self,
        interaction: Interaction,
        questions: app_commands.Range[int, FEWEST_EXAM_QUESTIONS, MOST_EXAM_QUESTIONS] | None = None,
        minutes: app_commands.Range[int, SHORTEST_EXAM, LONGEST_EXAM] | None = None,
        topics: str = "",
        bank: str | None = None,
    ) -> None:
        """Prepare an exam, or show the one that runs."""
        found = await self._exams.start(
            interaction.user.id,
            interaction.guild_id,
            interaction.created_at,
            bank=bank,
            topics=topics,
            questions=questions,
            minutes=minutes,
        )
        if isinstance(found, Preparation):
            await answer_privately(interaction, preparation_card(found))
        else:
            await self._show(interaction, found)

    @start.autocomplete("topics")
    async def _topics(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        try:
            bank = self._library.bank(getattr(interaction.namespace, "bank", None) or None)
        except RefusedError:
            return []
        there = {topic.id: topic.title for topic in bank.topics_with_questions}
        *chosen, typed = named_topics(bank, current)
        if typed in there:  # a choice that was taken from the list comes back as it was shown
            chosen, typed = [*chosen, typed], ""
        if not all(name in there for name in chosen):
            chosen, typed = [], current  # the beginning of a title that holds a comma
        chosen = list(dict.fromkeys(chosen))
        left = [(id_, title) for id_, title in there.items() if id_ not in chosen]
        taken = [app_commands.Choice(name=", ".join(chosen), value=",".join(chosen))] if chosen else []
        more = [
            # what is shown can be read again, since Discord hands it back when one goes on typing
            app_commands.Choice(
                name=", ".join([*chosen, choice.name]), value=",".join([*chosen, choice.value])
            )
            for choice in matching(left, typed.strip())
        ]
        return [
            choice
            for choice in [*taken, *more]
            if len(choice.name) <= _LONGEST_CHOICE and len(choice.value) <= _LONGEST_CHOICE
        ][:_MOST_CHOICES]

    @start.autocomplete("bank")
    async def _banks(self, _: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return matching_banks(self._library, current)

    @app_commands.command(description="Shows your past mock exams, and how they went over time")
    async def history(self, interaction: Interaction) -> None:
        """The past exams, the newest first."""
        await self.turn_history(interaction, [0])

    async def turn_history(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """A page of the past exams."""
        (page,) = numbers
        await _defer(interaction)
        exams, running = await self._exams.history(interaction.user.id, interaction.created_at)
        chart = history_chart(exams)
        picture = await self._drawn(self._pictures.exam_history(chart)) if chart else None
        card = history_card(exams, running, page, self._library.catalog, with_picture=picture is not None)
        await _answer(interaction, card, picture)

    # an exam that runs

    async def begin(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """The time starts."""
        (exam_id,) = numbers
        await self._show(
            interaction, await self._exams.begin(exam_id, interaction.user.id, interaction.created_at)
        )

    async def pick(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Options are chosen."""
        exam_id, position, mask = numbers
        await self._act(interaction, exam_id, position, mask=mask)

    async def flag(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """A question is flagged, or not any more."""
        exam_id, position, flagged = numbers
        await self._act(interaction, exam_id, position, flagged=bool(flagged))

    async def go(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Another question."""
        exam_id, position = numbers
        await self._act(interaction, exam_id, position)

    async def jump(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Another question, by a select."""
        data: Any = interaction.data or {}
        values = data.get("values") or [""]
        if not str(values[0]).isdecimal():
            raise RefusedError("Choose a question from the list.")
        await self._act(interaction, numbers[0], int(values[0]))

    async def overview(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """The overview."""
        await self._act(interaction, numbers[0], None)

    async def _act(
        self, interaction: Interaction, exam_id: int, position: int | None, **changes: Any
    ) -> None:
        view = await self._exams.act(
            exam_id, interaction.user.id, interaction.created_at, position, **changes
        )
        await self._show(interaction, view)

    async def submit(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """The end, or the question whether it is to be."""
        exam_id, sure = numbers
        await _defer(interaction)  # grading and drawing may take longer than an interaction may wait
        view = await self._exams.submit(exam_id, interaction.user.id, interaction.created_at, sure=bool(sure))
        if isinstance(view, Report):
            await self._show(interaction, view)
        else:
            self._remember(exam_id, interaction)
            await _answer(interaction, confirmation_card(view))

    # an exam that is over

    async def show(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """The report, or the exam as it is."""
        (exam_id,) = numbers
        await self._show(
            interaction, await self._exams.look(exam_id, interaction.user.id, interaction.created_at)
        )

    async def set_review(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """What was not right is reviewed, or not."""
        exam_id, in_review = numbers
        view = await self._exams.set_in_review(
            exam_id, interaction.user.id, interaction.created_at, in_review=bool(in_review)
        )
        await self._show(interaction, view)

    async def wrong(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """A page of what was not right."""
        exam_id, page = numbers
        view = await self._exams.look(exam_id, interaction.user.id, interaction.created_at)
        if isinstance(view, Sitting):
            await self._show(interaction, view)
        elif not 1 <= page <= len(view.missed):
            raise RefusedError("There is no such page. Press **Report** for those that there are.")
        else:
            topic = self._library.catalog.topic_title(view.missed[page - 1].question)
            await _answer(interaction, wrong_card(view, page, topic))

    async def time_up(self, report: Report, now: datetime) -> None:
        """Let the card of an exam that time has ended become its report, while Discord still allows it."""
        interaction = self._seen.pop(report.exam.id, None)
        if interaction is None or now - interaction.created_at >= _TOKEN_LIFE:
            return
        try:
            await _edit(interaction, *await self._report(report))
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning("The card of exam %d still looks as if it were running: %s", report.exam.id, error)

    async def _show(self, interaction: Interaction, view: View) -> None:
        if isinstance(view, Report):
            self._seen.pop(view.exam.id, None)
            await _defer(interaction)  # drawing
            await _answer(interaction, *await self._report(view))
            return
        self._remember(view.exam.id, interaction)
        item = view.front
        await _answer(interaction, question_card(view, item) if item else overview_card(view))

    def _remember(self, exam_id: int, interaction: Interaction) -> None:
        oldest = interaction.created_at - _TOKEN_LIFE
        self._seen = {key: seen for key, seen in self._seen.items() if seen.created_at > oldest}
        self._seen[exam_id] = interaction

    async def _report(self, report: Report) -> tuple[ui.LayoutView, bytes | None]:
        picture = await self._drawn(self._pictures.exam_topics(topics_chart(report)))
        return report_card(report, self._library.catalog, with_picture=picture is not None), picture

    async def _drawn(self, drawing: Awaitable[bytes]) -> bytes | None:
        try:
            return await drawing
        except OSError:
            # matplotlib needs a folder to write to, if only a temporary one
            log.exception("A picture of mock exams could not be drawn; the numbers are shown without it")
            return None


async def _defer(interaction: Interaction) -> None:
    """Tell Discord that the answer comes, if it has not been told."""
    if interaction.response.is_done():
        return
    message, direct = interaction.message, is_direct(interaction)
    in_place = message is not None and (message.flags.ephemeral or direct)
    await interaction.response.defer(ephemeral=not direct, thinking=not in_place)


async def _answer(interaction: Interaction, card: ui.LayoutView, picture: bytes | None = None) -> None:
    """Answer in private, in place where there is a card already."""
    if interaction.response.is_done():
        await _edit(interaction, card, picture)
    else:
        await answer_privately(interaction, card)


async def _edit(interaction: Interaction, card: ui.LayoutView, picture: bytes | None) -> None:
    files = [discord.File(io.BytesIO(picture), PICTURE)] if picture else []
    await interaction.edit_original_response(view=card, attachments=files)


async def setup(client: StudyhallClient) -> None:
    """Add the cog."""
    app = client.app
    cog = ExamGroup(app.exams, app.library, app.pictures)
    app.exams.watch(cog.time_up)
    client.answer_buttons(BEGIN, 1, cog.begin)
    client.answer_buttons(PICK, 3, cog.pick)
    client.answer_buttons(GO, 2, cog.go)
    client.answer_buttons(FLAG, 3, cog.flag)
    client.answer_buttons(OVERVIEW, 1, cog.overview)
    client.answer_buttons(JUMP, 2, cog.jump)
    client.answer_buttons(SUBMIT, 2, cog.submit)
    client.answer_buttons(SHOW, 1, cog.show)
    client.answer_buttons(WRONG_ANSWERS, 2, cog.wrong)
    client.answer_buttons(REVIEW, 2, cog.set_review)
    client.answer_buttons(HISTORY, 1, cog.turn_history)
    await client.add_cog(cog)
