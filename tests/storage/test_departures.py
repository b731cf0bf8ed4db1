"""Servers that remove the bot, and the erasing of what they had."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.reviews import memory_model
from bot.storage import leftovers
from bot.storage.answers import AnswerStore
from bot.storage.database import Database
from bot.storage.departures import ERASE, DepartureStore
from bot.storage.plans import PlanStore
from bot.storage.reviews import ReviewStore
from bot.storage.rounds import RoundStore
from bot.storage.timers import TimerStore
from tests.domain.examples import NOON, make_answer, make_question, seconds
from tests.storage.examples import (
    ADA,
    GRACE,
    GUILD,
    add_round,
    derived,
    make_plan,
    start_challenge,
    start_quiz,
    timers,
)
from tests.storage.filling import Filler, columns, parents, tables, whole
from tests.storage.playing import answer

OTHER = GUILD + 1
MONTH = timedelta(days=30)
AT_ONCE = timedelta()

OF_MEMBERS = {"session", "exam"}
"""Tables that members own: they stay, and forget the server."""


@pytest.fixture
def store(database: Database) -> DepartureStore:
    """The servers that removed the bot."""
    return DepartureStore(database)


async def erase(store: DepartureStore, guild: int = GUILD) -> Counter[str]:
    """Let a server remove the bot, and erase it at once; what went."""
    await store.remove(guild, NOON, AT_ONCE)
    assert await store.begin(guild, NOON)
    erased: Counter[str] = Counter()
    async for some in store.erase(guild):
        erased += some
    await store.finish(guild, AT_ONCE)
    return erased


async def test_nothing_of_a_server_stays_in_any_table(database: Database, store: DepartureStore) -> None:
    filler = Filler(database)
    await filler.fill(OTHER)
    before = await whole(database)
    goes = await filler.fill(GUILD)
    await erase(store)

    after = await whole(database)
    for table, rows in after.items():
        assert before[table] <= rows, f"{table} has lost what belongs to another server"
        names = await columns(database, table)
        where = await parents(database, table)
        for row in rows - before[table]:
            # if this fails for a new table, let bot/storage/leftovers.py erase it
            assert GUILD not in row, f"{table} still has the server"
            for column, parent in where.items():
                if {"guild_id", "server_id"} & set(
                    await columns(database, parent)
                ) and parent not in OF_MEMBERS:
                    assert row[names.index(column)] != goes[parent], (
                        f"{table} still has a {parent} of the server"
                    )
    for table in OF_MEMBERS:
        assert len(after[table] - before[table]) == 1, f"what a member owns is gone from {table}"
    assert after["timer"] == before["timer"]
    assert not await database.read("PRAGMA foreign_key_check")


async def test_what_depends_on_what_goes_is_found_by_an_index(database: Database) -> None:
    """Without one, SQLite goes through the whole table for each row that is deleted."""
    going = {"round", "quiz", "challenge", "report"}
    for table in await tables(database):
        for row in await database.read(f"PRAGMA foreign_key_list({table})"):
            if row[2] in going:
                indexed = {
                    (await database.read(f"PRAGMA index_info({index[1]})"))[0][2]
                    for index in await database.read(f"PRAGMA index_list({table})")
                }
                assert row[3] in indexed, f"{table}.{row[3]} has no index"


async def busy_server(database: Database, guild: int = GUILD) -> None:
    """A server with a quiz, a challenge, single questions and their answers."""
    await PlanStore(database).put(make_plan(guild_id=guild), None)
    quiz = await start_quiz(database, 2, guild_id=guild, channel_id=guild + 10)
    await add_round(database, guild_id=guild, quiz_id=quiz.id, position=1)
    _, rounds = await start_challenge(database, 2, guild_id=guild)
    for place, round_ in enumerate(rounds):
        for member in (ADA, GRACE, 3, 4, 5):
            await AnswerStore(database).add(
                make_answer(member, round_id=round_.id, after=place + 1), private=True
            )
    for number in range(4):
        await answer(database, make_question(f"q{number}"), guild=guild)


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Next to nothing is erased in one go."""
    monkeypatch.setattr(leftovers, "_MOST_ROWS", 3)
    monkeypatch.setattr(leftovers, "_MOST_PARENTS", 2)


@pytest.mark.usefixtures("small_slices")
async def test_little_goes_in_one_go(database: Database, store: DepartureStore) -> None:
    await busy_server(database)
    await store.remove(GUILD, NOON, AT_ONCE)
    await store.begin(GUILD, NOON)
    sizes = [some.total() async for some in store.erase(GUILD)]
    assert len(sizes) > 15
    assert max(sizes) <= 3 + 2


@pytest.mark.usefixtures("small_slices")
async def test_killed_at_any_moment_it_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "killed.db"
    async with Database.open(path) as database:
        await busy_server(database, OTHER)
        before = await whole(database)
        await busy_server(database)
        await DepartureStore(database).remove(GUILD, NOON, AT_ONCE)
    starts = 0
    while True:
        async with Database.open(path) as database:
            store = DepartureStore(database)
            assert await store.begin(GUILD, NOON)
            starts += 1
            async for _ in store.erase(GUILD):
                break  # killed after one lot
            else:
                await store.finish(GUILD, AT_ONCE)
                break
    assert starts > 15
    async with Database.open(path) as database:
        after = await whole(database)
    for table in (
        "answer",
        "board",
        "score",
        "member_day",
        "server",
        "timer",
        "challenge_plan",
        "quiz_question",
    ):
        assert after[table] == before[table]
    for table in ("round", "quiz", "challenge"):
        assert {row[0:2] for row in after[table] - before[table]} <= {(max(after[table])[0], 0)}


async def test_a_number_is_never_given_again(database: Database, store: DepartureStore) -> None:
    await busy_server(database)
    last = {
        table: (await database.read(f"SELECT max(id) FROM {table}"))[0][0]
        for table in ("round", "quiz", "challenge")
    }
    await erase(store)
    await busy_server(database)
    for table, number in last.items():
        ((first,),) = await database.read(f"SELECT min(id) FROM {table} WHERE guild_id = ?", (GUILD,))
        assert first > number
    await erase(store, OTHER)  # whose end is when what was kept for its number goes
    assert not await database.read("SELECT 1 FROM round WHERE guild_id = 0")
    assert OTHER not in await store.known()


async def test_an_answer_after_the_erasing_becomes_a_review(
    database: Database, store: DepartureStore
) -> None:
    reviews, model = ReviewStore(database), memory_model(0.9)
    await busy_server(database)
    while await reviews.catch_up(model, 50):
        pass
    ((logged,),) = await database.read("SELECT count(*) FROM review_log")
    erased = await erase(store)
    assert erased["answer"] == 14
    assert (await database.read("SELECT count(*) FROM review_log"))[0][0] == logged == 14
    await answer(database, make_question("new"), guild=OTHER)
    assert await reviews.catch_up(model, 50) == 1


async def test_a_server_that_is_added_while_it_is_erased_has_a_fresh_start(
    database: Database, store: DepartureStore
) -> None:
    await busy_server(database)
    await store.remove(GUILD, NOON, AT_ONCE)
    assert await store.begin(GUILD, NOON)
    lots = store.erase(GUILD)
    await anext(lots)
    await store.keep(GUILD)  # it is added again
    challenge, rounds = await start_challenge(database, 1)
    assert challenge.number == 1
    await start_quiz(database)
    stored = await answer(database, make_question("q0"), member=GRACE, points=7)
    assert stored.is_new
    assert [some async for some in lots]
    await store.finish(GUILD, MONTH)

    found = await derived(database)
    assert {row[-1] for row in found["score"]} == {rounds[0].id + 1}
    assert {row[1] for row in found["member_day"]} == {GRACE}
    assert {(row[4], row[5], row[7]) for row in found["board"]} == {(GRACE, 7, 1)}
    assert {round_.id for round_ in await RoundStore(database).open()} == {rounds[0].id, rounds[0].id + 1}
    assert set(await timers(database)) >= {("next", 2), ("challenge end", challenge.id)}
    assert ERASE not in {kind for kind, _ in await timers(database)}
    assert await store.removed() == set()


async def test_a_server_that_removes_the_bot_again_while_it_is_erased(
    database: Database, store: DepartureStore
) -> None:
    await busy_server(database)
    await store.remove(GUILD, NOON, AT_ONCE)
    assert await store.begin(GUILD, NOON)
    await store.remove(GUILD, NOON + seconds(60), MONTH)
    assert (await timers(database))[ERASE, GUILD] == NOON, "the first erasing is not put off"
    assert [some async for some in store.erase(GUILD)]
    await store.finish(GUILD, MONTH)
    assert (await timers(database))[ERASE, GUILD] == NOON + seconds(60) + MONTH


async def test_the_first_time_stands(database: Database, store: DepartureStore) -> None:
    assert await store.remove(GUILD, NOON, MONTH) == NOON + MONTH
    week = timedelta(days=7)
    assert await store.remove(GUILD, NOON + seconds(5), week) == NOON + week
    assert (await timers(database))[ERASE, GUILD] == NOON + week
    assert await store.removed() == {GUILD}


async def test_a_server_that_is_there_again_is_not_erased(database: Database, store: DepartureStore) -> None:
    await busy_server(database)
    before = await whole(database)
    await store.remove(GUILD, NOON, MONTH)
    await store.keep(GUILD)
    assert (ERASE, GUILD) not in await timers(database)
    assert not await store.begin(GUILD, NOON + MONTH)
    after = await whole(database)
    for table in set(before) - {"server", "timer"}:
        assert after[table] == before[table]


async def test_the_timers_of_a_server_rest_while_the_bot_is_not_there(
    database: Database, store: DepartureStore
) -> None:
    await Filler(database).fill(GUILD)
    later = TimerStore(database)
    everything, _ = await later.due(NOON)
    await store.remove(GUILD, NOON, MONTH)
    assert await later.due(NOON) == ([], NOON + MONTH)
    await store.keep(GUILD)
    again, _ = await later.due(NOON)
    # results and scoreboards come no more, challenges and digests go on
    assert {timer.kind for timer in everything} - {timer.kind for timer in again} == {
        *("close", "result", "next", "final")
    }
    assert "challenge end" in {timer.kind for timer in again}


async def test_all_servers_are_known(database: Database, store: DepartureStore) -> None:
    await busy_server(database)
    await Filler(database).fill(OTHER)
    await start_quiz(database, guild_id=7, channel_id=7)
    assert await store.known() == {GUILD, OTHER, 7}
    await store.remove(7, NOON, AT_ONCE)
    await store.begin(7, NOON)
    assert await store.known() == {GUILD, OTHER}, "what is being erased counts no more"
