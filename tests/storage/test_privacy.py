"""All that names a member is exported, and erased without a trace."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.domain.privacy import Footprint
from bot.storage.database import Database, Row
from bot.storage.own_data_parts import PARTS
from bot.storage.privacy import PERSONAL, Fate, PrivacyStore
from bot.storage.scores import ScoreStore
from tests.storage.examples import ADA, GRACE, GUILD, LINUS
from tests.storage.personal import (
    MARKUP,
    erase,
    everything,
    finish,
    is_in_file,
    own_data,
    tables,
    totals,
    traces,
    use_everything,
)

_LIKE_A_PERSON = re.compile(r"member|user|author|owner|starter|winner|moderator|person|(_|^)by$|who")

COVERED = {(personal.table, personal.column) for personal in PERSONAL}


async def test_every_column_that_looks_like_a_person_is_covered(database: Database) -> None:
    found = {
        (table, column)
        for table, columns in (await tables(database)).items()
        for column in columns
        if _LIKE_A_PERSON.search(column)
    }
    assert found <= COVERED
    assert len(found) > 20


async def test_what_is_covered_exists_and_is_said(database: Database) -> None:
    known = await tables(database)
    parts = {part.name for part in PARTS}
    for personal in PERSONAL:
        assert personal.column in known[personal.table]
        assert personal.part in parts or (not personal.part and personal.why)
    # what an export consists of is there because something of a member stands there
    of_a_member = {"practice_answers", "exam_answers"}
    assert parts == {personal.part for personal in PERSONAL if personal.part} | of_a_member


async def test_a_member_who_used_everything_leaves_no_trace(database: Database, tmp_path: Path) -> None:
    await use_everything(database, [ADA, GRACE])
    await use_everything(database, [LINUS, ADA], GUILD + 1)
    before, sums = await everything(database), await totals(database)
    used = await traces(database, ADA)
    # without exception: a new table with members in it needs its rows in `use_everything`
    assert used.keys() == {
        (p.table, p.column) for p in PERSONAL if p.fate is not Fate.KEPT and p.table != "erasure"
    }
    assert await is_in_file(database, ADA, tmp_path)

    await finish(database, await erase(database, ADA))
    assert await traces(database, ADA) == {}
    assert not await is_in_file(database, ADA, tmp_path)
    assert await totals(database) == sums
    _others_are_untouched(before, await everything(database))
    await ScoreStore(database).rebuild()
    del before["recount"]  # all is counted by now
    assert await totals(database) == sums
    _others_are_untouched(before, await everything(database))


def _others_are_untouched(before: dict[str, list[Row]], after: dict[str, list[Row]]) -> None:
    for table, rows in before.items():
        for row in rows:
            text = "|".join(map(str, row))
            if (str(GRACE) in text or str(LINUS) in text) and str(ADA) not in text:
                assert row in after[table], (table, row)


async def test_everything_of_a_member_is_exported(database: Database) -> None:
    await use_everything(database, [ADA, GRACE])
    exported = await own_data(database, ADA)
    for personal in PERSONAL:
        if personal.part and personal.table != "erasure":
            rows = exported[personal.part]["entries"]
            assert rows, personal
    for part in PARTS:
        assert exported[part.name]["explanation"] == part.explanation
    assert str(GRACE) not in str(exported)


async def test_as_many_rows_are_exported_as_there_are(database: Database) -> None:
    await use_everything(database, [ADA, GRACE])
    exported = await own_data(database, ADA)
    for personal in PERSONAL:
        if personal.part and personal.fate is Fate.DELETED and personal.table not in {"score", "timer"}:
            ((rows,),) = await database.read(
                f"SELECT count(*) FROM {personal.table} WHERE member_id = ?", (ADA,)
            )
            assert len(exported[personal.part]["entries"]) == rows, personal
    ((scored,),) = await database.read("SELECT count(*) FROM score WHERE member_id = ?", (ADA,))
    assert sum(entry["is_counted"] for entry in exported["answers"]["entries"]) == scored > 0


@pytest.mark.parametrize("most", [2, 5])
async def test_it_does_not_matter_how_many_rows_are_read_at_a_time(
    database: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    await use_everything(database, [ADA, GRACE])
    await use_everything(database, [ADA], GUILD + 1)
    at_once = await own_data(database, ADA)
    monkeypatch.setattr("bot.storage.own_data._MOST", most)
    assert await own_data(database, ADA) == at_once


async def test_the_export_is_readable(database: Database) -> None:
    await use_everything(database, [ADA, GRACE])
    exported = await own_data(database, ADA)
    assert exported["about"]["member_id"] == str(ADA)
    first, second, *_ = exported["answers"]["entries"]
    assert first == {
        "bank": "sample",
        "question": "first",
        "topic": "one",
        "prompt": "What is right in first?",
        "server_id": str(GUILD),
        "channel_id": str(GUILD + 1),
        "chosen": ["option 1"],
        "outcome": "wrong",
        "hints": 1,
        "points": 0,
        "day": "2026-01-05",
        "quiz": None,
        "challenge": None,
        "answered_at": "2026-01-05T12:00:01.000Z",
        "seconds": 1.0,
        "is_counted": True,
    }
    assert second["prompt"] == MARKUP
    assert exported["settings"]["entries"] == [
        {
            "zone": "Europe/Berlin",
            "remind_hour": 7,
            "is_unreachable": False,
            "next_reminder_at": "2026-02-04T12:00:00.000Z",
        }
    ]
    unanswered = [entry for entry in exported["practice_answers"]["entries"] if entry["outcome"] is None]
    assert [(entry["ticked"], entry["chosen"]) for entry in unanswered] == [(["option 0"], [])] * 2
    assert exported["reports"]["entries"][0]["reason"] == MARKUP
    assert exported["boards"]["entries"][0]["period"] == "all"


async def test_a_member_of_whom_nothing_is_stored(database: Database) -> None:
    await use_everything(database, [GRACE])
    before = await everything(database)
    assert (await PrivacyStore(database).footprint(ADA)).is_empty
    exported = await own_data(database, ADA)
    assert all(not group["entries"] for name, group in exported.items() if name != "about")
    await finish(database, await erase(database, ADA))
    assert await everything(database) == before


async def test_the_numbers_on_the_card(database: Database) -> None:
    await use_everything(database, [ADA, GRACE])
    await use_everything(database, [GRACE], GUILD + 1)
    found = await PrivacyStore(database).footprint(ADA)
    assert found == Footprint(
        answers=5,
        hints=3,
        servers=1,
        sessions=2,
        exams=2,
        reviewed=4,
        plans=1,
        reports=1,
        started=1,
        moderated=5,
        hidden=1,
        remind_hour=7,
        zone="Europe/Berlin",
    )
    assert not found.is_empty
