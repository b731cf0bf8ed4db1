"""The checks as a whole: places, order, allowances, sources, and what a bank has."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.banks.checks import Finding, check
from bot.errors import StudyhallError
from tests.banks.checks.items import BANK, GOOD, changed, report, write

SALTED = changed(option_3_text="Stirring in all sugar")


def test_a_finding_is_one_line() -> None:
    finding = Finding("q/one.yaml", 7, "Q08", "clang", "warning", "first", "the key repeats; change it")
    assert str(finding) == "q/one.yaml:7: warning Q08 clang: first: the key repeats; change it"


def test_findings_come_by_file_and_line(tmp_path: Path) -> None:
    found = report(tmp_path, changed(id="b", hints=[]), {**SALTED, "id": "a", "references": []}).findings
    assert [(f.file, f.line) for f in found] == sorted((f.file, f.line) for f in found)
    assert {f.question for f in found} == {"a", "b"}


def test_what_is_allowed_with_a_reason_is_kept_apart(tmp_path: Path) -> None:
    question = {**SALTED, "allow": {"Q06": "The recipe itself says always."}}
    result = report(tmp_path, question)
    assert result.findings == ()
    (allowed,) = result.allowed
    assert (allowed.code, allowed.allowed) == ("Q06", "The recipe itself says always.")


def test_an_allowance_holds_for_its_rule_and_question_alone(tmp_path: Path) -> None:
    question = {**SALTED, "allow": {"Q06": "The recipe itself says always."}, "hints": []}
    result = report(
        tmp_path,
        question,
        {**SALTED, "id": "another", "prompt": "Butter burns in a small pan. What helps it?"},
    )
    assert [(f.question, f.code) for f in result.findings] == [
        ("foam-on-the-milk", "Q26"),
        ("another", "Q06"),
    ]


def test_an_allowance_for_nothing_is_told(tmp_path: Path) -> None:
    question = {**GOOD, "allow": {"Q06": "The recipe itself says always."}}
    (idle,) = report(tmp_path, question).findings
    assert (idle.code, idle.level) == ("Q25", "warning")
    assert "Q06 finds nothing in this question" in idle.what


def test_a_rule_on_the_bank_can_be_allowed(tmp_path: Path) -> None:
    bank = {**BANK, "allow": {"Q23": "The oven is being repaired this year."}}
    result = check(
        write(
            tmp_path,
            [GOOD],
            bank=bank,
            oven=[{**GOOD, "id": "other", "prompt": "A cake sank as it cooled. Why?"}],
        )
    )
    assert [(f.code, Path(f.file).name) for f in result.findings] == [("Q25", "bank.yaml")]


@pytest.mark.parametrize(
    ("allow", "part"),
    [({"Q6": "A reason that is long."}, "'Q6' is no rule"), ({"Q06": "because"}, "at least 10")],
)
def test_an_allowance_needs_a_rule_and_a_reason(tmp_path: Path, allow: dict[str, str], part: str) -> None:
    (wrong,) = report(tmp_path, {**GOOD, "allow": allow}).findings
    assert wrong.code == "Q00"
    assert part in wrong.what


def test_a_question_that_the_bot_cannot_load_leaves_the_others_checked(tmp_path: Path) -> None:
    result = report(tmp_path, {**GOOD, "id": "broken", "options": []}, SALTED)
    assert [(f.code, f.question) for f in result.findings] == [("Q00", ""), ("Q06", "foam-on-the-milk")]
    (coverage,) = result.coverages
    assert coverage.questions == 2


def test_questions_are_checked_although_something_in_bank_yaml_is_wrong(tmp_path: Path) -> None:
    bank = {**BANK, "pass_mark": 200}
    result = report(tmp_path, SALTED, bank=bank)
    assert [(f.code, f.question) for f in result.findings] == [("Q00", ""), ("Q06", "foam-on-the-milk")]
    assert result.coverages == ()


def test_a_bank_without_a_head_is_told(tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()
    result = check(tmp_path)
    assert [f.code for f in result.findings] == ["Q00"]
    assert result.coverages == ()


def test_progress_is_shown_of_all_long_work(tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []

    def track(things: Sequence[Any], doing: str) -> Iterable[Any]:
        seen.append((doing, len(things)))
        return things

    check(write(tmp_path, [GOOD]), track=track)
    assert seen == [("small: reading", 2), ("comparing", 2), ("small: checking", 2)]


def test_what_stands_so_in_a_source_is_found(tmp_path: Path) -> None:
    sources = tmp_path / "sources" / "deep"
    sources.mkdir(parents=True)
    (sources / "page.mdx").write_text(
        "They say:\nPROTEINS make bubbles (tough), so that steam piles\nthem up high."
    )
    (copied,) = report(tmp_path, GOOD, sources=sources.parent).findings[:1]
    assert (copied.code, copied.level) == ("Q24", "error")
    assert "“proteins make bubbles tough so that steam piles”" in copied.what
    (sources / "page.mdx").write_text("Proteins make bubbles tough, so that steam lifts them up.")
    assert check(tmp_path / "small", sources=sources.parent).findings == ()


def test_code_may_be_as_in_a_source(tmp_path: Path) -> None:
    code = "```python\nstove = Stove(heat=1, lid=None, salt=None, sugar=None, milk=2)\n```"
    (tmp_path / "page.txt").write_text(code)
    question = changed(prompt=f"{GOOD['prompt']}\n{code}")
    assert report(tmp_path, question, sources=tmp_path / "page.txt").findings == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.html", "<p>Proteins make <b>bubbles</b> tough, so&nbsp;that steam<br>piles them up.</p>"),
        ("page.ipynb", '{"source": ["Proteins make bubbles\\ntough, so that steam\\n", "piles"]}'),
        ("PAGE.MD", "Proteins make `bubbles` tough, so that steam piles them."),
    ],
)
def test_a_copy_is_found_through_the_markup_of_a_source(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / name).write_text(text.replace("\\n", "\\n"))
    question = changed(explanation=GOOD["explanation"].replace("bubbles tough", "`bubbles` tough"))
    (found,) = report(tmp_path, question, sources=tmp_path / "sources").findings[:1]
    assert found.code == "Q24"


def test_what_is_no_text_among_sources_is_passed_over(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    (sources / "folder.md").mkdir(parents=True)
    (sources / "gone.md").symlink_to(sources / "nowhere")
    os.mkfifo(sources / "pipe.md")
    (sources / "page.md").write_text("Nothing of what the question says stands in this short text.")
    assert report(tmp_path, GOOD, sources=sources).findings == ()


def test_a_bank_is_no_source_of_itself(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("Nothing of what the question says stands in this short text.")
    assert report(tmp_path, GOOD, sources=tmp_path).findings == ()


def test_sources_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(StudyhallError, match="There is nothing at"):
        check(tmp_path, sources=tmp_path / "none")
    with pytest.raises(StudyhallError, match="There is no text of eight words in"):
        check(tmp_path, sources=tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_source_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("secret")
    (tmp_path / "page.md").chmod(0)
    with pytest.raises(StudyhallError, match="can't be read"):
        check(tmp_path, sources=tmp_path)
