"""Reports: kept, shown together by question, and handled once."""

from __future__ import annotations

import sqlite3

import pytest

from bot.domain.questions import Question
from bot.domain.reports import Record, ReportState
from bot.domain.scoring import Outcome
from bot.storage.answers import AnswerStore
from bot.storage.database import Database
from bot.storage.reports import SHOWN, ReportStore
from bot.storage.rounds import RoundStore
from tests.domain.examples import NOON, make_answer, make_question, seconds
from tests.storage.examples import ADA, GRACE, GUILD, add_round

FIRST, SECOND = make_question("first"), make_question("second")
EDITED = make_question("first", prompt="Edited?")
MONA = 8_000_000_000_000_000_001


async def report(
    database: Database,
    question: Question = FIRST,
    reason: str = "wrong",
    *,
    guild: int | None = GUILD,
    round_id: int | None = None,
    member: int = ADA,
) -> int:
    """Keep a report; its id."""
    await ReportStore(database).add(
        question, guild_id=guild, round_id=round_id, member_id=member, reason=reason, now=NOON
    )
    ((id_,),) = await database.read("SELECT max(id) FROM report")
    return int(id_)


async def ask_all(database: Database) -> None:
    """Let all questions be known."""
    for question in (FIRST, SECOND, EDITED):
        await add_round(database, question)


async def test_every_report_is_kept(database: Database) -> None:
    round_ = await add_round(database)
    for reason in ("wrong", "wrong", "Ünïcode 🤗\n'; DROP TABLE report"):
        await report(database, round_.question, reason, round_id=round_.id)
    await report(database, round_.question, "asked in private")
    rows = await database.read("SELECT reason FROM report WHERE round_id IS NOT NULL ORDER BY id")
    assert [row[0] for row in rows] == ["wrong", "wrong", "Ünïcode 🤗\n'; DROP TABLE report"]


async def test_a_report_needs_its_round_and_its_question(database: Database) -> None:
    round_ = await add_round(database)
    with pytest.raises(sqlite3.IntegrityError):
        await report(database, round_.question, round_id=404)
    with pytest.raises(sqlite3.IntegrityError):
        await report(database, make_question("never asked"))


async def test_reports_on_one_version_in_one_server_are_one_case(database: Database) -> None:
    await ask_all(database)
    ids = [await report(database, question) for question in (FIRST, SECOND, FIRST, EDITED)]
    await report(database, FIRST, guild=GUILD + 1)
    await report(database, FIRST, guild=None)
    store = ReportStore(database)
    assert await store.cases(GUILD, ReportState.OPEN) == [
        (ids[0], ids[2]),
        (ids[1], ids[1]),
        (ids[3], ids[3]),
    ]
    case = await store.case(GUILD, ids[0])
    assert case is not None
    assert case == await store.case(GUILD, ids[2])
    assert (case.id, case.first, case.total, case.question) == (ids[2], ids[0], 2, FIRST)
    assert [one.id for one in case.reports] == [ids[2], ids[0]]
    assert await store.case(GUILD + 1, ids[0]) is None
    assert await store.case(GUILD, 404) is None


async def test_of_many_reports_the_latest_are_read(database: Database) -> None:
    await ask_all(database)
    ids = [await report(database, reason=f"reason {n}") for n in range(SHOWN + 3)]
    case = await ReportStore(database).case(GUILD, ids[0])
    assert case is not None
    assert (case.first, case.total) == (ids[0], SHOWN + 3)
    assert [one.reason for one in case.reports] == [f"reason {n}" for n in range(SHOWN + 2, 2, -1)]


@pytest.mark.parametrize("state", [ReportState.ACCEPTED, ReportState.DISMISSED])
async def test_what_is_open_is_handled_once_and_together(database: Database, state: ReportState) -> None:
    await ask_all(database)
    first, other, second = [await report(database, question) for question in (FIRST, SECOND, FIRST)]
    elsewhere = await report(database, guild=GUILD + 1)
    later = await report(database)
    store = ReportStore(database)
    assert not await store.handle(GUILD + 1, second, state, MONA, NOON)
    assert not await store.handle(GUILD, elsewhere, state, MONA, NOON)
    assert await store.handle(GUILD, second, state, MONA, NOON)
    assert not await store.handle(GUILD, second, ReportState.ACCEPTED, ADA, NOON + seconds(1))
    case = await store.case(GUILD, first)
    assert case is not None
    assert (case.total, case.state, case.handled_by, case.handled_at) == (2, state, MONA, NOON)
    assert await store.cases(GUILD, ReportState.OPEN) == [(other, other), (later, later)]
    assert await store.cases(GUILD + 1, ReportState.OPEN) == [(elsewhere, elsewhere)]


async def test_what_was_handled_later_comes_first_and_apart(database: Database) -> None:
    await ask_all(database)
    store, handled = ReportStore(database), []
    for number, question in enumerate((FIRST, SECOND, FIRST)):
        handled.append(await report(database, question))
        assert await store.handle(GUILD, handled[-1], ReportState.DISMISSED, MONA, NOON + seconds(number))
    assert await store.cases(GUILD, ReportState.DISMISSED) == [(id_, id_) for id_ in reversed(handled)]


async def test_a_decision_is_taken_back_for_its_own_case_alone(database: Database) -> None:
    await ask_all(database)
    store = ReportStore(database)
    ids = []
    for number in range(2):
        ids.append(await report(database))
        assert await store.handle(GUILD, ids[-1], ReportState.ACCEPTED, MONA, NOON + seconds(number))
    assert not await store.open_again(GUILD + 1, ids[0])
    assert await store.open_again(GUILD, ids[0])
    assert not await store.open_again(GUILD, ids[0])
    assert await store.cases(GUILD, ReportState.OPEN) == [(ids[0], ids[0])]
    assert await store.cases(GUILD, ReportState.ACCEPTED) == [(ids[1], ids[1])]


async def test_a_question_is_judged_by_its_answers_in_the_server(database: Database) -> None:
    for guild, question in ((GUILD, FIRST), (GUILD, FIRST), (GUILD + 1, FIRST), (GUILD, EDITED)):
        round_ = await add_round(database, question, guild_id=guild)
        for member, outcome in ((ADA, Outcome.RIGHT), (GRACE, Outcome.WRONG)):
            await AnswerStore(database).add(make_answer(member, outcome, round_id=round_.id))
    assert await ReportStore(database).record(GUILD, FIRST) == Record(4, 2, (2, 2, 0, 0))
    assert await ReportStore(database).record(GUILD + 2, FIRST) == Record(0, 0, (0, 0, 0, 0))


async def test_where_a_question_was_asked_last(database: Database) -> None:
    late = await add_round(database, FIRST, opened_at=NOON + seconds(5), closes_at=NOON + seconds(9))
    await add_round(database, FIRST)
    await add_round(
        database, FIRST, guild_id=GUILD + 1, opened_at=NOON + seconds(7), closes_at=NOON + seconds(9)
    )
    assert await RoundStore(database).last_with(GUILD, FIRST.version) == late
    assert await RoundStore(database).last_with(GUILD, SECOND.version) is None
