"""The JSON Schemas for editors, and the bank that is shipped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.banks.format import json_schemas
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
        ("bank.yaml", BANK + "exam: {questions: 4}\n"),
        ("bank.yaml", BANK + "exam: {minutes: 301}\n"),
        ("bank.yaml", BANK + "exam: {hours: 1}\n"),
        ("one.yaml", ONE.replace("level: apply", "level: aply")),
        ("one.yaml", ONE.replace('"Which one?"', "1991")),
        ("one.yaml", ONE.replace("https://", "")),
        ("one.yaml", ONE.replace('    explanation: "Because."\n', "")),
    ],
)
def test_an_editor_marks_mistakes(name: str, text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value(text), schema_for(name))
