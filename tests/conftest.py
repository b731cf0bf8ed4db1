"""Fixtures for all tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.world import World, open_world

# the same examples in each run, and no limit on the time of one: a slow machine is no failure
settings.register_profile("studyhall", deadline=None, derandomize=True)
settings.load_profile("studyhall")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A simulated server with the bot in it."""
    async with open_world(tmp_path) as opened:
        yield opened
