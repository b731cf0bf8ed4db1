"""`make bench`: how fast clicks are answered when a whole classroom clicks at once, and whether an answer is ever lost.

A stand-in for Discord on loopback (HTTP, websocket, zlib, TLS and delay if a case wants them) sends the clicks of members on a
question's card. Three bots answer them in turn, each in a process of its own: the floor, which only answers each click with a
fixed private text and stores nothing, with discord.py's defaults; the same with Studyhall's connector and settings of the
garbage collector (floor-tuned); and Studyhall itself (studyhall), started as `make run` starts it, with the shipped questions and
SQLite on disk. The stand-in and the bot have a processor core each. At the end of each run Studyhall is killed amid more clicks,
and its database compared with what the members saw: each answer that was acknowledged is there, once, and is that of the
member's first click.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import orjson
from rich.console import Console

from benchmarks.clicks.bots import ROOT, Bot
from benchmarks.clicks.cases import CASES
from benchmarks.clicks.contests import ALONE, Contest, contests, quick_contests
from benchmarks.clicks.questions import sample_card
from benchmarks.clicks.report import about, demands, disturbed, mistakes, show, to_json
from benchmarks.measuring import judge, progress_on, wide_console

_ENOUGH = 5
"""Pairs for a judgement."""

_CASES = "\n".join(
    [
        "cases:",
        *(f"  {case.name:10} {case.about}" for case in CASES.values()),
        "  grown      5,000 at once, with no answers and with 10,000,000 in the database",
        "  questions  5,000 at once, with the shipped bank and with 10,000 questions",
        "  start      from the start of the process to being ready; then what it needs when idle",
        "",
        "exit status: 1 if an answer is lost, doubled or wrong; and, after a full run (at least 5 pairs, all clicks), if a",
        "demand on speed or size does not hold.",
    ]
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, show and judge; the exit status."""
    chosen = _parser().parse_args(arguments)
    console = wide_console()
    card = sample_card(ROOT / "questions")
    for line in about():
        console.print(line, highlight=False, soft_wrap=True)
    if chosen.clicks is not None:
        console.print(f"At most {chosen.clicks:,} clicks in each case", highlight=False)
    if chosen.quick:
        played = quick_contests()
        _play(console, played, 1, card)
    else:
        names = chosen.case or [*CASES, *ALONE]
        with contests(
            names, chosen.bots, clicks=chosen.clicks, answers=chosen.answers, folder=chosen.folder, keep=chosen.keep,
            console=console,
        ) as played:  # fmt: skip
            _play(console, played, chosen.pairs, card)
    show(console, played)
    if words := disturbed(played):
        console.print(f"[yellow]{words}[/]", highlight=False)
    if chosen.json:
        chosen.json.write_bytes(orjson.dumps(to_json(played), option=orjson.OPT_INDENT_2))
    found = list(mistakes(played))
    for words in found:
        console.print(f"[red]WRONG[/]  {words}", highlight=False, soft_wrap=True)
    is_full = chosen.pairs >= _ENOUGH and chosen.clicks is None and not chosen.quick
    status = judge(console, demands(played)) if is_full else 0
    return 1 if found else status


def _play(console: Console, played: Sequence[Contest], pairs: int, card: list[dict[str, object]]) -> None:
    with progress_on(console) as progress:
        for contest in played:
            contest.play(pairs, card, progress)


def _bots(text: str) -> list[Bot]:
    try:
        return [Bot.parse(name) for name in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.clicks",
        description=__doc__,
        epilog=_CASES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--case",
        action="append",
        choices=[*CASES, *ALONE],
        metavar="NAME",
        help="only this one; may be repeated",
    )
    parser.add_argument(
        "--bots", type=_bots, default="floor,floor-tuned,studyhall", metavar="NAMES",
        help="with commas between them; the first is what the others are compared with. studyhall:SETTING=value is "
        "Studyhall with a setting (default: floor,floor-tuned,studyhall)",
    )  # fmt: skip
    parser.add_argument(
        "--pairs", type=int, default=_ENOUGH, help="how often each bot is measured (default: 5)"
    )
    parser.add_argument("--clicks", type=int, help="at most so many in each case")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="half a minute, only to see that no answer is lost, doubled or wrong",
    )
    parser.add_argument(
        "--answers",
        type=int,
        default=10_000_000,
        help="in the database of the case grown (default: 10000000)",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        help="where that database goes; benchmarks.boards makes the same one (default: temporary)",
    )
    parser.add_argument("--keep", action="store_true", help="keep it; the next run uses it again")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all that was measured into a file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
