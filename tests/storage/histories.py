"""Random histories of servers, and a slow and plain reading of what counts in them.

The reference knows no table: it goes through the list of all answers for every question that is put to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.domain.boards import BoardPage, Score, Standing, pages, rank
from bot.domain.challenges import ChallengeEnd, Plan
from bot.domain.questions import Question
from bot.domain.rounds import Answer, Round
from bot.domain.scoring import Outcome
from bot.domain.statistics import Day, TopicRecord
from bot.domain.windows import Period, Span, local_day
from bot.storage.answers import AnswerStore, Stored
from bot.storage.boards import Totals
from bot.storage.challenges import ChallengeStore
from bot.storage.database import Database
from bot.storage.rounds import RoundStore
from bot.storage.servers import ServerStore, Unlisted
from tests.domain.examples import make_question, seconds
from tests.storage.examples import CHANNEL, FOREVER, GUILD

GUILDS = (GUILD, GUILD + 1)
ZONES = (ZoneInfo("Europe/Berlin"), ZoneInfo("America/Santiago"))
MEMBERS = tuple(9_000_000_000_000_000_000 + number for number in range(24))
BEGIN = datetime(2025, 12, 1, tzinfo=UTC)

QUESTIONS = (
    make_question("a", topic="one"),
    make_question("b", topic="one", author=MEMBERS[0]),
    make_question("c", topic="two"),
    make_question("c", topic="one", prompt="Edited, and moved to another topic?"),
    make_question("d", topic="two"),
    make_question("d", topic="two", prompt="Edited by a member?", author=MEMBERS[1]),
    make_question("a", topic="one", bank="other"),
    make_question("e", topic="three", bank="other", author=MEMBERS[2]),
)
IN_CHALLENGES = ((0, 1, 4), (2, 5, 6, 7))
"""Which questions the first and the second challenge of each server ask."""

SCOPES = (
    ("", ""),
    *(("sample", topic) for topic in ("", "one", "two")),
    *(("other", topic) for topic in ("", "one", "three")),
)

MOMENTS = tuple(
    start + timedelta(minutes=minutes)
    for start, days in (
        (datetime(2025, 12, 27, 22, 30, tzinfo=UTC), 9),  # over the new year
        (datetime(2026, 3, 27, 22, 30, tzinfo=UTC), 10),  # over a 1st and changes of the clocks in both zones
    )
    for minutes in range(0, days * 24 * 60, 450)
)


@dataclass(frozen=True)
class Click:
    """One answer that is handed in."""

    member: int
    """Its place among the members; so for `guild` and `question`."""
    guild: int
    question: int
    place: int
    """Which of several rounds with that question."""
    challenge: int
    """0: a round outside challenges. 1: of the challenge that runs. 2: of the one before."""
    at: datetime
    outcome: Outcome
    points: int
    hints: int
    took: int
    joins: bool
    """Whether it shares a commit with the one before."""


clicks = st.builds(
    Click,
    member=st.integers(0, len(MEMBERS) - 1) | st.integers(0, 2),
    guild=st.sampled_from([0, 0, 1]),
    question=st.integers(0, len(QUESTIONS) - 1),
    place=st.integers(0, 2),
    challenge=st.sampled_from([0, 0, 0, 1, 1, 2]),
    at=st.sampled_from(MOMENTS),
    outcome=st.sampled_from(Outcome),
    points=st.sampled_from([0, 5, 10]),
    hints=st.integers(0, 2),
    took=st.integers(0, 2),
    joins=st.booleans(),
)


@dataclass(frozen=True)
class History:
    """What happens in two servers."""

    clicks: tuple[tuple[Click, ...], tuple[Click, ...]]
    """While the first challenges run, and after that while the second ones do."""
    hidden: frozenset[int]
    left: frozenset[int]
    analysed: bool
    """Whether SQLite learns, in the middle of it, how large the tables are."""


def histories(clicks_at_least: int = 0) -> st.SearchStrategy[History]:
    """Histories with at least so many answers in each half."""
    some = st.lists(clicks, min_size=clicks_at_least, max_size=70).map(tuple)
    absent = st.frozensets(st.integers(0, len(MEMBERS) - 1), max_size=5)
    return st.builds(History, st.tuples(some, some), absent, absent, st.booleans())


@dataclass(frozen=True)
class Kept:
    """An answer that was stored, with all that matters about its round."""

    guild: int
    question: Question
    challenge_id: int | None
    answer: Answer

    @property
    def own(self) -> bool:
        """Whether the member wrote the question."""
        return self.question.author == self.answer.member_id

    @property
    def week(self) -> tuple[int, int]:
        """Year and week as calendars number them."""
        return self.answer.day.isocalendar()[:2]


class Reference:
    """What a history should have led to."""

    def __init__(self, unlisted: Iterable[int] = ()) -> None:
        self.kept: list[Kept] = []
        self.unlisted = frozenset(unlisted)

    def counting(self) -> list[Kept]:
        """The answers that count: the first of a member to a question in a week, without those of its author."""
        seen = set()
        found = []
        for kept in self.kept:
            key = (kept.guild, kept.answer.member_id, kept.question.bank, kept.question.id, kept.week)
            if not kept.own and key not in seen:
                seen.add(key)
                found.append(kept)
        return found

    def on_board(self, guild: int, span: Span, scope: tuple[str, str]) -> list[Kept]:
        """The answers that a board is made of."""
        if span.period is Period.CHALLENGE:
            of_challenge = [kept for kept in self.kept if kept.challenge_id == span.challenge_id]
            return [kept for kept in of_challenge if not kept.own and kept.guild == guild]
        return [
            kept
            for kept in self.counting()
            if kept.guild == guild
            and scope[0] in {"", kept.question.bank}
            and scope[1] in {"", kept.question.topic}
            and _in(span, kept.answer.day)
        ]

    def scores(self, guild: int, span: Span, scope: tuple[str, str] = ("", "")) -> dict[int, Score]:
        """The score of everyone, on the board or not."""
        scores: dict[int, Score] = {}
        for kept in self.on_board(guild, span, scope):
            answer = kept.answer
            scores[answer.member_id] = scores.get(answer.member_id, Score(answer.member_id)).plus(
                points=answer.points,
                right=answer.outcome is Outcome.RIGHT,
                hints=answer.hints,
                at=answer.clicked_at,
                took=answer.took,
            )
        return scores

    def page(
        self, guild: int, span: Span, scope: tuple[str, str], member_id: int, number: int | None
    ) -> BoardPage:
        """A page of a board."""
        scores = self.scores(guild, span, scope)
        by_time = span.period is Period.CHALLENGE
        listed = [score for score in scores.values() if score.member_id not in self.unlisted]
        standings = rank(listed, by_time=by_time)
        own: Standing | None = None
        line = 0
        if member_id in scores:
            others = [score for score in listed if score.member_id != member_id]
            with_them = rank([*others, scores[member_id]], by_time=by_time)
            (line,) = [n for n, standing in enumerate(with_them) if standing.score.member_id == member_id]
            own = with_them[line]
        if number is None:
            number = line // 10
        number = max(0, min(number, pages(len(listed)) - 1))
        return BoardPage(number, len(listed), standings[10 * number : 10 * number + 10], own)

    def totals(self, guild: int, span: Span) -> Totals:
        """What everyone together did."""
        found = self.on_board(guild, span, ("", ""))
        right = sum(kept.answer.outcome is Outcome.RIGHT for kept in found)
        return Totals(len({kept.answer.member_id for kept in found}), right, len(found))

    def days(self, guild: int, member_id: int) -> list[Day]:
        """What a member did on each day."""
        counting = self.counting()
        own = [kept for kept in self.kept if (kept.guild, kept.answer.member_id) == (guild, member_id)]
        found = []
        for day in sorted({kept.answer.day for kept in own}):
            scored = [kept.answer for kept in own if kept.answer.day == day and kept in counting]
            found.append(
                Day(
                    day,
                    answers=sum(kept.answer.day == day for kept in own),
                    scored=len(scored),
                    right=sum(answer.outcome is Outcome.RIGHT for answer in scored),
                    points=sum(answer.points for answer in scored),
                )
            )
        return found

    def topics(self, guild: int, member_id: int) -> set[TopicRecord]:
        """How a member does on each topic."""
        found = set()
        for bank, topic in SCOPES:
            score = self.scores(guild, Span(Period.ALL), (bank, topic)).get(member_id) if topic else None
            if score is not None:
                found.add(TopicRecord(bank, topic, score.right, score.answered))
        return found

    def spans(self) -> list[Span]:
        """All weeks and months with answers and those beside them, and all time."""
        days = {kept.answer.day + timedelta(days=off) for kept in self.kept for off in (-31, -7, 0, 7, 31)}
        mondays = {day - timedelta(days=day.isoweekday() - 1) for day in days}
        return [
            Span(Period.ALL),
            *(Span(Period.WEEK, first) for first in sorted(mondays)),
            *(Span(Period.MONTH, date(*month, 1)) for month in sorted({(d.year, d.month) for d in days})),
        ]


def _in(span: Span, day: date) -> bool:
    if span.first is None:
        return span.period is Period.ALL
    if span.period is Period.WEEK:
        return day.isocalendar()[:2] == span.first.isocalendar()[:2]
    return (day.year, day.month) == (span.first.year, span.first.month)


class Play:
    """Plays a history through the stores, beside the reference."""

    def __init__(self, database: Database, history: History) -> None:
        self.database = database
        self.history = history
        self.reference = Reference(MEMBERS[place] for place in history.hidden | history.left)
        self.challenges: dict[int, list[int]] = {guild: [] for guild in GUILDS}
        """The ids of the challenges in each server."""
        self._rounds: dict[tuple[int, int, int], Round] = {}
        self._answers = AnswerStore(database)

    async def run(self) -> None:
        """Play all of it, and check what each member is told on the way."""
        for round_ in await RoundStore(self.database).open():
            self._note(round_)
        for half, clicks in enumerate(self.history.clicks):
            await self._next_challenges(half)
            for group in _groups(clicks):
                await self._hand_in(group)
            if self.history.analysed:
                async with self.database.transaction() as transaction:
                    await transaction.run("ANALYZE")
        servers = ServerStore(self.database)
        for guild in GUILDS:
            await servers.unlist(guild, (MEMBERS[place] for place in self.history.hidden), Unlisted.HIDDEN)
            await servers.unlist(guild, (MEMBERS[place] for place in self.history.left), Unlisted.LEFT)

    def _note(self, round_: Round) -> None:
        place = round_.channel_id - CHANNEL
        self._rounds[round_.guild_id, QUESTIONS.index(round_.question), place] = round_

    async def _next_challenges(self, half: int) -> None:
        store = ChallengeStore(self.database)
        for guild in GUILDS:
            if half:
                assert await store.end(self.challenges[guild][-1], ChallengeEnd.FINISHED, BEGIN)
            started = await store.start(
                Plan(guild, CHANNEL, 1, "sample"),
                [QUESTIONS[place] for place in IN_CHALLENGES[half]],
                seed="x",
                starts_at=BEGIN,
                ends_at=FOREVER,
                close_at=FOREVER,
            )
            assert started is not None
            self.challenges[guild].append(started.id)

    async def _round_of(self, click: Click) -> tuple[int, Question, int | None, bool]:
        """The id of a click's round, its question, its challenge, and whether it is open."""
        guild, challenges = GUILDS[click.guild], self.challenges[GUILDS[click.guild]]
        if click.challenge == 0 or click.challenge > len(challenges):
            round_ = self._rounds[guild, click.question, click.place]
            return round_.id, round_.question, None, True
        number = len(challenges) - click.challenge
        asked = IN_CHALLENGES[number]
        position = click.question % len(asked)
        rows = await self.database.read(
            "SELECT id FROM round WHERE challenge_id = ? AND position = ?", (challenges[number], position + 1)
        )
        return rows[0][0], QUESTIONS[asked[position]], challenges[number], click.challenge == 1

    async def _hand_in(self, group: Sequence[Click]) -> None:
        coming = []
        expected: list[tuple[bool, Kept]] = []
        for click in group:
            round_id, question, challenge_id, is_open = await self._round_of(click)
            answer = Answer(
                round_id=round_id,
                member_id=MEMBERS[click.member],
                choice=frozenset({0}),
                clicked_at=click.at,
                hints=click.hints,
                outcome=click.outcome,
                points=click.points,
                day=local_day(click.at, ZONES[click.guild]),
                took=seconds(click.took),
            )
            expected.append((is_open, Kept(GUILDS[click.guild], question, challenge_id, answer)))
            coming.append(self._answers.add(answer, private=challenge_id is not None))
        for stored, (is_open, kept) in zip(await asyncio.gather(*coming), expected, strict=True):
            self._check(stored, is_open, kept)

    def _check(self, stored: Stored, is_open: bool, kept: Kept) -> None:
        key = (kept.answer.round_id, kept.answer.member_id)
        before = [
            one.answer for one in self.reference.kept if (one.answer.round_id, one.answer.member_id) == key
        ]
        if before:
            assert stored == Stored(before[0], False, False)
        elif not is_open:
            assert stored == Stored(None, False, False)
        else:
            counted = len(self.reference.counting())
            self.reference.kept.append(kept)
            assert stored == Stored(kept.answer, True, len(self.reference.counting()) > counted)


def _groups(clicks: Sequence[Click]) -> Iterator[list[Click]]:
    group: list[Click] = []
    for click in clicks:
        if group and not click.joins:
            yield group
            group = []
        group.append(click)
    if group:
        yield group


async def make_servers(path: Path) -> None:
    """A database with the rounds that histories are played in."""
    async with Database.open(path) as database:
        for guild in GUILDS:
            for question in QUESTIONS:
                for place in range(3):
                    added = await RoundStore(database).add(
                        guild_id=guild,
                        channel_id=CHANNEL + place,
                        question=question,
                        order=(0, 1, 2, 3),
                        opened_at=BEGIN,
                        closes_at=FOREVER,
                    )
                    assert added is not None
