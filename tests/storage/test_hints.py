"""Hints that were taken, and what the bot remembers about itself."""

from __future__ import annotations

import sqlite3

import pytest

from bot.storage.database import Database
from bot.storage.facts import FactStore
from bot.storage.hints import HintStore
from tests.domain.examples import NOON, make_question, seconds
from tests.storage.examples import ADA, GRACE, add_round


async def test_hints_are_counted_by_member_and_round(database: Database) -> None:
    one, other = await add_round(database), await add_round(database, make_question("other"))
    hints = HintStore(database)
    for round_, member, step in ((one, ADA, 1), (one, ADA, 2), (one, GRACE, 1), (other, ADA, 1)):
        await hints.take(round_.id, member, step, NOON)
    assert await hints.of_round(one.id) == {ADA: 2, GRACE: 1}
    assert await hints.of_round(other.id) == {ADA: 1}
    assert await hints.of_round(404) == {}


async def test_taking_a_hint_again_costs_nothing(database: Database) -> None:
    round_ = await add_round(database)
    hints = HintStore(database)
    await hints.take(round_.id, ADA, 1, NOON)
    await hints.take(round_.id, ADA, 1, NOON + seconds(9))
    assert await hints.of_round(round_.id) == {ADA: 1}


async def test_a_hint_needs_a_round(database: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await HintStore(database).take(404, ADA, 1, NOON)


async def test_a_fact_is_what_was_put_last(database: Database) -> None:
    facts = FactStore(database)
    assert await facts.get("name") is None
    await facts.put("name", "one")
    await facts.put("name", "two")
    assert await facts.get("name") == "two"


async def test_a_fact_can_be_put_only_where_there_is_none(database: Database) -> None:
    facts = FactStore(database)
    assert await facts.get_or_put("name", "one") == "one"
    assert await facts.get_or_put("name", "two") == "one"
    assert await facts.get("name") == "one"
