"""The command line: `python -m bot`, its settings, and the sign of life."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import __version__
from bot.__main__ import main
from bot.banks.format import json_schemas
from bot.config import load_settings
from bot.errors import SettingsError
from bot.health import BEAT, beat, health_file, is_alive
from tests.banks.checks.items import BANK as KITCHEN
from tests.banks.checks.items import GOOD, changed, write
from tests.banks.writing import BANK, ONE, write_bank

ROOT = Path(__file__).parents[1]
DATABASE = Path("data/studyhall.db")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the settings of whoever runs it."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.upper().startswith("STUDYHALL_") or name.upper() == "DISCORD_TOKEN":
            monkeypatch.delenv(name)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; its exit status, output and errors."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        status = main([str(argument) for argument in arguments])
        return status, *capsys.readouterr()

    return run


def leave_sign(age: timedelta) -> None:
    """Leave a sign of life of this age."""
    DATABASE.parent.mkdir()
    health_file(DATABASE).write_text((datetime.now(UTC) - age).isoformat(), encoding="utf-8")


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


def test_schema_writes_the_schemas_for_editors(run: Run, tmp_path: Path) -> None:
    status, output, _ = run("schema", "new/folder")
    assert status == 0
    written = {
        path.name: json.loads(path.read_text(encoding="utf-8")) for path in Path("new/folder").iterdir()
    }
    assert written == json_schemas()
    assert [Path(line).name for line in output.splitlines()] == list(written) == sorted(written)


def test_schema_into_a_place_that_is_no_folder(run: Run) -> None:
    Path("file").touch()
    status, _, errors = run("schema", "file")
    assert status == 1
    assert errors.startswith("The schemas can't be written to file: ")


def test_health_without_a_sign_of_life(run: Run) -> None:
    assert run("health")[0] == 1


@pytest.mark.parametrize(("age", "status"), [(0, 0), (45, 0), (61, 1), (3600, 1)])
def test_health_by_the_age_of_the_sign_of_life(run: Run, age: float, status: int) -> None:
    leave_sign(timedelta(seconds=age))
    assert run("health")[0] == status


@pytest.mark.parametrize("sign", ["", "yesterday"])
def test_health_with_a_sign_that_says_nothing(run: Run, sign: str) -> None:
    leave_sign(timedelta())
    health_file(DATABASE).write_text(sign, encoding="utf-8")
    assert run("health")[0] == 1


def test_health_looks_beside_the_database_in_use(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_sign(timedelta())
    monkeypatch.setenv("STUDYHALL_DATABASE", "other.db")
    assert run("health")[0] == 1
    health_file(DATABASE).rename("other.db.alive")
    assert run("health")[0] == 0


class Beats:
    """A clock that stops after some beats, and notes what there was to see at each."""

    def __init__(self, signs: list[bool]) -> None:
        self.signs = signs
        self.seen: list[str | None] = []

    def now(self) -> datetime:
        """A time that moves on with each beat."""
        return datetime(2026, 1, 1, tzinfo=UTC) + len(self.seen) * timedelta(seconds=BEAT)

    def is_well(self) -> bool:
        """Whether the bot is well at this beat."""
        return self.signs[len(self.seen)]

    async def sleep(self, seconds: float) -> None:
        """The time between two beats."""
        assert seconds == BEAT
        path = health_file(DATABASE)
        self.seen.append(path.read_text(encoding="utf-8")[14:19] if path.exists() else None)
        if len(self.seen) == len(self.signs):
            raise ZeroDivisionError


async def test_a_sign_of_life_is_left_while_all_is_well_and_taken_away_at_the_end() -> None:
    leave_sign(timedelta(hours=1))
    beats = Beats([False, True, True, False, True])
    with pytest.raises(ZeroDivisionError):
        await beat(DATABASE, beats.is_well, beats)
    # minutes and seconds; at the first beat the sign of the process before is gone
    assert beats.seen == [None, "00:15", "00:30", "00:30", "01:00"]
    assert not health_file(DATABASE).exists()


@pytest.mark.parametrize("arguments", [["run"], []])
def test_run_without_a_token_says_where_it_belongs(run: Run, arguments: list[str]) -> None:
    status, output, errors = run(*arguments)
    assert (status, output) == (1, "")
    assert errors.startswith(
        "DISCORD_TOKEN is not set. Put the bot's token into the environment or into a file .env"
    )
    assert errors.count("\n") == 1


def test_an_empty_token_is_none(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "")
    assert run("run")[2].startswith("DISCORD_TOKEN is not set.")


@pytest.mark.parametrize("command", ["run", "check", "health"])
def test_every_wrong_setting_is_named_at_once(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("STUDYHALL_DATABSE", "x.db")
    monkeypatch.setenv("STUDYHALL_LOG_LEVEL", "loud")
    monkeypatch.setenv("STUDYHALL_PLAYGROUND_PORT", "70000")
    status, output, errors = run(command)
    assert (status, output) == (1, "")
    head, *problems = errors.splitlines()
    assert head == "These settings can't be used (see docs/hosting.md):"
    unknown, level, port = sorted(problems)
    assert unknown == "  STUDYHALL_DATABSE is not a setting; did you mean STUDYHALL_DATABASE?"
    assert level.startswith("  STUDYHALL_LOG_LEVEL=loud: ")
    assert "'DEBUG', 'INFO', 'WARNING' or 'ERROR'" in level
    assert port.startswith("  STUDYHALL_PLAYGROUND_PORT=70000: ")


def test_an_unknown_setting_is_enough_to_stop(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDYHALL_LOG_LEVL", "DEBUG")
    assert run("check") == (
        1,
        "",
        "These settings can't be used (see docs/hosting.md):\n"
        "  STUDYHALL_LOG_LEVL is not a setting; did you mean STUDYHALL_LOG_LEVEL?\n",
    )


def test_settings_have_defaults() -> None:
    settings = load_settings()
    assert settings.discord_token is None
    assert settings.database == DATABASE
    assert settings.banks == Path("questions")
    assert settings.log_level == "INFO"


def test_settings_are_read_from_dot_env() -> None:
    Path(".env").write_text(
        "DISCORD_TOKEN=top.secret\nSTUDYHALL_LOG_LEVEL=DEBUG\nOTHER=1\n", encoding="utf-8"
    )
    settings = load_settings()
    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == "top.secret"
    assert settings.log_level == "DEBUG"


def test_the_environment_comes_before_dot_env(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("STUDYHALL_LOG_LEVEL=DEBUG\nSTUDYHALL_BANKS=mine\n", encoding="utf-8")
    monkeypatch.setenv("STUDYHALL_LOG_LEVEL", "ERROR")
    settings = load_settings()
    assert (settings.log_level, settings.banks) == ("ERROR", Path("mine"))


def test_a_wrong_setting_in_dot_env_is_named() -> None:
    Path(".env").write_text("STUDYHALL_LOG_LEVEL=loud\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="STUDYHALL_LOG_LEVEL=loud"):
        load_settings()


def test_the_token_is_in_no_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "top.secret")
    assert "top.secret" not in f"{load_settings()!r} {load_settings()}"
    monkeypatch.setenv("STUDYHALL_LOG_LEVEL", "loud")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "top.secret" not in str(caught.value)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"{__version__}\n"


def test_a_command_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["chek"])
    assert ended.value.code == 2
    assert "check" in capsys.readouterr().err


def test_an_unknown_setting_in_dot_env_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("STUDYHALL_LOG_LEVL=DEBUG\n", encoding="utf-8")
    with pytest.raises(
        SettingsError, match="STUDYHALL_LOG_LEVL is not a setting; did you mean STUDYHALL_LOG_LEVEL"
    ):
        load_settings()


def test_a_dot_env_in_another_encoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_bytes("# für uns\n".encode("latin-1"))
    with pytest.raises(SettingsError, match="Save it in the encoding UTF-8"):
        load_settings()


def test_a_sign_of_life_without_a_zone_says_nothing(tmp_path: Path) -> None:
    health_file(tmp_path / "x.db").write_text("2026-01-01T00:00:00", encoding="utf-8")
    assert not is_alive(tmp_path / "x.db")
