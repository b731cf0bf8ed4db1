"""Settings from the environment and from .env."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.config import Settings, load_settings, read_settings
from bot.errors import SettingsError
from tests.conftest import Run

pytestmark = pytest.mark.usefixtures("elsewhere")


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
    assert settings.database == Path("data/studyhall.db")
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


def test_an_unknown_setting_in_dot_env_is_named() -> None:
    Path(".env").write_text("STUDYHALL_LOG_LEVL=DEBUG\n", encoding="utf-8")
    with pytest.raises(
        SettingsError, match="STUDYHALL_LOG_LEVL is not a setting; did you mean STUDYHALL_LOG_LEVEL"
    ):
        load_settings()


def test_a_dot_env_in_another_encoding() -> None:
    Path(".env").write_bytes("# für uns\n".encode("latin-1"))
    with pytest.raises(SettingsError, match="Save it in the encoding UTF-8"):
        load_settings()


SECRET = "MTIz.GabcdE.no-one-may-ever-see-this"  # noqa: S105 - nobody's


def told(caught: pytest.ExceptionInfo[SettingsError]) -> str:
    """All that could be shown of an error: its sentence, its traceback, and what led to it."""
    return "".join(traceback.format_exception(caught.value)) + repr(caught.value)


@pytest.mark.parametrize("written", [SECRET, f"{SECRET}\n", f"  {SECRET}\r\n\n"])
def test_the_token_from_a_file(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    Path("token").write_bytes(written.encode())
    monkeypatch.setenv("DISCORD_TOKEN_FILE", "token")
    monkeypatch.setenv("DISCORD_TOKEN", "")  # as .env.example has it
    settings = load_settings()
    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == SECRET
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


def test_white_space_around_the_token_is_no_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", f" {SECRET}\n")
    token = load_settings().discord_token
    assert token is not None
    assert token.get_secret_value() == SECRET
    monkeypatch.setenv("DISCORD_TOKEN", " \n")
    assert load_settings().discord_token is None


@pytest.mark.parametrize(
    "content",
    [b"", b" \n", SECRET.encode() + b" x", SECRET.encode() + b"\xff", SECRET.encode() + "é".encode()],
)
def test_a_file_without_a_token(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    Path("token").write_bytes(content)
    monkeypatch.setenv("DISCORD_TOKEN_FILE", "token")
    with pytest.raises(
        SettingsError, match=r"DISCORD_TOKEN_FILE: (the file that it names is empty|it has a)"
    ) as caught:
        load_settings()
    assert "no-one-may" not in told(caught)


def test_a_token_in_two_places(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("token").write_text("another", encoding="utf-8")
    monkeypatch.setenv("DISCORD_TOKEN_FILE", "token")
    monkeypatch.setenv("DISCORD_TOKEN", SECRET)
    with pytest.raises(SettingsError, match=r"are both set\. Remove one of them") as caught:
        load_settings()
    assert "no-one-may" not in told(caught)


@pytest.mark.parametrize(
    "strange", [f"{SECRET} ", f"{SECRET}\x7f", f"Bot {SECRET}", f"{SECRET}é", f"{SECRET}\udcff"]
)
def test_a_token_that_can_be_none_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, strange: str
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", f"{strange}x")
    monkeypatch.setenv("STUDYHALL_LOG_LEVEL", "loud")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "DISCORD_TOKEN: it has a character that no token has" in str(caught.value)
    assert "STUDYHALL_LOG_LEVEL=loud" in str(caught.value), "the other problems are named, too"
    assert "no-one-may" not in told(caught)
    with pytest.raises(ValidationError) as raw:
        Settings()
    assert "no-one-may" not in str(raw.value)


def test_the_token_in_the_place_of_a_path_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN_FILE", SECRET)
    with pytest.raises(SettingsError, match="can't be read \\(No such file or directory\\)") as caught:
        load_settings()
    assert "no-one-may" not in told(caught)
    assert "no-one-may" not in repr(read_settings())


def test_a_setting_that_can_not_be_used_is_replaced_for_whoever_wants_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", f"{SECRET} x")
    monkeypatch.setenv("STUDYHALL_BACKUPS_KEPT", "366")
    monkeypatch.setenv("STUDYHALL_DATABASE", "mine.db")
    settings, problems = read_settings()
    assert (settings.discord_token, settings.backups_kept, settings.database) == (None, 7, Path("mine.db"))
    assert sorted(problem.split(":")[0] for problem in problems) == [
        "DISCORD_TOKEN",
        "STUDYHALL_BACKUPS_KEPT=366",
    ]
