"""The cards that members click on: posted by the real bot for a real command, or one like them for bots that post none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import orjson

from benchmarks.clicks.payloads import Json, message, numbered
from benchmarks.clicks.standin import APPLICATION, Card, Sent, Standin
from bot.banks.loader import load_catalog
from bot.domain import questions as domain
from bot.domain.rounds import Round
from cogs.cards.questions import ANSWER, HINT, question_card

_STARTER = 900_000_000_000_000_000
"""The first of those who start quizzes; they don't answer."""

_SECONDS = 600
"""That a question stays open: the most that the command takes."""

_TRIES = 10


@dataclass(frozen=True)
class Question:
    """An open question."""

    card: Card
    options: Sequence[str]
    """The ids of its buttons, from A on."""
    hint: str

    @classmethod
    def on(cls, message: Json) -> Question | None:
        """The question on a card, if one click answers it and it has a hint."""
        ids = [part["custom_id"] for part in walk(message["components"]) if "custom_id" in part]
        options = [id_ for id_ in ids if id_.startswith(f"{ANSWER}:")]
        hints = [id_ for id_ in ids if id_.startswith(f"{HINT}:")]
        if not options or not hints or "-# Choose " in text(message):
            return None
        return cls(Card.of(message), options, hints[0])


def walk(components: Sequence[Json]) -> Iterator[Json]:
    """Components with all that is in them."""
    for part in components:
        yield part
        yield from walk(part.get("components", []))
        if "accessory" in part:
            yield part["accessory"]


def text(message: Json) -> str:
    """Everything written in a message."""
    parts = [part["content"] for part in walk(message.get("components", [])) if part["type"] == 10]
    return "\n".join([message.get("content") or "", *parts])


def sample_card(banks: Path) -> list[Json]:
    """The components of a card of middling length, as the bot would post it."""
    bank = load_catalog(banks).catalog.default
    asked = [q for q in bank.questions if q.choose == 1 and q.hints and len(q.options) == 4]
    cards = [_card(question, bank.topics[question.topic].title) for question in asked]
    return numbered(sorted(cards, key=lambda card: len(orjson.dumps(card)))[len(cards) // 2])


def _card(question: domain.Question, topic: str) -> list[Json]:
    now = datetime.now(UTC)
    round_ = Round(
        id=1,
        guild_id=1,
        channel_id=1,
        question=question,
        order=tuple(range(len(question.options))),
        opened_at=now,
        closes_at=now + timedelta(seconds=_SECONDS),
        quiz_id=1,
        position=1,
        total=1,
    )
    components: list[Json] = question_card(round_, topic, 0).to_components()  # type: ignore[no-untyped-call]
    return components


def samples(components: list[Json], channels: Sequence[int]) -> list[Question]:
    """A question in each channel that no bot has posted."""
    found = [
        Question.on(message(APPLICATION, channel, {"components": components, "flags": 1 << 15}))
        for channel in channels
    ]
    return [question for question in found if question is not None]


async def open_questions(standin: Standin, channels: Sequence[int]) -> list[Question]:
    """Let the bot ask a question in each channel, one that a single click answers.

    Raises:
        RuntimeError: the bot does not.
    """
    # at once, as a quiz waits a few seconds before its first question
    opening = (_open(standin, channel, place) for place, channel in enumerate(channels))
    return await asyncio.gather(*opening)


async def _open(standin: Standin, channel: int, place: int) -> Question:
    for attempt in range(_TRIES):
        starter = _STARTER + place * _TRIES + attempt
        seen = set(standin.messages)
        sent = await standin.command(starter, channel, "quiz start", questions=1, seconds=_SECONDS)
        if b"already running" in sent.answer:  # the bot was killed in it, in the run before
            await standin.command(starter, channel, "quiz stop")
            continue
        if b"1 question" not in sent.answer:
            raise RuntimeError(f"/quiz start was answered with {_words(sent)}")
        message = await standin.until(partial(_asked, standin, seen, channel), 30)
        question = Question.on(message)
        if question is not None:
            return question
        await standin.command(starter, channel, "quiz stop")
    raise RuntimeError(f"None of {_TRIES} questions can be answered with one click.")


def _asked(standin: Standin, seen: set[int], channel: int) -> Json | None:
    """The newest question of a channel that was not seen before."""
    return next(
        (
            message
            for id_, message in standin.messages.items()
            if message["channel_id"] == str(channel) and id_ not in seen and _is_question(message)
        ),
        None,
    )


def _is_question(message: Json) -> bool:
    ids = (part.get("custom_id", "") for part in walk(message["components"]))
    return any(id_.startswith(f"{ANSWER}:") for id_ in ids)


def _words(sent: Sent) -> str:
    return text(orjson.loads(sent.answer).get("data") or {}) if sent.answer else "nothing"
