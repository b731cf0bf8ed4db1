"""One run: a bot and a stand-in for Discord, in a fresh process."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import ssl
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import trustme

from benchmarks.clicks.bots import Bot, Running, cores, start_bot
from benchmarks.clicks.cases import Case
from benchmarks.clicks.payloads import Json
from benchmarks.clicks.standin import Standin
from bot.service import allow_many_connections

Result = TypeVar("Result")


@dataclass(frozen=True)
class Job:
    """What to run."""

    bot: Bot
    case: Case
    seed: str
    """Bots with the same one get the same clicks."""
    card: list[Json]
    """Components of the card for bots that post none."""


@dataclass(frozen=True)
class Place:
    """Where a run happens."""

    standin: Standin
    running: Running
    database: Path


def in_fresh_process(work: Callable[[Job], Result], job: Job) -> Result:
    """Do something where nothing before it has left anything behind."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        return pool.submit(work, job).result()


def run_alone(work: Coroutine[Any, Any, Result]) -> Result:
    """Run in this process, which gets a processor core of its own where there are two."""
    own = cores()
    if own is not None:
        os.sched_setaffinity(0, {own[0]})
    allow_many_connections()  # also for the bot: discord.py's defaults open a connection for each click
    try:
        import uvloop  # noqa: PLC0415 - not on Windows; it makes TLS cheaper for the stand-in
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


@contextlib.asynccontextmanager
async def started(job: Job, core: int | None) -> AsyncIterator[Place]:
    """The stand-in and the bot, which has nothing to do yet. It is killed at the end, before the files are removed."""
    case, settings = job.case, {}
    with tempfile.TemporaryDirectory(prefix="studyhall-") as name:
        folder = Path(name)
        standin = Standin(case.channel_ids(), case.delay)
        context = None
        if case.tls:
            context, settings["SSL_CERT_FILE"] = _certificate(folder)
        await standin.start(context)
        try:
            async with start_bot(job.bot, standin, folder, settings=settings, core=core) as running:
                database = dict(job.bot.settings).get("STUDYHALL_DATABASE", folder / "data/studyhall.db")
                yield Place(standin, running, Path(database))
        finally:
            await standin.stop()


def _certificate(folder: Path) -> tuple[ssl.SSLContext, str]:
    """For the server, and the file by which a bot knows it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    path = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return context, str(path)
