"""The frame that all cards share, and Discord's limits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import discord
from discord import ui

from bot.domain.questions import Question

OPEN = discord.Colour(0x5865F2)
RIGHT = discord.Colour(0x23A55A)
WRONG = discord.Colour(0xF23F43)
PARTLY = discord.Colour(0xF0B232)
QUIET = discord.Colour(0x80848E)

# https://docs.discord.com/developers/components/reference and, for text and bytes,
# https://github.com/discord/discord-api-docs/pull/8562 and issues/8554
MOST_COMPONENTS = 40
MOST_TEXT = 4000
MOST_BYTES = 10_170
BYTES_PER_TEXT = 12

Item = ui.Item[Any]


class CardError(Exception):
    """A card came out larger than Discord takes: a fault of the card or of the bank's checks."""


def card(colour: discord.Colour, *items: Item | str) -> ui.LayoutView:
    """A message made of one container. Strings become text, empty ones are left out.

    The view is handed out stopped: its buttons are answered by what their ids say (see `bot/client.py`), so
    discord.py need not remember it, nor start a timer for each private message.

    Raises:
        CardError: Discord would refuse it; discord.py checks few of the limits itself.
    """
    view = ui.LayoutView(timeout=None)
    parts: list[Item] = [
        ui.TextDisplay(item) if isinstance(item, str) else item for item in items if item != ""
    ]
    view.add_item(ui.Container(*parts, accent_colour=colour))
    view.stop()
    texts = [child.content for child in view.walk_children() if isinstance(child, ui.TextDisplay)]
    size = sum(len(text.encode()) + BYTES_PER_TEXT for text in texts)
    if view.total_children_count > MOST_COMPONENTS or sum(map(len, texts)) > MOST_TEXT or size > MOST_BYTES:
        raise CardError(
            f"{view.total_children_count} components, {sum(map(len, texts))} characters and {size} bytes are more "
            f"than Discord's {MOST_COMPONENTS}, {MOST_TEXT} and {MOST_BYTES}"
        )
    return view


def button(
    label: str,
    custom_id: str,
    *,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    emoji: str | None = None,
    disabled: bool = False,
) -> ui.Button[ui.LayoutView]:
    """A button that is answered by its id."""
    return ui.Button(label=label, custom_id=custom_id, style=style, emoji=emoji, disabled=disabled)


def clip(text: str, longest: int) -> str:
    """Text cut to a length, with an ellipsis where something is missing, and no code left open."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 2].rstrip()
    return cut + ("`…" if cut.count("`") % 2 else "…")


def one_line(question: Question, longest: int = 150) -> str:
    """A question's prompt in one line, without its code, to recognise it by."""
    words = re.sub(r"```.*?```", " … ", question.prompt, flags=re.DOTALL)
    return clip(" ".join(words.split()), longest)


def links(question: Question) -> str:
    """Where to read more, as a line of links."""
    if not question.references:
        return ""
    return "-# 📖 " + " · ".join(f"[{reference.title}]({reference.url})" for reference in question.references)


def stamp(at: datetime, style: str = "R") -> str:
    """A time that each member's own client shows, counting by itself.

    https://docs.discord.com/developers/reference#message-formatting-timestamp-styles
    """
    return f"<t:{int(at.timestamp())}:{style}>"


def duration(time: timedelta) -> str:
    """A length of time in its fitting unit: 3.2 s, 12 min, 5 h, 2 days."""
    seconds = time.total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86400:.0f} days"


def stopwatch(time: timedelta) -> str:
    """A length of time to compare by: 3:07, 1:12:45."""
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def bar(part: float, width: int = 12) -> str:
    """A bar of text for a part, 0 to 1. Only what is filled is drawn: characters for the rest differ in width."""
    return "█" * round(max(0.0, min(1.0, part)) * width) or "▏"


def count(number: int, noun: str) -> str:
    """A number with its noun: 1 point, 2 points."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def runs(numbers: Iterable[int]) -> list[list[int]]:
    """Numbers in groups that follow upon each other without a gap."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][-1] == number - 1:
            found[-1].append(number)
        else:
            found.append([number])
    return found


def lines(parts: Iterable[str]) -> str:
    """The parts that are not empty, each on a line."""
    return "\n".join(part for part in parts if part)
