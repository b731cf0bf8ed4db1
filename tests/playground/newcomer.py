"""The playground as a process, and words for what somebody does at its page in a real browser."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from bot.banks.loader import load_catalog
from bot.domain.questions import Question

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "tests" / ".pictures"
PATIENCE = 20_000
"""Milliseconds that the slowest machine may take for one step."""

QUESTIONS = load_catalog(ROOT / "questions").catalog.default.questions

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

needs_browser = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="needs Chromium (Debian: apt install chromium)"
)


@contextlib.asynccontextmanager
async def playground(folder: Path, flag: str = "--unless-token") -> AsyncIterator[str]:
    """The playground as a process of its own, ended by Ctrl-C; yields its address."""
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DISCORD_TOKEN"},
        "STUDYHALL_DATABASE": str(folder / "studyhall.db"),
        "STUDYHALL_BANKS": str(ROOT / "questions"),
        "STUDYHALL_PLAYGROUND_PORT": "0",
        "PYTHONPATH": str(ROOT),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "playground", flag),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    printed = ""
    try:
        while not (address := re.search(r"http://127\S+", printed)):
            line = await asyncio.wait_for(process.stdout.readline(), 30)
            assert line, printed
            printed += line.decode()
        why = "This is" if flag == "--demo" else "DISCORD_TOKEN is not set, so this is"
        assert printed.startswith(f"{why} the playground")
        yield address.group()
        process.send_signal(signal.SIGINT)
        rest, _ = await asyncio.wait_for(process.communicate(), 5)
        assert process.returncode == 0
        kept = "The demo begins anew" if flag == "--demo" else "Answers and points are kept for"
        assert f"{kept} the next time" in rest.decode()
        assert "Traceback" not in printed + rest.decode(), rest.decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@contextlib.asynccontextmanager
async def open_page(width: int = 1180, height: int = 1000) -> AsyncIterator[Page]:
    """A page in a browser of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(PATIENCE)
        yield page
        await browser.close()


async def press(button: Locator) -> None:
    """Press a button of a message in one instant: a refresh of the page between mouse down and up loses the click."""
    await expect(button).to_be_enabled()
    await button.evaluate("button => button.click()")


class Newcomer:
    """Somebody at the page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def command(self, text: str, **options: int) -> None:
        """Type a slash command, fill in options, send it."""
        composer = self.page.get_by_placeholder("Message #quiz")
        suggestions = self.page.locator(".command-popup").get_by_role("option")
        await composer.click()
        await self.page.keyboard.type(text)
        await suggestions.first.wait_for()
        await self.page.keyboard.press("Enter")
        for name, value in options.items():
            await suggestions.filter(has_text=re.compile(f"^{name}")).click()
            await self.page.keyboard.type(str(value))
            await self.page.keyboard.press("Tab")
        await self.page.get_by_role("button", name=re.compile("^(Send|Run)")).last.click()
        await composer.wait_for()

    async def become(self, name: str) -> None:
        """Act as another member."""
        picker = self.page.get_by_label("Viewing as")
        await picker.select_option(label=name)
        await expect(picker.locator("option:checked")).to_have_text(name)

    def message(self, text: str) -> Locator:
        """The newest message with a text."""
        return self.page.locator("article.channel-message").filter(has_text=text).last

    async def sees(self, *texts: str) -> None:
        """Wait for a message with all these texts."""
        message = self.page.locator("article.channel-message")
        for text in texts:
            message = message.filter(has_text=text)
        await expect(message.last).to_be_visible(timeout=PATIENCE)

    async def answer(self, card: Locator, *, right: bool) -> Question:
        """Click a right or a wrong option, with the submit step where several are to be chosen."""
        question = await self.question(card)
        wrong = [n for n, option in enumerate(question.options) if not option.correct]
        choose = sorted(question.key) if right else [wrong[0], *sorted(question.key)][: question.choose]
        for step, option in enumerate(choose):
            place = card if step == 0 else self.message(f"Choose {question.choose}")
            await press(self._section(place, question.options[option].text).get_by_role("button"))
            if question.choose > 1:
                await expect(self.message(f"Choose {question.choose}").get_by_text("☑")).to_have_count(
                    step + 1
                )
        if question.choose > 1:
            await press(self.message(f"Choose {question.choose}").get_by_role("button", name="Submit"))
        return question

    async def tick(self, card: Locator, *, right: bool) -> Question:
        """Tick a right or a wrong answer in an exam, which keeps it open to change."""
        question = await self.question(card)
        wrong = [n for n, option in enumerate(question.options) if not option.correct]
        wanted = sorted(question.key) if right else [wrong[0], *sorted(question.key)][: question.choose]
        for option in wanted:
            letter = self._section(card, question.options[option].text).get_by_role("button")
            if "☑" not in await letter.inner_text():
                await press(letter)
                await expect(letter).to_contain_text("☑")
        return question

    async def question(self, card: Locator) -> Question:
        """Which question a card asks."""
        texts = {plain(text)[1:].strip() for text in await card.locator(".section-text").all_inner_texts()}
        shown = plain(await card.inner_text())
        # questions may share their options, and tell by the prompt which one is right
        return next(
            question
            for question in QUESTIONS
            if {plain(option.text) for option in question.options} == texts
            and plain(question.prompt.splitlines()[0]) in shown
        )

    def _section(self, card: Locator, option: str) -> Locator:
        # the page shows no space between two lines
        lines = [r"\s+".join(map(re.escape, plain(line).split())) for line in option.splitlines()]
        words = r"\s*".join(lines)
        exactly = re.compile(rf"^\s*[A-F]\s*{words}\s*$")  # one option's text may be a part of another's
        return card.locator(".component-section", has=self.page.locator(".section-text", has_text=exactly))

    async def picture(self, name: str) -> None:
        """Keep what is on the screen, to look at."""
        PICTURES.mkdir(exist_ok=True)
        await self.page.screenshot(path=PICTURES / f"{name}.png")


def plain(text: str) -> str:
    """A text as it is written on the page, without its code marks."""
    return " ".join(text.replace("`", "").split())
