"""A database of the first format becomes one of the second."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.boards import EVERYTHING, Score
from bot.domain.rounds import Answer
from bot.domain.scoring import Outcome
from bot.domain.windows import WEEK, Period, Span
from bot.storage.answers import AnswerStore, to_answer
from bot.storage.boards import BoardStore
from bot.storage.database import Database, to_ms
from bot.storage.facts import FactStore
from bot.storage.hints import HintStore
from bot.storage.quizzes import QuizStore
from bot.storage.rounds import RoundStore
from bot.storage.scopes import ScopeStore
from bot.storage.scores import ScoreStore
from bot.storage.timers import Timer
from tests.domain.examples import make_answer, make_question, seconds
from tests.storage.examples import ADA, GRACE, GUILD, LINUS, add_round, all_timers, ask
from tests.storage.files import TODAY, ask_file, has_table, version
from tests.storage.first_format import MONDAY, OLD_QUESTIONS, OldAnswer, OldDatabase, at


@pytest.fixture
async def old(tmp_path: Path) -> Path:
    """A database of today's format with one fact in it."""
    path = tmp_path / "studyhall.db"
    async with Database.open(path) as database:
        await FactStore(database).put("kept", "x")
    return path


ALWAYS = Span(Period.ALL)


@pytest.fixture
def first_format(tmp_path: Path) -> Iterator[OldDatabase]:
    """An empty database of format 1."""
    old = OldDatabase(tmp_path / "studyhall.db")
    with closing(old.connection):
        yield old


async def board(
    database: Database, span: Span = ALWAYS, guild: int = GUILD, scope: int = EVERYTHING
) -> list[Score]:
    """A board, by member."""
    found = await BoardStore(database).scores(guild, span, scope)
    return sorted(found, key=lambda score: score.member_id)


async def test_answers_of_the_first_format_keep_their_order_and_learn_their_day_and_time(
    first_format: OldDatabase,
) -> None:
    for id_ in (1, 2, 3):
        first_format.round(id_, OLD_QUESTIONS[2], at(0, 23))
    given = [
        OldAnswer(3, GRACE, at(0, 23) + seconds(1.234), Outcome.PARTLY, 5, 2),
        OldAnswer(1, LINUS, at(1, 0)),
        OldAnswer(2, ADA, at(1, 0) - seconds(0.001), Outcome.WRONG, 0),
        OldAnswer(1, ADA, at(0, 23) - seconds(0.5)),  # the clock was ahead of Discord's
        OldAnswer(3, ADA, at(6, 23), hints=1),
    ]
    for answer in given:
        assert first_format.answer(answer)
    first_format.close()
    async with Database.open(first_format.path) as database:
        rows = await database.read("SELECT * FROM answer ORDER BY id")
        assert [row[0] for row in rows] == sorted({row[0] for row in rows})
        answers = [to_answer(row[1:]) for row in rows]
        find = AnswerStore(database).find
        assert [await find(one.round_id, one.member_id) for one in given] == answers
    assert answers == [
        Answer(
            one.round_id,
            one.member_id,
            frozenset({0}),
            one.clicked_at,
            one.hints,
            one.outcome,
            one.points,
            one.clicked_at.date(),
            max(timedelta(), one.clicked_at - at(0, 23)),
        )
        for one in given
    ]
    assert [one.day.day for one in answers] == [5, 6, 5, 5, 11]


async def test_what_counted_in_the_first_format_counts_after_the_upgrade(first_format: OldDatabase) -> None:
    for id_ in (1, 2, 3):
        first_format.round(id_, OLD_QUESTIONS[0], at(0))
    first_format.round(4, OLD_QUESTIONS[1], at(0))
    first_format.round(5, OLD_QUESTIONS[3], at(0))
    for answer in (
        OldAnswer(3, ADA, at(2), points=7),  # the first one was stored last by its round
        OldAnswer(1, ADA, at(1), points=9),
        OldAnswer(4, ADA, at(3), points=11),
        OldAnswer(5, ADA, at(3), points=13),
        OldAnswer(2, ADA, at(7, 0), points=1),  # the next week
        OldAnswer(2, GRACE, at(7, 0) - seconds(0.001), Outcome.WRONG, 0),
    ):
        assert first_format.answer(answer)
    first_format.close()
    async with Database.open(first_format.path) as database:
        scores = ScoreStore(database)
        assert await scores.are_outdated()
        assert await board(database) == []
        await scores.rebuild()
        assert not await scores.are_outdated()
        found = {score.member_id: (score.points, score.answered) for score in await board(database)}
        assert found == {ADA: (7 + 13 + 1, 3), GRACE: (0, 1)}
        assert await board(database) == first_format.scores(GUILD)
    async with Database.open(first_format.path) as database:
        assert not await ScoreStore(database).are_outdated()
        assert await board(database) == first_format.scores(GUILD)


async def test_questions_of_the_first_format_have_scopes(first_format: OldDatabase) -> None:
    for id_, question in enumerate(OLD_QUESTIONS, start=1):
        first_format.round(id_, question, at(7 * id_))
        assert first_format.answer(OldAnswer(id_, ADA, at(7 * id_), points=1 << id_))
    first_format.close()
    async with Database.open(first_format.path) as database:
        await ScoreStore(database).rebuild()
        found = {}
        for bank, topic, scope in await database.read("SELECT bank, topic, id FROM scope"):
            assert await ScopeStore(database).names(scope) == (bank, topic)
            found[bank, topic] = [score.points for score in await board(database, scope=scope)]
    assert found == {
        ("", ""): [30],
        ("sample", ""): [14],
        ("sample", "one"): [2],
        ("sample", "two"): [12],
        ("other", ""): [16],
        ("other", "one"): [16],
    }


async def test_an_empty_database_of_the_first_format_can_be_upgraded(first_format: OldDatabase) -> None:
    first_format.close()
    async with Database.open(first_format.path) as database:
        assert not await ScoreStore(database).are_outdated()
        await ScoreStore(database).rebuild()
        assert await board(database) == []
    assert version(first_format.path) == TODAY


async def test_the_scores_of_a_new_database_are_not_outdated(tmp_path: Path) -> None:
    async with Database.open(tmp_path / "new.db") as database:
        assert not await ScoreStore(database).are_outdated()
        await add_round(database)
    async with Database.open(tmp_path / "new.db") as database:
        assert not await ScoreStore(database).are_outdated()


async def test_a_quiz_of_the_first_format_goes_on_after_the_upgrade(first_format: OldDatabase) -> None:
    questions = [OLD_QUESTIONS[0], OLD_QUESTIONS[2], make_question("c", topic="three")]
    first_format.quiz(1, questions, running=False)
    first_format.quiz(2, questions, running=True)
    first_format.round(1, questions[0], at(0), quiz=(2, 1))
    first_format.round(2, questions[1], at(0), quiz=(2, 2), closed=False)
    assert first_format.answer(OldAnswer(1, ADA, at(0)))
    assert first_format.answer(OldAnswer(2, GRACE, at(0)))
    first_format.run("INSERT INTO hint_use VALUES (2, ?, 1, 5)", ADA)
    first_format.run("INSERT INTO report VALUES (1, 2, ?, 'wrong', 5)", ADA)
    first_format.run("INSERT INTO timer VALUES ('close', 2, ?, 3)", to_ms(at(7)))
    first_format.run("INSERT INTO fact VALUES ('kept', 'x')")
    first_format.close()
    async with Database.open(first_format.path) as database:
        await ScoreStore(database).rebuild()
        rounds, quizzes, answers = RoundStore(database), QuizStore(database), AnswerStore(database)
        assert await FactStore(database).get("kept") == "x"
        assert await HintStore(database).of_round(2) == {ADA: 1}
        assert await database.read("SELECT reason FROM report") == [("wrong",)]
        assert await all_timers(database) == [Timer("close", 2, at(7), 3)]
        (open_,) = await rounds.open()
        assert (open_.id, open_.question, open_.position, open_.total) == (2, questions[1], 2, 3)
        assert not open_.private
        assert (await answers.add(make_answer(ADA, round_id=2, clicked_at=at(1)))).scored
        assert await quizzes.participants(2) == {ADA}
        assert await quizzes.next_question(2) == (3, questions[2])
        (quiz,) = await quizzes.all_running()
        third = await ask(database, quiz, opened_at=at(1), closes_at=at(2))
        assert third.question == questions[2]
        assert (await answers.add(make_answer(ADA, round_id=third.id, clicked_at=at(1, 13)))).scored
        # the first question again in its week, as it is now: it is used up
        again = await add_round(database, questions[0], opened_at=at(1), closes_at=at(2))
        assert not (await answers.add(make_answer(ADA, round_id=again.id, clicked_at=at(1, 14)))).scored
        assert [(score.points, score.answered) for score in await board(database)] == [(30, 3), (10, 1)]


old_answers = st.lists(
    st.builds(
        OldAnswer,
        round_id=st.integers(1, 24),
        member_id=st.sampled_from([ADA, GRACE, LINUS]),
        clicked_at=st.integers(0, 16 * 24).map(lambda hour: MONDAY + timedelta(hours=hour)),
        outcome=st.sampled_from(Outcome),
        points=st.integers(0, 9),
        hints=st.integers(0, 2),
    ),
    min_size=5,
    max_size=60,
)


@settings(max_examples=20)
@given(given_=old_answers)
def test_any_history_of_the_first_format_gives_the_same_boards_after_the_upgrade(
    tmp_path_factory: pytest.TempPathFactory, given_: list[OldAnswer]
) -> None:
    old = OldDatabase(tmp_path_factory.mktemp("old") / "studyhall.db")
    for id_ in range(1, 25):
        question = OLD_QUESTIONS[id_ % len(OLD_QUESTIONS)]
        old.round(id_, question, MONDAY + timedelta(days=id_ % 3), guild=GUILD + id_ % 7 // 6)
    for answer in given_:
        old.answer(answer)
    old.close()

    async def check() -> None:
        async with Database.open(old.path) as database:
            scores = ScoreStore(database)
            await scores.rebuild()
            for guild in (GUILD, GUILD + 1):
                assert await board(database, guild=guild) == old.scores(guild)
                for week in range(3):
                    first = MONDAY.date() + week * WEEK
                    span = Span(Period.WEEK, first)
                    assert await board(database, span, guild) == old.scores(guild, first)
            # whatever comes after that adds up with it
            for number, question in enumerate(OLD_QUESTIONS):
                new = await add_round(database, question, opened_at=at(10), closes_at=at(20))
                await AnswerStore(database).add(make_answer(ADA, round_id=new.id, clicked_at=at(10, number)))
            tables = ("score", "board", "member_day")
            before = [
                await database.read(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4, 5") for table in tables
            ]
            assert all(before)
            await scores.rebuild()
            after = [await database.read(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4, 5") for table in tables]
            assert after == before

    asyncio.run(check())


async def test_the_copy_before_the_upgrade_has_the_first_format(first_format: OldDatabase) -> None:
    first_format.round(1, OLD_QUESTIONS[0], at(0))
    assert first_format.answer(OldAnswer(1, ADA, at(0)))
    first_format.close()
    async with Database.open(first_format.path):
        pass
    copy = first_format.path.with_name("studyhall.db.format-1")
    assert version(copy) == 1
    assert not has_table(copy, "board")
    assert ask_file(copy, "SELECT points FROM score") == 10
    assert version(first_format.path) == TODAY
    assert not has_table(first_format.path, "numbered_answer")


async def test_an_upgraded_database_has_the_same_tables_as_a_new_one(
    first_format: OldDatabase, tmp_path: Path
) -> None:
    first_format.close()
    schemas = []
    for path in (first_format.path, tmp_path / "new.db"):
        async with Database.open(path) as database:
            schemas.append(await database.read("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"))
            assert await database.read("PRAGMA foreign_key_check") == []
    assert schemas[0] == schemas[1]


async def test_making_the_scores_anew_is_forgotten_only_when_it_is_done(
    first_format: OldDatabase,
) -> None:
    for guild in (GUILD, GUILD + 1):
        first_format.round(guild - GUILD + 1, OLD_QUESTIONS[0], at(0), guild=guild)
        assert first_format.answer(OldAnswer(guild - GUILD + 1, ADA, at(0)))
    first_format.close()
    async with Database.open(first_format.path) as database:
        scores = ScoreStore(database)

        def stop(done: int, of: int) -> None:
            raise ZeroDivisionError(f"{done} of {of}")

        with pytest.raises(ZeroDivisionError, match="1 of 2"):
            await scores.rebuild(stop)
        assert await scores.are_outdated()
        assert await board(database) == []
        await scores.rebuild()
        assert not await scores.are_outdated()
        assert len(await board(database)) == len(await board(database, guild=GUILD + 1)) == 1
