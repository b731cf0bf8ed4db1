"""Everything that is stored about a member, for themselves, in words that people and programs can read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from fsrs import Rating

from bot.domain.questions import Question, from_mask
from bot.domain.scoring import Outcome
from bot.storage.database import GIVEN, Database, Row, from_day, from_ms, given, to_json
from bot.storage.own_data_parts import MINE, PARTS, Part
from bot.storage.rounds import from_order, to_question

_MOST = 500
"""So many rows are read and written down at a time, so that nobody waits for long."""

_ABOUT = (
    "Everything that is stored about you. Each group says what is in it. Times are UTC as ISO 8601, days are dates, ids are "
    "those of Discord (as text, since many programs would round them), seconds are lengths of time. null: there is none."
)

_Questions = dict[str, Question]


class OwnDataStore:
    """Writes down what is stored about a member."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def document(self, member_id: int, now: datetime) -> AsyncIterator[bytes]:
        """A JSON document, piece by piece. The questions are in it as they were asked."""
        about = {"explanation": _ABOUT, "member_id": str(member_id), "made_at": _iso(now)}
        yield b'{\n  "about": ' + _written(about, 2)
        questions: _Questions = {}
        for part in PARTS:
            head = orjson.dumps(part.explanation)
            yield b',\n  "%s": {\n    "explanation": %s,\n    "entries": [' % (part.name.encode(), head)
            divider = b"\n      "
            async for rows in self._rows(part, member_id):
                await self._learn(questions, part, rows)
                yield divider + await asyncio.to_thread(_entries, part, rows, questions)
                divider = b",\n      "
            yield b"\n    ]\n  }" if divider[:1] == b"," else b"]\n  }"
        yield b"\n}\n"

    async def _rows(self, part: Part, member_id: int) -> AsyncIterator[Sequence[Row]]:
        """The rows of a part, some at a time, each with its key in front."""
        key = ", ".join(part.key)
        sql = f"{MINE} SELECT {key}, {', '.join(part.columns.values())} {part.source}"
        order = f"ORDER BY {key} LIMIT {_MOST}"
        rows = await self._database.read(f"{sql} {order}", (member_id,))
        while rows:
            yield rows
            if len(rows) < _MOST:
                break
            after = rows[-1][: len(part.key)]
            marks = ", ".join("?" * len(after))
            rows = await self._database.read(f"{sql} AND ({key}) > ({marks}) {order}", (member_id, *after))

    async def _learn(self, questions: _Questions, part: Part, rows: Sequence[Row]) -> None:
        """Read the questions of rows, those that are not known yet."""
        if "version" not in part.columns:
            return
        place = len(part.key) + list(part.columns).index("version")
        unknown = {row[place] for row in rows} - questions.keys()
        if unknown:
            found = await self._database.read(
                f"SELECT version, content FROM {GIVEN} JOIN question_version ON version = {given(0)}",
                (to_json([[version] for version in unknown]),),
            )
            questions.update({version: to_question(content) for version, content in found})


def _entries(part: Part, rows: Sequence[Row], questions: _Questions) -> bytes:
    """Rows as JSON, with commas between them."""
    names = list(part.columns)
    return b",\n      ".join(
        _written(_to_entry(dict(zip(names, row[len(part.key) :], strict=True)), questions), 6) for row in rows
    )


def _to_entry(values: dict[str, Any], questions: _Questions) -> dict[str, Any]:
    """A row in readable words."""
    question = questions.get(values.pop("version", ""))
    options = question.options if question else ()
    order = from_order(values.pop("option_order", "") or "0")
    entry: dict[str, Any] = {}
    if question is not None:
        entry = {
            "bank": question.bank,
            "question": question.id,
            "topic": question.topic,
            "prompt": question.prompt,
        }
    for name, value in values.items():
        if name == "choice":
            entry["chosen"] = [options[place].text for place in sorted(from_mask(value or 0))]
        elif name == "ticked":
            entry[name] = [options[order[place]].text for place in sorted(from_mask(value))]
        else:
            entry[name] = _readable(name, value)
    return entry


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


_BY_NAME: Mapping[str, Callable[[Any], Any]] = {
    ".*_id": str,
    ".*_at": lambda value: _iso(from_ms(value)),
    "(.*_)?day": lambda value: from_day(value).isoformat(),
    "seconds.*": lambda value: value / 1000,
    "is_.*": bool,
    "outcome": lambda value: Outcome(value).name.lower(),
    "rating": lambda value: Rating(value).name.lower(),
}
"""How the values of columns are made readable, by the name of the column. Others are so as they are."""


@cache
def _converter(name: str) -> Callable[[Any], Any]:
    matching = (convert for pattern, convert in _BY_NAME.items() if re.fullmatch(pattern, name))
    return next(matching, lambda value: value)


def _readable(name: str, value: Any) -> Any:
    return None if value is None else _converter(name)(value)


def _written(entry: dict[str, Any], indent: int) -> bytes:
    # line breaks within texts are written as \n, so these are only those between values
    return orjson.dumps(entry, option=orjson.OPT_INDENT_2).replace(b"\n", b"\n" + b" " * indent)
