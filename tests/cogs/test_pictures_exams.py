"""The pictures of mock exams: what is in them, and their words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cogs.cards import exam_pictures
from cogs.cards.drawing import BACKGROUND, BLUE, QUIET, TEXT, YELLOW, drawable, text_width, wrap
from cogs.cards.exam_pictures import (
    Attempt,
    ExamHistory,
    ExamTopics,
    TopicBar,
    draw_history,
    draw_topics,
    history_alt_text,
    topics_alt_text,
)
from tests.cogs.pixels import TODAY, assert_whole, colour, opened, pixels

LONG = "Sandboxes, secure execution, `additional_authorized_imports` and what they allow"
"""As long as a title may be."""


def topics(*results: tuple[int, int], title: str = "Tools", mark: int = 80) -> ExamTopics:
    """An exam with these results."""
    return ExamTopics(tuple(TopicBar(title, right, asked) for right, asked in results), mark)


def history(*results: tuple[int, int], mark: int = 80, apart: int = 7) -> ExamHistory:
    """Exams with these results, so many days apart, the last one today."""
    days = [TODAY - timedelta(days=apart * before) for before in reversed(range(len(results)))]
    return ExamHistory(tuple(Attempt(day, *result, mark) for day, result in zip(days, results, strict=True)))


def rows(png: bytes, code: str) -> list[tuple[int, int]]:
    """For each row with this colour where it begins, and how far it reaches."""
    width, height = opened(png).size
    every = pixels(png, (0, 0, width, height))
    found = []
    for row in range(height):
        line = [x for x, pixel in enumerate(every[row * width : (row + 1) * width]) if pixel == colour(code)]
        if line:
            found.append((line[0], line[-1]))
    return found


def bar(png: bytes, code: str) -> int:
    """How long the longest bar of this colour is; symbols are shorter than 40."""
    return max((last - first for first, last in rows(png, code)), default=0)


def mark(png: bytes) -> int:
    """Where the line of the pass mark is: the column with the most white below the heading."""
    width, height = opened(png).size
    every = pixels(png, (0, 170, width, height))
    return max(range(width), key=lambda x: every[x::width].count(colour(TEXT)))


def point(png: bytes, index: int, attempts: int, share: float, code: str) -> tuple[int, int]:
    """How many pixels of a point have a colour: in its upper half, and in its lower one."""
    left, right = 162, 826
    x = left + (right - left) * index / (attempts - 1)
    y = exam_pictures._SCALE.height(share)
    upper = pixels(png, (x - 12, y - 12, x + 12, y)).count(colour(code))
    return upper, pixels(png, (x - 12, y, x + 12, y + 12)).count(colour(code))


@pytest.mark.parametrize(
    "chart",
    [
        pytest.param(topics((0, 1)), id="one topic"),
        pytest.param(topics((1, 1), (0, 1), (4, 5), (7, 9), (9, 9)), id="five"),
        pytest.param(
            topics(*[(number % 4, 3 + number % 2) for number in range(30)], title=LONG), id="thirty"
        ),
        pytest.param(topics((0, 100), (1, 100), (100, 100), title="W" * 80, mark=1), id="low and wide"),
        pytest.param(topics((99, 100), (100, 100), title="W" * 80, mark=100), id="high and wide"),
    ],
)
def test_topics_are_a_png_for_a_phone(chart: ExamTopics) -> None:
    png = draw_topics(chart)
    assert_whole(png, 1000, opened(png).size[1])


def test_the_more_topics_the_higher_the_picture() -> None:
    def height(chart: ExamTopics) -> int:
        return opened(draw_topics(chart)).size[1]

    one, two, three = (height(topics(*[(1, 2)] * number)) for number in (1, 2, 3))
    assert one < 300
    assert three - two == two - one > 60
    # a long title takes a second line
    assert height(topics((1, 2), title=LONG)) == one + exam_pictures._LINE


@pytest.mark.parametrize(("right", "asked"), [(0, 1), (1, 9), (4, 5), (29, 30), (1, 1)])
def test_a_bar_is_as_long_as_the_share(right: int, asked: int) -> None:
    png = draw_topics(topics((right, asked), mark=70))
    reached = right / asked >= 0.7
    assert bar(png, BLUE if reached else YELLOW) == pytest.approx(max(910 * right / asked, 20), abs=8)
    assert bar(png, YELLOW if reached else BLUE) < 40


@pytest.mark.parametrize(
    ("right", "asked", "mark", "reached"),
    [(4, 5, 80, True), (79, 100, 80, False), (7, 10, 70, True), (2, 3, 67, False), (0, 1, 1, False)],
)
def test_a_topic_at_the_mark_has_reached_it(right: int, asked: int, mark: int, reached: bool) -> None:
    chart = topics((right, asked), mark=mark)
    assert chart.reached(chart.bars[0]) == reached
    assert ("Below the pass mark" in topics_alt_text(chart)) == (not reached)
    assert Attempt(TODAY, right, asked, mark).passed == reached


def test_below_the_mark_is_striped_and_has_another_symbol() -> None:
    below, reached = (draw_topics(topics((3, 4), mark=mark)) for mark in (76, 75))
    top = exam_pictures._MARK + 36
    middle = top + exam_pictures._LINE + 4 + exam_pictures._BAR // 2
    inside = 60, middle - 6, 660, middle + 6
    assert set(pixels(reached, inside)) == {colour(BLUE)}
    striped = pixels(below, inside)
    assert striped.count(colour(YELLOW)) > len(striped) / 3
    assert sum(sum(pixel) < sum(colour(YELLOW)) / 2 for pixel in striped) > len(striped) / 20

    def shape(png: bytes) -> list[bool]:
        found = pixels(png, (30, top, 66, top + exam_pictures._LINE))
        return [pixel != colour(BACKGROUND) for pixel in found]

    assert any(shape(below))
    assert any(shape(reached))
    assert sum(a != b for a, b in zip(shape(below), shape(reached), strict=True)) > 80


@pytest.mark.parametrize("percent", [1, 50, 80, 100])
def test_the_line_is_where_the_mark_is(percent: int) -> None:
    png = draw_topics(topics(*[(0, 5)] * 8, mark=percent))
    assert mark(png) == pytest.approx(36 + 910 * percent / 100, abs=2)


def test_a_title_is_wrapped_where_it_gets_too_wide() -> None:
    assert wrap("Tools", 400) == ["Tools"]
    lines = wrap(LONG, 760)
    assert len(lines) == 2
    assert " ".join(lines) == LONG
    assert all(text_width(line) <= 760 for line in lines)
    clipped = wrap(LONG, 400)
    assert len(clipped) == 2
    assert clipped[1].endswith("…")
    assert LONG.startswith(" ".join(clipped).removesuffix("…"))
    assert all(text_width(line) <= 400 for line in clipped)
    (word,) = wrap("W" * 80, 400)
    assert word.strip("W") == "…"
    assert 360 < text_width(word) <= 400


def test_a_title_may_hold_anything() -> None:
    assert drawable("Größe ≥ 3 智 🤗") == "Größe ≥ 3 □ □"
    # matplotlib takes $…$ for mathematics, would fail at this one, and would warn of what its font lacks
    draw_topics(topics((1, 2), title=r"costs $\frac and $5, 智能体 🤗"))
    assert draw_topics(topics((1, 2), title="`@tool`\nand more")) == draw_topics(
        topics((1, 2), title="@tool and more")
    )


@pytest.mark.parametrize(
    ("chart", "height"),
    [
        pytest.param(history((5, 6)), 600, id="one"),
        pytest.param(history((0, 1)), 600, id="nothing right"),
        pytest.param(history((1, 1)), 600, id="all right"),
        pytest.param(history((1, 2), (2, 2), mark=100), 600, id="two"),
        pytest.param(history((3, 5), (5, 5), (4, 5), mark=1, apart=0), 600, id="one day"),
        pytest.param(history(*[(number, 30) for number in range(1, 31)], apart=1), 600, id="thirty"),
        pytest.param(history(*[(30, 30)] * 30, apart=30), 636, id="years"),
    ],
)
def test_the_history_is_a_png_for_a_phone(chart: ExamHistory, height: int) -> None:
    assert_whole(draw_history(chart), 1000, height)


def test_points_show_by_shape_and_place_how_it_went() -> None:
    shares = (0, 10, 16, 20)
    png = draw_history(history(*[(right, 20) for right in shares]))
    for index, right in enumerate(shares):
        circle = point(png, index, 4, right / 20, BLUE)
        triangle = point(png, index, 4, right / 20, YELLOW)
        if right >= 16:
            assert triangle == (0, 0)
            assert 0.8 < circle[0] / circle[1] < 1.25
        else:
            assert circle == (0, 0)
            assert triangle[0] > 1.5 * triangle[1] > 0


def test_the_fewer_questions_the_wider_the_band() -> None:
    def band(asked: int) -> int:
        png = draw_history(history((asked // 2, asked), mark=90))
        # beside the point
        column = pixels(png, (481, exam_pictures._SCALE.full, 482, exam_pictures._SCALE.none))
        ground, line = colour(BACKGROUND), colour(QUIET)
        mixed = tuple(round(0.78 * a + 0.22 * b) for a, b in zip(ground, line, strict=True))
        return sum(all(abs(a - b) < 3 for a, b in zip(pixel, mixed, strict=True)) for pixel in column)

    # the 95 % intervals of 2 of 4 and 30 of 60 are 70 and 25 per cent wide
    assert band(4) == pytest.approx(0.70 * 320, abs=12)
    assert band(60) == pytest.approx(0.25 * 320, abs=12)


def test_the_mark_goes_along_with_the_bank() -> None:
    first, last = Attempt(TODAY, 1, 10, 60), Attempt(TODAY, 1, 10, 90)
    png = draw_history(ExamHistory((first, first, last)))

    def white(left: int, right: int, percent: int) -> bool:
        y = exam_pictures._SCALE.height(percent / 100)
        return pixels(png, (left, y - 2, right, y + 2)).count(colour(TEXT)) > 50

    assert [white(200, 600, percent) for percent in (60, 90)] == [True, False]
    assert [white(700, 810, percent) for percent in (60, 90)] == [False, True]
    assert draw_history(ExamHistory((first, last))) != draw_history(ExamHistory((first, first)))


def test_the_best_and_the_latest_have_their_numbers() -> None:
    png = draw_history(history((10, 20), (19, 20), (10, 20), (12, 20)))

    def white(index: int, share: float, x: int, y: int) -> bool:
        x, y = x + 162 + round(664 * index / 3), y + round(exam_pictures._SCALE.height(share))
        return colour(TEXT) in pixels(png, (x - 24, y - 8, x + 24, y + 8))

    assert [white(index, share, 0, -34) for index, share in enumerate((0.5, 0.95, 0.5, 0.6))] == [
        False,
        True,
        False,
        False,
    ]
    assert white(3, 0.6, 50, 0)


def test_the_best_is_the_latest_of_equals() -> None:
    assert history((4, 5), (8, 10), (3, 5)).best == 1
    assert history((1, 5)).best == 0


def test_topics_in_words() -> None:
    chart = ExamTopics(
        (
            TopicBar("Tools, `@tool` and co", 7, 9),
            TopicBar("LLM basics: tokens", 4, 5),
            TopicBar("MCP", 0, 1),
        ),
        80,
    )
    assert topics_alt_text(chart) == (
        "Mock exam by topic, the heaviest first: 11 of 15 right. "
        "Below the pass mark of 80%: Tools, @tool and co (7 of 9); MCP (0 of 1). "
        "At 80% or above: LLM basics: tokens (4 of 5)."
    )
    assert topics_alt_text(topics((1, 1), title="MCP", mark=70)) == (
        "Mock exam by topic, the heaviest first: 1 of 1 right. At 70% or above: MCP (1 of 1)."
    )


@pytest.mark.parametrize("failed", [0, 1, 15, 29, 30])
def test_the_words_for_many_long_titles_fit(failed: int) -> None:
    bars = [TopicBar(f"{number:02} {'x' * 77}", int(number >= failed), 1) for number in range(30)]
    text = topics_alt_text(ExamTopics(tuple(bars), 80))
    assert 800 < len(text) <= 1000
    assert text.endswith(".")
    shown = [number for number in range(30) if f" {number:02} x" in text]
    more = [int(words.split()[-1]) for words in text.split(" more topic")[:-1]]
    assert len(shown) + sum(more) == 30
    # the middle of each list goes, the ends stay
    assert {0, 29} <= set(shown)
    assert {failed - 1, failed} & set(range(30)) <= set(shown)


def test_the_topics_of_a_real_exam_are_all_named() -> None:
    titles = [f"{number:02} A title as long as they are on average"[:37] for number in range(18)]
    for right in (0, 5, 7):
        bars = tuple(TopicBar(title, right, 7) for title in titles)
        assert "more topic" not in topics_alt_text(ExamTopics(bars, 80))


def test_one_exam_in_words() -> None:
    assert history_alt_text(history((43, 54))) == (
        "One mock exam, not passed: 79% on 20 November (43 of 54 right; the 95% interval is 67% to 88%). "
        "The pass mark was 80%."
    )
    assert history_alt_text(history((1, 1), mark=100)) == (
        "One mock exam, passed: 100% on 20 November (1 of 1 right; the 95% interval is 21% to 100%). "
        "The pass mark was 100%."
    )


def test_exams_in_words() -> None:
    assert history_alt_text(history((5, 10), (9, 10), (8, 10))) == (
        "3 mock exams, 2 of them passed. The latest: 80% on 20 November "
        "(8 of 10 right; the 95% interval is 49% to 94%). The best: 90% on 13 November. The pass mark is 80%. "
        "The earliest first: 50% on 6 November; 90% on 13 November (passed); 80% on 20 November (passed)."
    )
    assert "It is the best. The pass mark is 80%." in history_alt_text(history((5, 10), (8, 10), apart=0))


def test_the_words_tell_years_and_changed_marks() -> None:
    attempts = Attempt(TODAY - timedelta(days=365), 7, 10, 70), Attempt(TODAY, 6, 10, 80)
    text = history_alt_text(ExamHistory(attempts))
    assert "The pass mark was 70% at first and 80% at last." in text
    assert text.endswith(" 70% on 20 November 2025 (passed); 60% on 20 November 2026.")


def test_the_words_for_many_exams_fit() -> None:
    text = history_alt_text(history(*[(10_000, 10_000)] * 30, apart=60))
    assert 900 < len(text) <= 1000
    assert text.endswith("100% on 20 November 2026 (passed).")
    assert "The earliest first: 100% on 14 February 2022 (passed);" in text
    assert text.count("(passed)") + int(text.split(" more exams")[0].split()[-1]) == 30
