"""The demo in a real browser: what a host sees of boards, statistics and the challenge before anybody has played."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from tests.playground.newcomer import Newcomer, needs_browser, open_page, playground, press

pytestmark = needs_browser


async def test_boards_statistics_and_the_challenge_have_something_to_show(tmp_path: Path) -> None:
    async with open_page() as page, playground(tmp_path, "--demo") as address:
        await page.goto(address)
        newcomer = Newcomer(page)
        await _turn_pages(newcomer)
        await _look_at_statistics(newcomer)
        await _play_the_challenge(newcomer)
        await newcomer.become("mona")
        await newcomer.command("/challenge setup")
        await newcomer.sees("Weekly challenge", "#6 runs in", "The next one begins")
        await newcomer.picture("demo-setup")


async def _turn_pages(newcomer: Newcomer) -> None:
    await newcomer.command("/leaderboard")
    await newcomer.sees("Leaderboard, this week", "🥇", "page 1 of ", "← you")
    await newcomer.picture("demo-leaderboard")
    board = newcomer.message("Leaderboard, this week")
    await press(board.get_by_role("button", name="Next"))
    await newcomer.sees("Leaderboard, this week", "page 2 of ")
    await press(board.get_by_role("button", name="Last"))
    await newcomer.sees("Leaderboard, this week", "page 3 of 3", "…", "← you")
    await press(board.get_by_role("button", name="Find me"))
    await expect(board).not_to_contain_text("page 3 of")  # ada plays nearly every day
    await expect(board).not_to_contain_text("…")
    await expect(board).to_contain_text("← you")


async def _look_at_statistics(newcomer: Newcomer) -> None:
    await newcomer.command("/stats")
    await newcomer.sees("in a row", "freeze", "By topic", "strongest", "weakest")
    picture = newcomer.message("By topic").get_by_role("img", name="Activity of the last")
    await picture.scroll_into_view_if_needed()
    await newcomer.page.wait_for_function(
        "picture => picture.naturalWidth > 500", arg=await picture.element_handle()
    )
    await newcomer.picture("demo-statistics")


async def _play_the_challenge(newcomer: Newcomer) -> None:
    await newcomer.sees("Challenge #5 is over", "🥇", "Hardest question")
    await newcomer.sees("Weekly challenge #6", "played so far", "🥇")
    await press(newcomer.message("Weekly challenge #6").get_by_role("button", name="Play"))
    for number in (1, 2):
        await newcomer.sees(f"question {number} of 10", "Your time is running")
        await newcomer.answer(newcomer.message("Your time is running"), right=True)
        await newcomer.sees("✅ Correct · +10 points")
        coming = re.compile(f"Question {number + 1} of 10")
        await press(newcomer.message("✅ Correct").get_by_role("button", name=coming))
    await newcomer.sees("question 3 of 10", "Your time is running")
    await newcomer.picture("demo-challenge")
