"""The daily backups: made in time, never in the way, and never at the cost of older ones."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import open_app
from bot.config import Settings
from bot.domain.backups import backup_name, daily_name, made_at
from bot.storage import backups as storage
from bot.storage.database import Database
from bot.study import backups as study
from bot.study.backups import Backups
from tests.storage.files_of_others import fact_names
from tests.world import SAMPLE_BANKS, open_world

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class Hours:
    """A clock that runs as fast as somebody sleeps, until a time; what is to happen at each sleep is the test's."""

    def __init__(self) -> None:
        self.time = BEGIN
        self.until = BEGIN
        self.there, self.go_on = asyncio.Event(), asyncio.Event()
        self.asleep: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        """The time of this clock."""
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Let the time pass, up to the end of the test's wait."""
        assert seconds > 0
        while self.time >= self.until:
            self.there.set()
            self.go_on.clear()
            await self.go_on.wait()
        self.time += timedelta(seconds=seconds)
        self.asleep()

    async def run_to(self, until: datetime) -> None:
        """Let time pass until then, and the work that falls due be done."""
        self.until = until
        self.there.clear()
        self.go_on.set()
        await asyncio.wait_for(self.there.wait(), 60)


class Place:
    """A database, the folder of its backups, and the bot's task that makes them."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "studyhall.db"
        self.folder = folder / "backups"
        self.clock = Hours()

    @contextlib.asynccontextmanager
    async def running(self, kept: int = 3) -> AsyncIterator[Backups]:
        """Let the task run."""
        backups = Backups(self.database, self.folder, kept, self.clock)
        backups.start()
        try:
            yield backups
        finally:
            await backups.stop(5)

    async def run_to(self, *until: datetime, kept: int = 3) -> None:
        """Let the bot run until the last of these times."""
        async with self.running(kept):
            for time in until:
                await self.clock.run_to(time)

    @property
    def names(self) -> list[str]:
        """What is in the folder."""
        return sorted(path.name for path in self.folder.iterdir())

    @property
    def times(self) -> list[datetime]:
        """The times of the daily backups."""
        return [at for name in self.names if (at := made_at("studyhall", name))]


@pytest.fixture
async def place(tmp_path: Path) -> Place:
    """A database that is not empty."""
    async with Database.open(tmp_path / "studyhall.db") as database, database.transaction() as transaction:
        await transaction.run("INSERT INTO fact VALUES ('kept', 'x')")
    return Place(tmp_path)


async def test_one_at_once_and_then_every_day_and_the_oldest_go(place: Place) -> None:
    async with place.running() as backups:
        assert backups.last_at is None
        await place.clock.run_to(BEGIN)
        assert place.times == [BEGIN]
        await place.clock.run_to(BEGIN + DAY - HOUR)
        assert place.times == [BEGIN]
        await place.clock.run_to(BEGIN + 5 * DAY)
        assert place.times == [BEGIN + number * DAY for number in (3, 4, 5)]
        assert backups.last_at == BEGIN + 5 * DAY
    assert "kept" in fact_names(place.folder / daily_name("studyhall", BEGIN + 5 * DAY))


async def test_a_restart_makes_none_before_a_day_has_passed(place: Place) -> None:
    await place.run_to(BEGIN)
    place.clock.time = BEGIN + DAY / 2
    await place.run_to(place.clock.time)
    assert place.times == [BEGIN]
    async with place.running() as backups:
        await place.clock.run_to(BEGIN + DAY - HOUR)
        assert backups.last_at == BEGIN
        await place.clock.run_to(BEGIN + DAY)
    assert place.times == [BEGIN, BEGIN + DAY]


async def test_after_a_long_absence_the_old_ones_stay_until_there_are_new_ones(place: Place) -> None:
    await place.run_to(BEGIN + 2 * DAY)
    back = place.clock.time = BEGIN + 400 * DAY
    await place.run_to(back)
    assert place.times == [BEGIN + DAY, BEGIN + 2 * DAY, back]


async def test_a_suspended_machine_makes_one_when_it_wakes(place: Place) -> None:
    def suspend() -> None:
        if place.clock.time == BEGIN + 5 * HOUR:
            place.clock.time += 10 * DAY

    place.clock.asleep = suspend
    await place.run_to(BEGIN + 10 * DAY + 6 * HOUR)
    assert place.times == [BEGIN, BEGIN + 10 * DAY + 5 * HOUR]


async def test_a_clock_that_was_wrong_does_not_stop_them(place: Place) -> None:
    place.clock.time = wrong = BEGIN + 3650 * DAY
    await place.run_to(wrong + 2 * DAY)
    place.clock.time = BEGIN
    await place.run_to(BEGIN)
    assert place.times == [BEGIN, wrong + DAY, wrong + 2 * DAY]
    await place.run_to(BEGIN + 3 * DAY)
    assert place.times == [BEGIN + DAY, BEGIN + 2 * DAY, BEGIN + 3 * DAY]


async def test_none_are_made_or_deleted_when_they_are_off(place: Place) -> None:
    await place.run_to(BEGIN + 2 * DAY)
    backups = Backups(place.database, place.folder, 0, place.clock)
    assert not backups.are_on
    backups.start()
    assert not [task for task in asyncio.all_tasks() if "Backups._run" in repr(task)]
    await backups.stop(0)
    assert len(place.times) == 3


async def test_only_files_that_it_made_are_deleted(place: Place) -> None:
    place.folder.mkdir()
    others = [
        backup_name("studyhall", BEGIN),
        daily_name("other", BEGIN - DAY),
        "studyhall.db",
        "notes.unfinished",
    ]
    for name in others:
        (place.folder / name).write_text("precious")
    left = [f"{daily_name('studyhall', BEGIN - DAY)}.unfinished{end}" for end in ("", "-journal")]
    for name in left:
        (place.folder / name).write_text("half of a backup")
    await place.run_to(BEGIN + 5 * DAY)
    assert len(place.times) == 3
    assert set(others) < set(place.names)
    assert not set(left) & set(place.names), "what a killed copy has left is cleared away at the start"


async def test_leftovers_go_at_the_start_also_when_no_copy_is_due(place: Place) -> None:
    await place.run_to(BEGIN)
    (place.folder / f"{daily_name('studyhall', BEGIN + DAY)}.unfinished").touch()
    await place.run_to(BEGIN)
    assert place.names == [daily_name("studyhall", BEGIN)]


@pytest.mark.parametrize("fault", ["room", "folder", "damage"])
async def test_a_failure_is_told_and_tried_again_and_costs_no_older_copy(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    await place.run_to(BEGIN + 2 * DAY)
    place.clock.time = BEGIN + 3 * DAY
    before = place.names
    good = place.database.read_bytes()
    usage = shutil.disk_usage(place.folder)
    if fault == "room":
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10))
    elif fault == "folder":
        place.folder.rename(place.folder.with_name("away"))
        place.folder.write_text("a file in its place")
    else:
        place.database.write_bytes(b"nonsense" * 1000)
    with caplog.at_level(logging.INFO, logger="bot.study.backups"):
        await place.run_to(BEGIN + 3 * DAY + 2 * HOUR)
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(told) == 3, "once an hour"
    assert all(
        sentence.startswith("The daily backup could not be made; next try in an hour. ") for sentence in told
    )
    assert not any(record.exc_info for record in caplog.records)
    if fault == "room":
        monkeypatch.undo()
    elif fault == "folder":
        place.folder.unlink()
        place.folder.with_name("away").rename(place.folder)
    else:
        place.database.write_bytes(good)
    assert place.names == before
    await place.run_to(BEGIN + 3 * DAY + 3 * HOUR)
    assert place.times[-1] == BEGIN + 3 * DAY + 2 * HOUR
    assert len(place.times) == 3


async def test_what_nobody_expected_does_not_end_them(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real, tries = study.back_up, []

    def fail_once(*args: Any, **more: Any) -> int:
        tries.append(1)
        if len(tries) == 1:
            raise ZeroDivisionError
        return real(*args, **more)

    monkeypatch.setattr(study, "back_up", fail_once)
    await place.run_to(BEGIN + HOUR)
    assert place.times == [BEGIN + HOUR]
    assert "ZeroDivisionError" in caplog.text


async def test_an_old_one_that_can_not_be_deleted_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await place.run_to(BEGIN + 2 * DAY)
    real = Path.unlink

    def refuse(self: Path, missing_ok: bool = False) -> None:
        if self.name == daily_name("studyhall", BEGIN):
            raise PermissionError(13, "Permission denied")
        real(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    await place.run_to(BEGIN + 3 * DAY)
    assert len(place.times) == 4
    assert "can't be deleted: Permission denied" in caplog.text
    monkeypatch.undo()
    await place.run_to(BEGIN + 4 * DAY)
    assert place.times == [BEGIN + number * DAY for number in (2, 3, 4)]


async def test_stopping_gives_up_the_copy_that_is_being_made(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    copying, go_on = threading.Event(), threading.Event()
    real = storage.copy

    def slow(*args: Any) -> None:
        copying.set()
        assert go_on.wait(30)
        real(*args)

    monkeypatch.setattr(storage, "copy", slow)
    backups = Backups(place.database, place.folder, 3, place.clock)
    with caplog.at_level(logging.INFO, logger="bot.study.backups"):
        backups.start()
        assert await asyncio.to_thread(copying.wait, 30)
        stopping = asyncio.create_task(backups.stop(30))
        await asyncio.sleep(0)
        go_on.set()
        await stopping
    assert place.names == []
    assert "was given up" in caplog.text
    assert "ERROR" not in caplog.text


async def test_the_app_makes_them_and_stops_them(tmp_path: Path) -> None:
    settings = Settings(
        database=tmp_path / "studyhall.db", banks=SAMPLE_BANKS, backups=tmp_path / "mine", _env_file=None
    )
    clock = Hours()
    async with open_app(settings, clock=clock) as app:
        app.backups.start()
        await clock.run_to(BEGIN)
        assert app.backups.last_at == BEGIN
        assert [path.name for path in (tmp_path / "mine").iterdir()] == [daily_name("studyhall", BEGIN)]
        (task,) = (t for t in asyncio.all_tasks() if "Backups._run" in repr(t))
    assert task.done()


async def test_the_start_of_the_app_begins_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []
    monkeypatch.setattr(Backups, "start", lambda self: begun.append(self.are_on))
    async with open_world(tmp_path):
        assert begun == [False], "the worlds of the tests make none"


def test_the_folder_is_beside_the_database_unless_it_is_named() -> None:
    beside = Settings(database=Path("x/y.db"), _env_file=None)
    assert beside.backups_folder == Path("x/backups")
    assert Settings(database=Path("x/y.db"), backups=Path("z"), _env_file=None).backups_folder == Path("z")
