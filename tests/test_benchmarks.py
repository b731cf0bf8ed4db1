"""The benchmarks run. What they measure is no matter for a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.boards import main


def test_boards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--answers", "3000", "--servers", "3", "--calls", "1", "--folder", str(tmp_path)]
    assert main(arguments) in {0, 1}
    table = capsys.readouterr().out
    for row in ("this week: first", "a challenge: last", "500 at once"):
        assert row in table
    assert list(tmp_path.iterdir()) == [], "the databases are left behind"
