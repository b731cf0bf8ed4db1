"""The process is killed at every stage of a quiz and started again."""

from __future__ import annotations

from tests.messages import buttons, letter, text
from tests.world import World


async def test_old_buttons_work_and_the_quiz_goes_on(world: World) -> None:
    card = await world.start_quiz(questions=2, topic="one", seconds=60)
    await world.choose(world.ada, "the right one")
    hint = buttons(card).get("Hint (−3)")
    if hint:
        await world.grace.click(card, label="Hint (−3)")
    await world.restart(away=5)

    assert "**1** answered" in text(world.card)
    assert "Your first answer stands" in text(await world.choose(world.ada, "a wrong one", card))
    verdict = text(await world.choose(world.grace, "the right one", card))
    assert "✅ Correct" in verdict
    assert ("1 hint used" in verdict) == bool(hint)
    await world.wait(60)
    assert sum("Result of question 1 of 2" in text(message) for message in world.channel.history()) == 1
    await world.wait(10)
    assert "Question 2 of 2" in text(world.card)
    await world.restart()
    # who answered before the restart is still expected: when both have answered, the round closes early
    await world.choose(world.ada, "the right one")
    await world.choose(world.grace, "the right one")
    assert "Result of question 2 of 2" in text(world.last)
    await world.wait(5)
    assert "2/2" in text(world.last)


async def test_round_that_fell_due_while_the_bot_was_away(world: World) -> None:
    card = await world.start_quiz(questions=2, topic="one", seconds=30)
    await world.choose(world.ada, "the right one")
    await world.restart(away=120)
    await world.wait(1)
    assert "**1 of 1** right" in text(world.last)
    late = await world.ada.slash(world.channel, "explain")
    assert "✅ Correct" in text(late.response)
    await world.wait(10)
    assert "Question 2 of 2" in text(world.card)
    assert world.card.id != card.id


async def test_killed_in_the_pause_and_before_the_scoreboard(world: World) -> None:
    await world.start_quiz(questions=1, topic="one", seconds=10)
    await world.choose(world.ada, "the right one")
    await world.wait(12)
    assert "Result of question" in text(world.last)
    await world.restart(away=60)
    await world.wait(1)
    assert sum("Result of question" in text(message) for message in world.channel.history()) == 1
    assert sum("Quiz over" in text(message) for message in world.channel.history()) == 1


async def test_killed_before_the_first_question(world: World) -> None:
    await world.ada.slash(world.channel, "quiz start", questions=1, topic="one")
    await world.restart(away=60)
    await world.wait(1)
    assert "Question 1 of 1" in text(world.card)


async def test_a_long_absence_ends_the_quiz_with_its_scoreboard(world: World) -> None:
    await world.start_quiz(questions=3, topic="one", seconds=30)
    await world.choose(world.ada, "the right one")
    await world.restart(away=3 * 3600)
    await world.wait(60)
    assert "I was away for a while" in text(world.last)
    assert "**15**" in text(world.last)
    await world.start_quiz(questions=1, topic="one")
    assert "Question 1 of 1" in text(world.card)


async def test_card_deleted_while_the_bot_was_away(world: World) -> None:
    card = await world.start_quiz(questions=2, topic="one", seconds=60)
    await world.mona.delete(card)
    await world.restart(away=1)
    await world.wait(15)
    assert "Question 2 of 2" in text(world.card)


async def test_killed_after_posting_but_before_noting_the_message(world: World) -> None:
    """The card is there twice then; both work, and nobody can answer twice."""
    card = await world.start_quiz(questions=1, topic="one", seconds=60)
    await world.choose(world.ada, "the right one")
    async with world.sql() as transaction:
        await transaction.run("UPDATE round SET message_id = NULL")
        await transaction.run(
            "UPDATE timer SET kind = 'next', subject = (SELECT id FROM quiz), due_at = due_at - 60000"
        )
    await world.restart()
    await world.wait(1)
    assert world.card.id != card.id
    assert "Your first answer stands" in text(await world.choose(world.ada, "the right one"))
    await world.choose(world.grace, "the right one", card)
    await world.wait(120)
    assert "**2 of 2** right" in "".join(text(message) for message in world.channel.history())


async def test_open_question_lives_through_a_restart(world: World) -> None:
    await world.ada.slash(world.channel, "question", topic="one", **{"open-for": 1})
    card = world.card
    await world.restart(away=600)
    assert "+10 points" in text(await world.choose(world.ada, "the right one", card))
    await world.restart(away=3600)
    await world.wait(2)
    assert "**1 of 1** right" in text(world.last)
    (result,) = await world.at_once([(world.grace, card, letter(card, "the right one"))])
    assert "This question is closed" in text(result.response)


async def test_points_are_still_there(world: World) -> None:
    await world.start_quiz(questions=1, topic="one")
    await world.choose(world.ada, "the right one")
    await world.restart()
    assert "**15**" in text((await world.grace.slash(world.channel, "leaderboard")).response)
