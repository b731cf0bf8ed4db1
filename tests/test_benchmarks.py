"""The benchmarks run. What they measure is no matter for a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import backups, boards, reviews


def test_boards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--answers", "3000", "--servers", "3", "--calls", "1", "--folder", str(tmp_path)]
    assert boards.main(arguments) in {0, 1}
    table = capsys.readouterr().out
    for row in ("this week: first", "a challenge: last", "500 at once"):
        assert row in table
    assert list(tmp_path.iterdir()) == [], "the databases are left behind"


def test_reviews(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--members", "40", "--cards", "20", "--answers", "60", "--calls", "1"]
    assert reviews.main([*arguments, "--folder", str(tmp_path)]) in {0, 1}
    table = capsys.readouterr().out
    assert "60 old answers became reviews" in table
    for row in ("/review, which begins", "the next question", "/practice", "the event loop is late by"):
        assert row in table
    assert list(tmp_path.iterdir()) == [], "the databases are left behind"


def test_backups(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups, "ALONE", 0.1)
    assert backups.main(["--answers", "2000", "--folder", str(tmp_path)]) in {0, 1}
    table = capsys.readouterr().out
    for row in ("alone", "daily backup", "backup by hand"):
        assert row in table
    assert list(tmp_path.iterdir()) == [], "the databases are left behind"
