"""Files that are no good YAML, or that try to do harm: reported at their line, never raised."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.banks.yaml_source import read_yaml
from tests.banks.writing import ONE, expect, expect_among, mistakes, problems_in, write_bank

TEXT = '"Which one?"'


def test_every_value_knows_its_line_and_how_it_was_written() -> None:
    document = read_yaml("a: 1\nb:\n  - x: yes\n  - 'y'\n")
    assert document.value == {"a": 1, "b": [{"x": True}, "y"]}
    assert document.line(("a",)) == 1
    assert document.line(("b", 0, "x")) == 3
    assert document.line(("b", 1)) == 4
    assert document.written["b", 0, "x"] == "yes"


def test_what_is_missing_has_the_line_of_what_is_around_it() -> None:
    document = read_yaml("# a comment\na:\n  - b: 1\n")
    assert document.line(("a", 0, "c", 5)) == 3
    assert document.line(("a", 7)) == 2
    assert document.line(("z",)) == 2


def test_keys_are_always_text() -> None:
    assert read_yaml("no: 1\n2026: 2\n").value == {"no": 1, "2026": 2}


def test_a_key_that_stands_twice(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "    hints:", "    level: judge\n    hints:")
    expect(found, ("one.yaml", 13, "the key 'level' stands here twice, first in line 4; remove one"))


def test_a_key_that_stands_twice_keeps_its_first_line_for_other_problems(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "    level: apply\n", "    level: aply\n    level: judge\n")
    expect(found, ("one.yaml", 4, "'aply' is unknown"), ("one.yaml", 5, "stands here twice, first in line 4"))


def test_a_key_that_is_no_text(tmp_path: Path) -> None:
    expect(
        mistakes(tmp_path, "    level: apply", "    ? [a]\n    : b"),
        ("one.yaml", 4, "a key must be plain text"),
    )


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("    prompt:", "\tprompt:", {5}),
        ("    prompt:", "    \tprompt", {5}),
        (TEXT, '"Which one?', {5, 7}),
        (TEXT, "'it's this'", {5}),
        (TEXT, "Which: this", {5}),
        (TEXT, "`code`", {5}),
        (TEXT, "*this*", {5}),
        (TEXT, "@this", {5}),
        (TEXT, "%this", {5}),
        (TEXT, "*nothing", {5}),
        (TEXT, '"\\q"', {5}),
        ('["gentle", "strong"]', '["gentle", "strong"', {13, 14}),
        ("    prompt:", "  prompt:", {5}),
        ("    hints:", "   hints:", {13}),
    ],
)
def test_bad_syntax(tmp_path: Path, old: str, new: str, lines: set[int]) -> None:
    ((file, line, what),) = mistakes(tmp_path, old, new)
    assert file == "one.yaml"
    assert line in lines
    assert "not valid YAML" in what


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_an_empty_file(tmp_path: Path, text: str) -> None:
    found = problems_in(write_bank(tmp_path / "small", one=text))
    expect(found, ("one.yaml", 1, "the file is empty; see docs/questions.md for an example"))


def test_several_documents_in_one_file(tmp_path: Path) -> None:
    expect(
        problems_in(write_bank(tmp_path / "small", one=f"{ONE}---\n{ONE}")),
        ("one.yaml", 17, "document"),
    )


@pytest.mark.parametrize("text", ["- a\n- b\n", "just words\n", "[]\n"])
def test_a_file_that_is_no_group_of_keys(tmp_path: Path, text: str) -> None:
    found = problems_in(write_bank(tmp_path / "small", one=text))
    expect(found, ("one.yaml", 1, "this must be a group of keys and values"))


def test_an_alias_is_refused(tmp_path: Path) -> None:
    found = mistakes(tmp_path, '"gentle", "strong"', '&hint "gentle", *hint')
    expect_among(found, "one.yaml", 13, "anchors and aliases (& and *) are not supported; write the text out")


def test_an_alias_of_what_holds_it_is_refused() -> None:
    document = read_yaml("a: &a [*a]\n")
    assert [line for line, _ in document.problems] == [1]
    assert "anchors and aliases" in document.problems[0][1]


def test_a_billion_laughs_are_not_laughed(tmp_path: Path) -> None:
    # written out it would have 9 ** 40 entries, so coming back at all shows that it never is
    bomb = "x0: &x0 [ha]\n" + "".join(
        f"x{level}: &x{level} [{', '.join([f'*x{level - 1}'] * 9)}]\n" for level in range(1, 41)
    )
    found = problems_in(write_bank(tmp_path / "small", one=ONE + bomb))
    assert len(found) < 1000
    expect_among(found, "one.yaml", 17, "anchors and aliases")


@pytest.mark.parametrize("levels", [25, 100, 1000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
def test_deep_nesting(tmp_path: Path, opening: str, closing: str, levels: int) -> None:
    found = mistakes(tmp_path, TEXT, opening * levels + closing * levels)
    expect_among(found, "one.yaml", 5, "this is nested more than 20 levels deep")


@pytest.mark.parametrize(
    "tag", ["!!python/name:os.system", "!!python/object/apply:os.getcwd", "!secret", "!!set"]
)
def test_a_tag_is_refused(tmp_path: Path, tag: str) -> None:
    found = mistakes(tmp_path, TEXT, f"{tag} x")
    expect_among(found, "one.yaml", 5, "the value 'x' can't be read; put it in quotes")


def test_a_tag_that_calls_something_is_not_followed(tmp_path: Path) -> None:
    made = tmp_path / "made"
    found = mistakes(tmp_path, TEXT, f'!!python/object/apply:os.mkdir ["{made}"]')
    expect_among(found, "one.yaml", 5, "question first, prompt: ")
    assert not made.exists()


@pytest.mark.parametrize("written", ["2026-02-31", "0x_", "=", "9" * 5000, "!!int x", "!!float x"])
def test_a_value_that_yaml_can_not_make(tmp_path: Path, written: str) -> None:
    expect_among(mistakes(tmp_path, TEXT, written), "one.yaml", 5, "can't be read; put it in quotes")


def test_bytes_that_are_no_utf_8(tmp_path: Path) -> None:
    found = problems_in(write_bank(tmp_path / "small", one=ONE.replace("Which", "Café").encode("latin-1")))
    assert [file for file, _, _ in found] == ["one.yaml"]
    assert "UTF-8" in found[0][2]


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x7f"])
def test_a_control_character(tmp_path: Path, character: str) -> None:
    ((file, _, what),) = mistakes(tmp_path, "Which", character)
    assert file == "one.yaml"
    assert "control character" in what


@pytest.mark.parametrize("change", [("\n", "\r\n"), ("topic:", "\ufefftopic:")], ids=["crlf", "bom"])
def test_files_from_windows_are_fine(tmp_path: Path, change: tuple[str, str]) -> None:
    assert problems_in(write_bank(tmp_path / "small", one=ONE.replace(*change))) == []


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    found = problems_in(write_bank(tmp_path / "small", one=ONE + "#" * 2_000_000))
    expect(found, ("one.yaml", 1, "the file is larger than 2,000,000 bytes; split it"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_does_not_stop_the_reading(tmp_path: Path) -> None:
    bank = write_bank(tmp_path / "small", one=ONE)
    os.mkfifo(bank / "pipe.yaml")
    expect(problems_in(bank), ("pipe.yaml", 1, "this is no file; remove it, or put one in its place"))


def test_too_many_files(tmp_path: Path) -> None:
    bank = write_bank(tmp_path / "small", one=ONE)
    for number in range(1000):
        (bank / f"more{number}.yaml").write_text("")
    expect(
        problems_in(bank), ("small", 1, "there are more than 1,000 files here; put more questions into each")
    )


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_very_deep_nesting_does_not_take_the_process_down(opening: str) -> None:
    # in a process of its own, because this used to crash Python itself
    code = f"from bot.banks.yaml_source import read_yaml; print(read_yaml({opening!r} * 100_000).problems)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "nested more than 20 levels deep" in done.stdout


@pytest.mark.parametrize("written", ["!!bool maybe", "!!timestamp soon", '!!int ""'])
def test_a_value_that_its_tag_does_not_fit(tmp_path: Path, written: str) -> None:
    expect(mistakes(tmp_path, TEXT, written), ("one.yaml", 5, "can't be read; put it in quotes"))


@pytest.mark.parametrize("text", ["---\n", "null\n", "~\n"])
def test_a_file_with_nothing_in_it(tmp_path: Path, text: str) -> None:
    expect(problems_in(write_bank(tmp_path / "small", one=text)), ("one.yaml", 1, "the file is empty"))


def test_a_bank_yaml_with_nothing_in_it(tmp_path: Path) -> None:
    expect(problems_in(write_bank(tmp_path / "small", bank="---\n")), ("bank.yaml", 1, "the file is empty"))


def test_what_can_not_be_read_is_said_once(tmp_path: Path) -> None:
    expect(mistakes(tmp_path, TEXT, "2026-02-31"), ("one.yaml", 5, "can't be read; put it in quotes"))


def test_an_alias_is_reported_where_it_stands(tmp_path: Path) -> None:
    text = ONE.replace(TEXT, "&x Which?").replace('"Because."', "*x")
    expect(problems_in(write_bank(tmp_path / "small", one=text)), ("one.yaml", 12, "anchors and aliases"))


def test_bytes_that_are_no_utf_8_are_found_on_their_line(tmp_path: Path) -> None:
    found = problems_in(write_bank(tmp_path / "small", one=ONE.replace("Which", "Café").encode("latin-1")))
    expect(found, ("one.yaml", 5, "save the file in the encoding UTF-8"))


def test_a_control_character_is_found_on_its_line(tmp_path: Path) -> None:
    ((_, line, what),) = mistakes(tmp_path, "Which", "汉汉汉\x07")
    assert line == 5
    assert "\n" not in what


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("Which: this", "there is a colon inside a text here; put the text in quotes"),
        ("`code`", "put the text in quotes"),
        ("*this*", "must be in quotes"),
        ("*this", "must be in quotes"),
    ],
)
def test_bad_syntax_says_what_to_do(tmp_path: Path, written: str, sentence: str) -> None:
    expect(mistakes(tmp_path, TEXT, written), ("one.yaml", 5, sentence))


def test_a_tab_says_what_to_do(tmp_path: Path) -> None:
    expect(
        mistakes(tmp_path, "    prompt:", "\tprompt:"),
        ("one.yaml", 5, "there is a tab here; YAML wants spaces"),
    )
