"""What a member is told in private: the verdict, what stands, the full explanation, hints."""

from __future__ import annotations

from collections.abc import Iterable

import discord
from discord import ui

from bot.domain.questions import LETTERS, Shown
from bot.domain.rounds import Answer, CloseReason, Round
from bot.domain.scoring import HINT_COST, Outcome
from bot.study.hints import Hint
from bot.study.replies import AnsweredBefore, Recorded, Reply, RoundOver
from cogs.cards.layout import (
    MOST_TEXT,
    OPEN,
    PARTLY,
    QUIET,
    RIGHT,
    WRONG,
    Item,
    button,
    card,
    count,
    lines,
    links,
    one_line,
)
from cogs.cards.questions import HINT, NEXT

_CHOICES = 10

_HEAD = 300
"""Characters that the head of a verdict may need."""

COLOURS = {Outcome.RIGHT: RIGHT, Outcome.PARTLY: PARTLY, Outcome.WRONG: WRONG}
WORDS = {Outcome.RIGHT: "✅ Correct", Outcome.PARTLY: "➖ Partly correct", Outcome.WRONG: "❌ Not correct"}


def letters(shown: Shown, options: Iterable[int]) -> str:
    """The letters of options of a question: A and C."""
    return " and ".join(sorted(LETTERS[shown.place_of(option)] for option in options))


def _option(shown: Shown, option: int, lead: str = "") -> str:
    """One option with its symbol, letter, text and why, for a text of its own: a quotation may run on into what follows."""
    content = shown.question.options[option]
    symbol = "✅" if content.correct else "❌"
    return f"{symbol} **{lead}{letters(shown, [option])}**  {content.text}\n> {_quoted(content.why)}"


def _quoted(text: str) -> str:
    return text.replace("\n", "\n> ")


def _by_place(shown: Shown, options: Iterable[int]) -> list[int]:
    return sorted(options, key=shown.place_of)


def teaching(shown: Shown, chosen: frozenset[int], *, name_question: bool) -> list[str]:
    """What was chosen with its why, the rest of the key, the explanation, and where to read more.

    `name_question`: where this takes the place of the question, its beginning comes first.
    """
    missed = shown.question.key - chosen
    parts = [
        *(_option(shown, option, "You chose ") for option in _by_place(shown, chosen)),
        *(_option(shown, option, "The answer is ") for option in _by_place(shown, missed)),
        shown.question.explanation,
        links(shown.question),
    ]
    room = MOST_TEXT - sum(map(len, parts)) - _HEAD
    if name_question and room > 0:
        parts.insert(0, f"> {one_line(shown.question, min(150, room))}")
    return parts


def all_options(shown: Shown) -> list[Item | str]:
    """Everything a question teaches: each option with its why, the explanation, references."""
    return [
        *(_option(shown, option) for option in shown.order),
        ui.Separator(),
        shown.question.explanation,
        links(shown.question),
    ]


def _teaching(round_: Round, answer: Answer | None) -> list[str]:
    return teaching(round_, answer.choice if answer else frozenset(), name_question=round_.private)


def reply_card(reply: Reply, following: int | None = None) -> ui.LayoutView:
    """The one private message that answers a click on an option. `following` is the next question of a challenge."""
    match reply:
        case Recorded(round_, answer):
            return verdict_card(round_, answer, verdict_head(reply), following)
        case AnsweredBefore(round_, answer):
            return card(
                COLOURS[answer.outcome],
                f"### Your first answer stands: {letters(round_, answer.choice)}\n"
                f"{WORDS[answer.outcome]} · {count(answer.points, 'point')}",
                *_teaching(round_, answer),
                *_go_on(round_, following),
            )
        case RoundOver(round_, answer, voided=True):
            return _voided(round_, answer, following)
        case RoundOver(round_, answer):
            if answer:
                yours = f"You had answered {letters(round_, answer.choice)}: {WORDS[answer.outcome]}"
            elif round_.close_reason is CloseReason.REFUSED:
                yours = "It had to end because Discord did not take my messages here. All answers before that are kept."
            else:
                yours = "Your click came too late, so it does not count."
            return card(QUIET, f"### 🔒 This question is closed\n{yours}", *_teaching(round_, answer))


def verdict_head(reply: Recorded) -> str:
    """What a verdict begins with: the outcome, the points, and why they are so many."""
    round_, answer = reply.round, reply.answer
    earned = f" · +{count(answer.points, 'point')}" if answer.points else ""
    notes = []
    if answer.hints and answer.points:
        notes.append(f"-# 💡 {count(answer.hints, 'hint')} used, −{HINT_COST} points each")
    if round_.question.author == answer.member_id:
        notes.append("-# You wrote this question, so it earns you no points.")
    elif not reply.scored:
        notes.append(
            "-# You have already answered this question this week, so it does not score on the leaderboard again."
            + (" It counts in the challenge." if round_.private else "")
        )
    return lines([f"### {WORDS[answer.outcome]}{earned}", *notes])


def verdict_card(round_: Round, answer: Answer, head: str, following: int | None) -> ui.LayoutView:
    """A verdict with this head. The rest of it follows from the choice alone."""
    return card(COLOURS[answer.outcome], head, *_teaching(round_, answer), *_go_on(round_, following))


VOIDED = "A moderator has voided this question: nobody has points for it in this server."


def _voided(round_: Round, answer: Answer | None, following: int | None) -> ui.LayoutView:
    """A question that counts no more. Where it could count again, it is explained only to who has answered it."""
    yours = f"You had answered {letters(round_, answer.choice)}: {WORDS[answer.outcome]}" if answer else ""
    taught = _teaching(round_, answer) if answer or not round_.private else []
    return card(QUIET, lines(["### 🚫 Voided", VOIDED, yours]), *taught, *_go_on(round_, following))


def _go_on(round_: Round, following: int | None) -> list[Item]:
    """In a challenge: the way to the next question. Time does not run before it is taken."""
    if round_.challenge_id is None:
        return []
    label = "My result" if following is None else f"Question {following} of {round_.total}"
    return [ui.ActionRow(button(label, f"{NEXT}:{round_.challenge_id}", style=discord.ButtonStyle.primary))]


def explanation_card(round_: Round, answer: Answer, *, voided: bool) -> ui.LayoutView:
    """Everything a question teaches: each option with its why, the explanation, references."""
    question = round_.question
    return card(
        COLOURS[answer.outcome],
        lines(
            [
                f"### {one_line(question)}",
                f"You answered {letters(round_, answer.choice)}: {WORDS[answer.outcome]}",
                f"🚫 {VOIDED}" if voided else "",
            ]
        ),
        *all_options(round_),
    )


def hint_card(hint: Hint) -> ui.LayoutView:
    """The hints that a member has taken, the newest last."""
    ladder = hint.round.question.hints
    shown = [f"💡 **Hint {number}**  {text}" for number, text in enumerate(ladder[: hint.taken], start=1)]
    cost = f"This question now pays {HINT_COST * hint.taken} points less."
    if hint.left:
        rest = f"{count(hint.left, 'hint')} left; the next costs another {HINT_COST} points."
    else:
        rest = "That was the last one." if hint.is_new else "There are no more hints."
    return card(PARTLY, "\n".join(shown), f"-# {cost} {rest}")


def hint_choice_card(rounds: list[Round]) -> ui.LayoutView:
    """Which of several open questions the help is for."""
    parts = [
        ui.Section(
            f"**{number}**  {one_line(round_.question)}",
            accessory=button("Hint", f"{HINT}:{round_.id}", emoji="💡"),
        )
        for number, round_ in enumerate(rounds[:_CHOICES], start=1)
    ]
    more = "-# For older questions press Hint on their cards." if len(rounds) > _CHOICES else ""
    head = (
        f"### Several questions are open here\nFor which one do you want a hint? It costs {HINT_COST} points."
    )
    return card(OPEN, head, *parts, more)
