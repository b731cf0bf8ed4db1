"""`python -m bot doctor`: what it finds, and that nothing keeps it from looking at the rest."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.backups import daily_name
from bot.health import health_file
from bot.host import doctor, machine
from bot.storage.database import alone, to_ms
from tests.conftest import Run
from tests.storage.files_of_others import DAMAGED, UNFIT, change, make_database

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.no-one_may-ever-see-any-part-of-this"  # noqa: S105 - nobody's
ROOT = Path(__file__).parents[2]
DATABASE = Path("data/studyhall.db")
BACKUPS = Path("data/backups")

CHECKS = {
    *("settings", "token", "rights", "packages", "clock", "time zones", "disk", "bot", "database", "backups"),
    *("banks", "commands", "cards"),
}

Found = Callable[..., dict[str, Any]]


@pytest.fixture
def healthy(elsewhere: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """All is well."""
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    monkeypatch.setenv("STUDYHALL_BANKS", str(ROOT / "questions"))
    make_database(DATABASE)
    DATABASE.parent.chmod(0o700)
    leave_backup(timedelta(hours=3))


def leave_backup(age: timedelta) -> None:
    """Leave a daily backup of this age, and no other."""
    shutil.rmtree(BACKUPS, ignore_errors=True)
    BACKUPS.mkdir()
    (BACKUPS / daily_name("studyhall", datetime.now(UTC) - age)).touch()


@pytest.fixture
def found(run: Run, healthy: None, monkeypatch: pytest.MonkeyPatch) -> Found:
    """Run the doctor; what is not well, by check. What takes long is left out unless it is asked for."""
    everything = doctor._looks

    def looks(**asked: bool) -> dict[str, Any]:
        return {name: look for name, look in everything(**asked).items() if not only or name in only}

    only: set[str] = set()
    monkeypatch.setattr(doctor, "_looks", looks)

    def found(*names: str, thorough: bool = False) -> dict[str, Any]:
        only.update(names)
        status, output, errors = run("doctor", "--json", *(["--thorough"] if thorough else []))
        report = json.loads(output)
        levels = [finding["level"] for finding in report["findings"]]
        assert errors == ""
        assert report["errors"] == levels.count("error")
        assert report["warnings"] == levels.count("warning")
        assert status == (1 if "error" in levels else 0)
        for part in TOKEN.split("."):
            assert part not in output
        return {
            finding["check"]: (finding["level"], f"{finding['what']} {finding['advice']}")
            for finding in report["findings"]
            if finding["level"] != "ok"
        }

    return found


def test_all_is_well(run: Run, healthy: None) -> None:
    status, output, errors = run("doctor")
    assert (status, errors) == (0, "no errors, no warnings\n"), output
    assert {line[9:].split(":")[0] for line in output.splitlines()} == CHECKS
    assert all(line.startswith("ok       ") for line in output.splitlines())
    for part in TOKEN.split("."):
        assert part not in output


def test_before_the_first_start(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    monkeypatch.setenv("STUDYHALL_BANKS", str(ROOT / "questions"))
    status, output, _ = run("doctor")
    assert status == 0, output
    assert "There is none yet; data/studyhall.db is made at the first start." in output
    assert list(Path().iterdir()) == [], "looking changes nothing"


def test_wrong_settings_keep_nothing_from_being_looked_at(
    run: Run, healthy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDYHALL_LOG_LEVEL", "loud")
    monkeypatch.setenv("STUDYHALL_DATABSE", "x")
    monkeypatch.setenv("STUDYHALL_BACKUPS_KEPT", "-1")
    status, output, errors = run("doctor")
    assert (status, errors) == (1, "3 errors, no warnings\n")
    assert "error    settings: STUDYHALL_LOG_LEVEL=loud: Input should be" in output
    assert "error    settings: STUDYHALL_DATABSE is not a setting; did you mean" in output
    assert {line[9:].split(":")[0] for line in output.splitlines()} == CHECKS


def test_broken_banks_are_told_once(
    run: Run, healthy: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    Path("banks/broken").mkdir(parents=True)
    monkeypatch.setenv("STUDYHALL_BANKS", "banks")
    status, output, errors = run("doctor")
    assert (status, errors) == (1, "2 errors, no warnings\n"), output
    assert "error    banks: banks/broken/bank.yaml:1: this file is missing" in output
    assert "error    commands: They could not be loaded, since no bank can be used." in output
    assert caplog.text == ""


def test_a_look_that_fails_keeps_no_other_from_being_made(
    run: Run, healthy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(TOKEN)

    monkeypatch.setattr(doctor, "look_at_disk", fail)
    status, output, _ = run("doctor")
    assert status == 1
    assert "error    disk: It could not be looked at (RuntimeError)." in output
    assert "ok       cards: " in output
    assert TOKEN not in output


@pytest.mark.parametrize(
    "token",
    [
        "no",
        "a.b",
        f'"{TOKEN}"',
        f"{TOKEN}.d",
        "bm90LWFuLWlk.GabcdE.xyz",
        "!!!.GabcdE.xyz",
        "é.b.c",
        "é",
        "MTIz..xyz",
    ],
)
def test_a_token_that_does_not_look_like_one(
    found: Found, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", token)
    level, words = found("token")["token"]
    assert level == "error"
    assert not any(len(part) > 3 and part in words for part in token.split("."))


def test_no_token(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISCORD_TOKEN")
    assert found("token")["token"] == (
        "error",
        "There is none, so the bot can't run on Discord. Set DISCORD_TOKEN.",
    )


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_files_that_others_can_read(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    Path().absolute().chmod(0o755)
    assert found("rights") == {}
    Path(".env").write_text("OTHER=1\n")
    Path(".env").chmod(0o644)
    assert found("rights")["rights"] == (
        "warning",
        "Other users of this machine can read .env. chmod 600 .env",
    )
    Path(".env").chmod(0o640)
    assert found("rights") == {}
    DATABASE.parent.chmod(0o755)
    DATABASE.chmod(0o644)
    BACKUPS.chmod(0o700)
    assert f"chmod 600 {DATABASE}" in found("rights")["rights"][1]
    DATABASE.chmod(0o600)
    BACKUPS.chmod(0o755)
    assert f"chmod 700 {BACKUPS}" in found("rights")["rights"][1]
    BACKUPS.chmod(0o700)
    monkeypatch.delenv("DISCORD_TOKEN")
    monkeypatch.setenv("DISCORD_TOKEN_FILE", "token")
    Path("token").write_text(TOKEN)
    Path("token").chmod(0o644)
    assert "can read token." in found("rights")["rights"][1]


def test_python_and_packages(found: Found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "pyproject.toml"
    monkeypatch.setattr(machine, "_PROJECT", project)
    assert found("packages") == {}, "in the image there is none"
    for python, package, level, words in (
        (">=3.11", '"orjson>=1"', None, ""),
        (">=9.9", '"orjson>=1"', "error", "Install Python >=9.9."),
        (">=3.11", '"orjson~=1.0", "rich"', "warning", "orjson is 3."),
        (">=3.11", '"no-such-package"', "error", "no-such-package is not installed."),
    ):
        project.write_text(f'[project]\nrequires-python = "{python}"\ndependencies = [{package}]\n')
        result = found("packages")
        assert [found_level for found_level, _ in result.values()] == ([level] if level else [])
        assert all(words in sentence for _, sentence in result.values())


def test_a_clock_that_stands_before_this_code_was_written(
    found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app.SystemClock.now", lambda _: datetime(1970, 1, 1, tzinfo=UTC))
    assert found("time")["clock"][0] == "error"


def test_an_answer_from_the_future(found: Found) -> None:
    change(
        DATABASE,
        "INSERT INTO question_version (version, bank, question, content) VALUES ('v', 'b', 'q', '{}'); "
        "INSERT INTO round (id, guild_id, channel_id, version, option_order, opened_at, closes_at) "
        "VALUES (1, 1, 1, 'v', '0,1', 0, 1); INSERT INTO answer (round_id, member_id, choice, clicked_at, hints, outcome, "
        f"points, day, took) VALUES (1, 1, 1, {to_ms(datetime.now(UTC) + timedelta(hours=2))}, 0, 2, 10, 0, 0);",
    )
    level, words = found("database")["clock"]
    assert level == "error"
    assert "still to come" in words


def test_too_little_room(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(DATABASE.parent)._replace(free=5_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    level, words = found("disk")["disk"]
    assert level == "warning"
    assert "5.0 MB are free for the backups" in words


def test_a_folder_that_can_not_be_written_to(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    level, words = found("disk")["disk"]
    assert level == "error"
    assert "can't be written to (Permission denied)" in words


def test_whether_the_bot_runs(found: Found) -> None:
    assert found("bot") == {}
    with alone(DATABASE):
        assert found("bot")["bot"][0] == "warning"
        health_file(DATABASE).write_text((datetime.now(UTC) - timedelta(minutes=5)).isoformat())
        assert "not connected" in found("bot")["bot"][1]
        health_file(DATABASE).write_text(datetime.now(UTC).isoformat())
        assert found("bot") == {}


@pytest.mark.parametrize("damage", [*DAMAGED.items(), *UNFIT.items()], ids=lambda pair: pair[0])
def test_databases_that_are_not_well(found: Found, damage: tuple[str, Callable[[Path], None]]) -> None:
    name, spoil = damage
    DATABASE.unlink()
    spoil(DATABASE)
    quick, thorough = found("database").get("database"), found("database", thorough=True)["database"]
    assert thorough[0] == "error"
    assert quick == (None if name == "index" else thorough), "a quick look leaves the indexes out"
    assert {
        "newer": "Install the newer version",
        "orphaned": "Rows in hint_use belong to rows that are missing",
    }.get(name, "a") in thorough[1]


def test_a_file_that_is_no_database(found: Found) -> None:
    DATABASE.write_text("Dear diary, " * 1000)
    level, words = found("database")["database"]
    assert level == "error"
    assert "file is not a database" in words


def test_an_older_format_is_no_error(found: Found) -> None:
    change(DATABASE, "PRAGMA user_version = 2")
    level, words = found("database")["database"]
    assert level == "warning"
    assert "Start the bot: it keeps a copy and brings it up to date." in words


def test_a_long_log(found: Found) -> None:
    with closing(sqlite3.connect(DATABASE, isolation_level=None)) as connection:
        connection.execute("INSERT INTO fact VALUES ('in the log', 'x')")
        os.truncate(DATABASE.with_name("studyhall.db-wal"), 300_000_000)
        level, words = found("database")["database"]
    assert level == "warning"
    assert "The log beside it has 300.0 MB." in words


def test_time_zones_that_are_not_known(found: Found) -> None:
    change(
        DATABASE,
        "INSERT INTO server (guild_id, zone) VALUES (1, 'Mars/Base'), (2, 'Europe/Berlin'); "
        "INSERT INTO member (member_id, zone) VALUES (1, 'Moon/Sea'), (2, NULL);",
    )
    level, words = found("database")["time zones"]
    assert level == "error"
    assert "Mars/Base, Moon/Sea." in words


def test_work_that_is_overdue(found: Found) -> None:
    late = to_ms(datetime.now(UTC) - timedelta(minutes=11))
    change(DATABASE, f"INSERT INTO timer (kind, subject, due_at) VALUES ('close', 1, {late})")
    assert found("database") == {}, "it is done when the bot starts"
    with alone(DATABASE):
        assert found("database")["timers"][0] == "warning"
        change(DATABASE, f"UPDATE timer SET due_at = {late + 120_000}")
        assert found("database") == {}


def test_what_rests_is_not_overdue(found: Found) -> None:
    change(
        DATABASE,
        "INSERT INTO server (guild_id, removed_at) VALUES (7, 1);"
        "INSERT INTO timer (kind, subject, due_at) VALUES ('digest', 7, 1)",
    )
    with alone(DATABASE):
        assert found("database") == {}, "the server has removed the bot"
        change(DATABASE, "UPDATE server SET removed_at = NULL")
        assert found("database")["timers"][0] == "warning"


@pytest.mark.parametrize(("days", "level"), [(1.9, None), (2.1, "warning"), (-1, "warning")])
def test_the_age_of_the_last_backup(found: Found, days: float, level: str | None) -> None:
    leave_backup(timedelta(days=days))
    assert found("backups").get("backups", (None,))[0] == level


def test_no_backups(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(BACKUPS)
    assert "There is none in data/backups." in found("backups")["backups"][1]
    monkeypatch.setenv("STUDYHALL_BACKUPS_KEPT", "0")
    assert "Daily backups are switched off." in found("backups")["backups"][1]
