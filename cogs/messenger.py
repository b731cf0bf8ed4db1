"""What the bot writes to members by itself, in direct messages."""

from __future__ import annotations

import base64
from typing import Any

import discord
from discord import ui

from bot.errors import PostFailedError
from bot.study.messenger import ReminderTime
from cogs.cards.reminders import greeting_card, reminder_card
from cogs.channels import in_our_words

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes
_NO_MESSAGES = {
    10013,  # the account is gone
    50007,  # the member, or a server that we share, allows none
    50278,  # no server is shared any more
}
_TOO_FAST = 40003


class DiscordMessenger:
    """The `Messenger` on Discord."""

    def __init__(self, client: discord.Client, namespace: str) -> None:
        """`namespace` keeps the nonces of one database from meaning messages of another."""
        self._client = client
        self._namespace = namespace

    async def greet(self, member_id: int, time: ReminderTime) -> bool:
        """See `Messenger`."""
        return await self._write(member_id, greeting_card(time))

    async def remind(self, member_id: int, questions: int) -> bool:
        """See `Messenger`."""
        # short: nonces have at most 25 characters
        member = base64.urlsafe_b64encode(member_id.to_bytes(8, "big")).decode().rstrip("=")
        return await self._write(member_id, reminder_card(questions), nonce=f"{self._namespace}-r{member}")

    async def _write(self, member_id: int, view: ui.LayoutView, **options: Any) -> bool:
        refused = "Discord did not let me write to you. Please tell whoever runs this bot."
        async with in_our_words(self._client, gone=refused, forbidden=refused):
            try:
                private = await self._client.create_dm(discord.Object(member_id))
                await private.send(view=view, **options)
            except discord.HTTPException as error:
                if error.code in _NO_MESSAGES:
                    return False
                if error.code == _TOO_FAST:  # Discord says 403 here, but it passes
                    raise PostFailedError(
                        "Discord lets me write to no more people just now. Use `/remind on` again in an hour."
                    ) from error
                raise
        return True
