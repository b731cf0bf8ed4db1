"""What is remembered of weekly challenges: the archive, their questions, champions, and what mending finds."""

from __future__ import annotations

import pytest

from bot.domain.challenges import REMEMBERED
from bot.domain.scoring import Outcome
from bot.storage.answers import AnswerStore
from bot.storage.challenges import (
    CARD,
    END,
    ChallengeStore,
    QuestionRecord,
)
from bot.storage.database import Database
from bot.storage.timers import Timer, TimerStore
from tests.domain.examples import NOON, make_answer, make_question, seconds
from tests.storage.examples import (
    ADA,
    GRACE,
    GUILD,
    LINUS,
    add_round,
    all_timers,
    start_challenge,
    timers,
)
from tests.storage.holding import CANCELLED, FINISHED, LATER, OTHER, REFUSED, asked, hold


@pytest.fixture
def challenges(database: Database) -> ChallengeStore:
    """The challenges in the database."""
    return ChallengeStore(database)


async def numbers(challenges: ChallengeStore, page: int = 0, guild: int = GUILD) -> list[int]:
    """The numbers on a page of the archive."""
    return [challenge.number for challenge in (await challenges.archive(guild, page))[1]]


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
