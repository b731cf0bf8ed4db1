"""Posts the cards of rounds and quizzes."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import discord

from bot.clock import Clock
from bot.domain.quizzes import Quiz, QuizResult
from bot.domain.rounds import Round, RoundResult
from bot.study.library import Library
from bot.study.servers import Servers
from cogs.cards.names import Names
from cogs.cards.questions import closed_card, question_card
from cogs.cards.results import result_card, scoreboard_card
from cogs.channels import Channels

log = logging.getLogger(__name__)

_TOKEN_LIFE = timedelta(minutes=14)
"""An interaction can be followed up for 15 minutes."""


class DiscordPoster:
    """The `Poster` on Discord."""

    def __init__(self, channels: Channels, servers: Servers, library: Library, clock: Clock) -> None:
        self._channels = channels
        self._servers = servers
        self._library = library
        self._clock = clock
        self._followups: dict[tuple[int, int], tuple[datetime, discord.Webhook]] = {}

    async def post_question(self, round_: Round) -> int:
        """See `Poster`."""
        return await self._channels.send(
            round_.channel_id, question_card(round_, self._topic(round_), 0), f"q{round_.id}"
        )

    async def show_tally(self, round_: Round, answered: int) -> None:
        """See `Poster`."""
        await self._channels.edit(
            round_.channel_id, round_.message_id, question_card(round_, self._topic(round_), answered)
        )

    async def show_closed(self, round_: Round, result: RoundResult) -> None:
        """See `Poster`."""
        await self._channels.edit(
            round_.channel_id, round_.message_id, closed_card(round_, self._topic(round_), result)
        )

    async def post_result(self, round_: Round, result: RoundResult, *, more: bool) -> None:
        """See `Poster`."""
        card = result_card(round_, result, self._names(round_.guild_id), more=more)
        await self._channels.send(round_.channel_id, card, f"r{round_.id}")

    async def post_scoreboard(self, quiz: Quiz, result: QuizResult) -> None:
        """See `Poster`."""
        card = scoreboard_card(quiz, result, self._names(quiz.guild_id))
        await self._channels.send(quiz.channel_id, card, f"s{quiz.id}")

    def remember_starter(self, quiz: Quiz, followup: discord.Webhook) -> None:
        """Keep the way to reach whoever started a quiz in private, as long as Discord allows it."""
        now = self._clock.now()
        self._followups = {key: kept for key, kept in self._followups.items() if now - kept[0] < _TOKEN_LIFE}
        self._followups[quiz.channel_id, quiz.starter_id] = (now, followup)

    def follows(self, channel_id: int, member_id: int) -> bool:
        """Whether somebody has started a quiz here and is to be reached if need be: their clicks are to be `seen`."""
        return (channel_id, member_id) in self._followups

    def seen(self, interaction: discord.Interaction[Any]) -> None:
        """Somebody is still there: if they started a quiz here, they can be reached for longer."""
        key = (interaction.channel_id or 0, interaction.user.id)
        if self.follows(*key):
            self._followups[key] = (self._clock.now(), interaction.followup)

    async def tell_starter(self, quiz: Quiz, sentence: str) -> bool:
        """See `Poster`."""
        at, followup = self._followups.get((quiz.channel_id, quiz.starter_id), (None, None))
        if at is None or followup is None or self._clock.now() - at >= _TOKEN_LIFE:
            return False
        try:
            await followup.send(sentence, ephemeral=True)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning(
                "Whoever started quiz %d could not be told: %s", quiz.id, error, extra={"quiz": quiz.id}
            )
            return False
        return True

    def _names(self, guild_id: int) -> Names:
        return Names(self._servers.choices(guild_id).hides_names)

    def _topic(self, round_: Round) -> str:
        return self._library.catalog.topic_title(round_.question)
