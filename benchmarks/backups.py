"""`python -m benchmarks.backups`: how long answers wait while a large database is backed up, and whether that is enough.

Answers come one after the other, first alone, then while the bot makes its daily backup, then while somebody else copies the
database with `python -m bot backup`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.table import Table

from benchmarks.boards import Pen, Place
from benchmarks.history import large_server, other_servers
from benchmarks.measuring import cells, judge, machine, p99, timed, wide_console
from bot.storage.backups import back_up
from bot.storage.database import Database

PAUSE = 0.005
"""Seconds between two answers."""
ALONE = 10.0
"""Seconds for which answers are measured without a backup."""

P99_MS, LONGEST_MS = 50.0, 500.0


@dataclass
class Measured:
    """How long answers took, and how long the backup beside them."""

    name: str
    times: list[float] = field(default_factory=list)
    seconds: float = 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, measure and judge; the exit status: 1 if a demand does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backups", description=__doc__)
    parser.add_argument(
        "--answers", type=int, default=4_000_000, help="in the database (default: 4000000, 1 GB)"
    )
    parser.add_argument("--folder", type=Path, help="where the database goes (default: a new temporary one)")
    parser.add_argument("--keep", action="store_true", help="keep the database; the next run uses it again")
    chosen = parser.parse_args(arguments)
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="studyhall-"))
    folder.mkdir(parents=True, exist_ok=True)
    console = wide_console()
    in_one = chosen.answers // 10
    servers = [large_server(in_one), *other_servers(99, chosen.answers - in_one)]
    place = Place("Large", folder / f"backups-{chosen.answers}.db", servers)
    copy = folder / "backups-copy.db"
    try:
        place.make(console)
        measured = asyncio.run(_measure(place, copy))
    finally:
        copy.unlink(missing_ok=True)
        if not chosen.keep:
            place.remove()
    console.print(f"\n{machine()}\n{place}", highlight=False, soft_wrap=True)
    return _judge(console, measured)


async def _measure(place: Place, copy: Path) -> list[Measured]:
    async def own_backup() -> None:
        await asyncio.to_thread(back_up, place.path, copy, replace=True)

    async def foreign_backup() -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "backup", str(copy), "--force"),
            env={**os.environ, "STUDYHALL_DATABASE": str(place.path)},
            stdout=asyncio.subprocess.DEVNULL,
        )
        if await process.wait():
            raise RuntimeError("the backup failed")

    works: dict[str, Callable[[], Awaitable[None]]] = {
        "alone": lambda: asyncio.sleep(ALONE),
        "daily backup": own_backup,
        "backup by hand": foreign_backup,
    }
    async with Database.open(place.path) as database:
        pen = await Pen.take(database, place.servers[0])
        return [await _beside(name, work, pen, place) for name, work in works.items()]


async def _beside(name: str, work: Callable[[], Awaitable[None]], pen: Pen, place: Place) -> Measured:
    """Record answers for as long as some work takes."""
    measured = Measured(name)
    members, rng = place.servers[0].members, random.Random(5)
    await pen.next_round()
    waiting = rng.sample(members, len(members))
    start = perf_counter()
    task = asyncio.ensure_future(work())
    while not task.done():
        if not waiting:
            await pen.next_round()
            waiting = rng.sample(members, len(members))
        await timed(pen.record([waiting.pop()]), measured.times)
        await asyncio.sleep(PAUSE)
    await task
    measured.seconds = perf_counter() - start
    return measured


def _judge(console: Console, measured: Sequence[Measured]) -> int:
    table = Table(title="\nRecording an answer, in ms", title_justify="left", title_style="bold")
    for column in ("", "took", "answers", "p50", "p99", "max"):
        table.add_column(column, justify="right" if column else "left")
    for each in measured:
        table.add_row(each.name, f"{each.seconds:.1f} s", f"{len(each.times):,}", *cells(each.times))
    console.print(table)
    demands = []
    for each in measured[1:]:
        demands += [
            (
                f"During a {each.name}, answers wait {P99_MS:.0f} ms at most (p99): {p99(each.times):.1f} ms",
                p99(each.times) <= P99_MS,
            ),
            (
                f"During a {each.name}, no answer waits longer than {LONGEST_MS:.0f} ms: {max(each.times):.0f} ms",
                max(each.times) <= LONGEST_MS,
            ),
        ]
    console.print(f"Median without a backup: {median(measured[0].times):.2f} ms", highlight=False)
    return judge(console, demands)


if __name__ == "__main__":
    sys.exit(main())
