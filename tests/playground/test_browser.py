"""A newcomer tries the playground in a real browser, from `/quiz start` to the scoreboard and a restart."""

from __future__ import annotations

from pathlib import Path

from tests.playground.newcomer import Newcomer, needs_browser, open_page, plain, playground, press

pytestmark = needs_browser


async def test_from_quiz_start_to_scoreboard_and_after_a_restart(tmp_path: Path) -> None:
    async with open_page() as page:
        async with playground(tmp_path) as address:
            await page.goto(address)
            await _play(Newcomer(page))
        async with playground(tmp_path) as address:
            await page.goto("about:blank")
            await page.goto(address)
            newcomer = Newcomer(page)
            await newcomer.command("/leaderboard")
            await newcomer.sees("Leaderboard, this week", "@ada", "← you", "2/2")
            await newcomer.command("/explain")
            await newcomer.sees("You answered", "✅ Correct")


async def _play(newcomer: Newcomer) -> None:
    await newcomer.command("/help")
    await newcomer.sees("Studyhall: study together", "Unofficial study aid")
    await newcomer.picture("help")
    await newcomer.command("/quiz start", questions=2)
    await newcomer.sees("starts a quiz", "2 questions", "60 seconds each")
    await newcomer.sees("Question 1 of 2", "0 answered", "Closes")
    card = newcomer.message("Question 1 of 2")
    question = await newcomer.answer(card, right=True)
    await newcomer.sees("✅ Correct · +1", "You chose", plain(question.explanation)[:60])
    await newcomer.picture("verdict-right")
    await newcomer.sees("Question 1 of 2", "1 answered")

    await newcomer.become("grace")
    await press(card.get_by_role("button", name="Hint"))
    await newcomer.sees("Hint 1", "3 points less")
    await newcomer.answer(card, right=False)
    await newcomer.sees("Not correct" if question.choose == 1 else "orrect", "The answer is")
    await newcomer.sees("Question 1 of 2", "2 answered")
    await newcomer.picture("verdict-wrong")

    await newcomer.become("mona")
    await newcomer.command("/quiz skip")
    await newcomer.sees("Result of question 1 of 2", "1 of 2 right", "@ada", "Fastest", "Next question")
    await newcomer.picture("result")
    await newcomer.command("/quiz skip")
    await newcomer.sees("Question 2 of 2", "0 answered")
    card = newcomer.message("Question 2 of 2")

    await newcomer.become("linus")
    await press(card.get_by_role("button", name="Report"))
    await newcomer.page.get_by_label("What is wrong with it?").fill("A typing error")
    await press(newcomer.page.get_by_role("button", name="Submit").last)
    await newcomer.sees("The report is kept for the moderators of this server")

    await newcomer.become("grace")
    await newcomer.answer(card, right=True)
    await newcomer.sees("✅ Correct")
    await newcomer.become("ada")
    await newcomer.answer(card, right=True)
    # both who answered before have answered, so the round closes early
    await newcomer.sees("Result of question 2 of 2", "2 of 2 right")
    await newcomer.sees("Quiz over · 2 questions", "1. @ada", "2/2", "2. @grace", "of all answers were right")
    await newcomer.picture("scoreboard")
    await newcomer.command("/leaderboard")
    await newcomer.sees("Leaderboard, this week", "← you")
    await newcomer.picture("leaderboard")
