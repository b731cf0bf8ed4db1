"""What buttons, selects and forms say by their ids, `kind:number:number…`, and what answers them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import discord

from bot.access import Who

_NUMBER = re.compile(r"[0-9]{1,18}")  # what fits into 64 bits

ButtonHandler = Callable[[discord.Interaction[Any], Sequence[int]], Awaitable[None]]


class Click(NamedTuple):
    """A click on a button in a server, as far as an answer in the fast lane needs it."""

    numbers: tuple[int, ...]
    """Those in the id of the button."""
    guild_id: int
    channel_id: int
    member_id: int
    at: datetime
    """Aware UTC, by Discord's clock."""
    in_place: bool
    """Whether the button is on a private message, which its answer takes the place of."""


FastHandler = Callable[[Click], Coroutine[Any, Any, bytes] | None]
"""Answers a click with the body of a request. None: it is for discord.py's own way."""


class Button(NamedTuple):
    """How a kind of button, select or form is answered."""

    numbers: int
    """How many of them follow in its id."""
    handler: ButtonHandler
    who: Who
    in_server: bool
    """Whether it is refused in direct messages."""
    fast: FastHandler | None
    """Answers it in the fast lane, if it can."""


class Pressed(NamedTuple):
    """What the id of a button, select or form says."""

    kind: str
    button: Button
    numbers: tuple[int, ...]


def find_button(buttons: Mapping[str, Button], custom_id: str) -> Pressed | None:
    """What was pressed, of the kinds that there are; None: nothing of them, it is forged or from an older version."""
    kind, *numbers = custom_id.split(":")
    button = buttons.get(kind)
    if button is None or len(numbers) != button.numbers or not all(_NUMBER.fullmatch(n) for n in numbers):
        return None
    return Pressed(kind, button, tuple(map(int, numbers)))
