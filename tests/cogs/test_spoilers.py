"""What still counts elsewhere is not given away to whoever studies alone, also in what they began before."""

from __future__ import annotations

import pytest

from tests.cogs.alone import FOUR, HERE, PAIR, YES, Student, id_of, is_asking, log, prompt, until_day
from tests.messages import buttons, text
from tests.world import World

WAITS = "This question waits: it still counts for you in a challenge, a quiz or an exam."
ALL_WAIT = "What is left of this practice still counts for you in a challenge, a quiz or an exam"


@pytest.fixture
def ada(world: World) -> Student:
    """Ada in the server."""
    return Student(world, world.ada)


async def test_a_practice_that_was_begun_before_the_challenge(world: World, ada: Student) -> None:
    asking = await ada.practise(topic="one")
    await world.begin_challenge(topics=["one"])
    for custom_id in (
        id_of(asking, "A"),
        *[id_of(asking, b) for b in buttons(asking) if b.startswith("Hint")],
    ):
        assert WAITS in text(await ada.press(asking, custom_id))
    offer = await ada.practise()
    assert ALL_WAIT in text(await ada.press(offer, id_of(offer, "Go on")))
    assert await log(world, world.ada) == []
    # once it is over, the same practice goes on
    await world.until(2026, 1, 30)
    shown, asked = await ada.answer_all(await ada.click(await ada.practise(), "Go on"))
    assert sorted(asked) == sorted([FOUR, HERE, YES])
    assert "Practice is over" in text(shown)


async def test_the_others_are_asked_meanwhile(world: World, ada: Student) -> None:
    asking = await ada.practise()
    await world.begin_challenge(topics=["one"])
    if prompt(asking) != PAIR:
        asking = await ada.click(await ada.practise(), "Go on")
    assert prompt(asking) == PAIR
    verdict = await ada.answer(asking)
    assert ALL_WAIT in text(await ada.press(verdict, id_of(verdict, "Next")))


async def test_a_review_passes_over_what_a_challenge_asks(world: World, ada: Student) -> None:
    await ada.answer_all(await ada.practise(topic="one"))
    await until_day(world, 5)
    asking = await ada.review()
    await world.begin_challenge(topics=["one"])
    assert WAITS in text(await ada.press(asking, id_of(asking, "A")))
    nothing = await ada.review()
    assert "3 wait" in text(nothing) or is_asking(nothing)
    stopped = await ada.review() if not is_asking(nothing) else await ada.click(nothing, "Stop")
    assert "0 due today · 3 wait" in text(stopped)


async def test_nothing_due_says_what_waits(world: World, ada: Student) -> None:
    await ada.answer_all(await ada.practise())
    await world.begin_challenge(topics=["one", "two"])
    await until_day(world, 3)
    nothing = await ada.review()
    assert "Nothing is due today" in text(nothing)
    assert "4 questions that would be due still count for you" in text(nothing)
    assert "no questions in review yet" not in text(nothing)


async def test_a_question_that_is_open_in_a_channel(world: World, ada: Student) -> None:
    asking = await ada.practise(topic="two")
    await world.mona.slash(world.channel, "question", topic="two")
    ready = await ada.click(await ada.click(asking, "☐ A"), "☐ B")
    assert WAITS in text(await ada.press(ready, id_of(ready, "Submit")))
    await world.answer(world.ada, world.card)
    assert "orrect" in text(await ada.click(ready, "Submit"))


async def test_a_practice_that_was_begun_before_an_exam(world: World, ada: Student) -> None:
    await world.write_questions(8)
    asking = await ada.practise(topic="one", questions=8)
    prepared = (await world.ada.slash(world.channel, "exam start", questions=8, topics="one")).response
    await world.ada.click(prepared, label="Begin")
    assert WAITS in text(await ada.press(asking, id_of(asking, "A")))
    # what the exam does not ask can be practised meanwhile
    others = await ada.press(asking, "practice:1:0:10:1")
    assert "question 1 of 1" in text(others)
    assert prompt(others) == PAIR


async def test_stop_and_an_answer_in_the_same_instant(world: World, ada: Student) -> None:
    asking = await ada.practise(topic="one")
    message = asking.message
    results = await world.at_once([(world.ada, message, "Stop"), (world.ada, message, "A")])
    told = [text(result.response) for result in results]
    assert all("Practice stopped" in words for words in told)
    assert await log(world, world.ada) == []


async def test_an_old_offer_ends_no_later_practice(world: World, ada: Student) -> None:
    await ada.practise(topic="one")
    offer = await ada.practise(topic="two")
    anew = id_of(offer, "Begin a new one")
    begun = await ada.press(offer, anew)
    assert prompt(begun) == PAIR
    again = await ada.press(offer, anew)
    assert "You have an unfinished practice" in text(again)
    async with world.sql() as transaction:
        ended = await transaction.run("SELECT ended_at IS NOT NULL FROM session ORDER BY id")
    assert ended == [(1,), (0,)]
