"""Fixtures for all tests."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from hypothesis import settings

from bot.__main__ import main
from tests.world import World, open_world

# the same examples in each run, and no limit on the time of one: a slow machine is no failure
settings.register_profile("studyhall", deadline=None, derandomize=True)
settings.load_profile("studyhall")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A simulated server with the bot in it."""
    async with open_world(tmp_path) as opened:
        yield opened


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test runs in an empty folder, without the settings of whoever runs it."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.upper().startswith("STUDYHALL_") or name.upper().startswith("DISCORD_TOKEN"):
            monkeypatch.delenv(name)


Run = Callable[..., tuple[int, str, str]]
"""Runs a command; its exit status, output and errors."""


@pytest.fixture
def run(elsewhere: None, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command of `python -m bot`."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        status = main([str(argument) for argument in arguments])
        return status, *capsys.readouterr()

    return run
