"""Every card of mock exams fits into what Discord takes; `card()` checks that itself."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bot.banks.format import QuestionFormat, to_question
from bot.banks.nonsense import CARD_TEXT
from bot.domain.exams import Exam, ExamEnd, ExamItem, graded, report
from bot.domain.questions import Bank, Catalog, Question, Topic
from bot.domain.rounds import shuffled_order
from bot.study.exam_states import Preparation, Sitting, WrongPage
from cogs.cards.exam_reports import history_card, report_card, wrong_card
from cogs.cards.exams import confirmation_card, overview_card, preparation_card, question_card
from tests.cogs.test_cards import QUESTIONS

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TITLE = "T" * 80

TOPICS = {f"topic-{number}": Topic(f"topic-{number}", TITLE, 2) for number in range(50)}
BANK = Bank("b", TITLE, "en", "CC0-1.0", "D" * 1000, 80, TOPICS, QUESTIONS)
CATALOG = Catalog({"b": BANK})

RUNNING = Exam(
    *(10**17, 10**19, 10**19, "b", tuple(TOPICS), 100, 300, 80, "f" * 16, NOW),
    started_at=NOW,
    ends_at=NOW + timedelta(minutes=300),
    position=50,
    since=NOW,
)
OVER = replace(
    RUNNING, ended_at=RUNNING.ends_at, end_reason=ExamEnd.TIME, day=NOW.date(), correct=0, in_review=False
)


def item(question: Question, choice: frozenset[int] = frozenset(), **changes: Any) -> ExamItem:
    """A question in an exam."""
    order = shuffled_order(question, random.Random(1))
    return replace(ExamItem(100, question, order, choice, True, timedelta(hours=5)), **changes)


def page_of(wrong: ExamItem, *, waits: bool = False) -> WrongPage:
    """The only page of an exam with one question."""
    return WrongPage(report(OVER, [wrong], BANK), 1, waits)


def build_every_card(question: Question) -> None:
    """Build all cards of a question, with all kinds of choices."""
    every = frozenset(range(len(question.options)))
    for choice in (frozenset[int](), question.key, every - question.key, frozenset({0})):
        found = item(question, choice)
        question_card(Sitting(RUNNING, (found,) * 100), found)
        (wrong,) = graded([found])
        if choice != question.key:
            for waits in (False, True):
                wrong_card(page_of(wrong, waits=waits), TITLE)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_each_question_of_the_shipped_bank_fits_on_every_card(question: Question) -> None:
    build_every_card(question)


def _values(prompt: str, texts: Sequence[str], whys: Sequence[str], explanation: str) -> dict[str, Any]:
    options = [
        {"text": f"{place}{text}", "why": why, "correct": place < 3}
        for place, (text, why) in enumerate(zip(texts, whys, strict=True))
    ]
    return {"id": "x", "prompt": prompt, "options": options, "explanation": explanation}


@pytest.mark.parametrize("letter", ["a", "学", "🎓", "`", "\n"])
def test_the_largest_questions_that_pass_the_checks_fit_on_every_card(letter: str) -> None:
    built = 0
    for prompt in (2000, 1500, 1000, 10):
        for text in (299, 100, 10):
            for why in (500, 250, 60):
                for explanation in (2000, 1000, 400, 100):
                    values = _values(
                        f"x{letter * (prompt - 2)}y",
                        [f"{letter * (text - 2)}y"] * 6,
                        [f"x{letter * (why - 2)}y"] * 6,
                        f"x{letter * (explanation - 2)}y",
                    )
                    try:
                        question = QuestionFormat.model_validate(values)
                    except ValidationError:
                        continue  # too large, as it should be
                    build_every_card(to_question("b", "t", question))
                    built += 1
    assert built > 5


def test_a_long_prompt_beside_long_explanations_is_named_by_its_beginning() -> None:
    values = _values("p" * 1700, ["o" * 200] * 6, ["w" * 150] * 6, "e" * (CARD_TEXT - 2200))
    question = to_question("b", "t", QuestionFormat.model_validate(values))
    (wrong,) = graded([item(question, frozenset({3, 4, 5}))])
    shown = str(wrong_card(page_of(wrong), TITLE).to_components())
    assert "p" * 100 in shown
    assert "p" * 160 not in shown
    short = replace(question, prompt="Which ones?")
    (wrong,) = graded([item(short, frozenset({3, 4, 5}))])
    assert "Which ones?" in str(wrong_card(page_of(wrong), TITLE).to_components())


def test_a_preparation_with_fifty_topics_of_the_longest_titles_fits() -> None:
    for last in (None, OVER):
        preparation_card(Preparation(replace(RUNNING, questions=99), BANK, 100, 10**4, last))


def test_the_overview_of_a_hundred_questions_fits_where_no_two_neighbours_are_alike() -> None:
    every_other = [
        item(
            QUESTIONS[0],
            QUESTIONS[0].key if number % 2 else frozenset(),
            position=number,
            flagged=bool(number % 3),
        )
        for number in range(1, 101)
    ]
    sitting = Sitting(RUNNING, tuple(every_other))
    overview_card(sitting)
    confirmation_card(sitting)


@pytest.mark.parametrize("topics", [1, 20, 21, 50])
def test_a_report_fits_however_many_topics_it_has(topics: int) -> None:
    questions = [replace(QUESTIONS[0], topic=f"topic-{number % topics}") for number in range(100)]
    items = graded(item(question, position=n) for n, question in enumerate(questions, start=1))
    for bank in (BANK, None):
        for with_picture in (True, False):
            report_card(report(OVER, items, bank), CATALOG, with_picture=with_picture)


def test_every_page_of_a_hundred_past_exams_fits() -> None:
    exams = [replace(OVER, id=10**17 + number, bank="bc"[number % 2] * 60) for number in range(100)]
    for page in (0, 5, 12, 10**17):
        history_card(exams, RUNNING, page, CATALOG, with_picture=True)
    history_card([], RUNNING, 0, CATALOG, with_picture=True)
