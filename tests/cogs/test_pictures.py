"""The pictures of `/stats`: what is in them, when they are drawn, and what they cost the rest of the bot."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from threading import Event

import pytest
from PIL import Image, ImageChops

from bot.domain.statistics import Day
from cogs.cards import pictures
from cogs.cards.pictures import Pictures, alt_text

TODAY = date(2026, 11, 20)  # a Friday
FIRST = date(2026, 8, 31)  # the first Monday shown


def ago(days: int, answers: int = 4, right: int = 2, scored: int | None = None) -> Day:
    """A day before today."""
    return Day(TODAY - timedelta(days=days), answers, answers if scored is None else scored, right)


TWELVE_WEEKS = [ago(number, 1 + number % 30, number % 30 // 2) for number in range((TODAY - FIRST).days + 1)]


@pytest.fixture
async def drawn() -> AsyncIterator[Pictures]:
    """What draws pictures."""
    made = Pictures()
    yield made
    made.close()


class Draughtsman:
    """Notes what it is asked to draw, and does so when it may."""

    def __init__(self) -> None:
        self.asked: list[date] = []
        self.began = Event()
        self.may = Event()
        self.may.set()
        self.fails = False

    def draw(self, chart: pictures._Chart) -> bytes:
        """Draw a date."""
        self.asked.append(chart.today)
        self.began.set()
        assert self.may.wait(60)
        if self.fails:
            raise OSError("no paper")
        return str(chart.today).encode()


@pytest.fixture
def draughtsman(monkeypatch: pytest.MonkeyPatch) -> Draughtsman:
    """Draws instead of matplotlib."""
    made = Draughtsman()
    monkeypatch.setattr(pictures, "_draw", made.draw)
    return made


def opened(png: bytes) -> Image.Image:
    """The picture that the bytes are."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return Image.open(io.BytesIO(png), formats=["PNG"])


def cell(png: bytes, day: date) -> list[tuple[int, int, int]]:
    """The pixels of a day."""
    week, row = divmod((day - FIRST).days, 7)
    left = pictures._LEFT + week * pictures._COLUMN
    top = pictures._TOP + row * pictures._ROW
    box = (left + 5, top + 5, left + pictures._COLUMN - 5, top + pictures._ROW - 5)
    data = opened(png).convert("RGB").crop(box).tobytes()
    return list(zip(data[::3], data[1::3], data[2::3], strict=True))


def colour(code: str) -> tuple[int, ...]:
    """A colour as a pixel has it."""
    return tuple(bytes.fromhex(code.removeprefix("#")))


def line_pixels(png: bytes, week: int, part: float) -> int:
    """How many pixels have the line's colour around where it would be at this part of a week."""
    x, y = pictures._middle(week), pictures._height(part)
    data = opened(png).convert("RGB").crop((int(x) - 6, int(y) - 6, int(x) + 6, int(y) + 6)).tobytes()
    return list(zip(data[::3], data[1::3], data[2::3], strict=True)).count(colour(pictures._LINE))


@pytest.mark.parametrize(
    "days",
    [
        pytest.param([], id="nothing"),
        pytest.param([ago(0, 1, 1)], id="one answer"),
        pytest.param([ago(9, 5, 0, scored=0)], id="answers that do not count"),
        pytest.param(TWELVE_WEEKS, id="every day"),
        pytest.param([ago(3, 100_000, 99_999)], id="a great many"),
    ],
)
async def test_a_picture_is_a_png_for_a_phone(drawn: Pictures, days: list[Day]) -> None:
    picture = opened(await drawn.activity(days, TODAY))
    assert picture.size == (1000, 880)
    assert picture.getchannel("A").getextrema() == (255, 255)
    corner = picture.convert("RGB").getpixel((0, 0))
    assert corner == colour(pictures._BACKGROUND)
    # nothing is cut off: a margin stays free all around
    box = ImageChops.difference(
        picture.convert("RGB"), Image.new("RGB", picture.size, pictures._BACKGROUND)
    ).getbbox()
    assert box is not None
    assert box[0] >= 20
    assert box[1] >= 20
    assert box[2] <= 980
    assert box[3] <= 860


@pytest.mark.parametrize("weekday", range(7))
async def test_the_week_of_today_is_the_last_and_ends_today(drawn: Pictures, weekday: int) -> None:
    today = date(2026, 11, 16) + timedelta(days=weekday)
    png = await drawn.activity([], today)
    for row in range(7):
        pixels = set(cell(png, FIRST + timedelta(weeks=11, days=row)))
        assert (colour(pictures._EMPTY) in pixels) == (row <= weekday)
        assert (pixels == {colour(pictures._BACKGROUND)}) == (row > weekday)


async def test_a_busier_day_is_brighter_and_larger(drawn: Pictures) -> None:
    counts = [0, 1, 3, 8, 20, 60]
    days = [FIRST + timedelta(days=number) for number in range(len(counts))]
    png = await drawn.activity([Day(day, n, n, 0) for day, n in zip(days, counts, strict=True)], TODAY)
    cells = [cell(png, day) for day in days]
    sizes = [sum(sum(pixel) > sum(colour(pictures._EMPTY)) for pixel in pixels) for pixels in cells]
    assert sizes[0] == 0
    assert sorted(set(sizes)) == sizes
    brightest = [max(map(sum, pixels)) for pixels in cells]
    assert sorted(set(brightest)) == brightest


async def test_the_line_goes_from_0_to_100_percent_with_gaps(drawn: Pictures) -> None:
    right = {11: 20, 10: 0, 9: 10, 6: 20}
    png = await drawn.activity([ago(7 * (11 - week), 20, share) for week, share in right.items()], TODAY)
    for week in range(12):
        found = {part for part in (0, 0.5, 1) if line_pixels(png, week, part)}
        assert found == ({right[week] / 20} if week in right else set())


async def test_the_fewer_answers_the_wider_the_band(drawn: Pictures) -> None:
    def widths(png: bytes) -> list[int]:
        picture = opened(png).convert("RGB")
        heights = range(pictures._FULL + 3, pictures._NONE - 2)
        plain = {colour(pictures._BACKGROUND), colour(pictures._GRID)}
        # beside the points
        columns = [int(pictures._middle(week)) - 14 for week in (3, 7)]
        return [sum(picture.getpixel((x, y)) not in plain for y in heights) for x in columns]

    few, many = widths(await drawn.activity([ago(8 * 7, 4, 2), ago(4 * 7, 400, 200)], TODAY))
    assert few > 3 * many > 0


async def test_days_that_are_not_shown_make_no_difference(drawn: Pictures) -> None:
    days = [ago(1, 7), ago(30), ago((TODAY - FIRST).days)]
    png = await drawn.activity(days, TODAY)
    others = [ago(-1), ago((TODAY - FIRST).days + 1), ago(5, 0, 0), *reversed(days)]
    assert await drawn.activity(others, TODAY) is png
    assert alt_text(others, TODAY) == alt_text(days, TODAY)


async def test_the_same_again_is_not_drawn_again(drawn: Pictures, draughtsman: Draughtsman) -> None:
    first = await drawn.activity([ago(1)], TODAY)
    assert await drawn.activity([ago(1)], TODAY) is first
    assert len(draughtsman.asked) == 1
    await drawn.activity([ago(1), ago(2)], TODAY)
    assert len(draughtsman.asked) == 2


async def test_the_same_at_once_is_drawn_once(drawn: Pictures, draughtsman: Draughtsman) -> None:
    first, second = await asyncio.gather(drawn.activity([ago(1)], TODAY), drawn.activity([ago(1)], TODAY))
    assert first is second
    assert len(draughtsman.asked) == 1


async def test_the_picture_not_asked_for_the_longest_goes(drawn: Pictures, draughtsman: Draughtsman) -> None:
    days = [TODAY + timedelta(days=number) for number in range(65)]
    for day in [*days[:64], days[0], days[64]]:
        await drawn.activity([], day)
    assert draughtsman.asked == days
    await drawn.activity([], days[0])
    assert draughtsman.asked == days
    await drawn.activity([], days[1])
    assert draughtsman.asked == [*days, days[1]]


async def test_whoever_gives_up_takes_the_picture_from_nobody(
    drawn: Pictures, draughtsman: Draughtsman
) -> None:
    draughtsman.may.clear()
    impatient = asyncio.create_task(drawn.activity([], TODAY))
    patient = asyncio.create_task(drawn.activity([], TODAY))
    await asyncio.to_thread(draughtsman.began.wait, 60)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    draughtsman.may.set()
    assert await patient == b"2026-11-20"
    assert len(draughtsman.asked) == 1


async def test_what_went_wrong_is_tried_again(drawn: Pictures, draughtsman: Draughtsman) -> None:
    draughtsman.fails = True
    for _ in range(2):
        with pytest.raises(OSError, match="no paper"):
            await drawn.activity([], TODAY)
    draughtsman.fails = False
    assert await drawn.activity([], TODAY) == b"2026-11-20"
    assert len(draughtsman.asked) == 3


async def test_at_the_end_nobody_waits(drawn: Pictures, draughtsman: Draughtsman) -> None:
    draughtsman.may.clear()
    tasks = [asyncio.create_task(drawn.activity([], TODAY + timedelta(days=number))) for number in range(3)]
    await asyncio.to_thread(draughtsman.began.wait, 60)
    drawn.close()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(end) for end in ends] == [asyncio.CancelledError] * 3
    draughtsman.may.set()
    assert draughtsman.asked == [TODAY]


PROGRAM = """
import asyncio, logging, sys
from datetime import date
from cogs.cards.pictures import Pictures

logging.basicConfig(level=logging.INFO)

async def main():
    pictures = Pictures()
    assert "matplotlib" not in sys.modules
    await pictures.activity([], date(2026, 11, 20))
    assert "matplotlib" in sys.modules
    assert "matplotlib.pyplot" not in sys.modules
    waiting = asyncio.create_task(pictures.activity([], date(2026, 11, 21)))
    await asyncio.sleep(0)
    if "close" in sys.argv:
        pictures.close()

asyncio.run(main())
"""


@pytest.mark.parametrize("way", ["close", "leave"])
def test_a_bot_without_a_writable_home_draws_and_ends_in_silence(way: str, tmp_path: Path) -> None:
    nowhere = tmp_path / "a file"
    nowhere.touch()
    hidden = ("MPL", "MATPLOTLIB", "XDG_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    home = {name: str(nowhere / "home") for name in ("HOME", "USERPROFILE", "LOCALAPPDATA")}
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, way],
        cwd=root,
        env=environment | home | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_picture_in_words() -> None:
    days = [ago(3, 24, 20), ago(17, 10, 6), ago(74, 5, 3), Day(FIRST, 1, 0, 0)]
    assert alt_text(days, TODAY) == (
        "Activity of the last 12 weeks: 40 answers on 4 days, most on Tuesday 17 November (24). "
        "Accuracy by week: 60% in the week of 7 September, 60% in the week of 2 November, "
        "83% in the week of 16 November."
    )


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([], "Activity of the last 12 weeks: no answers."),
        ([ago(-1), ago(100)], "Activity of the last 12 weeks: no answers."),
        (
            [ago(9, 1, 0, scored=0)],
            "Activity of the last 12 weeks: 1 answer on 1 day, most on Wednesday 11 November (1).",
        ),
        (
            [ago(0, 2, 2), ago(7, 2, 0)],
            "Activity of the last 12 weeks: 4 answers on 2 days, most on Friday 20 November (2). "
            "Accuracy by week: 0% in the week of 9 November, 100% in the week of 16 November.",
        ),
    ],
)
def test_the_words_for_little(days: list[Day], words: str) -> None:
    assert alt_text(days, TODAY) == words


def test_the_words_fit_into_what_discord_takes() -> None:
    # https://docs.discord.com/developers/components/reference#media-gallery
    assert len(alt_text([Day(day.day, 10**9, 10**9, 10**9) for day in TWELVE_WEEKS], TODAY)) <= 1024
