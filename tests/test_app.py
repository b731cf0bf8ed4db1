"""Putting the bot together and taking it apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import open_app
from bot.config import Settings
from bot.errors import BankError, DatabaseError, RefusedError
from tests.messages import buttons, letter, text
from tests.world import World

BANKS = Path(__file__).parent / "banks"


async def test_an_error_of_the_network_is_not_blamed_on_the_database(tmp_path: Path) -> None:
    with pytest.raises(ConnectionRefusedError):
        async with open_app(Settings(database=tmp_path / "x.db", banks=BANKS, _env_file=None)):
            raise ConnectionRefusedError("discord.com")


async def test_no_usable_bank_is_an_error_with_every_problem(tmp_path: Path) -> None:
    (tmp_path / "banks" / "broken").mkdir(parents=True)
    with pytest.raises(
        BankError, match=r"(?s)There is no usable question bank.*bank\.yaml:1: this file is missing"
    ):
        async with open_app(Settings(database=tmp_path / "x.db", banks=tmp_path / "banks", _env_file=None)):
            pass


async def test_a_click_before_everything_is_loaded_gives_no_key_away(world: World) -> None:
    card = await world.start_quiz(questions=1, topic="one", seconds=60)
    place = int(buttons(card)[letter(card, "the right one")]["custom_id"].split(":")[2])
    await world.kill()
    async with open_app(
        Settings(database=world.database, banks=world.banks, shards=1, _env_file=None)
    ) as second:
        with pytest.raises(RefusedError, match="click again in a few seconds"):
            await second.rounds.answer(1, world.guild.id, world.ada.id, [place], world.env.now())


async def test_a_second_bot_on_the_same_database_is_refused_and_disturbs_nothing(world: World) -> None:
    card = await world.start_quiz(questions=1, topic="one", seconds=60)
    with pytest.raises(DatabaseError, match="Another Studyhall is running with the database"):
        async with open_app(Settings(database=world.database, banks=world.banks, shards=1, _env_file=None)):
            pass
    assert "✅ Correct" in text(await world.choose(world.ada, "the right one", card))
