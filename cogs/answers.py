"""Clicks on options, and looking back at them."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.buttons import Click
from bot.client import Interaction
from bot.domain.questions import from_mask
from bot.domain.rounds import Round
from bot.errors import RefusedError
from bot.study.answers import Explanations
from bot.study.open_rounds import OpenRounds
from bot.study.rounds import Rounds
from cogs.cards.questions import ANSWER, SHEET, SUBMIT, answer_sheet
from cogs.cards.verdicts import explanation_card, reply_card
from cogs.channels import answer_privately
from cogs.poster import DiscordPoster
from cogs.ready import ReadyVerdicts

if TYPE_CHECKING:
    from bot.client import StudyhallClient


class Answers(commands.Cog):
    """Answers clicks on options."""

    def __init__(
        self, rounds: Rounds, open_rounds: OpenRounds, explanations: Explanations, poster: DiscordPoster
    ) -> None:
        self._rounds = rounds
        self._open = open_rounds
        self._poster = poster
        self._explanations = explanations
        self._verdicts = ReadyVerdicts()

    async def click(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """An option of a card: the answer, or the first tick where several are to be chosen."""
        round_id, place = numbers
        round_ = self._answerable(interaction, round_id)
        if round_ is not None and round_.question.choose > 1:
            await self._show_sheet(interaction, round_, 0, place)
        else:
            await self._answer(interaction, round_id, [place])

    async def tick(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Tick or untick an option on the private sheet."""
        round_id, mask, place = numbers
        round_ = self._answerable(interaction, round_id)
        if round_ is not None:
            await self._show_sheet(interaction, round_, mask, place)
        else:
            # tells that the round is over, or which answer stands
            await self._answer(interaction, round_id, [])

    def _answerable(self, interaction: Interaction, round_id: int) -> Round | None:
        return self._open.answerable(
            round_id, interaction.guild_id or 0, interaction.user.id, interaction.channel_id
        )

    async def _show_sheet(self, interaction: Interaction, round_: Round, mask: int, place: int) -> None:
        """The private sheet, with one tick changed."""
        options = len(round_.order)
        if place >= options or mask >= 1 << options:
            raise RefusedError(
                "This button does not belong to this question. Click a letter on its card again."
            )
        await answer_privately(interaction, answer_sheet(round_, from_mask(mask) ^ {place}))

    async def submit(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Answer with what is ticked on the private sheet."""
        round_id, mask = numbers
        await self._answer(interaction, round_id, from_mask(mask))

    async def _answer(self, interaction: Interaction, round_id: int, places: Iterable[int]) -> None:
        reply = await self._rounds.answer(
            round_id,
            interaction.guild_id or 0,
            interaction.user.id,
            places,
            interaction.created_at,
            interaction.channel_id,
        )
        following = self._open.following(reply.round, interaction.user.id)
        await answer_privately(interaction, reply_card(reply, following))
        self._poster.seen(interaction)

    def click_fast(self, click: Click) -> Coroutine[Any, Any, bytes] | None:
        """The same as `click`, where that is an answer at once."""
        round_id, place = click.numbers
        state = self._open.find(round_id)
        if state is not None and state.round.question.choose > 1:
            return None
        return self._answer_fast(click, [place])

    def submit_fast(self, click: Click) -> Coroutine[Any, Any, bytes] | None:
        """The same as `submit`."""
        return self._answer_fast(click, from_mask(click.numbers[1]))

    def _answer_fast(self, click: Click, places: Iterable[int]) -> Coroutine[Any, Any, bytes] | None:
        if self._poster.follows(click.channel_id, click.member_id):
            return None  # it takes more of a click than an answer does
        return self._fast_body(click, places)

    async def _fast_body(self, click: Click, places: Iterable[int]) -> bytes:
        round_id = click.numbers[0]
        reply = await self._rounds.answer(
            round_id, click.guild_id, click.member_id, places, click.at, click.channel_id
        )
        following = self._open.following(reply.round, click.member_id)
        return self._verdicts.body(reply, following, in_place=click.in_place)

    @app_commands.command(description="Shows again why each option of your last question is right or wrong")
    @app_commands.guild_only()
    async def explain(self, interaction: Interaction) -> None:
        """The full explanation of the member's last question in this channel."""
        round_, answer, voided = await self._explanations.last(
            interaction.guild_id or 0, interaction.channel_id or 0, interaction.user.id
        )
        await interaction.response.send_message(
            view=explanation_card(round_, answer, voided=voided), ephemeral=True
        )

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """A card may be gone."""
        await self._rounds.message_deleted(event.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Several cards may be gone."""
        for message_id in event.message_ids:
            await self._rounds.message_deleted(message_id)


async def setup(client: StudyhallClient) -> None:
    """Add the cog."""
    cog = Answers(client.app.rounds, client.app.open_rounds, client.app.explanations, client.app.poster)
    client.answer_buttons(ANSWER, 2, cog.click, in_server=True, fast=cog.click_fast)
    client.answer_buttons(SHEET, 3, cog.tick, in_server=True)
    client.answer_buttons(SUBMIT, 2, cog.submit, in_server=True, fast=cog.submit_fast)
    await client.add_cog(cog)
