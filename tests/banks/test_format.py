"""Mistakes in what a bank's files say: each is reported at its line, in words for authors."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.banks.loader import load_catalog
from tests.banks.writing import ONE, bank_mistakes, expect, expect_among, mistakes, problems_in, write_bank

TEXT = '"Which one?"'
OPTION = '      - text: "the wrong one"\n        why: "It is not."\n'


def test_a_correct_bank_becomes_a_catalog(tmp_path: Path) -> None:
    write_bank(tmp_path / "small")
    loaded = load_catalog(tmp_path)
    assert loaded.problems == ()
    bank = loaded.catalog.default
    assert (bank.id, bank.title, bank.language, bank.license) == ("small", "Small bank", "en", "CC0-1.0")
    assert (bank.disclaimer, bank.pass_mark) == ("Made for tests.", 70)
    assert {id_: (topic.title, topic.weight) for id_, topic in bank.topics.items()} == {
        "one": ("First topic", 60),
        "two": ("Second topic", 40),
    }
    (question,) = bank.questions
    assert (question.bank, question.topic, question.id) == ("small", "one", "first")
    assert (question.prompt, question.explanation) == ("Which one?", "Because.")
    assert (question.level, question.difficulty, question.facts) == ("apply", "medium", ())
    assert [(o.text, o.why, o.correct, o.fixed) for o in question.options] == [
        ("the right one", "It is.", True, False),
        ("the wrong one", "It is not.", False, False),
    ]
    assert question.hints == ("gentle", "strong")
    assert [(r.title, r.url) for r in question.references] == [("A page", "https://example.org/page")]


def test_spaces_around_texts_do_not_matter(tmp_path: Path) -> None:
    write_bank(tmp_path / "small", one=ONE.replace(TEXT, "|\n      Which one?\n\n"))
    assert load_catalog(tmp_path).catalog.default.questions[0].prompt == "Which one?"


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("yes", "a yes/no value"),
        ("No", "a yes/no value"),
        ("1991", "a number"),
        ("3.5", "a number"),
        ("12:30", "a number"),
        ("2026-01-31", "a date"),
        ("2026-01-31 12:00:00", "a date"),
    ],
)
def test_text_that_yaml_reads_as_something_else(tmp_path: Path, written: str, kind: str) -> None:
    sentence = f'YAML reads this as {kind}, but it must be text; put it in quotes: "{written}"'
    expect(mistakes(tmp_path, TEXT, written), ("one.yaml", 5, f"question first, prompt: {sentence}"))


@pytest.mark.parametrize("written", ["null", "~", "", "# a comment"])
def test_text_that_is_null_or_left_out(tmp_path: Path, written: str) -> None:
    found = mistakes(tmp_path, TEXT, written)
    expect(found, ("one.yaml", 5, "question first, prompt: this is empty; write the text behind it"))


@pytest.mark.parametrize("written", ['""', '"  "', "|"])
def test_text_that_is_empty(tmp_path: Path, written: str) -> None:
    expect(mistakes(tmp_path, TEXT, written), ("one.yaml", 5, "prompt: this is empty; write a text"))


@pytest.mark.parametrize("written", ["[What]", "{What: now}", "\n      - What"])
def test_text_that_is_a_list_or_a_group(tmp_path: Path, written: str) -> None:
    (found,) = mistakes(tmp_path, TEXT, written)
    assert "question first, prompt: this must be one text, not a list or a group" in found[2]


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("id: first", "id: First One", 3, "'First One' can't be an id; use lower-case letters"),
        ("id: first", "id: first_one", 3, "as in base-vs-instruct"),
        ("id: first", "id: 12", 3, 'question 1, id: YAML reads this as a number, but it must be text; put it in quotes: "12"'),
        ("id: first", f"id: {'a' * 65}", 3, "id: this has 65 characters; at most 64 fit, shorten it"),
        ("level: apply", "level: aply", 4, "level: 'aply' is unknown here; write 'recall', 'apply' or 'judge'"),
        ("level: apply", "difficulty: 3", 4, "difficulty: '3' is unknown here; write 'easy', 'medium' or 'hard'"),
        (TEXT, f'"{"p" * 2001}"', 5, "question first, prompt: this has 2,001 characters; at most 2,000 fit, shorten it"),
        ('"It is not."', f'"{"w" * 501}"', 11, "question first, option 2, why: this has 501 characters; at most 500"),
        ("correct: true", 'correct: "true"', 8, "question first, option 1, correct: 'true' must be true or false, without quotes"),
        ("correct: true", "corect: false\n        correct: true", 8, "option 1, corect: this key is unknown; did you mean 'correct'?"),
        ("level: apply", "colour: red", 4, "question first, colour: this key is unknown; remove it"),
        ('        why: "It is not."\n', "", 10, "question first, option 2, why: this is missing; add it"),
        ('    explanation: "Because."\n', "", 3, "question first, explanation: this is missing; add it"),
        ("topic: one\n", "", 1, "topic: this is missing; add it"),
        (OPTION, "", 6, "at least 2"),
        (OPTION, "".join(OPTION.replace("the", f"{n}") for n in range(6)), 6, "more than 6"),
        ('["gentle", "strong"]', "gentle", 13, "hints: this must be a list; begin each entry on a line of its own with '- '"),
        ('["gentle", "strong"]', "[gentle, 5]", 13, "question first, hint 2: YAML reads this as a number"),
        ('["gentle", "strong"]', "[a, b, c, d, e]", 13, "more than 4"),
        ('      - text: "the right one"\n        correct: true\n        why: "It is."\n', "      - the right one\n", 7,
         "question first, option 1: this must be a group of keys and values"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_field(tmp_path: Path, old: str, new: str, line: int, sentence: str) -> None:
    expect(mistakes(tmp_path, old, new), ("one.yaml", line, sentence))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("        correct: true\n", "", "no option is correct; mark at least one with 'correct: true'"),
        (OPTION, OPTION + "        correct: true\n", "every option is correct; at least one must be wrong"),
        ("the wrong one", "The RIGHT one", "two options say the same; give each its own text"),
        ('"gentle", "strong"', '"same", "same"', "two hints say the same; remove one"),
        (TEXT, "|\n      ```py\n      x = 1", "prompt opens a code block (```) and does not close it"),
        (
            '"Because."',
            "|\n      ```py\n      x = 1",
            "explanation opens a code block (```) and does not close it",
        ),
    ],
)
def test_a_question_that_makes_no_sense(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    expect(mistakes(tmp_path, old, new), ("one.yaml", 3, f"question first: {sentence}"))


@pytest.mark.parametrize(
    "url",
    [
        "example.org",
        "ftp://example.org",
        "https://",
        "https://a b",
        "https://a/(b)",
        "https://a/<b>",
        "javascript:x",
    ],
)
def test_a_bad_address(tmp_path: Path, url: str) -> None:
    found = mistakes(tmp_path, "https://example.org/page", url)
    expect(found, ("one.yaml", 16, "question first, reference 1, url: this is not a full web address"))


@pytest.mark.parametrize("url", ["http://a:99999/", "https://[::1", "https://%zz"])
def test_an_address_that_only_looks_like_one(tmp_path: Path, url: str) -> None:
    ((file, line, what),) = mistakes(tmp_path, "https://example.org/page", url)
    assert file == "one.yaml"
    assert line in {15, 16}
    assert "question first, reference 1" in what


def long_card(prompt: str, option: str, why: str, options: int = 6) -> str:
    """A file with one question of these texts."""
    lines = [
        f'      - text: "{n}{option}"\n        why: "{why}"\n        correct: {str(n == 0).lower()}\n'
        for n in range(options)
    ]
    return (
        f'topic: one\nquestions:\n  - id: long\n    prompt: "{prompt}"\n    options:\n{"".join(lines)}'
        '    explanation: "Because."\n'
    )


@pytest.mark.parametrize(
    ("card", "text"),
    [
        (
            "the question card (prompt and options) would have 3,606 characters",
            long_card("p" * 1806, "o" * 299, "w"),
        ),
        ("the explanation card (options with their whys, ", long_card("p", "o" * 200, "w" * 500)),
        ("would take 8,106 bytes, and Discord takes 8,000", long_card("汉" * 1800, "字" * 150, "w")),
        ("would take 8,002 bytes, and Discord takes 8,000", long_card("🤗" * 2000, "", "w", options=2)),
        ("the explanation card (options with their whys, ", long_card("p", "字", "汉" * 450)),
    ],
)
def test_a_card_that_discord_would_not_take(tmp_path: Path, card: str, text: str) -> None:
    found = problems_in(write_bank(tmp_path / "small", one=text))
    expect(found, ("one.yaml", 3, card))
    assert found[0][2].endswith("beside the bot's own; shorten it")


def test_a_card_that_just_fits(tmp_path: Path) -> None:
    write_bank(tmp_path / "small", one=long_card("p" * 1800, "o" * 299, "w"))
    assert load_catalog(tmp_path).problems == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("weight: 40", "weight: 30", 1, "the weights of the topics add up to 90; they must add up to 100"),
        ("weight: 40", "weight: 0", 9, "topics, two, weight: '0' must be a whole number from 1 to 100"),
        ("weight: 40", 'weight: "40"', 9, "topics, two, weight: '40' must be a whole number from 1 to 100, without quotes"),
        ("weight: 40", "weight: 39.5", 9, "topics, two, weight: '39.5' must be a whole number"),
        ("weight: 40", "wieght: 40", 9, "topics, two, wieght: this key is unknown; did you mean 'weight'?"),
        ("pass_mark: 70", "pass_mark: 101", 6, "pass_mark: '101' must be a whole number from 1 to 100"),
        ("language: en", "language: no", 3, 'language: YAML reads this as a yes/no value, but it must be text; put it in quotes: "no"'),
        ("language: en", "language: English", 3, "language: this is not a language tag; write one such as en or pt-BR"),
        ("license: CC0-1.0", "licence: CC0-1.0", 4, "licence: this key is unknown; did you mean 'license'?"),
        ('"Small bank"', f'"{"t" * 81}"', 2, "title: this has 81 characters; at most 80 fit, shorten it"),
        ("  two:", "  Two Parts:", 9, "topics, Two Parts: 'Two Parts' can't be an id"),
        ("id: small", "id: Small", 1, "id: 'Small' can't be an id"),
    ],
)  # fmt: skip
def test_a_mistake_in_bank_yaml(tmp_path: Path, old: str, new: str, line: int, sentence: str) -> None:
    found = bank_mistakes(tmp_path, old, new)
    expect_among(found, "bank.yaml", line, sentence)  # a key that is misspelt is missing, too


@pytest.mark.parametrize("url", ["http://a:99999/", "https://[::1", "https://%zz"])
def test_an_address_that_only_looks_like_one_is_named(tmp_path: Path, url: str) -> None:
    found = mistakes(tmp_path, "https://example.org/page", url)
    expect(found, ("one.yaml", 16, "question first, reference 1, url: this is not a full web address"))


@pytest.mark.parametrize("old", ['"the wrong one"', '"It is not."', '"strong"'])
def test_a_code_block_left_open_anywhere(tmp_path: Path, old: str) -> None:
    expect(
        mistakes(tmp_path, old, '"```py"'), ("one.yaml", 3, "opens a code block (```) and does not close it")
    )


AUTHOR = "    level: apply\n    author: {}\n"


def test_a_question_can_name_the_member_who_wrote_it(tmp_path: Path) -> None:
    written = AUTHOR.format(1_400_000_000_000_000_001)
    write_bank(tmp_path / "small", one=ONE.replace("    level: apply\n", written))
    (question,) = load_catalog(tmp_path).catalog.default.questions
    assert question.author == 1_400_000_000_000_000_001


@pytest.mark.parametrize("author", ["0", "-3", str(1 << 63), '"ada"', "1.5"])
def test_an_author_who_is_no_discord_id(tmp_path: Path, author: str) -> None:
    (mistake,) = mistakes(tmp_path, "    level: apply\n", AUTHOR.format(author))
    assert mistake[:2] == ("one.yaml", 5)
    assert "is no Discord id; write the member's as a number without quotes" in mistake[2]
