"""The panel on which a server's managers choose how the bot is there. Each choice is kept at once."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import discord
from discord import ui

from bot.domain.boards import NOBODY
from bot.domain.questions import Bank
from bot.domain.servers import MOST_PLACES, USUAL_SECONDS, ServerChoices, Setting
from cogs.cards.layout import OPEN, Item, button, card, clip, count, lines, stamp
from cogs.cards.names import Names

SETTING = "setting"
"""Kind of a select of the panel: the number is the place in `FIELDS`."""
NAMES = "setting-names"
"""Kind of the buttons that hide names (1) or show them (0)."""
ZONE = "setting-zone"
"""Kind of the button that opens the form for the time zone, and of the form."""

FIELDS = (Setting.BANK, Setting.SECONDS, Setting.CHANNELS, Setting.ROLES)
"""What the selects change. Ids carry the places: add at the end."""

QUIZ_CHANNELS = (discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.forum)
"""Where a quiz can run; threads are in one of these."""

_MOST_OPTIONS = 25
_SECONDS = (10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)

_TITLES = {
    Setting.ZONE: "the time zone",
    Setting.BANK: "the question bank",
    Setting.SECONDS: "the time for each question",
    Setting.CHANNELS: "the channels for quizzes",
    Setting.ROLES: "the roles that may start quizzes",
    Setting.NAMES: "whether names are shown",
}


@dataclass(frozen=True, slots=True)
class Panel:
    """What the panel shows."""

    choices: ServerChoices
    zone: str
    now: datetime
    """By the server's clock."""
    bank: Bank
    """What nobody names a bank means."""
    banks: Sequence[Bank]
    known: Container[int]
    """The channels and roles that are there: Discord shows no others as chosen."""
    warnings: Collection[str]
    coming: str
    """What comes by itself."""


def settings_card(panel: Panel) -> ui.LayoutView:
    """The panel."""
    choices = panel.choices
    parts: list[Item | str] = [
        "### ⚙️ Settings of this server\n-# Each choice is kept at once. You need not choose anything.",
        lines(f"⚠️ {clip(warning, 700)}" for warning in panel.warnings),
        ui.Separator(),
        ui.Section(
            f"🕰️ Time zone: **{panel.zone}**, where it is {panel.now:%H:%M}\n-# Days, weeks and the weekly challenge follow "
            "it; days that are over stay as they were counted.",
            accessory=button("Change", ZONE),
        ),
        _names(hidden=choices.hides_names),
        ui.Separator(),
    ]
    if len(panel.banks) > 1:
        parts += [
            "📚 **Question bank** where nobody names another one",
            _select(Setting.BANK, [(b.title, b.id) for b in panel.banks[:_MOST_OPTIONS]], panel.bank.id),
        ]
    seconds = choices.seconds or USUAL_SECONDS
    parts += [
        "⏱️ **Time for each question** of a quiz that says nothing else",
        _select(Setting.SECONDS, [(_time(n), str(n)) for n in sorted({seconds, *_SECONDS})], str(seconds)),
        "💬 **Channels for quizzes** and `/question`, with their threads",
        _channels(choices.quiz_channels, panel.known),
        "🎓 **Roles that may start** them. Moderators always may.",
        _roles(choices.quiz_roles, panel.known),
        ui.Separator(),
        lines([panel.coming, _changed(choices)]),
    ]
    return card(OPEN, *parts)


def _names(*, hidden: bool) -> Item:
    if hidden:
        text = "🙈 Names: **hidden**\n-# Boards and results say “a member”. Members see only their own line and statistics."
        return ui.Section(text, accessory=button("Show names", f"{NAMES}:0"))
    text = "👀 Names: **shown**\n-# Boards and results name members, but for those who hide themselves."
    return ui.Section(text, accessory=button("Hide names", f"{NAMES}:1"))


def _id(setting: Setting) -> str:
    return f"{SETTING}:{FIELDS.index(setting)}"


def _select(setting: Setting, options: Sequence[tuple[str, str]], chosen: str) -> Item:
    select: ui.Select[ui.LayoutView] = ui.Select(
        custom_id=_id(setting),
        options=[
            discord.SelectOption(label=clip(label, 100), value=value, default=value == chosen)
            for label, value in options
        ],
    )
    return ui.ActionRow(select)


def _channels(chosen: Iterable[int], known: Container[int]) -> Item:
    select: ui.ChannelSelect[ui.LayoutView] = ui.ChannelSelect(
        custom_id=_id(Setting.CHANNELS),
        placeholder="Everywhere",
        channel_types=list(QUIZ_CHANNELS),
        min_values=0,
        max_values=MOST_PLACES,
        default_values=_defaults(chosen, known, discord.SelectDefaultValueType.channel),
    )
    return ui.ActionRow(select)


def _roles(chosen: Iterable[int], known: Container[int]) -> Item:
    select: ui.RoleSelect[ui.LayoutView] = ui.RoleSelect(
        custom_id=_id(Setting.ROLES),
        placeholder="Everyone",
        min_values=0,
        max_values=MOST_PLACES,
        default_values=_defaults(chosen, known, discord.SelectDefaultValueType.role),
    )
    return ui.ActionRow(select)


def _defaults(
    chosen: Iterable[int], known: Container[int], type_: discord.SelectDefaultValueType
) -> list[discord.SelectDefaultValue]:
    return [discord.SelectDefaultValue(id=id_, type=type_) for id_ in sorted(chosen) if id_ in known]


def _time(seconds: int) -> str:
    time = count(seconds, "second") if seconds < 120 or seconds % 60 else f"{seconds // 60} minutes"
    return f"{time} (as usual)" if seconds == USUAL_SECONDS else time


def _changed(choices: ServerChoices) -> str:
    if choices.changed is None or choices.changed_at is None:
        return "-# Nothing was changed so far."
    who = Names().one(choices.changed_by or NOBODY)
    return f"-# Last change: {_TITLES[choices.changed]}, by {who}, {stamp(choices.changed_at)}."
