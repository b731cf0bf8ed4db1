"""The question card, open and closed, and the private sheet for questions with several correct options."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import discord
from discord import ui

from bot.domain.questions import LETTERS, Shown, to_mask
from bot.domain.rounds import CloseReason, Round, RoundResult
from bot.domain.scoring import HINT_COST, RIGHT_POINTS, SPEED_POINTS
from cogs.cards.layout import OPEN, QUIET, Item, button, card, count, stamp

# What the ids of buttons say. Places are those on the card, never the bank's, and nothing tells the key.
ANSWER = "a"
SHEET = "m"
SUBMIT = "s"
HINT = "h"
REPORT = "r"
NEXT = "n"


def _head(round_: Round, topic: str) -> str:
    if round_.quiz_id is None:
        return f"### {topic}"
    return f"### {topic}\n-# Question {round_.position} of {round_.total}"


def _task(round_: Round) -> str:
    choose = round_.question.choose
    if choose == 1:
        return round_.question.prompt
    rest = "the other" if choose == 2 else "the others"
    return f"{round_.question.prompt}\n-# Choose {choose}: click a letter, then tick {rest} and submit, in private."


def options(shown: Shown, buttons: Sequence[ui.Button[ui.LayoutView]]) -> list[Item]:
    """The options of a question, each with its button."""
    return [
        ui.Section(f"**{LETTERS[place]}**  {shown.question.options[option].text}", accessory=buttons[place])
        for place, option in enumerate(shown.order)
    ]


def question_card(round_: Round, topic: str, answered: int) -> ui.LayoutView:
    """The card of an open round. It shows how many answered, and not who or what."""
    worth = f"{RIGHT_POINTS} points" + (f" + up to {SPEED_POINTS} for speed" if round_.timed else "")
    buttons = [button(LETTERS[place], f"{ANSWER}:{round_.id}:{place}") for place in range(len(round_.order))]
    help_row: list[ui.Button[ui.LayoutView]] = []
    if round_.question.hints:
        help_row.append(button(f"Hint (−{HINT_COST})", f"{HINT}:{round_.id}", emoji="💡"))
    help_row.append(button("Report", f"{REPORT}:{round_.id}", emoji="🚩"))
    closes = "⏳ Closes" if round_.timed else f"🗓️ Open until {stamp(round_.closes_at, 'f')}, closes"
    return card(
        OPEN,
        _head(round_, topic),
        _task(round_),
        ui.Separator(),
        *options(round_, buttons),
        ui.Separator(),
        f"{closes} {stamp(round_.closes_at)} · **{answered}** answered\n-# {worth}",
        ui.ActionRow(*help_row),
    )


def private_question_card(round_: Round, topic: str, since: datetime) -> ui.LayoutView:
    """A question of a challenge, for the one member who is at it `since` then."""
    buttons = [button(LETTERS[place], f"{ANSWER}:{round_.id}:{place}") for place in range(len(round_.order))]
    help_row = [button("Report", f"{REPORT}:{round_.id}", emoji="🚩")]
    if round_.question.hints:
        help_row.insert(0, button(f"Hint (−{HINT_COST})", f"{HINT}:{round_.id}", emoji="💡"))
    return card(
        OPEN,
        f"### {topic}\n-# Weekly challenge · question {round_.position} of {round_.total}",
        _task(round_),
        ui.Separator(),
        *options(round_, buttons),
        ui.Separator(),
        f"⏱️ Your time is running, since {stamp(since)} · {RIGHT_POINTS} points",
        ui.ActionRow(*help_row),
    )


_CLOSED = {
    CloseReason.DEADLINE: "⌛ Time is up",
    CloseReason.EVERYONE: "✔️ Everyone has answered",
    CloseReason.SKIPPED: "⏭️ Skipped",
    CloseReason.STOPPED: "⏹️ Stopped",
    CloseReason.VOIDED: "🚫 Voided by a moderator",
}


def closed_card(round_: Round, topic: str, result: RoundResult) -> ui.LayoutView:
    """The card of a closed round: the key is marked by a tick and a word, and the buttons rest."""
    buttons = []
    for place, option in enumerate(round_.order):
        correct = option in round_.question.key
        buttons.append(
            button(
                LETTERS[place],
                f"{ANSWER}:{round_.id}:{place}",
                style=discord.ButtonStyle.success if correct else discord.ButtonStyle.secondary,
                emoji="✅" if correct else None,
                disabled=True,
            )
        )
    closed = CloseReason.VOIDED if result.voided else round_.close_reason or CloseReason.DEADLINE
    reason = _CLOSED.get(closed, "Closed")
    key = " and ".join(sorted(LETTERS[round_.place_of(option)] for option in round_.question.key))
    return card(
        QUIET,
        _head(round_, topic),
        round_.question.prompt,
        ui.Separator(),
        *options(round_, buttons),
        ui.Separator(),
        f"{reason} · **{result.answered}** answered · Correct: **{key}**",
        ui.ActionRow(button("Report", f"{REPORT}:{round_.id}", emoji="🚩")),
    )


def answer_sheet(round_: Round, chosen: frozenset[int]) -> ui.LayoutView:
    """The private sheet on which a member ticks several options before submitting. Its ids carry the ticks."""
    mask = to_mask(chosen)
    buttons = [
        button(
            f"{'☑' if place in chosen else '☐'} {LETTERS[place]}",
            f"{SHEET}:{round_.id}:{mask}:{place}",
            style=discord.ButtonStyle.primary if place in chosen else discord.ButtonStyle.secondary,
        )
        for place in range(len(round_.order))
    ]
    missing = round_.question.choose - len(chosen)
    if missing > 0:
        state = f"Tick {missing} more."
    elif missing < 0:
        state = f"Untick {-missing}: only {round_.question.choose} are asked for."
    else:
        state = (
            f"{count(len(chosen), 'option')} ticked. Submit when you are sure; the first submission counts."
        )
    submit = button(
        "Submit", f"{SUBMIT}:{round_.id}:{mask}", style=discord.ButtonStyle.success, disabled=missing != 0
    )
    return card(
        OPEN,
        f"### Choose {round_.question.choose}",
        # in a quiz the question stands in the channel; here the sheet has taken its place
        round_.question.prompt if round_.private else "",
        *options(round_, buttons),
        ui.Separator(),
        f"{state}\n-# Closes {stamp(round_.closes_at)}",
        ui.ActionRow(submit),
    )
