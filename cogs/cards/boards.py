"""Leaderboards, with buttons that turn their pages for as long as the message is there."""

from __future__ import annotations

from datetime import date, timedelta

from discord import ui

from bot.domain.boards import Standing, pages
from bot.domain.streaks import Streak
from bot.domain.windows import Period, Span
from bot.errors import RefusedError
from bot.study.boards import Board
from cogs.cards.layout import OPEN, QUIET, Item, button, card, count, lines, stamp, stopwatch
from cogs.cards.names import Names

PAGE_OF_BOARD = "b"
"""Kind of button: the numbers are those of `_ids`."""

_FIRST, _PREVIOUS, _NEXT, _LAST, FIND_ME = range(5)
_PERIODS = tuple(Period)

LEGEND = "points · right/answered"
TIMED_LEGEND = f"{LEGEND} · ⏱️ time"
"""What the numbers of a line are, to be said once below a board."""

_EARLIEST, _LATEST = date(1971, 1, 1), date(9000, 1, 1)
"""Beyond these a forged id could lead out of the calendar."""

_MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}


def standing_line(
    standing: Standing,
    names: Names,
    of: int | None = None,
    *,
    streak: Streak | None = None,
    timed: bool = False,
    mark: bool = False,
) -> str:
    """One line of a board, short enough for a phone: rank, member, points, right of answered (or of so many), and what
    else is known.
    """
    score = standing.score
    place = _MEDALS.get(standing.rank, "▫️") if score.points else "▫️"
    parts = [
        f"{place} **{standing.rank}.** {names.one(score.member_id)}",
        f"**{score.points}**",
        f"{score.right}/{of or score.answered}",
    ]
    if timed:
        parts.append(f"⏱️ {stopwatch(score.took)}")
    if streak and streak.days > 1:
        parts.append(f"🔥 {streak.days}")
    return " · ".join(parts) + (" ← you" if mark else "")


def board_card(board: Board, subject: str, names: Names) -> ui.LayoutView:
    """A page of a board. The member who asked, and for whom `names` are, always sees their own line."""
    member_id = names.viewer
    head = lines([f"### 🏆 {_title(board)}", f"**{subject}**" if subject else "", _span(board)])
    page, own = board.page, board.page.own if member_id else None
    if not page.standings and own is None:
        return card(QUIET, head, _INVITATION)
    table = [_line(board, standing, names) for standing in page.standings]
    if own is not None and (board.is_hidden or not _is_on_page(own, board)):
        table += ["…", _line(board, own, names)]
    return card(
        OPEN,
        head,
        "\n".join(table),
        lines([_legend(board), _own_note(board, member_id)]),
        *_buttons(board, member_id),
    )


def _is_on_page(own: Standing, board: Board) -> bool:
    return own.score.member_id in {standing.score.member_id for standing in board.page.standings}


def _legend(board: Board) -> str:
    page = board.page
    parts = [count(page.members, "member")]
    if pages(page.members) > 1:
        parts.append(f"page {page.number + 1} of {pages(page.members)}")
    parts.append(TIMED_LEGEND if board.challenge else LEGEND)
    return "-# " + " · ".join([*parts, "🔥 days in a row"])


def _own_note(board: Board, member_id: int | None) -> str:
    if member_id is None:
        return ""
    if board.page.own is None:
        return "-# You are not on this board yet: answer a question to get on it."
    return (
        "-# 🙈 You are hidden, so only you see your line. `/stats` lets you show up again."
        if board.is_hidden
        else ""
    )


_INVITATION = (
    "Nobody has points here yet. Answer a question to be the first: `/quiz start` asks some now, `/question` leaves "
    "one open, and the weekly challenge (`/challenge play`) counts, too."
)


def _line(board: Board, standing: Standing, names: Names) -> str:
    return standing_line(
        standing,
        names,
        streak=board.streaks.get(standing.score.member_id),
        timed=board.challenge is not None,
        mark=standing.score.member_id == names.viewer,
    )


def _title(board: Board) -> str:
    if board.challenge:
        return f"Challenge #{board.challenge.number}" if board.challenge.number else "Challenge"
    return f"Leaderboard, {board.choice or f'an earlier {board.span.period}'}"


def _span(board: Board) -> str:
    if board.challenge:
        ended = board.challenge.ended_at
        return f"-# Ended {stamp(ended, 'd')}" if ended else f"-# Ends {stamp(board.challenge.ends_at)}"
    if board.starts_at is None or board.ends_at is None:
        return ""
    last = board.ends_at - timedelta(seconds=1)
    weeks = f", weeks begin on Monday 00:00 {board.zone}" if board.span.period is Period.WEEK else ""
    return f"-# {stamp(board.starts_at, 'd')} to {stamp(last, 'd')}{weeks}"


def board_id(span: Span, scope: int, number: int, action: int = _FIRST) -> str:
    """The id of a button that shows a page (from 0) of a board."""
    start = span.first.toordinal() if span.first else span.challenge_id
    return f"{PAGE_OF_BOARD}:{action}:{_PERIODS.index(span.period)}:{start}:{scope}:{number}"


def read_board_id(numbers: tuple[int, ...]) -> tuple[Span, int, int | None]:
    """Span, scope and page of such a button; None as page: the one with the member.

    Raises:
        RefusedError: no board has this id.
    """
    action, period, start, scope, number = numbers
    try:
        kind = _PERIODS[period]
        if kind is Period.CHALLENGE:
            span = Span(kind, challenge_id=start)
        else:
            span = Span(kind, None if kind is Period.ALL else date.fromordinal(start))
            if span.first and not _EARLIEST < span.first < _LATEST:
                raise ValueError
    except (IndexError, ValueError, OverflowError) as error:
        raise RefusedError("This board is gone. `/leaderboard` shows those that there are.") from error
    return span, scope, None if action == FIND_ME else number


def _buttons(board: Board, member_id: int | None) -> list[Item]:
    last = pages(board.page.members) - 1
    here, own = board.page.number, board.page.own
    # below a board for everybody anybody may press it
    is_seen = member_id is not None and (own is None or _is_on_page(own, board))
    if last == 0:
        return []
    turns = [
        ("First", _FIRST, 0, here == 0),
        ("Previous", _PREVIOUS, max(0, here - 1), here == 0),
        ("Next", _NEXT, here + 1, here == last),
        ("Last", _LAST, last, here == last),
        ("Find me", FIND_ME, 0, is_seen),
    ]
    return [
        ui.ActionRow(
            *(
                button(label, board_id(board.span, board.scope, number, action), disabled=disabled)
                for label, action, number, disabled in turns
            )
        )
    ]
