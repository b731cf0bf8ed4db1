"""`python -m bot stats`."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.domain.backups import daily_name
from bot.storage.database import Database, alone, to_day, to_ms
from bot.storage.rounds import keep_versions
from tests.conftest import Run
from tests.domain.examples import make_question
from tests.storage.files_of_others import UNFIT, change, make_database

pytestmark = pytest.mark.usefixtures("elsewhere")

DATABASE = Path("data/studyhall.db")
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
QUESTION = make_question()


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is always the same time."""
    monkeypatch.setattr(SystemClock, "now", lambda _: NOW)


def ago(**time: float) -> int:
    """So long before now, as it is stored."""
    return to_ms(NOW - timedelta(**time))


async def _fill() -> None:
    version = QUESTION.version
    async with Database.open(DATABASE) as database, database.transaction() as transaction:
        run, run_many = transaction.run, transaction.run_many
        await keep_versions(transaction, [QUESTION])
        await run("INSERT INTO server (guild_id) VALUES (1), (2)")
        await run_many(
            "INSERT INTO quiz (id, guild_id, channel_id, starter_id, bank, seconds, started_at, ended_at) "
            "VALUES (?, ?, ?, 5, 'sample', 30, 0, ?)",
            [(1, 1, 7, 5), (2, 3, 8, None)],
        )
        await run_many(
            "INSERT INTO round (id, guild_id, channel_id, version, option_order, opened_at, closes_at, closed_at) "
            "VALUES (?, ?, 7, ?, '0,1', 0, 1, ?)",
            [(1, 1, version, 1), (2, 3, version, None), (3, 3, version, None)],
        )
        await run_many(
            "INSERT INTO answer (round_id, member_id, choice, clicked_at, hints, outcome, points, day, took) "
            "VALUES (?, ?, 1, ?, 0, 2, 10, 0, 0)",
            [
                (1, 10, ago(days=6.9)),
                (2, 10, ago(days=7.1)),
                (1, 11, ago(days=29.9)),
                (1, 12, ago(days=30.1)),
                (1, 13, ago(days=900)),
            ],
        )
        await run_many(
            "INSERT INTO challenge (guild_id, number, channel_id, bank, topics, seed, starts_at, ends_at, ended_at) "
            "VALUES (?, ?, 7, 'sample', '', 's', 0, 1, ?)",
            [(1, 1, 1), (1, None, 1), (1, 2, None)],
        )
        await run_many(
            "INSERT INTO session (id, member_id, kind, bank, begun_at, ended_at) VALUES (?, ?, ?, '', 0, 1)",
            [(1, 12, "practice"), (2, 20, "review")],
        )
        await run_many(
            "INSERT INTO item (session_id, position, version, option_order, is_new, choice, answered_at) "
            "VALUES (?, ?, ?, '0,1', 0, ?, ?)",
            [
                (1, 1, version, 1, ago(days=1)),
                (1, 2, version, 1, ago(days=90)),
                (1, 3, version, None, None),
                (2, 1, version, 1, ago(days=10)),
            ],
        )
        await run_many(
            "INSERT INTO exam (member_id, bank, topics, questions, minutes, pass_mark, seed, prepared_at, started_at, "
            "ended_at) VALUES (?, 'sample', '', 5, 5, 80, 's', 0, ?, ?)",
            [(21, ago(days=3), ago(days=2)), (22, ago(minutes=2), None), (23, None, None)],
        )
        today = to_day(NOW.date())
        await run_many(
            "INSERT INTO review_card (member_id, bank, question, stability, difficulty, last_day, due_day, rating) "
            "VALUES (10, 'sample', ?, 1, 1, 0, ?, 3)",
            [("a", today - 1), ("b", today), ("c", today + 1)],
        )
        await run_many(
            "INSERT INTO report (version, member_id, reason, reported_at, state) VALUES (?, 10, '', 0, ?)",
            [(version, "open"), (version, "dismissed")],
        )
        await run("INSERT INTO member (member_id, remind_hour) VALUES (10, 0), (11, NULL)")
        await run_many(
            "INSERT INTO timer (kind, subject, due_at) VALUES (?, ?, ?)",
            [("close", 1, ago(hours=-1)), ("remind", 10, ago(hours=3)), ("digest", 1, ago(minutes=5))],
        )


WANTED = {
    "servers": 3,
    "members": {"all": 6, "last_7_days": 3, "last_30_days": 5},
    "answers": {"all": 5, "last_7_days": 1, "last_30_days": 3},
    "quizzes": {"all": 2, "running": 1},
    "challenges": {"all": 2, "running": 1},
    "rounds_open": 2,
    "practice_answers": 2,
    "review_answers": 1,
    "exams": 1,
    "reviews_due": 2,
    "reports_open": 1,
    "reminders": 1,
    "timers": {
        "all": 3,
        "most_overdue": {"kind": "remind", "due_at": "2026-06-30T09:00:00+00:00", "seconds": 10_800},
    },
    "last_backup": "2026-06-29T22:00:00+00:00",
}


def test_every_figure(run: Run) -> None:
    asyncio.run(_fill())
    folder = DATABASE.with_name("backups")
    folder.mkdir()
    for hours in (14, 40):
        (folder / daily_name("studyhall", NOW - timedelta(hours=hours))).touch()
    with alone(DATABASE):  # the bot runs
        status, output, errors = run("stats", "--json")
    assert (status, errors) == (0, "")
    found = json.loads(output)
    size = found.pop("database")
    assert found == WANTED
    assert size == {"bytes": DATABASE.stat().st_size, "log_bytes": 0, "format": size["format"]}


def test_for_people(run: Run) -> None:
    asyncio.run(_fill())
    status, output, _ = run("stats")
    assert status == 0
    rows = dict(line.split("  ", 1) for line in output.splitlines() if "  " in line)
    assert rows["members who answered"].split() == ["6", "3", "5"]
    assert rows["answers in channels"].split() == ["5", "1", "3"]
    assert rows["quizzes"].split() == ["2", "1"]
    assert "most overdue timer: remind, for 3 hours\n" in output
    assert "last daily backup: none\n" in output


def test_an_empty_database(run: Run) -> None:
    make_database(DATABASE)
    found = json.loads(run("stats", "--json")[1])
    assert found["servers"] == found["answers"]["all"] == found["members"]["all"] == 0
    assert found["timers"]["most_overdue"] is None
    assert found["last_backup"] is None
    assert run("stats")[0] == 0


@pytest.mark.parametrize(
    ("script", "advice"),
    [("PRAGMA user_version = 2;", "Start the bot once"), (None, "Install the newer version of Studyhall")],
)
def test_another_format(run: Run, script: str | None, advice: str) -> None:
    DATABASE.parent.mkdir()
    if script:
        make_database(DATABASE)
        change(DATABASE, script)
    else:
        UNFIT["newer"](DATABASE)
    status, output, errors = run("stats")
    assert (status, output) == (1, "")
    assert advice in errors


def test_no_database(run: Run) -> None:
    status, _, errors = run("stats", "--json")
    assert status == 1
    assert errors.startswith("There is no database")
    assert not DATABASE.parent.exists()
