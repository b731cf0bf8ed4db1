"""What voiding a question costs, what came of it, and the note for everybody."""

from __future__ import annotations

import discord
from discord import ui

from bot.domain.questions import Question
from bot.domain.reports import ReportState, Voiding
from bot.study.reports import CasePage, Decided
from cogs.cards.layout import QUIET, WRONG, button, card, count, lines, one_line, stamp
from cogs.cards.reports import SHOW, VOID, who


def void_card(page: CasePage, worth: Voiding) -> ui.LayoutView:
    """Asks once more before a question is voided."""
    id_ = page.case.id
    taken = "It has brought nobody points here so far."
    if worth.members:
        taken = (
            f"It counts for **{count(worth.members, 'member')}**: **{count(worth.points, 'point')}** and these answers leave all "
            "boards of this server."
        )
    told = f"A note in <#{page.last.channel_id}> says so." if page.last else ""
    return card(
        WRONG,
        "### 🚫 Void this question?",
        f"> {one_line(page.case.question)}",
        lines(
            [
                f"• {taken}",
                "• It is asked here no more, unless it is edited. Where it is open it ends at once, and challenges go on "
                "without it.",
                "• Answers stay stored, and nobody loses a day of their streak. Who won challenges that are over has won.",
                f"• {told}" if told else "",
            ]
        ),
        ui.ActionRow(
            button("Void it", f"{VOID}:{id_}:1", style=discord.ButtonStyle.danger),
            button("Back", f"{SHOW}:{id_}"),
        ),
    )


def decided_notice(decided: Decided) -> str:
    """What became of a decision, for the moderator who made it."""
    case = decided.case
    about = f"\n-# {one_line(case.question, 80)}"
    if not decided.is_first:
        if case.handled_at is None:
            return f"↩️ This was opened again before your click.{about}"
        when = f"{case.state} by {who(case.handled_by)}, {stamp(case.handled_at)}"
        return f"✋ Somebody was faster: {when}. Nothing was changed.{about}"
    match case.state:
        case ReportState.ACCEPTED:
            said = "✅ Accepted. Whoever looks after the questions finds it in their list."
        case ReportState.DISMISSED:
            said = "❎ Dismissed. The question stays as it is."
        case ReportState.VOIDED:
            said = _voided(decided.voiding or Voiding(0, 0))
        case ReportState.OPEN:
            said = "↩️ Open again."
    return lines([said, _told(decided)]) + about


def _voided(voiding: Voiding) -> str:
    if not voiding.members:
        return "🚫 Voided. It had brought nobody points here."
    return (
        f"🚫 Voided. **{count(voiding.points, 'point')}** of **{count(voiding.members, 'member')}** go from the boards now; "
        "with thousands of members that takes a minute."
    )


def _told(decided: Decided) -> str:
    if decided.note_in is None:
        return ""
    if decided.trouble:
        return f"⚠️ The members could not be told in <#{decided.note_in}>: {decided.trouble}"
    return f"📣 <#{decided.note_in}> was told."


def void_note(question: Question, *, voided: bool) -> ui.LayoutView:
    """Tells a channel that a question counts no more, or again."""
    if voided:
        head = "### 🚫 A question was voided"
        text = (
            "Something is wrong with it, so a moderator has taken it out: nobody has points for it any more, and nobody loses a "
            "day of their streak. Answers stay stored."
        )
    else:
        head = "### ↩️ A question counts again"
        text = "A moderator had voided it, and has put it back: everybody who answered it has their points again."
    return card(
        QUIET, head, f"> {one_line(question)}", f"{text}\n-# `/leaderboard` shows where everybody stands."
    )
