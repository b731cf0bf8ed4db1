"""Hints, explanations, reports, help, boards: what members ask for in private."""

from __future__ import annotations

from bot.storage.database import Database
from tests.messages import buttons, letter, parts, text
from tests.world import World


async def test_hints_one_by_one_by_button_and_command(world: World) -> None:
    card = await world.start_quiz(questions=3, topic="one", seconds=600)
    while "of these four" not in text(card):
        await world.ada.slash(world.channel, "quiz skip")
        await world.wait(10)
        card = world.card
    first = await world.ada.click(card, label="Hint (−3)")
    assert first.ephemeral
    assert "a gentle hint" in text(first.response)
    assert "a strong hint" not in text(first.response)
    assert "3 points less" in text(first.response)
    assert "1 hint left" in text(first.response)

    await world.wait(3)
    second = await world.ada.slash(world.channel, "hint")
    assert second.ephemeral
    assert "a gentle hint" in text(second.response)
    assert "a strong hint" in text(second.response)
    assert "6 points less" in text(second.response)
    assert "That was the last one" in text(second.response)

    await world.wait(3)
    third = await world.ada.slash(world.channel, "hint")
    assert "There are no more hints" in text(third.response)

    await world.wait(300)
    verdict = text(await world.choose(world.ada, "the right one"))
    assert "2 hints used" in verdict
    assert "+6 points" in verdict or "+7 points" in verdict


async def test_a_double_click_on_hint_costs_once(world: World) -> None:
    card = await world.start_quiz(questions=1, topic="two")
    results = await world.at_once([(world.ada, card, "Hint (−3)")] * 2)
    assert all("3 points less" in text(result.response) for result in results)
    for _ in range(2):
        assert "3 points less" in text((await world.ada.click(card, label="Hint (−3)")).response)


async def test_no_hints_after_answering(world: World) -> None:
    card = await world.start_quiz(questions=1, topic="two")
    sheet = await world.choose(world.ada, "the right one")
    sheet = await world.choose(world.ada, "the other right one", sheet)
    await world.ada.click(sheet, label="Submit")
    for result in (
        await world.ada.click(card, label="Hint (−3)"),
        await world.ada.slash(world.channel, "hint"),
    ):
        assert "you need no more hints" in result.response.content


async def test_hint_without_an_open_question(world: World) -> None:
    result = await world.ada.slash(world.channel, "hint")
    assert result.ephemeral
    assert "No question is open" in result.response.content
    assert "/quiz start" in result.response.content


async def test_hint_on_a_closed_question(world: World) -> None:
    card = await world.start_quiz(questions=1, topic="two", seconds=10)
    await world.wait(9.9)
    world.env.backend.advance_clock(0.5)
    (result,) = await world.at_once([(world.ada, card, "Hint (−3)")])
    assert "closed" in text(result.response)


async def test_hint_with_several_open_questions_offers_a_choice(world: World) -> None:
    for _ in range(2):
        await world.ada.slash(world.channel, "question", topic="two")
    choice = await world.ada.slash(world.channel, "hint")
    assert "Several questions are open" in text(choice.response)
    ids = [button["custom_id"] for button in parts(choice.response, 2)]
    assert len(ids) == 2
    hint = await world.ada.click(choice.response, custom_id=ids[1])
    assert "there are two" in text(hint.response)


async def test_explain_shows_everything_again(world: World) -> None:
    nothing = await world.ada.slash(world.channel, "explain")
    assert "You have not answered a question in this channel yet" in nothing.response.content
    card = await world.start_quiz(questions=3, topic="one", seconds=600)
    while "of these four" not in text(card):
        await world.ada.slash(world.channel, "quiz skip")
        await world.wait(10)
        card = world.card
    await world.choose(world.ada, "a wrong one")
    full = await world.ada.slash(world.channel, "explain")
    assert full.ephemeral
    shown = text(full.response)
    for expected in (
        "Which one is right, of these four?",
        "You answered",
        "❌ Not correct",
        "This one is right because the test says so.",
        "This one is wrong because the test says so.",
        "That one is wrong, too.",
        "There is one above.",
        "The explanation of the first.",
        "[A page](https://example.org/page)",
    ):
        assert expected in shown
    elsewhere = await world.ada.slash(world.other, "explain")
    assert "in this channel yet" in elsewhere.response.content


async def test_report_keeps_the_reason(world: World) -> None:
    card = await world.start_quiz(questions=1, topic="two")
    form = await world.ada.click(card, label="Report")
    assert form.modal is not None
    other = await world.grace.click(card, label="Report")
    field = form.modal["components"][0]["component"]["custom_id"]
    thanks = await world.ada.submit_modal(form, {field: "two options are right <@everyone>"})
    assert thanks.ephemeral
    assert "kept for the moderators of this server" in thanks.response.content
    # two members with the form open at once: each report is its own
    field = other.modal["components"][0]["component"]["custom_id"]
    await world.grace.submit_modal(other, {field: "a typing error"})
    empty = await world.linus.click(card, label="Report")
    field = empty.modal["components"][0]["component"]["custom_id"]
    refused = await world.linus.submit_modal(empty, {field: "   "})
    assert "The report was empty" in refused.response.content
    async with Database.open(world.database) as database:
        rows = await database.read("SELECT member_id, reason FROM report ORDER BY id")
    assert [tuple(row) for row in rows] == [
        (world.ada.id, "two options are right <@everyone>"),
        (world.grace.id, "a typing error"),
    ]


async def test_question_stays_open_and_several_may_be(world: World) -> None:
    posted = await world.ada.slash(world.channel, "question", topic="one", **{"open-for": 1})
    assert posted.ephemeral
    assert "The question is posted" in posted.response.content
    first = world.card
    assert "Open until" in text(first)
    assert "speed" not in text(first)
    await world.grace.slash(world.channel, "question", topic="one")
    second = world.card
    assert second.id != first.id
    reply = await world.choose(world.grace, "the right one", first)
    assert "+10 points" in text(reply)
    await world.wait(3500)
    await world.choose(world.linus, "a wrong one", first)
    await world.wait(200)
    assert "**1 of 2** right" in text(world.last)
    assert "Next question" not in text(world.last)
    assert "Fastest" in text(world.last)
    assert "A" in buttons(second)
    late = await world.choose(world.ada, "the right one", second)
    assert "✅ Correct · +10 points" in text(late)
    await world.wait(24 * 3600)
    assert "**1 of 1** right" in text(world.last)
    assert "Fastest" in text(world.last)


async def test_leaderboard(world: World) -> None:
    empty = await world.ada.slash(world.channel, "leaderboard")
    assert empty.ephemeral
    assert "Nobody has points here yet" in text(empty.response)
    card = await world.start_quiz(questions=1, topic="one")
    await world.at_once([(m, card, letter(card, "the right one")) for m in (world.ada, world.grace)])
    await world.choose(world.linus, "a wrong one")
    board = text((await world.mona.slash(world.channel, "leaderboard")).response)
    assert f"🥇 **1.** {world.ada.mention} · **15** · 1/1" in board
    assert f"🥇 **1.** {world.grace.mention} · **15** · 1/1" in board
    assert f"▫️ **3.** {world.linus.mention} · **0** · 0/1" in board
    assert "You are not on this board yet" in board
    assert "← you" in text((await world.ada.slash(world.channel, "leaderboard", period="all time")).response)
    last_week = await world.ada.slash(world.channel, "leaderboard", period="last week")
    assert "Nobody has points" in text(last_week.response)
    await world.wait(8 * 24 * 3600)
    assert "Nobody has points" in text((await world.ada.slash(world.channel, "leaderboard")).response)
    last_week = await world.ada.slash(world.channel, "leaderboard", period="last week")
    assert world.ada.mention in text(last_week.response)


async def test_a_question_scores_once_a_week(world: World) -> None:
    await world.start_quiz(questions=1, topic="two")
    await _answer_pair(world)
    await world.wait(75)
    await world.start_quiz(questions=1, topic="two")
    verdict = await _answer_pair(world)
    assert "✅ Correct · +15 points" in verdict
    assert "does not score on the leaderboard again" in verdict
    board = text((await world.ada.slash(world.channel, "leaderboard")).response)
    assert "**15** · 1/1" in board
    await world.wait(7 * 24 * 3600)
    await world.start_quiz(questions=1, topic="two")
    assert "does not score" not in await _answer_pair(world)


async def _answer_pair(world: World) -> str:
    sheet = await world.choose(world.ada, "the right one")
    sheet = await world.choose(world.ada, "the other right one", sheet)
    return text((await world.ada.click(sheet, label="Submit")).response)


async def test_help_says_what_one_can_do(world: World) -> None:
    card = text((await world.ada.slash(world.channel, "help")).response)
    commands = world.app.client.tree.walk_commands()
    names = {command.qualified_name for command in commands if not hasattr(command, "commands")}
    for name in names - {"help"}:
        assert f"`/{name}`" in card
    for fact in (
        "10 points",
        "up to 5 more",
        "−3",
        "at least 1",
        "Sample bank",
        "Made for tests.",
        "CC0-1.0",
    ):
        assert fact in card
