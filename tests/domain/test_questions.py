"""Questions, their versions, and the banks they come from."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import LETTERS, Catalog, Option, Question, Reference, from_mask, to_mask
from tests.domain.examples import make_bank, make_question

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
questions = st.builds(
    Question,
    bank=text,
    id=text,
    topic=text,
    prompt=text,
    options=st.lists(st.builds(Option, text, text, st.booleans(), st.booleans()), max_size=3).map(tuple),
    explanation=text,
    hints=st.lists(text, max_size=2).map(tuple),
    references=st.lists(st.builds(Reference, text, text), max_size=2).map(tuple),
    level=text,
    difficulty=text,
    facts=st.lists(text, max_size=2).map(tuple),
    author=st.none() | st.integers(1, 1 << 62),
)


@given(questions)
def test_a_question_comes_back_from_json(question: Question) -> None:
    stored = json.dumps(question.to_dict())
    assert Question.from_dict(json.loads(stored)) == question


@given(questions)
def test_the_version_survives_storing(question: Question) -> None:
    assert Question.from_dict(json.loads(json.dumps(question.to_dict()))).version == question.version


@given(questions, questions)
def test_versions_are_equal_only_for_equal_questions(one: Question, other: Question) -> None:
    assert (one.version == other.version) == (one == other)


@pytest.mark.parametrize(
    "change",
    [
        {"bank": "x"},
        {"id": "x"},
        {"topic": "x"},
        {"prompt": "x"},
        {"explanation": "x"},
        {"hints": ("x",)},
        {"references": (Reference("x", "https://example.org"),)},
        {"level": "judge"},
        {"difficulty": "hard"},
        {"facts": ("x",)},
        {"author": 9_000_000_000_000_000_001},
        {"options": make_question(options=5).options},
        {"options": make_question(key=(1,)).options},
        {"options": make_question().options[::-1]},
        {"options": (*make_question().options[:3], Option("option 3", "why 3", fixed=True))},
        {"options": (*make_question().options[:3], Option("option 3", "another why"))},
    ],
    ids=str,
)
def test_any_change_makes_a_new_version(change: dict[str, Any]) -> None:
    assert replace(make_question(), **change).version != make_question().version


def test_a_question_from_before_there_were_authors_has_none() -> None:
    stored = make_question().to_dict()
    del stored["author"]
    assert Question.from_dict(stored) == make_question()
    assert make_question().author is None


def test_text_that_moves_between_options_makes_a_new_version() -> None:
    one = replace(make_question(), options=(Option("ab", "c"), Option("d", "e")))
    other = replace(make_question(), options=(Option("a", "bc"), Option("d", "e")))
    assert one.version != other.version


def test_the_key_holds_the_places_of_the_correct_options() -> None:
    question = make_question(key=(1, 3))
    assert question.key == {1, 3}
    assert question.choose == 2


@given(st.frozensets(st.integers(0, 5)))
def test_choices_come_back_from_their_masks(places: frozenset[int]) -> None:
    assert from_mask(to_mask(places)) == places


def test_there_is_a_letter_for_each_of_six_options() -> None:
    assert len(LETTERS) == 6


def test_questions_on_a_topic_or_on_all() -> None:
    one, two = make_question("a", topic="one"), make_question("b", topic="two")
    bank = make_bank([one, two], one=50, two=50)
    assert bank.on_topic("two") == (two,)
    assert bank.on_topic(None) == (one, two)
    assert bank.on_topic("three") == ()


def test_topics_without_questions_are_left_out_and_the_bank_keeps_their_order() -> None:
    bank = make_bank(
        [make_question("a", topic="two"), make_question("b", topic="one")], one=40, empty=20, two=40
    )
    assert [topic.id for topic in bank.topics_with_questions] == ["one", "two"]


def test_the_first_bank_is_the_default() -> None:
    first, second = make_bank(), make_bank()
    assert Catalog({"a": first, "b": second}).default is first


def test_a_topic_is_called_by_its_title() -> None:
    catalog = Catalog({"sample": make_bank([make_question()], one=100)})
    assert catalog.topic_title(make_question()) == "Topic one"


def test_a_topic_or_a_bank_that_is_gone_is_called_by_its_id() -> None:
    catalog = Catalog({"sample": make_bank([make_question()], one=100)})
    assert catalog.topic_title(make_question(topic="gone")) == "gone"
    assert Catalog().topic_title(make_question()) == "one"


@pytest.mark.parametrize(
    ("bank", "topic", "name"),
    [
        ("sample", "one", "Topic one (Sample)"),
        ("sample", "gone", "gone (Sample)"),
        ("sample", "", "Sample"),
        ("gone", "", "gone"),
        ("gone", "one", "one (gone)"),
    ],
)
def test_a_subject_is_called_by_its_titles_as_far_as_they_are_known(bank: str, topic: str, name: str) -> None:
    assert Catalog({"sample": make_bank([make_question()], one=100)}).subject(bank, topic) == name
