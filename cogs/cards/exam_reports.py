"""A mock exam after its end: the report, the wrong answers page by page, the past exams."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.domain.exams import Exam, ExamEnd, ExamItem, Report, TopicScore, needed
from bot.domain.questions import LETTERS, Catalog
from bot.domain.scoring import Outcome
from bot.study.exam_states import WrongPage
from cogs.cards.exam_pictures import (
    Attempt,
    ExamHistory,
    ExamTopics,
    TopicBar,
    history_alt_text,
    topics_alt_text,
)
from cogs.cards.exams import HISTORY, SHOW, Button
from cogs.cards.layout import (
    BYTES_PER_TEXT,
    MOST_BYTES,
    MOST_TEXT,
    OPEN,
    QUIET,
    RIGHT,
    WRONG,
    Item,
    button,
    card,
    clip,
    count,
    lines,
    one_line,
    stamp,
    stopwatch,
)
from cogs.cards.verdicts import COLOURS, WORDS, teaching

WRONG_ANSWERS = "exam-wrong"
"""What was not right in an exam: exam, page from 1."""
IN_REVIEW = "exam-review"
"""Whether that is reviewed from now on: exam, 1 or 0."""
FLAW = "exam-flaw"
"""What is wrong with a question: exam, position."""

PICTURE = "exam.png"

WAITS = "⏳ This question still counts for you in a challenge, a quiz or an exam. It is explained here when that is over."

_BYTES = MOST_BYTES - 30 * BYTES_PER_TEXT
"""Room for the texts of a page of wrong answers, which are never so many."""
_TOPICS_SHOWN = 20
_PAGE = 8
"""Past exams on a page."""
_DRAWN = 30
"""So many past exams, the latest, are in the picture."""


def topics_chart(report: Report) -> ExamTopics:
    """The picture by topic, the heaviest first."""
    topics = sorted(report.topics, key=lambda topic: (-(topic.weight or 0), topic.title))
    bars = tuple(TopicBar(topic.title, topic.right, topic.asked) for topic in topics)
    return ExamTopics(bars, report.exam.pass_mark)


def history_chart(exams: Sequence[Exam]) -> ExamHistory | None:
    """The line of the latest exams; None without any."""
    attempts = tuple(
        Attempt(exam.day, exam.correct or 0, exam.questions, exam.pass_mark)
        for exam in exams[-_DRAWN:]
        if exam.day is not None
    )
    return ExamHistory(attempts) if attempts else None


def _gallery(description: str) -> Item:
    picture: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
    picture.add_item(media=f"attachment://{PICTURE}", description=description)
    return picture


def report_card(report: Report, catalog: Catalog, *, with_picture: bool) -> ui.LayoutView:
    """What came of an exam."""
    exam, asked = report.exam, report.asked
    verdict = "✅ Passed" if exam.passed else "❌ Not passed"
    bank = catalog.banks.get(exam.bank)
    return card(
        RIGHT if exam.passed else WRONG,
        lines(
            [
                f"### {verdict}: {exam.percent}%",
                f"-# Mock exam: {bank.title if bank else exam.bank} · {stamp(exam.ended_at or exam.prepared_at, 'f')}",
                f"🎯 **{report.right} of {asked}** right · {needed(asked, exam.pass_mark)} needed "
                f"(pass mark {exam.pass_mark}%)",
                f"📏 You probably know between {report.low:.0%} and {report.high:.0%} of "
                f"{'these topics' if exam.topics else 'the subject'} (95% interval).",
                *_times(report),
            ]
        ),
        ui.Separator(),
        _topics(report),
        _gallery(topics_alt_text(topics_chart(report))) if with_picture else "",
        _review_line(report),
        ui.ActionRow(*_buttons(report)),
    )


def _times(report: Report) -> list[str]:
    """How it ended, and how long it and its questions took."""
    exam = report.exam
    unanswered = sum(not item.answered for item in report.items)
    open_ = f" · {unanswered} not answered" if unanswered else ""
    end = "📤 Submitted" if exam.end_reason is ExamEnd.SUBMITTED else "⌛ Ended by time"
    slow = " and ".join(f"{item.position} ({stopwatch(item.spent)})" for item in report.slowest)
    question = "questions" if len(report.slowest) > 1 else "question"
    return [
        f"{end}{open_}",
        f"⏱️ {stopwatch(report.used)} of {exam.minutes} min · {stopwatch(report.used / report.asked)} per question",
        f"🐢 Longest: {question} {slow}" if slow else "",
    ]


def _topics(report: Report) -> str:
    mark = report.exam.pass_mark
    table = [_topic(topic, mark) for topic in report.topics]
    if len(table) > _TOPICS_SHOWN:
        table = [
            *table[:_TOPICS_SHOWN],
            f"-# … and {len(table) - _TOPICS_SHOWN} more topics that went better",
        ]
    return "\n".join(
        [
            "**By topic**, the weakest first",
            *table,
            f"-# ✅ {mark}% or more, ❌ less · “weight”: the topic's weight in the subject",
        ]
    )


def _topic(topic: TopicScore, mark: int) -> str:
    symbol = "✅" if topic.reached(mark) else "❌"
    weight = f" · weight {topic.weight}%" if topic.weight is not None else ""
    return f"{symbol} **{topic.percent}%** · {topic.right}/{topic.asked} · {clip(topic.title, 50)}{weight}"


def _review_line(report: Report) -> str:
    to_review = len(report.to_review)
    unseen = len(report.missed) - to_review
    if not report.missed:
        return "🎉 Every answer was right. There is nothing to review."
    if not to_review:
        return "🔁 You never saw the questions that are open, so they do not come in `/review`."
    if not report.exam.in_review:
        return "🔁 What was not right is left out of `/review`."
    what = "The question that was not right comes"
    if to_review > 1:
        what = f"The {to_review} questions that were not right come"
    rest = f"; the {unseen} that you never saw {'do' if unseen > 1 else 'does'} not" if unseen else ""
    return f"🔁 {what} again in `/review`{rest}."


def _buttons(report: Report) -> list[Button]:
    exam, wrong = report.exam, len(report.missed)
    row = []
    if wrong:
        row = [
            button(
                f"Wrong answers ({wrong})",
                f"{WRONG_ANSWERS}:{exam.id}:1",
                style=discord.ButtonStyle.primary,
                emoji="🔍",
            ),
        ]
    if report.to_review:
        label = "Leave out of review" if exam.in_review else "Put into review"
        row.append(button(label, f"{IN_REVIEW}:{exam.id}:{int(not exam.in_review)}", emoji="🔁"))
    return [*row, button("Past exams", f"{HISTORY}:0", emoji="🗂️")]


def wrong_card(page: WrongPage, topic: str) -> ui.LayoutView:
    """One of the questions that were not right, with everything it teaches; while it waits, with nothing of that."""
    item, total = page.item, len(page.report.missed)
    verdict = "⏳ Not explained yet" if page.waits else _verdict(item)
    head = (
        f"### {verdict} · question {item.position}\n"
        f"-# {page.number} of {total} to look at · {topic} · ⏱️ {stopwatch(item.spent)}"
    )
    if page.waits:
        colour, parts = QUIET, [_options(item), WAITS]
    else:
        colour = COLOURS[item.outcome or Outcome.WRONG]
        parts = teaching(item, item.choice, name_question=False)
    prompt = _prompt(item, [head, *parts])
    return card(colour, head, prompt, ui.Separator(), *parts, ui.ActionRow(*_page_buttons(page)))


def _page_buttons(page: WrongPage) -> list[Button]:
    exam_id, number, total = page.report.exam.id, page.number, len(page.report.missed)
    return [
        button("Previous", f"{WRONG_ANSWERS}:{exam_id}:{number - 1}", emoji="◀️", disabled=number == 1),
        button("Next", f"{WRONG_ANSWERS}:{exam_id}:{number + 1}", emoji="▶️", disabled=number == total),
        button("Back to the result", f"{SHOW}:{exam_id}", emoji="📄"),
        button("Report", f"{FLAW}:{exam_id}:{page.item.position}", emoji="🚩"),
    ]


def _options(item: ExamItem) -> str:
    """The options as they stood in the exam, and not which of them was chosen: here that would say it is wrong."""
    texts = [item.question.options[option].text for option in item.order]
    return "\n".join(f"**{LETTERS[place]}**  {text}" for place, text in enumerate(texts))


def _verdict(item: ExamItem) -> str:
    if not item.choice:
        return "⬜ Not answered"
    missing = "" if item.answered else f" · {len(item.choice)} of {item.question.choose} ticked"
    return f"{WORDS[item.outcome or Outcome.WRONG]}{missing}"


def _prompt(item: ExamItem, others: Sequence[str]) -> str:
    """The prompt, or its beginning where the rest leaves no room for it."""
    prompt = item.question.prompt
    room = MOST_TEXT - sum(map(len, others))
    fits = len(prompt) <= room and len("".join([prompt, *others]).encode()) <= _BYTES
    return prompt if fits else one_line(item.question, max(2, min(150, room)))


def history_card(
    exams: Sequence[Exam], running: Exam | None, page: int, catalog: Catalog, *, with_picture: bool
) -> ui.LayoutView:
    """A page (from 0) of the past exams, the newest first; `exams` has the earliest first."""
    go_on: list[Item] = []
    if running is not None and running.ends_at is not None:
        text = f"▶️ You are in an exam, it ends {stamp(running.ends_at)}."
        go_on = [ui.Section(text, accessory=button("Go on", f"{SHOW}:{running.id}"))]
    if not exams:
        return card(QUIET, "### 🗂️ Your mock exams", "There are none yet. `/exam start` prepares one.", *go_on)
    last = (len(exams) - 1) // _PAGE
    page = min(page, last)
    newest = list(reversed(exams))
    passed = sum(exam.passed for exam in exams)
    where = f" · page {page + 1} of {last + 1}" if last else ""
    chart = history_chart(exams)
    several = len({exam.bank for exam in exams}) > 1
    return card(
        OPEN,
        f"### 🗂️ Your mock exams\n-# {count(len(exams), 'exam')}, {passed} passed{where}",
        *go_on,
        _gallery(history_alt_text(chart)) if chart and with_picture else "",
        *(_entry(exam, catalog, several) for exam in newest[page * _PAGE : (page + 1) * _PAGE]),
        *([_turns(page, last)] if last else []),
    )


def _turns(page: int, last: int) -> Item:
    return ui.ActionRow(
        button("Newer", f"{HISTORY}:{max(0, page - 1)}", emoji="◀️", disabled=page == 0),
        button("Older", f"{HISTORY}:{page + 1}", emoji="▶️", disabled=page == last),
    )


def _entry(exam: Exam, catalog: Catalog, several: bool) -> Item:
    """One past exam. Its bank is named where there are `several`."""
    bank = catalog.banks.get(exam.bank)
    title = f"\n-# {clip(bank.title if bank else exam.bank, 60)}" if several else ""
    symbol, word = ("✅", "passed") if exam.passed else ("❌", f"below {exam.pass_mark}%")
    when = stamp(exam.ended_at or exam.prepared_at, "d")
    return ui.Section(
        f"{symbol} **{exam.percent}%** {word} · {exam.correct}/{exam.questions} · {when}{title}",
        accessory=button("Result", f"{SHOW}:{exam.id}"),
    )
