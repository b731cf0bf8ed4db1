"""The benchmark of clicks: the stand-in does as Discord does, members click as they should, and it runs."""

from __future__ import annotations

import contextlib
import json
import random
import ssl
import zlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from math import nan
from pathlib import Path
from time import perf_counter
from typing import Any

import aiohttp
import pytest
import trustme
from rich.console import Console

from benchmarks.clicks import __main__ as clicks
from benchmarks.clicks import standin as standin_module
from benchmarks.clicks.bots import Bot
from benchmarks.clicks.bursts import Burst
from benchmarks.clicks.cases import CASES, SERVER, steps
from benchmarks.clicks.checks import Findings
from benchmarks.clicks.contests import Contest
from benchmarks.clicks.questions import Question, samples
from benchmarks.clicks.report import demands, disturbed, mistakes, show
from benchmarks.clicks.standin import Sent, Standin
from benchmarks.history import large_server

CHANNEL, MEMBER = SERVER + 1, SERVER + 2
BUTTON = {"type": 2, "style": 2, "label": "A", "custom_id": "a:1:0"}
HINT = {**BUTTON, "custom_id": "h:1"}
CARD = [{"type": 17, "components": [{"type": 1, "components": [BUTTON, HINT]}]}]
ANSWER = {"type": 4, "data": {"content": "Noted.", "flags": 64}}


@contextlib.asynccontextmanager
async def running(context: ssl.SSLContext | None = None, delay: float = 0.0) -> AsyncIterator[Standin]:
    standin = Standin({SERVER: [CHANNEL]}, delay)
    await standin.start(context)
    try:
        yield standin
    finally:
        await standin.stop()


class Listener:
    """A bot that listens to the gateway."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._stream = zlib.decompressobj()

    async def next(self) -> Any:
        frame = await self._socket.receive_bytes(timeout=10)
        assert frame.endswith(b"\0\0\xff\xff")
        return json.loads(self._stream.decompress(frame))

    async def say(self, op: int, data: Any = None) -> Any:
        await self._socket.send_json({"op": op, "d": data})
        return await self.next()


@contextlib.asynccontextmanager
async def listening(standin: Standin) -> AsyncIterator[Listener]:
    url = f"{standin.gateway.url}?v=10&encoding=json&compress=zlib-stream"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        listener = Listener(socket)
        assert (await listener.next())["op"] == 10
        yield listener


def click(standin: Standin, member: int = MEMBER) -> Sent:
    (question,) = samples(CARD, [CHANNEL])
    return standin.click(member, question.card, question.options[0])


async def answer(standin: Standin, sent: Sent, query: str = "", token: str | None = None) -> tuple[int, Any]:
    url = f"{standin.address}/api/v10/interactions/{sent.id}/{token or sent.token}/callback{query}"
    async with aiohttp.ClientSession() as session, session.post(url, json=ANSWER) as response:
        body = await response.read()
        return response.status, json.loads(body) if body else None


async def test_a_session_that_is_resumed_gets_what_it_has_missed() -> None:
    async with running() as standin:
        async with listening(standin) as bot:
            ready = await bot.say(2, {"shard": [0, 1]})
            assert (ready["t"], (await bot.next())["t"]) == ("READY", "GUILD_CREATE")
            assert (await bot.say(1))["op"] == 11
            sent = click(standin)
            event = await bot.next()
            assert event["d"]["id"] == str(sent.id)
            assert event["d"]["message"]["components"] == CARD
            await standin.gateway.hang_up()
        missed = [click(standin).id for _ in range(3)]
        async with listening(standin) as bot:
            assert (await bot.say(6, {"session_id": "another", "seq": 1}))["op"] == 9
            resume = {"session_id": ready["d"]["session_id"], "seq": event["s"]}
            first = await bot.say(6, resume)
            seen = [first, await bot.next(), await bot.next()]
            assert [int(one["d"]["id"]) for one in seen] == missed
            assert (await bot.next())["t"] == "RESUMED"


async def test_answers() -> None:
    async with running() as standin:
        plain, full = click(standin), click(standin, MEMBER + 1)
        assert await answer(standin, plain) == (204, None)
        assert plain.is_acknowledged
        status, told = await answer(standin, full, "?with_response=1")
        assert status == 200
        assert told["interaction"]["response_message_ephemeral"] is True
        assert told["resource"]["message"]["content"] == "Noted."
        await standin.answered(full)
        assert full.seconds > 0


async def test_an_answer_to_what_nobody_did_or_that_comes_twice_or_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running() as standin:
        sent = click(standin)
        status, told = await answer(standin, sent, token="another")  # noqa: S106
        assert (status, told["code"], standin.unknown) == (404, 10062, 1)
        assert not sent.is_acknowledged
        await answer(standin, sent)
        status, told = await answer(standin, sent)
        assert (status, told["code"], sent.again) == (400, 40060, 1)
        late = click(standin)
        monkeypatch.setattr(standin_module, "TIME_TO_ANSWER", 0.0)
        for _ in range(2):
            status, told = await answer(standin, late)
            assert (status, told["code"]) == (404, 10062)
        assert late.answered_at is not None
        assert not late.is_acknowledged
        assert late.again == 0


async def test_tls_and_delay() -> None:
    authority = trustme.CA()
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(serving)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with running(serving, delay=0.1) as standin, aiohttp.ClientSession() as session:
        times = []
        for _ in range(2):
            start = perf_counter()
            async with session.get(f"{standin.address}/api/v10/gateway/bot", ssl=trusting) as response:
                assert (await response.json())["url"] == standin.gateway.url
            times.append(perf_counter() - start)
        assert standin.gateway.url.startswith("wss://")
        assert times[0] > 0.28, "a connection, TLS and the request: three round trips"
        assert times[1] > 0.09
        sent = click(standin)
        async with session.post(
            f"{standin.address}/api/v10/interactions/{sent.id}/{sent.token}/callback",
            json=ANSWER,
            ssl=trusting,
        ):
            assert sent.seconds > 0.045, "the way of the answer is a half"


async def test_the_message_of_a_card() -> None:
    async with running() as standin, aiohttp.ClientSession() as session:
        url = f"{standin.address}/api/v10/channels/{CHANNEL}/messages"
        async with session.post(url, json={"components": CARD, "nonce": "1"}) as response:
            posted = await response.json()
        assert posted["components"][0]["components"][0]["components"][1]["id"] == 4
        question = Question.on(posted)
        assert question is not None
        assert (question.options, question.hint) == (["a:1:0"], "h:1")
        async with session.patch(f"{url}/{posted['id']}", json={"content": "edited"}) as response:
            assert (await response.json())["content"] == "edited"
        assert standin.edits == 1
        async with session.get(f"{standin.address}/api/v10/nowhere") as response:
            assert response.status == 404


@pytest.mark.parametrize("name", CASES)
def test_clicks_of_a_case(name: str) -> None:
    case = CASES[name]
    coming = steps(case, random.Random("1"))
    assert coming == steps(case, random.Random("1"))
    assert len(coming) == case.clicks
    assert {step.channel for step in coming} == set(range(case.channels))
    answers = [step for step in coming if step.option is not None]
    twice = [member for member, times in Counter(step.member for step in answers).items() if times > 1]
    assert len(twice) == round(case.clicks * 0.05)
    assert all(len({step.option % 4 for step in answers if step.member == one}) == 2 for one in twice)  # type: ignore[operator]
    assert len(coming) - len(answers) == round(case.clicks * case.hints)


def test_members_are_those_of_the_large_database() -> None:
    server = large_server(0)
    assert server.guild_id == SERVER
    assert {step.member for step in steps(CASES["5000"], random.Random("1"))} <= set(server.members)


def test_cases_can_be_smaller() -> None:
    small = CASES["channels"].scaled(50)
    assert (small.clicks, small.channels, small.servers) == (50, 10, 4)
    assert sum(map(len, small.channel_ids().values())) == 10
    assert CASES["steady"].scaled(200).seconds == 1
    assert CASES["50"].scaled(200) == CASES["50"]


def contest(name: str, floor: dict[str, Any], ours: dict[str, Any]) -> Contest:
    """A case of which two pairs were measured."""
    usual = Burst(
        clicks=5000, acknowledged=5000, late=0, per_second=1000.0, p50=10.0, p99=20.0, max=30.0, cpu=1.0, memory=100.0,
        edits=1, connections=1000, standin=0.2, bot=0.9, others=0.0,
    )  # fmt: skip
    bots = [Bot.parse("floor"), Bot.parse("studyhall")]
    results = {"floor": [replace(usual, **floor)] * 2, "studyhall": [replace(usual, **ours)] * 2}
    return Contest(CASES[name], bots, results=results)


def test_demands_hold_or_do_not() -> None:
    fast, slow = {"per_second": 2600.0, "cpu": 0.3}, {"per_second": 2400.0, "cpu": 0.5}
    assert [holds for _, holds in demands([contest("5000", {}, fast)])] == [True, True]
    assert [holds for _, holds in demands([contest("5000", {}, slow)])] == [False, False]
    assert [holds for _, holds in demands([contest("tls", {"late": 9}, {"memory": 260.0})])] == [True, False]
    assert [holds for _, holds in demands([contest("tls", {}, {"late": 1})])] == [False, True]
    assert [holds for _, holds in demands([contest("single", {}, {"p50": 14.0})])] == [False]


def test_a_machine_with_other_things_to_do_is_noticed() -> None:
    assert disturbed([contest("500", {}, {"others": 0.05})]) == ""
    assert disturbed([contest("500", {}, {"others": 0.2})]).startswith("In 2 of 4 runs")


def test_what_the_system_does_not_tell_is_not_judged(capsys: pytest.CaptureFixture[str]) -> None:
    unknown = {"cpu": nan, "memory": nan, "others": nan, "bot": nan}
    played = [contest("tls", unknown, unknown), contest("5000", unknown, {**unknown, "per_second": 3000.0})]
    assert all(holds for _, holds in demands(played))
    show(Console(width=120), played)
    assert "nan" not in capsys.readouterr().out
    assert disturbed(played) == ""


def test_only_a_bot_that_stores_can_lose_answers() -> None:
    lost = {"findings": Findings(lost=1, examples=["7 was answered"])}
    assert list(mistakes([contest("500", lost, {})])) == []
    found = list(mistakes([contest("500", {}, lost)]))
    assert len(found) == 2
    assert "studyhall" in found[0]
    assert "1 answers lost" in found[0]
    assert "7 was answered" in found[0]


def test_quick(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "clicks.json"
    assert clicks.main(["--quick", "--json", str(path)]) == 0
    table = capsys.readouterr().out
    assert "studyhall" in table
    assert "holds" not in table
    (case,) = json.loads(path.read_text())["cases"]
    for name in ("floor", "studyhall"):
        (run,) = case["bots"][name]["runs"]
        assert run["clicks"] == 500
    assert run["findings"]["examples"] == []
    assert run["edits"] > 0
