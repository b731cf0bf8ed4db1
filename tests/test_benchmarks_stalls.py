"""The benchmark of what holds clicks up runs. What it measures is no matter for a test."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest

from benchmarks import stalls


@pytest.fixture(autouse=True)
def usual_process() -> Iterator[None]:
    """Garbage is collected, and threads are changed, as usual again afterwards."""
    before, turn = gc.get_threshold(), sys.getswitchinterval()
    yield
    sys.setswitchinterval(turn)
    gc.set_threshold(*before)
    gc.unfreeze()


def test_stalls(capsys: pytest.CaptureFixture[str]) -> None:
    stalls.main(["--questions", "300", "--seconds", "0.05"])
    table = capsys.readouterr().out
    assert "A bank of 486 questions" in table
    for row in ("nothing", "a reload", "the first picture", "a picture of past exams"):
        assert f" {row} " in table
