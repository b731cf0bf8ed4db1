"""What a mock exam asks: its topics, how many questions there are for it, and which ones it gets."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Mapping, Sequence

from bot.domain.composition import compose
from bot.domain.exams import Exam
from bot.domain.questions import FEWEST_EXAM_QUESTIONS, Bank, Question, QuestionId
from bot.domain.rounds import Asked, shuffled_order
from bot.errors import RefusedError, quoted


def named_topics(bank: Bank, text: str) -> list[str]:
    """The names in a text with commas between them, in lower case. Titles, which may hold commas, become ids."""
    text = text.casefold()
    for topic in sorted(bank.topics_with_questions, key=lambda topic: -len(topic.title)):
        text = re.sub(rf"(^|,)\s*{re.escape(topic.title.casefold())}\s*(?=,|$)", rf"\g<1>{topic.id}", text)
    return [name.strip() for name in text.split(",")]


def read_topics(bank: Bank, text: str) -> tuple[str, ...]:
    """The topics of a bank that a text names (see `named_topics`), in the order of the bank; () for all of them.

    Raises:
        RefusedError: names the unknown ones.
    """
    there = [topic.id for topic in bank.topics_with_questions]
    names = dict.fromkeys(name for name in named_topics(bank, text) if name)
    unknown = [name for name in names if name not in there]
    if unknown:
        named = ", ".join(quoted(name) for name in unknown[:10])
        raise RefusedError(
            f"{bank.title} has no questions on {named}. Choose from the list while you type, or name some of these "
            f"with commas between them: {', '.join(there)}."
        )
    return tuple(topic for topic in there if topic in names) if len(names) < len(there) else ()


def pool(bank: Bank, topics: Collection[str], spoilers: Collection[QuestionId]) -> tuple[list[Question], int]:
    """The questions on topics (none named: all) that an exam can ask, and how many it must not because of spoilers.

    Raises:
        RefusedError: they are too few for an exam.
    """
    found = [question for question in bank.questions if not topics or question.topic in topics]
    free = [question for question in found if question.full_id not in spoilers]
    least = min(FEWEST_EXAM_QUESTIONS, len(bank.questions))
    if len(free) >= least:
        return free, len(found) - len(free)
    if len(found) < least:
        raise RefusedError(
            f"A mock exam needs {least} questions or more, and this has {len(found)}. Name more topics, or none for all "
            "of them."
        )
    raise RefusedError(
        f"A mock exam needs {least} questions or more, and {len(free)} can be asked now: the others still count "
        "for you in a challenge or a quiz. Answer them there first, or name more topics."
    )


def write_paper(
    exam: Exam, bank: Bank, questions: Sequence[Question], recent: Mapping[str, int]
) -> list[Asked]:
    """The questions of an exam in their order. They follow from its seed, `questions` and `recent` (see `compose`)."""
    chosen = compose(bank, questions, exam.questions, recent=recent, seed=exam.seed, weights_first=True)
    rng = random.Random(f"{exam.seed} options")  # noqa: S311 - a fair shuffle that can be repeated
    return [(question, shuffled_order(question, rng)) for question in chosen]
