"""Reminders: what a member reads in their direct messages, and where they switch them on and off."""

from __future__ import annotations

import discord
from discord import ui

from bot.study.messenger import ReminderTime
from bot.study.reminders import Reminding
from cogs.cards.layout import OPEN, button, card, count, lines, stamp
from cogs.cards.sessions import review_id

_OFF = "-# `/remind off` ends your reminders."


def _clock(time: ReminderTime) -> str:
    return f"**{time.hour}:00** ({time.zone})"


def greeting_card(time: ReminderTime) -> ui.LayoutView:
    """The first direct message, which shows that reminders come through."""
    return card(
        OPEN,
        lines(
            [
                "### 🔔 Your reminders come here",
                f"At {_clock(time)}, on days with something due.",
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
        ui.ActionRow(button("Review", review_id(beside=True), style=discord.ButtonStyle.success, emoji="🔁")),
        _OFF,
    )


def reminding_text(reminding: Reminding) -> str:
    """Says what was switched on."""
    zone = reminding.time.zone
    own = (
        f"-# Not in {zone}? `/remind on` with your `zone` changes it."
        if reminding.is_guess
        else f"-# {zone} is also your calendar for `/review` and `/plan`."
    )
    return lines(
        [
            f"🔔 **Reminders are on**: {_clock(reminding.time)}, in your direct messages, on days with something due.",
            f"Next: {stamp(reminding.next_at, 'F')} ({stamp(reminding.next_at)})",
            own,
            _OFF,
        ]
    )
