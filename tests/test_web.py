"""The port for whoever watches the bot: is it alive, can members play, and what it refuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import vitals
from bot.app import open_app
from bot.config import Settings
from bot.errors import SettingsError
from bot.metrics import Metrics
from bot.vitals import Shard, Vitals
from bot.web import open_endpoints
from playground.clock import SimulatedClock
from tests.watching import Watched, ask, open_watched

BANKS = Path(__file__).parent / "banks"
WELL = Vitals(
    is_serving=True,
    is_connected=True,
    shards={0: Shard(True, 0.1), 1: Shard(True, None)},
    servers=1,
    rounds={},
    exams=0,
    pulse=vitals.Pulse(0, None, 0, 0),
    read_seconds=0.001,
    lateness=0.0,
)


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    """A world whose bot is watched."""
    async with open_watched(tmp_path) as opened:
        yield opened


async def test_a_bot_that_is_well(watched: Watched) -> None:
    status, text = await watched.ask("/healthz")
    body = json.loads(text)
    assert (status, body["status"], body["problems"]) == (200, "well", {})
    assert body["shards"]["0"]["connected"] is True
    assert body["scheduler_lag_seconds"] == 0
    assert 0 <= body["database_read_seconds"] < 1
    assert await watched.ask("/readyz") == (200, '{"status": "ready"}')


async def test_what_is_not_there_and_what_may_not_be_done(watched: Watched) -> None:
    assert (await watched.ask("/"))[0] == 404
    assert (await watched.ask("/metrics/1"))[0] == 404
    for path in ("/healthz", "/readyz", "/metrics"):
        assert (await watched.ask(path, "POST"))[0] == 405
        assert (await watched.ask(path, "HEAD"))[0] == 200


async def test_answers_say_nothing_of_the_server_and_are_not_kept(watched: Watched) -> None:
    address = f"http://127.0.0.1:{watched.endpoints.port}"
    async with aiohttp.ClientSession() as session:
        for path in ("/healthz", "/readyz", "/nothing"):
            async with session.get(address + path) as response:
                assert "Server" not in response.headers
                assert path == "/nothing" or response.headers["Cache-Control"] == "no-store"


async def test_before_the_bot_is_there(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path / "x.db", SimulatedClock())
    async with open_endpoints(metrics, "127.0.0.1", 0) as endpoints:
        for path in ("/healthz", "/readyz"):
            status, text = await ask(endpoints.port, path)
            assert status == 503
            assert "starting" in text
        status, text = await ask(endpoints.port, "/metrics")
        assert status == 200
        assert "studyhall_build_info" in text
        assert "studyhall_serving" not in text


async def test_a_bot_that_has_not_come_to_discord(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path / "x.db", SimulatedClock())
    settings = Settings(database=tmp_path / "x.db", banks=BANKS, _env_file=None)
    async with open_endpoints(metrics, "127.0.0.1", 0) as endpoints, open_app(settings) as app:
        endpoints.app = app
        status, text = await ask(endpoints.port, "/healthz")
        assert status == 503
        assert json.loads(text)["problems"] == {"gateway": "Discord has not taken the bot in yet."}
        assert (await ask(endpoints.port, "/readyz"))[0] == 503


async def test_a_database_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent:
        async def take(self) -> None:
            """Never comes back."""
            await asyncio.Event().wait()

    class Broken:
        async def take(self) -> None:
            """Finds the file damaged."""
            raise OSError("disk I/O error")

    monkeypatch.setattr(vitals, "PATIENCE", 0.01)
    metrics = Metrics(tmp_path / "x.db", SimulatedClock())
    settings = Settings(database=tmp_path / "x.db", banks=BANKS, _env_file=None)
    async with open_endpoints(metrics, "127.0.0.1", 0) as endpoints, open_app(settings) as app:
        for pulse in (Silent(), Broken()):
            ill: Any = pulse
            endpoints.app = replace(app, pulse=ill)
            status, text = await ask(endpoints.port, "/healthz")
            body = json.loads(text)
            assert status == 503
            assert "did not answer a read" in body["problems"]["database"]
            assert body["scheduler_lag_seconds"] is None
            text = (await ask(endpoints.port, "/metrics"))[1]
            assert "studyhall_database_up 0.0" in text
            assert "studyhall_timers " not in text


async def test_members_can_not_play_while_the_bot_stops(watched: Watched) -> None:
    await watched.world.kill()
    assert (await watched.ask("/readyz"))[0] == 503
    assert (await watched.ask("/healthz"))[0] == 503
    assert (await watched.numbers())("serving") == 0
    await watched.world.restart()
    watched.endpoints.app = watched.world.app
    assert (await watched.ask("/readyz"))[0] == 200


async def test_a_connection_that_is_lost_and_comes_back(watched: Watched) -> None:
    client = watched.world.app.client
    await client.on_shard_disconnect(0)
    status, text = await watched.ask("/healthz")
    assert status == 503
    assert "Not connected to Discord" in json.loads(text)["problems"]["gateway"]
    assert (await watched.ask("/readyz"))[0] == 200, (
        "what comes back by itself is no reason to take the bot away"
    )
    await client.on_shard_resumed(0)
    assert (await watched.ask("/healthz"))[0] == 200


async def test_work_that_is_late(watched: Watched) -> None:
    world = watched.world
    async with world.sql() as transaction:
        due = int(world.env.now().timestamp() * 1000)
        # work that nobody does
        await transaction.run("INSERT INTO timer (kind, subject, due_at) VALUES ('nothing', 1, ?)", (due,))
    await world.wait(299)
    assert (await watched.ask("/healthz"))[0] == 200
    await world.wait(2)
    status, text = await watched.ask("/healthz")
    assert status == 503
    assert json.loads(text)["problems"] == {
        "scheduler": "What fell due is 301 s late. The log says what fails."
    }
    assert (await watched.numbers())("scheduler_lag_seconds") == pytest.approx(301)
    await world.restart(away=3600)
    watched.endpoints.app = world.app
    status, text = await watched.ask("/healthz")
    assert json.loads(text)["scheduler_lag_seconds"] == 0, "the time while the bot was away does not count"


@pytest.mark.parametrize(
    ("ill", "sentence"),
    [
        ({"shards": {}}, "has not taken the bot in yet"),
        ({"shards": {0: Shard(True, 0.1), 1: Shard(False, 0.1), 2: Shard(False, None)}}, "on shard 1, 2"),
        ({"is_connected": False}, "Not connected"),
        ({"shards": {0: Shard(True, 0.1), 3: Shard(True, 10.1)}}, "slow to answer heartbeats on shard 3"),
    ],
)
def test_what_is_said_of_the_gateway(ill: dict[str, Any], sentence: str) -> None:
    assert WELL.complaints() == {}
    (complaint,) = replace(WELL, **ill).complaints().values()
    assert sentence in complaint


async def test_a_port_that_is_taken(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path / "x.db", SimulatedClock())
    async with open_endpoints(metrics, "127.0.0.1", 0) as first:
        with pytest.raises(
            SettingsError, match=rf"port {first.port} on 127\.0\.0\.1 can't be opened .* another port"
        ):
            async with open_endpoints(metrics, "127.0.0.1", first.port):
                pass


async def test_an_address_that_is_none(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path / "x.db", SimulatedClock())
    with pytest.raises(SettingsError, match=r"STUDYHALL_HTTP_PORT: port 0 on 192\.0\.2\.1 can't be opened"):
        async with open_endpoints(metrics, "192.0.2.1", 0):
            pass
