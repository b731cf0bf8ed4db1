"""Every card of every question that the checks let through fits into what Discord takes."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.banks.format import QuestionFormat, to_question
from bot.banks.loader import load_catalog
from bot.banks.nonsense import CARD_TEXT
from bot.domain.boards import Score, rank
from bot.domain.questions import Catalog, Question
from bot.domain.quizzes import EndReason, Quiz, quiz_result
from bot.domain.rounds import Answer, CloseReason, Round, round_result, shuffled_order
from bot.domain.scoring import grade
from bot.domain.windows import Period, Window
from bot.study.boards import Board
from bot.study.hints import Hint
from bot.study.replies import AnsweredBefore, Recorded, RoundOver
from cogs.cards.guides import announcement_card, help_card
from cogs.cards.questions import answer_sheet, closed_card, question_card
from cogs.cards.results import board_card, result_card, scoreboard_card
from cogs.cards.verdicts import explanation_card, hint_card, hint_choice_card, reply_card

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MEMBERS = [10**18 + number for number in range(60)]
QUESTIONS = load_catalog(Path(__file__).parents[2] / "questions").catalog.default.questions


QUIZ = Quiz(1, 10**19, 10**19, 10**19, "b", None, 600, NOW, 50, None, NOW, EndReason.AWAY)


def posted(question: Question, reason: CloseReason | None = None) -> Round:
    """A question as a round of a quiz."""
    order = shuffled_order(question, random.Random(1))
    end = NOW + timedelta(seconds=600)
    return Round(
        10**12,
        10**19,
        10**19,
        question,
        order,
        NOW,
        end,
        10**19,
        10**12,
        50,
        50,
        end if reason else None,
        reason,
    )


def answers(round_: Round) -> list[Answer]:
    """Answers of many members, of all kinds."""
    question = round_.question
    choices = [question.key, frozenset(range(len(question.options))) - question.key, frozenset({0})]
    return [
        Answer(
            round_.id,
            member,
            (choice := choices[number % 3]),
            NOW + timedelta(days=6, seconds=number),
            len(question.hints),
            grade(question.key, choice).outcome,
            15,
        )
        for number, member in enumerate(MEMBERS)
    ]


def build_every_card(question: Question) -> None:
    """Build all cards of a question; each checks Discord's limits itself."""
    round_ = posted(question)
    for reason in (*CloseReason, None):
        question_card(posted(question, reason), "T" * 80, 99_999)
    given_answers = answers(round_)
    result = round_result(round_, given_answers)
    for reason in CloseReason:
        closed_card(posted(question, reason), "T" * 80, result)
        result_card(posted(question, reason), result, more=True)
    result_card(round_, round_result(round_, []), more=False)
    answer_sheet(round_, frozenset(range(len(question.options))))
    answer_sheet(round_, frozenset())
    for answer in given_answers[:3]:
        for reply in (
            Recorded(round_, answer, False),
            AnsweredBefore(round_, answer),
            RoundOver(round_, answer),
            RoundOver(round_, None),
        ):
            reply_card(reply)
        explanation_card(round_, answer)
    for taken in range(1, len(question.hints) + 1):
        hint_card(Hint(round_, taken, True))
    hint_choice_card([round_] * 30)
    scoreboard_card(QUIZ, quiz_result([(round_, given_answers)]))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_cards_of_the_shipped_bank(question: Question) -> None:
    build_every_card(question)


letters = st.sampled_from(["a", "é", "学", "🎓", "`", "*", "\n", " b"])


def texts(longest: int) -> st.SearchStrategy[str]:
    """Texts up to a length, mostly near it, with a mark at both ends so that stripping does not shorten them."""
    return st.builds(
        lambda letter, length: ("x" + letter * length)[: longest - 1] + "y",
        letters,
        st.one_of(st.integers(0, longest), st.just(longest)),
    )


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_cards_of_the_largest_questions_that_pass_the_checks(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 6))
    keys = data.draw(st.integers(1, count - 1))
    values = {
        "id": "x" * 64,
        "prompt": data.draw(texts(2000)).replace("```", ""),
        "options": [
            {"text": f"{place}{data.draw(texts(299))}", "why": data.draw(texts(500)), "correct": place < keys}
            for place in range(count)
        ],
        "explanation": data.draw(texts(2000)).replace("```", ""),
        "hints": [f"{step}{data.draw(texts(499))}" for step in range(data.draw(st.integers(0, 4)))],
        "references": [
            {
                "title": data.draw(texts(100)),
                "url": "https://example.org/" + "u" * data.draw(st.integers(0, 480)),
            }
            for _ in range(data.draw(st.integers(0, 4)))
        ],
    }
    try:
        question = QuestionFormat.model_validate(values)
    except ValidationError:
        return  # refused, as it must be when it is too large; the shipped bank shows that not all are
    build_every_card(to_question("b", "t", question))


def test_a_question_exactly_at_the_limit() -> None:
    options = [{"text": f"{n}" + "o" * 299, "why": "w" * 20, "correct": n == 0} for n in range(6)]
    values = {"id": "x", "prompt": "p" * (CARD_TEXT - 1800), "options": options, "explanation": "e" * 1680}
    build_every_card(to_question("b", "t", QuestionFormat.model_validate(values)))
    with pytest.raises(ValidationError, match="3,601 characters"):
        QuestionFormat.model_validate({**values, "prompt": "p" * (CARD_TEXT - 1799)})


def test_boards_and_guides() -> None:
    scores = [Score(member, 10**7 - member % 7, 10**6, 10**6, 3, NOW) for member in MEMBERS]
    for period in Period:
        board = Board(
            period, Window(NOW, NOW) if period is not Period.ALL_TIME else Window(None, None), rank(scores)
        )
        for member in (MEMBERS[0], MEMBERS[-1], 5):
            board_card(board, member)
    catalog = load_catalog(Path(__file__).parents[2] / "questions").catalog
    help_card(Catalog({f"bank{number}": catalog.default for number in range(20)}))
    announcement_card(QUIZ, catalog.default, next(iter(catalog.default.topics.values())))
