"""Questions that count no more: what goes from the boards, what stays, and that it fits together in whatever order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from bot.domain.boards import EVERYTHING, NOBODY
from bot.domain.questions import Question
from bot.domain.reports import ReportState, Voiding
from bot.domain.rounds import CloseReason
from bot.domain.scoring import Outcome
from bot.domain.statistics import Day
from bot.domain.windows import Period, Span
from bot.storage.answers import AnswerStore
from bot.storage.boards import BoardStore, Totals
from bot.storage.challenges import ChallengeStore
from bot.storage.database import Database
from bot.storage.quizzes import QuizStore
from bot.storage.reports import ReportStore
from bot.storage.rounds import RESULT, RoundStore
from bot.storage.scopes import ScopeStore
from bot.storage.scores import ScoreStore
from bot.storage.voids import VoidStore
from tests.domain.examples import NOON, make_answer, make_question
from tests.storage.examples import (
    ADA,
    GRACE,
    GUILD,
    add_round,
    ask,
    derived,
    start_challenge,
    start_quiz,
    timers,
    try_add_round,
)
from tests.storage.histories import GUILDS, MEMBERS, SCOPES
from tests.storage.playing import ALWAYS, DAY, TODAY, answer, scores
from tests.storage.voiding import MONA, Step, VoidingPlay, stories

FLAWED = make_question("flawed")
MENDED = make_question("flawed", prompt="Put right: what is right?")


async def report(database: Database, question: Question = FLAWED, guild: int = GUILD) -> int:
    """A report on a question that was asked before; its id."""
    await ReportStore(database).add(
        question, guild_id=guild, round_id=None, member_id=GRACE, reason="wrong", now=NOON
    )
    ((id_,),) = await database.read("SELECT max(id) FROM report")
    return int(id_)


async def void(database: Database, guild: int = GUILD) -> Voiding:
    """Void the flawed question, and make the scores anew."""
    voiding = await VoidStore(database).void(guild, await report(database, guild=guild), MONA, NOON)
    assert voiding is not None
    await settle(database)
    return voiding


async def settle(database: Database, most: int = 2) -> None:
    """Make all scores anew that wait for it."""
    while await ScoreStore(database).recount(most):
        pass


async def test_what_a_question_brought_is_taken_back_everywhere(database: Database) -> None:
    await answer(database, FLAWED, points=12, hints=1)
    await answer(database, make_question("other"), points=5)
    voiding = await void(database)
    assert (voiding.members, voiding.points) == (1, 12)
    spans = [ALWAYS, Span(Period.WEEK, TODAY), Span(Period.MONTH, TODAY.replace(day=1))]
    for names in (("", ""), ("sample", ""), ("sample", "one")):
        scope = await ScopeStore(database).find(*names)
        assert scope is not None
        for span in spans:
            assert [(s.points, s.right, s.answered) for s in await scores(database, span, scope=scope)] == [
                (5, 1, 1)
            ]
    assert await BoardStore(database).days(GUILD, ADA) == [
        Day(TODAY, answers=2, scored=1, right=1, points=5, voided=1)
    ]
    assert [topic.answered for topic in await BoardStore(database).topics(GUILD, ADA)] == [1]
    assert len(await database.read("SELECT 1 FROM answer")) == 2  # answers stay


async def test_who_answered_nothing_else_is_on_no_board(database: Database) -> None:
    await answer(database, FLAWED)
    await void(database)
    assert await scores(database) == []
    assert await BoardStore(database).totals(GUILD, ALWAYS) == Totals(0, 0, 0)
    assert await BoardStore(database).topics(GUILD, ADA) == []


async def test_a_day_of_a_streak_stays(database: Database) -> None:
    await answer(database, FLAWED)
    await answer(database, make_question("other"), at=NOON + DAY)
    await void(database)
    assert await BoardStore(database).played(GUILD, [ADA]) == {ADA: [TODAY, TODAY + DAY]}


async def test_a_day_on_which_the_answer_did_not_count_anyway_gets_into_no_streak(database: Database) -> None:
    await answer(database, FLAWED)
    await answer(database, FLAWED, at=NOON + DAY)
    await answer(database, make_question("own", author=ADA), at=NOON + 2 * DAY)
    await void(database)
    assert await BoardStore(database).played(GUILD, [ADA]) == {ADA: [TODAY]}


async def test_an_author_keeps_the_day_on_which_another_version_counted(database: Database) -> None:
    own = make_question("flawed", author=ADA)
    await answer(database, own)
    await answer(database, FLAWED, at=NOON + DAY)
    await VoidStore(database).void(GUILD, await report(database, own), MONA, NOON)
    await void(database)
    assert await BoardStore(database).played(GUILD, [ADA]) == {ADA: [TODAY + DAY]}


async def test_the_mended_question_counts_in_the_same_week(database: Database) -> None:
    await answer(database, FLAWED)
    await void(database)
    assert (await answer(database, MENDED, at=NOON + DAY, points=7)).scored
    assert [score.points for score in await scores(database)] == [7]


async def test_the_mended_question_counts_when_it_was_answered_before_the_other_was_voided(
    database: Database,
) -> None:
    await answer(database, FLAWED)
    assert not (await answer(database, MENDED, at=NOON + DAY, points=7)).scored
    await void(database)
    assert [score.points for score in await scores(database)] == [7]


async def test_other_servers_are_not_concerned(database: Database) -> None:
    await answer(database, FLAWED)
    await answer(database, FLAWED, guild=GUILD + 1)
    await void(database)
    assert await scores(database) == []
    assert [score.points for score in await scores(database, guild=GUILD + 1)] == [10]
    assert (await answer(database, FLAWED, member=GRACE, guild=GUILD + 1)).scored


async def test_no_answer_comes_after_it(database: Database) -> None:
    round_ = await add_round(database, FLAWED)
    challenge, (private,) = await start_challenge(database, [FLAWED])
    answers = AnswerStore(database)
    assert (await answers.add(make_answer(ADA, round_id=round_.id))).is_new
    await void(database)
    for id_ in (round_.id, private.id):
        assert (await answers.add(make_answer(GRACE, round_id=id_))).stands is None
    standing = await answers.add(make_answer(ADA, round_id=round_.id))
    assert standing.stands is not None
    assert not standing.is_new
    assert await scores(database, Span(Period.CHALLENGE, challenge_id=challenge.id)) == []


async def test_rounds_in_channels_end_with_it_and_those_of_challenges_go_on(database: Database) -> None:
    round_ = await add_round(database, FLAWED)
    other = await add_round(database, make_question("other"))
    elsewhere = await add_round(database, FLAWED, guild_id=GUILD + 1)
    _, (private,) = await start_challenge(database, [FLAWED])
    voiding = await void(database)
    assert voiding.closed == (round_.id,)
    closed = await RoundStore(database).get(round_.id)
    assert closed is not None
    assert (closed.close_reason, closed.closed_at) == (CloseReason.VOIDED, NOON)
    assert (RESULT, round_.id) in await timers(database)
    assert [open_.id for open_ in await RoundStore(database).open()] == [other.id, elsewhere.id, private.id]


async def test_it_is_asked_no_more(database: Database) -> None:
    await add_round(database, FLAWED)
    quiz = await start_quiz(database, [FLAWED, make_question("next"), MENDED])
    await void(database)
    assert await try_add_round(database, FLAWED) is None
    assert await try_add_round(database, MENDED) is not None
    assert await try_add_round(database, FLAWED, guild_id=GUILD + 1) is not None
    coming = [(await ask(database, quiz)).question.id for _ in range(2)]
    assert coming == ["next", "flawed"]
    assert await QuizStore(database).next_question(quiz.id) is None


async def test_a_challenge_leaves_it_out(database: Database) -> None:
    challenge, rounds = await start_challenge(database, [FLAWED, make_question("other")])
    for round_ in rounds:
        await AnswerStore(database).add(make_answer(ADA, Outcome.WRONG, round_id=round_.id), private=True)
    store = ChallengeStore(database)
    await void(database)
    found = await store.get(challenge.id)
    assert found is not None
    assert found.questions == 1
    assert [record.question.id for record in await store.questions(challenge.id)] == ["other"]
    (score,) = await scores(database, challenge.span)
    assert score.answered == 1


async def test_it_can_count_again(database: Database) -> None:
    await answer(database, FLAWED, points=12)
    await answer(database, make_question("other"), points=5)
    before = await derived(database)
    id_ = await report(database)
    store = VoidStore(database)
    assert await store.void(GUILD, id_, MONA, NOON) is not None
    assert await store.all() == {(GUILD, FLAWED.full_id, FLAWED.version)}
    assert not await store.restore(GUILD + 1, id_)
    await settle(database)
    assert await store.restore(GUILD, id_)
    await settle(database)
    assert await derived(database) == before
    assert await store.all() == set()
    assert not await store.restore(GUILD, id_)
    case = await ReportStore(database).case(GUILD, id_)
    assert case is not None
    assert (case.state, case.handled_by) == (ReportState.OPEN, None)


async def test_the_second_of_two_moderators_changes_nothing(database: Database) -> None:
    await answer(database, FLAWED)
    id_ = await report(database)
    store, reports = VoidStore(database), ReportStore(database)
    first, second, third = await asyncio.gather(
        reports.handle(GUILD, id_, ReportState.DISMISSED, MONA, NOON),
        store.void(GUILD, id_, ADA, NOON),
        reports.handle(GUILD, id_, ReportState.ACCEPTED, ADA, NOON),
    )
    assert (first, second, third) == (True, None, False)
    assert await store.all() == set()
    assert await ScoreStore(database).recount(9) == set()


async def test_a_report_of_another_server_voids_nothing(database: Database) -> None:
    await answer(database, FLAWED)
    id_ = await report(database, guild=GUILD + 1)
    assert await VoidStore(database).void(GUILD, id_, MONA, NOON) is None
    assert await VoidStore(database).all() == set()


async def test_the_work_goes_on_where_it_was(tmp_path: Path) -> None:
    members = range(ADA, ADA + 7)
    async with Database.open(tmp_path / "studyhall.db") as database:
        for member in members:
            await answer(database, FLAWED, member=member)
        await VoidStore(database).void(GUILD, await report(database), MONA, NOON)
        assert await ScoreStore(database).recount(2) == {GUILD}
    async with Database.open(tmp_path / "studyhall.db") as database:
        assert len(await scores(database)) == 5
        assert (await answer(database, make_question("other"), member=ADA + 6, points=3)).scored
        await settle(database)
        assert [(score.member_id, score.points) for score in await scores(database)] == [(ADA + 6, 3)]
        assert await database.read("SELECT 1 FROM recount") == []


async def test_making_all_scores_anew_does_what_was_left_to_do(database: Database) -> None:
    await answer(database, FLAWED)
    await VoidStore(database).void(GUILD, await report(database), MONA, NOON)
    await ScoreStore(database).rebuild()
    assert await scores(database) == []
    assert await ScoreStore(database).recount(9) == set()


# what erased members had earned


async def earned_by_nobody(database: Database) -> None:
    """Let a board have a line of members who had their data erased."""
    async with database.transaction() as transaction:
        await transaction.run(
            "INSERT INTO board VALUES (?, 'all', 0, 1, ?, 500, 40, 50, 3, 7000, 1)", (GUILD, NOBODY)
        )


async def test_what_erased_members_earned_is_in_totals_alone(database: Database) -> None:
    await answer(database, FLAWED, outcome=Outcome.WRONG)
    await earned_by_nobody(database)
    board = BoardStore(database)
    assert await board.totals(GUILD, ALWAYS) == Totals(members=1, right=40, answered=51)
    assert [score.member_id for score in await scores(database)] == [ADA]
    page = await board.page(GUILD, ALWAYS, EVERYTHING, NOBODY, 0)
    assert (page.members, page.own) == (1, None)
    assert [(line.rank, line.score.member_id) for line in page.standings] == [(1, ADA)]
    assert (await board.score(GUILD, ALWAYS, NOBODY)).points == 0


async def test_what_erased_members_earned_outlives_everything(database: Database) -> None:
    await answer(database, FLAWED)
    await earned_by_nobody(database)
    await void(database)
    await ScoreStore(database).rebuild()
    assert await BoardStore(database).totals(GUILD, ALWAYS) == Totals(members=0, right=40, answered=50)


# in whatever order


async def _check(path: Path, story: tuple[tuple[Step, ...], tuple[Step, ...]]) -> None:
    async with Database.open(path) as database:
        played = VoidingPlay(database, story)
        await played.run()
        await settle(database, 3)
        board, reference = BoardStore(database), played.reference
        for guild in GUILDS:
            challenges = [Span(Period.CHALLENGE, challenge_id=id_) for id_ in played.challenges[guild]]
            for names in SCOPES:
                scope = await ScopeStore(database).find(*names)
                assert scope is not None
                for span in [*reference.spans(), *(challenges if scope == EVERYTHING else [])]:
                    found = {score.member_id: score for score in await board.scores(guild, span, scope)}
                    assert found == reference.scores(guild, span, names)
            for member in MEMBERS:
                assert await board.days(guild, member) == reference.days(guild, member)
        kept = await derived(database)
        await ScoreStore(database).rebuild()
        assert await derived(database) == kept


@settings(max_examples=40, suppress_health_check=[HealthCheck.large_base_example, HealthCheck.data_too_large])
@given(story=stories())
def test_after_any_story_all_is_as_if_it_were_made_anew(
    servers: Callable[[], Path], story: tuple[tuple[Step, ...], tuple[Step, ...]]
) -> None:
    asyncio.run(_check(servers(), story))
