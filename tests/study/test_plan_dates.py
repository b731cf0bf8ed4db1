"""The day of an exam, as people write it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.study_plans import LONGEST_PLAN
from bot.errors import RefusedError
from bot.study.plan_dates import SUGGESTED, find_exam_day

TODAY = date(2026, 3, 14)
NEXT = TODAY + timedelta(days=1)
days = st.dates(NEXT, TODAY + timedelta(days=LONGEST_PLAN))


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-04-03", date(2026, 4, 3)),
        ("2026-4-3", date(2026, 4, 3)),
        ("  2026-04-03 ", date(2026, 4, 3)),
        ("3.4.2026", date(2026, 4, 3)),
        ("03.04.2026", date(2026, 4, 3)),
        ("3. 4. 2026", date(2026, 4, 3)),
        ("29.2.2028", date(2028, 2, 29)),
        ("tomorrow", NEXT),
        ("in 1 day", NEXT),
        ("in 10 days", date(2026, 3, 24)),
        ("10 days", date(2026, 3, 24)),
        ("In 3  Weeks", date(2026, 4, 4)),
        ("in a week", date(2026, 3, 21)),
        ("one week", date(2026, 3, 21)),
        ("in 730 days", date(2028, 3, 13)),
    ],
)
def test_days_are_understood(written: str, day: date) -> None:
    assert find_exam_day(written, TODAY) == day


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (
            "2026-03-13",
            "2026-03-13 is over. Write a day that is to come, such as 2026-04-04 or “in 3 weeks”.",
        ),
        ("1.1.1", "I can't read `1.1.1` as a day. Write it like 2026-04-04, or like “in 3 weeks”."),
        ("0001-01-01", "0001-01-01 is over"),
        ("2026-03-14", "That is today, which leaves no time for a plan."),
        ("in 0 days", "That is today"),
        ("in 731 days", "2028-03-14 is too far ahead. A plan can reach to 2028-03-13."),
        ("9999-12-31", "too far ahead"),
        ("in 99999 weeks", "too far ahead"),
        ("in 100000 weeks", "I can't read"),
        ("03/04/2027", "Write the year first: 2027-04-03 or 2027-03-04."),
        ("4/4/2027", "Write the year first: 2027-04-04."),
        ("25/12/2026", "Write the year first: 2026-12-25."),
        ("99/99/2026", "Write the year first: year-month-day."),
        ("31.4.2026", "There is no `31.4.2026` in the calendar."),
        ("2027-02-29", "There is no `2027-02-29` in the calendar."),
        ("0000-01-01", "There is no `0000-01-01` in the calendar."),
        ("20260403", "I can't read"),
        ("2026-W14-5", "I can't read"),
        ("next week", "I can't read `next week` as a day."),
        ("-3 days", "I can't read"),
        ("", "I can't read ` ` as a day."),
        ("²⁰²⁶-04-03", "I can't read"),
        ("x" * 5000, "I can't read `" + "x" * 60 + "` as a day."),
    ],
)
def test_what_is_no_day_is_refused_with_a_way_out(written: str, sentence: str) -> None:
    with pytest.raises(RefusedError) as refused:
        find_exam_day(written, TODAY)
    assert sentence in str(refused.value)


def test_what_is_suggested_is_understood() -> None:
    found = [find_exam_day(words, TODAY) for words in SUGGESTED]
    assert found == sorted(set(found))


@given(days)
def test_each_day_is_understood_in_every_way_of_writing(day: date) -> None:
    ahead = (day - TODAY).days
    for written in (day.isoformat(), f"{day.day}.{day.month}.{day.year}", f"in {ahead} days"):
        assert find_exam_day(written, TODAY) == day


@given(st.text(max_size=40), st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_anything_is_a_day_to_come_or_refused(written: str, today: date) -> None:
    try:
        day = find_exam_day(written, today)
    except RefusedError:
        return
    assert today < day <= today + timedelta(days=LONGEST_PLAN)


@given(
    st.from_regex(r"[0-9]{1,4}[-./][0-9]{1,2}[-./ ]{1,2}[0-9]{1,4}", fullmatch=True)
    | st.from_regex(r"(in )?(a|[0-9]{1,6}) (days?|weeks?)", fullmatch=True)
)
def test_what_looks_like_a_day_is_one_or_refused(written: str) -> None:
    test_anything_is_a_day_to_come_or_refused.hypothesis.inner_test(written, TODAY)  # type: ignore[attr-defined]
