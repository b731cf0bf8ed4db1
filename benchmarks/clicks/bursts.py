"""Clicks on cards: how fast they are answered, and whether the answers are there afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter, process_time

from benchmarks.clicks.bots import Running, busy, cores
from benchmarks.clicks.cases import LAST_MEMBERS, Step, steps
from benchmarks.clicks.checks import Findings, check, check_replies
from benchmarks.clicks.questions import Question, open_questions, samples
from benchmarks.clicks.run import Job, Place, run_alone, started
from benchmarks.clicks.standin import TIME_TO_ANSWER, Sent, Standin
from benchmarks.measuring import p99

_CHUNK = 32
"""Clicks that go out before answers are read in between."""

_NEXT_CLICK = 0.03
"""Seconds at most from an answer to the next click where they come one by one."""

_SILENCE, _PATIENCE = 10.0, 90.0
"""When nothing has been answered for so many seconds, or in all, nothing more is waited for."""

_TAIL = 0.5
"""Seconds after the last answer in which what a bot does still counts as its work for the clicks."""

_MORE = 300
"""Clicks amid which the bot is killed."""

_ON_THE_WAY = 0.2
"""Seconds in which what it has sent is read."""

_VIEWER = 899_999_999_999_999_999
"""Who looks at boards."""


@dataclass
class Burst:
    """What came of the clicks of a case. Times are in milliseconds. What the system does not tell is no number (nan)."""

    clicks: int
    acknowledged: int
    """In time."""
    late: int
    per_second: float
    """Up to the last answer, in time or not."""
    p50: float
    p99: float
    max: float
    cpu: float
    """Of the bot's process for each answered click."""
    memory: float
    """Of the bot's process at the peak, in megabytes."""
    edits: int
    """Of cards."""
    connections: int
    """That the bot opened for the answers."""
    standin: float
    """The part of its processor core that the stand-in used: near 1, it is itself what is measured."""
    bot: float
    """The part of its processor core that the bot used."""
    others: float
    """The part of the bot's processor core that other processes used: more than a little, and the times say little."""
    findings: Findings = field(default_factory=Findings)


def burst(job: Job) -> Burst:
    """Measure a case with a bot."""
    own = cores()
    return run_alone(_burst(job, own[1] if own else None))


async def _burst(job: Job, core: int | None) -> Burst:
    channels = [channel for ids in job.case.channel_ids().values() for channel in ids]
    async with started(job, core) as place:
        if job.bot.stores:
            questions = await open_questions(place.standin, channels)
        else:
            questions = samples(job.card, channels)
        await place.running.settle()
        sent, result = await _measure(job, place, questions)
        if job.bot.stores:
            cut_off = await _kill_amid_clicks(place, questions[0], job.case.delay)
            result.findings = check(sent, place.database, cut_off)
        else:
            result.findings = check_replies(sent)
        for _ in range(place.standin.unknown):
            result.findings.note("wrong", "something was answered that nobody did")
    return result


async def _kill_amid_clicks(place: Place, question: Question, delay: float) -> list[Sent]:
    """End the bot while it answers more clicks: what is not committed then was not so before the answer, either.

    Raises:
        RuntimeError: it has answered none of them, so that this shows nothing.
    """
    sent = [
        place.standin.click(
            LAST_MEMBERS + number, question.card, question.options[number % len(question.options)]
        )
        for number in range(_MORE)
    ]
    with contextlib.suppress(TimeoutError):
        await place.standin.answered(sent[_MORE // 3], _SILENCE)
    await place.running.kill()
    await asyncio.sleep(_ON_THE_WAY + 3 * delay)
    if not any(one.is_acknowledged for one in sent):
        raise RuntimeError("The bot was killed before it had answered any of the last clicks.")
    return sent


async def _measure(job: Job, place: Place, questions: Sequence[Question]) -> tuple[list[Sent], Burst]:
    case, standin, running = job.case, place.standin, place.running
    coming = steps(case, random.Random(job.seed))
    edits, connections = standin.edits, standin.connections
    sent: list[Sent] = []
    gc.collect()
    gc.freeze()
    gc.disable()
    before = _Used.now(running)
    boards: list[Sent] = []
    async with (
        _looking(standin, questions[0].card.channel, boards) if case.boards else contextlib.nullcontext()
    ):
        await _click(job, standin, questions, coming, sent)
        await _wait(sent)
    await _wait(boards)
    meanwhile = _Used.now(running)
    await asyncio.sleep(_TAIL)
    used = _Used.now(running).bot - before.bot
    gc.enable()
    answered = [one for one in sent if one.answered_at is not None]
    if not answered:
        raise RuntimeError(f"{job.bot.name} has answered nothing.")
    times = [one.seconds * 1000 for one in answered]
    took = max(one.at + one.seconds for one in answered) - sent[0].at
    return [*sent, *boards], Burst(
        clicks=len(sent),
        acknowledged=sum(one.is_acknowledged for one in sent),
        late=sum(one.seconds > TIME_TO_ANSWER for one in answered),
        per_second=len(answered) / took,
        p50=median(times),
        p99=p99(times),
        max=max(times),
        cpu=used * 1000 / len(answered),
        memory=running.memory(),
        edits=standin.edits - edits,
        connections=standin.connections - connections,
        standin=(meanwhile.standin - before.standin) / took,
        bot=(meanwhile.bot - before.bot) / took,
        others=max(0.0, meanwhile.others - before.others) / took,
    )


@dataclass
class _Used:
    """Seconds of processor time. Where the system does not say, they are no number (nan)."""

    standin: float
    bot: float
    others: float
    """On the core of the bot."""

    @classmethod
    def now(cls, running: Running) -> _Used:
        bot = running.cpu()
        return cls(process_time(), bot, busy(running.core) - bot)


async def _click(
    job: Job, standin: Standin, questions: Sequence[Question], coming: Sequence[Step], sent: list[Sent]
) -> None:
    case, rng = job.case, random.Random(job.seed)
    start = perf_counter()
    for place, step in enumerate(coming):
        if case.one_by_one:
            await asyncio.sleep(rng.uniform(0, _NEXT_CLICK))
        elif case.seconds:
            await asyncio.sleep(max(0.0, start + place * case.seconds / len(coming) - perf_counter()))
        elif place % _CHUNK == 0:
            await asyncio.sleep(0)
        question = questions[step.channel]
        options = question.options
        custom_id = question.hint if step.option is None else options[step.option % len(options)]
        one = standin.click(step.member, question.card, custom_id)
        sent.append(one)
        if case.one_by_one:
            with contextlib.suppress(TimeoutError):
                await standin.answered(one)


async def _wait(sent: Sequence[Sent]) -> None:
    """Until all is answered, or nothing more is to be expected."""
    end = perf_counter() + _PATIENCE
    left, since = len(sent), perf_counter()
    while left and perf_counter() < end and perf_counter() - since < _SILENCE:
        await asyncio.sleep(0.05)
        still = sum(one.answered_at is None for one in sent)
        if still < left:
            left, since = still, perf_counter()


@contextlib.asynccontextmanager
async def _looking(standin: Standin, channel: int, looks: list[Sent]) -> AsyncIterator[None]:
    """Somebody looks at a board each second."""

    async def look() -> None:
        while True:
            looks.append(standin.send_command(_VIEWER, channel, "leaderboard"))
            await asyncio.sleep(1)

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.wait([looking])
