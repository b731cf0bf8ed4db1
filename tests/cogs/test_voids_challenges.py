"""A question of a running challenge is voided, and of one to come."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot.study import recounts
from tests.cogs.alone import Student
from tests.cogs.reporting import VOIDED, ask, points, press, queue, report, void, void_card
from tests.messages import buttons, is_question, text
from tests.world import World


async def challenge(world: World) -> tuple[discord.Message, list[str]]:
    """Begin a challenge of the four questions; its card, and its questions in their order."""
    card = await world.begin_challenge(questions="5")
    async with world.sql() as transaction:
        rows = await transaction.run(
            "SELECT content FROM round JOIN question_version USING (version) "
            "WHERE challenge_id IS NOT NULL ORDER BY position"
        )
    prompts = ["Which one is right, of these", "And which one", "Yes or no?", "Which two"]
    return card, [next(prompt for prompt in prompts if prompt in row[0]) for row in rows]


async def void_second(world: World) -> Any:
    """Let linus come to the second question of the challenge and report it, and void it."""
    shown = await world.open_challenge(world.linus)
    shown = await world.go_on(world.linus, await world.answer(world.linus, shown))
    await report(world, world.linus, shown)
    await void(world)
    return shown


async def test_in_a_challenge_nobody_is_stuck(world: World) -> None:
    _, prompts = await challenge(world)
    # ada has answered it, grace has not come to it, linus looks at it
    await world.play(world.ada, questions=2)
    shown = await world.open_challenge(world.grace)
    looking = await void_second(world)
    clicked = await world.choose(world.linus, "the right one", looking)
    assert VOIDED in text(clicked)
    assert list(buttons(clicked)) == ["Question 3 of 4"]
    assert "The answer is" not in text(clicked)
    clicked = await world.go_on(world.linus, clicked)
    assert prompts[2] in text(clicked)
    verdict = await world.answer(world.grace, shown)
    assert list(buttons(verdict)) == ["Question 3 of 4"]
    shown = await world.go_on(world.grace, verdict)
    assert prompts[2] in text(shown)
    assert prompts[2] in text(await world.open_challenge(world.ada))
    for member, mine in ((world.ada, None), (world.grace, shown), (world.linus, clicked)):
        shown = mine or await world.open_challenge(member)
        while is_question(shown):
            shown = await world.go_on(member, await world.answer(member, shown))
        assert "All answered" in text(shown)
        assert "**30** · 3/3" in text(shown)


async def test_in_a_challenge_a_hint_is_not_sold_for_it(world: World) -> None:
    await challenge(world)
    looking = await void_second(world)
    round_id = next(b["custom_id"] for b in buttons(looking).values()).split(":")[1]
    refused = await world.forge(world.linus, world.channel, f"h:{round_id}")
    assert "A moderator has voided this question, so it needs no hints" in refused.response.content
    async with world.sql() as transaction:
        assert await transaction.run("SELECT * FROM hint_use") == []


async def test_who_has_answered_it_is_told_too(world: World) -> None:
    await challenge(world)
    shown = await world.open_challenge(world.ada)
    letter = buttons(shown)["A"]["custom_id"]
    await report(world, world.ada, shown)
    await world.answer(world.ada, shown)
    await void(world)
    again = (await world.forge(world.ada, world.channel, letter)).response
    assert VOIDED in text(again)
    assert "You had answered" in text(again)


async def test_where_two_are_right_no_sheet_opens(world: World) -> None:
    await challenge(world)
    shown = await world.open_challenge(world.linus)
    while "Which two" not in text(shown):
        shown = await world.go_on(world.linus, await world.answer(world.linus, shown))
    await report(world, world.linus, shown)
    await void(world)
    assert VOIDED in text(await world.choose(world.linus, "the right one", shown))


async def test_it_may_be_practised_elsewhere(world: World) -> None:
    await challenge(world)
    shown = await world.open_challenge(world.ada)
    while "Which two" not in text(shown):
        shown = await world.go_on(world.ada, await world.answer(world.ada, shown))
    direct = Student(world, world.ada, direct=True)
    assert "still count for you" in (await direct.practise(topic="two")).content
    await report(world, world.ada, shown)
    await void(world)
    assert "Which two are right?" in text(await direct.practise(topic="two"))


async def test_the_card_says_how_many_are_left(world: World) -> None:
    card, _ = await challenge(world)
    await report(world, world.linus, await world.open_challenge(world.linus))
    await world.wait(30)
    await void(world)
    await world.wait(30)
    assert "**3 questions**" in text(world._again(card))


async def test_the_card_follows_what_is_counted_anew(world: World) -> None:
    card, _ = await challenge(world)
    await world.play(world.ada, questions=1)
    async with world.sql() as transaction:
        await transaction.run("UPDATE board SET points = 99")
        await transaction.run("INSERT INTO recount VALUES (?, ?)", (world.guild.id, world.ada.id))
    await world.app.challenges.show_again(world.guild.id)
    await world.wait(30)
    assert "**99**" in text(world._again(card))
    world.app.recounts.start()
    await world.wait(30)
    assert "**10**" in text(world._again(card))


async def test_the_card_and_the_podium_of_a_challenge_leave_it_out(world: World) -> None:
    await challenge(world)
    await world.play(world.ada, questions=2)
    await world.play(world.grace, right=1)
    await void_second(world)
    await world.app.recounts.settle()
    await world.wait(30)
    card = text(world.find("Weekly challenge #1"))
    assert "**3 questions**" in card
    assert f"<@{world.ada.id}> · **10** · 1/1" in card
    assert f"<@{world.grace.id}> · **10** · 1/3" in card
    await world.wait(8 * 24 * 3600)
    podium = text(world.find("Challenge #1 is over"))
    assert "**60%** right" in podium  # three of the five answers that count
    assert "is over" in podium


async def test_a_challenge_that_is_over_keeps_its_winner(world: World) -> None:
    await challenge(world)
    shown = await world.open_challenge(world.ada)
    await report(world, world.ada, shown)
    await world.answer(world.ada, shown)
    await world.wait(8 * 24 * 3600)
    await void(world)
    await world.app.recounts.settle()
    history = text((await world.ada.slash(world.channel, "challenge history")).response)
    assert f"🥇 <@{world.ada.id}> · 10 points" in history


async def test_a_challenge_of_which_nothing_is_left_says_so(world: World) -> None:
    await challenge(world)
    shown = await world.open_challenge(world.linus)
    while is_question(shown):
        await report(world, world.linus, shown)
        shown = await world.go_on(world.linus, await world.answer(world.linus, shown))
    for _ in range(4):
        await void(world)
    shown = text(await world.open_challenge(world.ada))
    assert "All questions of challenge #1 are voided" in shown


async def test_what_counts_again_comes_back_to_those_who_have_not_answered_it(world: World) -> None:
    _, prompts = await challenge(world)
    await world.play(world.ada, questions=2)
    looking = await void_second(world)
    await world.restart()
    assert prompts[2] in text(await world.open_challenge(world.linus))
    await press(await queue(world, state="voided"), "Let it count again", world.mona)
    assert prompts[1] in text(await world.open_challenge(world.linus))
    assert "Correct" in text(await world.answer(world.linus, looking))
    assert await points(world, world.ada) == 20


async def test_the_podium_waits_for_what_is_being_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await challenge(world)
    shown = await world.open_challenge(world.ada)
    await report(world, world.ada, shown)
    await world.answer(world.ada, shown)
    other = await world.open_challenge(world.grace)
    other = await world.go_on(world.grace, await world.answer(world.grace, other, right=False))
    await world.answer(world.grace, other)
    real, waited = recounts.Recounts.settle, []

    async def settle(self: recounts.Recounts) -> None:
        waited.append(self)
        await real(self)

    monkeypatch.setattr(recounts.Recounts, "settle", settle)
    await void(world)
    await world.wait(8 * 24 * 3600)
    assert waited
    assert f"**1.** <@{world.grace.id}> · **10** · 1/1" in text(world.find("Challenge #1 is over"))


async def test_a_challenge_does_not_ask_it(world: World) -> None:
    await void_card(world, await ask(world))
    _, prompts = await challenge(world)
    assert prompts
    assert "Which two" not in prompts


async def test_a_challenge_without_any_question_left_does_not_begin(world: World) -> None:
    await world.write_questions(1)
    (world.banks / "sample" / "two.yaml").unlink()
    bank = world.banks / "sample" / "bank.yaml"
    bank.write_text(
        bank.read_text()
        .replace("weight: 60", "weight: 100")
        .replace('  two: {title: "Second topic", weight: 40}\n', "")
    )
    await world.mona.slash(world.channel, "reload")
    await void_card(world, await ask(world, "one"))
    panel = await world.set_up()
    refused = await world.mona.click(panel, label="Begin one now")
    assert "All questions of Sample bank are voided here" in refused.followups[-1].content
