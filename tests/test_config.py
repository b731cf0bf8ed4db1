"""Settings from the environment and from .env."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import load_settings
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
