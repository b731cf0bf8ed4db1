"""`python -m benchmarks.stalls`: how long clicks wait while a large bank is read again, pictures are drawn, a plan is made.

The whole bot runs in one process as after a restart, without Discord. Members answer an open round, a hundred a second, each
at a time of their own, and what counts is how much later than that the card with the verdict is ready. The large bank has the
shipped questions many times over.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.table import Table

from benchmarks.banks import write_copies
from benchmarks.measuring import arrivals, cells, judge, machine, p99, timed, watched_loop, wide_console
from bot.app import open_app
from bot.banks.loader import load_catalog
from bot.clock import SystemClock
from bot.config import Settings, load_settings
from bot.domain.questions import Bank
from bot.domain.rounds import Round
from bot.domain.statistics import Day
from bot.running import App
from bot.service import change_threads_often, collect_garbage_rarely
from bot.storage.database import Database
from bot.storage.rounds import RoundStore
from cogs.cards.exam_pictures import Attempt, ExamHistory, ExamTopics, TopicBar
from cogs.cards.verdicts import reply_card

P99_MS = 50.0

_CLICKS = 100
"""A second, on average."""
_GUILD = 1_200_000_000_000_000_000
_TODAY = date(2026, 3, 6)
_FIRST = "the first picture"
"""Which also loads all that draws it."""
_PLAN = "a study plan"
"""A second of computing with so many questions: shown, and not judged."""

Work = Callable[[], Awaitable[object]]


@dataclass
class Measured:
    """How long clicks waited beside some work, and how late the event loop was, in milliseconds."""

    name: str
    clicks: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    """How long the work took, each time."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, measure and judge; the exit status: 1 if the demand does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stalls", description=__doc__)
    parser.add_argument(
        "--bank", type=Path, default=Path("questions/hf-agents"), help="the folder whose questions are taken"
    )
    parser.add_argument("--questions", type=int, default=10_000, help="in the large bank (default: 10000)")
    parser.add_argument(
        "--seconds", type=float, default=15.0, help="for which each work is done at least (default: 15)"
    )
    chosen = parser.parse_args(arguments)
    console = wide_console()
    bank = load_catalog(chosen.bank).catalog.default
    with tempfile.TemporaryDirectory(prefix="studyhall-") as folder:
        place = {
            "banks": Path(folder) / "questions",
            "database": Path(folder) / "stalls.db",
            "backups_kept": 0,
        }
        settings = load_settings().model_copy(update=place)
        copies = -(-chosen.questions // len(bank.questions))
        write_copies(chosen.bank, settings.banks / bank.id, copies)
        measured = asyncio.run(_measure(console, settings, bank, chosen.seconds))
    console.print(
        f"\n{machine()}\nA bank of {copies * len(bank.questions):,} questions",
        highlight=False,
        soft_wrap=True,
    )
    return _judge(console, measured)


async def _measure(console: Console, settings: Settings, bank: Bank, seconds: float) -> list[Measured]:
    round_ = await _open_round(settings, bank)
    async with open_app(settings) as app:
        await app.load()
        collect_garbage_rarely()
        change_threads_often()
        members, measured = _Members(app, round_), []
        for name, work in _works(app).items():
            with console.status(f"Answering beside {name}"):
                measured.append(await members.answer_beside(name, work, 0 if name == _FIRST else seconds))
    return measured


async def _open_round(settings: Settings, bank: Bank) -> Round:
    """Open a round, as if the bot had been stopped meanwhile."""
    question = next(question for question in bank.questions if question.choose == 1)
    now = SystemClock().now()
    async with Database.open(settings.database) as database:
        round_ = await RoundStore(database).add(
            guild_id=_GUILD,
            channel_id=_GUILD + 1,
            question=question,
            order=range(len(question.options)),
            opened_at=now,
            closes_at=now + timedelta(days=1),
        )
    assert round_ is not None  # noqa: S101
    return round_


def _works(app: App) -> dict[str, Work]:
    """What may hold clicks up. No picture is drawn twice."""
    rng = random.Random(8)
    learners = count(1)
    exam_day = SystemClock().now().date() + timedelta(days=60)

    def days() -> list[Day]:
        answers = [rng.randint(1, 40) for _ in range(80)]
        return [Day(_TODAY - timedelta(days=ago), many, many, many // 2) for ago, many in enumerate(answers)]

    def exam() -> ExamTopics:
        bars = [TopicBar(f"The title of the topic with number {n}", rng.randint(0, 9), 9) for n in range(18)]
        return ExamTopics(tuple(bars), 80)

    def exams() -> ExamHistory:
        attempts = [Attempt(_TODAY - timedelta(days=30 - n), rng.randint(0, 30), 30, 80) for n in range(25)]
        return ExamHistory(tuple(attempts))

    return {
        "nothing": lambda: asyncio.sleep(1),
        "a reload": app.library.reload,
        _FIRST: lambda: app.pictures.activity(days(), _TODAY),
        "a picture of 12 weeks": lambda: app.pictures.activity(days(), _TODAY),
        "a picture of an exam": lambda: app.pictures.exam_topics(exam()),
        "a picture of past exams": lambda: app.pictures.exam_history(exams()),
        _PLAN: lambda: app.study_plans.make(next(learners), _GUILD, exam_day.isoformat(), None),
    }


class _Members:
    """Answer a round, each of them once."""

    def __init__(self, app: App, round_: Round) -> None:
        self._app = app
        self._round = round_
        self._rng = random.Random(7)
        self._members = count(_GUILD + 2)

    async def answer_beside(self, name: str, work: Work, seconds: float) -> Measured:
        """Answer while some work is done, once and again until so many seconds are over."""
        measured = Measured(name)
        end = perf_counter() + seconds
        clicking = arrivals(_CLICKS, self._rng, lambda due: self._click(due, measured.clicks))
        async with watched_loop(measured.late), clicking:
            await timed(work(), measured.work)
            while perf_counter() < end:
                await timed(work(), measured.work)
        return measured

    async def _click(self, due: float, times: list[float]) -> None:
        """One member's click, which should have been answered when it was due."""
        round_, member = self._round, next(self._members)
        place = self._rng.randrange(len(round_.order))
        clicked_at = SystemClock().now()
        reply = await self._app.rounds.answer(
            round_.id, _GUILD, member, [place], clicked_at, round_.channel_id
        )
        card = reply_card(reply, self._app.open_rounds.following(round_, member))
        json.dumps(card.to_components())  # type: ignore[no-untyped-call]
        times.append((perf_counter() - due) * 1000)


def _judge(console: Console, measured: Sequence[Measured]) -> int:
    table = Table(title="\nFrom click to verdict, in ms, beside", title_justify="left", title_style="bold")
    table.add_column("")
    for heading in ("takes", "clicks", "p50", "p99", "max", "loop late: p50", "p99", "max"):
        table.add_column(heading, justify="right")
    for each in measured:
        took = f"{median(each.work):,.0f}"
        table.add_row(each.name, took, f"{len(each.clicks):,}", *cells(each.clicks), *cells(each.late))
    console.print(table)
    demands = []
    for each in measured[1:]:
        if each.name == _PLAN:
            continue
        found = p99(each.clicks)
        demand = f"Beside {each.name}, clicks wait {P99_MS:.0f} ms at most (p99): {found:.1f} ms"
        demands.append((demand, found <= P99_MS))
    return judge(console, demands)


if __name__ == "__main__":
    sys.exit(main())
