"""Reads what is in a message or response."""

from __future__ import annotations

from typing import Any

import discord
from simcord.components import walk_components

BUTTON, SECTION, TEXT = 2, 9, 10
"""Kinds of components."""


def parts(message: Any, kind: int) -> list[dict[str, Any]]:
    """The components of a kind in a message or response."""
    if isinstance(message, discord.Message):
        components: Any = [component.to_dict() for component in message.components]
    else:
        components = message.components
    return [part for part in walk_components(components) if part["type"] == kind]


def text(message: Any) -> str:
    """Everything written in a message."""
    return "\n".join([message.content, *(part["content"] for part in parts(message, TEXT))]).strip()


def buttons(message: Any) -> dict[str, dict[str, Any]]:
    """The buttons of a message by label."""
    return {part["label"]: part for part in parts(message, BUTTON)}


def letter(message: Any, option: str) -> str:
    """The letter of the button beside an option's text."""
    for section in parts(message, SECTION):
        if section["components"][0]["content"].endswith(f"  {option}"):
            return str(section["accessory"]["label"][-1])
    raise AssertionError(f"no option {option!r} in {text(message)!r}")


def is_question(message: Any) -> bool:
    """Whether a message is a question with letters to click."""
    return any(part["custom_id"].startswith("a:") for part in parts(message, BUTTON))


def offered(message: Any) -> list[str]:
    """The options of a question in the order of its letters."""
    return [section["components"][0]["content"].split("  ", 1)[1] for section in parts(message, SECTION)]
