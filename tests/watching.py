"""A bot that is watched: the world with its endpoints, and words for what they say."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Metrics
from bot.web import Endpoints, open_endpoints
from playground.clock import SimulatedClock
from tests.world import World, open_world


@dataclass
class Numbers:
    """What /metrics said."""

    families: dict[str, Metric] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> Numbers:
        """Read the text format."""
        return cls({family.name: family for family in text_string_to_metric_families(text)})

    def __call__(self, name: str, /, **labels: str) -> float:
        """The sum of the samples with this name and these labels."""
        return sum(
            sample.value
            for sample in self.samples
            if sample.name == f"studyhall_{name}" and labels.items() <= sample.labels.items()
        )

    @property
    def samples(self) -> Iterable[Any]:
        """All samples."""
        return [sample for family in self.families.values() for sample in family.samples]


async def ask(port: int, path: str, method: str = "GET") -> tuple[int, str]:
    """What is at a path of the bot's own port: status and body."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"http://127.0.0.1:{port}{path}") as response,
    ):
        return response.status, await response.text()


async def numbers(port: int) -> Numbers:
    """What /metrics says now."""
    status, text = await ask(port, "/metrics")
    assert status == 200
    return Numbers.of(text)


@dataclass
class Watched:
    """A world with its endpoints."""

    world: World
    endpoints: Endpoints

    async def ask(self, path: str, method: str = "GET") -> tuple[int, str]:
        """What is at a path: status and body."""
        return await ask(self.endpoints.port, path, method)

    async def numbers(self) -> Numbers:
        """What /metrics says now."""
        return await numbers(self.endpoints.port)


@contextlib.asynccontextmanager
async def open_watched(folder: Path) -> AsyncIterator[Watched]:
    """A world whose bot is watched."""
    clock = SimulatedClock()
    metrics = Metrics(folder / "studyhall.db", clock)
    async with open_endpoints(metrics, "127.0.0.1", 0) as endpoints, open_world(folder, metrics) as world:
        clock.env = world.env
        endpoints.app = world.app
        yield Watched(world, endpoints)
