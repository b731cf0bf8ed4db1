"""Looks at pictures, and the days that they are about."""

from __future__ import annotations

import io
from datetime import date, timedelta

from PIL import Image, ImageChops

from bot.domain.statistics import Day
from cogs.cards.drawing import BACKGROUND

TODAY = date(2026, 11, 20)  # a Friday
FIRST = date(2026, 8, 31)  # the first Monday shown


def ago(days: int, answers: int = 4, right: int = 2, scored: int | None = None) -> Day:
    """A day before today."""
    return Day(TODAY - timedelta(days=days), answers, answers if scored is None else scored, right)


def opened(png: bytes) -> Image.Image:
    """The picture that the bytes are."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return Image.open(io.BytesIO(png), formats=["PNG"])


def colour(code: str) -> tuple[int, int, int]:
    """A colour as a pixel has it."""
    red, green, blue = bytes.fromhex(code.removeprefix("#"))
    return red, green, blue


def pixels(png: bytes, box: tuple[float, float, float, float]) -> list[tuple[int, int, int]]:
    """The pixels between left, top, right and bottom, row by row."""
    left, top, right, bottom = map(int, box)
    data = opened(png).convert("RGB").crop((left, top, right, bottom)).tobytes()
    return list(zip(data[::3], data[1::3], data[2::3], strict=True))


def assert_whole(png: bytes, width: int, height: int) -> None:
    """It has this size, nothing shines through, and nothing is cut off: a margin stays free all around."""
    picture = opened(png)
    assert picture.size == (width, height)
    assert picture.getchannel("A").getextrema() == (255, 255)
    ground = Image.new("RGB", picture.size, BACKGROUND)
    assert picture.convert("RGB").getpixel((0, 0)) == colour(BACKGROUND)
    box = ImageChops.difference(picture.convert("RGB"), ground).getbbox()
    assert box is not None
    assert box[0] >= 20
    assert box[1] >= 20
    assert box[2] <= width - 20
    assert box[3] <= height - 20
