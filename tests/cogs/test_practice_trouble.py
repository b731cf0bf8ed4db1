"""Practice when the bot is killed, when clicks cross, and when the world changes meanwhile."""

from __future__ import annotations

import pytest

from tests.cogs.alone import DAY, PAIR, Student, id_of, ids, is_asking, log, prompt
from tests.messages import buttons, offered, text
from tests.world import World


@pytest.fixture
def ada(world: World) -> Student:
    """Ada, in the server."""
    return Student(world, world.ada)


async def count(world: World, table: str) -> int:
    """How many rows a table has."""
    async with world.sql() as transaction:
        return int((await transaction.run(f"SELECT count(*) FROM {table}"))[0][0])


@pytest.mark.parametrize("direct", [False, True], ids=["server", "direct messages"])
async def test_killed_before_every_click(world: World, direct: bool) -> None:
    ada = Student(world, world.ada, direct=direct)
    shown = await ada.practise()
    await world.restart()
    seen, clicks = [], 0
    while "Practice is over" not in text(shown):
        before = offered(shown) if is_asking(shown) else []
        if "Submit" in buttons(shown):
            label = "Submit"
        elif is_asking(shown):
            seen.append(prompt(shown))
            hints = [label for label in buttons(shown) if label.startswith("Hint")]
            # each question wrong the first time, with its hints; two ticks where two are asked for
            label = hints[0] if hints else "A"
            if not hints and ids(shown, "item-tick"):
                label = next(label for label in buttons(shown) if label.startswith("☐"))
            elif not hints:
                right = len([question for question in seen if question == seen[-1]]) > 3
                label = "ABCD"[offered(shown).index("the right one" if right else "a wrong one")]
        else:
            label = next(label for label in ("All options", "Next", "Summary") if label in buttons(shown))
        shown = await ada.click(shown, label)
        clicks += 1
        if is_asking(shown) and before and seen[-1] == prompt(shown):
            assert offered(shown) == before
        await world.restart(away=3600)
    assert clicks > 30
    assert "Practice is over" in text(shown)
    async with world.sql() as transaction:
        tries = await transaction.run("SELECT count(*) FROM item GROUP BY version")
        (answers,) = await transaction.run("SELECT count(*) FROM item WHERE choice IS NOT NULL")
    assert all(number <= 3 for (number,) in tries)
    assert answers[0] == await count(world, "review_log") == await count(world, "item")


STAGES = {
    "question": [],
    "offer": [],
    "hint": ["Hint (1 left)"],
    "a tick": ["☐ B"],
    "a tick taken back": ["☐ B", "☑ B"],
    "ready to submit": ["☐ A", "☐ B"],
    "hint, then a tick": ["Hint (1 left)", "☐ D"],
}
"""What is clicked on the card of a question before a long time passes."""


@pytest.mark.parametrize("stage", STAGES)
async def test_weeks_later_the_card_of_a_question_goes_on(world: World, ada: Student, stage: str) -> None:
    shown = await ada.practise()
    while PAIR not in text(shown):
        shown = await ada.go_on(await ada.answer(shown))
    for label in STAGES[stage]:
        shown = await ada.click(shown, label)
    before = text(shown), list(buttons(shown))
    if stage == "offer":
        shown = await ada.practise()
    await world.restart(away=3 * 7 * DAY)
    if stage == "offer":
        shown = await ada.click(shown, "Go on")
        assert (text(shown), list(buttons(shown))) == before
    ticked = [label for label in buttons(shown) if label.startswith("☑")]
    for label in ticked:
        shown = await ada.click(shown, label)
        assert text(shown) == before[0]
    assert "Submit (2 more to tick)" in buttons(shown)
    over, _ = await ada.answer_all(shown)
    assert "**4 of 4** right" in text(over)


@pytest.mark.parametrize("stage", ["verdict", "all options", "stopped"])
async def test_weeks_later_a_verdict_leads_on(world: World, ada: Student, stage: str) -> None:
    shown = await ada.answer(await ada.practise(), right=False)
    if stage != "verdict":
        shown = await ada.click(shown, "All options" if stage == "all options" else "Stop")
    await world.restart(away=3 * 7 * DAY)
    if stage == "stopped":
        assert "due today" in text(await ada.click(shown, "Review"))
        return
    if stage == "verdict":
        shown = await ada.click(shown, "All options")
        assert "You answered" in text(shown)
    over, asked = await ada.answer_all(await ada.go_on(shown))
    assert len(asked) == 4  # three more, and the first one again
    assert "**3 of 4** right" in text(over)


async def test_after_weeks_practice_offers_to_resume(world: World, ada: Student) -> None:
    shown = await ada.go_on(await ada.answer(await ada.practise(), right=False))
    await world.restart(away=60 * DAY)
    offer = await ada.practise()
    assert "**1 of 4** answered." in text(offer)
    await world.restart()
    assert text(await ada.click(offer, "Go on")) == text(shown)


async def test_discord_fails_between_the_answer_and_its_verdict(world: World, ada: Student) -> None:
    """The member never saw the verdict: the same click shows it."""
    shown = await ada.practise(topic="one", questions=1)
    click = id_of(shown, "ABC"[offered(shown).index("the right one")])
    world.env.inject_error(
        "POST", "/interactions/*", status=503, times=2
    )  # the verdict, and the word of the error
    assert await ada.press(shown, click) is None
    assert len(await log(world, world.ada)) == 1
    await world.restart(away=60)
    other = id_of(shown, "ABC"[offered(shown).index("a wrong one")])
    assert "✅ Correct" in text(await ada.press(shown, other))
    assert len(await log(world, world.ada)) == 1


@pytest.mark.parametrize("right_first", [False, True])
async def test_two_options_in_the_same_instant(world: World, ada: Student, right_first: bool) -> None:
    shown = await ada.practise(topic="one", questions=1)
    right = "ABCD"[offered(shown).index("the right one")]
    wrong = "ABCD"[offered(shown).index("a wrong one")]
    order = [right, wrong, wrong] if right_first else [wrong, right, right]
    results = await world.at_once([(world.ada, shown.message, label) for label in order])
    assert all(result.acknowledged for result in results)
    assert ("### ✅ Correct" in text(shown)) is right_first
    assert await count(world, "review_log") == 1
    assert await count(world, "item") == (1 if right_first else 2)


async def test_the_same_click_many_times(world: World, ada: Student) -> None:
    shown = await ada.practise(topic="one")
    results = await world.at_once([(world.ada, shown.message, "A")] * 4)
    assert all(result.acknowledged for result in results)
    assert await count(world, "review_log") == 1
    results = await world.at_once([(world.ada, shown.message, "Next")] * 4)
    assert all(result.acknowledged for result in results)
    assert "question 2 of 3" in text(shown)
    results = await world.at_once([(world.ada, shown.message, "Stop")] * 4)
    assert "Practice stopped" in text(shown)
    assert await count(world, "session") == 1


@pytest.mark.parametrize("labels", [("Stop", "Next"), ("Next", "Stop")])
async def test_next_and_stop_in_the_same_instant(world: World, ada: Student, labels: tuple[str, str]) -> None:
    shown = await ada.answer(await ada.practise(topic="one"))
    await world.at_once([(world.ada, shown.message, label) for label in labels])
    if is_asking(shown):
        # Discord showed what came last; the next click tells
        shown = await ada.answer(shown)
    assert "Practice stopped" in text(shown)
    assert "**1 of 1** right" in text(shown)


async def test_a_new_one_begun_many_times_in_the_same_instant(world: World, ada: Student) -> None:
    await ada.practise(topic="one")
    offer = await ada.practise(topic="two")
    results = await world.at_once([(world.ada, offer.message, "Begin a new one")] * 3)
    assert all(result.acknowledged for result in results)
    async with world.sql() as transaction:
        assert await transaction.run("SELECT count(*) FROM session WHERE ended_at IS NULL") == [(1,)]
    # what stands on the message belongs to the one that is open
    assert prompt(offer) == PAIR
    assert "✅ Correct" in text(await ada.answer(offer))


async def test_begun_on_two_devices_in_the_same_instant(world: World, ada: Student) -> None:
    results = await world.commands_at_once([(world.ada, "practice")] * 3)
    cards = [result.response for result in results]
    assert await count(world, "session") == 1
    found = [card for card in cards if is_asking(card)]
    assert found
    assert len({text(card) for card in found}) == 1


async def test_two_devices(world: World, ada: Student) -> None:
    phone = await ada.practise(topic="one")
    laptop = await ada.click(await ada.practise(), "Go on")
    assert text(phone) == text(laptop)
    first = prompt(phone)
    await ada.answer(phone, right=False)
    # the other device still shows the question: the first answer stands
    verdict = await ada.answer(laptop)
    assert "❌ Not correct" in text(verdict)
    assert len(await log(world, world.ada)) == 1
    here, there = await ada.go_on(phone), await ada.go_on(laptop)
    assert text(here) == text(there)
    assert prompt(here) != first
    over = await ada.click(here, "Stop")
    assert "Practice stopped" in text(over)
    for late in (await ada.answer(there), await ada.practise()):
        assert "Practice stopped" in text(late) or "question 1 of" in text(late)
    assert len(await log(world, world.ada)) == 1


async def test_two_ticks_in_the_same_instant_both_count(world: World) -> None:
    ada = Student(world, world.ada)
    asking = await ada.practise(topic="two")
    await world.at_once([(world.ada, asking.message, "☐ A"), (world.ada, asking.message, "☐ C")])
    shown = await ada.click(await ada.practise(), "Go on")
    assert {label for label in buttons(shown) if label.startswith("☑")} == {"☑ A", "☑ C"}
    assert "Submit" in buttons(shown)
