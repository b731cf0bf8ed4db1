"""`python -m bot backup` and `restore`, as a person or a cron job calls them."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.storage.database import alone
from tests.conftest import Run
from tests.storage.files_of_others import DAMAGED, contents, fact_names, make_database, put_fact

pytestmark = pytest.mark.usefixtures("elsewhere")

ROOT = Path(__file__).parents[2]
DATABASE = Path("data/studyhall.db")


@pytest.fixture
def database(elsewhere: None) -> Path:
    """The bot's database."""
    make_database(DATABASE)
    return DATABASE


def test_backup_into_a_file(run: Run, database: Path) -> None:
    status, output, errors = run("backup", "copy.db")
    assert (status, errors) == (0, "")
    assert re.fullmatch(r"copy\.db: [\d.]+ kB, copied and checked in \d+\.\d s\.\n", output)
    assert fact_names(Path("copy.db")) == fact_names(database)


def test_backup_into_a_folder(run: Run, database: Path) -> None:
    Path("folder").mkdir()
    status, output, _ = run("backup", "folder")
    assert status == 0
    (made,) = Path("folder").iterdir()
    assert re.fullmatch(r"studyhall-\d{8}T\d{6}Z\.db", made.name)
    assert output.startswith(f"{made}: ")


def test_backup_while_the_bot_runs(run: Run, database: Path) -> None:
    with alone(database), contextlib.closing(sqlite3.connect(database, isolation_level=None)) as bot:
        bot.execute("BEGIN IMMEDIATE")
        bot.execute("INSERT INTO fact VALUES ('not committed', 'x')")
        assert run("backup", "copy.db")[0] == 0
    assert "not committed" not in fact_names(Path("copy.db"))


def test_backup_refuses_and_replaces(run: Run, database: Path) -> None:
    Path("copy.db").write_text("precious")
    assert run("backup", "copy.db") == (
        1,
        "",
        "copy.db exists already. Name another file, or add --force to replace it.\n",
    )
    assert run("backup", "copy.db", "--force")[0] == 0
    assert "0" in fact_names(Path("copy.db"))


def test_backup_of_nothing(run: Run) -> None:
    status, output, errors = run("backup", "copy.db")
    assert (status, output) == (1, "")
    assert errors.startswith(f"There is no database {DATABASE}.")
    assert list(Path().iterdir()) == []


def test_backup_of_a_damaged_database(run: Run) -> None:
    DATABASE.parent.mkdir()
    DAMAGED["zeroed"](DATABASE)
    status, _, errors = run("backup", "copy.db")
    assert status == 1
    assert "malformed" in errors
    assert "doctor --thorough" in errors
    assert not Path("copy.db").exists()


@pytest.fixture
def backup(run: Run, database: Path) -> Path:
    """A backup from before the fact `new`."""
    assert run("backup", "copy.db")[0] == 0
    put_fact(database, "new")
    return Path("copy.db")


def test_restore(run: Run, database: Path, backup: Path) -> None:
    status, output, errors = run("restore", backup, "--yes")
    assert status == 0
    done, kept_line = output.splitlines()
    assert done == f"{database} is now a copy of {backup}."
    kept = Path(kept_line.split(" is kept as ")[1].split(";")[0])
    assert "new" in fact_names(kept)
    assert "new" not in fact_names(database)
    assert f"Now in {database}: 0 answers.\n" in errors
    assert f"In the backup {backup}: 0 answers.\n" in errors
    assert "What members changed or erased since the backup comes back" in errors


def test_restore_where_nobody_can_be_asked(run: Run, database: Path, backup: Path) -> None:
    before = contents(DATABASE.parent)
    status, output, errors = run("restore", backup)
    assert (status, output) == (1, "")
    assert errors.endswith("Nothing was changed: nobody can be asked here. Add --yes if you want this.\n")
    assert contents(DATABASE.parent) == before


def test_restore_while_the_bot_runs(run: Run, database: Path, backup: Path) -> None:
    with alone(database):
        status, _, errors = run("restore", backup, "--yes")
    assert status == 1
    assert "Another Studyhall is running" in errors
    assert "new" in fact_names(database)


def test_restore_on_a_new_machine(run: Run, backup: Path) -> None:
    DATABASE.rename("old.db")
    status, output, errors = run("restore", backup, "--yes")
    assert (status, output) == (0, f"{DATABASE} is now a copy of {backup}.\n")
    assert "Now in" not in errors
    assert "0" in fact_names(DATABASE)


def test_restore_instead_of_a_damaged_database(run: Run, backup: Path) -> None:
    DATABASE.write_text("nonsense " * 1000)
    status, _, errors = run("restore", backup, "--yes")
    assert status == 0
    assert f"Now in {DATABASE}: a file that can't be read.\n" in errors
    assert "0" in fact_names(DATABASE)


@pytest.mark.parametrize(
    ("answer", "status"), [("yes", 0), (" YES ", 0), ("y", 1), ("", 1), ("no", 1), ("\4", 1)]
)
def test_restore_asks_on_a_terminal(backup: Path, answer: str, status: int) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "restore", backup],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        os.write(ours, f"{answer}\n".encode() if answer != "\4" else b"\4")
        output, errors = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == status, errors
    assert "Put the backup in its place? Type yes:" in output + errors
    assert "Traceback" not in errors
    assert ("new" in fact_names(DATABASE)) is (status == 1)
    if status:
        assert errors.endswith("Nothing was changed.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["backup"],
        ["restore"],
        ["backup", "a", "b"],
        ["stats", "--jsn"],
        ["doctor", "x"],
        ["export-answers", "x"],
    ],
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m bot")


@pytest.mark.parametrize("command", ["backup", "restore", "export-answers", "stats", "doctor"])
def test_help_has_an_example_and_what_the_exit_status_says(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert f"  python -m bot {command}" in text.split("example:\n")[1]
    assert "exit status: 0 all is well, 1 a problem that the output explains, 2 wrong usage" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("command", ["backup", "stats", "export-answers"])
def test_a_wrong_setting_is_named_before_anything_is_done(
    run: Run, database: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("STUDYHALL_DATABSE", "x")
    status, output, errors = run(command, *(["copy.db"] if command == "backup" else []))
    assert (status, output) == (1, "")
    assert "STUDYHALL_DATABSE is not a setting" in errors


def test_the_health_check_stays_quick() -> None:
    """It runs twice a minute: none of what the other commands need is imported for it."""
    script = (
        "import sys; from bot.__main__ import main; main(['health']); "
        "sys.exit(' '.join({'discord', 'rich', 'sqlite3', 'aiohttp', 'packaging'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stderr.strip() == ""
