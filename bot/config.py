"""Settings, read once from the environment and `.env`, and validated together."""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import Field, HttpUrl, SecretStr, UrlConstraints, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError

PREFIX = "STUDYHALL_"

_TOKEN, _TOKEN_FILE = "DISCORD_TOKEN", "DISCORD_TOKEN_FILE"
_SECRET = {_TOKEN, _TOKEN_FILE}
"""Settings whose values are never shown. The second may have the token in it by mistake, in place of a path."""

_LONGEST_TOKEN_FILE = 4096
"""Characters that are read of it; tokens have some 70."""

_PRINTABLE = re.compile(r"[!-~]+")
_STRANGE = (
    "it has a character that no token has, such as a space or a line break; copy the token again from the "
    "Developer Portal"
)


class Settings(BaseSettings):
    """What a host can set. Choices of a server are not settings; they live in the database."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,  # one of them is the token
    )

    discord_token: SecretStr | None = Field(
        None,
        validation_alias=_TOKEN,
        description="The bot's token from the Discord Developer Portal.",
    )
    discord_token_file: Path | None = Field(
        None,
        validation_alias=_TOKEN_FILE,
        repr=False,
        description="A file with the token in it, as Docker and systemd hand secrets in; instead of DISCORD_TOKEN.",
    )
    database: Path = Field(Path("data/studyhall.db"), description="The database file; made if it is missing.")
    banks: Path = Field(Path("questions"), description="The folder with the question banks.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged.")
    log_format: Literal["text", "json"] = Field(
        "text", description="How: lines for people (text), or one JSON object in each line."
    )
    http_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="The port of /healthz, /readyz and /metrics; 0 takes a free one. Without it there are none.",
    )
    http_host: str = Field("127.0.0.1", description="The address that this port is on.")
    retention: float = Field(
        0.9,
        ge=0.7,
        le=0.97,
        description="In spaced review a question comes again when the chance to be right has fallen to this.",
    )
    backups: Path | None = Field(
        None,
        description="The folder of the daily backups; without it the folder backups beside the database.",
    )
    backups_kept: int = Field(
        7, ge=0, le=365, description="How many daily backups are kept; 0: none are made."
    )
    keep_servers_days: int = Field(
        30,
        ge=0,
        le=365,
        description="After so many days what is stored of a server that has removed the bot is erased; 0: at once.",
    )
    privacy_url: Annotated[HttpUrl, UrlConstraints(max_length=512)] | None = Field(
        None,
        description="Where your own privacy policy can be read; `/privacy` then has a button that leads there.",
    )
    shards: int | None = Field(
        None,
        ge=1,
        description="How many connections to Discord the bot opens; without it as many as Discord recommends.",
    )
    fast_lane: bool = Field(
        True,
        description="Whether clicks on options go around most of discord.py, which is several times faster under a full "
        "classroom; `false` if that ever makes trouble.",
    )
    playground_port: int = Field(
        8765, ge=0, le=65535, description="The port of the playground; 0 takes a free one."
    )

    @field_validator("discord_token", mode="after")
    @classmethod
    def _usable(cls, token: SecretStr | None) -> SecretStr | None:
        """A token without the white space around it; None if nothing is left."""
        stripped = token.get_secret_value().strip() if token else ""
        if not stripped:
            return None
        if not _PRINTABLE.fullmatch(stripped):
            raise PydanticCustomError("token", _STRANGE)
        return SecretStr(stripped)

    @property
    def backups_folder(self) -> Path:
        """Where the daily backups go."""
        return self.backups or self.database.with_name("backups")


def environment_name(field: str) -> str:
    """What a setting is called in the environment."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{field.upper()}"


def load_settings() -> Settings:
    """The settings.

    Raises:
        SettingsError: some are not usable; every problem is named.
    """
    settings, problems = read_settings()
    if problems:
        raise SettingsError(
            "These settings can't be used (see docs/hosting.md):\n" + "\n".join(f"  {p}" for p in problems)
        )
    return settings


def read_settings() -> tuple[Settings, list[str]]:
    """The settings, with the default in the place of each that can't be used, and what is wrong with those."""
    env_file: str | None = ".env"
    problems: list[str] = []
    names = set(os.environ)
    try:
        names.update(dotenv_values(".env", interpolate=False, encoding="utf-8"))
    except UnicodeDecodeError:
        env_file = None
        problems.append("The file .env is not UTF-8 text. Save it in the encoding UTF-8.")
    except OSError as error:
        env_file = None
        problems.append(f"The file .env can't be read ({error.strerror}). Let the bot's user read it.")
    problems += _unknown(names)
    usable: dict[str, Any] = {}
    try:
        settings = Settings(_env_file=env_file)  # type: ignore[call-arg]  # the values come from the environment
    except ValidationError as error:
        for detail in error.errors():
            place = str(detail["loc"][0])
            if place in _SECRET:  # pydantic names these by what they are called in the environment
                problems.append(f"{place}: {detail['msg']}")
                usable[place] = None
            else:
                problems.append(f"{environment_name(place)}={detail['input']}: {detail['msg']}")
                usable[place] = Settings.model_fields[place].default
        settings = Settings(_env_file=env_file, **usable)  # type: ignore[call-arg]
    if settings.discord_token_file is not None and _TOKEN not in usable:
        token, problem = _read_token(settings.discord_token_file)
        if settings.discord_token is not None:
            problem = f"{_TOKEN} and {_TOKEN_FILE} are both set. Remove one of them."
        if problem:
            problems.append(problem)
        settings = settings.model_copy(update={"discord_token": settings.discord_token or token})
    return settings, problems


def _unknown(names: set[str]) -> list[str]:
    """What is wrong with names that look like settings and are none."""
    known = {environment_name(field) for field in Settings.model_fields}
    problems = []
    for name in sorted(names):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = get_close_matches(name, known, n=1)
            problems.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else "."))
    return problems


def _read_token(path: Path) -> tuple[SecretStr | None, str]:
    """The token in a file, or what is wrong with it; without the path, which may be the token by mistake."""
    try:
        with path.open(encoding="utf-8") as file:
            token = file.read(_LONGEST_TOKEN_FILE).strip()
    except OSError as error:
        return None, (
            f"{_TOKEN_FILE}: the file that it names can't be read ({error.strerror}). It is to be the path of a file "
            "with the token in it, which the bot's user may read."
        )
    except UnicodeDecodeError:
        return None, f"{_TOKEN_FILE}: {_STRANGE}."
    if not token:
        return None, f"{_TOKEN_FILE}: the file that it names is empty. Put the token into it."
    if not _PRINTABLE.fullmatch(token):
        return None, f"{_TOKEN_FILE}: {_STRANGE}."
    return SecretStr(token), ""
