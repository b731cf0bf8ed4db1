"""The JSON Schemas for editors, and the bank that is shipped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.banks.format import json_schemas
from bot.banks.loader import load_catalog
from bot.banks.yaml_source import read_yaml
from tests.banks.writing import BANK, ONE
from tests.world import SAMPLE_BANKS

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "questions" / "hf-agents"

FILES = sorted([*SHIPPED.glob("*.yaml"), *SAMPLE_BANKS.glob("*/*.yaml")])


def schema_for(name: str) -> dict[str, Any]:
    """The schema of a file of this name."""
    return json_schemas()["bank.schema.json" if name == "bank.yaml" else "questions.schema.json"]


def value(text: str) -> Any:
    """The plain values of a YAML document."""
    document = read_yaml(text)
    assert document.problems == []
    return document.value


@pytest.mark.parametrize("name", ["bank.schema.json", "questions.schema.json"])
def test_the_committed_schema_is_up_to_date(name: str) -> None:
    committed = json.loads((ROOT / "docs" / "schemas" / name).read_text(encoding="utf-8"))
    assert committed == json_schemas()[name], "the format has changed; run: make schema"


@pytest.mark.parametrize("name", ["bank.schema.json", "questions.schema.json"])
def test_a_schema_is_a_valid_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schemas()[name])


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_files_that_load_are_valid_in_an_editor(path: Path) -> None:
    jsonschema.validate(value(path.read_text(encoding="utf-8")), schema_for(path.name))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bank.yaml", BANK.replace("title:", "titel:", 1)),
        ("bank.yaml", BANK.replace("weight: 40", "weight: 0")),
        ("one.yaml", ONE.replace("level: apply", "level: aply")),
        ("one.yaml", ONE.replace('"Which one?"', "1991")),
        ("one.yaml", ONE.replace("https://", "")),
        ("one.yaml", ONE.replace('    explanation: "Because."\n', "")),
    ],
)
def test_an_editor_marks_mistakes(name: str, text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value(text), schema_for(name))


def test_the_shipped_bank_has_no_problems() -> None:
    loaded = load_catalog(SHIPPED.parent)
    assert [str(problem) for problem in loaded.problems] == []
    assert "hf-agents" in loaded.catalog.banks


def test_the_shipped_bank_is_large_enough_for_a_quiz() -> None:
    bank = load_catalog(SHIPPED).catalog.default
    assert len(bank.questions) >= 24
    assert len(bank.topics_with_questions) >= 8


def test_the_questions_on_messages_begin_with_base_and_instruct_models() -> None:
    first = load_catalog(SHIPPED).catalog.default.on_topic("messages")[0]
    assert first.id == "base-vs-instruct"
    assert first.prompt == "What is the difference between base models and instruct models?"
