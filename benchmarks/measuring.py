"""What the benchmarks share: how times are taken, shown and judged."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import random
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Result = TypeVar("Result")

_TICK = 0.005
"""Seconds between two looks at the event loop."""


def wide_console() -> Console:
    """The terminal, or a file with lines long enough for a table."""
    console = Console()
    return console if console.is_terminal else Console(width=120)


def progress_on(console: Console) -> Progress:
    """Bars with a number and the time so far."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


async def timed(work: Awaitable[Result], times: list[float]) -> Result:
    """Do something, and add to `times` how many milliseconds it took."""
    start = perf_counter()
    result = await work
    times.append((perf_counter() - start) * 1000)
    return result


@contextlib.asynccontextmanager
async def watched_loop(late: list[float]) -> AsyncIterator[None]:
    """Note how late the event loop is with what is due, in milliseconds."""

    async def tick() -> None:
        while True:
            start = perf_counter()
            await asyncio.sleep(_TICK)
            late.append((perf_counter() - start - _TICK) * 1000)

    ticking = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticking.cancel()
        await asyncio.wait([ticking])


@contextlib.asynccontextmanager
async def arrivals(
    a_second: float, rng: random.Random, arrive: Callable[[float], Coroutine[Any, Any, None]]
) -> AsyncIterator[None]:
    """Let members arrive at times of their own, the first at once, so many in a second on average. `arrive` is given when one was due, by
    `perf_counter`, however late the event loop is.
    """
    tasks: set[asyncio.Task[None]] = set()

    async def come() -> None:
        due = perf_counter()
        while True:
            tasks.add(asyncio.create_task(arrive(due)))
            due += rng.expovariate(a_second)
            await asyncio.sleep(due - perf_counter())

    coming = asyncio.create_task(come())
    try:
        yield
    finally:
        coming.cancel()
        await asyncio.wait([coming, *tasks])
    for task in tasks:
        task.result()


def p99(times: Sequence[float]) -> float:
    """What 99 of 100 times do not exceed."""
    return sorted(times)[-(-len(times) * 99 // 100) - 1]


def cells(times: Sequence[float]) -> list[str]:
    """The p50, p99 and maximum of times for a table."""
    return [f"{value:.2f}" for value in (median(times), p99(times), max(times))]


def machine() -> str:
    """Where it was measured, and how busy it was."""
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs (load {load}), "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def judge(console: Console, demands: Iterable[tuple[str, bool]]) -> int:
    """Say of each demand whether it holds; the exit status: 1 if one does not."""
    status = 0
    console.print()
    for demand, holds in demands:
        console.print(f"{'[green]holds[/]' if holds else '[red]FAILS[/]'}  {demand}", highlight=False)
        status = status if holds else 1
    return status
