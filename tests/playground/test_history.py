"""The demo's history is what it says, and what the bot itself would have made of the answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.banks.loader import load_catalog
from bot.config import Settings
from bot.domain.rounds import Answer, Round
from bot.domain.scoring import grade, points
from bot.domain.windows import Choice
from bot.errors import DatabaseError
from bot.storage.answers import AnswerStore
from bot.storage.challenges import CARD, END, OVER, PODIUM
from bot.storage.database import Database
from bot.storage.plans import START
from bot.storage.rounds import RoundStore
from bot.storage.scores import ScoreStore
from bot.storage.timers import TimerStore
from playground import __main__ as command_line
from playground.demo import FINISHED, Server, clear, write_history
from playground.people import PEOPLE
from playground.server import open_playground
from tests.messages import text
from tests.playground.newcomer import ROOT

SERVER = Server(1, 2, {person.name: 100 + place for place, person in enumerate(PEOPLE)}, 3, 4)
MONDAY_MORNING = datetime(2026, 11, 23, 0, 4, 30, tzinfo=UTC)
"""A time at which the week, and its board, have only just begun."""


async def all_rows(database: Database) -> dict[str, Sequence[Any]]:
    """Everything that is derived from the answers."""
    return {
        table: await database.read(f"SELECT * FROM {table} ORDER BY {columns}")
        for table, columns in (
            ("score", "guild_id, member_id, bank, question, week"),
            ("board", "guild_id, period, start, scope, member_id"),
            ("member_day", "guild_id, member_id, day"),
        )
    }


async def all_answers(database: Database) -> list[tuple[Round, Answer]]:
    """All answers with their rounds."""
    rounds, answers = RoundStore(database), AnswerStore(database)
    found = []
    for (round_id,) in await database.read("SELECT id FROM round"):
        round_ = await rounds.get(round_id)
        assert round_ is not None
        found += [(round_, answer) for answer in await answers.of_round(round_id)]
    return found


async def test_the_history_is_what_the_bot_would_have_made(tmp_path: Path) -> None:
    bank = load_catalog(ROOT / "questions").catalog.default
    async with Database.open(tmp_path / "demo.db") as database:
        await write_history(database, SERVER, bank, MONDAY_MORNING)
        answered = await all_answers(database)
        for round_, answer in answered:
            question = round_.question
            assert question in bank.questions
            graded = grade(question.key, answer.choice)
            assert len(answer.choice) == question.choose
            assert answer.outcome is graded.outcome
            assert answer.points == points(
                graded, time_left=round_.time_left(answer.clicked_at), hints=answer.hints
            )
            seen_at = answer.clicked_at - answer.took
            assert round_.opened_at <= seen_at < answer.clicked_at < min(round_.closes_at, MONDAY_MORNING)
            assert round_.private or seen_at == round_.opened_at
            assert answer.day == answer.clicked_at.date()
        # all are there who are said to be, and the board of a week that is minutes old has two pages
        assert {answer.member_id for _, answer in answered} == set(SERVER.members.values())
        assert len({answer.member_id for _, answer in answered if answer.day == MONDAY_MORNING.date()}) > 10
        assert min(answer.day for _, answer in answered) < MONDAY_MORNING.date() - timedelta(days=80)
        # what falls due: one podium, one card, and what comes after them; no results of old questions
        due, _ = await TimerStore(database).due(MONDAY_MORNING + timedelta(days=30))
        # (the challenges of the past have no cards that could be marked as over)
        assert [timer.kind for timer in due if timer.kind != OVER] == [PODIUM, CARD, END, START]
        assert all(round_.private for round_ in await RoundStore(database).open())
        before = await all_rows(database)
        await ScoreStore(database).rebuild()
        assert await all_rows(database) == before
    async with Database.open(tmp_path / "again.db") as database:
        await write_history(database, SERVER, bank, MONDAY_MORNING + timedelta(seconds=20))
        assert await all_answers(database) == answered


async def test_the_bot_goes_on_with_the_history(tmp_path: Path) -> None:
    settings = Settings(database=tmp_path / "studyhall.db", banks=ROOT / "questions", _env_file=None)
    async with open_playground(settings, demo=True) as (env, app, place):
        guild, ada = place.guild.id, place.viewers[0].id
        podium, card = place.channel.history()
        assert "Challenge #5 is over" in text(podium)
        assert text(podium).count("<@") >= 3
        assert "Weekly challenge #6" in text(card)
        assert "played so far" in text(card)  # brought up to date by the one who played late
        assert timedelta() < card.created_at - podium.created_at < timedelta(minutes=1)
        assert timedelta(days=3) < env.now() - card.created_at < timedelta(days=5)
        for choice in (Choice.ALL_TIME, Choice.LAST_WEEK):
            board = await app.boards.ask(guild, ada, choice, bank=None, topic=None)
            assert board.page.members > 20
            assert sum(streak.days > 1 for streak in board.streaks.values()) > 1
        board = await app.boards.ask(guild, ada, Choice.THIS_CHALLENGE, bank=None, topic=None)
        assert board.page.members > 10
        assert board.page.own is None
        number, challenges = await app.play.history(guild, 0)
        assert number == FINISHED == 5
        assert all(c.winners and c.points and c.players > 3 for c in challenges)
        found = await app.boards.statistics(guild, ada, ada)
        assert found.streak.days > 7
        assert found.streak.freezes > 0
        outlook = await app.plans.outlook(await app.plans.get(guild))
        assert outlook.running is not None
        assert outlook.next_at is not None
        assert outlook.next_at > env.now()
        # the champion of the last challenge wears the role, and nobody else does
        (winner,) = challenges[0].winners
        role = outlook.plan.champion_role_id
        members = env.backend.guilds[guild].members
        assert [member for member in members if role in members[member].role_ids] == [winner]
        with pytest.raises(DatabaseError, match="Another Studyhall is running"):
            clear(tmp_path / "demo.db")
    assert not (tmp_path / "studyhall.db").exists()
    assert not (tmp_path / "playground.db").exists()


@pytest.mark.parametrize("arguments", [["--demo"], ["--demo", "--unless-token"]])
def test_the_demo_is_the_playground_even_with_a_token(
    arguments: list[str], elsewhere: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served = []

    async def serve(settings: Settings, *, demo: bool) -> None:
        served.append(demo)

    monkeypatch.setattr(command_line, "serve", serve)
    monkeypatch.setenv("DISCORD_TOKEN", "a.b.c")
    assert command_line.main(arguments) == 0
    assert served == [True]
    assert "This is the playground" in capsys.readouterr().out
