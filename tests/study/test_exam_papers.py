"""How the topics of a mock exam are read, and which questions it can ask."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.questions import Bank, Topic
from bot.errors import RefusedError
from bot.study.exam_papers import named_topics, pool, read_topics
from tests.domain.examples import make_bank, make_question

TITLES = {
    "tools": "Tools",
    "loops": "Tools, loops and so on",
    "my-tools": "Own tools",
    "none": "No questions",
}


def bank(each: int = 3) -> Bank:
    """A bank with so many questions on each topic but the last, with titles that hold commas and each other."""
    questions = [make_question(f"{id_}-{n}", topic=id_) for id_ in list(TITLES)[:3] for n in range(each)]
    made = make_bank(questions, tools=25, loops=25, **{"my-tools": 25, "none": 25})
    return replace(made, topics={id_: Topic(id_, title, 25) for id_, title in TITLES.items()})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", [""]),
        ("tools,", ["tools", ""]),
        ("TOOLS , my-tools", ["tools", "my-tools"]),
        ("Tools, loops and so on", ["loops"]),
        ("Tools, loops and so on, own tools,Tools", ["loops", "my-tools", "tools"]),
        ("tools, loo", ["tools", "loo"]),
        ("unknown, Tools", ["unknown", "tools"]),
    ],
)
def test_names_are_ids_or_titles_with_commas_between_them(text: str, names: list[str]) -> None:
    assert named_topics(bank(), text) == names


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("", ()),
        (" , ,", ()),
        ("my-tools, tools, my-tools", ("tools", "my-tools")),
        ("loops,tools,my-tools", ()),  # that is all that have questions
    ],
)
def test_topics_come_in_the_order_of_the_bank_and_all_is_none_named(
    text: str, topics: tuple[str, ...]
) -> None:
    assert read_topics(bank(), text) == topics


def test_unknown_topics_are_all_named_and_so_are_those_that_there_are() -> None:
    with pytest.raises(RefusedError) as refused:
        read_topics(bank(), "tools, foo, none, bar")
    assert "has no questions on `foo`, `none`, `bar`." in str(refused.value)
    assert str(refused.value).endswith(": tools, loops, my-tools.")


def test_what_still_counts_elsewhere_is_left_out() -> None:
    spoilers = {("sample", "tools-0"), ("sample", "loops-2"), ("other", "loops-1")}
    free, withheld = pool(bank(), (), spoilers)
    assert (len(free), withheld) == (7, 2)
    assert not spoilers & {question.full_id for question in free}
    free, withheld = pool(bank(), ("tools", "loops", "my-tools"), set())
    assert (len(free), withheld) == (9, 0)
    assert {
        question.topic for question in pool(bank(5), ("tools",), spoilers - {("sample", "tools-0")})[0]
    } == {"tools"}


def test_too_few_questions_are_no_exam() -> None:
    with pytest.raises(RefusedError, match="needs 5 questions or more, and this has 3"):
        pool(bank(), ("tools",), set())
    spoilers = {("sample", f"tools-{n}") for n in range(3)}
    with pytest.raises(RefusedError, match="and 3 can be asked now: the others still count"):
        pool(bank(), ("tools", "loops"), spoilers)
    assert len(pool(bank(1), (), set())[0]) == 3  # all that a small bank has
