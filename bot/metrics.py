"""All metrics: what is counted while the bot works, and what is read from it when somebody asks.

Each `Metrics` has a registry of its own. No label says whom or which server something is about, and each label has few values.
docs/monitoring.md lists them all.
"""

from __future__ import annotations

import platform
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple

import aiohttp
from prometheus_client import CollectorRegistry, GCCollector, Histogram, Info, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot import __version__
from bot.clock import Clock
from bot.domain.rounds import Answer, Round
from bot.domain.sessions import Kind
from bot.routes import ANSWER, ANSWER_ROUTE, route_of
from bot.vitals import Vitals, activity

if TYPE_CHECKING:
    from bot.running import App

_ANSWER_BUCKETS = (0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 5.0, 10.0, 30.0)
"""An interaction must be answered within 3 seconds (https://docs.discord.com/developers/interactions/receiving-and-responding)."""

_DISCORD_EPOCH = 1420070400.0
"""The second that snowflakes count from (https://docs.discord.com/developers/reference#snowflakes)."""

_TYPES = ("button", "form", "command", "autocomplete")
"""Of interactions."""

_SCOPES = frozenset({"user", "global", "shared"})
"""https://docs.discord.com/developers/topics/rate-limits#header-format"""


class _Received(NamedTuple):
    type: str
    name: str
    at: float
    """By the clock of `time.perf_counter`."""


_received: ContextVar[_Received | None] = ContextVar(
    "the interaction that the task at hand answers", default=None
)


class Metrics:
    """Counts what happens, and renders everything for Prometheus."""

    def __init__(self, database: Path, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.registry = registry = CollectorRegistry()
        self._state = _State()
        registry.register(self._state)
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        build = {
            "version": __version__,
            "python": platform.python_version(),
            "discord_py": version("discord.py"),
        }
        Info("studyhall_build", "What runs.", registry=registry).info(build)
        self._interactions = self._count(
            "interactions",
            "Clicks, forms and commands by how they ended: answered, refused with a sentence, failed, or late.",
            ("type", "name", "outcome"),
        )
        self._answers = self._count("answers", "Answers to questions that were stored.", ("activity",))
        self._commit_failures = self._count("commit_failures", "Commits of answers that failed.")
        self._commit_failures[()] = 0
        self._requests = self._count(
            "rest_requests",
            "Requests to Discord's REST API that got an answer.",
            ("method", "route", "status"),
        )
        self._failures = self._count(
            "rest_failures",
            "Requests to Discord's REST API that got no answer.",
            ("method", "route", "reason"),
        )
        self._rate_limits = self._count(
            "rest_rate_limits", "Requests that Discord refused with 429.", ("method", "route", "scope")
        )
        since_click = self._measure(
            "click_to_answer_seconds",
            "From the click, by the time in its id, until Discord has taken our first answer.",
            _ANSWER_BUCKETS,
            ("type",),
        )
        self._since_click = {type_: since_click.labels(type_) for type_ in _TYPES}
        since_receipt = self._measure(
            "receipt_to_answer_seconds",
            "From when an interaction has reached us until Discord has taken our first answer.",
            _ANSWER_BUCKETS,
            ("type",),
        )
        self._since_receipt = {type_: since_receipt.labels(type_) for type_ in _TYPES}
        self._commit_answers = self._measure(
            "commit_answers", "Answers that shared one commit.", (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
        )
        self._commit_time = self._measure(
            "commit_seconds",
            "How long a commit of answers took, until it was on disk.",
            (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5),
        )
        self._loop_lag = self._measure(
            "event_loop_lag_seconds",
            "How much later than asked the event loop came back to a task, twice a second.",
            (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
        )

    def _count(self, name: str, documentation: str, labels: Sequence[str] = ()) -> Counter[tuple[str, ...]]:
        counts = _Counts(name, documentation, labels)
        self.registry.register(counts)
        return counts.numbers

    def _measure(
        self, name: str, documentation: str, buckets: Sequence[float], labels: Sequence[str] = ()
    ) -> Histogram:
        return Histogram(f"studyhall_{name}", documentation, labels, buckets=buckets, registry=self.registry)

    def received(self, type_: str, name: str) -> None:
        """The task at hand begins to answer an interaction."""
        _received.set(_Received(type_, name, time.perf_counter()))

    def ended(self, outcome: str) -> None:
        """The interaction that the task at hand answers has ended."""
        received = _received.get()
        if received is not None:
            self._interactions[received.type, received.name, outcome] += 1

    def answered(self, round_: Round, _: Answer) -> None:
        """An answer in a round was stored."""
        self._answers[activity(round_),] += 1

    def studied(self, kind: Kind) -> None:
        """An answer in a practice or review was stored."""
        self._answers[kind.value,] += 1

    def committed(self, items: int, seconds: float, *, well: bool) -> None:
        """A commit of so many answers has ended, well or not."""
        if well:
            self._commit_answers.observe(items)
            self._commit_time.observe(seconds)
        else:
            self._commit_failures[()] += 1

    def lagged(self, seconds: float) -> None:
        """The event loop came back so much later than asked."""
        self._loop_lag.observe(max(0.0, seconds))

    def trace(self) -> aiohttp.TraceConfig:
        """For discord.py and the fast lane: watches each request."""
        config = aiohttp.TraceConfig()
        config.on_request_end.append(self._request_ended)
        config.on_request_exception.append(self._request_failed)
        return config

    async def _request_ended(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        path = end.url.raw_path
        answer = ANSWER.fullmatch(path)
        route = ANSWER_ROUTE if answer else route_of(path)
        if route is None:  # the gateway
            return
        status = end.response.status
        self._requests[end.method, route, f"{status // 100}xx"] += 1
        if status == 429:
            scope = end.response.headers.get("X-RateLimit-Scope", "")
            self._rate_limits[end.method, route, scope if scope in _SCOPES else "unknown"] += 1
        if answer and status < 300:
            self._acknowledged(int(answer[1]))

    async def _request_failed(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        failure: aiohttp.TraceRequestExceptionParams,
    ) -> None:
        route = route_of(failure.url.raw_path)
        if route is not None:
            reason = "timeout" if isinstance(failure.exception, TimeoutError) else "connection"
            self._failures[failure.method, route, reason] += 1

    def _acknowledged(self, interaction_id: int) -> None:
        received = _received.get()
        if received is None:
            return
        clicked = (interaction_id >> 22) / 1000 + _DISCORD_EPOCH
        # Discord's clock and ours are never quite the same
        since_click = max(0.0, self._clock.now().timestamp() - clicked)
        self._since_click[received.type].observe(since_click)
        self._since_receipt[received.type].observe(time.perf_counter() - received.at)

    def read(self, app: App, vitals: Vitals) -> None:
        """Take note of how things stand, for the next rendering."""
        self._state.families = [
            *_of_discord(vitals),
            *_of_work(app, vitals),
            *_of_database(vitals, self._database),
            *_of_backups(app.backups.last_at, self._clock.now()),
        ]


class _Counts(Collector):
    """A counter that costs next to nothing to count with: plain numbers by their labels, until somebody asks."""

    def __init__(self, name: str, documentation: str, labels: Sequence[str] = ()) -> None:
        self._name = f"studyhall_{name}"
        self._documentation = documentation
        self._labels = labels
        self.numbers: Counter[tuple[str, ...]] = Counter()

    def collect(self) -> Iterator[Metric]:
        family = CounterMetricFamily(self._name, self._documentation, labels=self._labels)
        for labels, number in self.numbers.items():
            family.add_metric(labels, number)
        yield family


class _State(Collector):
    """Gives what was read last."""

    def __init__(self) -> None:
        self.families: list[Metric] = []

    def collect(self) -> list[Metric]:
        return self.families


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(f"studyhall_{name}", documentation, value)


def _gauges(name: str, documentation: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"studyhall_{name}", documentation, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _of_discord(vitals: Vitals) -> Iterator[Metric]:
    shards = {str(number): shard for number, shard in vitals.shards.items()}
    yield _gauge("serving", "1: members can play. 0: starting or stopping.", vitals.is_serving)
    yield _gauges(
        "gateway_connected",
        "1: the connection to the gateway is open.",
        "shard",
        {number: shard.is_open for number, shard in shards.items()},
    )
    yield _gauges(
        "gateway_latency_seconds",
        "A heartbeat to the gateway and back.",
        "shard",
        {number: shard.latency for number, shard in shards.items() if shard.latency is not None},
    )
    yield _gauge("servers", "Servers that the bot is in.", vitals.servers)


def _of_work(app: App, vitals: Vitals) -> Iterator[Metric]:
    made = _Counts("card_edits", "Edits of cards that were made.", ("card",))
    spared = _Counts("card_edits_spared", "Changes of cards that needed no edit of their own.", ("card",))
    failed = _Counts("card_edit_failures", "Edits of cards that failed.", ("card",))
    for card, edits in (("question", app.rounds.tallies), ("challenge", app.challenges.cards)):
        made.numbers[card,], spared.numbers[card,], failed.numbers[card,] = (
            edits.made,
            edits.spared,
            edits.failed,
        )
    for counts in (made, spared, failed):
        yield from counts.collect()
    rounds = {name: vitals.rounds.get(name, 0) for name in ("quiz", "question", "challenge")}
    yield _gauges("open_rounds", "Questions that can be answered now.", "activity", rounds)
    yield _gauge("running_exams", "Members who are in a mock exam.", vitals.exams)
    if vitals.pulse is not None:
        yield _gauge("running_quizzes", "Quizzes that run.", vitals.pulse.quizzes)
        yield _gauge("running_challenges", "Weekly challenges that run.", vitals.pulse.challenges)
        yield _gauge("timers", "Pieces of work that wait for their time.", vitals.pulse.timers)
    if vitals.lateness is not None:
        yield _gauge("scheduler_lag_seconds", "How late the most overdue piece of work is.", vitals.lateness)
    yield CounterMetricFamily(
        "studyhall_timers_given_up", "Pieces of work that failed for good.", app.scheduler.given_up
    )


def _of_database(vitals: Vitals, path: Path) -> Iterator[Metric]:
    yield _gauge("database_up", "1: it answered a read within a second.", vitals.pulse is not None)
    yield _gauge("database_read_seconds", "How long a short read took just now.", vitals.read_seconds)
    yield _gauge("database_bytes", "The size of the database file.", _size(path))
    journal = path.with_name(f"{path.name}-wal")
    yield _gauge(
        "database_wal_bytes", "The size of the file that takes what is written first.", _size(journal)
    )


def _of_backups(last_at: datetime | None, now: datetime) -> Iterator[Metric]:
    if last_at is not None:
        age = max(0.0, (now - last_at).total_seconds())
        yield _gauge("backup_age_seconds", "How long ago the newest daily backup was made.", age)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
