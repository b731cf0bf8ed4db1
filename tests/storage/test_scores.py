"""What counts on boards: which answers, in which spans and scopes."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.boards import EVERYTHING, BoardPage, Score
from bot.domain.rounds import CloseReason
from bot.domain.scoring import Outcome
from bot.domain.statistics import Day, TopicRecord
from bot.domain.windows import Period, Span
from bot.storage.answers import AnswerStore
from bot.storage.boards import BoardStore, Totals
from bot.storage.database import Database
from bot.storage.rounds import RoundStore
from bot.storage.scopes import ScopeStore
from bot.storage.scores import ScoreStore
from tests.domain.examples import NOON, make_answer, make_question, seconds
from tests.storage.conftest import Commits
from tests.storage.examples import ADA, CHANNEL, GRACE, GUILD, LINUS, add_round, derived, start_challenge
from tests.storage.playing import ALWAYS, DAY, THIS_WEEK, TODAY, answer, scores


async def page(
    database: Database, member: int = ADA, number: int | None = 0, span: Span = ALWAYS
) -> BoardPage:
    """A page of the board of everything."""
    return await BoardStore(database).page(GUILD, span, EVERYTHING, member, number)


def members_of(page: BoardPage) -> list[tuple[int, int]]:
    """The ranks and the members on a page."""
    return [(standing.rank, standing.score.member_id) for standing in page.standings]


async def test_a_question_counts_once_in_a_week(database: Database) -> None:
    assert (await answer(database)).scored
    again = await answer(database, at=NOON + DAY)
    assert again.is_new
    assert not again.scored
    assert [score.points for score in await scores(database)] == [10]


async def test_a_question_counts_again_in_the_next_week(database: Database) -> None:
    assert (await answer(database)).scored
    assert (await answer(database, at=NOON + 7 * DAY)).scored
    assert [score.points for score in await scores(database)] == [20]


@pytest.mark.parametrize("year", [1970, 2020, 2024, 2026])
async def test_a_week_is_from_monday_to_sunday(database: Database, year: int) -> None:
    first = date(year, 12, 25)
    counted = [
        first + n * DAY for n in range(16) if (await answer(database, day=first + n * DAY, at=NOON)).scored
    ]
    assert counted == [first, *(first + n * DAY for n in range(1, 16) if (first + n * DAY).weekday() == 0)]


async def test_the_day_decides_and_not_the_click(database: Database) -> None:
    sunday_night = NOON - timedelta(hours=14)
    assert (await answer(database, at=sunday_night, day=TODAY - DAY)).scored
    assert (await answer(database, at=sunday_night, day=TODAY)).scored
    assert [score.answered for score in await scores(database, THIS_WEEK)] == [1]


async def test_a_wrong_answer_uses_the_question_up(database: Database) -> None:
    assert (await answer(database, outcome=Outcome.WRONG)).scored
    assert not (await answer(database)).scored
    assert await scores(database) == [Score(ADA, points=0, right=0, answered=1)]


async def test_a_click_that_is_no_answer_counts_nothing(database: Database) -> None:
    round_ = await add_round(database, closes_at=NOON + 14 * DAY)
    closed = await add_round(database, make_question("closed"))
    await RoundStore(database).close(closed.id, CloseReason.SKIPPED, NOON)
    answers = AnswerStore(database)
    await answers.add(make_answer(ADA, round_id=round_.id))
    again = make_answer(ADA, round_id=round_.id, clicked_at=NOON + 7 * DAY)
    assert not (await answers.add(again)).scored
    assert not (await answers.add(make_answer(ADA, round_id=closed.id))).scored
    assert [score.answered for score in await scores(database)] == [1]
    assert [day.answers for day in await BoardStore(database).days(GUILD, ADA)] == [1]


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
        *(
            answers.add(make_answer(ADA, round_id=round_.id, points=points))
            # the last round first, so that the order of the clicks is not that of the rounds
            for round_, points in zip(reversed(rounds), (7, 8, 9), strict=True)
        )
    )
    assert commits.number == 1
    assert all(one.is_new for one in stored)
    assert [one.scored for one in stored] == [True, False, False]
    assert [(score.answered, score.points) for score in await scores(database)] == [(1, 7)]


@pytest.mark.parametrize("rounds", [2, 50])
async def test_the_first_answer_within_a_commit_counts_also_when_sqlite_knows_the_size_of_its_tables(
    database: Database, rounds: int
) -> None:
    ids = [(await add_round(database, channel_id=CHANNEL + n)).id for n in range(rounds)]
    async with database.transaction() as transaction:
        await transaction.run("ANALYZE")  # as `PRAGMA optimize` does it at the end of a run
    answers = AnswerStore(database)
    later_round_first = [
        make_answer(ADA, round_id=id_, points=points) for id_, points in ((ids[1], 7), (ids[0], 9))
    ]
    stored = await asyncio.gather(*(answers.add(answer) for answer in later_round_first))
    assert [one.scored for one in stored] == [True, False]
    assert [score.points for score in await scores(database)] == [7]


async def test_the_author_of_a_question_earns_nothing_with_it(database: Database) -> None:
    question = make_question(author=ADA)
    own = await answer(database, question)
    assert own.is_new
    assert not own.scored
    assert (await answer(database, question, member=GRACE)).scored
    assert [score.member_id for score in await scores(database)] == [GRACE]
    assert await BoardStore(database).totals(GUILD, ALWAYS) == Totals(members=1, right=1, answered=1)
    assert await BoardStore(database).days(GUILD, ADA) == [Day(TODAY, answers=1, scored=0, right=0)]
    assert await BoardStore(database).played(GUILD, [ADA, GRACE]) == {GRACE: [TODAY]}
    assert await BoardStore(database).topics(GUILD, ADA) == []


async def test_an_author_uses_up_nothing_that_another_version_could_earn(database: Database) -> None:
    assert not (await answer(database, make_question(author=ADA))).scored
    assert (await answer(database, make_question(author=GRACE))).scored


async def test_a_score_is_the_sum_of_what_was_answered(database: Database) -> None:
    await answer(database, make_question("a"), points=12, hints=1, at=NOON, took=seconds(3.5))
    await answer(
        database,
        make_question("b"),
        outcome=Outcome.PARTLY,
        points=5,
        at=NOON + seconds(1.5),
        took=seconds(0.001),
    )
    await answer(
        database, make_question("c"), outcome=Outcome.WRONG, hints=2, at=NOON + seconds(9), took=seconds(4)
    )
    expected = Score(
        ADA, points=17, right=1, answered=3, hints=3, last_at=NOON + seconds(1.5), took=seconds(7.501)
    )
    assert await scores(database) == [expected]
    assert await BoardStore(database).score(GUILD, THIS_WEEK, ADA) == expected
    assert await BoardStore(database).score(GUILD, THIS_WEEK, GRACE) == Score(GRACE)


async def test_a_member_without_points_has_no_last_points(database: Database) -> None:
    await answer(database, outcome=Outcome.WRONG)
    assert [score.last_at for score in await scores(database)] == [None]


async def test_the_last_points_are_the_latest_in_whatever_order_they_come(database: Database) -> None:
    for number, minutes in enumerate((5, 9, 1)):
        await answer(database, make_question(f"question-{number}"), at=NOON + timedelta(minutes=minutes))
    assert [score.last_at for score in await scores(database)] == [NOON + timedelta(minutes=9)]


async def test_each_server_has_its_own_board(database: Database) -> None:
    await answer(database, member=ADA)
    await answer(database, member=GRACE, guild=GUILD + 1)
    assert [score.member_id for score in await scores(database)] == [ADA]
    assert [score.member_id for score in await scores(database, guild=GUILD + 1)] == [GRACE]
    assert await scores(database, guild=GUILD + 2) == []


@pytest.mark.parametrize(
    ("span", "counts"),
    [
        (Span(Period.WEEK, date(2025, 12, 29)), False),
        (Span(Period.WEEK, date(2026, 1, 5)), True),
        (Span(Period.WEEK, date(2026, 1, 12)), False),
        (Span(Period.MONTH, date(2025, 12, 1)), False),
        (Span(Period.MONTH, date(2026, 1, 1)), True),
        (Span(Period.MONTH, date(2026, 2, 1)), False),
        (Span(Period.ALL), True),
        (Span(Period.CHALLENGE, challenge_id=1), False),
    ],
    ids=str,
)
@pytest.mark.parametrize("day", [date(2026, 1, 5), date(2026, 1, 11)])
async def test_an_answer_counts_in_its_week_its_month_and_for_all_time(
    database: Database, span: Span, counts: bool, day: date
) -> None:
    await answer(database, day=day)
    assert bool(await scores(database, span)) == counts
    assert (await BoardStore(database).totals(GUILD, span)).answered == counts


async def test_a_board_sums_only_what_is_in_its_span(database: Database) -> None:
    for number in range(5):
        at = NOON + (2 + number) * 6 * DAY  # 17, 23, 29 January, 4, 10 February
        await answer(database, make_question(f"question-{number}"), at=at, points=1 << number)
    assert [s.points for s in await scores(database, Span(Period.MONTH, date(2026, 1, 1)))] == [1 + 2 + 4]
    assert [s.points for s in await scores(database, Span(Period.MONTH, date(2026, 2, 1)))] == [8 + 16]
    assert [s.points for s in await scores(database, Span(Period.WEEK, date(2026, 1, 26)))] == [4]
    assert [s.points for s in await scores(database, ALWAYS)] == [31]


async def test_each_bank_and_topic_has_a_board(database: Database) -> None:
    scopes = ScopeStore(database)
    assert await scopes.find("sample") is None
    await answer(database, make_question("a", topic="one"), points=1)
    await answer(database, make_question("b", topic="two"), points=2)
    await answer(database, make_question("c", topic="one", bank="other"), points=4)
    found = {}
    for bank, topic in (("", ""), ("sample", ""), ("sample", "one"), ("sample", "two"), ("other", "one")):
        scope = await scopes.find(bank, topic)
        assert scope is not None
        assert await scopes.names(scope) == (bank, topic)
        found[bank, topic] = [score.points for score in await scores(database, scope=scope)]
    assert found == {
        ("", ""): [7],
        ("sample", ""): [3],
        ("sample", "one"): [1],
        ("sample", "two"): [2],
        ("other", "one"): [4],
    }
    assert await scopes.find() == EVERYTHING
    assert await scopes.find("other", "two") is None
    fresh = await scopes.keep("other", "two")
    assert await scopes.keep("other", "two") == await scopes.find("other", "two") == fresh
    assert await scopes.keep("sample", "one") == await scopes.find("sample", "one")
    assert await scopes.names(404) is None


async def test_a_challenge_has_a_board_on_which_all_its_answers_count(database: Database) -> None:
    first, second = make_question("first"), make_question("second")
    await answer(database, first)  # used up for this week
    challenge, rounds = await start_challenge(database, [first, second])
    answers = AnswerStore(database)
    again = make_answer(ADA, round_id=rounds[0].id, points=7, took=seconds(4))
    new = make_answer(ADA, round_id=rounds[1].id, points=8, took=seconds(5))
    assert [(await answers.add(one, private=True)).scored for one in (again, new)] == [False, True]
    span = Span(Period.CHALLENGE, challenge_id=challenge.id)
    (score,) = await scores(database, span)
    assert (score.points, score.answered, score.took) == (15, 2, seconds(9))
    assert [score.points for score in await scores(database)] == [18]
    assert await scores(database, Span(Period.CHALLENGE, challenge_id=challenge.id + 1)) == []


async def test_in_a_challenge_time_decides_among_equals(database: Database) -> None:
    challenge, (round_,) = await start_challenge(database, [make_question()])
    answers = AnswerStore(database)
    for member, took, hints in ((ADA, 9, 0), (GRACE, 4, 2), (LINUS, 4, 1)):
        await answers.add(
            make_answer(member, round_id=round_.id, took=seconds(took), hints=hints), private=True
        )
    span = Span(Period.CHALLENGE, challenge_id=challenge.id)
    found = await page(database, ADA, span=span)
    assert members_of(found) == [(1, LINUS), (1, GRACE), (3, ADA)]
    assert found.own is not None
    assert found.own.rank == 3
    assert [standing.rank for standing in (await page(database)).standings] == [1, 1, 1]


async def test_days_and_topics_of_a_member(database: Database) -> None:
    board = BoardStore(database)
    assert await board.days(GUILD, ADA) == []
    await answer(database, make_question("a"), points=12)
    await answer(database, make_question("b", topic="two"), outcome=Outcome.WRONG)
    await answer(database, make_question("a"), points=9, at=NOON + 2 * DAY)
    await answer(database, make_question("c", topic="two"), points=8, at=NOON + 3 * DAY)
    await answer(database, make_question("c", topic="two"), member=GRACE)
    assert await board.days(GUILD, ADA) == [
        Day(TODAY, answers=2, scored=2, right=1, points=12),
        Day(TODAY + 2 * DAY, answers=1, scored=0, right=0, points=0),
        Day(TODAY + 3 * DAY, answers=1, scored=1, right=1, points=8),
    ]
    assert await board.played(GUILD, [ADA]) == {ADA: [TODAY, TODAY + 3 * DAY]}
    assert await board.played(GUILD, [ADA, GRACE, LINUS]) == {
        ADA: [TODAY, TODAY + 3 * DAY],
        GRACE: [TODAY],
    }
    assert await board.played(GUILD + 1, [ADA]) == {}
    assert sorted(await board.topics(GUILD, ADA), key=lambda record: record.topic) == [
        TopicRecord("sample", "one", 1, 1),
        TopicRecord("sample", "two", 1, 2),
    ]


async def test_making_the_scores_anew_mends_what_is_wrong(database: Database) -> None:
    for number in range(12):
        await answer(database, make_question(f"question-{number}"), member=ADA + number % 3)
        await answer(database, make_question(f"question-{number}"), guild=GUILD + 1)
    before = await derived(database)
    assert all(before.values())
    async with database.transaction() as transaction:
        await transaction.run("DELETE FROM score WHERE member_id = ?", (ADA,))
        await transaction.run("UPDATE board SET points = points + 1, last_at = NULL")
        await transaction.run("INSERT INTO member_day VALUES (1, 2, 3, 4, 5, 6, 7, 8)")
        await transaction.run(
            "INSERT INTO board SELECT 404, period, start, scope, member_id, 0, 0, 0, 0, 0, 0 FROM board WHERE guild_id = ?",
            (GUILD,),
        )
    assert await derived(database) != before
    told: list[tuple[int, int]] = []
    await ScoreStore(database).rebuild(lambda done, of: told.append((done, of)))
    assert await derived(database) == before
    assert told == [(1, 2), (2, 2)]
    assert not await ScoreStore(database).are_outdated()
