"""Review cards follow from the log of reviews, and the log from every answer in a round."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from fsrs import Rating
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.questions import Question, QuestionId
from bot.domain.reviews import Review, ReviewCard, memory_model, replay
from bot.domain.rounds import Answer
from bot.domain.scoring import Outcome
from bot.storage.answers import AnswerStore
from bot.storage.database import Database, Row, from_day, from_ms, to_day
from bot.storage.reviews import ReviewStore, StudyDay, add_reviews, change_rating, withdraw_reviews
from tests.domain.examples import NOON, make_answer, make_question, seconds
from tests.storage.examples import ADA, GRACE, LINUS, add_round

MODEL = memory_model(0.9)
TODAY = NOON.date()
DAY = timedelta(days=1)

WRONG, PARTLY, RIGHT = Outcome


def make_review(question: str = "a", rating: Rating = Rating.Good, day: int = 0, **changes: Any) -> Review:
    """A review so many days from today."""
    values: dict[str, Any] = {"took": seconds(5)}
    return Review("sample", question, rating, TODAY + day * DAY, NOON + day * DAY, **(values | changes))


async def add(database: Database, *reviews: tuple[int, Review]) -> None:
    """Note reviews of members in one transaction."""
    async with database.transaction() as transaction:
        await add_reviews(transaction, MODEL, reviews)


async def give(database: Database, member: int, question: Question, **changes: Any) -> Answer:
    """Let a member answer a question in a round of its own."""
    at = changes.setdefault("clicked_at", NOON + seconds(3))
    round_ = await add_round(database, question, opened_at=NOON, closes_at=at + DAY)
    outcome = changes.pop("outcome", RIGHT)
    answer = make_answer(member, outcome, **{"round_id": round_.id, "took": at - NOON} | changes)
    stored = await AnswerStore(database).add(answer)
    assert stored.is_new
    return answer


async def log(database: Database) -> list[Row]:
    """The whole log."""
    columns = "member_id, bank, question, number, rating, day, reviewed_at, took, item_id, exam_id"
    return await database.read(f"SELECT {columns} FROM review_log ORDER BY member_id, bank, question, number")


async def all_cards(database: Database) -> dict[int, list[ReviewCard]]:
    """The cards of everyone, in one order."""
    store = ReviewStore(database)
    found = {}
    for member in (ADA, GRACE, LINUS):
        found[member] = sorted(await store.cards(member), key=lambda card: card.full_id)
    return found


def in_time(reviews: Iterable[Review]) -> list[Review]:
    """By the times of the answers; what was stored first comes first among equals."""
    return sorted(reviews, key=lambda each: each.at)


async def replayed(database: Database) -> dict[int, list[ReviewCard]]:
    """The cards of everyone as the log says they are."""
    histories: dict[tuple[int, QuestionId], list[Review]] = {}
    for member, bank, question, _, rating, day, at, took, item, exam in await log(database):
        each = Review(
            bank,
            question,
            Rating(rating),
            from_day(day),
            from_ms(at),
            timedelta(milliseconds=took),
            item,
            exam,
        )
        histories.setdefault((member, each.full_id), []).append(each)
    found: dict[int, list[ReviewCard]] = {ADA: [], GRACE: [], LINUS: []}
    for (member, _), reviews in sorted(histories.items()):
        card = replay(MODEL, in_time(reviews))
        assert card is not None
        found[member].append(card)
    return found


async def catch_up(database: Database, most: int = 200) -> list[int]:
    """Make reviews of all answers; how many in each go."""
    found = []
    while done := await ReviewStore(database).catch_up(MODEL, most):
        found.append(done)
        assert len(found) < 100, "it has no end"
    return found


async def test_an_answer_becomes_a_review(database: Database) -> None:
    question = make_question("a")
    at = NOON + seconds(12.345)
    await give(database, ADA, question, clicked_at=at, day=date(2026, 1, 6))
    assert await log(database) == []
    assert await catch_up(database) == [1]
    (row,) = await log(database)
    assert tuple(row[:6]) == (ADA, "sample", "a", 1, int(Rating.Good), to_day(date(2026, 1, 6)))
    assert from_ms(row[6]) == at
    assert tuple(row[7:]) == (12_345, None, None)
    expected = replay(MODEL, [make_review(day=1)])
    assert await ReviewStore(database).cards(ADA) == [expected]
    assert await ReviewStore(database).card(ADA, ("sample", "a")) == expected
    assert await ReviewStore(database).card(ADA, ("other", "a")) is None
    assert await ReviewStore(database).card(GRACE, ("sample", "a")) is None
    assert await ReviewStore(database).cards(GRACE) == []


@pytest.mark.parametrize(
    ("outcome", "hints", "rating"),
    [
        (WRONG, 0, Rating.Again),
        (PARTLY, 0, Rating.Again),
        (RIGHT, 0, Rating.Good),
        (RIGHT, 2, Rating.Hard),
        (WRONG, 1, Rating.Again),
    ],
)
async def test_an_answer_is_rated_by_its_outcome_and_hints(
    database: Database, outcome: Outcome, hints: int, rating: Rating
) -> None:
    await give(database, ADA, make_question("a"), outcome=outcome, hints=hints)
    await catch_up(database)
    assert [row[4] for row in await log(database)] == [int(rating)]


async def test_answers_become_reviews_in_slices(database: Database) -> None:
    for number in range(7):
        await give(database, (ADA, GRACE)[number % 2], make_question("abc"[number % 3]))
    assert await ReviewStore(database).catch_up(MODEL, 3) == 3
    assert len(await log(database)) == 3
    assert await catch_up(database, 3) == [3, 1]
    assert len(await log(database)) == 7
    assert await all_cards(database) == await replayed(database)


async def test_each_answer_becomes_one_review(database: Database) -> None:
    await give(database, ADA, make_question("a"))
    await catch_up(database)
    before = await log(database), await all_cards(database)
    assert await catch_up(database) == []
    assert (await log(database), await all_cards(database)) == before
    await give(database, ADA, make_question("b"))
    assert await catch_up(database) == [1]
    assert [row[2] for row in await log(database)] == ["a", "b"]


async def test_killed_in_the_middle_it_goes_on_where_it_was(database: Database) -> None:
    for id_ in "abc":
        await give(database, ADA, make_question(id_))
    assert await ReviewStore(database).catch_up(MODEL, 1) == 1
    async with database.transaction() as transaction:
        await transaction.run(
            "CREATE TRIGGER killed BEFORE UPDATE ON fact BEGIN SELECT RAISE(ABORT, 'killed'); END"
        )
    for _ in range(2):
        with pytest.raises(sqlite3.IntegrityError, match="killed"):
            await ReviewStore(database).catch_up(MODEL, 9)
        assert [row[2] for row in await log(database)] == ["a"]
        assert [card.question for card in await ReviewStore(database).cards(ADA)] == ["a"]
    async with database.transaction() as transaction:
        await transaction.run("DROP TRIGGER killed")
    assert await catch_up(database) == [2]
    assert [(row[2], row[3]) for row in await log(database)] == [("a", 1), ("b", 1), ("c", 1)]
    assert await all_cards(database) == await replayed(database)


async def test_many_members_and_the_same_question_twice_in_one_go(database: Database) -> None:
    question, edited = make_question("a"), make_question("a", prompt="Edited?")
    same_name = make_question("a", bank="other")
    await give(database, ADA, question, outcome=WRONG)
    await give(database, GRACE, question)
    await give(database, ADA, edited, clicked_at=NOON + 4 * DAY)
    await give(database, ADA, same_name)
    await give(database, LINUS, make_question("b"))
    await give(database, ADA, question, clicked_at=NOON + 9 * DAY)
    assert await catch_up(database) == [6]
    await give(database, ADA, question, outcome=WRONG, clicked_at=NOON + 30 * DAY)
    await give(database, ADA, question, clicked_at=NOON + 31 * DAY)
    assert await catch_up(database) == [2]
    found = [(row[0], row[1], row[2], row[3], row[4], row[5] - to_day(TODAY)) for row in await log(database)]
    assert found == [
        (ADA, "other", "a", 1, 3, 0),
        (ADA, "sample", "a", 1, 1, 0),
        (ADA, "sample", "a", 2, 3, 4),
        (ADA, "sample", "a", 3, 3, 9),
        (ADA, "sample", "a", 4, 1, 30),
        (ADA, "sample", "a", 5, 3, 31),
        (GRACE, "sample", "a", 1, 3, 0),
        (LINUS, "sample", "b", 1, 3, 0),
    ]
    assert await all_cards(database) == await replayed(database)


async def test_a_rating_that_changes_changes_the_card(database: Database) -> None:
    key = ("sample", "a")
    await add(database, (ADA, make_review(item_id=1)), (ADA, make_review(day=3, item_id=2)))
    await add(database, (GRACE, make_review(item_id=3)), (ADA, make_review("b", item_id=4)))
    before = await all_cards(database)
    async with database.transaction() as transaction:
        await change_rating(transaction, MODEL, ADA, key, 1, Rating.Hard)
    assert [row[4] for row in await log(database)] == [2, 3, 3, 3]
    after = await all_cards(database)
    expected = replay(MODEL, [make_review(rating=Rating.Hard), make_review(day=3)])
    assert after[ADA][0] == expected != before[ADA][0]
    assert after[ADA][1:] == before[ADA][1:]
    assert after[GRACE] == before[GRACE]


async def test_what_an_exam_said_can_be_withdrawn(database: Database) -> None:
    reviews = [make_review(), make_review(rating=Rating.Again, day=1, exam_id=8), make_review(day=2)]
    await add(database, *((ADA, each) for each in reviews))
    await add(database, (ADA, make_review("b", exam_id=8)), (ADA, make_review("c", exam_id=9)))
    await add(database, (GRACE, make_review("b", exam_id=8)))
    async with database.transaction() as transaction:
        await withdraw_reviews(transaction, MODEL, ADA, [("sample", id_) for id_ in "abc"], 8)
    cards = await all_cards(database)
    assert cards[ADA] == [replay(MODEL, [reviews[0], reviews[2]]), replay(MODEL, [make_review("c")])]
    assert [card.question for card in cards[GRACE]] == ["b"]
    # what comes then has the next number
    await add(database, (ADA, make_review(day=5)), (ADA, make_review("b")))
    numbers = [(row[2], row[3]) for row in await log(database) if row[0] == ADA]
    assert numbers == [("a", 1), ("a", 3), ("a", 4), ("b", 1), ("c", 1)]


@pytest.mark.parametrize("statement", ["review_log", "review_card"])
async def test_log_and_card_are_written_together(database: Database, statement: str) -> None:
    async with database.transaction() as transaction:
        await transaction.run(
            f"CREATE TRIGGER broken BEFORE INSERT ON {statement} BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
    with pytest.raises(sqlite3.IntegrityError, match="broken"):
        await add(database, (ADA, make_review()))
    assert await log(database) == []
    assert await ReviewStore(database).cards(ADA) == []


async def test_a_day_of_study(database: Database) -> None:
    await add(
        database,
        (ADA, make_review("a", day=3)),
        (ADA, make_review("a", day=0)),
        (ADA, make_review("b", day=3)),
        (ADA, make_review("b", day=3)),
        (ADA, make_review("a", day=9)),
        (ADA, replace(make_review("a", day=9), bank="other")),
        (GRACE, make_review("a", day=9)),
    )
    store = ReviewStore(database)
    found = [await store.day(ADA, "sample", TODAY + number * DAY) for number in (-1, 0, 3, 9)]
    assert found == [
        StudyDay(reviews=0, new=0),
        StudyDay(reviews=1, new=1),  # stored later, answered first
        StudyDay(reviews=3, new=1),
        StudyDay(reviews=1, new=0),
    ]
    assert await store.day(ADA, "other", TODAY + 9 * DAY) == StudyDay(reviews=1, new=1)
    assert await store.day(LINUS, "sample", TODAY) == StudyDay(reviews=0, new=0)


async def test_what_was_known_at_first_sight(database: Database) -> None:
    store = ReviewStore(database)
    assert await store.first_tries(ADA, "sample") == (0, 0)
    for id_, rating in zip("abcd", Rating, strict=True):
        await add(database, (ADA, make_review(id_, rating)), (ADA, make_review(id_, Rating.Good, 1)))
    await add(database, (ADA, replace(make_review("a"), bank="other")), (GRACE, make_review("a")))
    assert await store.first_tries(ADA, "sample") == (3, 4)
    assert await store.first_tries(ADA, "other") == (1, 1)


adds = st.lists(
    st.tuples(
        st.sampled_from([ADA, GRACE]),
        st.sampled_from("ab"),
        st.sampled_from(Rating),
        st.integers(-3, 60),
        st.none() | st.integers(1, 2),
    ),
    min_size=1,
    max_size=5,
)
changes = st.one_of(
    st.tuples(st.just("add"), adds),
    st.tuples(st.just("rate"), st.integers(0, 30), st.sampled_from(Rating)),
    st.tuples(st.just("withdraw"), st.sampled_from([ADA, GRACE]), st.integers(1, 2)),
)


class Notebook:
    """What should be in the log: a list of reviews for each member and question."""

    def __init__(self) -> None:
        self.pages: dict[tuple[int, QuestionId], list[tuple[int, Review]]] = {}
        """Reviews with their numbers."""
        self.items = 0
        self.day = 0

    def write(self, rows: Sequence[Any]) -> list[tuple[int, Review]]:
        """Note what is to be added; the same for the store."""
        found = []
        for member, question, rating, gap, exam in rows:
            self.items += 1
            self.day += gap
            item = None if exam else self.items
            each = make_review(question, rating, self.day, item_id=item, exam_id=exam)
            page = self.pages.setdefault((member, each.full_id), [])
            page.append((max((number for number, _ in page), default=0) + 1, each))
            found.append((member, each))
        return found

    def rate(self, item: int, rating: Rating) -> tuple[int, QuestionId] | None:
        """Rate an item anew; whose it is."""
        for owner, page in self.pages.items():
            for place, (number, each) in enumerate(page):
                if each.item_id == item:
                    page[place] = number, replace(each, rating=rating)
                    return owner
        return None

    def withdraw(self, member: int, exam: int) -> None:
        """Forget what an exam said."""
        for (of, _), page in self.pages.items():
            if of == member:
                page[:] = [(number, each) for number, each in page if each.exam_id != exam]


@settings(max_examples=60)
@given(history=st.lists(changes, max_size=14))
def test_cards_follow_from_the_log_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, history: list[Any]
) -> None:
    async def check() -> None:
        notebook = Notebook()
        async with Database.open(tmp_path_factory.mktemp("log") / "studyhall.db") as database:
            for kind, *values in history:
                if kind == "add":
                    await add(database, *notebook.write(values[0]))
                elif kind == "rate":
                    owner = notebook.rate(*values)
                    if owner is not None:
                        async with database.transaction() as transaction:
                            await change_rating(transaction, MODEL, *owner, *values)
                else:
                    notebook.withdraw(*values)
                    keys = [("sample", id_) for id_ in "ab"]
                    async with database.transaction() as transaction:
                        await withdraw_reviews(transaction, MODEL, values[0], keys, values[1])
            cards, rows = await all_cards(database), await log(database)
            assert cards == await replayed(database)
        expected = {
            (member, key): replay(MODEL, in_time(each for _, each in page))
            for (member, key), page in notebook.pages.items()
            if page
        }
        assert {(member, card.full_id): card for member in cards for card in cards[member]} == expected
        numbers = {
            (member, key[1]): [number for number, _ in page] for (member, key), page in notebook.pages.items()
        }
        for (member, question), found in numbers.items():
            assert [row[3] for row in rows if (row[0], row[2]) == (member, question)] == found

    asyncio.run(check())
