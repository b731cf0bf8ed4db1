"""The picture of `/stats`: what is in it, and its words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.domain.statistics import Day
from cogs.cards import activity
from cogs.cards.activity import Activity, activity_alt_text, draw_activity
from cogs.cards.drawing import BACKGROUND, EMPTY, GRID, LEFT, YELLOW
from tests.cogs.pixels import FIRST, TODAY, ago, assert_whole, colour, opened, pixels

TWELVE_WEEKS = [ago(number, 1 + number % 30, number % 30 // 2) for number in range((TODAY - FIRST).days + 1)]


def picture(days: list[Day], today: date = TODAY) -> bytes:
    """The picture of these days."""
    return draw_activity(Activity.of(days, today))


def cell(png: bytes, day: date) -> list[tuple[int, int, int]]:
    """The pixels of a day."""
    week, row = divmod((day - FIRST).days, 7)
    left = LEFT - 4 + week * activity._COLUMN
    top = activity._TOP + row * activity._ROW
    return pixels(png, (left + 5, top + 5, left + activity._COLUMN - 5, top + activity._ROW - 5))


def line_pixels(png: bytes, week: int, part: float) -> int:
    """How many pixels have the line's colour around where it would be at this part of a week."""
    x, y = activity._middle(week), activity._ACCURACY.height(part)
    return pixels(png, (int(x) - 6, int(y) - 6, int(x) + 6, int(y) + 6)).count(colour(YELLOW))


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
def test_a_picture_is_a_png_for_a_phone(days: list[Day]) -> None:
    assert_whole(picture(days), 1000, 880)


@pytest.mark.parametrize("weekday", range(7))
def test_the_week_of_today_is_the_last_and_ends_today(weekday: int) -> None:
    today = date(2026, 11, 16) + timedelta(days=weekday)
    png = picture([], today)
    for row in range(7):
        found = set(cell(png, FIRST + timedelta(weeks=11, days=row)))
        assert (colour(EMPTY) in found) == (row <= weekday)
        assert (found == {colour(BACKGROUND)}) == (row > weekday)


def test_a_busier_day_is_brighter_and_larger() -> None:
    counts = [0, 1, 3, 8, 20, 60]
    days = [FIRST + timedelta(days=number) for number in range(len(counts))]
    png = picture([Day(day, n, n, 0) for day, n in zip(days, counts, strict=True)])
    cells = [cell(png, day) for day in days]
    sizes = [sum(sum(pixel) > sum(colour(EMPTY)) for pixel in found) for found in cells]
    assert sizes[0] == 0
    assert sorted(set(sizes)) == sizes
    brightest = [max(map(sum, found)) for found in cells]
    assert sorted(set(brightest)) == brightest


def test_the_line_goes_from_0_to_100_percent_with_gaps() -> None:
    right = {11: 20, 10: 0, 9: 10, 6: 20}
    png = picture([ago(7 * (11 - week), 20, share) for week, share in right.items()])
    for week in range(12):
        found = {part for part in (0, 0.5, 1) if line_pixels(png, week, part)}
        assert found == ({right[week] / 20} if week in right else set())


def test_the_fewer_answers_the_wider_the_band() -> None:
    def widths(png: bytes) -> list[int]:
        shown = opened(png).convert("RGB")
        heights = range(int(activity._ACCURACY.full) + 3, int(activity._ACCURACY.none) - 2)
        plain = {colour(BACKGROUND), colour(GRID)}
        # beside the points
        columns = [int(activity._middle(week)) - 14 for week in (3, 7)]
        return [sum(shown.getpixel((x, y)) not in plain for y in heights) for x in columns]

    few, many = widths(picture([ago(8 * 7, 4, 2), ago(4 * 7, 400, 200)]))
    assert few > 3 * many > 0


def test_the_picture_in_words() -> None:
    days = [ago(3, 24, 20), ago(17, 10, 6), ago(74, 5, 3), Day(FIRST, 1, 0, 0)]
    assert activity_alt_text(days, TODAY) == (
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
    assert activity_alt_text(days, TODAY) == words


def test_the_words_fit_into_what_discord_takes() -> None:
    # https://docs.discord.com/developers/components/reference#media-gallery
    assert len(activity_alt_text([Day(day.day, 10**9, 10**9, 10**9) for day in TWELVE_WEEKS], TODAY)) <= 1024
