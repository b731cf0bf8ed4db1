"""`python -m bot export-answers`: every answer as a line of CSV."""

from __future__ import annotations

import contextlib
import csv
import re
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import TextIO

from bot.domain.questions import LETTERS
from bot.errors import StudyhallError
from bot.host.progress import bars
from bot.storage.exports import Given, all_given, count_given

COLUMNS = (
    *("time", "server", "member", "bank", "question", "version", "topic", "difficulty", "where"),
    *("choice", "key", "outcome", "points", "hints", "seconds"),
)

_TELL_EVERY = 1_000

Hide = Callable[[int], int]
"""Makes an id of Discord what stands in the file."""


def run_export(database: Path, output: Path | None, *, replace: bool, with_members: bool) -> int:
    """Write all answers; the exit status.

    Raises:
        StudyhallError: the database can't be read, or the file can't be written.
    """
    members: Hide = _as_it_is
    servers: Hide = _as_it_is
    if not with_members:
        # two keys: a member and a server have nothing in common, whatever their ids
        members, servers = _hidden_by(secrets.token_bytes(16)), _hidden_by(secrets.token_bytes(16))
    total = count_given(database)
    with _opened(output, replace=replace) as file, bars(wanted=not file.isatty()) as tell:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        number = 0
        for number, given in enumerate(all_given(database), start=1):
            writer.writerow(_row(given, servers, members))
            if number % _TELL_EVERY == 0:
                tell("Writing answers", number, total)
    if output is not None:
        print(f"{output}: {number:,} answers.")
    return 0


def _row(given: Given, servers: Hide, members: Hide) -> list[str | int]:
    question = given.question
    return [
        given.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "" if given.guild_id is None else servers(given.guild_id),
        members(given.member_id),
        *map(plain, (question.bank, question.id, question.version, question.topic, question.difficulty)),
        given.where,
        _letters(given.choice),
        _letters(question.key),
        given.outcome.name.lower(),
        "" if given.points is None else given.points,
        given.hints,
        f"{given.took.total_seconds():.1f}",
    ]


def _letters(places: Iterable[int]) -> str:
    return "".join(LETTERS[place] for place in sorted(places))


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula, or for several cells, whatever its language.

    What banks may call things stays as it is: their ids have small letters, digits and hyphens.
    """
    safe = re.sub(r"[^A-Za-z0-9_.-]", "_", text)
    return safe if safe[:1].isalnum() or not safe else f"_{safe}"


def _as_it_is(id_: int) -> int:
    return id_


def _hidden_by(key: bytes) -> Hide:
    """48 bits: whole numbers that spreadsheets don't round, and enough that hardly two members share one."""

    def hide(id_: int) -> int:
        return int.from_bytes(blake2b(str(id_).encode(), key=key, digest_size=6).digest(), "big")

    return hide


@contextlib.contextmanager
def _opened(output: Path | None, *, replace: bool) -> Iterator[TextIO]:
    """Where the lines go. A file gets its name only when it is complete."""
    if output is None:
        yield sys.stdout
        return
    if output.is_dir() or (output.exists() and not replace):
        raise StudyhallError(f"{output} exists already. Name another file, or add --force to replace it.")
    unfinished = output.with_name(f"{output.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            unfinished.chmod(0o600)
            yield file
        unfinished.replace(output)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise StudyhallError(
            f"{output} can't be written: {error.strerror}. Name another file, or make room."
        ) from error
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
