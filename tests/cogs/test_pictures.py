"""Pictures: when they are drawn, how long they are kept, and what they cost the rest of the bot."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from threading import Event

import pytest

from cogs.cards import activity
from cogs.cards.activity import Activity, activity_alt_text
from cogs.cards.exam_pictures import Attempt, ExamHistory, ExamTopics, TopicBar
from cogs.cards.pictures import Pictures
from tests.cogs.pixels import FIRST, TODAY, ago, opened


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
        self.error: Exception | None = None

    def draw(self, chart: Activity) -> bytes:
        """Draw a date."""
        self.asked.append(chart.today)
        self.began.set()
        assert self.may.wait(60)
        if self.error is not None:
            raise self.error
        return str(chart.today).encode()


@pytest.fixture
def draughtsman(monkeypatch: pytest.MonkeyPatch) -> Draughtsman:
    """Draws instead of matplotlib."""
    made = Draughtsman()
    monkeypatch.setattr(activity, "draw_activity", made.draw)
    return made


async def test_days_that_are_not_shown_make_no_difference(drawn: Pictures) -> None:
    days = [ago(1, 7), ago(30), ago((TODAY - FIRST).days)]
    png = await drawn.activity(days, TODAY)
    others = [ago(-1), ago((TODAY - FIRST).days + 1), ago(5, 0, 0), *reversed(days)]
    assert await drawn.activity(others, TODAY) is png
    assert activity_alt_text(others, TODAY) == activity_alt_text(days, TODAY)


async def test_every_kind_is_drawn_once_and_kept(drawn: Pictures) -> None:
    def topics(right: int) -> ExamTopics:
        return ExamTopics((TopicBar("Tools", right, 4),), 80)

    def history(right: int) -> ExamHistory:
        return ExamHistory((Attempt(TODAY, right, 4, 80),))

    shown = [
        await drawn.activity([], TODAY),
        *[await drawn.exam_topics(topics(right)) for right in (3, 4)],
        *[await drawn.exam_history(history(right)) for right in (3, 4)],
    ]
    assert len(set(shown)) == 5
    assert [opened(png).size[0] for png in shown] == [1000] * 5
    assert await drawn.activity([], TODAY) is shown[0]
    assert await drawn.exam_topics(topics(4)) is shown[2]
    assert await drawn.exam_history(history(4)) is shown[4]


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


@pytest.mark.parametrize("error", [OSError("no paper"), ValueError("no ink"), RuntimeError("no hands")])
async def test_what_can_not_be_drawn_is_none_and_logged_and_tried_again(
    drawn: Pictures, draughtsman: Draughtsman, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    draughtsman.error = error
    # two at once wait for one try
    assert await asyncio.gather(drawn.activity([], TODAY), drawn.activity([], TODAY)) == [None, None]
    assert await drawn.activity([], TODAY) is None
    assert [record.exc_info and record.exc_info[1] for record in caplog.records] == [error] * 2
    draughtsman.error = None
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
import asyncio, gc, logging, sys
from datetime import date
from cogs.cards.pictures import Pictures

logging.basicConfig(level=logging.INFO)

async def main():
    pictures = Pictures()
    assert "matplotlib" not in sys.modules
    await pictures.activity([], date(2026, 11, 20))
    assert "matplotlib" in sys.modules
    assert "matplotlib.pyplot" not in sys.modules
    assert gc.get_freeze_count() > 10_000, "each collection looks at what matplotlib has loaded"
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
