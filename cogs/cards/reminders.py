"""Reminders: what a member reads in their direct messages, and where they switch them on and off."""

from __future__ import annotations

import discord
from discord import ui

from bot.study.messenger import Wish
from bot.study.reminders import Reminding
from cogs.cards.layout import OPEN, button, card, count, lines, stamp
from cogs.cards.sessions import REVIEW

_OFF = "-# `/remind off` ends your reminders."


def _time(wish: Wish) -> str:
    return f"**{wish.hour}:00** ({wish.zone})"


def greeting_card(wish: Wish) -> ui.LayoutView:
    """The first direct message, which shows that reminders come through."""
    return card(
        OPEN,
        lines(
            [
                "### 🔔 Your reminders come here",
                f"At {_time(wish)}, on days with something due.",
                _OFF,
            ]
        ),
    )


def reminder_card(questions: int) -> ui.LayoutView:
    """A reminder."""
    are = "is" if questions == 1 else "are"
    return card(
        OPEN,
        f"🔁 **{count(questions, 'question')}** {are} due today.",
        ui.ActionRow(button("Review", f"{REVIEW}:0", style=discord.ButtonStyle.success, emoji="▶️")),
        _OFF,
    )


def reminding_text(reminding: Reminding) -> str:
    """Says what was switched on."""
    zone = reminding.wish.zone
    own = (
        f"-# Not in {zone}? `/remind on` with your `zone` changes it."
        if reminding.is_guess
        else f"-# {zone} is also your calendar for `/review` and `/plan`."
    )
    return lines(
        [
            f"🔔 **Reminders are on**: {_time(reminding.wish)}, in your direct messages, on days with something due.",
            f"Next: {stamp(reminding.next_at, 'F')} ({stamp(reminding.next_at)})",
            own,
            _OFF,
        ]
    )
