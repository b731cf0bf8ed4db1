"""The clock of the machine jumps, while Discord's goes on as ever: nothing is lost, and nothing is posted twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cogs import exams
from tests.cogs.reminding import reminded, switch_on
from tests.messages import text
from tests.world import World

Jump = Callable[[timedelta], None]


@pytest.fixture
def jump(world: World, monkeypatch: pytest.MonkeyPatch) -> Jump:
    """Set the clock of the machine so much off."""

    def jump(by: timedelta) -> None:
        # all parts of the bot have the same clock
        monkeypatch.setattr(world.app.scheduler._clock, "now", lambda: world.env.now() + by)

    return jump


async def open_everything(world: World) -> Any:
    """A challenge, an exam, reminders, a quiz, and a question for a week; its card."""
    await world.linus.slash(world.other, "question", topic="one", **{"open-for": 168})
    card = world.other.history()[-1]
    await switch_on(world)
    await world.begin_challenge()
    await world.play(world.ada, questions=1)
    await exams.begin(world, world.grace)
    await world.start_quiz(questions=2, topic="two", seconds=30)
    return card


async def answers(world: World) -> list[tuple[int, ...]]:
    """All answers in rounds that are stored."""
    async with world.sql() as transaction:
        return [tuple(row) for row in await transaction.run("SELECT round_id, member_id, choice FROM answer")]


@pytest.mark.usefixtures("sketches")
@pytest.mark.parametrize(
    ("by", "off"),
    [
        (timedelta(days=6), "518400 seconds ahead of"),
        (timedelta(hours=-5), "18000 seconds behind"),
        (timedelta(days=-400), "34560000 seconds behind"),
    ],
)
async def test_the_clock_jumps_and_is_set_right_again(
    world: World, jump: Jump, by: timedelta, off: str, caplog: pytest.LogCaptureFixture
) -> None:
    await exams.write_banks(world, 12)
    card = await open_everything(world)
    await world.answer(world.ada, world.card)
    before = await answers(world)
    assert "The clock of this machine" not in caplog.text
    jump(by)
    # what counts is Discord's time
    assert "✅ Correct" in text(await world.choose(world.linus, "the right one", card))
    await world.wait(3700)
    assert "✅ Correct" in text(await world.choose(world.ada, "the right one", card))
    assert caplog.text.count(f"The clock of this machine is {off} Discord's") == 1
    jump(timedelta())
    await world.wait(3700)
    assert world.count("Result of question 1") == 1
    after = await answers(world)
    assert after[: len(before)] == before
    assert len(after) == len(before) + 2
    await world.until(2026, 1, 9)
    for words in ("Quiz over", "Challenge #1 is over", "Weekly challenge #1"):
        assert world.count(words) == 1, words
    days = reminded(world, world.ada)
    assert len(set(days)) == len(days)
    assert datetime(2026, 1, 8, 18, tzinfo=UTC) in days
    async with world.sql() as transaction:
        assert await transaction.run("SELECT count(*), count(ended_at) FROM exam") == [(1, 1)]
    assert "Traceback" not in caplog.text
