"""A quiz from start to scoreboard, and every way in which it can go otherwise."""

from __future__ import annotations

import pytest
import simcord

from tests.messages import buttons, letter, text
from tests.world import World


async def test_a_quiz_from_start_to_scoreboard(world: World) -> None:
    await world.ada.slash(world.channel, "quiz start", questions=2, topic="one", seconds=30)
    announcement = text(world.last)
    assert "2 questions" in announcement
    assert "30 seconds each" in announcement
    assert "First topic (Sample bank)" in announcement

    await world.wait(5)
    first = world.card
    assert "Question 1 of 2" in text(first)
    assert "**0** answered" in text(first)
    assert "the right one" in text(first)

    reply = await world.choose(world.ada, "the right one")
    assert "✅ Correct · +15 points" in text(reply)
    assert "The explanation of the" in text(reply)
    reply = await world.choose(world.grace, "a wrong one")
    assert text(reply).startswith("### ❌ Not correct")
    assert "The answer is" in text(reply)
    await world.wait(2)
    assert "**2** answered" in text(world.card)

    await world.wait(30)
    result = text(world.last)
    assert "Result of question 1 of 2" in result
    assert f"**1 of 2** right: {world.ada.mention}" in result
    assert "Fastest" in result
    assert "Next question" in result
    closed = world.channel.history()[1]
    assert "Time is up" in text(closed)
    assert all(button["disabled"] for label, button in buttons(closed).items() if label != "Report")

    await world.wait(10)
    assert "Question 2 of 2" in text(world.card)
    opened = world.card.created_at
    await world.wait(18 - (world.env.now() - opened).total_seconds())
    await world.choose(world.grace, "the right one")
    await world.wait(30)
    scoreboard = text(world.last)
    assert "Quiz over · 2 questions" in scoreboard
    assert f"🥇 **1.** {world.ada.mention} · **15** · 1/2" in scoreboard
    assert f"🥈 **2.** {world.grace.mention} · **12** · 1/2" in scoreboard
    assert "**67%** of all answers were right" in scoreboard
    assert "Hardest (50% right)" in scoreboard


async def test_the_card_gives_nothing_away(world: World) -> None:
    positions = set()
    for _ in range(6):
        card = await world.start_quiz(questions=1, topic="one")
        round_id = buttons(card)["A"]["custom_id"].split(":")[1]
        letters = [label for label in buttons(card) if len(label) == 1]
        assert [buttons(card)[label]["custom_id"] for label in letters] == [
            f"a:{round_id}:{place}" for place in range(len(letters))
        ]
        assert {buttons(card)[label]["style"] for label in letters} == {2}
        positions.add(letter(card, "the right one"))
        if "none of the above" in text(card):
            assert letter(card, "none of the above") == "D"
        await world.ada.slash(world.channel, "quiz stop")
        await world.wait(5)
    assert len(positions) > 1


async def test_second_click_says_which_answer_stands(world: World) -> None:
    await world.start_quiz(questions=1, topic="one")
    await world.choose(world.ada, "a wrong one")
    reply = await world.choose(world.ada, "the right one")
    assert "Your first answer stands" in text(reply)
    assert "❌ Not correct" in text(reply)


async def test_click_after_the_end_shows_the_answer(world: World) -> None:
    card = await world.start_quiz(questions=1, topic="one", seconds=10)
    await world.wait(9.9)
    # the deadline passes while the click is on its way: what counts is when the click was made
    world.env.backend.advance_clock(0.2)
    (late,) = await world.at_once([(world.ada, card, "A")])
    assert "This question is closed" in text(late.response)
    assert "does not count" in text(late.response)
    assert "The answer is" in text(late.response)


async def test_a_fair_click_is_not_lost_to_a_slow_network(world: World) -> None:
    card = await world.start_quiz(questions=1, topic="one", seconds=10)
    await world.wait(9.9)
    (result,) = await world.at_once([(world.ada, card, letter(card, "the right one"))])
    assert "✅ Correct · +10 points" in text(result.response)


async def test_closes_early_when_everyone_of_before_has_answered(world: World) -> None:
    await world.start_quiz(questions=2, topic="one")
    await world.choose(world.ada, "the right one")
    await world.choose(world.grace, "a wrong one")
    await world.wait(75)
    assert "Question 2 of 2" in text(world.card)
    second = world.card.id
    await world.choose(world.ada, "the right one")
    await world.choose(world.linus, "the right one")
    assert world.last.id == second
    await world.choose(world.grace, "the right one")
    assert "Result of question 2 of 2" in text(world.last)
    assert "Everyone has answered" in "".join(text(message) for message in world.channel.history())


async def test_choose_two_with_a_submit_step(world: World) -> None:
    card = await world.start_quiz(questions=1, topic="two")
    assert "Choose 2: click a letter, then tick the other and submit" in text(card)
    sheet = await world.choose(world.ada, "a wrong one")
    assert "Tick 1 more" in text(sheet)
    assert buttons(sheet)["Submit"]["disabled"]
    sheet = await world.choose(world.ada, "a wrong one", sheet)
    assert "Tick 2 more" in text(sheet)
    sheet = await world.choose(world.ada, "the right one", sheet)
    sheet = await world.choose(world.ada, "the other right one", sheet)
    assert not buttons(sheet)["Submit"].get("disabled")
    await world.ada.click(sheet, label="Submit")
    assert "✅ Correct" in text(world.seen(world.ada)[-1])

    sheet = await world.choose(world.grace, "the right one")
    sheet = await world.choose(world.grace, "a wrong one", sheet)
    await world.grace.click(sheet, label="Submit")
    verdict = text(world.seen(world.grace)[-1])
    assert "❌ Not correct" in verdict
    assert "You chose" in verdict
    assert "The answer is" in verdict
    # a click on the card, or a sheet left open, tells what stands
    assert "first answer stands" in text(await world.choose(world.ada, "a wrong one"))


async def test_a_sheet_left_open_says_that_the_round_is_over(world: World) -> None:
    await world.start_quiz(questions=1, topic="two")
    sheet = await world.choose(world.ada, "the right one")
    await world.wait(75)
    await world.ada.click(sheet, label=f"☐ {letter(sheet, 'a wrong one')}")
    assert any("This question is closed" in text(message) for message in world.seen(world.ada))


async def test_one_quiz_per_channel(world: World) -> None:
    card = await world.start_quiz(questions=1)
    refused = await world.grace.slash(world.channel, "quiz start")
    assert refused.ephemeral
    assert "already running" in refused.response.content
    assert (
        f"https://discord.com/channels/{world.guild.id}/{world.channel.id}/{card.id}"
        in refused.response.content
    )
    elsewhere = await world.grace.slash(world.other, "quiz start", questions=1)
    assert "1 question" in text(elsewhere.response)


async def test_skip_and_stop_are_for_the_starter_and_moderators(world: World) -> None:
    nothing = await world.ada.slash(world.channel, "quiz stop")
    assert "No quiz is running" in nothing.response.content
    await world.start_quiz(world.ada, questions=3, topic="one")
    for command in ("quiz skip", "quiz stop"):
        refused = await world.grace.slash(world.channel, command)
        assert refused.ephemeral
        assert "Only" in refused.response.content
        assert world.ada.mention in refused.response.content
    await world.ada.slash(world.channel, "quiz skip")
    assert "Result of question 1 of 3" in text(world.last)
    await world.ada.slash(world.channel, "quiz skip")
    assert "Question 2 of 3" in text(world.card)
    await world.choose(world.grace, "the right one")
    await world.mona.slash(world.channel, "quiz stop")
    await world.wait(5)
    scoreboard = text(world.last)
    assert "stopped early" in scoreboard
    assert world.grace.mention in scoreboard
    messages = len(world.channel.history())
    await world.wait(600)
    assert len(world.channel.history()) == messages


async def test_skip_before_the_first_question(world: World) -> None:
    await world.ada.slash(world.channel, "quiz start", questions=1)
    await world.ada.slash(world.channel, "quiz skip")
    assert "Question 1 of 1" in text(world.card)


async def test_stop_before_the_first_question(world: World) -> None:
    await world.ada.slash(world.channel, "quiz start", questions=1)
    await world.ada.slash(world.channel, "quiz stop")
    assert "Nobody answered" in text(world.last)


async def test_an_empty_room_ends_the_quiz(world: World) -> None:
    await world.start_quiz(questions=4)
    await world.wait(600)
    assert "Nobody answered the last questions" in text(world.last)
    asked = [
        message
        for message in world.channel.history()
        if "of 4" in text(message) and "Correct:" in text(message)
    ]
    assert len(asked) == 3


async def test_a_topic_and_a_bank_that_do_not_exist(world: World) -> None:
    refused = await world.ada.slash(world.channel, "quiz start", topic="cooking")
    assert "There is no topic `cooking`" in refused.response.content
    assert "First topic, Second topic" in refused.response.content
    refused = await world.ada.slash(world.channel, "quiz start", bank="cooking")
    assert "Choose one of: sample" in refused.response.content


async def test_topics_and_banks_complete(world: World) -> None:
    choices = await world.ada.autocomplete(world.channel, "quiz start", "topic", "sec")
    assert choices == [{"name": "Second topic", "value": "two"}]
    choices = await world.ada.autocomplete(world.channel, "quiz start", "topic", "", bank="nonsense")
    assert choices == []
    choices = await world.ada.autocomplete(world.channel, "question", "topic", "First")
    assert choices == [{"name": "First topic", "value": "one"}]
    choices = await world.ada.autocomplete(world.channel, "quiz start", "bank", "")
    assert choices == [{"name": "Sample bank", "value": "sample"}]


async def test_a_topic_by_its_title(world: World) -> None:
    await world.ada.slash(world.channel, "quiz start", topic="second topic", questions=50)
    assert "1 question" in text(world.last)


@pytest.mark.parametrize(
    ("name", "value"), [("questions", 0), ("questions", 51), ("seconds", 9), ("seconds", 601)]
)
async def test_options_out_of_range(world: World, name: str, value: int) -> None:
    with pytest.raises(simcord.SetupError, match=name):
        await world.ada.slash(world.channel, "quiz start", **{name: value})
