"""Weekly challenges: plans, starting, ending, the archive, and what is remembered."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.challenges import REMEMBERED, Challenge, ChallengeEnd
from bot.domain.questions import Question
from bot.domain.rounds import CloseReason
from bot.domain.scoring import Outcome
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
    QuestionRecord,
)
from bot.storage.database import Database
from bot.storage.plans import START, PlanStore
from bot.storage.quizzes import QuizStore
from bot.storage.rounds import RoundStore
from bot.storage.timers import Timer, TimerStore
from tests.domain.examples import NOON, make_answer, make_question, seconds
from tests.storage.examples import (
    ADA,
    CHANNEL,
    GRACE,
    GUILD,
    LINUS,
    add_round,
    all_timers,
    ask,
    make_plan,
    start_challenge,
    start_quiz,
    timers,
    try_challenge,
)

DAY, WEEK = timedelta(days=1), timedelta(days=7)

LATER = NOON + DAY

OTHER = GUILD + 1

CANCELLED, FINISHED, REFUSED = ChallengeEnd.CANCELLED, ChallengeEnd.FINISHED, ChallengeEnd.REFUSED


@pytest.fixture
def challenges(database: Database) -> ChallengeStore:
    """The challenges in the database."""
    return ChallengeStore(database)


def asked(*ids: str, bank: str = "sample") -> list[Question]:
    """Questions of these names."""
    return [make_question(id_, bank=bank) for id_ in ids]


async def hold(
    database: Database,
    ids: Iterable[str] = ("question",),
    *,
    week: int = 0,
    guild: int = GUILD,
    end: ChallengeEnd | None = FINISHED,
    bank: str = "sample",
    posted: bool = True,
) -> Challenge:
    """Hold a challenge on these questions so many weeks after noon; it has ended then unless told otherwise."""
    challenges, at = ChallengeStore(database), NOON + week * WEEK
    challenge, _ = await start_challenge(
        database, asked(*ids, bank=bank), guild_id=guild, starts_at=at, ends_at=at + WEEK, close_at=at + WEEK
    )
    if posted:
        await challenges.posted(challenge.id, 70 + week)
    if end is not None:
        assert await challenges.end(challenge.id, end, at + DAY)
    found = await challenges.get(challenge.id)
    assert found is not None
    return found


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


async def test_the_archive_shows_what_was_finished_the_newest_first(
    database: Database, challenges: ChallengeStore
) -> None:
    for week in range(23):
        await hold(database, week=week, end=FINISHED if week % 3 != 2 else CANCELLED)
    await hold(database, week=23, end=None)
    await hold(database, guild=OTHER)
    assert (await challenges.archive(GUILD, 0))[0] == 16
    assert await numbers(challenges, 0) == list(range(16, 6, -1))
    assert await numbers(challenges, 1) == list(range(6, 0, -1))
    assert await numbers(challenges, 99) == await numbers(challenges, 1)
    assert await numbers(challenges, -1) == await numbers(challenges, 0)
    (newest, *_) = (await challenges.archive(GUILD, 0))[1]
    assert newest == await challenges.get(newest.id)
    assert await numbers(challenges, guild=OTHER) == [1]


async def test_the_latest_is_the_newest_that_was_finished_or_the_one_before_a_number(
    database: Database, challenges: ChallengeStore
) -> None:
    first, second = await hold(database), await hold(database, week=1)
    await hold(database, week=2, end=CANCELLED)
    third = await hold(database, week=3)
    await hold(database, week=4, end=None)
    await hold(database, week=5, guild=OTHER)
    assert await challenges.latest(GUILD) == third
    assert await challenges.latest(GUILD, before=3) == second
    assert await challenges.latest(GUILD, before=2) == first
    assert await challenges.latest(GUILD, before=1) is None


async def test_the_questions_of_the_last_challenges_have_an_age(
    database: Database, challenges: ChallengeStore
) -> None:
    assert await challenges.recent_questions(GUILD, "sample") == {}
    await hold(database, ["a", "b"], week=0)
    await hold(database, ["b", "c"], week=1)
    await hold(database, ["d"], week=2)
    await hold(database, ["e"], week=3, guild=OTHER)
    await add_round(database, make_question("single"))
    assert await challenges.recent_questions(GUILD, "sample") == {"d": 1, "b": 2, "c": 2, "a": 3}
    assert await challenges.recent_questions(OTHER, "sample") == {"e": 1}


async def test_challenges_longer_ago_are_not_remembered(
    database: Database, challenges: ChallengeStore
) -> None:
    for week in range(REMEMBERED + 3):
        await hold(database, [f"question-{week}"], week=week)
    assert await challenges.recent_questions(GUILD, "sample") == {
        f"question-{REMEMBERED + 3 - age}": age for age in range(1, REMEMBERED + 1)
    }


async def test_a_question_that_was_edited_meanwhile_is_still_the_same(
    database: Database, challenges: ChallengeStore
) -> None:
    for prompt in ("Old?", "New?"):
        challenge, _ = await start_challenge(database, [make_question("a", prompt=prompt)])
        await challenges.end(challenge.id, FINISHED, LATER)
    assert await challenges.recent_questions(GUILD, "sample") == {"a": 1}


async def test_challenges_on_another_bank_count_for_the_age(
    database: Database, challenges: ChallengeStore
) -> None:
    await hold(database, ["a"], week=0)
    await hold(database, ["a", "z"], week=1, bank="other")
    assert await challenges.recent_questions(GUILD, "sample") == {"a": 2}
    assert await challenges.recent_questions(GUILD, "other") == {"a": 1, "z": 1}


async def test_only_questions_that_members_could_see_are_remembered(
    database: Database, challenges: ChallengeStore
) -> None:
    await hold(database, ["finished"], week=0, posted=False)
    await hold(database, ["refused"], week=1, end=REFUSED, posted=False)
    await hold(database, ["cancelled"], week=2, end=CANCELLED)
    assert await challenges.recent_questions(GUILD, "sample") == {"cancelled": 1, "finished": 2}
    await hold(database, ["running"], week=3, end=None)
    assert await challenges.recent_questions(GUILD, "sample") == {
        "running": 1,
        "cancelled": 2,
        "finished": 3,
    }


async def test_questions_know_how_the_members_did_on_them(
    database: Database, challenges: ChallengeStore
) -> None:
    questions = asked("c", "a", "b")
    challenge, rounds = await start_challenge(database, questions)
    _, elsewhere = await start_challenge(database, questions, guild_id=OTHER)
    answers = AnswerStore(database)
    for place, member, outcome in (
        (0, ADA, Outcome.RIGHT),
        (0, GRACE, Outcome.PARTLY),
        (0, LINUS, Outcome.RIGHT),
        (1, ADA, Outcome.WRONG),
    ):
        await answers.add(make_answer(member, outcome, round_id=rounds[place].id), private=True)
    await answers.add(make_answer(ADA, round_id=elsewhere[2].id), private=True)
    assert await challenges.questions(challenge.id) == [
        QuestionRecord(questions[0], right=2, answered=3),
        QuestionRecord(questions[1], right=0, answered=1),
        QuestionRecord(questions[2], right=0, answered=0),
    ]


async def test_when_a_member_first_saw_a_question_stays(
    database: Database, challenges: ChallengeStore
) -> None:
    _, (one, other) = await start_challenge(database, 2)
    await challenges.show(one.id, ADA, NOON + seconds(1.5))
    await challenges.show(one.id, GRACE, NOON + seconds(2))
    await challenges.show(one.id, ADA, NOON + seconds(9))
    await challenges.show(other.id, ADA, NOON + seconds(20))
    assert await challenges.shown(one.id) == {ADA: NOON + seconds(1.5), GRACE: NOON + seconds(2)}
    assert await challenges.shown(other.id) == {ADA: NOON + seconds(20)}
    assert await challenges.shown(404) == {}


async def test_champions_are_kept_with_their_role(challenges: ChallengeStore) -> None:
    role, new_role = 5, 6
    await challenges.crown(GUILD, role, ADA)
    await challenges.crown(GUILD, role, ADA)
    await challenges.crown(GUILD, new_role, ADA)
    await challenges.crown(GUILD, role, GRACE)
    await challenges.crown(OTHER, role, LINUS)
    assert await challenges.champions(GUILD) == {(role, ADA), (new_role, ADA), (role, GRACE)}
    await challenges.dethrone(GUILD, role, ADA)
    await challenges.dethrone(GUILD, role, LINUS)
    assert await challenges.champions(GUILD) == {(new_role, ADA), (role, GRACE)}
    assert await challenges.champions(OTHER) == {(role, LINUS)}


async def test_mending_gives_a_challenge_its_end_back(database: Database, challenges: ChallengeStore) -> None:
    lost, _ = await start_challenge(database)
    there, _ = await start_challenge(database, guild_id=OTHER)
    over = await hold(database, guild=OTHER + 1)
    for timer in await all_timers(database):
        if timer.subject != there.id:
            await TimerStore(database).done(timer)
    await challenges.mend()
    found = await timers(database)
    assert found == {
        (END, lost.id): lost.ends_at,
        (CARD, there.id): NOON,
        (END, there.id): there.ends_at + seconds(3),
    }
    assert (END, over.id) not in found
    await challenges.mend()
    assert await timers(database) == found


async def test_mending_changes_no_end_that_is_to_come_or_was_put_off(
    database: Database, challenges: ChallengeStore
) -> None:
    challenge, _ = await start_challenge(database, close_at=NOON)
    await TimerStore(database).postpone(Timer(END, challenge.id, NOON), LATER)
    await challenges.mend()
    assert Timer(END, challenge.id, LATER, attempts=1) in await all_timers(database)


async def test_who_won_is_kept(database: Database, challenges: ChallengeStore) -> None:
    challenge = await hold(database)
    assert (challenge.winners, challenge.points, challenge.players) == ((), 0, 0)
    await challenges.archive_result(challenge.id, [ADA, GRACE], 40, 17)
    (found,) = (await challenges.archive(GUILD, 0))[1]
    assert (found.winners, found.points, found.players) == ((ADA, GRACE), 40, 17)
