"""What the bot says and does in a server by itself: challenges, digests, the champion's role, trouble."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
from collections.abc import Iterable
from datetime import datetime

import aiohttp
import discord

from bot.domain.boards import NOBODY, BoardPage
from bot.domain.challenges import Challenge, ChallengeResult
from bot.domain.questions import Question
from bot.errors import PostRefusedError, quoted
from bot.study.announcer import Digest
from bot.study.library import Library
from bot.study.servers import Servers
from cogs.cards.challenges import challenge_card, digest_card, podium_card
from cogs.cards.names import Names
from cogs.cards.voids import void_note
from cogs.channels import Channels, missing_in
from cogs.roles import may_moderate, moving

log = logging.getLogger(__name__)

_ANSWER_WITHIN = 1.0
"""Seconds that Discord gets to say who is in a server; somebody waits for their board meanwhile."""

_REASON = "Weekly challenge"


class DiscordAnnouncer:
    """The `Announcer` and the `Presence` on Discord."""

    def __init__(
        self, client: discord.Client, channels: Channels, servers: Servers, library: Library
    ) -> None:
        self._client = client
        self._channels = channels
        self._servers = servers
        self._library = library

    async def post_challenge(self, challenge: Challenge, page: BoardPage, mention_role_id: int | None) -> int:
        """See `Announcer`."""
        card = challenge_card(
            challenge, self._topics(challenge), page, self._names(challenge.guild_id), mention_role_id
        )
        return await self._channels.send(
            challenge.channel_id, card, f"c{challenge.id}", mention_role_id=mention_role_id
        )

    async def show_challenge(self, challenge: Challenge, page: BoardPage) -> None:
        """See `Announcer`."""
        card = challenge_card(challenge, self._topics(challenge), page, self._names(challenge.guild_id))
        await self._channels.edit(challenge.channel_id, challenge.message_id, card)

    async def post_podium(self, result: ChallengeResult) -> None:
        """See `Announcer`."""
        challenge = result.challenge
        card = podium_card(result, self._names(challenge.guild_id))
        await self._channels.send(challenge.channel_id, card, f"p{challenge.id}")

    async def post_digest(self, digest: Digest) -> None:
        """See `Announcer`."""
        card = digest_card(digest, self._names(digest.guild_id))
        # short: nonces have at most 25 characters
        server = base64.urlsafe_b64encode(digest.guild_id.to_bytes(8, "big")).decode().rstrip("=")
        await self._channels.send(digest.channel_id, card, f"d{server}")

    async def post_void(
        self, channel_id: int, question: Question, decided_at: datetime, *, voided: bool
    ) -> None:
        """See `Announcer`."""
        nonce = f"v{decided_at.timestamp() * 1000:.0f}"
        await self._channels.send(channel_id, void_note(question, voided=voided), nonce)

    async def give_role(self, guild_id: int, member_id: int, role_id: int) -> None:
        """See `Announcer`."""
        role = self._role(guild_id, role_id)
        if role is not None and may_moderate(role):  # it was harmless when it was chosen
            raise PostRefusedError(
                f"The role {quoted(role.name, 100)} may moderate or manage the server by now, so nobody gets it for winning. Choose "
                "another one in `/challenge setup`."
            )
        async with moving(self._client, role, member_id):
            await self._client.http.add_role(guild_id, member_id, role_id, reason=_REASON)

    async def take_role(self, guild_id: int, member_id: int, role_id: int) -> None:
        """See `Announcer`."""
        async with moving(self._client, self._role(guild_id, role_id), member_id):
            with contextlib.suppress(discord.NotFound):
                await self._client.http.remove_role(guild_id, member_id, role_id, reason=_REASON)

    def _role(self, guild_id: int, role_id: int) -> discord.Role | None:
        guild = self._client.get_guild(guild_id)
        return guild.get_role(role_id) if guild else None

    async def tell_moderators(self, guild_id: int, owner_id: int, sentence: str) -> bool:
        """See `Announcer`. First where only moderators read, then who set it up in private, then in the open."""
        guild = self._client.get_guild(guild_id)
        if guild is None:
            return False
        text = f"⚠️ {sentence}"
        for_moderators = [guild.public_updates_channel] if guild.public_updates_channel else []
        if await self._tell_in(guild, for_moderators, text):
            return True
        where = f"-# In the server https://discord.com/channels/{guild.id}"
        if owner_id != NOBODY and await self._tell_in_private(owner_id, f"{text}\n{where}"):
            return True
        in_the_open = [*([guild.system_channel] if guild.system_channel else []), *guild.text_channels]
        owner = f"<@{owner_id}> " if owner_id != NOBODY else ""
        return await self._tell_in(guild, in_the_open, f"{owner}{text}")

    async def _tell_in_private(self, member_id: int, text: str) -> bool:
        try:
            private = await self._client.create_dm(discord.Object(member_id))
            await private.send(text)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.info("The moderator %d could not be told in private: %s", member_id, error)
            return False
        return True

    async def _tell_in(self, guild: discord.Guild, channels: list[discord.TextChannel], text: str) -> bool:
        for channel in channels:
            if missing_in(guild, channel.id):
                continue
            try:
                await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
            except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
                log.info("Channel %d could not be told: %s", channel.id, error)
            else:
                return True
        return False

    async def present(self, guild_id: int, members: Iterable[int]) -> set[int] | None:
        """See `Presence`. Asking for members by id needs no privileged intent.

        https://docs.discord.com/developers/events/gateway-events#request-guild-members
        """
        guild = self._client.get_guild(guild_id)
        if guild is None or guild.unavailable:
            return None
        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                found = await guild.query_members(user_ids=list(members), limit=100, cache=False)
        except (TimeoutError, discord.DiscordException, aiohttp.ClientError, OSError) as error:
            log.info("Who is in server %d is not known: %r", guild_id, error, extra={"guild": guild_id})
            return None
        return {member.id for member in found}

    def _names(self, guild_id: int) -> Names:
        return Names(self._servers.choices(guild_id).hides_names)

    def _topics(self, challenge: Challenge) -> list[str]:
        bank = self._library.catalog.banks.get(challenge.bank)
        topics = bank.topics if bank else {}
        return [topics[topic].title if topic in topics else topic for topic in challenge.topics]
