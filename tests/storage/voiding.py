"""Histories in which moderators void questions and take that back, beside the plain reading of `histories.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from bot.domain.statistics import Day
from bot.domain.windows import Period, Span
from bot.storage.answers import Stored
from bot.storage.database import Database
from bot.storage.reports import ReportStore
from bot.storage.rounds import RoundStore
from bot.storage.scores import ScoreStore
from bot.storage.voids import VoidStore
from tests.domain.examples import NOON
from tests.storage.histories import GUILDS, MOMENTS, QUESTIONS, Click, History, Kept, Play, Reference, clicks

MONA = 8_000_000_000_000_000_001
"""Who decides on reports."""


@dataclass(frozen=True)
class Void:
    """A question is voided, or counts again if it is."""

    guild: int
    question: int


@dataclass(frozen=True)
class Recount:
    """The scores of some members are made anew."""

    members: int


Step = Click | Void | Recount

_FEW = 6
"""So many questions make most of a story: two of them have two versions, and two are a member's own."""

voids = st.builds(Void, st.sampled_from([0, 0, 0, 1]), st.integers(0, _FEW - 1))
recounts = st.builds(Recount, st.integers(1, 3))


def stories() -> st.SearchStrategy[tuple[tuple[Step, ...], tuple[Step, ...]]]:
    """What happens while the first challenges run, and after that while the second ones do."""
    # a few members in a few days, so that they answer the same questions again
    few = st.builds(
        lambda click, at: replace(
            click, member=click.member % 3, guild=0, question=click.question % _FEW, at=at
        ),
        clicks,
        st.sampled_from(MOMENTS[:12]),
    )
    some = st.lists(few | few | clicks | voids | recounts, min_size=15, max_size=60).map(tuple)
    return st.tuples(some, some)


class VoidingReference(Reference):
    """What such a history should have led to."""

    def __init__(self) -> None:
        super().__init__()
        self.voided: set[tuple[int, str]] = set()

    def is_voided(self, kept: Kept) -> bool:
        """Whether an answer is to a question that is voided now."""
        return (kept.guild, kept.question.version) in self.voided

    def counting(self) -> list[Kept]:
        """As if what is voided had never been asked."""
        return _firsts(kept for kept in self.kept if not self.is_voided(kept))

    def on_board(self, guild: int, span: Span, scope: tuple[str, str]) -> list[Kept]:
        """The answers that a board is made of."""
        found = super().on_board(guild, span, scope)
        return [kept for kept in found if span.period is not Period.CHALLENGE or not self.is_voided(kept)]

    def days(self, guild: int, member_id: int) -> list[Day]:
        """With the voided answers that would count."""
        lost = [
            kept.answer.day
            for kept in _firsts(kept for kept in self.kept if self.is_voided(kept))
            if (kept.guild, kept.answer.member_id) == (guild, member_id)
        ]
        return [replace(day, voided=lost.count(day.day)) for day in super().days(guild, member_id)]


def _firsts(answers: Iterable[Kept]) -> list[Kept]:
    """The first answer of each member to each question in each week, without those of its author."""
    seen = set()
    found = []
    for kept in answers:
        key = (kept.guild, kept.answer.member_id, kept.question.bank, kept.question.id, kept.week)
        if not kept.own and key not in seen:
            seen.add(key)
            found.append(kept)
    return found


class VoidingPlay(Play):
    """Plays a story through the stores."""

    reference: VoidingReference

    def __init__(self, database: Database, story: tuple[Sequence[Step], Sequence[Step]]) -> None:
        super().__init__(database, History(((), ()), frozenset(), frozenset(), analysed=False))
        self.reference = VoidingReference()
        self._story = story
        self._reports: dict[tuple[int, str], int] = {}
        self._is_settled = True

    async def run(self) -> None:
        """Play all of it."""
        for round_ in await RoundStore(self.database).open():
            self._note(round_)
        for half, steps in enumerate(self._story):
            await self._next_challenges(half)
            for step in steps:
                await self._take(step)

    async def _take(self, step: Step) -> None:
        match step:
            case Click():
                await self._hand_in([step])
            case Void():
                await self._void(step)
            case Recount():
                await ScoreStore(self.database).recount(step.members)
        self._is_settled = not await self.database.read("SELECT 1 FROM recount LIMIT 1")

    async def _void(self, step: Void) -> None:
        guild, question = GUILDS[step.guild], QUESTIONS[step.question]
        key = (guild, question.version)
        store = VoidStore(self.database)
        if key in self.reference.voided:
            assert await store.restore(guild, self._reports[key])
            self.reference.voided.discard(key)
        else:
            await ReportStore(self.database).add(
                question, guild_id=guild, round_id=None, member_id=MONA, reason="wrong", now=NOON
            )
            ((report,),) = await self.database.read("SELECT max(id) FROM report")
            worth = await ScoreStore(self.database).worth(guild, question.version)
            voiding = await store.void(guild, report, MONA, NOON)
            assert voiding is not None
            assert (voiding.members, voiding.points) == worth
            self._reports[key] = report
            self.reference.voided.add(key)
            await self._open_again(voiding.closed)

    async def _open_again(self, rounds: Iterable[int]) -> None:
        """So that the story goes on when the question counts again; in the bot another round would."""
        async with self.database.transaction() as transaction:
            for round_id in rounds:
                await transaction.run(
                    "UPDATE round SET closed_at = NULL, close_reason = NULL WHERE id = ?", (round_id,)
                )

    def _check(self, stored: Stored, is_open: bool, kept: Kept) -> None:
        key = (kept.answer.round_id, kept.answer.member_id)
        before = [
            one.answer for one in self.reference.kept if (one.answer.round_id, one.answer.member_id) == key
        ]
        if before or not is_open or self.reference.is_voided(kept):
            assert stored == Stored(before[0] if before else None, False, False)
            return
        counted = len(self.reference.counting())
        self.reference.kept.append(kept)
        assert (stored.stands, stored.is_new) == (kept.answer, True)
        if self._is_settled:  # else the place may still be taken by what was voided
            assert stored.scored is (len(self.reference.counting()) > counted)
