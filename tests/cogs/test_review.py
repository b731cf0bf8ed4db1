"""Review: what is due, most overdue first, then a few new questions."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fsrs import Rating

from tests.cogs.alone import (
    DAY,
    FOUR,
    HERE,
    PAIR,
    YES,
    Student,
    comes,
    dates,
    day,
    fsrs_says,
    id_of,
    ids,
    is_asking,
    log,
    prompt,
    until_day,
    work,
)
from tests.messages import buttons, is_question, offered, text
from tests.world import World

BOTH = pytest.mark.parametrize("direct", [False, True], ids=["server", "direct messages"])


@pytest.fixture
def ada(world: World) -> Student:
    """Ada, in the server."""
    return Student(world, world.ada)


async def study(student: Student, *, wrong: str = "", hint: str = "") -> None:
    """Practise the first topic on this day: one question wrong, one with a hint; the second topic is never met."""
    shown = await student.practise(topic="one")
    while is_asking(shown):
        question = prompt(shown)
        if question == hint:
            shown = await student.click(shown, next(label for label in buttons(shown) if "Hint" in label))
        shown = await student.go_on(await student.answer(shown, right=question != wrong))


async def test_nothing_was_ever_answered(ada: Student) -> None:
    shown = await ada.review()
    assert "### ✨ Nothing is due today\nYou have no questions in review yet." in text(shown)
    assert "Next:" not in text(shown)
    assert list(buttons(shown)) == ["4 new questions", "Practice"]
    assert "question 1 of 4" in text(await ada.click(shown, "Practice"))


@BOTH
async def test_the_most_overdue_first_then_the_weakest_memory_then_new_ones(
    world: World, direct: bool
) -> None:
    ada = Student(world, world.ada, direct=direct)
    await study(ada, wrong=FOUR, hint=HERE)
    assert await dates(world, world.ada) == {"first": day(1), "second": day(1), "third": day(2)}
    await until_day(world, 4)
    shown = await ada.review()
    heads, asked = [], []
    for _ in range(4):
        assert is_asking(shown)
        heads.append(text(shown).splitlines()[1])
        asked.append(prompt(shown))
        shown = await ada.go_on(await ada.answer(shown))
    assert asked == [FOUR, HERE, YES, PAIR]
    assert heads[0] == f"-# 🔁 Review · {work(3, 0, 0)}"
    assert heads[1].startswith("-# 🔁 Review · 2 due today · ")
    assert heads[3].startswith("-# 🔁 Review · 0 due today · ")
    assert heads[3].endswith(" · 🌱 new for you")
    assert not any("new for you" in head for head in heads[:3])
    assert "### 🔁 Review done for today" in text(shown)
    assert "**4 of 4** right at the first try (100%)" in text(shown)
    found = list((await dates(world, world.ada)).values())
    in_a_week = sum(day(4) < due <= day(11) for due in found)
    assert work(0, found.count(day(5)), in_a_week) in text(shown)


async def test_the_counts_are_those_of_the_member(world: World, ada: Student) -> None:
    await study(ada, wrong=FOUR)
    await until_day(world, 1)
    await Student(world, world.grace).answer_all(await Student(world, world.grace).practise())
    shown = await ada.review()
    assert work(1, 2, 2) in text(shown)


async def test_up_to_five_new_ones_from_the_weakest_topic(world: World, ada: Student) -> None:
    await world.write_questions(3, topic="one")
    await world.write_questions(9, topic="two")
    await ada.answer_all(await ada.practise(topic="one", questions=2))
    await until_day(world, 2)
    over, asked = await ada.answer_all(await ada.review())
    assert [question.split(" on ")[1] for question in asked] == ["one?"] * 2 + ["two?"] * 5
    assert "Review done for today" in text(over)
    # there are more, but not today; tomorrow there are
    assert "Nothing is due today" in text(await ada.review())
    await until_day(world, 60)
    _, asked = await ada.answer_all(await ada.review())
    assert len(asked) == 7 + 5


async def test_new_questions_of_the_topic_that_is_forgotten_soonest(world: World, ada: Student) -> None:
    await world.write_questions(4, topic="one")
    await world.write_questions(4, topic="two")
    await ada.answer_all(await ada.practise(topic="one", questions=2))
    await ada.answer_all(
        await ada.practise(topic="two", questions=2), wrong=[f"Question {n} on two?" for n in range(4)]
    )
    await until_day(world, 2)
    _, asked = await ada.answer_all(await ada.review())
    assert asked[4].endswith("on two?")
    assert sorted(question.split(" on ")[1] for question in asked[4:]) == ["one?", "one?", "two?", "two?"]


async def test_nothing_is_due_says_when_and_offers_more(world: World, ada: Student) -> None:
    await study(ada)
    shown = await ada.review()
    assert "Nothing is due today\nNext: **Saturday, 3 January**" in text(shown)
    assert work(0, 0, 3) in text(shown)
    assert list(buttons(shown)) == ["1 new question", "Practice"]
    await world.restart()
    shown = await ada.click(shown, "1 new question")
    assert prompt(shown) == PAIR
    assert "new for you" in text(shown)
    over = await ada.go_on(await ada.answer(shown))
    assert "Review done for today" in text(over)
    shown = await ada.review()
    assert list(buttons(shown)) == ["Practice"]
    assert "question 1 of 4" in text(await ada.click(shown, "Practice"))


async def test_its_practice_button_ends_no_practice(ada: Student) -> None:
    practice = await ada.practise(topic="one")
    offer = await ada.click(await ada.review(), "Practice")
    assert "You have an unfinished practice" in text(offer)
    assert text(await ada.click(offer, "Go on")) == text(practice)


async def test_after_practice_the_review_is_one_click_away(world: World, ada: Student) -> None:
    over, _ = await ada.answer_all(await ada.practise())
    await world.wait(10 * DAY)
    assert "4 due today" in text(await ada.click(over, "Review"))


@pytest.mark.parametrize(
    ("said", "seconds", "rating"),
    [
        ("I was sure", 20, Rating.Easy),
        ("I was sure", 21, Rating.Good),
        ("I was not sure", 1, Rating.Hard),
        ("", 1, Rating.Good),
    ],
)
async def test_how_sure_one_was_changes_the_date(
    world: World, ada: Student, said: str, seconds: float, rating: Rating
) -> None:
    await study(ada)
    await until_day(world, 9)
    shown = await ada.review()
    await world.wait(seconds)
    verdict = await ada.answer(shown)
    question = {FOUR: "first", HERE: "second", YES: "third"}[prompt(verdict)[2:]]
    good = fsrs_says([(Rating.Good, day(0)), (Rating.Good, day(9))])
    assert comes(good) in text(verdict)
    assert {"I was sure", "I was not sure"} <= set(buttons(verdict))
    if said:
        await world.restart()
        verdict = await ada.click(verdict, said)
        assert f"☑ {said}" in buttons(verdict)
    due = fsrs_says([(Rating.Good, day(0)), (rating, day(9))])
    assert (due == good) is (rating is Rating.Good)
    assert comes(due) in text(verdict)
    assert (await dates(world, world.ada))[question] == due
    assert is_asking(await ada.go_on(verdict))


async def test_one_can_change_ones_mind_about_being_sure(world: World, ada: Student) -> None:
    await study(ada)
    await until_day(world, 9)
    verdict = await ada.answer(await ada.review())
    before = await dates(world, world.ada)
    sure = await ada.click(verdict, "I was sure")
    later = await dates(world, world.ada)
    unsure = await ada.click(sure, "I was not sure")
    assert list(buttons(unsure))[-2:] == ["I was sure", "☑ I was not sure"]
    sooner = await dates(world, world.ada)
    (changed,) = {question for question in before if later[question] != before[question]}
    assert sooner[changed] < before[changed] < later[changed]
    assert [rating for question, rating, on in await log(world, world.ada) if on == day(9)] == [Rating.Hard]


async def test_who_was_wrong_is_not_asked_how_sure(world: World, ada: Student) -> None:
    await study(ada)
    await until_day(world, 9)
    shown = await ada.review()
    verdict = await ada.answer(shown, right=False)
    assert "I was sure" not in buttons(verdict)
    assert "It comes once more" not in text(verdict)
    item = ids(verdict, "item-why")[0].split(":")[1]
    await ada.press(verdict, f"item-sure:{item}:1")
    assert [rating for _, rating, on in await log(world, world.ada) if on == day(9)] == [Rating.Again]
    over, asked = await ada.answer_all(await ada.go_on(verdict))
    assert asked.count(prompt(verdict)[2:]) == 0
    assert "Look at these again" in text(over)
    assert "**3 of 4** right" in text(over)


async def test_a_hint_makes_a_right_answer_a_hard_one(world: World, ada: Student) -> None:
    await study(ada, wrong=FOUR)
    await until_day(world, 1)
    shown = await ada.review()
    assert prompt(shown) == FOUR
    shown = await ada.click(shown, "Hint (2 left)")
    await world.restart()
    verdict = await ada.answer(shown)
    assert "✅ Correct · 💡 1 hint" in text(verdict)
    verdict = await ada.click(verdict, "I was sure")
    assert await log(world, world.ada) == [
        *[("first", Rating.Again, day(0))] * 3,
        ("first", Rating.Hard, day(1)),
        ("second", Rating.Good, day(0)),
        ("third", Rating.Good, day(0)),
    ]


@BOTH
async def test_killed_before_every_click(world: World, direct: bool) -> None:
    ada = Student(world, world.ada, direct=direct)
    await ada.answer_all(await ada.practise(questions=3), wrong=[FOUR, HERE])
    await until_day(world, 5)
    shown = await ada.review()
    asked, clicks = [], 0
    while "Review done" not in text(shown):
        await world.restart(away=60)
        before = text(shown), offered(shown)
        if is_asking(shown) and prompt(shown) not in asked:
            asked.append(prompt(shown))
            shown = await ada.review()  # shows the same as the message that is there
            assert (text(shown), offered(shown)) == before
            continue
        unsaid = [label for label in ("I was sure", "I was not sure") if label in buttons(shown)]
        if "Submit" in buttons(shown):
            label = "Submit"
        elif ids(shown, "item-tick"):
            option = next(
                o for o in offered(shown) if "right" in o and f"☐ {_letter(shown, o)}" in buttons(shown)
            )
            label = f"☐ {_letter(shown, option)}"
        elif ids(shown, "item-pick"):
            label = _letter(shown, "the right one")
        elif len(unsaid) == 2:
            label = unsaid[0]
        else:
            label = next(label for label in ("All options", "Next") if label in buttons(shown))
        shown = await ada.click(shown, label)
        clicks += 1
    assert clicks >= 4 * 4
    assert len(asked) == len(set(asked)) == 4
    assert "Review done for today" in text(shown)
    assert "**4 of 4** right" in text(shown)
    assert len([on for _, _, on in await log(world, world.ada) if on == day(5)]) == 4


def _letter(shown: Any, option: str) -> str:
    return "ABCDEF"[offered(shown).index(option)]


async def test_clicks_in_the_same_instant(world: World, ada: Student) -> None:
    await study(ada)
    await until_day(world, 9)
    shown = await ada.review()
    label = _letter(shown, "the right one")
    for again in (label, "I was sure", "Next"):
        results = await world.at_once([(world.ada, shown.message, again)] * 4)
        assert all(result.acknowledged for result in results)
    assert is_asking(shown)
    async with world.sql() as transaction:
        assert await transaction.run(
            "SELECT count(*), count(choice) FROM item JOIN session ON session.id = session_id WHERE kind = 'review'"
        ) == [(2, 1)]
    assert [rating for _, rating, on in await log(world, world.ada) if on == day(9)] == [Rating.Easy]


async def test_begun_on_two_devices_in_the_same_instant(world: World, ada: Student) -> None:
    await study(ada)
    await until_day(world, 9)
    results = await world.commands_at_once([(world.ada, "review")] * 3)
    cards = {text(result.response) for result in results}
    assert len(cards) == 1
    async with world.sql() as transaction:
        assert await transaction.run("SELECT count(*) FROM session WHERE kind = 'review'") == [(1,)]


async def test_stop_and_go_on(world: World, ada: Student) -> None:
    await study(ada)
    await until_day(world, 9)
    first = prompt(shown := await ada.review())
    verdict = await ada.answer(shown)
    on = id_of(verdict, "Next")
    over = await ada.click(verdict, "Stop")
    assert "### 🔁 Review stopped" in text(over)
    assert "**1 of 1** right" in text(over)
    assert "2 due today" in text(over)
    assert "Review stopped" in text(await ada.press(over, on))
    shown = await ada.review()
    assert "2 due today" in text(shown)
    _, asked = await ada.answer_all(shown)
    assert first not in asked
    assert len(asked) == 3


async def test_practice_and_review_stand_beside_each_other(world: World, ada: Student) -> None:
    await study(ada)
    await until_day(world, 9)
    practice, review = await ada.practise(), await ada.review()
    assert "question 1 of 4" in text(practice)
    assert "3 due today" in text(review)
    await ada.answer(practice)
    verdict = await ada.answer(review)
    assert "Next" in buttons(verdict)
    assert is_asking(await ada.go_on(practice))


async def test_a_question_that_was_answered_elsewhere_meanwhile_is_not_due(
    world: World, ada: Student
) -> None:
    await study(ada)
    await until_day(world, 9)
    shown = await ada.review()
    first = prompt(shown)
    await ada.answer_all(await ada.practise(topic="one"))
    # what stands on the card can still be answered; the others have been
    over, asked = await ada.answer_all(shown)
    assert asked == [first, PAIR]
    assert re.search(r"\*\*2 of 2\*\* right", text(over))


async def test_questions_of_a_challenge_wait(world: World, ada: Student) -> None:
    await study(ada)
    await until_day(world, 9)
    await world.begin_challenge(topics=["one"])
    shown = await ada.review()
    assert "Nothing is due today" in text(shown)
    assert list(buttons(shown)) == ["1 new question", "Practice"]
    shown = await world.open_challenge(world.ada)
    while is_question(shown):
        shown = await world.go_on(world.ada, await world.answer(world.ada, shown))
    # answering them there was their review
    assert "Nothing is due today" in text(await ada.review())
    await world.wait(30 * DAY)
    assert "3 due today" in text(await ada.review())
