"""Folders of banks: which are loaded, which are left out, and what is said of those."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.banks.loader import load_catalog
from tests.banks.writing import BANK, ONE, expect, problems_in, write_bank

TWO = ONE.replace("topic: one", "topic: two").replace("id: first", "id: second")


def test_every_mistake_in_every_file_is_reported_at_once(tmp_path: Path) -> None:
    one = ONE.replace("level: apply", "levle: apply").replace('"It is."', "yes") + (
        "  - id: first\n"
        '    prompt: "Again?"\n'
        "    options:\n"
        '      - {text: "a", why: "w"}\n'
        '      - {text: "b", why: "w"}\n'
        '    explanation: "E"\n'
    )
    two = TWO.replace("topic: two", "topic: tow").replace("second", "first")
    write_bank(tmp_path / "small", one=one, three='topic: one\n\tquestions: "\n', two=two)
    write_bank(tmp_path / "broken", bank=BANK.replace("id: small", "id: broken").replace("40", "41"))
    write_bank(tmp_path / "other", bank=None)
    expect(
        problems_in(tmp_path),
        ("bank.yaml", 1, "the weights of the topics add up to 101"),
        ("bank.yaml", 1, "this file is missing"),
        ("one.yaml", 4, "question first, levle: this key is unknown; did you mean 'level'?"),
        ("one.yaml", 9, "question first, option 1, why: YAML reads this as a yes/no value"),
        ("one.yaml", 17, "question first: no option is correct"),
        ("one.yaml", 17, "the id 'first' is taken"),
        ("three.yaml", 2, "not valid YAML"),
        ("two.yaml", 1, "the topic 'tow' is not in bank.yaml; did you mean 'two'?"),
        ("two.yaml", 3, "the id 'first' is taken"),
    )


def test_an_id_that_stands_twice_in_a_file(tmp_path: Path) -> None:
    again = ONE.split("questions:\n")[1]
    folder = write_bank(tmp_path / "small", one=ONE + again)
    sentence = f"the id 'first' is taken: {folder / 'one.yaml'}:3; ids are unique in a bank and never reused"
    expect(problems_in(tmp_path), ("one.yaml", 17, sentence))


def test_an_id_that_stands_in_two_files(tmp_path: Path) -> None:
    folder = write_bank(tmp_path / "small", one=ONE, two=TWO.replace("id: second", "id: first"))
    expect(problems_in(tmp_path), ("two.yaml", 3, f"the id 'first' is taken: {folder / 'one.yaml'}:3"))


def test_the_same_id_in_two_banks_is_fine(tmp_path: Path) -> None:
    write_bank(tmp_path / "small")
    write_bank(tmp_path / "twin", bank=BANK.replace("id: small", "id: twin"))
    assert problems_in(tmp_path) == []


@pytest.mark.parametrize(
    ("topic", "advice"), [("tow", "did you mean 'two'?"), ("cooking", "add it to bank.yaml")]
)
def test_a_topic_that_is_not_in_the_bank(tmp_path: Path, topic: str, advice: str) -> None:
    write_bank(tmp_path / "small", two=TWO.replace("topic: two", f"topic: {topic}"))
    expect(problems_in(tmp_path), ("two.yaml", 1, f"the topic '{topic}' is not in bank.yaml; {advice}"))


def test_a_topic_may_have_several_files(tmp_path: Path) -> None:
    write_bank(tmp_path / "small", one=ONE, more=TWO.replace("topic: two", "topic: one"))
    (bank,) = load_catalog(tmp_path).catalog.banks.values()
    assert {question.id for question in bank.on_topic("one")} == {"first", "second"}


def test_a_file_may_end_in_yml(tmp_path: Path) -> None:
    folder = write_bank(tmp_path / "small")
    (folder / "two.yml").write_text(TWO, encoding="utf-8")
    (folder / "notes.txt").write_text("not a question", encoding="utf-8")
    assert len(load_catalog(tmp_path).catalog.default.questions) == 2


def test_an_id_that_is_not_the_name_of_the_folder(tmp_path: Path) -> None:
    write_bank(tmp_path / "large")
    sentence = "the id is 'small', but the folder is called 'large'; make them equal"
    expect(problems_in(tmp_path), ("bank.yaml", 1, sentence))


def test_a_folder_without_bank_yaml(tmp_path: Path) -> None:
    write_bank(tmp_path / "small", bank=None)
    sentence = "this file is missing; every bank needs one (see docs/questions.md)"
    expect(problems_in(tmp_path), ("bank.yaml", 1, sentence))


def test_a_bank_without_questions(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "bank.yaml").write_text(BANK, encoding="utf-8")
    expect(problems_in(tmp_path), ("small", 1, "there are no questions here; add a <topic>.yaml"))


@pytest.mark.parametrize("questions", ["", " []", "\n"])
def test_a_file_without_questions(tmp_path: Path, questions: str) -> None:
    write_bank(tmp_path / "small", one=f"topic: one\nquestions:{questions}\n")
    ((file, line, what),) = problems_in(tmp_path)
    assert (file, line) == ("one.yaml", 2)
    assert what.startswith("questions: ")


def test_an_empty_folder(tmp_path: Path) -> None:
    sentence = "there is no bank here; a bank is a folder with a bank.yaml"
    expect(problems_in(tmp_path), (tmp_path.name, 1, sentence))


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    expect(problems_in(tmp_path / "nowhere"), ("nowhere", 1, "there is no such folder"))


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    write_bank(tmp_path / "small")
    expect(
        problems_in(tmp_path / "small" / "one.yaml"),
        ("one.yaml", 1, "this is a file; name the folder of its bank"),
    )


def test_a_broken_bank_is_left_out_and_the_others_load(tmp_path: Path) -> None:
    write_bank(tmp_path / "small")
    write_bank(tmp_path / "broken", bank=BANK.replace("small", "broken"), one=ONE.replace('"It is."', "1991"))
    loaded = load_catalog(tmp_path)
    assert list(loaded.catalog.banks) == ["small"]
    (problem,) = loaded.problems
    assert problem.file == str(tmp_path / "broken" / "one.yaml")
    assert problem.line == 9


def test_banks_are_in_alphabetical_order(tmp_path: Path) -> None:
    for name in ("small", "alpha", "zulu"):
        write_bank(tmp_path / name, bank=BANK.replace("id: small", f"id: {name}"))
    catalog = load_catalog(tmp_path).catalog
    assert list(catalog.banks) == ["alpha", "small", "zulu"]
    assert catalog.default.id == "alpha"


def test_a_folder_that_is_itself_a_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_bank(tmp_path / "small")
    assert list(load_catalog(folder).catalog.banks) == ["small"]
    monkeypatch.chdir(folder)
    assert list(load_catalog(Path()).catalog.banks) == ["small"]


@pytest.mark.parametrize("name", [".git", "_drafts", "__pycache__"])
def test_hidden_folders_and_those_that_begin_with_an_underscore_are_skipped(
    tmp_path: Path, name: str
) -> None:
    write_bank(tmp_path / "small")
    write_bank(tmp_path / name, bank=None, one="broken: [")
    (tmp_path / "README.md").write_text("not a bank", encoding="utf-8")
    loaded = load_catalog(tmp_path)
    assert list(loaded.catalog.banks) == ["small"]
    assert loaded.problems == ()


def test_an_id_that_differs_only_in_spaces_is_taken(tmp_path: Path) -> None:
    again = ONE.split("questions:\n")[1].replace("id: first", 'id: "first "')
    expect(
        problems_in(write_bank(tmp_path / "small", one=ONE + again)),
        ("one.yaml", 17, "the id 'first' is taken"),
    )


def test_the_folder_above_may_be_a_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = write_bank(tmp_path / "small") / "notes"
    inner.mkdir()
    monkeypatch.chdir(inner)
    assert list(load_catalog(Path("..")).catalog.banks) == ["small"]


@pytest.mark.parametrize("name", ["._one.yaml", ".#one.yaml", "_draft.yaml"])
def test_hidden_files_and_drafts_are_skipped(tmp_path: Path, name: str) -> None:
    folder = write_bank(tmp_path / "small")
    (folder / name).write_bytes(b"\x00\x05\x16\x07")
    assert problems_in(tmp_path) == []


def test_faults_in_fields_hide_no_fault_of_the_whole(tmp_path: Path) -> None:
    bank = BANK.replace("id: small", "id: smal").replace("40", "41").replace("language: en", "language: 7")
    one = (
        "topic: tow\nquestions:\n"
        "  - id: first\n    levle: easy\n    prompt: no\n    options:\n"
        '      - {text: "same", why: "w"}\n      - {text: "Same", why: "```"}\n    explanation: "E"\n'
    )
    expect(
        problems_in(write_bank(tmp_path / "small", bank=bank, one=one)),
        ("bank.yaml", 3, "language: YAML reads this as a number"),
        ("bank.yaml", 1, "the weights of the topics add up to 101"),
        ("bank.yaml", 1, "the id is 'smal', but the folder is called 'small'"),
        ("one.yaml", 1, "the topic 'tow' is not in bank.yaml"),
        ("one.yaml", 3, "question first: no option is correct"),
        ("one.yaml", 3, "question first: option 2, why opens a code block"),
        ("one.yaml", 3, "question first: two options say the same"),
        ("one.yaml", 4, "levle: this key is unknown"),
        ("one.yaml", 5, "prompt: YAML reads this as a yes/no value"),
    )


def test_a_key_of_another_place_is_not_its_own_advice(tmp_path: Path) -> None:
    found = problems_in(write_bank(tmp_path / "small", one=ONE.replace("level: apply", 'title: "T"')))
    expect(
        found, ("one.yaml", 4, "question first, title: this key does not belong here; remove it, or move it")
    )
