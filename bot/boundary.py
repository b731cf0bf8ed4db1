"""Where every error of a command, button or form ends."""

from __future__ import annotations

import logging
import secrets
from enum import StrEnum
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.errors import StorageError, StudyhallError

log = logging.getLogger(__name__)

_TOO_LATE = 10062
_ANSWERED_TWICE = 40060
_BAD_REQUEST = 400
_LONGEST_CONTENT = 2000


class Outcome(StrEnum):
    """How an interaction ended."""

    ANSWERED = "answered"
    REFUSED = "refused"
    """With a sentence that says what to do next."""
    FAILED = "failed"
    """With an error that nobody expected, or with trouble of the database or at Discord."""
    LATE = "late"
    """Discord took no answer any more, or had one already."""


async def answer_error(interaction: discord.Interaction[Any], error: Exception) -> Outcome:
    """Answer whoever has caused an error, in private; how their interaction ended."""
    outcome = Outcome.REFUSED
    if isinstance(error, StudyhallError):
        sentence = str(error)
        if isinstance(error, StorageError):
            outcome = Outcome.FAILED
    elif isinstance(error, app_commands.MissingPermissions):
        missing = ", ".join(
            name.replace("_", " ").replace("guild", "server").title() for name in error.missing_permissions
        )
        sentence = f"This needs the permission {missing}. Ask a moderator of this server."
    elif isinstance(error, app_commands.TransformerError):  # not for the log: what the member wrote is in it
        sentence = "I can't use what was given for an option. Choose from what Discord shows while you type."
    elif isinstance(error, discord.HTTPException) and error.code in {_TOO_LATE, _ANSWERED_TWICE}:
        log.warning("An answer came too late or twice (interaction %d): %s", interaction.id, error)
        return Outcome.LATE
    elif _is_trouble_at_discord(error):
        outcome = Outcome.FAILED
        log.warning("Discord did not take an answer: %r", error)
        sentence = (
            "Discord has trouble at the moment, and my answer did not get through. What you did may be done all the same: "
            "have a look, and try again if it is not. Answers that you gave are kept."
        )
    else:
        outcome = Outcome.FAILED
        reference = secrets.token_hex(3)
        log.error("Unexpected error %s", reference, exc_info=error, extra={"reference": reference})
        sentence = (
            "Something went wrong on my side. What you had answered before is kept. Please try again; if it happens "
            f"again, give whoever runs me this reference: `{reference}`."
        )
    sentence = sentence[:_LONGEST_CONTENT]
    try:
        if interaction.response.is_done():
            await interaction.followup.send(sentence, ephemeral=True)
        else:
            await interaction.response.send_message(sentence, ephemeral=True)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as refused:
        log.warning("A member could not be told of an error: %r", refused)
    return outcome


def _is_trouble_at_discord(error: Exception) -> bool:
    if isinstance(error, discord.HTTPException):
        return error.status != _BAD_REQUEST  # that one is our mistake
    return isinstance(error, (aiohttp.ClientError, TimeoutError, ConnectionError))
