"""Forms with one field."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.client import Interaction


async def written(
    interaction: Interaction, title: str, label: str, field: ui.TextInput[Any], *, hint: str | None = None
) -> str | None:
    """What was written in a form. None: it was the button that opens it, and now it is open.

    The form carries the id of its button, so one handler answers both, and nothing needs to be kept in between.
    """
    data: Any = interaction.data or {}
    if interaction.type is discord.InteractionType.modal_submit:
        return _first_text(data)
    form = ui.Modal(title=title, custom_id=data["custom_id"], timeout=None)
    form.add_item(ui.Label(text=label, description=hint, component=field))
    # stopped: discord.py would keep forms by id, and mix up those of two members
    form.stop()
    await interaction.response.send_modal(form)
    return None


def _first_text(data: Any) -> str:
    """The text of the only field of a form."""
    for label in data.get("components", []):
        field = label.get("component", {})
        if isinstance(field.get("value"), str):
            return str(field["value"])
    return ""
