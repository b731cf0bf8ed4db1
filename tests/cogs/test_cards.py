"""Every card of every question that the checks let through fits into what Discord takes."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.banks.format import QuestionFormat, to_question
from bot.banks.loader import load_catalog
from bot.banks.nonsense import CARD_TEXT
from bot.domain.boards import BoardPage, Score, rank
from bot.domain.challenges import Challenge, ChallengeEnd, ChallengeResult, Plan
from bot.domain.questions import Catalog, Question
from bot.domain.quizzes import EndReason, Quiz, quiz_result
from bot.domain.rounds import Answer, CloseReason, Round, round_result, shuffled_order
from bot.domain.scoring import grade
from bot.domain.statistics import Day, Statistics, TopicRecord
from bot.domain.streaks import Streak
from bot.domain.windows import Choice, Period, Span
from bot.study.announcer import Digest
from bot.study.boards import Board
from bot.study.hints import Hint
from bot.study.plans import Outlook
from bot.study.play import Played
from bot.study.replies import AnsweredBefore, Recorded, RoundOver
from cogs.cards.boards import board_card
from cogs.cards.challenges import challenge_card, digest_card, history_card, played_card, podium_card
from cogs.cards.guides import announcement_card, help_card
from cogs.cards.names import Names
from cogs.cards.plans import plan_card
from cogs.cards.questions import answer_sheet, closed_card, private_question_card, question_card
from cogs.cards.results import result_card, scoreboard_card
from cogs.cards.statistics import statistics_card, visibility_card
from cogs.cards.verdicts import explanation_card, hint_card, hint_choice_card, reply_card

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MEMBERS = [10**18 + number for number in range(60)]
QUESTIONS = load_catalog(Path(__file__).parents[2] / "questions").catalog.default.questions


QUIZ = Quiz(1, 10**19, 10**19, 10**19, "b", None, 600, NOW, 50, None, NOW, EndReason.AWAY)


CHALLENGE = Challenge(
    10**12, 10**19, 10**6, 10**19, "b", ("t" * 64,) * 18, 30, "s", NOW, NOW + timedelta(days=7), 10**19
)


def posted(question: Question, reason: CloseReason | None = None) -> Round:
    """A question as a round of a quiz."""
    order = shuffled_order(question, random.Random(1))
    end = NOW + timedelta(seconds=600)
    return Round(
        id=10**12,
        guild_id=10**19,
        channel_id=10**19,
        question=question,
        order=order,
        opened_at=NOW,
        closes_at=end,
        message_id=10**19,
        quiz_id=10**12,
        position=50,
        total=50,
        closed_at=end if reason else None,
        close_reason=reason,
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
            NOW.date(),
            timedelta(seconds=number),
        )
        for number, member in enumerate(MEMBERS)
    ]


def build_every_card(question: Question) -> None:
    """Build all cards of a question; each checks Discord's limits itself."""
    round_ = posted(question)
    for reason in (*CloseReason, None):
        question_card(posted(question, reason), "T" * 80, 99_999)
    given_answers = answers(round_)
    result = replace(round_result(round_, given_answers), voided=True)
    for reason in CloseReason:
        closed_card(posted(question, reason), "T" * 80, result)
        result_card(posted(question, reason), result, Names(), more=True)
    result_card(round_, round_result(round_, []), Names(), more=False)
    answer_sheet(round_, frozenset(range(len(question.options))))
    answer_sheet(round_, frozenset())
    for answer in given_answers[:3]:
        for reply in (
            Recorded(round_, answer, False),
            AnsweredBefore(round_, answer),
            RoundOver(round_, answer),
            RoundOver(round_, None),
            RoundOver(round_, answer, voided=True),
            RoundOver(round_, None, voided=True),
        ):
            reply_card(reply)
        explanation_card(round_, answer, voided=True)
    private = replace(round_, quiz_id=None, challenge_id=10**12, message_id=None)
    private_question_card(private, "T" * 80, NOW)
    for answer in given_answers[:3]:
        reply_card(Recorded(private, answer, False))
        reply_card(AnsweredBefore(replace(private, position=1), answer))
        reply_card(RoundOver(private, answer, voided=True))
    reply_card(RoundOver(private, None, voided=True))
    standings = rank([Score(member, 10**6, 10**6, 10**6, 3, NOW) for member in MEMBERS[:10]])
    improved = (MEMBERS[0], 0.1, 0.9)
    podium_card(ChallengeResult(CHALLENGE, standings, 10**6, 0.5, question, 0.0, improved), Names())
    for taken in range(1, len(question.hints) + 1):
        hint_card(Hint(round_, taken, True))
    hint_choice_card([round_] * 30)
    scoreboard_card(QUIZ, quiz_result([(round_, given_answers)]), Names())


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
    scores = [
        Score(member, 10**7 - member % 7, 10**6, 10**6, 3, NOW, timedelta(days=9)) for member in MEMBERS
    ]
    standings = rank(scores)
    streaks = {member: Streak(10**4, 9, 10**4) for member in MEMBERS}
    for span in (
        Span(Period.WEEK, NOW.date()),
        Span(Period.ALL),
        Span(Period.CHALLENGE, challenge_id=10**12),
    ):
        for own in (standings[0], standings[-1], None):
            for hidden in (True, False):
                page = BoardPage(2, 60, standings[20:30], own)
                challenge = CHALLENGE if span.period is Period.CHALLENGE else None
                board = Board(
                    *(span, 10**6, "b", "t", page, streaks, NOW, NOW, "America/Argentina/ComodRivadavia"),
                    *(Choice.THIS_WEEK if span.first else None, challenge, hidden),
                )
                board_card(board, "S" * 160, Names(viewer=own.score.member_id if own else None))
    catalog = load_catalog(Path(__file__).parents[2] / "questions").catalog
    help_card(Catalog({f"bank{number}": catalog.default for number in range(20)}))
    announcement_card(QUIZ, catalog.default, next(iter(catalog.default.topics.values())))


@pytest.mark.parametrize("end", [None, *ChallengeEnd])
def test_challenges(end: ChallengeEnd | None) -> None:
    challenge = replace(CHALLENGE, ended_at=NOW if end else None, end_reason=end)
    standings = rank([Score(member, 10**6, 30, 30, 60, NOW, timedelta(days=7)) for member in MEMBERS[:10]])
    page = BoardPage(0, 10**6, standings, None)
    challenge_card(challenge, ["T" * 80] * 18, page, Names(), 10**19)
    challenge_card(challenge, ["T" * 80] * 3, BoardPage(0, 0, (), None), Names())
    for standing in (None, standings[0]):
        for left in (0, 30):
            played_card(Played(challenge, standing, 10**6, left))
    past = replace(challenge, winners=(10**19,) * 3, players=10**6)
    history_card(10**6, 10**5, [past] * 10, Names())
    history_card(0, 0, [], Names())


def test_what_moderators_and_curious_members_see() -> None:
    bank = load_catalog(Path(__file__).parents[2] / "questions").catalog.default
    plan = Plan(
        10**19, 10**19, 10**19, bank.id, tuple(bank.topics), 6, 23, 17, None, 10**19, 10**19, True, "x" * 900
    )
    outlook = Outlook(plan, NOW, CHALLENGE, "America/Argentina/ComodRivadavia")
    plan_card(outlook, bank, [bank] * 30, ["W" * 900, "W" * 900, "W" * 900], {10**19})
    days = tuple(Day(NOW.date() - timedelta(days=number), 99, 99, 50, 999) for number in range(90))
    topics = tuple(TopicRecord(bank.id, topic, 50, 99) for topic in bank.topics)
    found = Statistics(
        10**19, NOW.date(), 10**6, 10**6, 10**6, 10**6, 10**7, Streak(999, 99, 999), days, topics
    )
    for hidden in (None, True, False):
        statistics_card(found, Catalog({bank.id: bank}), "D" * 1024, hidden=hidden)
        visibility_card(hidden=bool(hidden))
    week = Digest(10**19, 10**19, NOW, NOW, 10**6, 10**6, 10**5, None, BoardPage(0, 0, (), None))
    digest_card(week, Names())
