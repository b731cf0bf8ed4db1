"""Practice: one private message that walks through questions."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.cogs.alone import DAY, FOUR, HERE, PAIR, YES, Student, comes, day, ids, is_asking, prompt
from tests.messages import buttons, offered, text
from tests.world import World

BOTH = pytest.mark.parametrize("direct", [False, True], ids=["server", "direct messages"])


@pytest.fixture
def ada(world: World) -> Student:
    """Ada, in the server."""
    return Student(world, world.ada)


async def until(student: Student, shown: Any, question: str) -> Any:
    """Answer questions until this one is asked; its card."""
    while prompt(shown) != question:
        shown = await student.go_on(await student.answer(shown))
    return shown


async def edit(world: World, topic: str, before: str, after: str) -> None:
    """Change a file of the bank, and load it."""
    file = world.banks / "sample" / f"{topic}.yaml"
    content = file.read_text()
    assert before in content
    file.write_text(content.replace(before, after))
    assert "✅" in text((await world.mona.slash(world.channel, "reload")).response)


@BOTH
async def test_a_whole_practice(world: World, direct: bool) -> None:
    ada = Student(world, world.ada, direct=direct)
    shown = await ada.practise()
    asked = []
    for number in range(1, 5):
        assert f"🎯 Practice · question {number} of 4" in text(shown)
        asked.append(prompt(shown))
        verdict = await ada.answer(shown)
        assert text(verdict).startswith("### ✅ Correct\n")
        assert comes(day(2)) in text(verdict)
        assert "It comes once more" not in text(verdict)
        assert ("Summary" if number == 4 else "Next") in buttons(verdict)
        shown = await ada.go_on(verdict)
    assert sorted(asked) == sorted([PAIR, FOUR, HERE, YES])
    over = text(shown)
    assert "### 🎯 Practice is over" in over
    assert "**4 of 4** right at the first try (100%)" in over
    assert "✅ **3/3** · First topic" in over
    assert "✅ **1/1** · Second topic" in over
    assert "Look at these again" not in over
    assert list(buttons(shown)) == ["Practise again", "Review"]
    # nothing is left to resume
    assert "question 1 of 4" in text(await ada.practise())


async def test_it_is_seen_by_nobody_else(world: World, ada: Student) -> None:
    shown = await ada.practise()
    shown, _ = await ada.answer_all(shown, wrong=[YES])
    assert "Practice is over" in text(shown)
    assert world.seen(world.grace) == []
    assert [message.id for message in world.seen(world.ada)] == [shown.id]


async def test_wrong_ones_come_back_at_the_end_three_times_at_most(ada: Student) -> None:
    shown, asked = await ada.answer_all(await ada.practise(), wrong=[FOUR, YES])
    wrong = [question for question in asked[:4] if question in {FOUR, YES}]
    assert sorted(asked[:4]) == sorted([PAIR, FOUR, HERE, YES])
    assert asked[4:] == wrong + wrong
    over = text(shown)
    assert "**2 of 4** right at the first try (50%)" in over
    assert "➖ **1/3** · First topic" in over
    assert "✅ **1/1** · Second topic" in over
    assert over.index("First topic") < over.index("Second topic")  # the weakest first
    again = re.findall(r"^(❌|🔂) (.*\?)$", over, re.MULTILINE)
    assert again == [("❌", question) for question in wrong]


async def test_what_is_right_the_second_time_does_not_come_again(ada: Student) -> None:
    shown = await ada.practise(questions=2, topic="one")
    first = prompt(shown)
    verdict = await ada.answer(shown, right=False)
    assert "🔂 It comes once more at the end of this practice" in text(verdict)
    shown = await ada.go_on(await ada.answer(await ada.go_on(verdict)))
    assert prompt(shown) == first
    assert "once more, 1 left" in text(shown)
    verdict = await ada.answer(shown)
    assert "Summary" in buttons(verdict)
    over = text(await ada.go_on(verdict))
    assert "**1 of 2** right at the first try (50%)" in over
    assert f"🔂 {first}" in over
    assert "By topic" not in over  # there is only one


async def test_the_last_try_is_not_announced_as_one_before_another(ada: Student) -> None:
    shown = await ada.practise(topic="two")
    for tries in range(3):
        verdict = await ada.answer(shown, right=False)
        assert ("It comes once more" in text(verdict)) is (tries < 2)
        shown = await ada.go_on(verdict)
    assert "Practice is over" in text(shown)


async def test_the_options_stand_in_other_places_the_next_time(ada: Student) -> None:
    orders = set()
    for _ in range(6):
        shown = await ada.practise(topic="one", questions=3)
        shown = await until(ada, shown, FOUR)
        orders.add(tuple(offered(shown)))
        assert offered(shown)[-1] == "none of the above"
        await ada.click(shown, "Stop")
    assert len(orders) > 1


async def test_the_options_stand_in_other_places_when_a_question_comes_again(
    world: World, ada: Student
) -> None:
    await world.write_questions(6)
    orders: dict[str, list[list[str]]] = {}
    shown = await ada.practise(topic="one")
    while is_asking(shown):
        orders.setdefault(prompt(shown), []).append(offered(shown))
        shown = await ada.go_on(await ada.answer(shown, right=False))
    assert {len(each) for each in orders.values()} == {3}
    assert any(each[1:] != each[:1] * 2 for each in orders.values())


async def test_a_verdict_explains(ada: Student) -> None:
    shown = await until(ada, await ada.practise(topic="one"), FOUR)
    verdict = await ada.choose(shown, "a wrong one")
    for words in (
        "### ❌ Not correct",
        f"> {FOUR}",
        "**You chose",
        "This one is wrong because the test says so.",
        "**The answer is",
        "This one is right because the test says so.",
        "The explanation of the first.",
        "[A page](https://example.org/page)",
    ):
        assert words in text(verdict)
    assert "none of the above" not in text(verdict)
    assert not is_asking(verdict)
    full = await ada.click(verdict, "All options")
    for words in ("### ❌ Not correct", "You answered ", "none of the above", "There is one above."):
        assert words in text(full)
    assert "It comes once more" in text(full)
    assert "All options" not in buttons(full)
    assert is_asking(await ada.go_on(full))


async def test_a_card_gives_nothing_away(ada: Student) -> None:
    shown = await until(ada, await ada.practise(topic="one"), FOUR)
    picks = ids(shown, "item-pick")
    item = picks[0].split(":")[1]
    assert picks == [f"item-pick:{item}:{place}" for place in range(4)]
    assert {buttons(shown)[label]["style"] for label in "ABCD"} == {2}
    assert "The explanation" not in text(shown)
    assert "hint" not in text(shown)


async def test_several_answers_are_ticked_on_the_card_itself(ada: Student) -> None:
    shown = await ada.practise(topic="two")
    assert "Choose 2, then submit." in text(shown)
    assert buttons(shown)["Submit (2 more to tick)"]["disabled"]
    shown = await ada.click(shown, "☐ A")
    assert buttons(shown)["Submit (1 more to tick)"]["disabled"]
    shown = await ada.click(shown, "☐ C")
    assert not buttons(shown)["Submit"].get("disabled")
    # a third one can't be ticked, what is ticked can be taken back
    assert {label: bool(b.get("disabled")) for label, b in buttons(shown).items() if len(label) == 3} == {
        "☑ A": False,
        "☐ B": True,
        "☑ C": False,
        "☐ D": True,
    }
    shown = await ada.click(shown, "☑ A")
    assert "Submit (1 more to tick)" in buttons(shown)
    assert not buttons(shown)["☐ D"].get("disabled")
    verdict = await ada.choose(await ada.click(shown, "☑ C"), "the right one", "the other right one")
    assert "✅ Correct" in text(verdict)


async def test_a_part_of_the_key_is_not_right(ada: Student) -> None:
    verdict = await ada.choose(await ada.practise(topic="two"), "the right one", "a wrong one")
    assert "❌ Not correct" in text(verdict)
    assert "It comes once more" in text(verdict)
    assert "**The answer is" in text(verdict)


async def test_hints_are_on_the_card(ada: Student) -> None:
    shown = await until(ada, await ada.practise(topic="one"), FOUR)
    assert "Hint (2 left)" in buttons(shown)
    shown = await ada.click(shown, "Hint (2 left)")
    assert "**Hint 1**  a gentle hint" in text(shown)
    assert "a strong hint" not in text(shown)
    shown = await ada.click(shown, "Hint (1 left)")
    assert "**Hint 1**  a gentle hint\n💡 **Hint 2**  a strong hint" in text(shown)
    assert not [label for label in buttons(shown) if label.startswith("Hint")]
    verdict = await ada.answer(shown)
    assert "### ✅ Correct · 💡 2 hints" in text(verdict)


async def test_a_hint_leaves_the_ticks_where_they_are(ada: Student) -> None:
    shown = await ada.click(await ada.practise(topic="two"), "☐ B")
    shown = await ada.click(shown, "Hint (1 left)")
    assert "there are two" in text(shown)
    assert [label for label in buttons(shown) if label.startswith("☑")] == ["☑ B"]
    assert "Submit (1 more to tick)" in buttons(shown)


async def test_a_question_without_hints_has_no_button_for_them(ada: Student) -> None:
    shown = await until(ada, await ada.practise(topic="one"), YES)
    assert list(buttons(shown)) == ["A", "B", "Report", "Stop"]


async def test_a_hint_belongs_to_one_try(ada: Student) -> None:
    shown = await ada.practise(topic="two")
    shown = await ada.click(shown, "Hint (1 left)")
    shown = await ada.go_on(await ada.answer(shown, right=False))
    assert prompt(shown) == PAIR
    assert "there are two" not in text(shown)
    assert text(await ada.answer(shown)).startswith("### ✅ Correct\n")


async def test_stop_shows_a_summary(ada: Student) -> None:
    shown = await ada.practise()
    missed = prompt(shown)
    shown = await ada.go_on(await ada.answer(shown, right=False))
    verdict = await ada.answer(shown)
    over = await ada.click(verdict, "Stop")
    assert "### 🎯 Practice stopped" in text(over)
    assert "**1 of 2** right at the first try (50%)" in text(over)
    assert f"❌ {missed}" in text(over)
    assert list(buttons(over)) == ["Practise again", "Review"]
    assert "question 1 of 4" in text(await ada.practise())


async def test_stop_before_the_first_answer(ada: Student) -> None:
    over = await ada.click(await ada.practise(), "Stop")
    assert "You have not answered any question." in text(over)
    assert "Look at these again" not in text(over)


@BOTH
async def test_an_unfinished_practice_is_offered(world: World, direct: bool) -> None:
    ada = Student(world, world.ada, direct=direct)
    first = await ada.practise(topic="one", questions=2)
    shown = await ada.go_on(await ada.answer(first))
    offer = await ada.practise(topic="two")
    assert offer.id != shown.id
    assert "You have an unfinished practice\nFirst topic (Sample bank)\n**1 of 2** answered." in text(offer)
    assert list(buttons(offer)) == ["Go on", "Begin a new one"]
    resumed = await ada.click(offer, "Go on")
    assert text(resumed) == text(shown)
    assert offered(resumed) == offered(shown)
    over, _ = await ada.answer_all(resumed)
    assert "**2 of 2** right" in text(over)


async def test_a_new_one_begins_as_it_was_wished(world: World, ada: Student) -> None:
    await edit(world, "one", "id: second", "id: second\n    difficulty: easy")
    await edit(world, "one", "id: third", "id: third\n    difficulty: easy")
    await ada.practise()
    offer = await ada.practise(topic="one", difficulty="easy", questions=1)
    await world.restart()
    shown = await ada.click(offer, "Begin a new one")
    assert prompt(shown) in {HERE, YES}
    assert "question 1 of 1" in text(shown)
    offer = await ada.practise(difficulty="easy")
    shown = await ada.click(offer, "Begin a new one")
    assert "question 1 of 2" in text(shown)
    offer = await ada.practise(topic="two")
    assert prompt(await ada.click(offer, "Begin a new one")) == PAIR


async def test_a_new_one_that_can_not_begin_ends_nothing(ada: Student) -> None:
    shown = await ada.practise(topic="one")
    offer = await ada.practise(difficulty="easy")
    refused = await ada.press(offer, buttons(offer)["Begin a new one"]["custom_id"])
    assert "There is no easy question on this topic" in refused.content
    assert refused.flags.ephemeral
    assert text(await ada.click(offer, "Go on")) == text(shown)


@pytest.mark.parametrize("topic", ["two", "Second topic", " second TOPIC "])
async def test_a_topic_by_its_id_or_title(ada: Student, topic: str) -> None:
    shown = await ada.practise(topic=topic)
    assert "### Second topic\n-# 🎯 Practice · question 1 of 1\n" in text(shown)


async def test_topics_and_banks_are_suggested(world: World) -> None:
    found = await world.ada.autocomplete(world.channel, "practice", "topic", "sec")
    assert [choice["name"] for choice in found] == ["Second topic"]
    found = await world.ada.autocomplete(world.channel, "practice", "bank", "")
    assert [choice["value"] for choice in found] == ["sample"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"topic": "sewing"},
            "There is no topic `sewing` in Sample bank. Choose one of: First topic, Second topic.",
        ),
        ({"bank": "sewing"}, "There is no question bank called `sewing`. Choose one of: sample."),
        (
            {"difficulty": "hard"},
            "There is no hard question on this topic. Leave the difficulty or the topic out.",
        ),
        ({"topic": "two", "difficulty": "easy"}, "There is no easy question"),
    ],
)
async def test_a_wish_that_can_not_be_met(ada: Student, options: dict[str, Any], words: str) -> None:
    refused = await ada.practise(**options)
    assert words in refused.content
    # nothing has begun
    assert "question 1 of 4" in text(await ada.practise())


async def test_questions_of_a_difficulty(world: World, ada: Student) -> None:
    await edit(world, "one", "id: third", "id: third\n    difficulty: hard")
    await edit(world, "two", "id: pair", "id: pair\n    difficulty: hard")
    _, asked = await ada.answer_all(await ada.practise(difficulty="hard"))
    assert sorted(asked) == sorted([PAIR, YES])
    _, asked = await ada.answer_all(await ada.practise(difficulty="hard", topic="one"))
    assert asked == [YES]
    _, asked = await ada.answer_all(await ada.practise(difficulty="medium"))
    assert sorted(asked) == sorted([FOUR, HERE])


async def test_ten_questions_unless_somebody_says_so(world: World, ada: Student) -> None:
    await world.write_questions(60)
    assert "question 1 of 10" in text(await ada.practise())
    for number in (1, 50):
        offer = await ada.practise(questions=number)
        assert f"question 1 of {number}" in text(await ada.click(offer, "Begin a new one"))


async def test_questions_that_were_not_asked_yet_come_first_then_those_of_long_ago(
    world: World, ada: Student
) -> None:
    await world.write_questions(12)
    rounds = []
    for _ in range(6):
        _, asked = await ada.answer_all(await ada.practise(topic="one", questions=3))
        rounds.append(set(asked))
        await world.wait(DAY)
    assert len(set().union(*rounds[:4])) == 12
    assert rounds[4] == rounds[0]
    assert rounds[5] == rounds[1]


async def test_a_practice_without_a_question_left_is_not_offered(ada: Student) -> None:
    verdict = await ada.answer(await ada.practise(topic="two"))
    assert "Summary" in buttons(verdict)
    assert "question 1 of 3" in text(await ada.practise(topic="one"))
    assert "Practice is over" in text(await ada.go_on(verdict))


async def test_the_time_of_a_question_runs_while_it_is_shown(world: World, ada: Student) -> None:
    shown = await ada.practise(topic="one")
    for seconds in (7, 9, 60):
        await world.wait(seconds)
        verdict = await ada.answer(shown)
        await world.wait(1000)
        shown = await ada.go_on(verdict)
    async with world.sql() as transaction:
        rows = await transaction.run("SELECT took FROM item ORDER BY position")
        logged = await transaction.run("SELECT took FROM review_log ORDER BY item_id")
    assert rows == logged == [(7000,), (9000,), (60_000,)]


async def test_each_member_has_a_practice_of_their_own(world: World, ada: Student) -> None:
    grace = Student(world, world.grace)
    first, second = await ada.practise(topic="one"), await grace.practise(topic="two")
    assert prompt(second) == PAIR
    over, asked = await grace.answer_all(second)
    assert asked == [PAIR]
    over, asked = await ada.answer_all(first)
    assert sorted(asked) == sorted([FOUR, HERE, YES])
    assert "**3 of 3** right" in text(over)
