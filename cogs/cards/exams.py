"""A mock exam before its end: the preparation, the question in front, the overview."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import discord
from discord import ui

from bot.domain.exams import ExamEnd, ExamItem, needed
from bot.domain.questions import LETTERS
from bot.study.exam_states import Preparation, Sitting
from cogs.cards.layout import OPEN, PARTLY, Item, button, card, clip, count, lines, runs, stamp
from cogs.cards.questions import options
from cogs.cards.verdicts import letters

# What the ids say: always the exam first. Places are those on the card, never the bank's, and nothing tells the key.
BEGIN = "exam-begin"
PICK = "exam-pick"
"""Whether an option is ticked from now on: exam, position, place, 1 or 0. Twice is once."""
GO = "exam-go"
"""A question: exam, position."""
FLAG = "exam-flag"
"""Whether a question is flagged for later from now on: exam, position, 1 or 0."""
OVERVIEW = "exam-list"
JUMP = "exam-jump"
"""The select of a page of questions: exam, page."""
SUBMIT = "exam-submit"
"""The end: exam, 1 when questions may be open."""
SHOW = "exam-result"
"""The report, or the exam as it is while it runs: exam."""
HISTORY = "exam-history"
"""A page of the past exams, from 0."""

FLAGGED = "🔖"

JUMPS = 25
"""So many questions are in one select."""

Button = ui.Button[ui.LayoutView]


def preparation_card(preparation: Preparation) -> ui.LayoutView:
    """What comes, and the button that begins it."""
    exam, bank = preparation.exam, preparation.bank
    right = needed(exam.questions, exam.pass_mark)
    row = [button("Begin", f"{BEGIN}:{exam.id}", style=discord.ButtonStyle.success, emoji="▶️")]
    if preparation.last:
        row += [
            button("Last result", f"{SHOW}:{preparation.last.id}", emoji="📄"),
            button("Past exams", f"{HISTORY}:0", emoji="🗂️"),
        ]
    return card(
        OPEN,
        f"### 📝 Mock exam: {bank.title}\n"
        f"**{count(exam.questions, 'question')}** in **{count(exam.minutes, 'minute')}** · "
        f"passed with **{exam.pass_mark}%** ({right} right)",
        lines([_topics(preparation), _fewer(preparation), _last(preparation)]),
        ui.Separator(),
        "⏱️ The time starts when you press Begin. It runs on while you are away; when it is up, what you have answered "
        "is graded.\n"
        "🤫 No feedback before the end, and no hints anywhere as long as it runs.\n"
        "🔀 Go back and forth, flag questions for later, change your mind until you submit.\n"
        "💾 Every click is kept: `/exam start` leads back to where you were.\n"
        "👤 Only you see it. It scores on no leaderboard.",
        f"-# {clip(bank.disclaimer, 300)}",
        ui.ActionRow(*row),
    )


def _topics(preparation: Preparation) -> str:
    exam, bank = preparation.exam, preparation.bank
    if not exam.topics:
        return f"Topics: all {len(bank.topics_with_questions)}, by their weights"
    titles = [bank.topics[topic].title for topic in exam.topics if topic in bank.topics]
    return clip("\n".join(["Topics:", *(f"· {title}" for title in titles)]), 1000)


def _fewer(preparation: Preparation) -> str:
    """Why there are fewer questions than were asked for, where there are."""
    exam = preparation.exam
    if exam.questions == preparation.wanted:
        return ""
    why = f"ℹ️ {count(exam.questions, 'question')} instead of {preparation.wanted}: there are no more to choose from"
    if preparation.withheld:
        why += f", since {preparation.withheld} still count for you in a challenge or a quiz"
    return f"{why}."


def _last(preparation: Preparation) -> str:
    last = preparation.last
    if last is None or last.ended_at is None:
        return ""
    verdict = "✅ passed" if last.passed else "❌ not passed"
    by_time = ", ended by time" if last.end_reason is ExamEnd.TIME else ""
    return f"-# Your last exam, {stamp(last.ended_at)}: {verdict} with {last.percent}%{by_time}"


def _progress(sitting: Sitting) -> str:
    answered = len(sitting.items) - len(sitting.open)
    flagged = f" · {FLAGGED} {len(sitting.flagged)} flagged" if sitting.flagged else ""
    return f"-# ⏳ ends {stamp(sitting.ends_at)} · ✅ {answered} answered{flagged}"


def question_card(sitting: Sitting, item: ExamItem) -> ui.LayoutView:
    """A question of an exam. It names no topic: that would be a hint."""
    exam, choose = sitting.exam, item.question.choose
    flag = f" {FLAGGED}" if item.flagged else ""
    task = f"-# {count(choose, 'answer')} are right: tick {choose}." if choose > 1 else ""
    return card(
        OPEN,
        f"### Mock exam · question {item.position} of {exam.questions}{flag}\n{_progress(sitting)}",
        lines([item.question.prompt, task]),
        ui.Separator(),
        *options(item, _letters(exam.id, item)),
        ui.Separator(),
        f"-# {_state(item)}",
        ui.ActionRow(*_navigation(exam.id, item, exam.questions)),
    )


def _letters(exam_id: int, item: ExamItem) -> list[Button]:
    """The buttons beside the options. Each says what becomes of its option alone: a quick click comes from a card that
    does not show the click before yet."""
    chosen = frozenset(item.place_of(option) for option in item.choice)
    several = item.question.choose > 1

    def letter(place: int) -> Button:
        ticked = not several or place not in chosen
        sign = "☑ " if place in chosen else "☐ " if several else ""
        return button(
            f"{sign}{LETTERS[place]}",
            f"{PICK}:{exam_id}:{item.position}:{place}:{int(ticked)}",
            style=discord.ButtonStyle.primary if place in chosen else discord.ButtonStyle.secondary,
            # what is one too many can't be ticked
            disabled=several and place not in chosen and item.answered,
        )

    return [letter(place) for place in range(len(item.order))]


def _state(item: ExamItem) -> str:
    if not item.choice:
        return "☐ No answer yet"
    chosen = letters(item, item.choice)
    if item.answered:
        return f"☑ Your answer: **{chosen}**. You can still change it."
    return f"☐ **{chosen}** ticked, {item.question.choose - len(item.choice)} more to tick"


def _navigation(exam_id: int, item: ExamItem, last: int) -> list[Button]:
    position = item.position
    flag = button(
        "Unflag" if item.flagged else "Flag",
        f"{FLAG}:{exam_id}:{position}:{int(not item.flagged)}",
        emoji=FLAGGED,
    )
    overview = button("Overview", f"{OVERVIEW}:{exam_id}", emoji="🧭")
    back = button("Previous", f"{GO}:{exam_id}:{position - 1}", emoji="◀️", disabled=position == 1)
    if position == last:
        return [back, flag, overview]
    return [back, button("Next", f"{GO}:{exam_id}:{position + 1}", emoji="▶️"), flag, overview]


def _ranges(positions: Sequence[int]) -> str:
    """Positions in few words, with those that follow each other as one range."""
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs(positions))


def _table(sitting: Sitting) -> str:
    answered = [item.position for item in sitting.items if item.answered]
    groups = [
        ("✅", "answered", answered),
        ("⬜", "open", sitting.open),
        (FLAGGED, "flagged", sitting.flagged),
    ]
    return lines(
        f"{symbol} **{len(positions)} {word}**: {_ranges(positions)}" if positions else ""
        for symbol, word, positions in groups
    )


def overview_card(sitting: Sitting) -> ui.LayoutView:
    """What is answered, open and flagged, with the ways there and to the end."""
    exam = sitting.exam
    # to each question one button at most: ids must differ
    ways: dict[int, str] = {}
    if sitting.open:
        ways[sitting.open[0]] = f"First open: {sitting.open[0]}"
    if sitting.flagged:
        ways.setdefault(sitting.flagged[0], f"First flagged: {sitting.flagged[0]}")
    ways.setdefault(exam.position, f"Back to {exam.position}")
    return card(
        OPEN,
        f"### Mock exam · overview\n-# ⏳ ends {stamp(sitting.ends_at)}",
        _table(sitting),
        *_jumps(sitting),
        ui.ActionRow(
            *(button(label, f"{GO}:{exam.id}:{position}") for position, label in ways.items()),
            button("Submit", f"{SUBMIT}:{exam.id}:0", style=discord.ButtonStyle.success, emoji="📤"),
        ),
    )


def _jumps(sitting: Sitting) -> list[Item]:
    """Selects that lead to any question."""
    rows: list[Item] = []
    for page, start in enumerate(range(0, len(sitting.items), JUMPS)):
        part = sitting.items[start : start + JUMPS]
        select: ui.Select[ui.LayoutView] = ui.Select(
            custom_id=f"{JUMP}:{sitting.exam.id}:{page}",
            placeholder=f"Go to a question, {part[0].position} to {part[-1].position}",
            options=[
                discord.SelectOption(label=_label(item), value=str(item.position), emoji=_sign(item))
                for item in part
            ],
        )
        rows.append(ui.ActionRow(select))
    return rows


def _label(item: ExamItem) -> str:
    missing = item.question.choose - len(item.choice)
    state = "answered" if item.answered else f"open, {missing} more to tick" if item.choice else "open"
    return f"{item.position} · {state}{f' {FLAGGED}' if item.flagged else ''}"


def _sign(item: ExamItem) -> str:
    return "✅" if item.answered else "⬜"


def confirmation_card(sitting: Sitting) -> ui.LayoutView:
    """Asks before an exam ends with questions that are open or flagged."""
    exam = sitting.exam
    parts: list[tuple[Callable[[int], str], list[int]]] = [
        (lambda n: f"⬜ **{count(n, 'question')} open**, wrong if you submit now", sitting.open),
        (lambda n: f"{FLAGGED} **{count(n, 'question')} flagged** for another look", sitting.flagged),
    ]
    return card(
        PARTLY,
        f"### Submit the mock exam?\n-# ⏳ ends {stamp(sitting.ends_at)}",
        lines(f"{say(len(found))}: {_ranges(found)}" if found else "" for say, found in parts),
        "There is no way back after that.",
        ui.ActionRow(
            button("Submit anyway", f"{SUBMIT}:{exam.id}:1", style=discord.ButtonStyle.danger, emoji="📤"),
            button("Back", f"{OVERVIEW}:{exam.id}"),
        ),
    )
