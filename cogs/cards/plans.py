"""The panel on which moderators set the weekly challenge up. Each choice is kept at once."""

from __future__ import annotations

from collections.abc import Container, Sequence
from enum import IntEnum

import discord
from discord import ui

from bot.domain.challenges import FEWEST_QUESTIONS, MOST_QUESTIONS
from bot.domain.questions import Bank
from bot.study.plans import Outlook
from cogs.cards.layout import OPEN, QUIET, Item, button, card, clip, lines, stamp

PLAN = "w"
"""Kind of a select of the panel: the number is a `Field`."""
SWITCH = "e"
"""Kind of the buttons that switch the plan on (1) or off (0)."""
BEGIN = "g"
"""Kind of the button that begins a challenge out of turn."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_MOST_OPTIONS = 25
_COUNTS = (5, 6, 7, 8, 9, 10, 12, 15, 18, 20, 25, 30)


class Field(IntEnum):
    """What a select of the panel changes."""

    CHANNEL = 0
    WEEKDAY = 1
    HOUR = 2
    QUESTIONS = 3
    DAYS = 4
    TOPICS = 5
    MENTION = 6
    CHAMPION = 7
    BANK = 8


def _select(
    field: Field,
    options: Sequence[tuple[str, str]],
    chosen: Sequence[str],
    placeholder: str,
    *,
    most: int = 1,
) -> Item:
    select: ui.Select[ui.LayoutView] = ui.Select(
        custom_id=f"{PLAN}:{field}",
        placeholder=placeholder,
        min_values=0 if most > 1 else 1,
        max_values=most,
        options=[
            discord.SelectOption(label=clip(label, 100), value=value, default=value in chosen)
            for label, value in options
        ],
    )
    return ui.ActionRow(select)


def _role(field: Field, role_id: int | None, known: Container[int], placeholder: str) -> Item:
    chosen = [
        discord.SelectDefaultValue(id=id_, type=discord.SelectDefaultValueType.role)
        for id_ in [role_id]
        if id_ is not None and id_ in known
    ]
    select: ui.RoleSelect[ui.LayoutView] = ui.RoleSelect(
        custom_id=f"{PLAN}:{field}",
        placeholder=placeholder,
        min_values=0,
        max_values=1,
        default_values=chosen,
    )
    return ui.ActionRow(select)


def plan_card(
    outlook: Outlook, bank: Bank, banks: Sequence[Bank], warnings: Sequence[str], known: Container[int]
) -> ui.LayoutView:
    """The panel. `known` are the channels and roles that are there: Discord shows no others as chosen."""
    plan = outlook.plan
    channel: ui.ChannelSelect[ui.LayoutView] = ui.ChannelSelect(
        custom_id=f"{PLAN}:{Field.CHANNEL}",
        placeholder="Channel",
        channel_types=[discord.ChannelType.text, discord.ChannelType.news],
        default_values=[
            discord.SelectDefaultValue(id=id_, type=discord.SelectDefaultValueType.channel)
            for id_ in [plan.channel_id]
            if id_ in known
        ],
    )
    topics = sorted(bank.topics_with_questions, key=lambda topic: -topic.weight)[:_MOST_OPTIONS]
    days = [("Open until the next one", "0"), *((f"Open for {n} days", str(n)) for n in range(2, 7))]
    days.insert(1, ("Open for 1 day", "1"))
    counts = sorted({plan.questions, *_COUNTS})
    selects: list[Item | str] = [
        ui.ActionRow(channel),
        _select(
            Field.WEEKDAY,
            [(f"Every {d}", str(n)) for n, d in enumerate(WEEKDAYS)],
            [str(plan.weekday)],
            "Day",
        ),
        _select(
            Field.HOUR,
            [(f"at {hour:02}:00 ({outlook.zone})", str(hour)) for hour in range(24)],
            [str(plan.hour)],
            "Hour",
        ),
        _select(
            Field.QUESTIONS,
            [(f"{n} questions", str(n)) for n in counts if FEWEST_QUESTIONS <= n <= MOST_QUESTIONS],
            [str(plan.questions)],
            "Number of questions",
        ),
        _select(Field.DAYS, days, [str(plan.days or 0)], "Duration"),
        "-# Role to mention when a challenge begins",
        _role(Field.MENTION, plan.mention_role_id, known, "Role to mention: none"),
        "-# Role that the winner wears until the next challenge ends",
        _role(Field.CHAMPION, plan.champion_role_id, known, "Role for the champion: none"),
    ]
    if len(topics) > 1:
        shown = [(topic.title, topic.id) for topic in topics]
        every = len(bank.topics_with_questions)
        what = "Topics: all of them" + (
            f" ({len(topics)} of {every} can be chosen)" if every > len(topics) else ""
        )
        selects.insert(5, _select(Field.TOPICS, shown, plan.topics, what, most=len(topics)))
    if len(banks) > 1:
        named = [(bank.title, bank.id) for bank in banks[:_MOST_OPTIONS]]
        selects.insert(5, _select(Field.BANK, named, [bank.id], "Question bank"))
    on = button("Switch on", f"{SWITCH}:1", style=discord.ButtonStyle.success, emoji="▶️")
    off = button("Pause", f"{SWITCH}:0", emoji="⏸️")
    begin = button("Begin one now", f"{BEGIN}:0", disabled=outlook.running is not None, emoji="⏩")
    return card(
        OPEN if plan.is_on else QUIET,
        lines(["### 🏅 Weekly challenge", _state(outlook)]),
        lines(f"⚠️ {clip(warning, 600)}" for warning in warnings),
        *selects,
        ui.ActionRow(off if plan.is_on else on, begin),
        f"-# Each choice is kept at once. Hours are those of the server's time zone, {outlook.zone}; "
        "`/settings time-zone` changes it. Should something go wrong, I tell your moderators' channel or you.",
    )


def _state(outlook: Outlook) -> str:
    plan, running = outlook.plan, outlook.running
    parts = []
    if running is not None:
        parts.append(
            f"#{running.number} runs in <#{running.channel_id}> until {stamp(running.ends_at, 'f')}."
        )
    if outlook.next_at is None:
        parts.append("It is **off**: no challenge begins by itself. Choose below, then switch it on.")
    else:
        next_at = outlook.next_at
        parts.append(f"The next one begins {stamp(next_at)}, {stamp(next_at, 'F')}, in <#{plan.channel_id}>.")
    return "\n".join(parts)
