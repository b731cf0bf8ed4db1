"""The day of an exam, as people write it."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.domain.study_plans import LONGEST_PLAN
from bot.errors import RefusedError, quoted

SUGGESTED = ("in 1 week", "in 2 weeks", "in 3 weeks", "in 4 weeks", "in 6 weeks", "in 8 weeks", "in 12 weeks")
"""What is offered to those who have not written anything yet."""

_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DOTS = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})")
_SLASHES = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_AHEAD = re.compile(r"(?:in )?(a|one|[0-9]{1,5}) (day|week)s?")

_UNITS = {"day": 1, "week": 7}


def find_exam_day(text: str, today: date) -> date:
    """The day that is meant by 2026-04-03, 3.4.2026, tomorrow, in 10 days or in 3 weeks, seen on `today`.

    Raises:
        RefusedError: it is no day, can be read in two ways, is not to come, or is too far ahead.
    """
    day = _read(" ".join(text.casefold().split()), text, today)
    furthest = today + timedelta(days=LONGEST_PLAN)
    if day == today:
        raise RefusedError(
            "That is today, which leaves no time for a plan. `/review` shows what is due. Good luck!"
        )
    if day < today:
        raise RefusedError(
            f"{day} is over. Write a day that is to come, such as {_example(today)} or “in 3 weeks”."
        )
    if day > furthest:
        raise RefusedError(f"{day} is too far ahead. A plan can reach to {furthest}.")
    return day


def _read(words: str, text: str, today: date) -> date:
    if words == "tomorrow":
        return today + timedelta(days=1)
    if ahead := _AHEAD.fullmatch(words):
        number = 1 if ahead[1] in {"a", "one"} else int(ahead[1])
        return today + timedelta(days=number * _UNITS[ahead[2]])
    if iso := _ISO.fullmatch(words):
        return _day(iso[1], iso[2], iso[3], text)
    if dots := _DOTS.fullmatch(words):
        return _day(dots[3], dots[2], dots[1], text)
    if slashes := _SLASHES.fullmatch(words):
        raise RefusedError(
            f"“{words}” means one day in some countries and another one elsewhere. Write the year first: "
            f"{_readings(slashes)}."
        )
    raise RefusedError(
        f"I can't read {quoted(text)} as a day. Write it like {_example(today)}, or like “in 3 weeks”."
    )


def _day(year: str, month: str, day: str, text: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise RefusedError(
            f"There is no {quoted(text)} in the calendar. Write the day like this: year-month-day."
        ) from None


def _readings(slashes: re.Match[str]) -> str:
    one, other, year = (int(part) for part in slashes.groups())
    found = []
    for month, day in ((other, one), (one, other)):
        try:
            reading = date(year, month, day).isoformat()
        except ValueError:
            continue
        if reading not in found:
            found.append(reading)
    return " or ".join(found) or "year-month-day"


def _example(today: date) -> str:
    return (today + timedelta(days=21)).isoformat()
