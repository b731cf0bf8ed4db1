"""Words for what people do with the weekly challenge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
import simcord

from tests.messages import BUTTON, buttons, is_question, parts

PANEL: Sequence[str] = (
    *("channel", "weekday", "hour", "questions", "days", "topics", "mention", "champion", "bank"),
)
"""What can be chosen on the panel of the weekly challenge, in the order of the numbers in its ids."""


class ChallengeWords:
    """The part of a `World` that is about the weekly challenge."""

    async def set_up(self, member: Any = None, channel: Any = None) -> discord.Message:
        """`/challenge setup`; the panel."""
        member, channel = member or self.mona, channel or self.channel
        return (await member.slash(channel, "challenge setup")).response.message

    async def set_challenge(self, channel: Any = None, **choices: Any) -> discord.Message:
        """Set the weekly challenge up on its panel, each choice by its select, and switch it on; the panel."""
        panel = await self.set_up(channel=channel)
        for name, value in choices.items():
            await self.pick(panel, name, value)
        await self.mona.click(panel, label="Switch on")
        return self._again(panel)

    async def pick(self, panel: Any, name: str, value: Any, member: Any = None) -> discord.Message:
        """Choose something on the panel of the weekly challenge; the panel after that."""
        values = value if isinstance(value, (list, tuple)) else [value]
        custom_id = f"w:{PANEL.index(name)}"
        await (member or self.mona).select(panel, values, custom_id=custom_id)
        return self._again(panel)

    def _again(self, message: Any) -> discord.Message:
        """A private message as it is now."""
        history = self.env.backend.get_message(message.channel.id, message.id)
        return simcord.results.to_discord_message(self.env, history)

    async def begin_challenge(self, **choices: Any) -> discord.Message:
        """Set a challenge up, without switching it on, and begin one at once; its card."""
        panel = await self.set_up()
        for name, value in choices.items():
            await self.pick(panel, name, value)
        await self.mona.click(panel, label="Begin one now")
        return self.find("Weekly challenge #")

    async def open_challenge(self, member: Any) -> Any:
        """`/challenge play`; what the member sees."""
        return (await member.slash(self.channel, "challenge play")).response

    async def answer(self, member: Any, card: Any, *, right: bool = True) -> Any:
        """Answer a question of a challenge, also one that asks for two options; the verdict."""
        options = ["the right one", "the other right one"] if right else ["a wrong one", "another wrong one"]
        shown = await self.choose(member, options[0], card)
        if "Submit" in buttons(shown):
            sheet = await self.choose(member, options[1], shown)
            shown = (await member.click(sheet, label="Submit")).response
        return shown

    async def go_on(self, member: Any, verdict: Any) -> Any:
        """Take the button from a verdict to what comes next; that."""
        wanted = next(b["custom_id"] for b in parts(verdict, BUTTON) if b["custom_id"].startswith("n:"))
        return (await member.click(verdict, custom_id=wanted)).response

    async def play(self, member: Any, *, right: int = 99, seconds: float = 5.0, questions: int = 99) -> Any:
        """Play a challenge: so many questions right and the others wrong, so many seconds for each; what comes last."""
        shown = await self.open_challenge(member)
        while questions and is_question(shown):
            await self.wait(seconds)
            shown = await self.go_on(member, await self.answer(member, shown, right=right > 0))
            right, questions = right - 1, questions - 1
        return shown
