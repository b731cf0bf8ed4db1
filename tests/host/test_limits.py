"""What the doctor says of banks, and of what Discord would refuse."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.config import Settings
from bot.host.limits import command_faults, look_at_banks, look_at_cards, look_at_commands
from tests.world import SAMPLE_BANKS, World

ROOT = Path(__file__).parents[2]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a folder of banks to change."""
    shutil.copytree(SAMPLE_BANKS / "sample", tmp_path / "banks" / "sample")
    return Settings(database=tmp_path / "studyhall.db", banks=tmp_path / "banks", _env_file=None)


def test_banks_with_mistakes(settings: Settings) -> None:
    (poor,) = look_at_banks(settings)
    assert poor.level == "warning", "the bot asks also what authors should mend"
    assert "faults" in poor.what
    (settings.banks / "sample" / "one.yaml").write_text("topic: one\nquestions: [{id: a}]\n")
    found = list(look_at_banks(settings))
    assert {finding.level for finding in found} == {"error", "warning"}
    assert any("one.yaml:2:" in finding.what for finding in found)
    many = "\n".join(f"  - id: q{number}" for number in range(50))
    (settings.banks / "sample" / "one.yaml").write_text(f"topic: one\nquestions:\n{many}\n")
    assert len(list(look_at_banks(settings))) == 7, "not each of hundreds"


def test_a_bank_without_a_fault(settings: Settings) -> None:
    whole = settings.model_copy(update={"banks": ROOT / "questions"})
    (found,) = look_at_banks(whole)
    assert found.level == "ok"
    assert found.what.endswith(" questions in 1 bank, without a fault.")


def test_without_a_usable_bank_the_commands_can_not_be_looked_at(settings: Settings) -> None:
    (settings.banks / "sample" / "bank.yaml").unlink()
    (found,) = look_at_commands(settings)
    assert found.level == "error"
    assert "no bank can be used" in found.what


def test_the_commands_leave_nothing_behind(settings: Settings) -> None:
    (found,) = look_at_commands(settings)
    assert found.level == "ok"
    assert not settings.database.exists()
    assert not (settings.database.parent / "backups").exists()


def test_questions_that_are_too_long(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = look_at_cards(settings)
    assert found.level == "ok"
    monkeypatch.setattr("cogs.cards.layout.MOST_TEXT", 300)
    found, *_ = look_at_cards(settings)
    assert found.level == "error"
    assert found.what.startswith("sample/")
    assert "characters" in found.what


async def test_the_bots_own_commands_have_no_fault(world: World) -> None:
    tree = world.app.client.tree
    assert list(command_faults([command.to_dict(tree) for command in tree.get_commands()])) == []


Json = Mapping[str, Any]


def option(name: str = "topic", **more: Any) -> Json:
    """An option that takes a text."""
    return {"type": 3, "name": name, "description": "what", **more}


def command(*options: Json, **more: Any) -> Json:
    """A command with options."""
    return {"type": 1, "name": "quiz", "description": "asks", "options": list(options), **more}


def group(*options: Json) -> Json:
    """A command with a command in it that has these options."""
    return command({"type": 1, "name": "start", "description": "starts", "options": list(options)})


LONG = "x" * 101


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (command(name="Quiz"), "/Quiz has a name that is none"),
        (command(name="q" * 33), "has a name that is none"),
        (command(name="two words"), "has a name that is none"),
        (command(description=""), "the description of /quiz has 0 characters"),
        (command(description=LONG), "the description of /quiz has 101 characters, and may have 1 to 100"),
        (command(option("Topic")), "/quiz Topic has a name that is none"),
        (command(option(description=LONG)), "the description of /quiz topic has 101 characters"),
        (group(option(description=LONG)), "the description of /quiz start topic has 101 characters"),
        (command(*(option(f"n{n}") for n in range(26))), "/quiz has 26 options, more than 25"),
        (command(option("a"), option("a")), "/quiz has two options of one name"),
        (
            command(option("a"), option("b", required=True)),
            "/quiz has a required option behind one that is not",
        ),
        (
            command(option(choices=[{"name": str(n), "value": "v"} for n in range(26)])),
            "/quiz topic has 26 choices, more than 25",
        ),
        (
            command(option(choices=[{"name": LONG, "value": "v"}])),
            "a choice of /quiz topic has 101 characters",
        ),
        (
            command(option(choices=[{"name": "n", "value": LONG}])),
            "a value of /quiz topic has 101 characters",
        ),
        (
            command(option(choices=[{"name": "n", "value": "a"}] * 2)),
            "/quiz topic has two choices of one name",
        ),
    ],
)
def test_what_discord_would_refuse(bad: Json, fault: str) -> None:
    (found,) = command_faults([bad])
    assert fault in found


def test_what_discord_takes() -> None:
    fine = [
        command(name="q" * 32, description="d" * 100),
        command(name="größe-学_1'"),
        group(option("a", required=True), option("b")),
        command(*(option(f"n{n}") for n in range(25))),
        command(option("count", type=4, choices=[{"name": "n" * 100, "value": 5}])),
        {"type": 2, "name": "menu", "description": "d"},
    ]
    assert list(command_faults(fine)) == []


@pytest.mark.parametrize("inside", [command, group])
def test_the_length_of_a_whole_command(inside: Callable[..., Json]) -> None:
    def long(number: int) -> Json:
        """Each option has 503 characters: name, description, and two choices with names and values."""
        choices = [{"name": f"{n}".ljust(100), "value": "v" * 100} for n in range(2)]
        options = (option(f"o{n:02}", description="d" * 100, choices=choices) for n in range(number))
        return inside(*options)

    assert list(command_faults([long(15)])) == []
    (found,) = command_faults([long(16)])
    assert found.startswith("/quiz has 80")
    assert found.endswith("characters, more than 8000")


def test_too_many_commands() -> None:
    (found,) = command_faults([command(name=f"c{number}") for number in range(101)])
    assert found == "101 commands are more than 100"
