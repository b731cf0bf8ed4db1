"""`python -m bot reports`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.domain.reports import ReportState
from bot.storage.database import Database, alone
from bot.storage.reports import ReportStore
from tests.conftest import Run
from tests.domain.examples import NOON, make_question
from tests.storage.examples import ADA, GUILD, add_round

pytestmark = pytest.mark.usefixtures("elsewhere")

PATH = Path("data/studyhall.db")


async def _report(*reasons: str) -> None:
    """Let these reports be there: the first one dismissed, the second accepted, the last one from direct messages."""
    async with Database.open(PATH) as database:
        store = ReportStore(database)
        for number, reason in enumerate(reasons):
            question = make_question(f"question-{number}")
            await add_round(database, question)
            guild = None if number == len(reasons) - 1 else GUILD
            await store.add(question, guild_id=guild, round_id=None, member_id=ADA, reason=reason, now=NOON)
        for id_, state in ((1, ReportState.DISMISSED), (2, ReportState.ACCEPTED)):
            assert await store.handle(GUILD, id_, state, ADA, NOON)


def test_it_lists_what_may_need_mending(run: Run) -> None:
    asyncio.run(_report("nothing", "a typing error", "two are right", "a dead link"))
    with alone(PATH):  # also while the bot runs
        status, output, errors = run("reports")
    assert (status, errors) == (0, "")
    assert [line.rstrip().split(maxsplit=4) for line in output.splitlines()[1:]] == [
        ["2026-01-05", "sample", "question-1", "accepted", "a typing error"],
        ["2026-01-05", "sample", "question-2", "open", "two are right"],
        ["2026-01-05", "sample", "question-3", "open", "a dead link"],
    ]
    assert "nothing" in run("reports", "--all")[1]


def test_for_programs(run: Run) -> None:
    asyncio.run(_report("nothing", "a typing error", "a dead link"))
    status, output, _ = run("reports", "--json", "--all")
    assert status == 0
    found = json.loads(output)
    assert found[1] == {
        "id": 2,
        "bank": "sample",
        "question": "question-1",
        "version": make_question("question-1").version,
        "state": "accepted",
        "server": GUILD,
        "reported_at": NOON.isoformat(),
        "reason": "a typing error",
    }
    assert [report["server"] for report in found] == [GUILD, GUILD, None]


def test_what_members_write_steers_no_terminal(run: Run) -> None:
    asyncio.run(_report("", "[bold]\x1b[31m\x9b31m\u202e[/bold] Ünïcode 🤗\nsecond line", "x"))
    for arguments in (("reports",), ("reports", "--json")):
        output = run(*arguments)[1]
        assert not set(output) & {"\x1b", "\x9b", "\u202e"}
        assert "[bold]" in output
    assert "Ünïcode 🤗 second line" in run("reports")[1]


def test_without_reports_and_without_a_database(run: Run) -> None:
    status, _, errors = run("reports")
    assert status == 1
    assert errors.startswith(f"There is no database {PATH}.")

    async def make() -> None:
        async with Database.open(PATH):
            pass

    asyncio.run(make())
    assert run("reports") == (0, "No question is reported.\n", "")
    assert run("reports", "--json")[1] == "[]\n"
