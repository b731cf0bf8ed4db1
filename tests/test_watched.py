"""The bot as a process that is watched: ready only when it is, real numbers after real clicks, and a log without secrets."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.watching import Numbers, ask, numbers
from tests.wire import Discord, limit, refuse, start_bot
from tests.wired import ADA, click, start_quiz, text

EDIT = {"method": "PATCH", "route": "/channels/{id}/messages/{id}"}
POST = {"method": "POST", "route": "/channels/{id}/messages"}
ANSWER = {"method": "POST", "route": "/interactions/{id}/{token}/callback"}


class ShyDiscord(Discord):
    """Answers nothing until it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked = asyncio.Event()
        self.answers = asyncio.Event()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.is_asked.set()
        await self.answers.wait()
        return await super()._handle(request)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something to come about in the bot, which is another process and tells us only when asked."""
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def play(discord: Discord) -> dict[str, Any]:
    """Start a quiz and answer its question; the card."""
    card: dict[str, Any] = await start_quiz(discord, ADA, questions=2, topic="agents")
    await click(discord, ADA, card, "A")
    await discord.until(lambda: "**1** answered" in text(discord.messages[int(card["id"])]))
    return card


async def write_much(discord: Discord, card: dict[str, Any]) -> None:
    """Write what nobody else may read, into a form and behind a command."""
    form = await click(discord, ADA, card, "Report")
    field = form["data"]["components"][0]["component"]["custom_id"]
    row = {"type": 18, "component": {"type": 4, "custom_id": field, "value": "Quokkas wrote this"}}
    sent = await discord.interact(ADA, 5, {"custom_id": form["data"]["custom_id"], "components": [row]}, card)
    await discord.until(lambda: discord.callbacks.get(sent))
    command = next(command for command in discord.commands if command["name"] == "plan")
    option = {"type": 3, "name": "exam-date", "value": "Numbat day"}
    sent = await discord.interact(
        ADA, 2, {"id": command["id"], "name": "plan", "type": 1, "options": [option]}
    )
    await discord.until(lambda: discord.callbacks.get(sent))


async def test_a_watched_process_from_start_to_stop(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "STUDYHALL_HTTP_PORT=0\nSTUDYHALL_LOG_FORMAT=json\nSTUDYHALL_LOG_LEVEL=DEBUG\n"
    )
    async with ShyDiscord() as discord, start_bot(tmp_path, discord.address) as process:
        await asyncio.wait_for(discord.is_asked.wait(), 30)
        port = int(re.findall(r"Health and metrics are on http://127\.0\.0\.1:(\d+)", log_of(tmp_path))[0])
        assert (await ask(port, "/readyz"))[0] == 503
        assert (await ask(port, "/healthz"))[0] == 503
        assert (await numbers(port))("serving") == 0
        discord.answers.set()

        async def is_ready() -> bool:
            return (await ask(port, "/readyz"))[0] == 200

        async def is_done() -> bool:
            return (await numbers(port))("interactions_total", type="command", name="plan") == 1

        await until(is_ready)
        assert (await ask(port, "/healthz"))[0] == 200
        discord.fail("POST channels/*/messages", refuse(500))
        discord.fail("PATCH channels/*/messages/*", limit(0.01))
        card = await play(discord)
        await write_much(discord, card)
        await until(is_done)
        check(await numbers(port))
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 5) == 0
    check_log(log_of(tmp_path))


def log_of(folder: Path) -> str:
    """What the bot has logged."""
    return (folder / "log.txt").read_text(encoding="utf-8")


def check(seen: Numbers) -> None:
    """Everything that was played is counted."""
    assert seen("serving") == seen("gateway_connected", shard="0") == seen("database_up") == 1
    assert seen("servers") == 1
    assert seen("interactions_total", type="button", name="a", outcome="answered") == 1
    assert seen("interactions_total", type="command", name="quiz start", outcome="answered") == 1
    assert seen("interactions_total", type="command", name="plan", outcome="refused") == 1
    assert seen("answers_total", activity="quiz") == 1
    for kind, times in (("button", 2), ("command", 2), ("form", 1)):
        for since in ("click", "receipt"):
            assert seen(f"{since}_to_answer_seconds_count", type=kind) == times
    assert 0 < seen("receipt_to_answer_seconds_sum") <= seen("click_to_answer_seconds_sum") + 0.01
    assert seen("rest_requests_total", **ANSWER, status="2xx") == 5
    assert seen("rest_requests_total", **POST, status="5xx") == 1
    assert seen("rest_requests_total", **POST, status="2xx") >= 1
    assert seen("rest_rate_limits_total") == seen("rest_rate_limits_total", **EDIT, scope="unknown") == 1
    assert seen("rest_requests_total", **EDIT, status="4xx") == 1
    assert seen("card_edits_total", card="question") >= 1
    assert seen("event_loop_lag_seconds_count") > 0
    routes = {sample.labels.get("route", "") for sample in seen.samples}
    # answers, and what follows them
    assert {route for route in routes if "{token}" in route} <= {ANSWER["route"], "/webhooks/{id}/{token}"}


def check_log(log: str) -> None:
    """It is JSON, and names neither secrets nor what members wrote."""
    lines = [json.loads(line) for line in log.splitlines()]
    assert {"time", "level", "logger", "message"} <= set.intersection(*map(set, lines))
    assert lines[-1]["message"] == "Stopping"
    clicks = [line for line in lines if line.get("interaction") == "button a"]
    assert clicks
    assert all(line["guild"] > 10**17 for line in clicks)
    for secret in ("a.b.c", "token-", "Quokka", "Numbat", f"user{ADA}"):
        assert secret not in log, secret
    assert not [line for line in lines if line["level"] in {"ERROR", "CRITICAL"}]
