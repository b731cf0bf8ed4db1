"""Reported questions, for the moderators who decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import discord
from discord import ui

from bot.domain.boards import NOBODY
from bot.domain.questions import LETTERS, Catalog
from bot.domain.reports import Case, Report, ReportState
from bot.domain.rounds import Round
from bot.errors import quoted
from bot.study.reports import CasePage
from cogs.cards.layout import (
    OPEN,
    QUIET,
    RIGHT,
    WRONG,
    CardError,
    Item,
    bar,
    button,
    card,
    clip,
    count,
    lines,
    stamp,
)
from cogs.cards.names import Names

# What the ids of buttons say: always a report first, which stands for its case.
SHOW = "report-show"
LIST = "report-list"
"""The first case of a state: its place in `STATES`."""
DECIDE = "report-decide"
"""Accept (1) or dismiss (2) the reports up to this one: report, place in `STATES`."""
VOID = "report-void"
"""Let the question count no more: report, 1 when the moderator is sure."""
REOPEN = "report-reopen"

STATES = tuple(ReportState)

_SIGNS = {
    ReportState.OPEN: "🚩",
    ReportState.ACCEPTED: "✅",
    ReportState.DISMISSED: "❎",
    ReportState.VOIDED: "🚫",
}
_COLOURS = {
    ReportState.OPEN: OPEN,
    ReportState.ACCEPTED: RIGHT,
    ReportState.DISMISSED: QUIET,
    ReportState.VOIDED: WRONG,
}
_NOTHING = {
    ReportState.OPEN: "No report is open. What members write behind the Report button of a question comes here.",
    ReportState.ACCEPTED: "No report has been accepted yet.",
    ReportState.DISMISSED: "No report has been dismissed yet.",
    ReportState.VOIDED: "No question is voided in this server.",
}


@dataclass(frozen=True, slots=True)
class _Room:
    """The most characters of each part."""

    prompt: int
    option: int
    why: int
    reason: int
    reports: int


_ROOMS = (
    _Room(2000, 300, 500, 500, 5),
    _Room(1200, 200, 180, 500, 3),
    _Room(700, 120, 100, 300, 3),
    _Room(400, 80, 60, 200, 2),
    _Room(150, 40, 0, 100, 1),
)
"""Tried one after the other: a question may be as long as a message, and reasons come on top of it."""


def case_card(page: CasePage, catalog: Catalog, notice: str = "") -> ui.LayoutView:
    """A reported question with all that is to be judged by. `notice` says what the last click did."""
    for room in _ROOMS:
        try:
            above: list[Item | str] = [notice, ui.Separator()] if notice else []
            return card(_COLOURS[page.case.state], *above, *_parts(page, catalog, room))
        except CardError:
            if room is _ROOMS[-1]:
                raise
    raise AssertionError


def _parts(page: CasePage, catalog: Catalog, room: _Room) -> Iterator[Item | str]:
    case, question = page.case, page.case.question
    where = f" · {page.place.number} of {page.place.of}" if page.place.of > 1 else ""
    topic = clip(catalog.topic_title(question), 80)
    yield lines(
        [
            f"### {_SIGNS[case.state]} {_head(case)}{where}",
            f"-# {clip(catalog.subject(question.bank, ''), 80)} · {topic} · `{question.id}` · {question.difficulty}",
            _handled(case),
        ]
    )
    for report in case.reports[: room.reports]:
        yield _reason(report, room)
    earlier = case.total - min(len(case.reports), room.reports)
    yield f"-# … and {count(earlier, 'earlier report')} on it" if earlier else ""
    yield ui.Separator()
    yield _cut(question.prompt, room.prompt)
    for option in range(len(question.options)):
        yield _option(page, option, room)
    yield ui.Separator()
    yield _facts(page, catalog)
    yield from _rows(page)


def _head(case: Case) -> str:
    if case.state is ReportState.OPEN:
        return "Reported question" if case.total == 1 else f"Reported question, {count(case.total, 'report')}"
    return f"{case.state.capitalize()}, {count(case.total, 'report')}"


def _handled(case: Case) -> str:
    if case.handled_at is None:
        return ""
    return f"-# by {who(case.handled_by)}, {stamp(case.handled_at)}"


def who(member_id: int | None) -> str:
    """Whoever handled it; None: they had their data erased."""
    return Names().one(member_id) if member_id else "a former moderator"


def _reason(report: Report, room: _Room) -> str:
    if report.member_id == NOBODY:
        return f"-# Reported {stamp(report.reported_at)}, by a member whose data is erased, and the reason with it."
    by = Names().one(report.member_id)
    return f"{quoted(report.reason, room.reason)}\n-# {by}, {stamp(report.reported_at)}{_letters(report)}"


def _letters(report: Report) -> str:
    """The letters that the member saw, where they are others than here: reasons may speak of them."""
    moved = [
        f"{LETTERS[place]} is {LETTERS[option]}"
        for place, option in enumerate(report.order or ())
        if place != option
    ]
    return f" · their {', '.join(moved)} here" if moved else ""


def _option(page: CasePage, option: int, room: _Room) -> str:
    content, record = page.case.question.options[option], page.record
    symbol = "✅" if content.correct else "▫️"
    why = clip(" ".join(content.why.split()), room.why) if room.why else ""
    share = record.share(option)
    return lines(
        [
            f"{symbol} **{LETTERS[option]}**  {_cut(content.text, room.option)}",
            f"-# {why}" if why else "",
            f"{bar(share)} {record.counts[option]} ({share:.0%})" if record.answered else "",
        ]
    )


def _cut(text: str, longest: int) -> str:
    """A text cut to a length, with no block of code left open."""
    cut = clip(text, longest)
    return f"{cut}\n```" if cut.count("```") % 2 else cut


def _facts(page: CasePage, catalog: Catalog) -> str:
    question, record = page.case.question, page.record
    went = "📊 Nobody has answered it in this server."
    if record.answered:
        share = record.right / record.answered
        went = f"📊 **{count(record.answered, 'answer')}** in this server, **{share:.0%}** right"
    now = catalog.question(question.bank, question.id)
    if now is None:
        state = "📦 It is no longer in the bank."
    elif now.version != question.version:
        state = "✏️ It was edited since: what is asked now is another version."
    else:
        state = ""
    return lines(
        [
            went,
            f"🕰️ Asked last {_place(page.last)}"
            if page.last
            else "🕰️ Asked only in private, where nothing counts",
            f"✍️ Written by {Names().one(question.author)}" if question.author else "",
            state,
            "🚫 It is voided: it counts no more in this server." if page.is_voided else "",
        ]
    )


def _place(round_: Round) -> str:
    where = f"<#{round_.channel_id}>"
    if round_.challenge_id is not None:
        where = f"{where}, in the weekly challenge"
    elif round_.message_id is not None:
        address = f"https://discord.com/channels/{round_.guild_id}/{round_.channel_id}/{round_.message_id}"
        where = f"{where} ([look there]({address}))"
    return f"{stamp(round_.opened_at)} in {where}"


def _rows(page: CasePage) -> Iterator[Item]:
    case, id_ = page.case, page.case.id
    if case.state is ReportState.OPEN:
        yield ui.ActionRow(
            button("Accept", f"{DECIDE}:{id_}:1", style=discord.ButtonStyle.success),
            button("Dismiss", f"{DECIDE}:{id_}:2"),
            _count_again(page)
            if page.is_voided
            else button("Void this question", f"{VOID}:{id_}:0", style=discord.ButtonStyle.danger),
        )
    elif case.state is ReportState.VOIDED:
        yield ui.ActionRow(_count_again(page))
    else:
        yield ui.ActionRow(button("Open again", f"{REOPEN}:{id_}"))
    turns = [
        button("Previous", f"{SHOW}:{page.place.before or 0}", emoji="◀️", disabled=page.place.before is None),
        button("Next", f"{SHOW}:{page.place.after or 0}", emoji="▶️", disabled=page.place.after is None),
    ]
    back = [button("Open reports", f"{LIST}:0")] if case.state is not ReportState.OPEN else []
    if page.place.of > 1 or back:
        yield ui.ActionRow(*(turns if page.place.of > 1 else []), *back)


def _count_again(page: CasePage) -> ui.Button[ui.LayoutView]:
    return button("Let it count again", f"{REOPEN}:{page.case.id}")


def nothing_card(state: ReportState, notice: str = "") -> ui.LayoutView:
    """There is no case of a state."""
    back = [] if state is ReportState.OPEN else [ui.ActionRow(button("Open reports", f"{LIST}:0"))]
    handled = "-# `/reports state` shows those that are handled." if state is ReportState.OPEN else ""
    return card(QUIET, notice, f"### {_SIGNS[state]} Reports", lines([_NOTHING[state], handled]), *back)
