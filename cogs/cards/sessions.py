"""Practice and review: one private message that walks through questions."""

from __future__ import annotations

from datetime import date

import discord
from discord import ui

from bot.domain.questions import DIFFICULTIES, LETTERS, Difficulty
from bot.domain.reviews import Workload
from bot.domain.scoring import Outcome
from bot.domain.sessions import Item, Kind, Session
from bot.study.steps import Answered, Asking
from cogs.cards.layout import (
    MOST_BYTES,
    MOST_TEXT,
    OPEN,
    button,
    card,
    clip,
    count,
    lines,
    one_line,
)
from cogs.cards.questions import options
from cogs.cards.verdicts import COLOURS, WORDS, all_options, letters, teaching

PICK = "item-pick"
"""The answer, where one option is right: item, place."""
TICK = "item-tick"
"""A tick, where several are right: item, place, 1 for ticked from now on."""
SUBMIT = "item-submit"
"""The answer, where several are right: item."""
HINT = "item-hint"
"""A step of the ladder of hints: item, step."""
WHY = "item-why"
"""All options of an answered question: item."""
SURE = "item-sure"
"""How sure the member was: item, 1 or 0."""
REPORT = "item-report"
"""What is wrong with the question: item."""
NEXT = "session-next"
"""What comes next in a session: session."""
STOP = "session-stop"
"""The end of a session: session."""
PRACTICE = "practice"
"""A practice: the number of its bank and topic, difficulty (0: any, else its place in `DIFFICULTIES` from 1), questions,
the session that it is to end (0: none)."""
REVIEW = "review"
"""A review: 1 to go on with new questions where nothing is due; 1 to leave the message with the button as it is."""

QUESTIONS = 10
"""How many questions a practice has unless somebody says so."""

_FRAME = 320
"""Characters on the card of a question that are neither the question's nor a hint's."""
_BYTES_PER_CHARACTER = 4


def practice_id(scope: int, difficulty: Difficulty | None, questions: int, *, instead_of: int = 0) -> str:
    """The id of a button that begins a practice."""
    place = DIFFICULTIES.index(difficulty) + 1 if difficulty else 0
    return f"{PRACTICE}:{scope}:{place}:{questions}:{instead_of}"


def review_id(*, only_new: bool = False, beside: bool = False) -> str:
    """The id of a button that begins a review, in the place of its message or `beside` it."""
    return f"{REVIEW}:{int(only_new)}:{int(beside)}"


def _progress(asking: Asking) -> str:
    """Where the member is."""
    session, item = asking.session, asking.item
    if session.kind is Kind.REVIEW:
        new = " · 🌱 new for you" if item.is_new else ""
        return f"-# 🔁 Review{f' · {due_words(asking.workload)}' if asking.workload else ''}{new}"
    questions = session.questions
    if item.position > questions:
        left = sum(other.choice is None for other in session.items)
        return f"-# 🎯 Practice · 🔂 once more, {left} left"
    return f"-# 🎯 Practice · question {item.position} of {questions}"


def due_words(work: Workload) -> str:
    """How much there is to review, today and later."""
    waits = f" · {work.withheld} wait" if work.withheld else ""
    return f"{len(work.due)} due today{waits} · {work.tomorrow} tomorrow · {work.week} within a week"


def date_words(day: date) -> str:
    """A date with its weekday: Monday, 23 November."""
    return f"{day:%A}, {day.day} {day:%B}"


def item_card(asking: Asking, topic: str) -> ui.LayoutView:
    """A question to answer, with the hints that were taken. Where several options are right it is its own sheet."""
    session, item = asking.session, asking.item
    question = item.question
    choose = f"-# Choose {question.choose}, then submit." if question.choose > 1 else ""
    return card(
        OPEN,
        f"### {topic}\n{_progress(asking)}",
        lines([question.prompt, choose]),
        ui.Separator(),
        *options(item, _letters(item)),
        ui.Separator(),
        _hints(item),
        *([_submit_row(item)] if question.choose > 1 else []),
        _help_row(session, item),
    )


def _hints(item: Item) -> str:
    """The hints that were taken; cut where they stand below a question that leaves too little room for them."""
    question, shown = item.question, item.question.hints[: item.hints]
    texts = [question.prompt, *(option.text for option in question.options)]
    room = min(
        MOST_TEXT - _FRAME - sum(map(len, texts)),
        (MOST_BYTES - 2 * _FRAME - sum(len(text.encode()) for text in texts)) // _BYTES_PER_CHARACTER,
    )
    if sum(map(len, shown)) > room:
        shown = tuple(clip(hint, room // len(shown)) for hint in shown)
    return "\n".join(f"💡 **Hint {n}**  {hint}" for n, hint in enumerate(shown, start=1))


def _letters(item: Item) -> list[ui.Button[ui.LayoutView]]:
    places = range(len(item.order))
    if item.question.choose == 1:
        return [button(LETTERS[place], f"{PICK}:{item.id}:{place}") for place in places]
    is_full = len(item.ticked) == item.question.choose
    return [
        button(
            f"{'☑' if place in item.ticked else '☐'} {LETTERS[place]}",
            f"{TICK}:{item.id}:{place}:{int(place not in item.ticked)}",
            style=discord.ButtonStyle.primary if place in item.ticked else discord.ButtonStyle.secondary,
            # what is one too many can't be ticked
            disabled=is_full and place not in item.ticked,
        )
        for place in places
    ]


def _submit_row(item: Item) -> ui.ActionRow[ui.LayoutView]:
    missing = item.question.choose - len(item.ticked)
    return ui.ActionRow(
        button(
            f"Submit ({missing} more to tick)" if missing else "Submit",
            f"{SUBMIT}:{item.id}",
            style=discord.ButtonStyle.success,
            disabled=missing != 0,
        )
    )


def _help_row(session: Session, item: Item) -> ui.ActionRow[ui.LayoutView]:
    row: list[ui.Button[ui.LayoutView]] = []
    left = len(item.question.hints) - item.hints
    if left:
        row.append(button(f"Hint ({left} left)", f"{HINT}:{item.id}:{item.hints + 1}", emoji="💡"))
    row.append(button("Report", f"{REPORT}:{item.id}", emoji="🚩"))
    row.append(button("Stop", f"{STOP}:{session.id}", emoji="⏹️"))
    return ui.ActionRow(*row)


def answered_card(answered: Answered, *, in_full: bool = False) -> ui.LayoutView:
    """The verdict, with why; `in_full` with every option."""
    session, item = answered.session, answered.item
    outcome, chosen = item.outcome, item.choice
    if outcome is None or chosen is None:
        raise AssertionError("only what is answered has a verdict")
    is_over = session.ended_at is not None
    again = any(other.choice is None and other.question.id == item.question.id for other in session.items)
    hints = f" · 💡 {count(item.hints, 'hint')}" if item.hints else ""
    head = lines(
        [
            f"### {WORDS[outcome]}{hints}",
            "-# 🔂 It comes once more at the end of this practice." if again and not is_over else "",
            f"-# 🗓️ In your review again on {date_words(answered.card.due)}." if answered.card else "",
        ]
    )
    if in_full:
        shown = [f"> {one_line(item.question)}\nYou answered {letters(item, chosen)}.", *all_options(item)]
    else:
        shown = [*teaching(item, chosen, name_question=True)]
    rows = [_next_row(session, item, in_full=in_full)]
    if session.kind is Kind.REVIEW and outcome is Outcome.RIGHT and not is_over:
        rows.append(_sure_row(item))
    return card(COLOURS[outcome], head, *shown, *rows)


def _next_row(session: Session, item: Item, *, in_full: bool) -> ui.ActionRow[ui.LayoutView]:
    is_last = session.ended_at is not None or (session.kind is Kind.PRACTICE and session.is_done)
    label = "Summary" if is_last else "Next"
    row = [button(label, f"{NEXT}:{session.id}", style=discord.ButtonStyle.primary, emoji="▶️")]
    if not in_full:
        row.append(button("All options", f"{WHY}:{item.id}", emoji="📖"))
    row.append(button("Report", f"{REPORT}:{item.id}", emoji="🚩"))
    if not is_last:
        row.append(button("Stop", f"{STOP}:{session.id}", emoji="⏹️"))
    return ui.ActionRow(*row)


def _sure_row(item: Item) -> ui.ActionRow[ui.LayoutView]:
    """Optional: how sure the member was."""

    def choice(label: str, sure: bool, emoji: str) -> ui.Button[ui.LayoutView]:
        is_said = item.sure is sure
        style = discord.ButtonStyle.primary if is_said else discord.ButtonStyle.secondary
        return button(
            f"☑ {label}" if is_said else label, f"{SURE}:{item.id}:{int(sure)}", emoji=emoji, style=style
        )

    return ui.ActionRow(choice("I was sure", True, "😎"), choice("I was not sure", False, "🤔"))
