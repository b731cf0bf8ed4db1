"""What is stored about a member, said to them, and the way to take it along or erase it."""

from __future__ import annotations

from datetime import datetime

import discord
from discord import ui

from bot.domain.privacy import Footprint
from bot.study.privacy import Overview, Policy
from cogs.cards.layout import OPEN, PARTLY, RIGHT, Item, button, card, count, lines, stamp
from cogs.cards.statistics import VISIBILITY

SHOW = "privacy"
"""Kind of the button that leads to the card."""
EXPORT = "privacy-export"
"""Kind of the button that hands out everything."""
ASK = "privacy-ask"
"""Kind of the button that asks whether everything is to be erased."""
ERASE = "privacy-erase"
"""Kind of the button that erases everything; with the second since 1970 at which the member was asked."""

_EXPORT = ("Export my data", EXPORT, "💾")


def privacy_card(overview: Overview, policy: Policy) -> ui.LayoutView:
    """The card."""
    buttons: list[Item] = [
        button(_EXPORT[0], _EXPORT[1], emoji=_EXPORT[2]),
        button("Erase my data", ASK, style=discord.ButtonStyle.danger, emoji="🗑️"),
    ]
    if overview.is_hidden is not None and overview.waits_until is None:
        label = "Show me on boards" if overview.is_hidden else "Hide me from boards"
        hide = int(not overview.is_hidden)
        buttons.append(button(label, f"{VISIBILITY}:{hide}", emoji="🙈" if hide else "👀"))
    if policy.url:
        buttons.append(ui.Button(label="Privacy policy", url=policy.url))
    days = policy.keep_servers_days
    removed = f"{count(days, 'day')} after" if days else "as soon as"
    return card(
        OPEN,
        lines(["### 🔐 What I keep about you", _waiting(overview.waits_until), _stored(overview.footprint)]),
        "**Why**: to grade and explain your answers, to show where you stand, and to ask again before you forget. For nothing "
        "else: no advertising, no profile of you, no training of models.",
        "**Who sees it**: only you see verdicts, practice, reviews, mock exams and your plan. The members of a server see results of "
        "quizzes and leaderboards there, its moderators also what you report. Whoever runs me can read what is stored. Nobody else "
        "gets it.",
        f"**How long**: until you erase it. What belongs to a server goes {removed} I am removed from it. Backups keep what was "
        "erased until newer ones take their place.",
        ui.ActionRow(*buttons),
    )


def _waiting(until: datetime | None) -> str:
    if until is None:
        return ""
    return (
        f"⏳ **Your data is being erased.** Answers to questions that are still open wait until {stamp(until, 'f')} "
        f"({stamp(until)}). Until then no board names you."
    )


def _stored(found: Footprint) -> str:
    if found.is_empty:
        return "Nothing so far. Once you answer a question, I keep your answer with your Discord id and the time."
    return lines(
        [
            _in_servers(found),
            _alone(found),
            _for_others(found),
            _settings(found),
            "- 🪪 Your Discord id with all of it, but not your name, your picture or your messages",
        ]
    )


def _in_servers(found: Footprint) -> str:
    if not found.answers and not found.hints:
        return ""
    hints = f" and **{count(found.hints, 'hint')}**" if found.hints else ""
    return (
        f"- 💬 **{count(found.answers, 'answer')}**{hints} in {count(found.servers, 'server')}, with time and points: "
        "leaderboards, streak and statistics follow from them"
    )


def _alone(found: Footprint) -> str:
    kept = _numbers(
        ("practices and reviews", found.sessions),
        ("mock exams", found.exams),
        ("questions in your review", found.reviewed),
        ("study plan", found.plans),
    )
    return f"- 🔒 Alone: {kept}" if kept else ""


def _for_others(found: Footprint) -> str:
    kept = _numbers(
        ("reports on questions", found.reports),
        ("quizzes that you started", found.started),
        ("decisions as a moderator", found.moderated),
    )
    return f"- 🚩 For others: {kept}" if kept else ""


def _numbers(*kept: tuple[str, int]) -> str:
    return ", ".join(f"{what} **{number}**" for what, number in kept if number)


def _settings(found: Footprint) -> str:
    kept = []
    if found.remind_hour is not None:
        kept.append(f"reminders at {found.remind_hour}:00")
    if found.zone is not None:
        kept.append(f"the time zone {found.zone}")
    if found.hidden:
        kept.append(f"hidden from the boards of {count(found.hidden, 'server')}")
    return f"- ⚙️ Your settings: {', '.join(kept)}" if kept else ""


def confirmation_card(asked_at: datetime) -> ui.LayoutView:
    """Asks whether everything is to be erased; `asked_at` is now."""
    return card(
        PARTLY,
        "### 🗑️ Erase all your data?",
        "**What goes**: your answers and hints, your points and places on all leaderboards, streak and statistics; practices, "
        "reviews, mock exams and your plan; reports, reminders and settings; a champion's role.",
        "**This can't be undone.** I can bring none of it back. Export it first if you may miss it.",
        "**What stays**: the sums of a server, without you in them. What I have posted in channels, such as results of quizzes: "
        "moderators can delete that. Backups, until newer ones take their place.",
        "**Later**: answers to questions that are still open go when these close. Otherwise one could see what is right, erase, and "
        "answer again. Until then no board names you.",
        ui.ActionRow(
            button(
                "Erase everything",
                f"{ERASE}:{int(asked_at.timestamp())}",
                style=discord.ButtonStyle.danger,
                emoji="🗑️",
            ),
            button("Keep my data", SHOW),
            button(_EXPORT[0], _EXPORT[1], emoji=_EXPORT[2]),
        ),
    )


def erased_card(waits_until: datetime | None) -> ui.LayoutView:
    """Says that everything is erased, maybe but for what has to wait."""
    rest = (
        "Nothing of yours is left. A last look for traces follows in a minute."
        if waits_until is None
        else "Only your answers to questions that are still open, and the hints for them, are left. They go by themselves when these "
        f"are closed: {stamp(waits_until, 'f')} ({stamp(waits_until)}). Until then no board names you."
    )
    return card(
        RIGHT,
        "### ✅ Your data is erased",
        rest,
        "-# You can come back whenever you like. What you do from now on is kept anew, and `/privacy` erases that, too.",
    )


def export_text(name: str) -> str:
    """What stands beside the file of this name."""
    archive = " It is compressed because it is large; unpack it first." if name.endswith(".zip") else ""
    return (
        f"💾 **Your data** is in this file, in words that people and programs can read (JSON).{archive} Only you see this message; "
        "save the file before you dismiss it."
    )
