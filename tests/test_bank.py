"""The shipped bank keeps what it promises."""

from __future__ import annotations

import ast
import re
import textwrap
from collections import Counter
from pathlib import Path

import pytest

from bot.banks.checks import check
from bot.banks.loader import load_catalog
from bot.domain.questions import Question

FOLDER = Path(__file__).parents[1] / "questions" / "hf-agents"
BANK = load_catalog(FOLDER).catalog.default

each_question = pytest.mark.parametrize("question", BANK.questions, ids=lambda question: question.id)


def test_the_checks_find_nothing() -> None:
    report = check(FOLDER)
    assert [str(finding) for finding in report.findings] == []


def test_it_is_large_and_covers_every_topic() -> None:
    assert len(BANK.questions) >= 216
    assert len(BANK.topics) == 18
    counts = Counter(question.topic for question in BANK.questions)
    for topic in BANK.topics.values():
        assert counts[topic.id] >= 4
        assert abs(100 * counts[topic.id] / len(BANK.questions) - topic.weight) <= 2


def test_it_asks_for_more_than_recall() -> None:
    assert sum(question.level in {"apply", "judge"} for question in BANK.questions) >= 60
    assert sum("```" in question.prompt for question in BANK.questions) >= 25
    for topic in BANK.topics:
        levels = {question.level for question in BANK.on_topic(topic)}
        assert levels == {"recall", "apply", "judge"}, topic


def test_the_questions_on_messages_begin_with_base_and_instruct_models() -> None:
    first = BANK.on_topic("messages")[0]
    assert first.id == "base-vs-instruct"
    assert first.prompt.strip() == "What is the difference between base models and instruct models?"


def test_it_says_what_it_is() -> None:
    assert BANK.title == "Hugging Face Agents Course"
    assert BANK.license == "CC-BY-4.0"
    assert "Unofficial" in BANK.disclaimer
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    levels = Counter(question.level for question in BANK.questions)
    snippets = sum("```" in question.prompt for question in BANK.questions)
    assert f"{len(BANK.questions)} questions on {len(BANK.topics)} topics" in card
    assert f"{levels['recall']} ask for recall, {levels['apply']} to" in card
    assert f"{levels['judge']} to judge a situation; {snippets} show" in card
    readme = (FOLDER.parents[1] / "README.md").read_text(encoding="utf-8")
    assert f"[{len(BANK.questions)} questions](" in readme


@each_question
def test_a_question_has_all_that_teaches(question: Question) -> None:
    assert 3 <= len(question.options) <= 4
    assert all(len(option.why.split()) >= 8 for option in question.options)
    assert len({option.why for option in question.options}) == len(question.options)
    assert 40 <= len(question.explanation.split()) <= 120
    assert len(question.hints) == 2
    assert question.facts
    assert question.references
    assert all(reference.url.startswith("https://") for reference in question.references)


def spaced(text: str) -> str:
    return f" {' '.join(re.findall(r'[a-z0-9_]+', text.lower()))} "


@each_question
def test_neither_prompt_nor_hints_contain_the_key(question: Question) -> None:
    for place in question.key:
        key = spaced(question.options[place].text)
        assert key.strip(), "the key has words to look for"
        for text in (question.prompt, *question.hints):
            assert key not in spaced(text)


@each_question
def test_python_in_a_prompt_is_python(question: Question) -> None:
    for code in re.findall(r"```python\n(.*?)```", question.prompt, flags=re.DOTALL):
        lines = textwrap.dedent(code)
        ast.parse(lines)
        assert max(map(len, lines.splitlines())) <= 60, "it fits a phone without breaking too often"
