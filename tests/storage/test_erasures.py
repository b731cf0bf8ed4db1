"""Erasing a member: what waits, what comes after, and what a kill in the middle leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.boards import NOBODY
from bot.domain.scoring import Outcome
from bot.domain.sessions import Kind
from bot.storage.boards import BoardStore
from bot.storage.challenges import CROWN, PODIUM, ChallengeStore
from bot.storage.database import Database
from bot.storage.erasures import ERASE_MEMBER, ErasureStore
from bot.storage.hints import HintStore
from bot.storage.members import MemberStore
from bot.storage.reviews import ReviewStore
from bot.storage.scores import ScoreStore
from bot.storage.servers import ServerStore, Unlisted
from bot.storage.sessions import SessionStore
from bot.storage.timers import set_timer
from tests.domain.examples import NOON, make_question, seconds
from tests.storage.erasing import ALWAYS, MINUTE, SOON, answered, close, on_board, open_round
from tests.storage.examples import ADA, GRACE, GUILD, add_round, derived, start_challenge, timers
from tests.storage.personal import (
    HOUR,
    LATER,
    MODEL,
    answer_in,
    erase,
    everything,
    finish,
    totals,
    traces,
    use_everything,
)


@pytest.fixture
def erasures(database: Database) -> ErasureStore:
    """The erasures in the database."""
    return ErasureStore(database, MODEL)


# what waits


async def test_answers_to_open_questions_wait_until_they_are_closed(
    database: Database, erasures: ErasureStore
) -> None:
    closed, still_open = await open_round(database, "closed"), await open_round(database)
    for round_ in (closed, still_open):
        await HintStore(database).take(round_.id, ADA, 1, NOON)
        await answer_in(database, ADA, round_.id)
    await close(database, closed, SOON)
    erasure = await erase(database, ADA, SOON)
    assert await answered(database) == {still_open.id}
    assert await HintStore(database).of_round(still_open.id) == {ADA: 1}
    assert await HintStore(database).of_round(closed.id) == {}
    assert await erasures.held_until(erasure, SOON) == LATER
    assert await erasures.find(ADA) == erasure
    assert await on_board(database) == {NOBODY: 1, ADA: 1}
    await close(database, still_open)
    assert await erasures.held_until(erasure, SOON) is None
    await finish(database, erasure)
    assert await traces(database, ADA) == {}
    assert await on_board(database) == {NOBODY: 2}


async def test_a_hint_for_an_open_question_waits_without_an_answer(
    database: Database, erasures: ErasureStore
) -> None:
    round_ = await open_round(database)
    await HintStore(database).take(round_.id, ADA, 1, NOON)
    erasure = await erase(database, ADA, SOON)
    assert await HintStore(database).of_round(round_.id) == {ADA: 1}
    assert await erasures.held_until(erasure, SOON) == LATER


async def test_having_seen_a_question_of_a_challenge_waits(
    database: Database, erasures: ErasureStore
) -> None:
    challenge, rounds = await start_challenge(database, 2)
    await ChallengeStore(database).show(rounds[0].id, ADA, NOON)
    erasure = await erase(database, ADA, SOON)
    assert await erasures.held_until(erasure, SOON) == challenge.ends_at
    assert await ChallengeStore(database).shown(rounds[0].id) == {ADA: NOON}


@pytest.mark.parametrize("kind", [PODIUM, CROWN])
async def test_answers_in_a_challenge_wait_until_it_is_over_for_good(
    database: Database, erasures: ErasureStore, kind: str
) -> None:
    challenge, rounds = await start_challenge(database, 2)
    await answer_in(database, ADA, rounds[0].id, private=True)
    for round_ in rounds:
        await close(database, round_, challenge.ends_at)
    async with database.transaction() as transaction:
        await set_timer(transaction, kind, challenge.id, challenge.ends_at)
    now = challenge.ends_at + MINUTE
    erasure = await erase(database, ADA, now)
    assert await answered(database) == {rounds[0].id}
    # a podium that can't be posted, or a server that has removed the bot, does not hold it up for ever
    assert await erasures.held_until(erasure, now + timedelta(days=4)) is None


async def test_a_question_that_is_never_closed_holds_nothing_up_for_ever(
    database: Database, erasures: ErasureStore
) -> None:
    round_ = await open_round(database, closes_at=NOON + HOUR)
    await answer_in(database, ADA, round_.id)
    erasure = await erase(database, ADA, NOON + 2 * HOUR)
    assert await answered(database) == {round_.id}
    while await erasures.erase_some(erasure, NOON + timedelta(days=4)):
        pass
    assert await answered(database) == set()


async def test_who_waits_is_on_no_board(database: Database) -> None:
    round_ = await open_round(database)
    for member in (ADA, GRACE):
        await answer_in(database, member, round_.id)
    erasure = await erase(database, ADA, SOON)
    page = await BoardStore(database).page(GUILD, ALWAYS, 1, GRACE, 0)
    assert [standing.score.member_id for standing in page.standings] == [GRACE]
    await close(database, round_)
    await finish(database, erasure)
    assert not await ServerStore(database).is_unlisted(GUILD, ADA, Unlisted.ERASED)


# coming back


async def test_what_was_done_after_coming_back_stays(database: Database, erasures: ErasureStore) -> None:
    first, second = await open_round(database, "one"), await open_round(database, "two")
    await answer_in(database, ADA, first.id, clicked_at=NOON)
    erasure = await erase(database, ADA, SOON)
    back = SOON + MINUTE
    await answer_in(database, ADA, second.id, clicked_at=back)
    await MemberStore(database).remind(ADA, 7, "Europe/Berlin", LATER)
    await ServerStore(database).unlist(GUILD, [ADA], Unlisted.HIDDEN)
    await ReviewStore(database).catch_up(MODEL, 50)
    for round_ in (first, second):
        await close(database, round_)
    await finish(database, erasure)
    assert await answered(database) == {second.id}
    assert await on_board(database) == {NOBODY: 1, ADA: 1}
    assert await MemberStore(database).remind_hour(ADA) == 7
    assert await ServerStore(database).is_unlisted(GUILD, ADA, Unlisted.HIDDEN)
    assert [card.question for card in await ReviewStore(database).cards(ADA)] == ["two"]
    before = await derived(database)
    await ScoreStore(database).rebuild()
    assert await derived(database) == before


async def test_a_question_that_was_answered_before_and_after(database: Database) -> None:
    question = make_question("again")
    old = await add_round(database, question, closes_at=LATER)
    await answer_in(database, ADA, old.id, clicked_at=NOON)
    await close(database, old, SOON)
    await ReviewStore(database).catch_up(MODEL, 50)
    store = ErasureStore(database, MODEL)
    erasure = await store.ask(ADA, SOON, SOON + MINUTE)
    # before the first step: a member with years of answers is erased for seconds
    new = await add_round(database, question, opened_at=SOON, closes_at=LATER)
    await answer_in(database, ADA, new.id, clicked_at=SOON + MINUTE, outcome=Outcome.WRONG)
    await ReviewStore(database).catch_up(MODEL, 50)
    while await store.erase_some(erasure, SOON + MINUTE):
        pass
    assert await answered(database) == {new.id}
    (card,) = await ReviewStore(database).cards(ADA)
    assert card.rating == 1
    before = await derived(database)
    await ScoreStore(database).rebuild()
    assert await derived(database) == before
    assert await on_board(database) == {NOBODY: 1, ADA: 1}


async def test_asking_again_erases_what_came_after(database: Database, erasures: ErasureStore) -> None:
    round_ = await open_round(database)
    await answer_in(database, ADA, round_.id, clicked_at=NOON)
    first = await erase(database, ADA, SOON)
    await MemberStore(database).remind(ADA, 7, None, LATER)
    second = await erase(database, ADA, SOON + HOUR)
    assert await MemberStore(database).remind_hour(ADA) is None
    # what was begun for the first has no say any more
    await erasures.put_off(first, LATER + HOUR)
    await erasures.finish(first)
    assert await erasures.find(ADA) == second
    assert (await timers(database))[ERASE_MEMBER, ADA] == SOON + HOUR + MINUTE


# a kill at any moment


async def test_each_step_leaves_what_fits_together(database: Database, erasures: ErasureStore) -> None:
    await use_everything(database, [ADA, GRACE])
    sums, before = await totals(database), await everything(database)
    erasure = await erasures.ask(ADA, LATER, LATER)
    steps = 0
    while await ErasureStore(database, MODEL).erase_some(erasure, LATER):
        steps += 1
        assert await totals(database) == sums
        assert await database.read("PRAGMA foreign_key_check") == []
    assert steps > 5
    assert len(before["answer"]) > len(await database.read("SELECT * FROM answer"))


async def test_killed_in_the_middle_it_is_taken_up_again(database: Database, erasures: ErasureStore) -> None:
    await use_everything(database, [ADA])
    erasure = await erasures.ask(ADA, LATER, LATER)
    await erasures.erase_some(erasure, LATER)
    async with database.transaction() as transaction:
        await transaction.run("DELETE FROM timer WHERE kind = ?", (ERASE_MEMBER,))
    await erasures.mend(LATER)
    assert (await timers(database))[ERASE_MEMBER, ADA] == LATER
    assert await erasures.find(ADA) == erasure


@pytest.mark.parametrize("answers", [49, 50, 51])
async def test_what_is_left_is_counted_as_if_the_rest_had_never_been(
    database: Database, answers: int
) -> None:
    question = make_question("twice")
    for number in range(answers):
        round_ = await add_round(database, question, closes_at=LATER + HOUR)
        await answer_in(database, ADA, round_.id, clicked_at=NOON + seconds(number))
        await close(database, round_)
    still_open = await add_round(database, question, closes_at=LATER + HOUR)
    await answer_in(
        database, ADA, still_open.id, clicked_at=NOON + HOUR
    )  # does not count: it is the same question
    await erase(database, ADA, LATER)
    before = await derived(database)
    assert await on_board(database) == {NOBODY: 1, ADA: 1}
    await ScoreStore(database).rebuild()
    assert await derived(database) == before


async def test_who_comes_back_at_once_begins_anew(database: Database, erasures: ErasureStore) -> None:
    await use_everything(database, [ADA])
    await erasures.ask(ADA, LATER, LATER)
    assert await SessionStore(database, MODEL).open(ADA, Kind.PRACTICE) is None


async def test_years_of_answers_go_little_by_little(database: Database, erasures: ErasureStore) -> None:
    for number in range(120):
        round_ = await add_round(database, make_question(f"q{number}"), closes_at=NOON + HOUR)
        await answer_in(database, ADA, round_.id)
        await close(database, round_)
    sums = await totals(database)
    erasure = await erasures.ask(ADA, LATER, LATER)
    left = [len(await answered(database))]
    while await erasures.erase_some(erasure, LATER):
        left.append(len(await answered(database)))
        assert await totals(database) == sums
    assert left[:4] == [120, 70, 20, 0]
    await finish(database, erasure)
    assert await traces(database, ADA) == {}
