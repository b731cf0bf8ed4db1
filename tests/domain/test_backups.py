"""When a daily backup is due, and which go: also with a clock that jumps and a bot that is away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.backups import EVERY, backup_name, daily_name, due_at, made_at, newest, surplus
from tests.domain.examples import NOON

DAY = timedelta(days=1)


@given(
    st.integers(0, 250_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.sampled_from(["studyhall", "a-daily-b", "(x", "ü"]),
)
def test_a_name_says_when_the_copy_was_made(at: datetime, database: str) -> None:
    assert made_at(database, daily_name(database, at)) == at.replace(microsecond=0)


def test_names_are_in_utc() -> None:
    berlin = NOON.astimezone(timezone(timedelta(hours=1)))
    assert daily_name("studyhall", berlin) == "studyhall-daily-20260105T120000Z.db"
    assert backup_name("studyhall", berlin) == "studyhall-20260105T120000Z.db"


@pytest.mark.parametrize(
    "name",
    [
        backup_name("studyhall", NOON),
        daily_name("other", NOON),
        daily_name("my-studyhall", NOON),
        daily_name("studyhall", NOON) + ".unfinished",
        "studyhall-daily-20260231T120000Z.db",
        "studyhall-daily-20260105T120000.db",
        "studyhall-daily-２０260105T120000Z.db",
        "studyhall.db",
        "studyhall.db.format-3",
        "",
    ],
)
def test_other_files_are_no_daily_backups(name: str) -> None:
    assert made_at("studyhall", name) is None


def test_the_first_copy_is_due_at_once_and_the_next_a_day_later() -> None:
    assert due_at([], NOON) == NOON
    assert due_at([NOON], NOON) == NOON + DAY
    assert due_at([NOON - DAY / 2, NOON - 3 * DAY], NOON) == NOON + DAY / 2
    assert due_at([NOON - 300 * DAY], NOON) == NOON


def test_a_copy_from_the_future_keeps_none_from_being_made() -> None:
    future = NOON + 400 * DAY
    assert newest([future], NOON) is None
    assert due_at([future, NOON - 2 * DAY], NOON) == NOON


def test_the_oldest_go_and_those_from_the_future_before_them() -> None:
    days = [NOON - number * DAY for number in range(9)]
    assert surplus(days, NOON, 7) == [days[8], days[7]]
    assert surplus(days[:7], NOON, 7) == []
    future = [NOON + DAY, NOON + 2 * DAY]
    assert surplus([*future, *days[:6]], NOON, 7) == [NOON + DAY]


def test_long_absence_deletes_one_for_one() -> None:
    old = [NOON - 400 * DAY - number * DAY for number in range(7)]
    assert surplus([NOON, *old], NOON, 7) == [old[-1]]


hours = st.integers(1, 60)
jumps = st.integers(-24 * 900, 24 * 900)
steps = st.lists(st.tuples(hours | jumps, st.booleans()), max_size=60)


@given(steps, st.integers(1, 9))
def test_through_outages_full_disks_and_jumps_of_the_clock(steps: list[tuple[int, bool]], kept: int) -> None:
    now, copies = NOON, set[datetime]()

    def look(*, works: bool) -> None:
        if due_at(copies, now) > now or not works:
            return
        before = {*copies, now}
        gone = surplus(before, now, kept)
        copies.add(now)
        copies.difference_update(gone)
        assert now in copies
        assert len(copies) == min(kept, len(before))

    for passed, works in steps:
        now += timedelta(hours=passed)
        look(works=works)
        past = sorted(at for at in copies if at <= now)
        assert len(copies) <= kept
        if works:
            assert past, "no copy although one could be made"
            assert now - past[-1] < EVERY
    # once the clock is right for so long, nothing is left of the time when it was not
    for _ in range(24 * (kept + 1)):
        now += timedelta(hours=1)
        look(works=True)
    assert len(copies) == kept
    assert all(now - (kept + 2) * DAY < at <= now for at in copies)
