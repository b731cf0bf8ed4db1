"""The fast lane against discord.py's own way: the same rows, replies and refusals; and when it gives way to it."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import discord as discord_py
import pytest
from aiohttp import web

from bot.access import Who
from bot.buttons import Click
from bot.clock import SystemClock
from bot.fast_lane import FEWEST, MOST, Window, open_fast_lane
from bot.storage.database import Database, Row
from tests.messages import text as said
from tests.wire import Discord, limit, refuse, reset
from tests.wired import ADA, GRACE, LINUS, button, click, command, connected_bot, newest, text
from tests.world import SAMPLE_BANKS, World

OTHERS = range(601, 620)

CALLBACK = "POST interactions/*/*/callback"

ONE = """
topic: one
questions:
  - id: first
    prompt: "Which one is right, of these four?"
    options:
      - {text: "the right one, said with \\"quotes\\" and \\\\u0000", correct: true, why: "Ünïcode 🎈"}
      - {text: "a wrong one", why: "This one is wrong because the test says so."}
      - {text: "another wrong one", why: "That one is wrong, too."}
      - {text: "none of the above", why: "There is one above.", fixed: true}
    explanation: "The explanation of the first."
    hints: ["a gentle hint", "a strong hint"]
    author: 503
"""


class WatchfulDiscord(Discord):
    """Notes which answers came by the fast lane: they ask for nothing back."""

    def __init__(self) -> None:
        super().__init__()
        self.fast: dict[int, bool] = {}

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/callback"):
            self.fast[int(request.path.split("/")[-3])] = "with_response" not in request.query
        return await super()._handle(request)

    async def forge(self, member: int, custom_id: str, message: Any) -> Any:
        """Click a button that may not be there; what the bot answered."""
        sent = await self.interact(member, 3, {"custom_id": custom_id, "component_type": 2}, message)
        return await self.until(lambda: self.callbacks.get(sent))


async def stored(folder: Path) -> dict[str, list[Row]]:
    """What is stored of the answers, but for times."""
    queries = {
        "answer": "SELECT round_id, member_id, choice, hints, outcome, points FROM answer ORDER BY 1, 2",
        "board": "SELECT guild_id, period, start, scope, member_id, points, correct, answered, hints FROM board ORDER BY 1, 2, 3, 4, 5",
        "hint_use": "SELECT round_id, member_id, step FROM hint_use ORDER BY 1, 2, 3",
    }
    async with Database.open(folder / "data" / "studyhall.db") as database:
        return {name: [tuple(row) for row in await database.read(sql)] for name, sql in queries.items()}


async def story(discord: WatchfulDiscord, one: Any, pair: Any) -> list[Any]:
    """Everything that a click on an option or on Submit can come to; what the bot answered."""
    round_id = button(one, "A").split(":")[1]
    told = [await click(discord, member, one, "ABCD"[member % 4]) for member in OTHERS]
    told.append(await click(discord, OTHERS[0], one, "D"))
    told.append(await click(discord, LINUS, one, "A"))  # who wrote it
    told += [await click(discord, ADA, one, label) for label in ("Hint (−3)", "Hint (−3)", "B")]
    forged = (
        f"a:{round_id}:7",
        "a:999:0",
        f"a:{round_id}",
        f"a:{round_id}:x",
        f"s:{round_id}:3",
        f"s:{round_id}:1",
    )
    told += [await discord.forge(GRACE, custom_id, one) for custom_id in forged]
    told.append(await click(discord, GRACE, pair, "A"))
    sheet = discord.messages[max(discord.messages)]
    for label in ("☐ C", "Submit"):
        told.append(await click(discord, GRACE, sheet, label))
        sheet = {**sheet, **told[-1]["data"]}
    told.append(await click(discord, GRACE, pair, "A"))
    await discord._send("MESSAGE_DELETE", {"id": one["id"], "channel_id": one["channel_id"]})
    over = await click(discord, OTHERS[1], one, "A")
    for _ in range(50):
        if "This question is closed" in text(over["data"]):
            break
        over = await click(discord, OTHERS[1], one, "A")
    told += [over, await click(discord, 700, one, "A")]
    return told


async def test_the_same_as_by_discord_pys_own_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    banks, opened = tmp_path / "banks", tmp_path / "opened"
    shutil.copytree(SAMPLE_BANKS / "sample", banks / "sample")
    (banks / "sample" / "one.yaml").write_text(ONE)
    opened.mkdir()
    async with WatchfulDiscord() as discord:
        async with connected_bot(opened, discord, banks) as process:
            for topic in ("one", "two"):
                await command(discord, ADA, "question", topic=topic)
                await discord.until(lambda: newest(discord, "The question is posted"))
                discord.messages.pop(max(discord.messages))
            one, pair = newest(discord, "of these four?"), newest(discord, "Which two are right?")
            process.kill()
        told, rows, fast = {}, {}, {}
        for way in ("true", "false"):
            folder = tmp_path / way
            shutil.copytree(opened, folder)
            monkeypatch.setenv("STUDYHALL_FAST_LANE", way)
            discord.fast.clear()
            async with connected_bot(folder, discord, banks):
                told[way] = await story(discord, one, pair)
            rows[way] = await stored(folder)
            fast[way] = list(discord.fast.values())
            log = (folder / "log.txt").read_text()
            assert "ERROR" not in log
            assert "WARNING" not in log
    assert told["true"] == told["false"]
    assert rows["true"] == rows["false"]
    assert len(rows["true"]["answer"]) == len(OTHERS) + 4
    assert {reply["type"] for reply in told["true"]} == {4, 7}
    assert not any(fast["false"])
    normal = fast["true"].count(False)
    assert normal == 2 + 3 + 5, (
        "two hints, three clicks on a question with two right options, and what is refused"
    )
    assert "Ünïcode 🎈" in "".join(text(reply["data"]) for reply in told["true"])


async def test_what_does_not_get_through_goes_the_normal_way(tmp_path: Path) -> None:
    async with WatchfulDiscord() as discord, connected_bot(tmp_path, discord, SAMPLE_BANKS / "sample"):
        await command(discord, ADA, "question", topic="one")
        card = await discord.until(lambda: next(iter(discord.messages.values()), None))
        for member, fault in ((GRACE, reset), (LINUS, limit(0.1)), (504, refuse(502))):
            discord.fail(CALLBACK, fault)
            verdict = await click(discord, member, card, "A")
            assert "You chose A" in text(verdict["data"])
        discord.fail(CALLBACK, refuse(404, 10062))
        late = await discord.interact(505, 3, {"custom_id": button(card, "A"), "component_type": 2}, card)
        await discord.until(lambda: not discord.faults)
        assert list(discord.fast.values()) == [False, False, False, False, True]
        assert late not in discord.callbacks
        assert "Your first answer stands" in text((await click(discord, 505, card, "B"))["data"])
    log = (tmp_path / "log.txt").read_text()
    assert f"An answer came too late or twice (interaction {late})" in log
    assert "ERROR" not in log
    assert [row[1] for row in (await stored(tmp_path))["answer"]] == [GRACE, LINUS, 504, 505]


@pytest.mark.parametrize("version", [(2, 8), (3, 0), (2, 6)])
async def test_a_discord_py_that_it_does_not_know(
    world: World, version: tuple[int, int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = world.app.client
    parsers = dict(client._connection.parsers)
    known = discord_py.version_info
    monkeypatch.setattr(discord_py, "version_info", known._replace(major=version[0], minor=version[1]))
    async with open_fast_lane(aiohttp.BaseConnector(), SystemClock()) as lane:
        assert not lane.join(client)
    assert client._connection.parsers == parsers
    assert "All clicks go discord.py's own way" in caplog.text


async def test_one_without_the_parts_that_it_uses(world: World, caplog: pytest.LogCaptureFixture) -> None:
    del world.app.client._connection.parsers["INTERACTION_CREATE"]
    async with open_fast_lane(aiohttp.BaseConnector(), SystemClock()) as lane:
        assert not lane.join(world.app.client)
    assert "INTERACTION_CREATE" not in world.app.client._connection.parsers
    assert "All clicks go discord.py's own way" in caplog.text


async def test_nothing_that_needs_a_permission(world: World) -> None:
    client = world.app.client
    assert {kind for kind, button in client.buttons.items() if button.fast} == {"a", "s"}
    button = client.buttons["a"]
    with pytest.raises(ValueError, match="permission"):
        client.answer_buttons("x", 2, button.handler, Who.MANAGER, fast=button.fast)
    assert "x" not in client.buttons


class Line:
    """Requests through a window, on a clock of their own."""

    def __init__(self, *, late: float) -> None:
        """`late`: seconds that whatever waits comes late by, as in a busy process."""
        self._now = datetime(2026, 11, 22, tzinfo=UTC)
        self._late = late
        self.window = Window(self)
        self.under_way = self.most = 0
        self._answers = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self._now += timedelta(seconds=seconds + self._late)

    async def burst(self, requests: int) -> int:
        """So many at once, answered when nobody does anything any more; how many were under way at most."""
        tasks = [asyncio.create_task(self._send()) for _ in range(requests)]
        self.most = 0
        while not all(task.done() for task in tasks):
            for _ in range(50):
                await asyncio.sleep(0)
            answers, self._answers = self._answers, asyncio.Event()
            answers.set()
        return self.most

    async def _send(self) -> None:
        async with self.window.request():
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            await self._answers.wait()
            self.under_way -= 1


async def test_an_idle_process_sends_more_at_once() -> None:
    line = Line(late=0)
    assert await line.burst(FEWEST) == FEWEST
    assert await line.burst(5 * MOST) == MOST, "and no more than that"
    assert await line.burst(FEWEST // 2) == FEWEST // 2
    assert line.window.size == FEWEST, "each burst begins anew"


async def test_a_busy_process_sends_no_more_at_once() -> None:
    assert await Line(late=0.02).burst(5 * MOST) == FEWEST


async def test_requests_that_fail_give_their_place_back() -> None:
    window = Line(late=0).window
    for _ in range(FEWEST + 1):
        with pytest.raises(OSError, match="broken"):
            async with window.request():
                raise OSError("broken")
    assert window.size == FEWEST


async def test_a_mistake_in_it_is_a_click_that_goes_the_normal_way(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def mistake(_: Click) -> None:
        raise ZeroDivisionError

    buttons = world.app.client.buttons
    buttons["a"] = buttons["a"]._replace(fast=mistake)
    card = await world.start_quiz(questions=1, topic="one")
    assert "✅ Correct" in said(await world.choose(world.ada, "the right one", card))
    assert "The fast lane could not take a click" in caplog.text
