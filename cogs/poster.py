"""Posts and edits messages for the study rooms, and says in our words why Discord refused."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import discord
from discord import ui

from bot.clock import Clock
from bot.domain.quizzes import Quiz, QuizResult
from bot.domain.rounds import Round, RoundResult
from bot.errors import MessageGoneError, PostFailedError, PostRefusedError
from bot.study.library import Library
from cogs.cards.questions import closed_card, question_card
from cogs.cards.results import result_card, scoreboard_card

log = logging.getLogger(__name__)

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes
_UNKNOWN_MESSAGE = 10008
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500

_TOKEN_LIFE = timedelta(minutes=14)
"""An interaction can be followed up for 15 minutes."""


@contextlib.contextmanager
def _in_our_words(channel_id: int) -> Iterator[None]:
    try:
        yield
    except discord.NotFound as error:
        if error.code == _UNKNOWN_MESSAGE:
            raise MessageGoneError("The message was deleted.") from error
        raise PostRefusedError(
            f"The channel (id {channel_id}) is gone, or I can no longer see it. Use another one, or let me see it again."
        ) from error
    except discord.Forbidden as error:
        raise PostRefusedError(
            f"I am not allowed to post in <#{channel_id}>. Please give my role the permissions View Channel and "
            "Send Messages there (in threads: Send Messages in Threads), then start again."
        ) from error
    except discord.HTTPException as error:
        if error.status >= _SERVER_ERROR or error.status == _TOO_MANY_REQUESTS:
            raise PostFailedError(
                f"Discord has trouble at the moment (error {error.status}). Try again in a few minutes."
            ) from error
        raise PostRefusedError(
            f"Discord refused the message: {error.text or error.status}. Please tell whoever runs this bot."
        ) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise PostFailedError("Discord could not be reached. Try again in a few minutes.") from error


class DiscordPoster:
    """The `Poster` on Discord."""

    def __init__(self, client: discord.Client, library: Library, clock: Clock, namespace: str) -> None:
        """`namespace` keeps the nonces of one database from meaning messages of another."""
        self._client = client
        self._library = library
        self._clock = clock
        self._namespace = namespace
        self._followups: dict[tuple[int, int], tuple[datetime, discord.Webhook]] = {}

    async def post_question(self, round_: Round) -> int:
        """See `Poster`."""
        return await self._send(
            round_.channel_id, question_card(round_, self._topic(round_), 0), f"q{round_.id}"
        )

    async def show_tally(self, round_: Round, answered: int) -> None:
        """See `Poster`."""
        await self._edit(round_, question_card(round_, self._topic(round_), answered))

    async def show_closed(self, round_: Round, result: RoundResult) -> None:
        """See `Poster`."""
        await self._edit(round_, closed_card(round_, self._topic(round_), result))

    async def post_result(self, round_: Round, result: RoundResult, *, more: bool) -> None:
        """See `Poster`."""
        await self._send(round_.channel_id, result_card(round_, result, more=more), f"r{round_.id}")

    async def post_scoreboard(self, quiz: Quiz, result: QuizResult) -> None:
        """See `Poster`."""
        await self._send(quiz.channel_id, scoreboard_card(quiz, result), f"s{quiz.id}")

    def remember_starter(self, quiz: Quiz, followup: discord.Webhook) -> None:
        """Keep the way to reach whoever started a quiz in private, as long as Discord allows it."""
        now = self._clock.now()
        self._followups = {key: kept for key, kept in self._followups.items() if now - kept[0] < _TOKEN_LIFE}
        self._followups[quiz.channel_id, quiz.starter_id] = (now, followup)

    def seen(self, interaction: discord.Interaction[Any]) -> None:
        """Somebody is still there: if they started a quiz here, they can be reached for longer."""
        key = (interaction.channel_id or 0, interaction.user.id)
        if key in self._followups:
            self._followups[key] = (self._clock.now(), interaction.followup)

    async def tell_starter(self, quiz: Quiz, sentence: str) -> bool:
        """See `Poster`."""
        at, followup = self._followups.get((quiz.channel_id, quiz.starter_id), (None, None))
        if at is None or followup is None or self._clock.now() - at >= _TOKEN_LIFE:
            return False
        try:
            await followup.send(sentence, ephemeral=True)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning("Whoever started quiz %d could not be told: %s", quiz.id, error)
            return False
        return True

    def _topic(self, round_: Round) -> str:
        return self._library.catalog.topic_title(round_.question)

    async def _send(self, channel_id: int, view: ui.LayoutView, nonce: str) -> int:
        # with the nonce, a repeated request within a few minutes gives the message of the first one
        with _in_our_words(channel_id):
            message = await self._client.get_partial_messageable(channel_id).send(
                view=view, nonce=f"{self._namespace}-{nonce}"
            )
        return message.id

    async def _edit(self, round_: Round, view: ui.LayoutView) -> None:
        if round_.message_id is None:
            return
        with _in_our_words(round_.channel_id):
            channel = self._client.get_partial_messageable(round_.channel_id)
            await channel.get_partial_message(round_.message_id).edit(view=view)
