"""The picture of `/stats`: a calendar of the answers, and below it, week by week, how many were right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.domain.statistics import Day
from cogs.cards import drawing
from cogs.cards.drawing import (
    BACKGROUND,
    EMPTY,
    LEFT,
    MARGIN,
    RIGHT,
    SMALL,
    TEXT,
    YELLOW,
    Box,
    Colour,
    Shares,
    heading,
    long_date,
    note,
    short_date,
    write,
)
from cogs.cards.layout import count, runs

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WEEKS = 12


@dataclass(frozen=True, slots=True)
class Activity:
    """What the picture shows. Equal ones look the same."""

    today: date
    days: tuple[Day, ...]
    """The days with answers in the weeks shown, the earliest first."""

    @classmethod
    def of(cls, days: Sequence[Day], today: date) -> Activity:
        """The chart of the days that belong in it."""
        first = cls(today, ()).monday(0)
        shown = [day for day in days if day.answers and first <= day.day <= today]
        return cls(today, tuple(sorted(shown, key=lambda day: day.day)))

    def monday(self, week: int) -> date:
        """When a week begins; 0 is the first one shown, the last has today in it."""
        return self.today - timedelta(days=self.today.weekday(), weeks=_WEEKS - 1 - week)

    def busiest(self) -> Day:
        """The day with the most answers, the latest of equals."""
        return max(self.days, key=lambda day: (day.answers, day.day))

    def weeks(self) -> list[tuple[int, int]]:
        """For each week how many answers were right, of how many that count."""
        weeks = [(0, 0)] * _WEEKS
        for day in self.days:
            week = (day.day - self.monday(0)).days // 7
            right, scored = weeks[week]
            weeks[week] = right + day.right, scored + day.scored
        return weeks

    def summary(self) -> str:
        """How many answers there are, on how many days."""
        return f"{count(sum(day.answers for day in self.days), 'answer')} on {count(len(self.days), 'day')}"


def activity_alt_text(days: Sequence[Day], today: date) -> str:
    """What the picture shows, in words, for those who can't see it."""
    chart = Activity.of(days, today)
    if not chart.days:
        return f"Activity of the last {_WEEKS} weeks: no answers."
    busiest = chart.busiest()
    shares = [
        f"{right / scored:.0%} in the week of {long_date(chart.monday(week))}"
        for week, (right, scored) in enumerate(chart.weeks())
        if scored
    ]
    return (
        f"Activity of the last {_WEEKS} weeks: {chart.summary()}, "
        f"most on {busiest.day:%A} {long_date(busiest.day)} ({busiest.answers})."
        + (f" Accuracy by week: {', '.join(shares)}." if shares else "")
    )


# in pixels, from the top left
_HEIGHT = 880
_COLUMN = 68
"""How wide a week is: the same in the calendar and in the line below it."""
_TOP, _ROW = 122, 46
"""Where the Mondays begin, and how high a day is."""
_GAP = 8
"""Between days."""
_ACCURACY = Shares(640, 798)

_SHADES = ((0x45, 0x4D, 0xA8), (0x76, 0x83, 0xFF), (0xE4, 0xE8, 0xFF))
"""From few to many: around the colour of an open card, and ever brighter, to be told apart without colours."""


def draw_activity(chart: Activity) -> bytes:
    """The picture as a PNG, 1000 by 880 pixels."""

    def paint(axes: Axes) -> float:
        _draw_calendar(axes, chart)
        _draw_accuracy(axes, chart)
        return _HEIGHT

    return drawing.draw(paint)


def _draw_calendar(axes: Axes, chart: Activity) -> None:
    heading(axes, 46, "Answers by day", chart.summary() if chart.days else "")
    for week in range(_WEEKS):
        monday = chart.monday(week)
        if monday.day <= 7:
            write(axes, _middle(week), _TOP - 22, f"{monday:%b}", ha="center")
    for row, name in ((0, "Mon"), (2, "Wed"), (4, "Fri"), (6, "Sun")):
        write(axes, LEFT - 20, _TOP + (row + 0.5) * _ROW, name, ha="right")
    answers = {day.day: day.answers for day in chart.days}
    most = max([10, *answers.values()])  # a single answer makes no busy day
    cells = []
    for number in range((chart.today - chart.monday(0)).days + 1):
        week, row = divmod(number, 7)
        answered = answers.get(chart.monday(0) + timedelta(days=number), 0)
        cells += _cell(_middle(week), _TOP + (row + 0.5) * _ROW, answered / most)
    x, y, *_ = cells[-1]
    today = (x, y, _COLUMN - 1, _ROW - 1, TEXT), (x, y, _COLUMN - 5, _ROW - 5, BACKGROUND)
    drawing.boxes(axes, [*today, *cells])
    if not chart.days:
        note(axes, _TOP + 3.5 * _ROW, "No answers in these weeks.\nThe next one lights up a square.")
    _draw_legend(axes, chart, _TOP + 7 * _ROW + 36)


def _draw_legend(axes: Axes, chart: Activity, y: float) -> None:
    if chart.days:
        busiest = chart.busiest()
        write(axes, LEFT, y, f"most: {busiest.answers} on {short_date(busiest.day)}")
    write(axes, RIGHT, y, "more", ha="right")
    last = RIGHT - 124
    parts = enumerate((1, 0.5, 0.2, 0.03))
    drawing.boxes(axes, [box for step, part in parts for box in _cell(last - step * _COLUMN, y, part)])
    write(axes, last - 3.5 * _COLUMN - 12, y, "fewer", ha="right")


def _draw_accuracy(axes: Axes, chart: Activity) -> None:
    weeks = chart.weeks()
    right, scored = map(sum, zip(*weeks, strict=True))
    heading(axes, 552, "Accuracy by week", f"{right} of {scored} right" if scored else "")
    _ACCURACY.grid(axes)
    for week in range(_WEEKS - 1, 0, -3):
        label, y = short_date(chart.monday(week)), _ACCURACY.none + 38
        if week == _WEEKS - 1:
            write(axes, RIGHT, y, label, ha="right")
        else:
            write(axes, _middle(week), y, label, ha="center")
    if not scored:
        note(axes, _ACCURACY.height(0.5), "Each week with answers gets a point here.")
        return
    write(axes, MARGIN, 596, "The band is the 95% interval: few answers make it wide.", fontsize=SMALL)
    for run in runs([week for week, (_, of) in enumerate(weeks) if of]):
        x, results = [_middle(week) for week in run], [weeks[week] for week in run]
        _ACCURACY.line(axes, x, results, YELLOW)
        _ACCURACY.points(axes, x, [right / of for right, of in results], YELLOW)


def _cell(x: float, y: float, part: float) -> list[Box]:
    """A day: the more answers, the brighter and the larger."""
    width, height = _COLUMN - _GAP, _ROW - _GAP
    boxes: list[Box] = [(x, y, width, height, EMPTY)]
    if part:
        strength = math.sqrt(part)  # one very busy day must not make all others look the same
        size = 0.4 + 0.6 * strength
        boxes.append((x, y, width * size, height * size, _shade(strength)))
    return boxes


def _shade(strength: float) -> Colour:
    low, middle, high = _SHADES
    before, after, part = (low, middle, 2 * strength) if strength < 0.5 else (middle, high, 2 * strength - 1)
    return tuple((a + (b - a) * part) / 255 for a, b in zip(before, after, strict=True))


def _middle(week: int) -> float:
    return LEFT + (week + 0.5) * _COLUMN - _GAP / 2
