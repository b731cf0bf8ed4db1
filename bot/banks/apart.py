"""Loading banks in a process of its own, while the bot goes on.

A thread would not do: the YAML parser keeps all others waiting until it has read a file to its end, and what it makes of
ten thousand questions would leave the bot larger for good.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
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

_LONGEST_LINE = 1 << 22
"""Bytes; several times what the questions of a lot can take, as the length of what is shown of each is limited."""


async def load_catalog_apart(folder: Path) -> Loaded:
    """What `load_catalog()` gives.

    Raises:
        BankError: the other process was ended before it was done.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.banks.apart", str(folder)),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        limit=_LONGEST_LINE,
    )
    assert process.stdout is not None  # noqa: S101
    try:
        return await _receive(process.stdout)
    except EOFError as error:
        raise BankError(
            f"The banks could not be read: the process that does so has ended early (status {await process.wait()}), perhaps "
            "because memory is short. Nothing has changed; try again later."
        ) from error
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _receive(source: asyncio.StreamReader) -> Loaded:
    """What `_lines()` says.

    Raises:
        EOFError: its end is missing.
    """
    problems, heads = await _read(source)
    questions: dict[str, list[Question]] = {head["id"]: [] for head in heads}
    while lot := await _read(source):
        for values in lot:
            questions[values["bank"]].append(Question.from_dict(values))
        await asyncio.sleep(_PAUSE)
    banks = [_bank(head, questions[head["id"]]) for head in heads]
    return Loaded(Catalog({bank.id: bank for bank in banks}), tuple(Problem(**each) for each in problems))


async def _read(source: asyncio.StreamReader) -> Any:
    line = await source.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    return orjson.loads(line)


def _bank(head: Mapping[str, Any], questions: list[Question]) -> Bank:
    topics = {id_: Topic(**topic) for id_, topic in head["topics"].items()}
    return Bank(
        **{**head, "topics": topics, "questions": tuple(questions), "exam": ExamFormat(**head["exam"])}
    )


def _lines(loaded: Loaded) -> Iterator[Any]:
    """All but the questions, then these in lots, of which the last is empty."""
    banks = loaded.catalog.banks.values()
    yield loaded.problems, [replace(bank, questions=()) for bank in banks]
    questions = [question for bank in banks for question in bank.questions]
    for first in range(0, len(questions), _LOT):
        yield questions[first : first + _LOT]
    yield []


if __name__ == "__main__":
    if sys.platform != "win32":
        os.nice(10)  # on a machine with one CPU, clicks come first
    for line in _lines(load_catalog(Path(sys.argv[1]))):
        sys.stdout.buffer.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
