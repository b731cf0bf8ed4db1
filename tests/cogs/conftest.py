"""Fixtures for the tests of what Discord sees."""

from __future__ import annotations

import pytest


@pytest.fixture
def sketches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of mock exams have stand-ins, for tests that look at none: drawing them takes long."""

    def sketch(_: object) -> bytes:
        return b"a picture"

    for name in ("draw_topics", "draw_history"):
        monkeypatch.setattr(f"cogs.cards.exam_pictures.{name}", sketch)
