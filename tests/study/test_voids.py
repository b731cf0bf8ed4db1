"""What is voided, in memory."""

from __future__ import annotations

from pathlib import Path

from bot.storage.database import Database
from bot.storage.voids import VoidStore
from bot.study.voids import Voids
from tests.domain.examples import make_question
from tests.storage.examples import GUILD


async def test_only_voided_questions_are_looked_at_closely(tmp_path: Path) -> None:
    async with Database.open(tmp_path / "studyhall.db") as database:
        voids = Voids(VoidStore(database))
    voided, edited = make_question("first"), make_question("first", prompt="Which one now?")
    others = [make_question(f"other-{number}") for number in range(3)]
    voids.add(GUILD, voided)
    assert voids.without(GUILD, [voided, edited, *others]) == (edited, *others)
    assert voids.without(GUILD + 1, [voided]) == (voided,)
    assert not any("version" in vars(question) for question in others), "to make them all takes too long"
    voids.discard(GUILD, voided)
    assert voids.without(GUILD, [voided]) == (voided,)
