"""A member sits a whole mock exam in a real browser, with a restart in the middle, and looks at what came of it."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Locator, expect

from tests.playground.newcomer import Newcomer, needs_browser, open_page, plain, playground, press

pytestmark = needs_browser


async def test_a_whole_exam(tmp_path: Path) -> None:
    async with open_page(height=1600) as page:
        async with playground(tmp_path) as address:
            await page.goto(address)
            newcomer = Newcomer(page)
            await _prepare(newcomer)
            await _first_half(newcomer)
        async with playground(tmp_path) as address:
            await page.goto("about:blank")
            await page.goto(address)
            newcomer = Newcomer(page)
            await newcomer.command("/exam start")
            await _second_half(newcomer)
            await _look_at_the_report(newcomer)


async def _prepare(newcomer: Newcomer) -> None:
    await newcomer.command("/exam start", questions=5)
    await newcomer.sees("Mock exam", "5 questions", "passed with 80%", "Unofficial study aid")
    await newcomer.picture("exam-prepared")
    await press(newcomer.message("5 questions").get_by_role("button", name="Begin"))
    await newcomer.sees("question 1 of 5", "No answer yet")


def _card(newcomer: Newcomer, position: int) -> Locator:
    return newcomer.message(f"question {position} of 5")


async def _first_half(newcomer: Newcomer) -> None:
    await newcomer.tick(_card(newcomer, 1), right=False)
    await newcomer.sees("question 1 of 5", "You can still change it", "1 answered")
    await press(_card(newcomer, 1).get_by_role("button", name="Next"))
    await newcomer.sees("question 2 of 5")
    await newcomer.tick(_card(newcomer, 2), right=True)
    await press(_card(newcomer, 2).get_by_role("button", name="Flag"))
    await newcomer.sees("question 2 of 5", "1 flagged")
    await newcomer.picture("exam-question")


async def _second_half(newcomer: Newcomer) -> None:
    await newcomer.sees("question 2 of 5", "2 answered", "1 flagged")  # where it was before the restart
    await press(_card(newcomer, 2).get_by_role("button", name="Next"))
    await newcomer.sees("question 3 of 5")
    await newcomer.tick(_card(newcomer, 3), right=True)
    await press(_card(newcomer, 3).get_by_role("button", name="Overview"))
    await newcomer.sees("overview", "3 answered", "2 open", "1 flagged")
    await newcomer.picture("exam-overview")
    overview = newcomer.message("overview")
    await press(overview.get_by_role("button", name="First open: 4"))
    await newcomer.sees("question 4 of 5")
    await newcomer.tick(_card(newcomer, 4), right=False)
    await press(_card(newcomer, 4).get_by_role("button", name="Overview"))
    await press(newcomer.message("overview").get_by_role("button", name="Submit"))
    await newcomer.sees("Submit the mock exam?", "1 question open")
    await newcomer.picture("exam-submit")
    await press(newcomer.message("Submit the mock exam?").get_by_role("button", name="Submit anyway"))


async def _look_at_the_report(newcomer: Newcomer) -> None:
    await newcomer.sees("Not passed: 40%", "2 of 5", "pass mark 80%", "By topic")
    report = newcomer.message("Not passed")
    picture = report.get_by_role("img", name="by topic")
    await expect(picture).to_be_visible()
    await newcomer.picture("exam-report")
    await press(report.get_by_role("button", name="Wrong answers (3)"))
    await newcomer.sees("1 of 3 to look at", "The answer is")
    await newcomer.picture("exam-wrong")
    await press(newcomer.message("1 of 3 to look at").get_by_role("button", name="Next"))
    await newcomer.sees("2 of 3 to look at")
    await press(newcomer.message("2 of 3 to look at").get_by_role("button", name="Next"))
    await newcomer.sees("3 of 3 to look at", "Not answered")
    await newcomer.command("/exam history")
    await newcomer.sees("Your mock exams", "1 exam", "2/5")
    await newcomer.picture("exam-history")
    await newcomer.command("/review")
    await newcomer.sees(plain("Nothing is due today"), "5 new questions")
