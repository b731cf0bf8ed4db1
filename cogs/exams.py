"""Mock exams: `/exam …` and the buttons of their cards."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.access import Who
from bot.client import Interaction
from bot.domain.exams import Report
from bot.domain.questions import FEWEST_EXAM_QUESTIONS, LONGEST_EXAM, MOST_EXAM_QUESTIONS, SHORTEST_EXAM
from bot.errors import RefusedError
from bot.study.exam_states import ExamState, Preparation, Sitting
from bot.study.exams import Exams
from bot.study.library import Library
from bot.study.servers import Servers
from cogs.cards.exam_reports import (
    IN_REVIEW,
    PICTURE,
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
from cogs.channels import answer_privately, defer_privately
from cogs.choices import matching_banks, matching_topic_lists
from cogs.cooldowns import Cooldown

if TYPE_CHECKING:
    from bot.client import StudyhallClient

log = logging.getLogger(__name__)

_TOKEN_LIFE = timedelta(minutes=14)
"""A message can be edited through an interaction for 15 minutes."""


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class ExamGroup(
    commands.GroupCog, name="Exams", group_name="exam", group_description="Mock exams, in private"
):
    """`/exam …` and all that happens on its cards."""

    def __init__(
        self, exams: Exams, servers: Servers, library: Library, pictures: Pictures, cooldown: Cooldown
    ) -> None:
        """`cooldown` is for pictures."""
        self._exams = exams
        self._servers = servers
        self._library = library
        self._pictures = pictures
        self._cooldown = cooldown
        self._seen: dict[int, Interaction] = {}
        """By exam: the last interaction that showed a question of it, as the way to the card."""

    @app_commands.command(
        description="Prepares a timed mock exam for you, or leads back to the one you are in"
    )
    @app_commands.describe(
        questions=f"How many questions ({FEWEST_EXAM_QUESTIONS} to {MOST_EXAM_QUESTIONS}); as the bank says if you leave it out",
        minutes=f"How long it takes ({SHORTEST_EXAM} to {LONGEST_EXAM}); fitting the questions if you leave it out",
        topics="What about: one or several topics with commas between them; everything if you leave it out",
        bank="Which collection of questions; the usual one if you leave it out",
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
        return matching_topic_lists(self._servers, interaction, current)

    @start.autocomplete("bank")
    async def _banks(self, _: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return matching_banks(self._library, current)

    @app_commands.command(description="Shows your past mock exams, and how they went over time")
    async def history(self, interaction: Interaction) -> None:
        """The past exams, the newest first."""
        await self.turn_history(interaction, [0])

    async def turn_history(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """A page of the past exams."""
        with self._cooldown.use(interaction):
            await self._show_history(interaction, numbers[0])

    async def _show_history(self, interaction: Interaction, page: int) -> None:
        await defer_privately(interaction)
        exams, running = await self._exams.history(interaction.user.id, interaction.created_at)
        chart = history_chart(exams)
        picture = await self._pictures.exam_history(chart) if chart else None
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
        """An option is ticked, or not any more."""
        exam_id, position, place, ticked = numbers
        await self._act(interaction, exam_id, position, place=place, ticked=bool(ticked))

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
        state = await self._exams.act(
            exam_id, interaction.user.id, interaction.created_at, position, **changes
        )
        await self._show(interaction, state)

    async def submit(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """The end, or the question whether it is to be."""
        exam_id, sure = numbers
        await defer_privately(interaction)  # grading and drawing may take longer than an interaction may wait
        state = await self._exams.submit(
            exam_id, interaction.user.id, interaction.created_at, sure=bool(sure)
        )
        if isinstance(state, Report):
            await self._show(interaction, state)
        else:
            self._remember(exam_id, interaction)
            await answer_privately(interaction, confirmation_card(state))

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
        state = await self._exams.set_in_review(
            exam_id, interaction.user.id, interaction.created_at, in_review=bool(in_review)
        )
        await self._show(interaction, state)

    async def wrong(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """A page of what was not right."""
        exam_id, page = numbers
        found = await self._exams.wrong(
            exam_id, interaction.user.id, interaction.guild_id, interaction.created_at, page
        )
        if isinstance(found, Sitting):
            await self._show(interaction, found)
        else:
            topic = self._library.catalog.topic_title(found.item.question)
            await answer_privately(interaction, wrong_card(found, topic))

    async def time_up(self, report: Report, now: datetime) -> None:
        """Let the card of an exam that time has ended become its report, while Discord still allows it."""
        interaction = self._seen.pop(report.exam.id, None)
        if interaction is None or now - interaction.created_at >= _TOKEN_LIFE:
            return
        try:
            await self._show_report(interaction, report)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning(
                "The card of exam %d still looks as if it were running: %s",
                report.exam.id,
                error,
                extra={"exam": report.exam.id},
            )

    async def _show(self, interaction: Interaction, state: ExamState) -> None:
        if isinstance(state, Report):
            self._seen.pop(state.exam.id, None)
            await defer_privately(interaction)  # drawing
            await self._show_report(interaction, state)
            return
        self._remember(state.exam.id, interaction)
        item = state.front
        await answer_privately(interaction, question_card(state, item) if item else overview_card(state))

    def _remember(self, exam_id: int, interaction: Interaction) -> None:
        oldest = interaction.created_at - _TOKEN_LIFE
        self._seen = {key: seen for key, seen in self._seen.items() if seen.created_at > oldest}
        self._seen[exam_id] = interaction

    async def _show_report(self, interaction: Interaction, report: Report) -> None:
        picture = None
        with contextlib.suppress(RefusedError), self._cooldown.use(interaction):
            picture = await self._pictures.exam_topics(topics_chart(report))
        card = report_card(report, self._library.catalog, with_picture=picture is not None)
        await _answer(interaction, card, picture)


async def _answer(interaction: Interaction, card: ui.LayoutView, picture: bytes | None) -> None:
    await answer_privately(interaction, card, picture=(PICTURE, picture) if picture else None)


async def setup(client: StudyhallClient) -> None:
    """Add the cog."""
    app = client.app
    cog = ExamGroup(app.exams, app.servers, app.library, app.pictures, app.cooldowns.pictures)
    app.exams.watch(cog.time_up)
    client.answer_buttons(BEGIN, 1, cog.begin, Who.OWNER)
    client.answer_buttons(PICK, 4, cog.pick, Who.OWNER)
    client.answer_buttons(GO, 2, cog.go, Who.OWNER)
    client.answer_buttons(FLAG, 3, cog.flag, Who.OWNER)
    client.answer_buttons(OVERVIEW, 1, cog.overview, Who.OWNER)
    client.answer_buttons(JUMP, 2, cog.jump, Who.OWNER)
    client.answer_buttons(SUBMIT, 2, cog.submit, Who.OWNER)
    client.answer_buttons(SHOW, 1, cog.show, Who.OWNER)
    client.answer_buttons(WRONG_ANSWERS, 2, cog.wrong, Who.OWNER)
    client.answer_buttons(IN_REVIEW, 2, cog.set_review, Who.OWNER)
    client.answer_buttons(HISTORY, 1, cog.turn_history)
    await client.add_cog(cog)
