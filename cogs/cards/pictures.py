"""The picture of `/stats`: a calendar of the answers, and below it, week by week, how many were right."""

from __future__ import annotations

import asyncio
import gc
import io
import logging
import math
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from bot.domain.statistics import Day, wilson
from cogs.cards.layout import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WEEKS = 12
_KEPT = 64
"""So many pictures are kept, of some 100 kB each."""


@dataclass(frozen=True, slots=True)
class _Chart:
    """What a picture shows. Equal charts look the same."""

    today: date
    days: tuple[Day, ...]
    """The days with answers in the weeks shown, the earliest first."""

    @classmethod
    def of(cls, days: Sequence[Day], today: date) -> _Chart:
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


class Pictures:
    """Draws statistics off the event loop, and keeps the latest."""

    def __init__(self) -> None:
        # A thread is enough: it delays what else the bot does by some 10 ms, 1 time in 100. A process would do so
        # by 2 ms, but would have to be started and watched. One, for matplotlib is not made for several.
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")
        self._pictures: OrderedDict[_Chart, asyncio.Future[bytes]] = OrderedDict()

    async def activity(self, days: Sequence[Day], today: date) -> bytes:
        """The 12 weeks up to today as a PNG."""
        chart = _Chart.of(days, today)
        picture = self._pictures.get(chart)
        if picture is None:
            picture = asyncio.get_running_loop().run_in_executor(self._executor, _draw, chart)
            self._pictures[chart] = picture
            picture.add_done_callback(lambda drawn: self._drawn(chart, drawn))
            if len(self._pictures) > _KEPT:
                self._pictures.popitem(last=False)
        self._pictures.move_to_end(chart)
        # whoever gives up waiting must not take the picture away from others
        return await asyncio.shield(picture)

    def _drawn(self, chart: _Chart, picture: asyncio.Future[bytes]) -> None:
        failed = picture.cancelled() or picture.exception() is not None
        if failed and self._pictures.get(chart) is picture:
            del self._pictures[chart]

    def close(self) -> None:
        """Draw no more. Whoever still waits for a picture is cancelled; one under way ends by itself, soon."""
        for picture in self._pictures.values():
            picture.cancel()
        self._executor.shutdown(wait=False, cancel_futures=True)


def alt_text(days: Sequence[Day], today: date) -> str:
    """What the picture shows, in words, for those who can't see it."""
    chart = _Chart.of(days, today)
    if not chart.days:
        return f"Activity of the last {_WEEKS} weeks: no answers."
    busiest = chart.busiest()
    shares = [
        f"{right / scored:.0%} in the week of {_date(chart.monday(week))}"
        for week, (right, scored) in enumerate(chart.weeks())
        if scored
    ]
    return (
        f"Activity of the last {_WEEKS} weeks: {_summary(chart)}, "
        f"most on {busiest.day:%A} {_date(busiest.day)} ({busiest.answers})."
        + (f" Accuracy by week: {', '.join(shares)}." if shares else "")
    )


def _summary(chart: _Chart) -> str:
    return f"{count(sum(day.answers for day in chart.days), 'answer')} on {count(len(chart.days), 'day')}"


def _date(day: date) -> str:
    return f"{day.day} {day:%B}"


# everything is in pixels, from the top left; text, too, for at 72 dpi a point is a pixel
_WIDTH, _HEIGHT = 1000, 880
_MARGIN = 36
_LEFT, _COLUMN = 134, 68
"""Where the first week begins, and how wide a week is: the same in the calendar and in the line below it."""
_RIGHT = _LEFT + _WEEKS * _COLUMN
_TOP, _ROW = 122, 46
"""Where the Mondays begin, and how high a day is."""
_GAP = 8
"""Between days."""
_BESIDE = 16
"""How far the band goes beyond its first and last week; a single one would have none otherwise."""
_FULL, _NONE = 640, 798
"""Where 100 and 0 % are."""

# a dark card of its own stands out from Discord's dark theme and does not dazzle in it, and is calm in the light one
_BACKGROUND = "#1b1d2e"
_EMPTY = "#2a2d45"
_GRID = "#3b3f5c"
_TEXT = "#f4f5fb"
_QUIET = "#b9bfd8"
_SHADES = ((0x45, 0x4D, 0xA8), (0x76, 0x83, 0xFF), (0xE4, 0xE8, 0xFF))
"""From few to many: around the colour of an open card, and ever brighter, to be told apart without colours."""
_LINE = "#ffc24b"

_Colour = str | tuple[float, ...]
_Box = tuple[float, float, float, float, _Colour]
"""Its middle, how wide and high it is, and its colour."""


def _draw(chart: _Chart) -> bytes:
    # It would warn of a home that it can't write to, and does well without: it takes a temporary folder.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    # Only now, for it costs half a second and 50 MB. Without pyplot, which keeps its figures for all threads.
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    mpl.rcdefaults()  # whatever its user's own settings are
    figure = Figure((_WIDTH / 72, _HEIGHT / 72), dpi=72, facecolor=_BACKGROUND)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(0, _WIDTH), ylim=(_HEIGHT, 0))
    _draw_calendar(axes, chart)
    _draw_accuracy(axes, chart)
    png = io.BytesIO()
    figure.savefig(png, format="png")
    # A figure is a web of objects that point at each other, with 4 MB of pixels. While it is young, it goes at
    # once; later only a search through all of the bot's objects would find it, and hold everything up.
    del figure, axes
    gc.collect(1)
    return png.getvalue()


def _draw_calendar(axes: Axes, chart: _Chart) -> None:
    _heading(axes, 46, "Answers by day", _summary(chart) if chart.days else "")
    for week in range(_WEEKS):
        monday = chart.monday(week)
        if monday.day <= 7:
            _write(axes, _middle(week), _TOP - 22, f"{monday:%b}", ha="center")
    for row, name in ((0, "Mon"), (2, "Wed"), (4, "Fri"), (6, "Sun")):
        _write(axes, _LEFT - 16, _TOP + (row + 0.5) * _ROW, name, ha="right")
    answers = {day.day: day.answers for day in chart.days}
    most = max([10, *answers.values()])  # a single answer makes no busy day
    cells = []
    for number in range((chart.today - chart.monday(0)).days + 1):
        week, row = divmod(number, 7)
        answered = answers.get(chart.monday(0) + timedelta(days=number), 0)
        cells += _cell(_middle(week), _TOP + (row + 0.5) * _ROW, answered / most)
    x, y, *_ = cells[-1]
    today = (x, y, _COLUMN - 1, _ROW - 1, _TEXT), (x, y, _COLUMN - 5, _ROW - 5, _BACKGROUND)
    _boxes(axes, [*today, *cells])
    if not chart.days:
        _note(axes, _TOP + 3.5 * _ROW, "No answers in these weeks.\nThe next one lights up a square.")
    _draw_legend(axes, chart, _TOP + 7 * _ROW + 36)


def _draw_legend(axes: Axes, chart: _Chart, y: float) -> None:
    if chart.days:
        busiest = chart.busiest()
        _write(axes, _LEFT + _GAP / 2, y, f"most: {busiest.answers} on {busiest.day.day} {busiest.day:%b}")
    _write(axes, _RIGHT - _GAP / 2, y, "more", ha="right")
    last = _RIGHT - 128
    parts = enumerate((1, 0.5, 0.2, 0.03))
    _boxes(axes, [box for step, part in parts for box in _cell(last - step * _COLUMN, y, part)])
    _write(axes, last - 3.5 * _COLUMN - 12, y, "fewer", ha="right")


def _draw_accuracy(axes: Axes, chart: _Chart) -> None:
    weeks = chart.weeks()
    right, scored = map(sum, zip(*weeks, strict=True))
    _heading(axes, 552, "Accuracy by week", f"{right} of {scored} right" if scored else "")
    for part in (0, 0.5, 1):
        axes.hlines(_height(part), _LEFT + _GAP / 2, _RIGHT - _GAP / 2, color=_GRID, linewidth=2)
        _write(axes, _LEFT - 16, _height(part), f"{part:.0%}", ha="right")
    for week in range(_WEEKS - 1, 0, -3):
        monday = chart.monday(week)
        label = f"{monday.day} {monday:%b}"
        if week == _WEEKS - 1:
            _write(axes, _RIGHT - _GAP / 2, _NONE + 38, label, ha="right")
        else:
            _write(axes, _middle(week), _NONE + 38, label, ha="center")
    if not scored:
        _note(axes, _height(0.5), "Each week with answers gets a point here.")
        return
    _write(axes, _MARGIN, 596, "The band is the 95% interval: few answers make it wide.", fontsize=24)
    for run in _runs([week for week, (_, of) in enumerate(weeks) if of]):
        x = [_middle(week) for week in run]
        bounds = [wilson(*weeks[week]) for week in run]
        bounds = [bounds[0], *bounds, bounds[-1]]
        axes.fill_between(
            [x[0] - _BESIDE, *x, x[-1] + _BESIDE],
            [_height(low) for low, _ in bounds],
            [_height(high) for _, high in bounds],
            color=_LINE,
            alpha=0.22,
            linewidth=0,
        )
        shares = [_height(weeks[week][0] / weeks[week][1]) for week in run]
        axes.plot(x, shares, "o-", color=_LINE, linewidth=4, markersize=16, mec=_BACKGROUND, mew=3)


def _runs(weeks: Sequence[int]) -> list[list[int]]:
    """Weeks in groups that follow upon each other without a gap."""
    runs: list[list[int]] = []
    for week in weeks:
        if runs and runs[-1][-1] == week - 1:
            runs[-1].append(week)
        else:
            runs.append([week])
    return runs


def _cell(x: float, y: float, part: float) -> list[_Box]:
    """A day: the more answers, the brighter and the larger."""
    width, height = _COLUMN - _GAP, _ROW - _GAP
    boxes: list[_Box] = [(x, y, width, height, _EMPTY)]
    if part:
        strength = math.sqrt(part)  # one very busy day must not make all others look the same
        size = 0.4 + 0.6 * strength
        boxes.append((x, y, width * size, height * size, _shade(strength)))
    return boxes


def _shade(strength: float) -> _Colour:
    low, middle, high = _SHADES
    before, after, part = (low, middle, 2 * strength) if strength < 0.5 else (middle, high, 2 * strength - 1)
    return tuple((a + (b - a) * part) / 255 for a, b in zip(before, after, strict=True))


def _boxes(axes: Axes, boxes: Sequence[_Box]) -> None:
    """Boxes with round corners, each around a point, drawn as one thing: one by one takes ten times as long."""
    from matplotlib.collections import PathCollection  # noqa: PLC0415
    from matplotlib.patches import BoxStyle  # noqa: PLC0415

    paths = [
        BoxStyle.Round(0, 0.22 * height)(x - width / 2, y - height / 2, width, height, 1)
        for x, y, width, height, _ in boxes
    ]
    axes.add_collection(
        PathCollection(paths, facecolors=[colour for *_, colour in boxes], linewidths=0), autolim=False
    )


def _heading(axes: Axes, y: float, title: str, summary: str) -> None:
    _write(axes, _MARGIN, y, title, color=_TEXT, fontsize=34, fontweight="bold")
    _write(axes, _RIGHT - _GAP / 2, y, summary, ha="right", fontsize=29)


def _note(axes: Axes, y: float, text: str) -> None:
    """Says why there is nothing to see."""
    ground = {"facecolor": _BACKGROUND, "edgecolor": "none", "boxstyle": "round,pad=0.6"}
    x = (_LEFT + _RIGHT) / 2
    _write(axes, x, y, text, ha="center", color=_TEXT, fontsize=30, linespacing=1.5, bbox=ground)


def _write(axes: Axes, x: float, y: float, text: str, **style: Any) -> None:
    plain: dict[str, Any] = {"color": _QUIET, "fontsize": 27, "va": "center_baseline"}
    axes.text(x, y, text, **(plain | style))


def _middle(week: int) -> float:
    return _LEFT + (week + 0.5) * _COLUMN


def _height(part: float) -> float:
    return _NONE + (_FULL - _NONE) * part
