"""Every card of practice and review of every question that the checks let through fits into what Discord takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from fsrs import Rating

from bot.banks.format import QuestionFormat, to_question
from bot.banks.loader import load_catalog
from bot.banks.nonsense import CARD_BYTES, CARD_TEXT
from bot.domain.questions import Catalog, Question
from bot.domain.reviews import ReviewCard, Workload
from bot.domain.scoring import grade
from bot.domain.sessions import MOST_TRIES, Item, Kind, Session, summary
from bot.study.steps import Answered, Asking, NothingDue, Over, Unfinished, Wish
from cogs.cards.sessions import answered_card, item_card
from cogs.cards.summaries import nothing_due_card, over_card, unfinished_card

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CATALOG = load_catalog(Path(__file__).parents[2] / "questions").catalog
DUE = ReviewCard("b", "x", 1.0, 1.0, date(2026, 1, 1), date(2126, 1, 1), Rating.Good)
WORK = Workload((DUE,) * 9999, 9999, 99_999, date(2026, 9, 30))
ID = 10**12


def sessions(question: Question) -> Iterator[tuple[Session, Item]]:
    """Sessions that ask a question, before and after an answer."""
    order = tuple(reversed(range(len(question.options))))
    item = Item(ID, 99, question, order, is_new=True)
    wrong = frozenset(list(set(order) - question.key)[: question.choose])
    for kind in Kind:
        for hints in range(len(question.hints) + 1):
            asked = replace(item, hints=hints)
            for choice in (None, question.key, wrong):
                outcome = grade(question.key, choice).outcome if choice else None
                answered = replace(asked, choice=choice, outcome=outcome, took=timedelta(), sure=True)
                items = (answered if choice else asked, replace(item, id=ID + 1))
                yield Session(ID, ID, None, kind, "b", "t" * 64, "medium", NOW, None, items), items[0]


def build_every_card(question: Question) -> None:
    """Build all cards of a question; each checks Discord's limits itself."""
    for session, item in sessions(question):
        work = WORK if session.kind is Kind.REVIEW else None
        for ended_at in (None, NOW):
            at = replace(session, ended_at=ended_at)
            if item.choice is not None:
                answered_card(Answered(at, item, DUE))
                answered_card(Answered(at, item, DUE), in_full=True)
        if item.choice is None:
            for ticks in range(question.choose + 1):
                item_card(Asking(session, replace(item, ticked=frozenset(range(ticks))), work), "T" * 80)


@pytest.mark.parametrize("question", CATALOG.default.questions, ids=lambda question: question.id)
def test_cards_of_the_shipped_bank(question: Question) -> None:
    build_every_card(question)


def largest(letter: str, keys: int) -> list[Question]:
    """Questions that the checks just let through: with a long prompt, or long reasons, and long hints."""
    size = min(CARD_TEXT, CARD_BYTES // len(letter.encode()))
    hints = [f"{n}{letter * min(490, size // 5)}" for n in range(4)]

    def question(prompt: int, option: int, why: int, explanation: int) -> Question:
        options = [
            {"text": f"{n}{letter * (option - 1)}", "why": f"{n}{letter * (why - 1)}", "correct": n < keys}
            for n in range(6)
        ]
        values = {"id": "x" * 64, "prompt": letter * prompt, "options": options, "hints": hints}
        values["explanation"] = letter * explanation
        values["references"] = [{"title": "T" * 20, "url": "https://example.org/"}]
        return to_question("b", "t" * 64, QuestionFormat.model_validate(values))

    rest, tenth = size - 60, size // 10
    return [
        question(min(2000, rest // 2), min(300, rest // 12), 10, 20),
        question(20, tenth // 2, tenth, rest - 6 * (tenth + tenth // 2) - 10),
    ]


@pytest.mark.parametrize("keys", [1, 2, 5])
@pytest.mark.parametrize("letter", ["a", "é", "学", "🎓"])
def test_cards_of_the_largest_questions_that_pass_the_checks(letter: str, keys: int) -> None:
    for question in largest(letter, keys):
        build_every_card(question)


def test_a_hint_is_cut_only_where_there_is_no_room() -> None:
    def shown(question: Question) -> str:
        item = Item(1, 1, question, tuple(range(len(question.options))), hints=4)
        session = Session(1, 1, None, Kind.PRACTICE, "b", None, None, NOW, None, (item,))
        return str(item_card(Asking(session, item, None), "T").to_components())

    long, _ = largest("a", 1)
    assert len(long.prompt) > 1700
    cut = shown(long)
    assert all(f"**Hint {n + 1}**  {n}aaa" in cut for n in range(4))
    assert long.hints[0] not in cut
    fitting = shown(replace(long, prompt="p" * 40, options=long.options[:4]))
    assert all(hint in fitting for hint in long.hints)


@pytest.mark.parametrize("kind", Kind)
def test_the_largest_summaries(kind: Kind) -> None:
    question = replace(CATALOG.default.questions[0], prompt="p" * 2000)
    items = tuple(
        Item(
            number * 3 + tries,
            1,
            asked,
            (0, 1),
            choice=frozenset({3}),
            outcome=grade(asked.key, frozenset()).outcome,
        )
        for number in range(50)
        for asked in [replace(question, id=f"q{number}", topic=f"{number % 20:064}")]
        for tries in range(MOST_TRIES)
    )
    for ended in (items, items[:0], items[:1]):
        session = Session(ID, ID, None, kind, "b", None, None, NOW, NOW, ended)
        for work in (None, WORK, Workload((), 0, 0, None)):
            over_card(Over(session, summary(session), ID, work), CATALOG)
            over_card(Over(session, summary(session), ID, work), Catalog({}))


def test_the_largest_offers() -> None:
    session = Session(ID, ID, None, Kind.PRACTICE, "b" * 64, "t" * 64, None, NOW, None, ())
    for difficulty in (None, "hard"):
        unfinished_card(Unfinished(session, Wish(CATALOG.default, None, difficulty, 50), ID), CATALOG)
    for new in (0, 5):
        nothing_due_card(NothingDue(WORK, new, ID))
        nothing_due_card(NothingDue(Workload((), 0, 0, None, withheld=9), new, ID))
