"""Where a practice or review ends or waits: its summary, the offer to go on, and that nothing is due."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.domain.questions import Catalog, Question
from bot.domain.reviews import Workload
from bot.domain.sessions import Kind
from bot.study.steps import NothingDue, Over, Unfinished
from cogs.cards.layout import OPEN, PARTLY, QUIET, RIGHT, button, card, clip, count, lines, one_line
from cogs.cards.sessions import NEXT, QUESTIONS, date_words, due_words, practice_id, review_id

_MISSED_SHOWN = 12
_TOPICS_SHOWN = 8


def over_card(over: Over, catalog: Catalog) -> ui.LayoutView:
    """What came of a session, and what to do next."""
    session, found = over.session, over.summary
    if session.kind is Kind.PRACTICE:
        head = "### 🎯 Practice is over" if session.is_done else "### 🎯 Practice stopped"
    else:
        is_done = over.workload is not None and not over.workload.due
        head = "### 🔁 Review done for today" if is_done else "### 🔁 Review stopped"
    if found.answered:
        share = found.right / found.answered
        result = f"**{found.right} of {found.answered}** right at the first try ({share:.0%})"
    else:
        result = "You have not answered any question."
    parts = [
        lines([head, result, _due_line(over.workload)]),
        _topics(over, catalog),
        _missed(found.missed, found.learned),
    ]
    return card(RIGHT if found.answered else QUIET, *parts, ui.ActionRow(*_over_row(over)))


def _over_row(over: Over) -> list[ui.Button[ui.LayoutView]]:
    """What to do next, beside the summary."""
    session = over.session
    practice = practice_id(over.scope, session.difficulty, QUESTIONS)
    if session.kind is Kind.PRACTICE:
        return [
            button("Practise again", practice, emoji="🎯"),
            button("Review", review_id(beside=True), emoji="🔁"),
        ]
    row = [button("Practice", practice, emoji="🎯")]
    if over.workload is not None and over.workload.due:
        row.insert(0, button("Go on", review_id(), emoji="🔁", style=discord.ButtonStyle.primary))
    return row


def _topics(over: Over, catalog: Catalog) -> str:
    records = over.summary.topics
    if len(records) < 2:
        return ""
    table = []
    for record in records[:_TOPICS_SHOWN]:
        bank = catalog.banks.get(record.bank)
        topic = bank.topics.get(record.topic) if bank else None
        title = clip(topic.title if topic else record.topic, 60)
        sign = "✅" if record.right == record.answered else "❌" if not record.right else "➖"
        table.append(f"{sign} **{record.right}/{record.answered}** · {title}")
    more = len(records) - len(table)
    return lines(["**By topic**", *table, f"-# … and {more} more" if more else ""])


def _missed(missed: Sequence[Question], learned: frozenset[str]) -> str:
    if not missed:
        return ""
    table = [
        f"{'🔂' if question.id in learned else '❌'} {one_line(question, 110)}"
        for question in missed[:_MISSED_SHOWN]
    ]
    more = len(missed) - len(table)
    note = f"{'🔂 right in the end · ' if learned else ''}your `/review` asks all of them again soon"
    return lines(["**Look at these again**", *table, f"-# … and {more} more" if more else "", f"-# {note}"])


def unfinished_card(found: Unfinished, catalog: Catalog) -> ui.LayoutView:
    """There is a practice to go on with; a new one ends it."""
    session, wish = found.session, found.wish
    anew = practice_id(found.scope, wish.difficulty, wish.questions, instead_of=session.id)
    return card(
        OPEN,
        lines(
            [
                "### 🎯 You have an unfinished practice",
                _subject(catalog, session.bank, session.topic, session.difficulty),
                f"**{session.answered} of {session.questions}** answered.",
            ]
        ),
        "-# A new one would be on "
        f"{_subject(catalog, wish.bank.id, wish.topic, wish.difficulty)}. It ends the other; what you answered there is kept.",
        ui.ActionRow(
            button("Go on", f"{NEXT}:{session.id}", style=discord.ButtonStyle.primary, emoji="▶️"),
            button("Begin a new one", anew, emoji="🎯"),
        ),
    )


def _subject(catalog: Catalog, bank: str, topic: str | None, difficulty: str | None) -> str:
    only = f", {difficulty} ones only" if difficulty else ""
    return clip(catalog.subject(bank, topic or ""), 200) + only


def nothing_due_card(found: NothingDue) -> ui.LayoutView:
    """Nothing is due: when something is, and what to do until then."""
    work = found.workload
    waits = (
        f"{count(work.withheld, 'question')} that would be due still count for you in a challenge, a quiz or an exam, and come "
        "after that."
        if work.withheld
        else ""
    )
    if work.next_day is not None:
        text = f"Next: **{date_words(work.next_day)}**"
    elif not work.withheld:
        text = (
            "You have no questions in review yet. Every question that you answer, in a quiz, a challenge or on your own, "
            "comes back here before you forget it."
        )
    else:
        text = ""
    row = [button("Practice", practice_id(found.scope, None, QUESTIONS), emoji="🎯")]
    if found.new:
        row.insert(0, button(count(found.new, "new question"), review_id(only_new=True), emoji="🌱"))
    return card(
        PARTLY if work.next_day is None else RIGHT,
        lines(["### ✨ Nothing is due today", text, waits, _due_line(work)]),
        ui.ActionRow(*row),
    )


def _due_line(work: Workload | None) -> str:
    return f"-# {due_words(work)}" if work and (work.due or work.withheld or work.next_day) else ""
