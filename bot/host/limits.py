"""What the doctor finds that Discord would refuse: commands and cards. And what is wrong with the banks."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

from bot.app import EXTENSIONS, open_app
from bot.banks.checks import FORMAT, check
from bot.banks.checks.rules import count
from bot.banks.loader import load_catalog
from bot.config import Settings
from bot.domain.questions import Bank, Question
from bot.domain.rounds import Answer, Round, round_result
from bot.domain.scoring import grade
from bot.errors import StudyhallError
from bot.host.findings import Findings, error, ok, warning
from bot.study.replies import Recorded
from cogs.cards.layout import CardError
from cogs.cards.questions import answer_sheet, closed_card, private_question_card, question_card
from cogs.cards.verdicts import explanation_card, reply_card

_NAMED = 5

# https://docs.discord.com/developers/interactions/application-commands
_MOST_COMMANDS = 100
_MOST_OPTIONS = 25
_MOST_CHARACTERS = 8000
_LONGEST_TEXT = 100
_NAME = re.compile(r"[-_'\w]{1,32}")

Json = Mapping[str, Any]


def look_at_banks(settings: Settings) -> Findings:
    """Whether all banks can be loaded, and how much the checks for authors find."""
    report = check(settings.banks)
    errors = [finding for finding in report.findings if finding.code == FORMAT]
    for finding in errors[:_NAMED]:
        where = f"{finding.file}:{finding.line}"
        yield error("banks", f"{where}: {finding.what}.", "Mend it: its bank is left out until then.")
    if len(errors) > _NAMED:
        yield error("banks", f"There are {len(errors) - _NAMED} more errors.", "See 'python -m bot check'.")
    poor = len(report.findings) - len(errors)
    if poor:
        yield warning("banks", f"Questions have {count(poor, 'fault')}.", "See 'python -m bot check'.")
    if not report.findings:
        questions = count(sum(coverage.questions for coverage in report.coverages), "question")
        yield ok("banks", f"{questions} in {count(len(report.coverages), 'bank')}, without a fault.")


def look_at_commands(settings: Settings) -> Findings:
    """What Discord would refuse of the commands, as they are without connecting."""
    try:
        payload = asyncio.run(_commands(settings))
    except StudyhallError as problem:
        yield error(
            "commands", "They could not be loaded, since no bank can be used.", str(problem).splitlines()[0]
        )
        return
    faults = list(command_faults(payload))
    for fault in faults:
        yield error("commands", f"Discord would refuse them: {fault}.", "Please report this to the authors.")
    if not faults:
        yield ok("commands", f"Discord takes all {len(payload)}.")


async def _commands(settings: Settings) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="studyhall-") as folder:
        alone = settings.model_copy(update={"database": Path(folder) / "doctor.db", "backups_kept": 0})
        async with open_app(alone) as app:
            for name in EXTENSIONS:
                await app.client.load_extension(name)
            return [dict(command.to_dict(app.client.tree)) for command in app.client.tree.get_commands()]


def command_faults(commands: Iterable[Json]) -> Iterator[str]:
    """What Discord would refuse of commands as they are sent to it."""
    commands = list(commands)
    if len(commands) > _MOST_COMMANDS:
        yield f"{len(commands)} commands are more than {_MOST_COMMANDS}"
    for command in commands:
        name = f"/{command['name']}"
        yield from _faults(command, name)
        characters = _characters(command)
        if characters > _MOST_CHARACTERS:
            yield f"{name} has {characters} characters, more than {_MOST_CHARACTERS}"


def _faults(part: Json, path: str) -> Iterator[str]:
    """Of a command, a group or an option, and of all that is in it."""
    if not _NAME.fullmatch(part["name"]) or part["name"] != part["name"].lower():
        yield f"{path} has a name that is none"
    if part.get("type", 1) == 1 or "description" in part:
        yield from _text_faults(part.get("description", ""), f"the description of {path}")
    options, choices = part.get("options") or [], part.get("choices") or []
    for parts, kind in ((options, "options"), (choices, "choices")):
        if len(parts) > _MOST_OPTIONS:
            yield f"{path} has {len(parts)} {kind}, more than {_MOST_OPTIONS}"
        if len({each["name"] for each in parts}) < len(parts):
            yield f"{path} has two {kind} of one name"
    for choice in choices:
        yield from _text_faults(choice["name"], f"a choice of {path}")
        yield from _text_faults(str(choice["value"]), f"a value of {path}")
    if any(not first.get("required") and second.get("required") for first, second in pairwise(options)):
        yield f"{path} has a required option behind one that is not"
    for option in options:
        yield from _faults(option, f"{path} {option['name']}")


def _text_faults(text: str, what: str) -> Iterator[str]:
    if not 1 <= len(text) <= _LONGEST_TEXT:
        yield f"{what} has {len(text)} characters, and may have 1 to {_LONGEST_TEXT}"


def _characters(part: Json) -> int:
    own = len(part["name"]) + len(part.get("description", ""))
    choices = sum(len(choice["name"]) + len(str(choice["value"])) for choice in part.get("choices") or [])
    return own + choices + sum(_characters(option) for option in part.get("options") or [])


def look_at_cards(settings: Settings) -> Findings:
    """Whether the cards of every question fit into what Discord takes."""
    banks = load_catalog(settings.banks).catalog.banks.values()
    faults = list(chain.from_iterable(map(_card_faults, banks)))
    for question, fault in faults[:_NAMED]:
        yield error("cards", f"{question.bank}/{question.id}: {fault}.", "Shorten the question.")
    if len(faults) > _NAMED:
        yield error("cards", f"{len(faults) - _NAMED} more questions are too long.", "Shorten them.")
    if not faults:
        yield ok(
            "cards", f"Discord takes those of all {sum(len(bank.questions) for bank in banks)} questions."
        )


def _card_faults(bank: Bank) -> Iterator[tuple[Question, str]]:
    for question in bank.questions:
        try:
            _build_cards(question, bank.topics[question.topic].title)
        except CardError as fault:
            yield question, str(fault)


def _build_cards(question: Question, topic: str) -> None:
    """The cards of a question with the largest numbers that can be on them."""
    now, huge = datetime(2026, 1, 1, tzinfo=UTC), 10**19
    round_ = Round(
        id=huge,
        guild_id=huge,
        channel_id=huge,
        question=question,
        order=tuple(range(len(question.options))),
        opened_at=now,
        closes_at=now + timedelta(days=7),
        quiz_id=huge,
        position=50,
        total=50,
    )
    question_card(round_, topic, 99_999)
    private_question_card(round_, topic, now)
    answer_sheet(round_, frozenset())
    every = frozenset(range(len(question.options)))
    for choice in (question.key, every - question.key):
        outcome = grade(question.key, choice).outcome
        answer = Answer(huge, huge, choice, now, len(question.hints), outcome, 15, now.date(), timedelta())
        closed_card(round_, topic, round_result(round_, [answer]))
        reply_card(Recorded(round_, answer, scored=False))
        explanation_card(round_, answer, voided=True)
