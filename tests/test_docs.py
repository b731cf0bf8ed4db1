"""The numbers in the docs for students are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.config import Settings
from bot.domain.exams import REMEMBERED
from bot.domain.reviews import FAST, NEW_IN_A_REVIEW
from bot.domain.sessions import MOST_TRIES
from bot.domain.study_plans import LONGEST_PLAN
from cogs.cards.sessions import QUESTIONS

PAGE = Path(__file__).parents[1] / "docs" / "studying.md"

NUMBERS = {"two": 2, "three": 3, "five": 5}
"""The numbers that the page has in words."""

RETENTION = round(100 * Settings.model_fields["retention"].default)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (r"goes through (\w+) questions", QUESTIONS),
        (r"asked up to (\w+) times", MOST_TRIES),
        (r"right within (\w+) seconds", FAST.total_seconds()),
        (r"up to (\w+) new questions", NEW_IN_A_REVIEW),
        (r"new questions, up to (\w+) again", NEW_IN_A_REVIEW),
        (r"fallen to about (\w+) %", RETENTION),
        (r"questions of your last (\w+) exams", REMEMBERED),
        (r"(\w+) years ahead at most", LONGEST_PLAN / 365),
    ],
)
def test_what_students_read_is_so(words: str, number: float) -> None:
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    (found,) = re.findall(words, page)
    assert NUMBERS.get(found, found) == number or found == str(round(number))


def test_plans_reach_as_far_as_the_list_of_commands_says() -> None:
    commands = PAGE.with_name("commands.md").read_text(encoding="utf-8")
    (found,) = re.findall(r"at most (\w+) years ahead", commands)
    assert NUMBERS[found] == LONGEST_PLAN / 365
