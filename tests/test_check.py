"""`python -m bot check`: what authors and programs see of the checks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.banks.checks.items import BANK as KITCHEN
from tests.banks.checks.items import GOOD, changed, write
from tests.banks.writing import BANK, ONE, write_bank
from tests.conftest import Run

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.usefixtures("elsewhere")


def test_check_tells_what_is_in_a_good_bank(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "banks", [GOOD])
    status, output, errors = run("check", "banks")
    assert status == 0
    assert output.splitlines()[0] == "small: 2 questions"
    assert "stove    60 %  50.0 %          1               0/1/0             1/0/0" in output
    assert (
        "key the longest option: 100% · key in place 2/0/0/0 · characters of keys 24, of distractors 22"
        in output
    )
    assert errors == "no errors, no warnings\n"
    assert run("check", tmp_path / "banks" / "small")[0] == 0
    assert run("check", "banks", "--strict")[0] == 0


def test_check_tells_every_finding_and_its_place(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "banks", [changed(hints=[]), changed(id="other", prompt="What is it?")])
    bad = BANK.replace("id: small", "id: bad").replace("weight: 40", "weight: 50")
    write_bank(tmp_path / "banks" / "bad", bank=bad, one=ONE.replace('"It is."', "yes"))
    status, output, errors = run("check", "banks")
    assert status == 1
    lines = output.splitlines()
    assert lines[0].startswith(
        f"{Path('banks/bad/bank.yaml')}:1: error Q00 format: the weights of the topics add up to 110"
    )
    assert lines[1].startswith(
        f"{Path('banks/bad/one.yaml')}:9: error Q00 format: question first, option 1, why: YAML reads this as"
    )
    assert lines[2].startswith(
        f"{Path('banks/small/stove.yaml')}:3: warning Q26 few-hints: foam-on-the-milk: "
    )
    assert lines[3].startswith(f"{Path('banks/small/stove.yaml')}:26: error Q14 no-question: other: ")
    assert lines[4:6] == ["", "small: 3 questions"]
    head, *counts = errors.splitlines()
    assert head == "3 errors, 1 warning"
    assert sorted(count.split(" × ")[1] for count in counts) == [
        "Q00 format",
        "Q14 no-question",
        "Q26 few-hints",
    ]


def test_warnings_count_when_asked_strictly(run: Run, tmp_path: Path) -> None:
    write(tmp_path, [changed(hints=[])])
    assert run("check", "small")[0] == 0
    assert run("check", "small", "--strict")[0] == 1


def test_what_is_allowed_is_counted(run: Run, tmp_path: Path) -> None:
    write(tmp_path, [changed(hints=[], allow={"Q26": "There is nothing to hint at."})])
    status, _, errors = run("check", "small", "--strict")
    assert (status, errors) == (0, "no errors, no warnings; 1 allowed with a reason\n")


def test_facts_without_a_question_are_named(run: Run, tmp_path: Path) -> None:
    write(
        tmp_path,
        [changed(facts=["F1"])],
        bank={**KITCHEN, "facts": {"F1": {"about": "Foam"}, "F2": {"about": "Lids"}}},
    )
    assert "facts without a question (1 of 2): F2" in run("check", "small")[1]


def test_check_for_programs(run: Run, tmp_path: Path) -> None:
    write(
        tmp_path,
        [
            changed(hints=[]),
            changed(id="b", prompt="Cream boils. What?", allow={"Q14": "It is short on purpose."}),
        ],
    )
    status, output, errors = run("check", "small", "--format", "json")
    assert (status, errors) == (0, "")
    report = json.loads(output)
    assert (report["errors"], report["warnings"]) == (0, 1)
    assert report["findings"] == [
        {
            "file": str(Path("small/stove.yaml")),
            "line": 3,
            "code": "Q26",
            "name": "few-hints",
            "level": "warning",
            "question": "foam-on-the-milk",
            "what": "there are no hints; write two, a gentle and a stronger one",
        }
    ]
    assert [(entry["code"], entry["allowed"]) for entry in report["allowed"]] == [
        ("Q14", "It is short on purpose.")
    ]
    (bank,) = report["banks"]
    assert (bank["bank"], bank["questions"], bank["topics"][0]["levels"]) == ("small", 3, {"apply": 2})


def test_check_finds_what_was_copied(run: Run, tmp_path: Path) -> None:
    write(tmp_path, [GOOD])
    Path("page.md").write_text(GOOD["explanation"], encoding="utf-8")
    status, output, _ = run("check", "small", "--sources", "page.md")
    assert status == 1
    assert "error Q24 copied: foam-on-the-milk: “" in output
    status, output, errors = run("check", "small", "--sources", "pages")
    assert (status, output) == (1, "")
    assert errors == "There is nothing at pages. Name a folder with the texts of your sources.\n"


def test_check_without_a_path_takes_the_banks_in_use(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("check") == (
        1,
        "questions:1: error Q00 format: there is no such folder; name one that holds banks\n",
        "1 error, no warnings\n",
    )
    write(tmp_path / "mine", [GOOD])
    monkeypatch.setenv("STUDYHALL_BANKS", "mine")
    assert run("check")[0] == 0


def test_check_works_as_a_process(tmp_path: Path) -> None:
    folder = write_bank(tmp_path / "small", one=ONE.replace("topic: one", "topic: oen"))
    finished = subprocess.run(
        [sys.executable, "-m", "bot", "check", folder],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert finished.returncode == 1
    first = finished.stdout.splitlines()[0]
    assert first == (
        f"{folder / 'one.yaml'}:1: error Q00 format: the topic 'oen' is not in bank.yaml; did you mean 'one'?"
    )
    assert "× Q00 format" in finished.stderr


def test_check_ends_quietly_when_nobody_reads_on(tmp_path: Path) -> None:
    questions = [changed(id=f"q-{n}", hints=[], references=[]) for n in range(400)]
    write(tmp_path, questions)
    command = f"{sys.executable} -m bot check small | head -n 1"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"}
    finished = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert finished.stdout.startswith("small/bank.yaml:1: error Q01 ")
    assert "Traceback" not in finished.stderr
    assert "BrokenPipe" not in finished.stderr


def test_check_speaks_to_old_terminals(tmp_path: Path) -> None:
    write(tmp_path, [GOOD])
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii", "COLUMNS": "30"}
    finished = subprocess.run(
        [sys.executable, "-m", "bot", "check", "small"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="ascii",
        check=True,
    )
    assert "topic  weight   share  questions  recall/apply/judge  easy/medium/hard" in finished.stdout
    assert "100% ? key in place" in finished.stdout
