"""The least that a bot does: discord.py's own way, one fixed private answer, nothing stored."""

from __future__ import annotations

import contextlib
from typing import Any

import discord

ANSWER = "Your answer is noted."


def run(token: str, *, tuned: bool) -> None:
    """Answer each click, and each command, until the process is ended.

    `tuned`: with Studyhall's connector and settings of the garbage collector instead of the defaults. Its memory then has
    Studyhall's code in it.
    """
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    _Client(intents=discord.Intents(guilds=True), tuned=tuned).run(token)


class _Client(discord.Client):
    def __init__(self, *, tuned: bool, **options: Any) -> None:
        super().__init__(**options)
        self._tuned = tuned

    async def login(self, token: str) -> None:
        if self._tuned:
            from bot.service import collect_garbage_rarely, open_connector  # noqa: PLC0415

            # a connector needs a loop that runs
            self.http.connector = open_connector()
            collect_garbage_rarely()
        await super().login(token)

    async def on_ready(self) -> None:
        print("ready", flush=True)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        with contextlib.suppress(
            discord.NotFound
        ):  # too late; a traceback for each would only make it slower
            await interaction.response.send_message(ANSWER, ephemeral=True)
