"""Loading banks in a process of its own, while the bot goes on.

A thread would not do: the YAML parser keeps all others waiting until it has read a file to its end, and what it makes of
ten thousand questions would leave the bot larger for good.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from bot.banks.loader import Loaded, load_catalog
from bot.banks.mistakes import Problem
from bot.domain.questions import Bank, Catalog, ExamFormat, Question, Topic
from bot.errors import BankError

_LOT = 20
"""Questions that are taken over at a time, in about half a millisecond."""

_PAUSE = 0.002
"""Seconds between two lots, for the loop to rest: threads, such as the database's, hardly get on while it does not."""

_PATIENCE = 120.0
"""Seconds. Ten thousand questions take some five."""

_LONGEST_LINE = 1 << 22
"""Bytes; several times what the questions of a lot can take, as the length of what is shown of each is limited."""


async def load_catalog_apart(folder: Path) -> Loaded:
    """What `load_catalog()` gives.

    Raises:
        BankError: the other process was ended before it was done.
    """
    try:
        async with asyncio.timeout(_PATIENCE), _reading(folder) as lines:
            return await _receive(lines)
    except (EOFError, OSError, ValueError) as error:
        reason = str(error) or f"that took more than {_PATIENCE:.0f} s"
        raise BankError(
            f"The banks could not be read: {reason}. A process of its own does that; memory may be short for it. Try again later."
        ) from error


@asynccontextmanager
async def _reading(folder: Path) -> AsyncIterator[asyncio.StreamReader]:
    """A process that reads the banks; what it says."""
    hidden = {"DISCORD_TOKEN", "DISCORD_TOKEN_FILE"}  # it needs none
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "bot.banks.apart", str(folder)),
        stdout=asyncio.subprocess.PIPE,
        env={**kept, "PYTHONPATH": os.pathsep.join(sys.path)},
        limit=_LONGEST_LINE,
    )
    assert process.stdout is not None  # noqa: S101
    try:
        yield process.stdout
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _receive(source: asyncio.StreamReader) -> Loaded:
    """What `_lines()` says.

    Raises:
        EOFError: its end is missing.
    """
    heads = await _read(source)
    problems: list[Problem] = []
    while found := await _read(source):
        problems += [Problem(**each) for each in found]
    questions: dict[str, list[Question]] = {head["id"]: [] for head in heads}
    while lot := await _read(source):
        for values in lot:
            questions[values["bank"]].append(Question.from_dict(values))
        await asyncio.sleep(_PAUSE)
    banks = [_bank(head, questions[head["id"]]) for head in heads]
    return Loaded(Catalog({bank.id: bank for bank in banks}), tuple(problems))


async def _read(source: asyncio.StreamReader) -> Any:
    line = await source.readline()
    if not line.endswith(b"\n"):
        raise EOFError("the process that was to do it has ended early")
    return orjson.loads(line)


def _bank(head: Mapping[str, Any], questions: list[Question]) -> Bank:
    topics = {id_: Topic(**topic) for id_, topic in head["topics"].items()}
    return Bank(
        **{**head, "topics": topics, "questions": tuple(questions), "exam": ExamFormat(**head["exam"])}
    )


def _lines(loaded: Loaded) -> Iterator[Any]:
    """The banks without their questions, then problems and questions in lots, of which the last of each are empty."""
    banks = loaded.catalog.banks.values()
    yield [replace(bank, questions=()) for bank in banks]
    yield from _lots(loaded.problems)
    yield from _lots([question for bank in banks for question in bank.questions])


def _lots(things: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for first in range(0, len(things), _LOT):
        yield things[first : first + _LOT]
    yield []


if __name__ == "__main__":
    if sys.platform != "win32":
        os.nice(10)  # on a machine with one CPU, clicks come first
    for line in _lines(load_catalog(Path(sys.argv[1]))):
        sys.stdout.buffer.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
