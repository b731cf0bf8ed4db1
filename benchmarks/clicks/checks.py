"""What came of the clicks: what the members saw, and whether the database says the same."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from benchmarks.clicks.questions import text
from benchmarks.clicks.standin import Sent
from bot.domain.scoring import Outcome
from bot.storage.rounds import from_order
from cogs.cards.questions import ANSWER, HINT
from cogs.cards.verdicts import WORDS

_VERDICT = re.compile(r"\*\*You chose ([A-F])\*\*")
_STANDS = re.compile(r"Your first answer stands: ([A-F])\b")
_MOST_SHOWN = 5


@dataclass
class Findings:
    """What is wrong. Nothing of it may ever be, however slow it is."""

    unanswered: int = 0
    """Clicks that were never answered, not even too late."""
    lost: int = 0
    """Answers that a member was told of and the database does not have."""
    doubled: int = 0
    """Clicks that were answered again, and answers that are there more than once."""
    wrong: int = 0
    """Answers that are not those of the member's first click, and replies that say something else."""
    examples: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether there is nothing."""
        return not (self.unanswered or self.lost or self.doubled or self.wrong)

    def note(self, kind: str, words: str) -> None:
        """Count something, and keep the first examples."""
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.examples) < _MOST_SHOWN:
            self.examples.append(f"{kind}: {words}")


def check(sent: Sequence[Sent], database: Path, cut_off: Sequence[Sent] = ()) -> Findings:
    """Compare what members did and saw with what the bot has stored. `sent` is in the order in which it was done, `cut_off`
    came after it, when the bot was killed, so not all of that is answered.
    """
    findings = Findings()
    _check_answered(sent, findings)
    sent = [*sent, *cut_off]
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        clicks = [one for one in sent if one.id_of_button.startswith(f"{ANSWER}:")]
        rounds = {_round(one) for one in clicks}
        marks = ",".join("?" * len(rounds))
        orders = {
            id_: from_order(order)
            for id_, order in connection.execute(
                f"SELECT id, option_order FROM round WHERE id IN ({marks})", [*rounds]
            )
        }
        stored = Counter(
            connection.execute(
                f"SELECT round_id, member_id, choice, outcome FROM answer WHERE round_id IN ({marks})",
                [*rounds],
            ).fetchall()
        )
        _check_answers(clicks, orders, stored, findings)
        hints = [one for one in sent if one.id_of_button.startswith(f"{HINT}:")]
        taken = connection.execute(
            f"SELECT round_id, member_id, step FROM hint_use WHERE round_id IN ({marks})", [*rounds]
        ).fetchall()
        _check_hints(hints, Counter(taken), findings)
    return findings


def check_replies(sent: Sequence[Sent]) -> Findings:
    """What a bot that stores nothing can do wrong."""
    findings = Findings()
    _check_answered(sent, findings)
    return findings


def _check_answered(sent: Iterable[Sent], findings: Findings) -> None:
    for one in sent:
        if one.answered_at is None:
            findings.note("unanswered", f"the click {one.id} of {one.member}")
        for _ in range(one.again):
            findings.note("doubled", f"the click {one.id} of {one.member} was answered again")


def _check_answers(
    clicks: Iterable[Sent],
    orders: Mapping[int, Sequence[int]],
    stored: Counter[tuple[int, int, int, int]],
    findings: Findings,
) -> None:
    by_member: dict[tuple[int, int], list[Sent]] = {}
    for one in clicks:
        by_member.setdefault((_round(one), one.member), []).append(one)
    rows: dict[tuple[int, int], list[int]] = {}
    outcomes: dict[tuple[int, int], Outcome] = {}
    for round_id, member, choice, outcome in stored.elements():
        rows.setdefault((round_id, member), []).append(choice)
        outcomes[round_id, member] = Outcome(outcome)
    for key in rows.keys() - by_member.keys():
        findings.note("wrong", f"{key[1]} has an answer to question {key[0]} without a click")
    for key, own in by_member.items():
        round_id, member = key
        first = _place(own[0])
        choices = rows.get(key, [])
        if len(choices) > 1:
            findings.note("doubled", f"{member} has {len(choices)} answers to question {round_id}")
        if not choices and any(one.is_acknowledged for one in own):
            findings.note("lost", f"{member} was answered, and has no answer to question {round_id}")
        if choices and any(choice != 1 << orders[round_id][first] for choice in choices):
            findings.note("wrong", f"{member} clicked on place {first} first, and {choices} is stored")
        _check_words(own, "ABCDEF"[first], outcomes.get(key), findings)


def _check_words(own: Sequence[Sent], letter: str, outcome: Outcome | None, findings: Findings) -> None:
    """The first click is told its verdict, each later one that the first answer stands, with the outcome that is stored."""
    for place, one in enumerate(own):
        if not one.is_acknowledged:
            continue
        words = text(orjson.loads(one.answer).get("data") or {})
        said = (_STANDS if place else _VERDICT).search(words)
        is_told = outcome is None or WORDS[outcome] in words
        if said is None or said[1] != letter or not is_told:
            beginning = " ".join(words.split())[:80]
            findings.note(
                "wrong", f"click {place + 1} of {one.member}, first on {letter}, was told: {beginning}"
            )


def _check_hints(hints: Iterable[Sent], taken: Counter[tuple[int, int, int]], findings: Findings) -> None:
    members = {(round_id, member) for round_id, member, _ in taken}
    for one in hints:
        if not one.is_acknowledged:
            continue
        if b"Hint 1" not in one.answer and b"answered" not in one.answer:
            findings.note("wrong", f"{one.member} asked for a hint, and was told {one.answer[:80]!r}")
        elif b"Hint 1" in one.answer and (_round(one), one.member) not in members:
            findings.note("lost", f"{one.member} was given a hint that is not stored")
    for (round_id, member, step), times in taken.items():
        if times > 1:
            findings.note("doubled", f"{member} has hint {step} of question {round_id} {times} times")


def _round(one: Sent) -> int:
    return int(one.id_of_button.split(":")[1])


def _place(one: Sent) -> int:
    return int(one.id_of_button.split(":")[2])
