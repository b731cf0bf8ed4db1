"""A database of the second format becomes one of the third."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fsrs import Rating

from bot.clock import SystemClock
from bot.domain.questions import Question
from bot.domain.reviews import Review, ReviewCard, memory_model, replay
from bot.domain.scoring import Outcome
from bot.storage.answers import AnswerStore
from bot.storage.database import Database, _migrations, to_day, to_ms
from bot.storage.reviews import ReviewStore
from bot.storage.rounds import RoundStore
from bot.storage.scores import ScoreStore
from bot.study.memory import Memory
from tests.domain.examples import make_answer, make_question, seconds
from tests.messages import text
from tests.storage.examples import ADA, CHANNEL, GRACE, GUILD, LINUS, add_round
from tests.storage.files import TODAY, ask_file, has_table, version
from tests.world import World

SCRIPTS = _migrations()[:2]

MODEL = memory_model(0.9)

MONDAY = date(2026, 1, 5)

QUESTIONS = (
    make_question("a", topic="one"),
    make_question("a", topic="one", prompt="Edited?"),
    make_question("b", topic="two", hints=("a hint",)),
    make_question("a", topic="one", bank="other"),
)

Asked = tuple[int, Question, int]
"""A round: its server, its question, its day counted from the Monday."""


def noon(day: int) -> datetime:
    """Noon of a day, counted from the Monday."""
    return datetime(2026, 1, 5, 12, tzinfo=UTC) + timedelta(days=day)


class SecondFormat:
    """Writes a database as the second version left it, without our code but for its scripts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = sqlite3.connect(path)
        script = "\n".join(SCRIPTS)
        self.connection.executescript(f"{script} PRAGMA journal_mode = WAL; PRAGMA user_version = 2;")

    def run(self, sql: str, *parameters: Any) -> None:
        """Run a statement."""
        self.connection.execute(sql, parameters)

    def close(self) -> None:
        """Write it all to the file."""
        self.connection.commit()
        self.connection.close()

    def round(
        self, id_: int, question: Question, day: int = 0, *, guild: int = GUILD, closed: bool = True
    ) -> str:
        """A round that was open for a week; the version of its question."""
        for topic in ("", question.topic):
            self.run(
                "INSERT INTO scope (bank, topic) VALUES (?, ?) ON CONFLICT DO NOTHING", question.bank, topic
            )
        self.run(
            "INSERT INTO question_version SELECT ?, ?, ?, ?, whole.id, part.id, NULL FROM scope AS whole "
            "JOIN scope AS part USING (bank) WHERE bank = ? AND whole.topic = '' AND part.topic = ? "
            "ON CONFLICT DO NOTHING",
            *(question.version, question.bank, question.id, json.dumps(question.to_dict())),
            *(question.bank, question.topic),
        )
        opened, closes = to_ms(noon(day)), to_ms(noon(day + 7))
        self.run(
            "INSERT INTO round (id, guild_id, channel_id, message_id, version, option_order, opened_at, closes_at, "
            "closed_at, close_reason) VALUES (?, ?, ?, ?, ?, '0,1,2,3', ?, ?, ?, ?)",
            *(id_, guild, CHANNEL, 700 + id_, question.version, opened, closes),
            *((closes, "deadline") if closed else (None, None)),
        )
        return question.version

    def answer(self, round_id: int, member: int, day: int, outcome: Outcome, hints: int = 0) -> None:
        """An answer at noon and seven seconds; a member's days may begin before the server's do."""
        self.run(
            "INSERT INTO answer (round_id, member_id, choice, clicked_at, hints, outcome, points, day, took) "
            "VALUES (?, ?, 1, ?, ?, ?, 0, ?, 7000)",
            *(round_id, member, to_ms(noon(day) + seconds(7)), hints, int(outcome)),
            to_day(MONDAY + timedelta(days=day)),
        )


@pytest.fixture
def old(tmp_path: Path) -> Iterator[SecondFormat]:
    """An empty database of format 2."""
    made = SecondFormat(tmp_path / "studyhall.db")
    with closing(made.connection):
        yield made


def card_of(question: Question, *answers: tuple[Rating, int]) -> ReviewCard | None:
    """The card after answers, each with its day counted from the Monday."""
    return replay(
        MODEL,
        [
            Review(question.bank, question.id, rating, MONDAY + timedelta(days=day), noon(day), seconds(7))
            for rating, day in answers
        ],
    )


async def test_reports_keep_everything_and_know_their_version_and_server(old: SecondFormat) -> None:
    first, second = old.round(1, QUESTIONS[0]), old.round(2, QUESTIONS[3], guild=GUILD + 1)
    reports = [
        (3, 1, ADA, "two options are right", 1_767_600_000_123),
        (7, 2, GRACE, "Ünïcode 🤗 '; DROP TABLE report", 5),
        (8, 2, ADA, "two options are right", 6),
    ]
    for report in reports:
        old.run(
            "INSERT INTO report (id, round_id, member_id, reason, reported_at) VALUES (?, ?, ?, ?, ?)",
            *report,
        )
    old.close()
    async with Database.open(old.path) as database:
        rows = await database.read(
            "SELECT id, round_id, member_id, reason, reported_at FROM report ORDER BY id"
        )
        assert [tuple(row) for row in rows] == reports
        known = await database.read("SELECT guild_id, version FROM report ORDER BY id")
        assert [tuple(row) for row in known] == [(GUILD, first), (GUILD + 1, second), (GUILD + 1, second)]
        assert await database.read("PRAGMA foreign_key_check") == []
        async with database.transaction() as transaction:
            # a report on a question that was asked in private, which is what the third format is for
            await transaction.run(
                "INSERT INTO report (guild_id, version, round_id, member_id, reason, reported_at) "
                "VALUES (NULL, ?, NULL, ?, 'x', 9)",
                (first, ADA),
            )
        assert await database.read("SELECT max(id) FROM report") == [(9,)]


async def test_a_copy_in_the_second_format_stays(old: SecondFormat) -> None:
    old.round(1, QUESTIONS[0])
    old.run("INSERT INTO report (round_id, member_id, reason, reported_at) VALUES (1, ?, 'kept', 5)", ADA)
    old.close()
    async with Database.open(old.path):
        pass
    copy = old.path.with_name("studyhall.db.format-2")
    assert version(copy) == 2
    assert ask_file(copy, "SELECT reason FROM report") == "kept"
    assert not has_table(copy, "review_card")
    assert version(old.path) == TODAY
    assert has_table(old.path, "review_card")
    assert not has_table(old.path, "question_report")


async def test_an_upgraded_database_has_the_same_tables_as_a_new_one(
    old: SecondFormat, tmp_path: Path
) -> None:
    old.close()
    schemas = []
    for path in (old.path, tmp_path / "new.db"):
        async with Database.open(path) as database:
            schemas.append(await database.read("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"))
    assert schemas[0] == schemas[1]


async def test_all_old_answers_become_reviews(old: SecondFormat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.study.memory._PATIENCE", None)  # however slow this machine is
    for id_, question in enumerate(QUESTIONS, start=1):
        old.round(id_, question, day=0)
    old.answer(1, ADA, 0, Outcome.WRONG)
    old.answer(2, ADA, 3, Outcome.RIGHT)  # the same question, edited
    old.answer(3, ADA, 3, Outcome.RIGHT, hints=1)
    old.answer(4, ADA, 6, Outcome.PARTLY)
    old.answer(3, GRACE, 6, Outcome.RIGHT)
    old.close()
    async with Database.open(old.path) as database:
        store = ReviewStore(database)
        assert await store.cards(ADA) == []
        reviews = Memory(store, MODEL, SystemClock())
        found = sorted(await reviews.cards(ADA), key=lambda card: card.full_id)
        assert found == [
            card_of(QUESTIONS[3], (Rating.Again, 6)),
            card_of(QUESTIONS[0], (Rating.Again, 0), (Rating.Good, 3)),
            card_of(QUESTIONS[2], (Rating.Hard, 3)),
        ]
        assert await reviews.cards(GRACE) == [card_of(QUESTIONS[2], (Rating.Good, 6))]
        assert await reviews.cards(LINUS) == []
        assert await database.read("SELECT count(*), max(number) FROM review_log") == [(5, 2)]
        await reviews.stop(1.0)
    async with Database.open(old.path) as database:
        reviews = Memory(ReviewStore(database), MODEL, SystemClock())
        assert len(await reviews.cards(ADA)) == 3
        assert await database.read("SELECT count(*) FROM review_log") == [(5,)]
        await reviews.stop(1.0)


async def test_who_asks_while_old_answers_become_reviews_waits_for_them(
    old: SecondFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.study.memory._PATIENCE", None)
    monkeypatch.setattr("bot.study.memory._SLICE", 1)
    for id_ in range(1, 6):
        old.round(id_, make_question(f"question-{id_}"))
        old.answer(id_, ADA, 0, Outcome.RIGHT)
    old.close()
    async with Database.open(old.path) as database:
        reviews = Memory(ReviewStore(database), MODEL, SystemClock())
        reviews.start()
        await asyncio.sleep(0)  # the work has begun
        assert len(await reviews.cards(ADA)) == 5
        await reviews.stop(1.0)


async def test_nobody_waits_longer_than_a_member_can(
    old: SecondFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.study.memory._PATIENCE", 0)
    old.round(1, QUESTIONS[0])
    old.answer(1, ADA, 0, Outcome.RIGHT)
    old.close()
    async with Database.open(old.path) as database:
        reviews = Memory(ReviewStore(database), MODEL, SystemClock())
        async with database.transaction():  # the work has to wait for something that takes long
            assert await reviews.cards(ADA) == []
        # it goes on meanwhile
        monkeypatch.setattr("bot.study.memory._PATIENCE", None)
        assert len(await reviews.cards(ADA)) == 1
        await reviews.stop(1.0)


async def test_more_old_answers_than_one_slice_has(old: SecondFormat) -> None:
    members = range(ADA, ADA + 450)
    old.round(1, QUESTIONS[0])
    for member in members:
        old.answer(1, member, 0, Outcome.RIGHT)
    old.close()
    async with Database.open(old.path) as database:
        slices = []
        while done := await ReviewStore(database).catch_up(MODEL, 200):
            slices.append(done)
            assert len(slices) < 9, "it has no end"
        assert slices == [200, 200, 50]
        assert await database.read("SELECT count(*) FROM review_card") == [(450,)]


async def test_rounds_and_scores_go_on(old: SecondFormat) -> None:
    old.round(1, QUESTIONS[0], closed=False)
    old.answer(1, ADA, 0, Outcome.RIGHT)
    old.run("INSERT INTO fact VALUES ('scores', 'outdated'), ('kept', 'x')")
    old.close()
    async with Database.open(old.path) as database:
        await ScoreStore(database).rebuild()
        (open_,) = await RoundStore(database).open()
        assert (open_.id, open_.question, open_.guild_id) == (1, QUESTIONS[0], GUILD)
        assert (await AnswerStore(database).add(make_answer(GRACE, clicked_at=noon(1)))).is_new
        new = await add_round(database, QUESTIONS[2], opened_at=noon(8), closes_at=noon(9))
        assert (await AnswerStore(database).add(make_answer(ADA, round_id=new.id, clicked_at=noon(8)))).is_new
        assert [await ReviewStore(database).catch_up(MODEL, 2) for _ in range(3)] == [2, 1, 0]
        assert await database.read("SELECT value FROM fact WHERE name = 'kept'") == [("x",)]
        assert len(await ReviewStore(database).cards(ADA)) == 2
        assert len(await ReviewStore(database).cards(GRACE)) == 1


async def test_a_member_of_an_old_server_has_something_to_review(world: World) -> None:
    """The bot is upgraded: what was answered before it knew of reviews is due."""
    await world.kill()
    for file in world.database.parent.glob("studyhall.db*"):
        file.unlink()
    old = SecondFormat(world.database)
    question = world.app.library.catalog.default.by_id["first"]
    old.round(1, question, day=-9, guild=world.guild.id)
    old.answer(1, world.ada.id, -9, Outcome.WRONG)
    old.close()
    await world._open()
    await world.env.restart_bot(world.app.client)
    await world.until(2026, 1, 5)
    shown = (await world.ada.slash(world.channel, "review")).response
    assert "1 due today" in text(shown)
    assert question.prompt in text(shown)
    nothing = (await world.grace.slash(world.channel, "review")).response
    assert "You have no questions in review yet" in text(nothing)
