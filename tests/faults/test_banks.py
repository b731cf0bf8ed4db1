"""Banks that are broken when they are read again: what was in use stays in use, and open questions go on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.messages import text
from tests.world import World


def write(name: str, content: bytes) -> Callable[[Path], object]:
    """Write a file of the bank."""
    return lambda banks: (banks / "sample" / name).write_bytes(content)


def put_a_folder_there(banks: Path) -> None:
    """A folder in place of a file."""
    (banks / "sample" / "one.yaml").unlink()
    (banks / "sample" / "one.yaml").mkdir()


def empty(banks: Path) -> None:
    """A folder without banks."""
    shutil.rmtree(banks / "sample")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (write("one.yaml", b"questions: [oops"), "this is not valid YAML"),
        (write("one.yaml", b"topic: one\nquestions: []\n"), "questions"),
        (write("one.yaml", b"\xff\xfe\x00"), "is not UTF-8"),
        (write("one.yaml", b"#" * 3_000_000), "the file is larger than"),
        (write("bank.yaml", b""), "the file is empty"),
        (put_a_folder_there, "one.yaml:1: this "),
        (empty, "there is no bank here"),
        (shutil.rmtree, "there is no such folder"),
    ],
    ids=["syntax", "no questions", "encoding", "size", "no head", "a folder", "no bank", "no folder"],
)
async def test_a_broken_bank_changes_nothing(world: World, spoil: Callable[[Path], object], why: str) -> None:
    card = await world.start_quiz(questions=2, topic="one", seconds=10)
    catalog = world.app.library.catalog
    spoil(world.banks)
    told = text((await world.mona.slash(world.channel, "reload")).response)
    assert "❌ Nothing has changed, because there" in told
    assert why in told
    assert world.app.library.catalog is catalog
    assert "✅ Correct" in text(await world.choose(world.ada, "the right one", card))
    await world.wait(25)
    assert "✅ Correct" in text(await world.choose(world.ada, "the right one"))
    await world.wait(40)
    assert "2/2" in text(world.find("Quiz over"))
    assert not (await world.grace.slash(world.other, "quiz start", topic="one", questions=1)).ephemeral
