"""Settings, read once from the environment and `.env`, and validated together."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError

PREFIX = "STUDYHALL_"


class Settings(BaseSettings):
    """What a host can set. Choices of a server are not settings; they live in the database."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True
    )

    discord_token: SecretStr | None = Field(
        None,
        validation_alias="DISCORD_TOKEN",
        description="The bot's token from the Discord Developer Portal.",
    )
    database: Path = Field(Path("data/studyhall.db"), description="The database file; made if it is missing.")
    banks: Path = Field(Path("questions"), description="The folder with the question banks.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged.")
    retention: float = Field(
        0.9,
        ge=0.7,
        le=0.97,
        description="In spaced review a question comes again when the chance to be right has fallen to this.",
    )
    shards: int | None = Field(
        None,
        ge=1,
        description="How many connections to Discord the bot opens; without it as many as Discord recommends.",
    )
    playground_port: int = Field(
        8765, ge=0, le=65535, description="The port of the playground; 0 takes a free one."
    )


def environment_name(field: str) -> str:
    """What a setting is called in the environment."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{field.upper()}"


def load_settings() -> Settings:
    """The settings.

    Raises:
        SettingsError: some are not usable; every problem is named.
    """
    known = {environment_name(field) for field in Settings.model_fields}
    problems = []
    try:
        names = {*os.environ, *dotenv_values(".env", interpolate=False, encoding="utf-8")}
    except UnicodeDecodeError:
        raise SettingsError("The file .env is not UTF-8 text. Save it in the encoding UTF-8.") from None
    for name in sorted(names):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = get_close_matches(name, known, n=1)
            problems.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else "."))
    settings = None
    try:
        settings = Settings()  # type: ignore[call-arg]  # the values come from the environment
    except ValidationError as error:
        for detail in error.errors():
            field = str(detail["loc"][0])
            name = field if field in known else environment_name(field)
            problems.append(f"{name}={detail['input']}: {detail['msg']}")
    if settings is None or problems:
        raise SettingsError(
            "These settings can't be used (see docs/hosting.md):\n" + "\n".join(f"  {p}" for p in problems)
        )
    return settings
