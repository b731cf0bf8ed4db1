"""The pictures of mock exams: how one went by topic, and how a member's exams went so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.domain.exams import is_pass, percent
from bot.domain.statistics import wilson
from cogs.cards import drawing
from cogs.cards.drawing import (
    BACKGROUND,
    BLUE,
    EMPTY,
    GROUND,
    LEFT,
    MARGIN,
    QUIET,
    RIGHT,
    SMALL,
    TEXT,
    YELLOW,
    Shares,
    heading,
    legend,
    long_date,
    short_date,
    text_width,
    wrap,
    write,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LONGEST = 1000
"""Characters of an alt text; Discord takes 1024."""


@dataclass(frozen=True, slots=True)
class TopicBar:
    """One topic of a mock exam."""

    title: str
    right: int
    asked: int

    @property
    def words(self) -> str:
        """The title without the marks around code, which mean something only in a message."""
        return self.title.replace("`", "")


@dataclass(frozen=True, slots=True)
class ExamTopics:
    """How one mock exam went by topic."""

    bars: tuple[TopicBar, ...]
    """The heaviest topic first; at least one."""
    pass_mark: int
    """Per cent."""

    def reached(self, bar: TopicBar) -> bool:
        """Whether a topic, taken by itself, is at or above the mark."""
        return is_pass(bar.right, bar.asked, self.pass_mark)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One mock exam of a member."""

    day: date
    right: int
    asked: int
    pass_mark: int
    """Per cent, as it was then."""

    @property
    def share(self) -> float:
        """The part that was right, 0 to 1."""
        return self.right / self.asked

    @property
    def percent(self) -> int:
        """The same in per cent."""
        return percent(self.right, self.asked)

    @property
    def passed(self) -> bool:
        """Whether it is at or above its mark."""
        return is_pass(self.right, self.asked, self.pass_mark)


@dataclass(frozen=True, slots=True)
class ExamHistory:
    """A member's past mock exams."""

    attempts: tuple[Attempt, ...]
    """The earliest first; at least one."""

    @property
    def best(self) -> int:
        """Which attempt is the best, the latest of equals."""
        return max(range(len(self.attempts)), key=lambda index: (self.attempts[index].share, index))

    @property
    def several_years(self) -> bool:
        """Whether a day needs its year to be told from others."""
        return self.attempts[0].day.year != self.attempts[-1].day.year


def topics_alt_text(chart: ExamTopics) -> str:
    """What the picture of the topics shows, in words, for those who can't see it."""
    below, above = (
        [f"{bar.words} ({bar.right} of {bar.asked})" for bar in chart.bars if chart.reached(bar) == reached]
        for reached in (False, True)
    )
    start = f"Mock exam by topic, the heaviest first: {_sum(chart)}."
    lists = (f"Below the pass mark of {chart.pass_mark}%", below), (f"At {chart.pass_mark}% or above", above)
    return _told(start, lists, "topic")


def history_alt_text(chart: ExamHistory) -> str:
    """What the picture of the past exams shows, in words, for those who can't see it."""

    def on(attempt: Attempt) -> str:
        year = f" {attempt.day.year}" if chart.several_years else ""
        return f"{attempt.percent}% on {long_date(attempt.day)}{year}"

    first, latest, best = chart.attempts[0], chart.attempts[-1], chart.attempts[chart.best]
    low, high = wilson(latest.right, latest.asked)
    certainty = f"{latest.right} of {latest.asked} right; the 95% interval is {low:.0%} to {high:.0%}"
    if len(chart.attempts) == 1:
        outcome = "passed" if latest.passed else "not passed"
        return f"One mock exam, {outcome}: {on(latest)} ({certainty}). The pass mark was {latest.pass_mark}%."
    passed = sum(attempt.passed for attempt in chart.attempts)
    start = (
        f"{len(chart.attempts)} mock exams, {passed} of them passed. The latest: {on(latest)} ({certainty})."
    )
    start += " It is the best." if best is latest else f" The best: {on(best)}."
    if first.pass_mark == latest.pass_mark:
        start += f" The pass mark is {latest.pass_mark}%."
    else:
        start += f" The pass mark was {first.pass_mark}% at first and {latest.pass_mark}% at last."
    every = [on(attempt) + (" (passed)" if attempt.passed else "") for attempt in chart.attempts]
    return _told(start, [("The earliest first", every)], "exam")


def _told(start: str, lists: Sequence[tuple[str, Sequence[str]]], noun: str) -> str:
    """A text and lists. Where there is no room for all, the middle of the longest list is left out."""
    left_out = [0] * len(lists)
    while True:
        text = start
        for (title, parts), out in zip(lists, left_out, strict=True):
            before = (len(parts) - out + 1) // 2
            middle = [f"{out} more {noun}{'s' if out > 1 else ''}"] if out else []
            if parts:
                text += f" {title}: {'; '.join([*parts[:before], *middle, *parts[before + out :]])}."
        if len(text) <= _LONGEST:
            return text
        shown = [len(parts) - out for (_, parts), out in zip(lists, left_out, strict=True)]
        left_out[shown.index(max(shown))] += 1


def _sum(chart: ExamTopics) -> str:
    right, asked = sum(bar.right for bar in chart.bars), sum(bar.asked for bar in chart.bars)
    return f"{right} of {asked} right"


# in pixels, from the top left
_MARK = 142
"""Where the number of the pass mark is."""
_LINE, _BAR, _GAP = 36, 24, 24
"""How high a line of a title and a bar are, and how much is between topics."""
_SYMBOL = 36
"""How much room a symbol has."""


def draw_topics(chart: ExamTopics) -> bytes:
    """The picture of the topics as a PNG, 1000 pixels wide, the higher the more topics."""

    def paint(axes: Axes) -> float:
        heading(axes, 46, "Mock exam by topic", _sum(chart))
        legend(axes, 94, [("✓", BLUE, "at the pass mark or above"), ("✗", YELLOW, "below it")])
        y = _MARK + 36.0
        for bar in chart.bars:
            y = _draw_topic(axes, y, bar, reached=chart.reached(bar)) + _GAP
        bottom = y - _GAP + 10
        _draw_mark(axes, chart.pass_mark, bottom)
        return bottom + 26

    return drawing.draw(paint)


def _draw_topic(axes: Axes, top: float, bar: TopicBar, *, reached: bool) -> float:
    """A title with its bar below it; where that ends is returned."""
    symbol, colour = ("✓", BLUE) if reached else ("✗", YELLOW)
    asked = f"{bar.right}/{bar.asked}"
    style = {"color": TEXT, "bbox": GROUND}
    y = top + _LINE / 2
    write(axes, MARGIN, y, symbol, color=colour, fontsize=32)
    write(axes, RIGHT, y, asked, ha="right", fontweight="bold", **style)
    lines = wrap(bar.words, RIGHT - MARGIN - _SYMBOL - 1.2 * text_width(asked) - 24)
    for number, line in enumerate(lines):
        write(axes, MARGIN + _SYMBOL, y + number * _LINE, line, **style)
    y = top + len(lines) * _LINE + 4 + _BAR / 2
    full = RIGHT - MARGIN
    part = full * bar.right / bar.asked
    drawing.boxes(axes, [(MARGIN + full / 2, y, full, _BAR, EMPTY)])
    if part:
        # stripes, for those who can't tell the colours apart
        stripes = {} if reached else {"hatch": "//", "edgecolors": BACKGROUND}
        drawing.boxes(axes, [(MARGIN + part / 2, y, part, _BAR, colour)], **stripes)
    return y + _BAR / 2


def _draw_mark(axes: Axes, pass_mark: int, bottom: float) -> None:
    x = MARGIN + (RIGHT - MARGIN) * pass_mark / 100
    label = f"pass mark {pass_mark}%"
    half = text_width(label) / 2
    write(axes, min(max(x, MARGIN + half), RIGHT - half), _MARK, label, ha="center", color=TEXT)
    axes.vlines(x, _MARK + 22, bottom, color=TEXT, linewidth=3)


_SCALE = Shares(210, 530)
_END = 850
"""Where the line ends at the latest; the per cent of its last point stand behind it."""


def draw_history(chart: ExamHistory) -> bytes:
    """The picture of the past exams as a PNG, 1000 pixels wide."""

    def paint(axes: Axes) -> float:
        latest, best = chart.attempts[-1], chart.attempts[chart.best]
        if len(chart.attempts) == 1:
            summary = "1 attempt"
        elif best is latest:
            summary = f"best and latest {best.percent}%"
        else:
            summary = f"best {best.percent}%, latest {latest.percent}%"
        heading(axes, 46, "Mock exams", summary)
        write(axes, MARGIN, 90, "The band is the 95% interval: few questions make it wide.", fontsize=SMALL)
        changed = latest.pass_mark != chart.attempts[0].pass_mark
        mark = f"pass mark, now {latest.pass_mark}%" if changed else "pass mark"
        legend(axes, 132, [("●", BLUE, "passed"), ("▼", YELLOW, "not passed"), ("– –", TEXT, mark)])
        return _draw_attempts(axes, chart)

    return drawing.draw(paint)


def _draw_attempts(axes: Axes, chart: ExamHistory) -> float:
    """The line with all that belongs to it; where that ends is returned."""
    from matplotlib.patheffects import withStroke  # noqa: PLC0415

    attempts, last = chart.attempts, len(chart.attempts) - 1
    # far enough inside for the band around the first and the last
    x = [LEFT + 24 + (_END - LEFT - 48) * (index / last if last else 0.5) for index in range(last + 1)]
    mark = attempts[0].pass_mark
    # no other number where that of the pass mark stands
    _SCALE.grid(axes, _END, [share for share in (0, 0.5, 1) if abs(100 * share - mark) > 11])
    write(axes, LEFT - 20, _SCALE.height(mark / 100), f"{mark}%", ha="right", color=TEXT)
    _SCALE.line(axes, x, [(attempt.right, attempt.asked) for attempt in attempts], QUIET)
    marks = [_SCALE.height(attempt.pass_mark / 100) for attempt in attempts]
    axes.step([LEFT, *x, _END], [marks[0], *marks, marks[-1]], "--", where="mid", color=TEXT, linewidth=3)
    for passed, colour, marker in ((True, BLUE, "o"), (False, YELLOW, "v")):
        shown = [index for index, attempt in enumerate(attempts) if attempt.passed == passed]
        shares = [attempts[index].share for index in shown]
        _SCALE.points(axes, [x[index] for index in shown], shares, colour, marker, 20)
    latest, best = attempts[last], attempts[chart.best]
    bold: dict[str, Any] = {"color": TEXT, "fontweight": "bold"}
    write(axes, x[last] + 22, _SCALE.height(latest.share), f"{latest.percent}%", bbox=GROUND, **bold)
    if chart.best != last:
        # an edge, for a ground would hide too much of the band
        bold |= {"ha": "center", "path_effects": [withStroke(linewidth=7, foreground=BACKGROUND)]}
        write(axes, x[chart.best], _SCALE.height(best.share) - 34, f"{best.percent}%", **bold)
    steps = min(last, 3)
    for index in {round(step * last / max(steps, 1)) for step in range(steps + 1)}:
        day = attempts[index].day
        write(axes, x[index], _SCALE.none + 38, short_date(day), ha="center")
        if chart.several_years:
            write(axes, x[index], _SCALE.none + 74, str(day.year), ha="center")
    return _SCALE.none + (106 if chart.several_years else 70)
