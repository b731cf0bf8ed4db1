"""SIGKILL while answers stream in: what members were told is stored, once, and the quiz goes on."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from bot.storage.database import Database
from tests.messages import text
from tests.world import open_world

ROOT = Path(__file__).parents[2]


_BOARD = "SELECT member_id, points FROM board WHERE period = 'all' AND scope = 1"


@pytest.mark.parametrize("after", [1, 90, 333])
async def test_what_was_acknowledged_is_stored(tmp_path: Path, after: int) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.study.busy_round", str(tmp_path)),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    told: set[int] = set()
    while len(told) < after:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line, "the round ended before it could be killed"
        told.add(int(line))
    process.kill()
    rest, _ = await process.communicate()
    told |= {int(line) for line in rest.decode().splitlines(keepends=True) if line.endswith("\n")}

    async with Database.open(tmp_path / "studyhall.db") as database:
        assert (await database.read("PRAGMA integrity_check"))[0][0] == "ok"
        answers = await database.read("SELECT member_id, choice, points FROM answer")
        order = [
            int(place) for place in (await database.read("SELECT option_order FROM round"))[0][0].split(",")
        ]
        scores = await database.read(_BOARD)
    stored = {row[0]: row for row in answers}
    assert told <= set(stored)
    assert len(stored) == len(answers)
    for member, choice, _ in answers:
        assert choice == 1 << order[member % len(order)], "a second click counted"
    assert sorted(map(tuple, scores)) == sorted((member, points) for member, _, points in answers)

    async with open_world(tmp_path) as world:
        # the simulated channel is empty now, so the card counts as deleted; the quiz goes on with its next question
        await world.wait(30)
        assert "Question 2 of 2" in text(world.card)
        await world.choose(world.ada, "the right one")
        async with world.sql() as transaction:
            assert len(await transaction.run(_BOARD)) == len(stored) + 1
