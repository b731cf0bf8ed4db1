"""What is counted, and that it names nobody."""

from __future__ import annotations

import contextlib
import json
import platform
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from prometheus_client import generate_latest

from bot import __version__
from bot.metrics import Metrics
from bot.routes import route_of
from playground.clock import SimulatedClock
from tests.cogs.alone import Student
from tests.messages import buttons, letter
from tests.watching import Numbers, Watched, open_watched

ROOT = Path(__file__).parents[1]


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    """A world whose bot is watched."""
    async with open_watched(tmp_path) as opened:
        yield opened


async def test_clicks_by_kind_and_outcome(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    world = watched.world
    card = await world.start_quiz(questions=1, topic="one", seconds=60)
    await world.choose(world.ada, "the right one", card)
    await world.forge(world.ada, world.channel, "12345678:9")
    await world.forge(world.ada, world.channel, "a:1:2:3")
    await world.ada.slash(world.channel, "quiz start")  # one is running here

    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(world.app.rounds, "answer", fail)
    await world.choose(world.grace, "the right one", card)
    world.forgive()
    seen = await watched.numbers()
    assert seen("interactions_total", type="button", name="a", outcome="answered") == 1
    assert seen("interactions_total", type="button", name="a", outcome="refused") == 1
    assert seen("interactions_total", type="button", name="a", outcome="failed") == 1
    assert seen("interactions_total", type="button", name="unknown", outcome="refused") == 1
    assert seen("interactions_total", type="command", name="quiz start", outcome="answered") == 1
    assert seen("interactions_total", type="command", name="quiz start", outcome="refused") == 1
    assert seen("interactions_total") == 6


async def test_forms_and_forbidden_commands(watched: Watched) -> None:
    world = watched.world
    card = await world.start_quiz(questions=1, topic="one", seconds=60)
    report = buttons(card)["Report"]["custom_id"]
    form = await world.ada.click(card, custom_id=report)
    field = form.modal["components"][0]["component"]["custom_id"]
    await world.ada.submit_modal(form, {field: "a typing error"})
    await world.commands_at_once([(world.ada, "reload")])  # Discord would not show it to her
    seen = await watched.numbers()
    kind = report.split(":")[0]
    assert seen("interactions_total", type="button", name=kind, outcome="answered") == 1
    assert seen("interactions_total", type="form", name=kind, outcome="answered") == 1
    assert seen("interactions_total", type="command", name="reload", outcome="refused") == 1


async def test_answers_commits_and_edits(watched: Watched) -> None:
    world = watched.world
    card = await world.start_quiz(questions=1, topic="one", seconds=60)
    label = next(name for name in buttons(card) if name.endswith(letter(card, "the right one")))
    before = await watched.numbers()
    await world.at_once((member, card, label) for member in (world.ada, world.grace, world.linus))
    seen = await watched.numbers()
    assert seen("answers_total", activity="quiz") == 3
    assert seen("commit_answers_sum") == 3
    assert 1 <= seen("commit_answers_count") <= 2, "answers share commits"
    assert seen("commit_seconds_count") == seen("commit_answers_count")
    assert seen("commit_failures_total") == 0
    edits = seen("card_edits_total", card="question") - before("card_edits_total", card="question")
    spared = seen("card_edits_spared_total", card="question")
    assert edits + spared <= 3
    assert spared >= 1, "three answers at once need no three edits"
    assert seen("open_rounds", activity="quiz") == 1
    assert seen("running_quizzes") == 1
    assert seen("timers") == 1
    await world.wait(120)
    seen = await watched.numbers()
    assert seen("open_rounds") == seen("running_quizzes") == seen("timers") == 0


async def test_answers_of_members_alone(watched: Watched) -> None:
    ada = Student(watched.world, watched.world.ada)
    await ada.answer(await ada.practise(questions=1))
    assert (await watched.numbers())("answers_total", activity="practice") == 1


async def test_a_commit_that_fails_is_counted(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path / "x.db", SimulatedClock())
    metrics.committed(5, 0.1, well=False)
    metrics.committed(7, 0.2, well=True)
    read = metrics.registry.get_sample_value
    assert read("studyhall_commit_failures_total") == 1
    assert read("studyhall_commit_answers_sum") == 7
    assert read("studyhall_commit_seconds_sum") == 0.2


async def test_no_label_says_whom_or_where(watched: Watched) -> None:
    world = watched.world
    await world.start_quiz(questions=1, topic="one", seconds=60)
    await world.choose(world.ada, "the right one")
    await world.mona.slash(world.channel, "challenge setup")
    for forged in ("7123456789:1", f"{world.ada.id}:1", "ada:1", "a:99999999999"):
        await world.forge(world.ada, world.channel, forged)
    known = {command.qualified_name for command in world.app.client.tree.walk_commands()}
    allowed = {"", "unknown", *known, *world.app.client.buttons}
    for sample in (await watched.numbers()).samples:
        if sample.name.startswith("studyhall_"):
            assert set(sample.labels) <= {
                *(
                    "le",
                    "type",
                    "name",
                    "outcome",
                    "activity",
                    "card",
                    "shard",
                    "version",
                    "python",
                    "discord_py",
                ),
                *("method", "route", "status", "scope", "reason"),
            }
            assert sample.labels.get("name", "") in allowed
            assert not re.search(r"\d{5}", "".join(sample.labels.values()))


async def test_two_bots_in_one_process_do_not_meet(tmp_path: Path) -> None:
    first, second = (Metrics(tmp_path / "x.db", SimulatedClock()) for _ in range(2))
    first.committed(3, 0.1, well=True)
    assert first.registry.get_sample_value("studyhall_commit_answers_sum") == 3
    assert second.registry.get_sample_value("studyhall_commit_answers_sum") == 0
    assert (
        f'studyhall_build_info{{discord_py="2.7.1",python="{platform.python_version()}",version="{__version__}"}}'
        in (generate_latest(first.registry).decode())
    )


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/api/v10/users/@me", "/users/@me"),
        ("/api/v10/channels/123/messages/456", "/channels/{id}/messages/{id}"),
        ("/api/v10/interactions/123/aW50ZXJh/callback", "/interactions/{id}/{token}/callback"),
        ("/api/webhooks/123/messages/messages/@original", "/webhooks/{id}/messages/messages/@original"),
        ("/api/v10/webhooks/123/vX.y-z/messages/@original", "/webhooks/{id}/{token}/messages/@original"),
        ("/api/v10/guilds/1/members/2/roles/3", "/guilds/{id}/members/{id}/roles/{id}"),
        ("/api/v10/channels/1/reactions/%F0%9F%91%8D", "/channels/{id}/{token}/{token}"),
        ("/api/v10/applications/1/commands", "/applications/{id}/commands"),
        ("/api/v10/gateway/bot", "/gateway/bot"),
        ("/api/v10", ""),
        ("/", None),
        ("", None),
        ("/attachments/1/2/picture.png", None),
    ],
)
def test_routes_have_no_ids_and_no_tokens(path: str, route: str | None) -> None:
    assert route_of(path) == route


class RestApi:
    """Answers requests with what is next in line; the tests ask it through a session that is watched."""

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics
        self.status, self.headers = 200, dict[str, str]()
        self.session: aiohttp.ClientSession
        self.address = ""

    @contextlib.asynccontextmanager
    async def serve(self) -> AsyncIterator[RestApi]:
        """Listen on loopback."""

        async def answer(_: web.Request) -> web.Response:
            return web.Response(status=self.status, headers=self.headers)

        application = web.Application()
        application.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with aiohttp.ClientSession(trace_configs=[self.metrics.trace()]) as self.session:
            yield self
        await runner.cleanup()

    async def ask(self, method: str, path: str, status: int = 200, **headers: str) -> None:
        """Send a request that is answered so."""
        self.status, self.headers = status, headers
        async with self.session.request(method, f"{self.address}{path}"):
            pass


class StandingClock:
    """Stands still."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The instant at which it stands."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Nobody sleeps here."""
        raise AssertionError(seconds)


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[RestApi]:
    """A REST API whose requests are counted."""
    async with RestApi(Metrics(tmp_path / "x.db", StandingClock(NOW))).serve() as serving:
        yield serving


def now(metrics: Metrics) -> Numbers:
    """What is counted so far."""
    return Numbers.of(generate_latest(metrics.registry).decode())


async def test_requests_by_route_and_status(api: RestApi) -> None:
    await api.ask("PATCH", "/api/v10/channels/1/messages/2")
    await api.ask("PATCH", "/api/v10/channels/3/messages/4", 404)
    await api.ask("PATCH", "/api/v10/channels/3/messages/4", 503)
    await api.ask("GET", "/?v=10&encoding=json", 400)
    edit = {"method": "PATCH", "route": "/channels/{id}/messages/{id}"}
    seen = now(api.metrics)
    for status in ("2xx", "4xx", "5xx"):
        assert seen("rest_requests_total", **edit, status=status) == 1
    assert seen("rest_requests_total") == 3, "the gateway is not the REST API"
    assert seen("rest_rate_limits_total") == 0


async def test_rate_limits_by_route_and_scope(api: RestApi) -> None:
    for scope in ("user", "shared", "shared", "a new one"):
        await api.ask("POST", "/api/v10/channels/1/messages", 429, **{"X-RateLimit-Scope": scope})
    await api.ask("POST", "/api/v10/channels/1/messages", 429)
    seen = now(api.metrics)
    where = {"method": "POST", "route": "/channels/{id}/messages"}
    assert [seen("rest_rate_limits_total", **where, scope=s) for s in ("user", "shared", "unknown")] == [
        1,
        2,
        2,
    ]
    assert seen("rest_requests_total", **where, status="4xx") == 5


async def test_requests_without_an_answer(api: RestApi) -> None:
    api.address = "http://127.0.0.1:1"
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.ask("GET", "/api/v10/users/@me")
    where = {"method": "GET", "route": "/users/@me"}
    assert now(api.metrics)("rest_failures_total", **where, reason="connection") == 1


def callback(clicked: datetime) -> str:
    """Where an interaction of this time is answered."""
    snowflake = int((clicked.timestamp() - 1420070400) * 1000) << 22
    return f"/api/v10/interactions/{snowflake}/aW50ZXI/callback"


async def test_the_time_from_the_click_to_the_answer(api: RestApi) -> None:
    api.metrics.received("button", "a")
    await api.ask("POST", callback(NOW - timedelta(seconds=2)))
    seen = now(api.metrics)
    assert seen("click_to_answer_seconds_sum", type="button") == pytest.approx(2)
    assert seen("click_to_answer_seconds_bucket", le="1.5") == 0
    assert (
        seen("click_to_answer_seconds_bucket", le="2.0")
        == seen("click_to_answer_seconds_bucket", le="3.0")
        == 1
    )
    assert 0 < seen("receipt_to_answer_seconds_sum", type="button") < 2


async def test_clocks_that_differ_give_no_negative_times(api: RestApi) -> None:
    api.metrics.received("command", "quiz start")
    await api.ask("POST", callback(NOW + timedelta(seconds=5)))
    seen = now(api.metrics)
    assert seen("click_to_answer_seconds_count", type="command") == 1
    assert seen("click_to_answer_seconds_sum", type="command") == 0


async def test_what_discord_does_not_take_is_no_answer(api: RestApi) -> None:
    api.metrics.received("button", "a")
    await api.ask("POST", callback(NOW), 404)
    await api.ask("PATCH", "/api/v10/webhooks/1/aW50ZXI/messages/@original")
    assert now(api.metrics)("click_to_answer_seconds_count") == 0


async def test_every_metric_is_documented_and_the_dashboard_asks_for_nothing_else(watched: Watched) -> None:
    world = watched.world
    await world.start_quiz(questions=1, topic="one", seconds=60)
    await world.choose(world.ada, "the right one")
    world.app.backups.last_at = world.env.now() - timedelta(hours=2)
    seen = await watched.numbers()
    assert seen("backup_age_seconds") == pytest.approx(7200)
    ours, known = set(), set()
    for family in seen.families.values():
        name = family.name + {"counter": "_total"}.get(family.type, "")
        known |= {name} | (
            {f"{name}_{end}" for end in ("bucket", "sum", "count")} if family.type == "histogram" else set()
        )
        if name.startswith("studyhall_") and not name.endswith("_created"):
            ours.add(name)
    page = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(studyhall_\w+)`", page, flags=re.MULTILINE)) == ours
    dashboard = (ROOT / "docs" / "grafana" / "studyhall.json").read_text(encoding="utf-8")
    queries = [
        target["expr"] for panel in json.loads(dashboard)["panels"] for target in panel.get("targets", [])
    ]
    asked = {name for query in queries for name in re.findall(r"\b(?:studyhall|process|python)_\w+", query)}
    assert asked <= known
    assert ours <= {re.sub("_(bucket|sum|count)$", "", name) for name in asked}, "each has its panel"
    alerts = set(re.findall(r"\bstudyhall_\w+", "".join(re.findall(r"expr: (.*)", page))))
    assert alerts
    assert alerts <= known
