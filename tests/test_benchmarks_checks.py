"""The benchmark of clicks finds what is lost, doubled or wrong."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from pathlib import Path

import pytest

from benchmarks.clicks.checks import check, check_replies
from benchmarks.clicks.standin import COMPONENT, Sent
from bot.storage.database import Database


def did(member: int, button: str, told: str | None) -> Sent:
    """A click, and what the member saw."""
    one = Sent(1, "token", member, 1, COMPONENT, button, 0.0)
    if told is not None:
        one.answered_at = 1.0
        one.answer = json.dumps({"type": 4, "data": {"components": [{"type": 10, "content": told}]}}).encode()
    return one


CHOSE_A, CHOSE_B = (f"### ❌ Not correct\n❌ **You chose {letter}**  an option" for letter in "AB")
STANDS_A = "### Your first answer stands: A\n❌ Not correct"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """It has a round whose card shows the options as 2, 0, 1."""
    path = tmp_path / "studyhall.db"

    async def make() -> None:
        async with Database.open(path):
            pass

    asyncio.run(make())
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO round (id, guild_id, channel_id, version, option_order, opened_at, closes_at) "
            "VALUES (1, 1, 1, 'x', '2,0,1', 0, 0)"
        )
        connection.commit()
    return path


def store(database: Path, member: int, choice: int) -> None:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute(
            "INSERT INTO answer (round_id, member_id, choice, clicked_at, hints, outcome, points, day, took) "
            "VALUES (1, ?, ?, 0, 0, 0, 0, 0, 0)",
            (member, choice),
        )
        connection.commit()


def test_all_is_well(database: Path) -> None:
    store(database, 7, 1 << 2)
    store(database, 8, 1 << 0)
    sent = [did(7, "a:1:0", CHOSE_A), did(8, "a:1:1", CHOSE_B), did(7, "a:1:1", STANDS_A)]
    assert check(sent, database).is_sound


def test_what_came_too_late_may_be_there_or_not(database: Path) -> None:
    store(database, 7, 1 << 2)
    late = [did(member, "a:1:0", CHOSE_A) for member in (7, 8)]
    for one in late:
        one.answer = b""
    assert check(late, database).is_sound


def counted(sent: list[Sent], database: Path) -> dict[str, int]:
    found = check(sent, database)
    assert found.examples
    assert not found.is_sound
    return {
        name: getattr(found, name)
        for name in ("unanswered", "lost", "doubled", "wrong")
        if getattr(found, name)
    }


def test_a_lost_answer(database: Path) -> None:
    assert counted([did(7, "a:1:0", CHOSE_A)], database) == {"lost": 1}


def test_clicks_amid_which_the_bot_was_killed(database: Path) -> None:
    store(database, 7, 1 << 2)
    first, cut_off = did(7, "a:1:0", CHOSE_A), did(8, "a:1:0", None)
    assert check([first], database, [cut_off]).is_sound
    assert check([first, cut_off], database).unanswered == 1
    assert check([first], database, [did(8, "a:1:0", CHOSE_A)]).lost == 1


def test_a_lost_hint(database: Path) -> None:
    assert counted([did(7, "h:1", "💡 **Hint 1**  Think.")], database) == {"lost": 1}


def test_an_unanswered_click(database: Path) -> None:
    assert counted([did(7, "a:1:0", None)], database) == {"unanswered": 1}


def test_a_doubled_answer(database: Path) -> None:
    store(database, 7, 1 << 2)
    again = did(7, "a:1:0", CHOSE_A)
    again.again = 1
    assert counted([again], database) == {"doubled": 1}
    assert check_replies([again]).doubled == 1
    with contextlib.closing(sqlite3.connect(database)) as connection:
        # the schema does not allow it; without that it must be noticed, too
        connection.executescript(
            "CREATE TABLE other AS SELECT * FROM answer; DROP TABLE answer; ALTER TABLE other RENAME TO answer;"
        )
    store(database, 7, 1 << 2)
    assert counted([did(7, "a:1:0", CHOSE_A)], database) == {"doubled": 1}


def test_the_wrong_answer(database: Path) -> None:
    store(database, 7, 1 << 0)
    assert counted([did(7, "a:1:0", CHOSE_A)], database) == {"wrong": 1}


def test_the_second_click_won(database: Path) -> None:
    store(database, 7, 1 << 0)
    sent = [did(7, "a:1:0", "### Your first answer stands: B"), did(7, "a:1:1", CHOSE_B)]
    assert counted(sent, database) == {"wrong": 3}


def test_the_wrong_words(database: Path) -> None:
    store(database, 7, 1 << 2)
    assert counted([did(7, "a:1:0", CHOSE_B)], database) == {"wrong": 1}
    assert counted([did(7, "a:1:0", CHOSE_A), did(7, "a:1:1", CHOSE_B)], database) == {"wrong": 1}
    assert counted([did(7, "a:1:0", "### 🔒 This question is closed")], database) == {"wrong": 1}


def test_the_wrong_outcome(database: Path) -> None:
    store(database, 7, 1 << 2)
    told = CHOSE_A.replace("❌ Not correct", "✅ Correct · +10 points")
    assert counted([did(7, "a:1:0", told)], database) == {"wrong": 1}


def test_a_hint_that_is_none(database: Path) -> None:
    assert counted([did(7, "h:1", "Something went wrong on my side.")], database) == {"wrong": 1}
    assert check([did(7, "h:1", "You have answered this question already.")], database).is_sound


def test_an_answer_of_nobody(database: Path) -> None:
    store(database, 7, 1 << 2)
    store(database, 9, 1 << 2)
    assert counted([did(7, "a:1:0", CHOSE_A)], database) == {"wrong": 1}
