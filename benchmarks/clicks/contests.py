"""Which bots are measured in which cases, one after the other in turn."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.progress import Progress

from benchmarks.banks import write_copies
from benchmarks.boards import Place
from benchmarks.clicks.bots import ROOT, Bot
from benchmarks.clicks.bursts import burst
from benchmarks.clicks.cases import BURST, CASES, Case
from benchmarks.clicks.payloads import Json
from benchmarks.clicks.run import Job, in_fresh_process
from benchmarks.clicks.starts import start
from benchmarks.history import large_server, other_servers
from bot.banks.loader import load_catalog

BANK = ROOT / "questions" / "hf-agents"

_SERVERS = 1_000
_QUESTIONS = 10_000
_GROWN = replace(BURST, name="grown", about="5,000 clicks at once, with an empty and with a large database")
_LARGE_BANK = replace(
    BURST, name="questions", about="5,000 clicks at once, with the shipped and with a large bank"
)
_IDLE = Case("start", "start with a new database, then idle for 20 s", 0, seconds=20)

QUICK = Case(
    "quick", "500 clicks with TLS, 50 ms, hints and a board, in 8 channels, in 1 s", 500, seconds=1,
    channels=8, servers=2, hints=0.1, boards=True, tls=True, delay=0.05,
)  # fmt: skip

ALONE = ("grown", "questions", "start")
"""Cases in which our bot is compared with itself, or which are not about clicks."""


@dataclass
class Contest:
    """Bots in one case, and what came of it. The first bot is what the others are compared with."""

    case: Case
    bots: Sequence[Bot]
    measure: Callable[[Job], Any] = burst
    results: dict[str, list[Any]] = field(default_factory=dict)
    """By bot, a result for each pair."""

    def play(self, pairs: int, card: list[Json], progress: Progress) -> None:
        """Measure all bots so many times, each time in another order."""
        task = progress.add_task(self.case.name, total=pairs * len(self.bots))
        self.results = {bot.name: [] for bot in self.bots}
        for pair in range(pairs):
            turn = pair % len(self.bots)
            for bot in [*self.bots[turn:], *self.bots[:turn]]:
                progress.update(task, description=f"{self.case.name}: {bot.name}")
                job = Job(bot, self.case, f"{self.case.name} {pair}", card)
                self.results[bot.name].append(in_fresh_process(self.measure, job))
                progress.advance(task)


@contextmanager
def contests(
    names: Sequence[str], bots: Sequence[Bot], *, clicks: int | None, answers: int, folder: Path | None,
    keep: bool, console: Console,
) -> Iterator[list[Contest]]:  # fmt: skip
    """The contests of these names, with the databases and banks that they need."""
    with ExitStack() as stack:
        found = []
        for name in names:
            if name == "grown":
                place = stack.enter_context(_grown(answers, folder, keep, console))
                found.append(Contest(_GROWN.scaled(clicks), _grown_bots(place, answers)))
            elif name == "questions":
                banks = Path(stack.enter_context(TemporaryDirectory(prefix="studyhall-")))
                found.append(Contest(_LARGE_BANK.scaled(clicks), _bank_bots(banks)))
            elif name == "start":
                one_each = [bot for bot in bots if bot.kind != "floor-tuned"]
                found.append(Contest(_IDLE, one_each, start))
            else:
                found.append(Contest(CASES[name].scaled(clicks), bots))
        yield found


def quick_contests() -> list[Contest]:
    """A few clicks of each kind, to see whether the answers are right."""
    floor, ours = Bot.parse("floor"), Bot.parse("studyhall")
    return [Contest(QUICK, [floor, ours])]


@contextmanager
def _grown(answers: int, folder: Path | None, keep: bool, console: Console) -> Iterator[Path]:
    """A database with so many answers."""
    with ExitStack() as stack:
        where = folder or Path(stack.enter_context(TemporaryDirectory(prefix="studyhall-")))
        where.mkdir(parents=True, exist_ok=True)
        servers = [large_server(answers // 10), *other_servers(_SERVERS - 1, answers - answers // 10)]
        place = Place("Large", where / f"large-{answers}-{_SERVERS}.db", servers)
        if not keep:
            stack.callback(place.remove)
        place.make(console)
        with closing(sqlite3.connect(place.path)) as connection:
            # years ago the answers were made reviews, as a bot does meanwhile
            connection.execute(
                "INSERT INTO fact SELECT 'reviewed', max(id) FROM answer WHERE true ON CONFLICT DO UPDATE SET value = excluded.value"
            )
            connection.commit()
        yield place.path


def _grown_bots(database: Path, answers: int) -> list[Bot]:
    # neither a copy of the database nor the end of servers that are not there must come in between
    settings = (("STUDYHALL_BACKUPS_KEPT", "0"), ("STUDYHALL_KEEP_SERVERS_DAYS", "365"))
    grown = (("STUDYHALL_DATABASE", str(database.absolute())), *settings)
    return [Bot("no answers", "studyhall", settings), Bot(f"{answers:,} answers", "studyhall", grown)]


def _bank_bots(banks: Path) -> list[Bot]:
    shipped = len(load_catalog(BANK).catalog.default.questions)
    copies = -(-_QUESTIONS // shipped)
    write_copies(BANK, banks / BANK.name, copies)
    many = (("STUDYHALL_BANKS", str(banks)),)
    return [
        Bot(f"{shipped} questions", "studyhall"),
        Bot(f"{shipped * copies:,} questions", "studyhall", many),
    ]
