"""What counts on boards, and boards by window."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.boards import Score
from bot.domain.questions import Question
from bot.domain.rounds import CloseReason
from bot.domain.scoring import Outcome
from bot.domain.windows import Window
from bot.storage.answers import AnswerStore, Stored
from bot.storage.boards import BoardStore
from bot.storage.database import Database
from bot.storage.rounds import RoundStore
from tests.domain.examples import NOON, make_answer, make_question, seconds
from tests.storage.conftest import Commits
from tests.storage.examples import ADA, CHANNEL, GRACE, GUILD, WEEK, add_round

ALWAYS = Window(None, None)
DAY = timedelta(days=1)


async def answer(
    database: Database,
    question: Question | None = None,
    *,
    member: int = ADA,
    guild: int = GUILD,
    at: datetime = NOON,
    week: datetime = WEEK,
    **changes: Any,
) -> Stored:
    """Let a member answer a question in a round of its own."""
    round_ = await add_round(database, question, guild_id=guild, opened_at=at, closes_at=at + DAY)
    given = make_answer(member, round_id=round_.id, clicked_at=at, **changes)
    return await AnswerStore(database).add(given, week)


async def scores(database: Database, window: Window = ALWAYS, guild: int = GUILD) -> list[Score]:
    """A board, by member."""
    found = await BoardStore(database).scores(guild, window)
    return sorted(found, key=lambda score: score.member_id)


async def test_a_question_counts_once_in_a_week(database: Database) -> None:
    assert (await answer(database)).scored
    again = await answer(database, at=NOON + DAY)
    assert again.is_new
    assert not again.scored
    assert [score.points for score in await scores(database)] == [10]


async def test_a_question_counts_again_in_the_next_week(database: Database) -> None:
    assert (await answer(database)).scored
    assert (await answer(database, at=NOON + 7 * DAY, week=WEEK + 7 * DAY)).scored
    assert [score.points for score in await scores(database)] == [20]


async def test_a_wrong_answer_uses_the_question_up(database: Database) -> None:
    assert (await answer(database, outcome=Outcome.WRONG)).scored
    assert not (await answer(database)).scored
    assert await scores(database) == [Score(ADA, points=0, right=0, answered=1)]


async def test_a_click_that_is_no_answer_counts_nothing(database: Database) -> None:
    round_ = await add_round(database, closes_at=NOON + 14 * DAY)
    closed = await add_round(database, make_question("closed"))
    await RoundStore(database).close(closed.id, CloseReason.SKIPPED, NOON)
    answers = AnswerStore(database)
    await answers.add(make_answer(ADA, round_id=round_.id), WEEK)
    again = make_answer(ADA, round_id=round_.id, clicked_at=NOON + 7 * DAY)
    assert not (await answers.add(again, WEEK + 7 * DAY)).scored
    assert not (await answers.add(make_answer(ADA, round_id=closed.id), WEEK)).scored
    assert [score.answered for score in await scores(database)] == [1]


async def test_an_edited_question_is_still_the_same(database: Database) -> None:
    edited = make_question(prompt="Put better: what is right?")
    assert edited.version != make_question().version
    assert (await answer(database)).scored
    assert not (await answer(database, edited)).scored


@pytest.mark.parametrize(
    "other",
    [
        {"member": GRACE},
        {"guild": GUILD + 1},
        {"question": make_question("second")},
        {"question": make_question(bank="another")},
    ],
    ids=["member", "server", "question", "bank"],
)
async def test_another_one_counts_for_itself(database: Database, other: dict[str, Any]) -> None:
    assert (await answer(database)).scored
    assert (await answer(database, **other)).scored


async def test_a_question_counts_once_within_one_commit(database: Database, commits: Commits) -> None:
    rounds = [await add_round(database, channel_id=CHANNEL + n) for n in range(3)]
    answers = AnswerStore(database)
    commits.forget()
    stored = await asyncio.gather(
        *(answers.add(make_answer(ADA, round_id=round_.id), WEEK) for round_ in rounds)
    )
    assert commits.number == 1
    assert all(one.is_new for one in stored)
    assert sum(one.scored for one in stored) == 1
    assert [score.answered for score in await scores(database)] == [1]


async def test_a_score_is_the_sum_of_what_was_answered(database: Database) -> None:
    await answer(database, make_question("a"), points=12, hints=1, at=NOON)
    await answer(database, make_question("b"), outcome=Outcome.PARTLY, points=5, at=NOON + seconds(1.5))
    await answer(database, make_question("c"), outcome=Outcome.WRONG, hints=2, at=NOON + seconds(9))
    last = NOON + seconds(1.5)
    assert await scores(database) == [Score(ADA, points=17, right=1, answered=3, hints=3, last_at=last)]


async def test_a_member_without_points_has_no_last_points(database: Database) -> None:
    await answer(database, outcome=Outcome.WRONG)
    assert [score.last_at for score in await scores(database)] == [None]


async def test_each_server_has_its_own_board(database: Database) -> None:
    await answer(database, member=ADA)
    await answer(database, member=GRACE, guild=GUILD + 1)
    assert [score.member_id for score in await scores(database)] == [ADA]
    assert [score.member_id for score in await scores(database, guild=GUILD + 1)] == [GRACE]
    assert await scores(database, guild=GUILD + 2) == []


@pytest.mark.parametrize(
    ("start", "end", "counts"),
    [
        (NOON, NOON + DAY, True),
        (NOON - DAY, NOON, False),
        (NOON + seconds(0.001), NOON + DAY, False),
        (NOON - DAY, NOON + seconds(0.001), True),
        (None, NOON, False),
        (None, NOON + DAY, True),
        (NOON, None, True),
        (NOON + DAY, None, False),
        (None, None, True),
    ],
)
async def test_a_window_holds_its_start_and_not_its_end(
    database: Database, start: datetime | None, end: datetime | None, counts: bool
) -> None:
    await answer(database, at=NOON)
    assert bool(await scores(database, Window(start, end))) == counts


async def test_a_board_sums_only_what_is_in_its_window(database: Database) -> None:
    for number in range(5):
        await answer(
            database, make_question(f"question-{number}"), at=NOON + number * DAY, points=1 << number
        )
    board = await scores(database, Window(NOON + DAY, NOON + 3 * DAY))
    assert board == [Score(ADA, points=2 + 4, right=2, answered=2, last_at=NOON + 2 * DAY)]
