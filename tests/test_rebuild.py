"""`python -m bot rebuild-scores`."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.storage.answers import AnswerStore
from bot.storage.database import Database, alone
from tests.conftest import Run
from tests.domain.examples import NOON, make_answer, make_question
from tests.storage.examples import ADA, GRACE, add_round

pytestmark = pytest.mark.usefixtures("elsewhere")

PATH = Path("data/studyhall.db")
TABLES = ("score", "board", "member_day")


async def _play() -> None:
    async with Database.open(PATH) as database:
        answers = AnswerStore(database)
        for number in range(3):
            question = make_question(f"question-{number}")
            for guild_id in (1, 2):
                round_ = await add_round(database, question, guild_id=guild_id)
                for member in (ADA, GRACE):
                    await answers.add(make_answer(member, round_id=round_.id, clicked_at=NOON))


def _scores() -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(PATH)) as connection:
        return [sorted(connection.execute(f"SELECT * FROM {table}").fetchall()) for table in TABLES]


def test_it_changes_nothing_when_all_is_well(run: Run) -> None:
    asyncio.run(_play())
    before = _scores()
    assert all(before)
    status, output, errors = run("rebuild-scores")
    assert (status, errors) == (0, "")
    assert "2 server(s)" in output
    assert _scores() == before


def test_it_mends_what_somebody_changed_by_hand(run: Run) -> None:
    asyncio.run(_play())
    before = _scores()
    with closing(sqlite3.connect(PATH)) as connection:
        connection.execute("UPDATE board SET points = 1000000")
        connection.execute("DELETE FROM score")
        connection.execute("DELETE FROM member_day WHERE guild_id = 1")
        connection.commit()
    assert run("rebuild-scores")[0] == 0
    assert _scores() == before


def test_without_a_database(run: Run) -> None:
    status, output, errors = run("rebuild-scores")
    assert (status, output) == (1, "")
    assert errors.startswith(f"There is no database {PATH}.")
    assert not PATH.exists()


def test_while_the_bot_is_running(run: Run) -> None:
    asyncio.run(_play())
    with alone(PATH):
        status, _, errors = run("rebuild-scores")
    assert status == 1
    assert "Another Studyhall is running" in errors
