"""What all pictures share: their look, and how a figure becomes a PNG."""

from __future__ import annotations

import gc
import io
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.domain.statistics import wilson

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# everything is in pixels, from the top left; text, too, for at 72 dpi a point is a pixel
WIDTH = 1000
"""Of every picture. A phone shows it some 380 wide."""
MARGIN = 36
LEFT, RIGHT = 138, 946
"""Where what has labels beside it begins, and where everything ends."""
SMALL, PLAIN = 24, 27
"""Sizes of text; anything smaller can't be read on a phone."""
_BESIDE = 16
"""How far a band goes beyond its first and last point; a single one would have none otherwise."""

# a dark card of its own stands out from Discord's dark theme and does not dazzle in it, and is calm in the light one
BACKGROUND = "#1b1d2e"
EMPTY = "#2a2d45"
GRID = "#3b3f5c"
TEXT = "#f4f5fb"
QUIET = "#b9bfd8"
BLUE = "#7683ff"
"""Around the colour of an open card."""
YELLOW = "#ffc24b"
"""Can be told from the blue by people who are blind to some colours, too."""

GROUND = {"facecolor": BACKGROUND, "edgecolor": "none", "pad": 3}
"""For text that lines would cross: it hides them."""

Colour = str | tuple[float, ...]
Box = tuple[float, float, float, float, Colour]
"""Its middle, how wide and high it is, and its colour."""


def draw(paint: Callable[[Axes], float]) -> bytes:
    """A PNG of what `paint` draws; it returns how high the picture is to be."""
    figure = _load_matplotlib()(dpi=72, facecolor=BACKGROUND)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    height = paint(axes)
    axes.set(xlim=(0, WIDTH), ylim=(height, 0))
    figure.set_size_inches(WIDTH / 72, height / 72)
    png = io.BytesIO()
    figure.savefig(png, format="png")
    # A figure is a web of objects that point at each other, with 4 MB of pixels. While it is young, it goes at
    # once; later only a search through all of the bot's objects would find it, and hold everything up.
    del figure, axes
    gc.collect(1)
    return png.getvalue()


@cache
def _load_matplotlib() -> type[Figure]:
    """Only when it is needed, for it costs half a second and 50 MB. Without pyplot, which keeps its figures for all threads."""
    # It would warn of a home that it can't write to, and does well without: it takes a temporary folder.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    import matplotlib as mpl  # noqa: PLC0415
    import matplotlib.backends.backend_agg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    mpl.rcdefaults()  # whatever its user's own settings are
    gc.freeze()  # what it has loaded stays; looking through it would hold everything up as long as ten clicks
    return Figure


def write(axes: Axes, x: float, y: float, text: str, **style: Any) -> None:
    """Text that begins at a point; `style` is matplotlib's."""
    plain: dict[str, Any] = {"color": QUIET, "fontsize": PLAIN, "va": "center_baseline", "parse_math": False}
    axes.text(x, y, text, **(plain | style))


def heading(axes: Axes, y: float, title: str, summary: str) -> None:
    """A title, with a few words at the right."""
    write(axes, MARGIN, y, title, color=TEXT, fontsize=34, fontweight="bold")
    write(axes, RIGHT, y, summary, ha="right", fontsize=29)


def note(axes: Axes, y: float, text: str) -> None:
    """Says why there is nothing to see."""
    ground = {"facecolor": BACKGROUND, "edgecolor": "none", "boxstyle": "round,pad=0.6"}
    x = (LEFT + RIGHT) / 2
    write(axes, x, y, text, ha="center", color=TEXT, fontsize=30, linespacing=1.5, bbox=ground)


def legend(axes: Axes, y: float, entries: Sequence[tuple[str, Colour, str]]) -> None:
    """Symbols in their colours, each with what it means."""
    x: float = MARGIN
    for symbol, colour, words in entries:
        write(axes, x, y, symbol, color=colour, fontsize=SMALL)
        x += text_width(symbol, SMALL) + 12
        write(axes, x, y, words, fontsize=SMALL)
        x += text_width(words, SMALL) + 36


def text_width(text: str, size: float = PLAIN) -> float:
    """How wide a text is going to be."""
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415
    from matplotlib.textpath import text_to_path  # noqa: PLC0415

    width: float = text_to_path.get_text_width_height_descent(text, FontProperties(size=size), ismath=False)[
        0
    ]
    return width


def wrap(text: str, width: float, most: int = 2) -> list[str]:
    """Text in at most so many lines of this width, with an ellipsis where something is missing."""
    lines = [""]
    for word in drawable(text).split():
        longer = f"{lines[-1]} {word}".lstrip()
        if not lines[-1] or text_width(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines[most - 1 :] = [" ".join(lines[most - 1 :])]
    for number, line in enumerate(lines):
        kept = len(line)
        while text_width(lines[number]) > width:
            kept -= 1
            lines[number] = line[:kept].rstrip() + "…"
    return lines


def drawable(text: str) -> str:
    """The text with a box for each character that the font lacks; matplotlib would draw one as well, but warn."""
    from matplotlib.font_manager import FontProperties, findfont, get_font  # noqa: PLC0415

    font = get_font(findfont(FontProperties()))
    return "".join(letter if letter.isspace() or font.get_char_index(ord(letter)) else "□" for letter in text)


def boxes(axes: Axes, several: Sequence[Box], **style: Any) -> None:
    """Boxes with round corners, each around a point, drawn as one thing: one by one takes ten times as long."""
    from matplotlib.collections import PathCollection  # noqa: PLC0415
    from matplotlib.patches import BoxStyle  # noqa: PLC0415

    paths = [
        BoxStyle.Round(0, 0.22 * height)(x - width / 2, y - height / 2, width, height, 1)
        for x, y, width, height, _ in several
    ]
    colours = [colour for *_, colour in several]
    axes.add_collection(PathCollection(paths, facecolors=colours, linewidths=0, **style), autolim=False)


@dataclass(frozen=True, slots=True)
class Shares:
    """A part of a picture in which heights are shares."""

    full: float
    """Where 100 % is."""
    none: float
    """Where 0 % is."""

    def height(self, share: float) -> float:
        """Where a share, 0 to 1, is."""
        return self.none + (self.full - self.none) * share

    def grid(self, axes: Axes, right: float = RIGHT, labels: Sequence[float] = (0, 0.5, 1)) -> None:
        """Lines at 0, 50 and 100 % that end at the right, and labels at these shares."""
        axes.hlines([self.height(share) for share in (0, 0.5, 1)], LEFT, right, color=GRID, linewidth=2)
        for share in labels:
            write(axes, LEFT - 20, self.height(share), f"{share:.0%}", ha="right")

    def line(self, axes: Axes, x: Sequence[float], results: Sequence[tuple[int, int]], colour: str) -> None:
        """The share of each result (how many right, of how many) in its 95 % interval, without points."""
        bounds = [wilson(right, of) for right, of in results]
        bounds = [bounds[0], *bounds, bounds[-1]]
        axes.fill_between(
            [x[0] - _BESIDE, *x, x[-1] + _BESIDE],
            [self.height(low) for low, _ in bounds],
            [self.height(high) for _, high in bounds],
            color=colour,
            alpha=0.22,
            linewidth=0,
        )
        axes.plot(x, [self.height(right / of) for right, of in results], color=colour, linewidth=4)

    def points(
        self,
        axes: Axes,
        x: Sequence[float],
        shares: Sequence[float],
        colour: str,
        marker: str = "o",
        size: float = 16,
    ) -> None:
        """A point for each share; `marker` is matplotlib's."""
        heights = [self.height(share) for share in shares]
        axes.plot(x, heights, marker, color=colour, markersize=size, mec=BACKGROUND, mew=3)


def short_date(day: date) -> str:
    """A day, as short as can be: 3 Sep."""
    return f"{day.day} {day:%b}"


def long_date(day: date) -> str:
    """A day to be read aloud: 3 September."""
    return f"{day.day} {day:%B}"
