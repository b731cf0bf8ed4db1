"""`python -m benchmarks.boards`: how fast boards and answers are in a large database, and whether that is enough.

The same is measured in a small database, where the same 5,000 members have given a tenth of the answers. Calls
go to one and the other in turn, so that whatever else the machine does hits both.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.history import (
    BANK,
    CHALLENGE,
    LAST_DAY,
    QUESTIONS,
    TOPIC,
    Server,
    at,
    build,
    large_server,
    other_servers,
)
from benchmarks.measuring import cells, judge, machine, p99, progress_on, timed, wide_console
from bot.domain.boards import EVERYTHING, pages
from bot.domain.rounds import Answer, Round
from bot.domain.scoring import Outcome
from bot.domain.windows import WEEK, Choice, Period, Span, monday, span
from bot.storage.answers import AnswerStore
from bot.storage.boards import BoardStore
from bot.storage.database import Database, from_day
from bot.storage.rounds import RoundStore
from bot.storage.scopes import ScopeStore
from bot.storage.scores import ScoreStore

BURSTS, BURST = 40, 500
"""How often so many answers come at once."""

PAGE_MS = 20.0
PAGE_RATIO = 2.0
RECORDING_RATIO = 1.5

_IN_SMALL = 10
"""The small database has so many times fewer answers in the large server, and so many servers."""


@dataclass
class Timings:
    """How long calls took in the large and in the small database, in milliseconds."""

    name: str
    large: list[float] = field(default_factory=list)
    small: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """How many times longer it takes in the large one. Medians, which no hiccup of the machine moves."""
        return median(self.large) / median(self.small)


@dataclass
class Place:
    """A database to measure, and how it was made."""

    name: str
    path: Path
    servers: Sequence[Server]
    made: str = "from an earlier run"
    size: int = 0

    def make(self, console: Console) -> None:
        """Make the database unless it is there."""
        if not self.path.exists():
            unfinished = self.path.with_suffix(".unfinished")
            unfinished.unlink(missing_ok=True)
            with progress_on(console) as progress:
                asyncio.run(self._make(progress, unfinished))
            unfinished.rename(self.path)
        self.size = self.path.stat().st_size

    async def _make(self, progress: Progress, path: Path) -> None:
        answers = sum(server.answers for server in self.servers)
        task = progress.add_task(f"Making {answers:,} answers", total=answers)
        start = perf_counter()
        await build(path, self.servers, lambda number: progress.advance(task, number))
        built = perf_counter()
        task = progress.add_task("Counting them, by server", total=len(self.servers))
        async with Database.open(path) as database:
            await ScoreStore(database).rebuild(lambda done, _: progress.update(task, completed=done))
            counted = perf_counter()
            log = _log_size(path)
        self.made = (
            f"made in {built - start:.0f} s, counted in {counted - built:.0f} s "
            f"with a log of {log / 1e6:,.0f} MB"
        )

    def remove(self) -> None:
        """Delete the database, finished or not."""
        for file in self.path.parent.glob(f"{self.path.stem}.*"):
            file.unlink()

    def __str__(self) -> str:
        answers = sum(server.answers for server in self.servers)
        return (
            f"{self.name} database: {self.servers[0].answers:,} answers in the server of {answers:,} in "
            f"{len(self.servers):,} servers; {self.size / 1e6:,.0f} MB, {self.made}"
        )


def _log_size(path: Path) -> int:
    """Of the write-ahead log of a database, in bytes."""
    return path.with_name(f"{path.name}-wal").stat().st_size


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, measure and judge; the exit status: 1 if a demand does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.boards", description=__doc__)
    parser.add_argument(
        "--answers", type=int, default=10_000_000, help="in the large database; a tenth are in one server"
    )
    parser.add_argument("--servers", type=int, default=1_000, help="in the large database (default: 1000)")
    parser.add_argument("--folder", type=Path, help="where the databases go (default: a new temporary one)")
    parser.add_argument(
        "--keep", action="store_true", help="keep the databases in the folder; the next run uses them again"
    )
    parser.add_argument(
        "--calls", type=int, default=300, help="how often each call is measured (default: 300)"
    )
    chosen = parser.parse_args(arguments)
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="studyhall-"))
    folder.mkdir(parents=True, exist_ok=True)
    console = wide_console()
    in_one = chosen.answers // 10
    others = other_servers(chosen.servers - 1, chosen.answers - in_one)
    places = [
        Place(
            "Large", folder / f"large-{chosen.answers}-{chosen.servers}.db", [large_server(in_one), *others]
        ),
        Place(
            "Small",
            folder / f"small-{chosen.answers}-{chosen.servers}.db",
            [large_server(in_one // _IN_SMALL), *others[: _IN_SMALL - 1]],
        ),
    ]
    try:
        for place in places:
            place.make(console)
        return asyncio.run(_measure(console, *places, calls=chosen.calls))
    finally:
        if not chosen.keep:
            for place in places:
                place.remove()


async def _measure(console: Console, large: Place, small: Place, *, calls: int) -> int:
    server = large.servers[0]
    async with Database.open(large.path) as in_large, Database.open(small.path) as in_small:
        with progress_on(console) as progress:
            alone, with_streaks = await _measure_pages(progress, in_large, in_small, server, calls)
            recording = await _measure_recording(progress, in_large, in_small, server, calls)
    console.print(f"\n{machine()}\n{large}\n{small}", highlight=False, soft_wrap=True)
    headings = [f"{place.servers[0].answers:,}" for place in (large, small)]
    _print(console, "A page of a board", alone, headings)
    _print(console, "A page of a board with the streaks of its ten members", with_streaks, headings)
    _print(console, "Recording an answer", recording, headings)
    return _judge(console, with_streaks, recording)


async def _measure_pages(
    progress: Progress, large: Database, small: Database, server: Server, calls: int
) -> tuple[list[Timings], list[Timings]]:
    """Pages alone, and with the streaks of the members on them."""
    stores = [BoardStore(large), BoardStore(small)]
    names = [ScopeStore(large), ScopeStore(small)]
    bank = [await store.find(BANK) or 0 for store in names]
    topic = [await store.find(BANK, TOPIC) or 0 for store in names]
    everything = [EVERYTHING, EVERYTHING]
    all_time = span(Choice.ALL_TIME, LAST_DAY)
    boards = {
        "this week": (span(Choice.THIS_WEEK, LAST_DAY), everything),
        "this month": (span(Choice.THIS_MONTH, LAST_DAY), everything),
        "all time": (all_time, everything),
        "all time, a topic": (all_time, topic),
        "all time, the bank": (all_time, bank),
        "a challenge": (Span(Period.CHALLENGE, challenge_id=CHALLENGE), everything),
    }
    last = pages(len(server.members)) - 1
    numbers = {"first": 0, "in the middle": last // 2, "last": last, "my own": None}
    rng = random.Random(3)
    task = progress.add_task("Turning pages", total=len(boards) * len(numbers) * calls)
    alone, with_streaks = [], []
    for board, (of, scopes) in boards.items():
        for place, number in numbers.items():
            page, both = Timings(f"{board}: {place}"), Timings(f"{board}: {place}")
            takes = list(zip(stores, scopes, (page.large, page.small), (both.large, both.small), strict=True))
            for _ in range(calls):
                member = rng.choice(server.members)
                takes.reverse()
                for store, scope, pages_ms, both_ms in takes:
                    start = perf_counter()
                    found = await store.page(server.guild_id, of, scope, member, number)
                    middle = perf_counter()
                    await store.played(
                        server.guild_id, [standing.score.member_id for standing in found.standings]
                    )
                    end = perf_counter()
                    assert found.members > len(server.members) * 0.9  # noqa: S101
                    pages_ms.append((middle - start) * 1000)
                    both_ms.append((end - start) * 1000)
                progress.advance(task)
            alone.append(page)
            with_streaks.append(both)
    return alone, with_streaks


async def _measure_recording(
    progress: Progress, large: Database, small: Database, server: Server, calls: int
) -> list[Timings]:
    """One answer after the other, and many at once, in a week in which nobody has answered yet."""
    clicks = Timings("one at a time")
    bursts = Timings(f"{BURST} at once, each")
    rng = random.Random(4)
    task = progress.add_task("Recording answers", total=calls + BURSTS)
    pens = [
        (await Pen.take(large, server), clicks.large, bursts.large),
        (await Pen.take(small, server), clicks.small, bursts.small),
    ]
    for member in rng.sample(server.members, calls):
        pens.reverse()
        for pen, click_ms, _ in pens:
            await timed(pen.record([member]), click_ms)
        progress.advance(task)
    for _ in range(BURSTS):
        members = rng.sample(server.members, BURST)
        pens.reverse()
        for pen, _, burst_ms in pens:
            await pen.next_round()
            start = perf_counter()
            await pen.record(members)
            burst_ms.append((perf_counter() - start) * 1000 / BURST)
        progress.advance(task)
    return [clicks, bursts]


class Pen:
    """Records answers on a day of its own."""

    def __init__(self, database: Database, server: Server, day: date) -> None:
        self._answers = AnswerStore(database)
        self._rounds = RoundStore(database)
        self._server = server
        self._day = day
        self._questions = iter(QUESTIONS)
        self._round: Round | None = None

    @classmethod
    async def take(cls, database: Database, server: Server) -> Pen:
        """A pen for the first day after the last week with answers."""
        ((last,),) = await database.read(
            "SELECT max(day) FROM member_day WHERE guild_id = ?", (server.guild_id,)
        )
        pen = cls(database, server, monday(from_day(last)) + WEEK)
        await pen.next_round()
        return pen

    async def next_round(self) -> None:
        """Answer the next question from now on."""
        question = next(self._questions)
        self._round = await self._rounds.add(
            guild_id=self._server.guild_id,
            channel_id=self._server.guild_id + 1,
            question=question,
            order=range(len(question.options)),
            opened_at=at(self._day),
            closes_at=at(self._day, 23),
        )

    async def record(self, members: Sequence[int]) -> None:
        """Record the answers of members that come at the same time."""
        await asyncio.gather(*(self._answers.add(self._answer(member)) for member in members))

    def _answer(self, member: int) -> Answer:
        assert self._round  # noqa: S101
        took = timedelta(seconds=9)
        clicked_at = self._round.opened_at + took
        return Answer(
            self._round.id, member, frozenset({0}), clicked_at, 0, Outcome.RIGHT, 10, self._day, took
        )


def _print(console: Console, title: str, measured: Sequence[Timings], headings: Sequence[str]) -> None:
    table = Table(title=f"\n{title}, in ms", title_justify="left", title_style="bold")
    table.add_column("")
    for heading in headings:
        for column in (f"{heading}: p50", "p99", "max"):
            table.add_column(column, justify="right")
    table.add_column("ratio of p50", justify="right")
    for timings in measured:
        table.add_row(timings.name, *cells(timings.large), *cells(timings.small), f"{timings.ratio:.2f}")
    console.print(table)


def _judge(console: Console, turned: Sequence[Timings], recording: Sequence[Timings]) -> int:
    slowest = max(p99(timings.large) for timings in turned)
    page_ratio = max(timings.ratio for timings in turned)
    recording_ratio = max(timings.ratio for timings in recording)
    demands = [
        (
            f"A page with streaks takes less than {PAGE_MS:.0f} ms (p99): {slowest:.1f} ms",
            slowest < PAGE_MS,
        ),
        (
            f"A page with streaks takes at most {PAGE_RATIO} times as long: {page_ratio:.2f} times",
            page_ratio <= PAGE_RATIO,
        ),
        (
            f"Recording takes at most {RECORDING_RATIO} times as long: {recording_ratio:.2f} times",
            recording_ratio <= RECORDING_RATIO,
        ),
    ]
    return judge(console, demands)


if __name__ == "__main__":
    sys.exit(main())
