"""Sends, edits and answers messages, and says in our words why Discord refused."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator

import aiohttp
import discord
import orjson
from discord import ui
from discord.utils import MISSING
from discord.webhook.async_ import interaction_message_response_params

from bot.client import Interaction
from bot.errors import MessageGoneError, PostFailedError, PostRefusedError, RefusedError

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes
_UNKNOWN_MESSAGE = 10008
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


LONGEST_REQUEST = 60.0
"""Seconds that Discord gets to answer a request; by itself discord.py would wait for minutes, or as long as a rate limit says."""


@contextlib.asynccontextmanager
async def in_our_words(client: discord.Client, *, gone: str, forbidden: str) -> AsyncIterator[None]:
    """Make a request of the client that ends in time, and turn what Discord says to it into sentences for people; two of
    them depend on the request.

    Raises:
        PostError: with such a sentence.
    """
    try:
        async with asyncio.timeout(LONGEST_REQUEST):
            try:
                yield
            except asyncio.CancelledError:
                # discord.py 2.7.1 lets all requests wait for the one that has met a rate limit on everything, and
                # forgets to let them go on when that one is cancelled
                if client.http._global_over is not discord.utils.MISSING:
                    client.http._global_over.set()
                raise
    except discord.NotFound as error:
        if error.code == _UNKNOWN_MESSAGE:
            raise MessageGoneError("The message was deleted.") from error
        raise PostRefusedError(gone) from error
    except discord.Forbidden as error:
        raise PostRefusedError(forbidden) from error
    except discord.HTTPException as error:
        if error.status >= _SERVER_ERROR or error.status == _TOO_MANY_REQUESTS:
            raise PostFailedError(
                f"Discord has trouble at the moment (error {error.status}). Try again in a few minutes."
            ) from error
        raise PostRefusedError(
            f"Discord refused it: {error.text or error.status}. Please tell whoever runs this bot."
        ) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise PostFailedError("Discord could not be reached. Try again in a few minutes.") from error


def _posting(client: discord.Client, channel_id: int) -> contextlib.AbstractAsyncContextManager[None]:
    return in_our_words(
        client,
        gone=f"The channel (id {channel_id}) is gone, or I can no longer see it. Use another one, or let me see it again.",
        forbidden=f"I am not allowed to post in <#{channel_id}>. Please give my role the permissions View Channel and "
        "Send Messages there (in threads: Send Messages in Threads).",
    )


async def defer_privately(interaction: Interaction) -> None:
    """Tell Discord that a private answer comes which may take longer than an interaction may wait. Twice is once."""
    if not interaction.response.is_done():
        in_place = _is_private(interaction)
        await interaction.response.defer(ephemeral=not is_direct(interaction), thinking=not in_place)


async def answer_privately(
    interaction: Interaction,
    view: ui.LayoutView,
    *,
    anew: bool = False,
    picture: tuple[str, bytes] | None = None,
) -> None:
    """Answer in private: in place where the button was on a private message, else or if `anew` with a new one. What was
    answered or deferred already becomes this answer. `picture` is a file of this name.
    """
    files = [discord.File(io.BytesIO(picture[1]), picture[0])] if picture else []
    # edits name the attachments also where there are none: a picture of the card before would stay
    if interaction.response.is_done():
        await interaction.edit_original_response(view=view, attachments=files)
    elif _is_private(interaction) and not anew:
        await interaction.response.edit_message(view=view, attachments=files)
    else:
        await interaction.response.send_message(view=view, files=files, ephemeral=not is_direct(interaction))


def private_body(view: ui.LayoutView, *, in_place: bool) -> bytes:
    """The request that `answer_privately` sends for a button in a server, ready for the fast lane."""
    kind = (
        discord.InteractionResponseType.message_update
        if in_place
        else discord.InteractionResponseType.channel_message
    )
    parameters = interaction_message_response_params(
        type=kind.value,
        content=MISSING if in_place else None,
        flags=MISSING if in_place else discord.MessageFlags(ephemeral=True),
        files=[],
        view=view,
        allowed_mentions=discord.AllowedMentions.none(),
    )
    return orjson.dumps(parameters.payload)


def is_direct(interaction: Interaction) -> bool:
    """Whether somebody uses the bot in their direct messages with it. Messages there are private, and stay."""
    return interaction.context.dm_channel


def _is_private(interaction: Interaction) -> bool:
    message = interaction.message
    return message is not None and (message.flags.ephemeral or is_direct(interaction))


def check_can_post(interaction: Interaction) -> None:
    """Refuse before anything starts, rather than fall silent after it.

    Raises:
        RefusedError: the bot may not post where the command was used.
    """
    in_thread = isinstance(interaction.channel, discord.Thread)
    missing = _missing(interaction.app_permissions, in_thread=in_thread)
    if missing:
        raise RefusedError(
            f"I can't post in this channel: my role lacks {' and '.join(missing)}. Ask a moderator to allow it "
            "in the channel's settings, or use another channel."
        )


def missing_in(guild: discord.Guild | None, channel_id: int) -> list[str]:
    """The permissions that the bot lacks for posting in a channel of a server."""
    channel = guild.get_channel(channel_id) if guild else None
    if guild is None or channel is None:
        return ["View Channel"]
    # in a forum, messages are in its posts, which are threads
    return _missing(channel.permissions_for(guild.me), in_thread=isinstance(channel, discord.ForumChannel))


def places_in(interaction: Interaction) -> set[int]:
    """The ids of the channels and roles of the server where somebody uses the bot.

    Raises:
        RefusedError: Discord has not told of them yet.
    """
    guild = interaction.guild
    if guild is None or guild.unavailable:
        raise RefusedError("Please try again in a moment: Discord has not told me of this server yet.")
    return {place.id for place in [*guild.channels, *guild.roles]}


def _missing(have: discord.Permissions, *, in_thread: bool) -> list[str]:
    needed = {
        "View Channel": have.view_channel,
        "Send Messages in Threads" if in_thread else "Send Messages": (
            have.send_messages_in_threads if in_thread else have.send_messages
        ),
    }
    return [name for name, given in needed.items() if not given]


class Channels:
    """Messages in channels."""

    def __init__(self, client: discord.Client, namespace: str) -> None:
        """`namespace` keeps the nonces of one database from meaning messages of another."""
        self._client = client
        self._namespace = namespace

    async def send(
        self, channel_id: int, view: ui.LayoutView, nonce: str, *, mention_role_id: int | None = None
    ) -> int:
        """Send a message; its id. With the same nonce within a few minutes, the message of the first time.

        Raises:
            PostError: Discord did not take it.
        """
        allowed = discord.AllowedMentions.none()
        if mention_role_id is not None:
            allowed.roles = [discord.Object(mention_role_id)]
        async with _posting(self._client, channel_id):
            message = await self._client.get_partial_messageable(channel_id).send(
                view=view, nonce=f"{self._namespace}-{nonce}", allowed_mentions=allowed
            )
        return message.id

    async def edit(self, channel_id: int, message_id: int | None, view: ui.LayoutView) -> None:
        """Edit a message, if it was sent.

        Raises:
            PostError: Discord did not take it.
        """
        if message_id is None:
            return
        async with _posting(self._client, channel_id):
            channel = self._client.get_partial_messageable(channel_id)
            message = channel.get_partial_message(message_id)
            await message.edit(view=view, allowed_mentions=discord.AllowedMentions.none())
