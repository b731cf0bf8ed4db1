"""Weekly challenges: starting and ending."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace

import pytest

from bot.domain.challenges import Challenge, ChallengeEnd
from bot.domain.rounds import CloseReason
from bot.domain.windows import Period, Span
from bot.storage.answers import AnswerStore, Stored
from bot.storage.boards import BoardStore
from bot.storage.challenges import (
    CARD,
    CROWN,
    END,
    OVER,
    PODIUM,
    ChallengeStore,
)
from bot.storage.database import Database
from bot.storage.plans import START, PlanStore
from bot.storage.quizzes import QuizStore
from bot.storage.rounds import RoundStore
from tests.domain.examples import NOON, make_answer, make_question
from tests.storage.examples import (
    ADA,
    CHANNEL,
    GRACE,
    GUILD,
    add_round,
    ask,
    make_plan,
    start_challenge,
    start_quiz,
    timers,
    try_challenge,
)
from tests.storage.holding import CANCELLED, DAY, FINISHED, LATER, OTHER, REFUSED, WEEK, asked, hold


@pytest.fixture
def challenges(database: Database) -> ChallengeStore:
    """The challenges in the database."""
    return ChallengeStore(database)


async def numbers(challenges: ChallengeStore, page: int = 0, guild: int = GUILD) -> list[int]:
    """The numbers on a page of the archive."""
    return [challenge.number for challenge in (await challenges.archive(guild, page))[1]]


async def test_a_challenge_comes_back_as_it_was_started(
    database: Database, challenges: ChallengeStore
) -> None:
    questions = [
        make_question("b", topic="two"),
        make_question("a", topic="one"),
        make_question("c", topic="two"),
    ]
    challenge, _ = await start_challenge(database, questions)
    assert challenge == Challenge(
        id=challenge.id,
        guild_id=GUILD,
        number=1,
        channel_id=CHANNEL,
        bank="sample",
        topics=("one", "two"),
        questions=3,
        seed="sown",
        starts_at=NOON,
        ends_at=NOON + WEEK,
    )
    assert await challenges.get(challenge.id) == await challenges.running(GUILD) == challenge
    assert await challenges.all_running() == [challenge]


async def test_a_challenge_that_does_not_exist_is_none(challenges: ChallengeStore) -> None:
    assert await challenges.get(404) is None
    assert await challenges.running(404) is None
    assert await challenges.latest(404) is None
    assert await challenges.archive(404, 0) == (0, [])
    assert await challenges.questions(404) == []
    assert not await challenges.end(404, FINISHED, NOON)


async def test_its_questions_are_open_private_rounds_in_their_order(database: Database) -> None:
    questions = [make_question("b", options=5), make_question("a"), make_question("c", author=GRACE)]
    challenge, rounds = await start_challenge(database, questions)
    assert [round_.question for round_ in rounds] == questions
    assert [(round_.position, round_.total) for round_ in rounds] == [(1, 3), (2, 3), (3, 3)]
    for round_ in rounds:
        assert round_.private
        assert (round_.guild_id, round_.channel_id) == (GUILD, CHANNEL)
        assert (round_.challenge_id, round_.quiz_id, round_.message_id) == (challenge.id, None, None)
        assert (round_.opened_at, round_.closes_at) == (NOON, NOON + WEEK)
        assert (round_.closed_at, round_.close_reason) == (None, None)
        assert round_.order == tuple(range(len(round_.question.options)))
    assert await RoundStore(database).open() == rounds


async def test_its_card_and_its_end_fall_due(database: Database) -> None:
    challenge, _ = await start_challenge(database, close_at=LATER)
    assert await timers(database) == {(CARD, challenge.id): NOON, (END, challenge.id): LATER}


async def test_a_challenge_leaves_the_planned_start_as_it_is(database: Database, plans: PlanStore) -> None:
    await plans.put(make_plan(), LATER)
    await start_challenge(database)
    assert (await timers(database))[START, GUILD] == LATER


async def test_of_starts_at_the_same_instant_one_wins(database: Database, challenges: ChallengeStore) -> None:
    started = await asyncio.gather(*(try_challenge(database, seed=f"seed {n}") for n in range(5)))
    (challenge,) = [one for one in started if one is not None]
    assert await challenges.all_running() == [challenge]
    assert len(await RoundStore(database).open()) == 3
    assert set(await timers(database)) == {(CARD, challenge.id), (END, challenge.id)}


async def test_a_start_while_one_is_running_changes_nothing(database: Database, plans: PlanStore) -> None:
    await plans.put(make_plan(), NOON)
    await start_challenge(database)
    before = await timers(database)
    assert await try_challenge(database, asked("new")) is None
    assert await timers(database) == before
    assert await database.read("SELECT count(*) FROM question_version WHERE question = 'new'") == [(0,)]


async def test_each_server_has_its_own_challenge(database: Database, challenges: ChallengeStore) -> None:
    (here, mine), (there, theirs) = await asyncio.gather(
        start_challenge(database), start_challenge(database, guild_id=OTHER)
    )
    assert await challenges.running(GUILD) == here
    assert await challenges.running(OTHER) == there
    assert (here.number, there.number) == (1, 1)
    assert not {round_.id for round_ in mine} & {round_.id for round_ in theirs}


async def test_a_start_that_fails_for_another_reason_is_no_refusal(database: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await try_challenge(database, seed=None)
    assert await timers(database) == {}


async def test_the_card_is_noted_and_can_be_gone(database: Database, challenges: ChallengeStore) -> None:
    challenge, _ = await start_challenge(database)
    await challenges.posted(challenge.id, 77)
    assert await challenges.get(challenge.id) == replace(challenge, message_id=77)
    await challenges.posted(challenge.id, None)
    assert await challenges.get(challenge.id) == challenge


async def test_a_card_that_comes_after_the_end_is_noted_all_the_same(
    database: Database, challenges: ChallengeStore
) -> None:
    challenge, _ = await start_challenge(database)
    await challenges.end(challenge.id, CANCELLED, LATER)
    await challenges.posted(challenge.id, 77)
    found = await challenges.get(challenge.id)
    assert found is not None
    assert found.message_id == 77


async def test_a_finished_challenge_closes_its_rounds_and_its_podium_falls_due(
    database: Database, challenges: ChallengeStore
) -> None:
    challenge, _ = await start_challenge(database)
    assert not await challenges.podium_is_due(challenge.id)
    assert await challenges.end(challenge.id, FINISHED, LATER)
    assert await challenges.podium_is_due(challenge.id)
    assert await timers(database) == {
        (OVER, challenge.id): LATER,
        (PODIUM, challenge.id): LATER,
    }
    assert await challenges.get(challenge.id) == replace(challenge, ended_at=LATER, end_reason=FINISHED)
    assert await challenges.running(GUILD) is None
    for round_ in await RoundStore(database).of_challenge(challenge.id):
        assert (round_.closed_at, round_.close_reason) == (LATER, CloseReason.DEADLINE)
    assert await RoundStore(database).open() == []


@pytest.mark.parametrize("reason", [CANCELLED, REFUSED])
async def test_a_challenge_that_came_to_nothing_gives_its_number_back(
    database: Database, challenges: ChallengeStore, reason: ChallengeEnd
) -> None:
    first = await hold(database)
    second, _ = await start_challenge(database)
    assert (first.number, second.number) == (1, 2)
    assert await challenges.end(second.id, reason, LATER)
    assert await challenges.get(second.id) == replace(second, number=0, ended_at=LATER, end_reason=reason)
    assert await timers(database) == {
        (OVER, first.id): LATER,
        (PODIUM, first.id): LATER,
        (OVER, second.id): LATER,
    }
    assert await RoundStore(database).open() == []
    assert await numbers(challenges) == [1]
    assert await challenges.latest(GUILD) == first
    third, _ = await start_challenge(database)
    assert third.number == 2


@pytest.mark.parametrize("reason", ChallengeEnd)
async def test_after_the_end_no_answer_is_taken(
    database: Database, challenges: ChallengeStore, reason: ChallengeEnd
) -> None:
    challenge, (first, second) = await start_challenge(database, 2)
    answers = AnswerStore(database)
    given = make_answer(ADA, round_id=first.id)
    assert await answers.add(given, private=True) == Stored(given, True, True)
    await challenges.end(challenge.id, reason, LATER)
    late = [make_answer(ADA, round_id=second.id), make_answer(GRACE, round_id=first.id)]
    for answer in late:
        assert await answers.add(answer, private=True) == Stored(None, False, False)
    assert await answers.add(make_answer(ADA, round_id=first.id, points=3), private=True) == Stored(
        given, False, False
    )
    board = BoardStore(database)
    span = Span(Period.CHALLENGE, challenge_id=challenge.id)
    assert [(score.member_id, score.points) for score in await board.scores(GUILD, span)] == [(ADA, 10)]


async def test_no_answer_slips_in_while_a_challenge_ends(
    database: Database, challenges: ChallengeStore
) -> None:
    challenge, (round_,) = await start_challenge(database, 1)
    answers = AnswerStore(database)

    def click(member: int) -> asyncio.Task[Stored]:
        return asyncio.create_task(answers.add(make_answer(member, round_id=round_.id), private=True))

    before = [click(member) for member in range(1, 20)]
    ending = asyncio.create_task(challenges.end(challenge.id, FINISHED, LATER))
    after = [click(member) for member in range(20, 40)]
    stored = await asyncio.gather(*before, *after)
    assert await ending
    span = Span(Period.CHALLENGE, challenge_id=challenge.id)
    on_board = await BoardStore(database).scores(GUILD, span)
    assert len(on_board) == len(await answers.of_round(round_.id)) == sum(one.is_new for one in stored)
    assert not (await click(99)).is_new


async def test_a_challenge_ends_once(database: Database, challenges: ChallengeStore) -> None:
    challenge, _ = await start_challenge(database)
    reasons = list(ChallengeEnd)
    ends = await asyncio.gather(*(challenges.end(challenge.id, reason, LATER) for reason in reasons))
    assert sum(ends) == 1
    stored, before = await challenges.get(challenge.id), await timers(database)
    assert stored is not None
    assert stored.end_reason == reasons[ends.index(True)]
    assert not await challenges.end(challenge.id, CANCELLED, LATER + DAY)
    assert await challenges.get(challenge.id) == stored
    assert await timers(database) == before


async def test_ending_a_challenge_leaves_everything_else_alone(
    database: Database, challenges: ChallengeStore
) -> None:
    challenge, _ = await start_challenge(database)
    there, theirs = await start_challenge(database, guild_id=OTHER)
    alone = await add_round(database)
    quiz = await start_quiz(database)
    in_quiz = await ask(database, quiz)
    await challenges.end(challenge.id, CANCELLED, LATER)
    assert await challenges.all_running() == [there]
    assert await QuizStore(database).running(CHANNEL) == quiz
    left = {round_.id for round_ in await RoundStore(database).open()}
    assert left == {alone.id, in_quiz.id, *(round_.id for round_ in theirs)}
    kinds = {kind for kind, subject in await timers(database) if subject == there.id}
    assert kinds >= {CARD, END}


async def test_after_the_podium_the_role_falls_due_if_there_is_one(
    database: Database, challenges: ChallengeStore
) -> None:
    first, second = await hold(database), await hold(database, week=1)
    over = {(OVER, first.id): NOON + DAY, (OVER, second.id): NOON + WEEK + DAY}
    await challenges.podium_posted(first.id, None)
    assert await timers(database) == {(PODIUM, second.id): NOON + WEEK + DAY, **over}
    assert not await challenges.podium_is_due(first.id)
    await challenges.podium_posted(second.id, LATER)
    assert await timers(database) == {(CROWN, second.id): LATER, **over}
