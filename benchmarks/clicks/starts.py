"""Starting, and having nothing to do: how long, and how much it takes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from benchmarks.clicks.bots import cores
from benchmarks.clicks.run import Job, run_alone, started

_AFTER = 3.0
"""Seconds from being ready to the first look at what an idle bot needs."""


@dataclass
class Start:
    """A bot that starts with a new database, and then idles. What the system does not tell is no number (nan)."""

    seconds: float
    """From the start of the process to the end of what it does once Discord has told it of its servers."""
    memory: float
    """Of the idle process, in megabytes."""
    cpu: float
    """Of the idle process, in per cent of a core."""


def start(job: Job) -> Start:
    """Measure how a bot starts. It then idles for as many seconds as the case takes."""
    own = cores()
    return run_alone(_start(job, own[1] if own else None))


async def _start(job: Job, core: int | None) -> Start:
    async with started(job, core) as place:
        running = place.running
        await asyncio.sleep(_AFTER)
        before = running.cpu()
        await asyncio.sleep(job.case.seconds)
        after = running.cpu()
        used = (after - before) * 100 / job.case.seconds
        return Start(running.ready_after, running.memory("VmRSS"), used)
