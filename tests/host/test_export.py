"""`python -m bot export-answers`."""

from __future__ import annotations

import asyncio
import csv
import io
import subprocess
import sys
import tracemalloc
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import Question
from bot.host.export import COLUMNS, plain
from bot.storage.database import Database, alone, to_day, to_ms
from bot.storage.exports import all_given
from bot.storage.rounds import keep_versions
from tests.conftest import Run
from tests.domain.examples import make_question

pytestmark = pytest.mark.usefixtures("elsewhere")

ROOT = Path(__file__).parents[2]
DATABASE = Path("data/studyhall.db")
AT = datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)
ADA, GRACE, SERVER = 9_000_000_000_000_000_001, 9_000_000_000_000_000_002, 1_400_000_000_000_000_001
ONE, TWO = make_question("one-key"), make_question("two-keys", key=(0, 2), difficulty="hard", topic="two")
EVIL = make_question('=cmd|" /C calc"!A1', bank="+1;=2", topic="-SUM(A1)\t\r\n=3")


async def _fill(*questions: Question) -> None:
    async with Database.open(DATABASE) as database, database.transaction() as transaction:
        run, run_many = transaction.run, transaction.run_many
        await keep_versions(transaction, [ONE, TWO, EVIL, *questions])
        await run(
            "INSERT INTO quiz (id, guild_id, channel_id, starter_id, bank, seconds, started_at) "
            f"VALUES (1, {SERVER}, 1, 1, 'sample', 30, 0)"
        )
        await run(
            "INSERT INTO challenge (id, guild_id, number, channel_id, bank, topics, seed, starts_at, ends_at) "
            f"VALUES (1, {SERVER}, 1, 1, 'sample', '', 's', 0, 1)"
        )
        await run_many(
            "INSERT INTO round (id, guild_id, channel_id, quiz_id, challenge_id, version, option_order, opened_at, "
            f"closes_at) VALUES (?, {SERVER}, 1, ?, ?, ?, '3,1,2,0', 0, 1)",
            [(1, 1, None, ONE.version), (2, None, None, TWO.version), (3, None, 1, ONE.version)],
        )
        await run_many(
            "INSERT INTO answer (round_id, member_id, choice, clicked_at, hints, outcome, points, day, took) "
            f"VALUES (?, ?, ?, {to_ms(AT)}, ?, ?, ?, {to_day(date(2026, 3, 1))}, ?)",
            [(1, ADA, 0b1, 0, 2, 14, 2_340), (1, GRACE, 0b10, 2, 0, 0, 9_000), (2, ADA, 0b101, 1, 2, 8, 100),
             (3, GRACE, 0b1, 0, 2, 10, 0)],
        )  # fmt: skip
        await run_many(
            "INSERT INTO session (id, member_id, guild_id, kind, bank, begun_at) VALUES (?, ?, ?, ?, '', 0)",
            [(1, ADA, None, "practice"), (2, GRACE, SERVER, "review")],
        )
        await run_many(
            "INSERT INTO item (session_id, position, version, option_order, is_new, hints, choice, answered_at, outcome, "
            "took) VALUES (?, ?, ?, '3,1,2,0', 0, ?, ?, ?, ?, ?)",
            [(1, 1, TWO.version, 1, 0b11, to_ms(AT), 1, 5_000), (1, 2, ONE.version, 0, None, None, None, None),
             (2, 1, ONE.version, 0, 0b1, to_ms(AT), 2, 1_000)],
        )  # fmt: skip
        await run_many(
            "INSERT INTO exam (id, member_id, bank, topics, questions, minutes, pass_mark, seed, prepared_at, started_at, "
            "ended_at) VALUES (?, ?, 'sample', '', 5, 5, 80, 's', 0, 1, ?)",
            [(1, ADA, to_ms(AT)), (2, GRACE, None)],
        )
        await run_many(
            "INSERT INTO exam_item (exam_id, position, version, option_order, choice, spent, outcome) "
            "VALUES (?, ?, ?, '0,1,2,3', ?, 7500, ?)",
            [(1, 1, ONE.version, 0b100, 0), (1, 2, TWO.version, 0, 0), (2, 1, ONE.version, 1, None)],
        )


def lines(text: str) -> list[dict[str, str]]:
    """The lines of CSV by column."""
    return list(csv.DictReader(io.StringIO(text)))


def test_every_answer_with_real_ids(run: Run) -> None:
    asyncio.run(_fill())
    with alone(DATABASE):  # the bot runs
        status, output, errors = run("export-answers", "--members")
    assert (status, errors) == (0, "")
    assert output.splitlines()[0] == ",".join(COLUMNS)
    time, ada, grace = "2026-03-01T12:30:15Z", str(ADA), str(GRACE)
    one = ["sample", "one-key", ONE.version, "one", "medium"]
    two = ["sample", "two-keys", TWO.version, "two", "hard"]
    assert [list(line.values()) for line in lines(output)] == [
        [time, str(SERVER), ada, *one, "quiz", "A", "A", "right", "14", "0", "2.3"],
        [time, str(SERVER), grace, *one, "quiz", "B", "A", "wrong", "0", "2", "9.0"],
        [time, str(SERVER), ada, *two, "question", "AC", "AC", "right", "8", "1", "0.1"],
        [time, str(SERVER), grace, *one, "challenge", "A", "A", "right", "10", "0", "0.0"],
        [time, "", ada, *two, "practice", "AB", "AC", "partly", "", "1", "5.0"],
        [time, str(SERVER), grace, *one, "review", "A", "A", "right", "", "0", "1.0"],
        [time, "", ada, *one, "exam", "C", "A", "wrong", "", "0", "7.5"],
    ]


def test_members_are_numbers_that_say_nothing_outside_of_the_file(run: Run) -> None:
    asyncio.run(_fill())
    real = lines(run("export-answers", "--members")[1])
    first, second = (lines(run("export-answers")[1]) for _ in range(2))
    for hidden in (first, second):
        for column in ("member", "server"):
            pairs = {(line[column], other[column]) for line, other in zip(real, hidden, strict=True)}
            ids = {id_ for id_, _ in pairs}
            assert len(pairs) == len(ids) == len({number for _, number in pairs}), "one number for each"
            assert not ids - {""} & {number for _, number in pairs}
            assert all(not number or (number.isdigit() and len(number) <= 15) for _, number in pairs)
    assert not {line["member"] for line in first} & {line["member"] for line in second}
    assert not {line["server"] for line in first} & {line["server"] for line in second} - {""}
    assert [line | {"member": "", "server": ""} for line in first] == [
        line | {"member": "", "server": ""} for line in real
    ]


def test_a_member_and_a_server_of_one_id_are_not_the_same_number(run: Run) -> None:
    asyncio.run(_fill())

    async def meet() -> None:
        async with Database.open(DATABASE) as database, database.transaction() as transaction:
            await transaction.run("UPDATE answer SET member_id = ? WHERE round_id = 2", (SERVER,))

    asyncio.run(meet())
    line = lines(run("export-answers")[1])[2]
    assert line["member"] != line["server"]


def test_no_cell_is_a_formula(run: Run) -> None:
    asyncio.run(_fill())

    async def answer() -> None:
        async with Database.open(DATABASE) as database, database.transaction() as transaction:
            await transaction.run("UPDATE round SET version = ?", (EVIL.version,))

    asyncio.run(answer())
    output = run("export-answers")[1]
    cells = [cell for line in output.splitlines() for part in line.split(",") for cell in part.split(";")]
    assert len(cells) == 8 * len(COLUMNS), "and none is two"
    assert all(cell == "" or cell[0].isalnum() or cell[0] == "_" for cell in cells)
    assert '"' not in output


@given(st.text() | st.text("-=+@.,;\t1a"))
def test_whatever_a_bank_is_called(text: str) -> None:
    shown = plain(text)
    assert len(shown) in {len(text), len(text) + 1}
    assert not set(shown) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
    assert not shown or shown[0].isalnum() or shown[0] == "_"


@given(st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True))
def test_what_banks_may_be_called_stays_as_it_is(id_: str) -> None:
    assert plain(id_) == id_


def test_into_a_file(run: Run) -> None:
    asyncio.run(_fill())
    status, output, _ = run("export-answers", "--output", "answers.csv")
    assert (status, output) == (0, "answers.csv: 7 answers.\n")
    assert len(lines(Path("answers.csv").read_text())) == 7
    assert Path("answers.csv").stat().st_mode & 0o777 == 0o600
    status, _, errors = run("export-answers", "--output", "answers.csv")
    assert (status, errors) == (
        1,
        "answers.csv exists already. Name another file, or add --force to replace it.\n",
    )
    assert run("export-answers", "--output", "answers.csv", "--force")[0] == 0
    status, _, errors = run("export-answers", "--output", "nowhere/answers.csv")
    assert status == 1
    assert errors.startswith("nowhere/answers.csv can't be written: No such file or directory.")


def test_a_file_is_not_left_half_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(_fill())
    Path("answers.csv").write_text("precious")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bot.host.export._row", full)
    status, _, errors = run("export-answers", "--output", "answers.csv", "--force")
    assert (status, errors) == (
        1,
        "answers.csv can't be written: No space left on device. Name another file, or make room.\n",
    )
    assert {path.name for path in Path().glob("answers*")} == {"answers.csv"}
    assert Path("answers.csv").read_text() == "precious"


def test_an_empty_database_gives_the_names_of_the_columns(run: Run) -> None:
    async def make() -> None:
        async with Database.open(DATABASE):
            pass

    asyncio.run(make())
    assert run("export-answers") == (0, ",".join(COLUMNS) + "\n", "")


def test_no_database(run: Run) -> None:
    status, output, errors = run("export-answers", "--output", "answers.csv")
    assert (status, output) == (1, "")
    assert errors.startswith("There is no database")
    assert list(Path().iterdir()) == []


async def _fill_with(answers: int) -> None:
    await _fill()
    async with Database.open(DATABASE) as database, database.transaction() as transaction:
        await transaction.run(
            "INSERT INTO answer (round_id, member_id, choice, clicked_at, hints, outcome, points, day, took) "
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "SELECT 1, i, 1, 0, 0, 2, 10, 0, 1000 FROM n",
            (answers,),
        )


def test_many_answers_need_little_memory_and_nobody_is_left_out() -> None:
    asyncio.run(_fill_with(30_000))
    tracemalloc.start()
    try:
        members = [given.member_id for given in all_given(DATABASE)]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(members) == 30_007
    assert len(set(members)) == 30_002
    assert peak < 8_000_000, "a lot has 5,000 rows"


def test_whoever_reads_may_have_seen_enough() -> None:
    asyncio.run(_fill_with(20_000))
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "export-answers"],
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
