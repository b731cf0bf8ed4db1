"""What a bank says of its mock exam."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.banks.checks import check
from bot.banks.loader import load_catalog
from bot.domain.questions import (
    FEWEST_EXAM_QUESTIONS,
    LONGEST_EXAM,
    MOST_EXAM_QUESTIONS,
    SHORTEST_EXAM,
    ExamFormat,
)
from tests.banks.writing import BANK, ONE, Found, expect, problems_in, write_bank

ROOT = Path(__file__).parents[2]
LINE = BANK.count("\n") + 1


def numbered(count: int, first: int = 0) -> str:
    """A file with so many questions."""
    head, question = ONE.split("questions:\n")
    copies = [question.replace("id: first", f"id: number-{first + n}") for n in range(count)]
    return f"{head}questions:\n{''.join(copies)}"


def exam_mistakes(folder: Path, exam: str, questions: int = MOST_EXAM_QUESTIONS) -> list[Found]:
    """What is wrong with this exam in a bank of so many questions."""
    return problems_in(write_bank(folder / "small", bank=f"{BANK}exam: {exam}\n", one=numbered(questions)))


@pytest.mark.parametrize(
    ("exam", "expected"),
    [
        ("", ExamFormat(30, 45)),
        ("exam: {}\n", ExamFormat(30, 45)),
        ("exam: {questions: 40, minutes: 60}\n", ExamFormat(40, 60)),
        ("exam: {questions: 40}\n", ExamFormat(40, 45)),
        ("exam: {minutes: 60}\n", ExamFormat(30, 60)),
        ("exam:\n  minutes: 300\n  questions: 100\n", ExamFormat(100, 300)),
        ("exam: {questions: 5, minutes: 5}\n", ExamFormat(5, 5)),
    ],
)
def test_a_bank_says_what_its_exam_looks_like(tmp_path: Path, exam: str, expected: ExamFormat) -> None:
    write_bank(tmp_path / "small", bank=BANK + exam, one=numbered(MOST_EXAM_QUESTIONS))
    loaded = load_catalog(tmp_path)
    assert loaded.problems == ()
    assert loaded.catalog.default.exam == expected


@pytest.mark.parametrize(
    ("exam", "sentence"),
    [
        ("{questions: 4}", "exam, questions: '4' must be a whole number from 5 to 100, without quotes"),
        ("{questions: 101}", "exam, questions: '101' must be a whole number from 5 to 100"),
        ("{questions: -40}", "exam, questions: '-40' must be a whole number from 5 to 100"),
        ("{questions: 40.5}", "exam, questions: '40.5' must be a whole number from 5 to 100"),
        ('{questions: "40"}', "exam, questions: '40' must be a whole number from 5 to 100, without quotes"),
        ("{questions: yes}", "exam, questions: 'yes' must be a whole number from 5 to 100"),
        ("{questions: }", "exam, questions: this must be a whole number from 5 to 100"),
        ("{minutes: 4}", "exam, minutes: '4' must be a whole number from 5 to 300, without quotes"),
        ("{minutes: 301}", "exam, minutes: '301' must be a whole number from 5 to 300"),
        ("{minutes: an hour}", "exam, minutes: 'an hour' must be a whole number from 5 to 300"),
        ("{minuets: 60}", "exam, minuets: this key is unknown; did you mean 'minutes'?"),
        ("{colour: red}", "exam, colour: this key is unknown; remove it"),
        ("{pass_mark: 80}", "exam, pass_mark: this key does not belong here; remove it, or move it"),
        ("40", "exam: this must be a group of keys and values, such as questions: 40"),
        ("", "exam: this must be a group of keys and values, such as questions: 40"),
        ("[40, 60]", "exam: this must be a group of keys and values, such as questions: 40"),
    ],
)
def test_a_mistake_in_the_exam(tmp_path: Path, exam: str, sentence: str) -> None:
    expect(exam_mistakes(tmp_path, exam), ("bank.yaml", LINE, sentence))


def test_both_numbers_are_judged_each_on_its_line(tmp_path: Path) -> None:
    expect(
        exam_mistakes(tmp_path, "\n  questions: 0\n  minutes: 0"),
        ("bank.yaml", LINE + 1, "exam, questions: '0' must be a whole number from 5 to 100"),
        ("bank.yaml", LINE + 2, "exam, minutes: '0' must be a whole number from 5 to 300"),
    )


def test_minutes_stand_in_the_group(tmp_path: Path) -> None:
    write_bank(tmp_path / "small", bank=f"{BANK}minutes: 60\n")
    expect(problems_in(tmp_path), ("bank.yaml", LINE, "minutes: this key does not belong here"))


def test_a_topic_may_be_called_exam(tmp_path: Path) -> None:
    bank = BANK.replace("weight: 60", "weight: 100").replace('{title: "Second topic", weight: 40}', "40")
    found = problems_in(write_bank(tmp_path / "small", bank=bank.replace("  two:", "  exam:")))
    sentence = 'topics, exam: this must be a group of keys and values, such as title: "…"'
    expect(found, ("bank.yaml", 9, sentence))


@pytest.mark.parametrize(
    ("questions", "advice"),
    [(39, "write at most 39"), (5, "write at most 5"), (4, "leave it out"), (1, "leave it out")],
)
def test_an_exam_of_more_questions_than_there_are(tmp_path: Path, questions: int, advice: str) -> None:
    sentence = f"exam, questions: '40' is more than this bank has; {advice}, or add questions"
    found = exam_mistakes(tmp_path, "\n  minutes: 60\n  questions: 40", questions)
    expect(found, ("bank.yaml", LINE + 2, sentence))


def test_the_questions_of_all_files_count(tmp_path: Path) -> None:
    bank = f"{BANK}exam: {{questions: 40}}\n"
    more = numbered(10, first=30).replace("topic: one", "topic: two")
    write_bank(tmp_path / "small", bank=bank, one=numbered(30), two=more)
    assert problems_in(tmp_path) == []


@pytest.mark.parametrize("exam", ["", "exam: {}\n", "exam: {minutes: 60}\n"])
def test_a_small_bank_that_asks_for_nothing_is_fine(tmp_path: Path, exam: str) -> None:
    write_bank(tmp_path / "small", bank=BANK + exam)
    loaded = load_catalog(tmp_path)
    assert loaded.problems == ()
    assert loaded.catalog.default.exam.questions > len(loaded.catalog.default.questions)


def test_other_mistakes_do_not_hide_that_there_are_too_few(tmp_path: Path) -> None:
    bank = f"{BANK}exam: {{questions: 7}}\n".replace("pass_mark: 70", "pass_mark: 0")
    one = numbered(6).replace("level: apply", "level: aply", 1)
    expect(
        problems_in(write_bank(tmp_path / "small", bank=bank, one=one)),
        ("bank.yaml", 6, "pass_mark: '0' must be a whole number from 1 to 100"),
        ("one.yaml", 4, "level: 'aply' is unknown here"),
        ("bank.yaml", LINE, "exam, questions: '7' is more than this bank has; write at most 6"),
    )


def test_a_question_with_a_mistake_counts(tmp_path: Path) -> None:
    bank = f"{BANK}exam: {{questions: 6}}\n"
    one = numbered(6).replace("level: apply", "level: aply", 1)
    found = problems_in(write_bank(tmp_path / "small", bank=bank, one=one))
    expect(found, ("one.yaml", 4, "level: 'aply' is unknown here"))


@pytest.mark.parametrize(
    ("two", "line", "sentence"),
    [
        ('topic: two\nquestions: "\n', 2, "this is not valid YAML"),
        ("topic: two\nquestions: many\n", 2, "questions: this must be a list"),
        (
            numbered(5, first=9).replace("one", "two", 1) + "questions: []\n",
            73,
            "the key 'questions' stands here twice",
        ),
    ],
)
def test_nothing_is_counted_that_can_not_be_read(tmp_path: Path, two: str, line: int, sentence: str) -> None:
    bank = f"{BANK}exam: {{questions: 40}}\n"
    found = problems_in(write_bank(tmp_path / "small", bank=bank, one=numbered(5), two=two))
    expect(found, ("two.yaml", line, sentence))


def test_a_bank_without_questions_is_told_only_that(tmp_path: Path) -> None:
    folder = write_bank(tmp_path / "small", bank=f"{BANK}exam: {{questions: 40}}\n")
    (folder / "one.yaml").unlink()
    expect(problems_in(tmp_path), ("small", 1, "there are no questions here"))


def test_the_check_finds_what_the_bot_could_not_load(tmp_path: Path) -> None:
    folder = write_bank(tmp_path / "small", bank=f"{BANK}exam: {{questions: 40}}\n", one=numbered(6))
    (finding,) = [finding for finding in check(folder).findings if finding.code == "Q00"]
    assert str(finding) == (
        f"{folder / 'bank.yaml'}:{LINE}: error Q00 format: "
        "exam, questions: '40' is more than this bank has; write at most 6, or add questions"
    )


def test_the_shipped_bank_has_an_exam_of_forty_questions_in_an_hour() -> None:
    bank = load_catalog(ROOT / "questions" / "hf-agents").catalog.default
    assert bank.exam == ExamFormat(questions=40, minutes=60)


def test_the_docs_name_the_limits() -> None:
    text = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^exam: .*$", text, flags=re.MULTILINE)
    usual = ExamFormat()
    questions = f"{FEWEST_EXAM_QUESTIONS} to {MOST_EXAM_QUESTIONS} questions"
    minutes = f"{SHORTEST_EXAM} to {LONGEST_EXAM} minutes"
    assert f"{questions} in {minutes}; without it {usual.questions} in {usual.minutes}" in line
    assert f"fewer than {usual.questions}," in text
