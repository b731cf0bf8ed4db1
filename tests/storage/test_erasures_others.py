"""What erasing a member leaves for everybody else: reviews, numbers on cards, winners, boards."""

from __future__ import annotations

import pytest

from bot.domain.boards import NOBODY
from bot.storage.answers import AnswerStore
from bot.storage.challenges import ChallengeStore
from bot.storage.database import Database
from bot.storage.exams import ExamStore
from bot.storage.reviews import ReviewStore
from bot.storage.sessions import SessionStore
from tests.domain.examples import NOON, make_answer, seconds
from tests.storage.erasing import close, on_board, open_round
from tests.storage.examples import ADA, GRACE, GUILD, start_challenge, timers
from tests.storage.personal import (
    HOUR,
    MODEL,
    answer_in,
    erase,
    everything,
    finish,
    traces,
    use_everything,
)


async def test_the_next_answers_become_reviews_though_their_ids_were_given_before(database: Database) -> None:
    first = await open_round(database, "one")
    await answer_in(database, ADA, first.id)
    await close(database, first)
    await ReviewStore(database).catch_up(MODEL, 50)
    await finish(database, await erase(database, ADA))
    second = await open_round(database, "two")
    await answer_in(database, GRACE, second.id)
    assert await ReviewStore(database).catch_up(MODEL, 50) == 1
    assert [card.question for card in await ReviewStore(database).cards(GRACE)] == ["two"]


async def test_answers_that_are_no_reviews_yet_become_none(database: Database) -> None:
    round_ = await open_round(database)
    await answer_in(database, ADA, round_.id)
    await close(database, round_)
    await finish(database, await erase(database, ADA))
    assert await ReviewStore(database).catch_up(MODEL, 50) == 0
    assert await traces(database, ADA) == {}


async def test_numbers_on_old_cards_are_never_given_again(database: Database) -> None:
    await use_everything(database, [ADA])
    kinds = ("session", "item", "exam", "report")
    last = {kind: (await database.read(f"SELECT max(id) FROM {kind}"))[0][0] for kind in kinds}
    await finish(database, await erase(database, ADA))
    await use_everything(database, [ADA])
    for kind in kinds:
        assert (await database.read(f"SELECT min(id) FROM {kind} WHERE id > 1"))[0][0] > last[
            kind
        ] or kind == "report"
    reports = await database.read("SELECT id FROM report WHERE member_id = ?", (ADA,))
    assert reports[0][0] > last["report"]


async def test_a_voided_question_is_no_obstacle(database: Database) -> None:
    challenge, rounds = await start_challenge(database, 2)
    for round_ in rounds:
        await answer_in(database, ADA, round_.id, private=True)
        await close(database, round_, NOON + HOUR)
    version = rounds[0].question.version
    async with database.transaction() as transaction:
        await transaction.run("INSERT INTO voided VALUES (?, ?, ?, ?)", (GUILD, version, GRACE, 0))
        await transaction.run("INSERT INTO recount VALUES (?, ?)", (GUILD, ADA))  # not done yet
    await finish(database, await erase(database, ADA))
    assert await traces(database, ADA) == {}
    assert await on_board(database, challenge.span) == {NOBODY: 1}
    assert await on_board(database) == {NOBODY: 1}


async def test_an_exam_that_runs_and_a_practice_that_is_open_are_gone(database: Database) -> None:
    await use_everything(database, [ADA])
    assert await ExamStore(database, MODEL).running(ADA)
    await erase(database, ADA)
    assert await ExamStore(database, MODEL).running(ADA) is None
    assert await SessionStore(database, MODEL).get(1) is None
    assert not [kind for kind, _ in await timers(database) if kind in {"exam", "remind"}]


async def test_others_can_go_on_with_what_names_nobody(database: Database) -> None:
    await use_everything(database, [ADA, GRACE])
    await finish(database, await erase(database, ADA))
    challenge = await ChallengeStore(database).get(1)
    assert challenge
    assert challenge.winners == (NOBODY, GRACE)
    await finish(database, await erase(database, GRACE))
    challenge = await ChallengeStore(database).get(1)
    assert challenge
    assert challenge.winners == (NOBODY, NOBODY)
    stored = await AnswerStore(database).add(make_answer(ADA, clicked_at=NOON + seconds(5)))
    assert stored.stands is None  # its round is closed


async def test_twice_is_once(database: Database) -> None:
    await use_everything(database, [ADA, GRACE])
    await finish(database, await erase(database, ADA))
    before = await everything(database)
    await finish(database, await erase(database, ADA))
    assert await everything(database) == before


@pytest.mark.parametrize("other", [ADA // 10, 1, 9])
async def test_ids_that_are_alike_are_others(database: Database, other: int) -> None:
    challenge, rounds = await start_challenge(database, 2)
    for member in (ADA, other):
        await answer_in(database, member, rounds[0].id, private=True)
    await ChallengeStore(database).archive_result(challenge.id, [other, ADA, other], 1, 2)
    for round_ in rounds:
        await close(database, round_)
    await finish(database, await erase(database, ADA))
    found = await ChallengeStore(database).get(challenge.id)
    assert found
    assert found.winners == (other, NOBODY, other)
