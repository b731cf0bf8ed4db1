"""What came of the contests: tables, JSON, and whether it is enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import version
from math import isnan, nan
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.clicks.bots import cores
from benchmarks.clicks.bursts import Burst
from benchmarks.clicks.contests import Contest
from benchmarks.clicks.payloads import Json
from benchmarks.clicks.starts import Start
from benchmarks.measuring import machine

_COLUMNS = ("clicks/s", "ratio", "p50", "p99", "max", "late", "lost", "CPU", "ratio", "MB", "edits")
_DISTURBING = 0.1
"""When other processes use more of the bot's core, they change what is measured."""

_FULL = 0.9
"""When the stand-in uses more of its core, it is slower than what is measured."""

_STARTS = ("ready after (s)", "idle MB", "idle CPU (%)")

Demand = tuple[str, bool]


def about() -> list[str]:
    """The machine and what was measured on it."""
    own = cores()
    pinned = (
        f"The stand-in on core {own[0]}, the bot on core {own[1]}"
        if own
        else "Less than two cores, or a system that pins no process: nothing is pinned, so the figures are of little worth"
    )
    return [
        machine() + _processor(),
        ", ".join(f"{name} {version(name)}" for name in ("discord.py", "aiohttp", "orjson")),
        pinned,
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f", {names[0]}" if names else ""


def show(console: Console, contests: Sequence[Contest]) -> None:
    """Print one table of all clicks, and one of the starts."""
    clicks = [contest for contest in contests if not _is_start(contest)]
    if clicks:
        table = _table("Clicks: medians, times in ms; late and lost are the most of any run", _COLUMNS)
        for contest in clicks:
            table.add_section()
            table.add_row(f"[bold]{contest.case.name}[/]", *[""] * len(_COLUMNS))
            for name in contest.results:
                table.add_row(f"  {name}", *_cells(contest, name))
        console.print(table)
        for contest in clicks:
            console.print(f"{contest.case.name:>10}: {contest.case.about}", highlight=False)
    for contest in contests:
        if _is_start(contest):
            table = _table("Starting with a new database, and then idling", _STARTS)
            for name, results in contest.results.items():
                table.add_row(name, *_start_cells(results))
            console.print(table)


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=f"\n{title}", title_justify="left", title_style="bold")
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _cells(contest: Contest, name: str) -> list[str]:
    runs: list[Burst] = contest.results[name]
    ratio, cpu = _ratio(contest, name, "per_second"), _ratio(contest, name, "cpu")
    return [
        f"{_median(runs, 'per_second'):,.0f}", _number(ratio, 2),
        *(_number(_median(runs, field), 1) for field in ("p50", "p99", "max")),
        f"{max(run.late for run in runs):,}",
        f"{max(run.findings.unanswered + run.findings.lost for run in runs):,}",
        _number(_median(runs, "cpu"), 3), _number(cpu, 2), _number(_median(runs, "memory"), 0),
        _number(_median(runs, "edits"), 0),
    ]  # fmt: skip


def _start_cells(runs: Sequence[Start]) -> list[str]:
    values = zip(("seconds", "memory", "cpu"), (2, 0, 2), strict=True)
    return [_number(_median(runs, field), digits) for field, digits in values]


def disturbed(contests: Iterable[Contest]) -> str:
    """What to say of a machine that had other things to do; empty if there is nothing."""
    bursts = [
        run
        for contest in contests
        for runs in contest.results.values()
        for run in runs
        if isinstance(run, Burst)
    ]
    # processor time is counted in hundredths of a second, which says nothing of short runs
    many = sum(run.others > _DISTURBING and run.clicks > run.per_second for run in bursts)
    full = sum(run.standin > _FULL for run in bursts)
    return " ".join(
        words
        for words, number in (
            (
                f"In {many} of {len(bursts)} runs other processes took more than {_DISTURBING:.0%} of the bot's core: "
                "measure again on a quiet machine.",
                many,
            ),
            (
                f"In {full} of {len(bursts)} runs the stand-in had no time left: it is what was measured.",
                full,
            ),
        )
        if number
    )


def to_json(contests: Sequence[Contest]) -> Json:
    """All that was measured, and whether it is enough."""
    return {
        "about": about(),
        "demands": dict(demands(contests)),
        "cases": [
            {
                "name": contest.case.name,
                "case": asdict(contest.case),
                "bots": {
                    name: {
                        "ratios": _ratios(contest, name),
                        "runs": [asdict(run) for run in runs],
                    }
                    for name, runs in contest.results.items()
                },
            }
            for contest in contests
        ],
    }


def _ratios(contest: Contest, name: str) -> Json:
    fields = ("seconds", "memory") if _is_start(contest) else ("per_second", "p50", "p99", "cpu", "memory")
    return {field: _ratio(contest, name, field) for field in fields}


def mistakes(contests: Iterable[Contest]) -> Iterator[str]:
    """What must never be, however slow it is: of the bots that store answers."""
    for contest in contests:
        for bot in contest.bots:
            for run in contest.results[bot.name]:
                if bot.stores and isinstance(run, Burst) and not run.findings.is_sound:
                    found = run.findings
                    yield (
                        f"{contest.case.name}, {bot.name}: {found.unanswered} clicks unanswered, {found.lost} answers lost, "
                        f"{found.doubled} doubled, {found.wrong} wrong. {' '.join(found.examples)}"
                    )


def demands(contests: Iterable[Contest]) -> Iterator[Demand]:
    """What is demanded of our bot, and whether it holds."""
    for contest in contests:
        ours = next((bot.name for bot in contest.bots[1:] if bot.stores), None)
        if ours is not None:
            yield from _demands(contest, ours)


def _demands(contest: Contest, name: str) -> Iterator[Demand]:
    runs = contest.results[name]
    match contest.case.name:
        case "5000":
            yield _at_least("5,000 at once: clicks per second to the floor's", contest, name, 2.5)
            cpu = _ratio(contest, name, "cpu")
            yield f"5,000 at once: CPU per click at most 0.4 times the floor's: {cpu:.2f}", not cpu > 0.4
        case "500":
            yield _at_least("500 at once: clicks per second to the floor's", contest, name, 1.6)
        case "single":
            slower = _ratio(contest, name, "p50")
            yield f"A single click: at most 1.3 times as long as the floor (p50): {slower:.2f}", slower <= 1.3
        case "tls":
            late, lost = max(run.late for run in runs), max(run.findings.unanswered for run in runs)
            yield (
                f"5,000 at once with TLS and 150 ms: none late ({late}), none lost ({lost})",
                not late + lost,
            )
            memory = max(run.memory for run in runs)
            yield f"5,000 at once with TLS and 150 ms: less than 250 MB: {memory:.0f}", not memory >= 250
        case "tally":
            late, edits = max(run.late for run in runs), min(run.edits for run in runs)
            yield f"While the tally is edited ({edits} times): none late ({late})", not late and edits > 1
        case "grown":
            yield _at_least(f"Clicks per second with {name} to those with none", contest, name, 0.9)
        case "questions":
            yield _at_least(
                f"Clicks per second with {name} to those with the shipped bank", contest, name, 0.9
            )
        case "start":
            yield from _start_demands(contest, name)


def _start_demands(contest: Contest, name: str) -> Iterator[Demand]:
    runs: list[Start] = contest.results[name]
    floor = contest.results[contest.bots[0].name]
    later = median(own.seconds - other.seconds for own, other in zip(runs, floor, strict=True))
    yield f"Ready less than 2 s after the floor: {later:.2f} s", later < 2
    memory, cpu = _median(runs, "memory"), _median(runs, "cpu")
    # what the system does not tell (nan) is not judged
    yield f"Idle: less than 120 MB: {memory:.0f}", not memory >= 120
    yield f"Idle: less than 1 % of a core: {cpu:.2f} %", not cpu >= 1


def _at_least(words: str, contest: Contest, name: str, least: float) -> Demand:
    ratio = _ratio(contest, name, "per_second")
    return f"{words}: at least {least}: {ratio:.2f}", ratio >= least


def _is_start(contest: Contest) -> bool:
    return any(isinstance(run, Start) for runs in contest.results.values() for run in runs)


def _ratio(contest: Contest, name: str, field: str) -> float:
    """The median of the ratios within pairs."""
    own, other = contest.results[name], contest.results[contest.bots[0].name]
    pairs = ((getattr(a, field), getattr(b, field)) for a, b in zip(own, other, strict=True))
    return median(a / b if b else nan for a, b in pairs)


def _median(runs: Sequence[Any], field: str) -> float:
    values: list[float] = [getattr(run, field) for run in runs]
    return median(values)


def _number(value: float, digits: int) -> str:
    return "" if isnan(value) else f"{value:,.{digits}f}"
