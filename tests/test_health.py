"""The sign of life, and `python -m bot health`, which looks for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.health import BEAT, beat, health_file, is_alive
from tests.conftest import Run

DATABASE = Path("data/studyhall.db")

pytestmark = pytest.mark.usefixtures("elsewhere")


def leave_sign(age: timedelta) -> None:
    """Leave a sign of life of this age."""
    DATABASE.parent.mkdir()
    health_file(DATABASE).write_text((datetime.now(UTC) - age).isoformat(), encoding="utf-8")


def test_health_without_a_sign_of_life(run: Run) -> None:
    assert run("health")[0] == 1


@pytest.mark.parametrize(("age", "status"), [(0, 0), (45, 0), (61, 1), (3600, 1)])
def test_health_by_the_age_of_the_sign_of_life(run: Run, age: float, status: int) -> None:
    leave_sign(timedelta(seconds=age))
    assert run("health")[0] == status


@pytest.mark.parametrize("sign", ["", "yesterday"])
def test_health_with_a_sign_that_says_nothing(run: Run, sign: str) -> None:
    leave_sign(timedelta())
    health_file(DATABASE).write_text(sign, encoding="utf-8")
    assert run("health")[0] == 1


def test_health_looks_beside_the_database_in_use(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_sign(timedelta())
    monkeypatch.setenv("STUDYHALL_DATABASE", "other.db")
    assert run("health")[0] == 1
    health_file(DATABASE).rename("other.db.alive")
    assert run("health")[0] == 0


class Beats:
    """A clock that stops after some beats, and notes what there was to see at each."""

    def __init__(self, signs: list[bool]) -> None:
        self.signs = signs
        self.seen: list[str | None] = []

    def now(self) -> datetime:
        """A time that moves on with each beat."""
        return datetime(2026, 1, 1, tzinfo=UTC) + len(self.seen) * timedelta(seconds=BEAT)

    def is_well(self) -> bool:
        """Whether the bot is well at this beat."""
        return self.signs[len(self.seen)]

    async def sleep(self, seconds: float) -> None:
        """The time between two beats."""
        assert seconds == BEAT
        path = health_file(DATABASE)
        self.seen.append(path.read_text(encoding="utf-8")[14:19] if path.exists() else None)
        if len(self.seen) == len(self.signs):
            raise ZeroDivisionError


async def test_a_sign_of_life_is_left_while_all_is_well_and_taken_away_at_the_end() -> None:
    leave_sign(timedelta(hours=1))
    beats = Beats([False, True, True, False, True])
    with pytest.raises(ZeroDivisionError):
        await beat(DATABASE, beats.is_well, beats)
    # minutes and seconds; at the first beat the sign of the process before is gone
    assert beats.seen == [None, "00:15", "00:30", "00:30", "01:00"]
    assert not health_file(DATABASE).exists()


def test_a_sign_of_life_without_a_zone_says_nothing(tmp_path: Path) -> None:
    health_file(tmp_path / "x.db").write_text("2026-01-01T00:00:00", encoding="utf-8")
    assert not is_alive(tmp_path / "x.db")
