"""A year of made answers, for measuring: the same ones each time."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from bot.domain.questions import Option, Question
from bot.domain.scoring import Grade, Outcome, points
from bot.domain.windows import WEEK, monday
from bot.storage.database import Database, to_ms
from bot.storage.rounds import keep_versions
from bot.storage.servers import ServerStore, Unlisted

LAST_DAY = date(2026, 6, 28)
"""The end of the history, a Sunday."""
YEAR = 52 * WEEK
BANK = "made"
TOPICS = 18
QUESTIONS = [
    Question(
        bank=BANK,
        id=f"question-{number}",
        topic=f"topic-{number % TOPICS}",
        prompt=f"What is right in question {number}?",
        options=tuple(Option(f"option {n}", f"why {n}", n == 0) for n in range(4)),
        explanation=f"The explanation of question {number}.",
    )
    for number in range(240)
]
IN_CHALLENGE = QUESTIONS[:10]
CHALLENGE = 1
"""The number of the challenge's row."""
TOPIC = IN_CHALLENGE[0].topic
"""A topic on whose board are all who played the challenge."""

_QUIZ = 5
"""Questions in a quiz."""
_SNOWFLAKE = 1_200_000_000_000_000_000
"""Ids as large as Discord's."""
_DAY_MS = 86_400_000
_BATCH = 100_000

# choice, hints, outcome, points: of five answers three are right, each at another speed
_VARIANTS = [
    (1, hints, Outcome.RIGHT, points(Grade(Outcome.RIGHT, 1.0), time_left=left / 10, hints=hints))
    for left in range(10)
    for hints in (0, 0, 1)
] + [(2, hints, Outcome.WRONG, 0) for hints in (0, 0, 0, 1, 2) for _ in range(4)]


@dataclass(frozen=True)
class Server:
    """A server, and how many answers it is to get."""

    guild_id: int
    members: Sequence[int]
    answers: int
    at_once: int
    """How many members take part in a quiz."""
    challenge: bool = False
    """Whether all members have played a challenge in the last week."""


def large_server(answers: int) -> Server:
    """The server that is measured: 5,000 members, all of them in a challenge, whose answers are the least it gets."""
    members = [_SNOWFLAKE + 1 + n * 7_919 for n in range(5_000)]
    return Server(_SNOWFLAKE, members, max(answers, len(members) * len(IN_CHALLENGE)), 50, challenge=True)


def other_servers(number: int, answers: int) -> list[Server]:
    """Servers of 20 to 180 members, which get so many answers in all."""
    rng = random.Random(1)
    servers = []
    for n in range(1, number + 1):
        guild_id = _SNOWFLAKE + n * 1_000_000_000
        share = answers * n // number - answers * (n - 1) // number
        members = [guild_id + 1 + m * 7_919 for m in range(rng.randint(20, 180))]
        servers.append(Server(guild_id, members, share, at_once=12))
    return servers


def at(day: date, hour: int = 0) -> datetime:
    """An hour of a day in UTC."""
    return datetime.combine(day, time(hour), tzinfo=UTC)


async def build(path: Path, servers: Sequence[Server], tell: Callable[[int], None]) -> None:
    """Make a database in which nothing derived from the answers is there yet; `tell` hears of each lot of answers."""
    async with Database.open(path) as database:
        async with database.transaction() as transaction:
            await keep_versions(transaction, QUESTIONS)
        for server in servers:
            if server.challenge:
                await ServerStore(database).unlist(server.guild_id, server.members[::100], Unlisted.LEFT)
    with closing(sqlite3.connect(path)) as connection:
        # what goes wrong here is thrown away, so nothing needs to be safe
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -2000000"):
            connection.execute(f"PRAGMA {pragma}")
        maker = _Maker(connection, tell)
        for server in servers:
            if server.challenge:
                maker.play_challenge(server)
        maker.play_quizzes(servers)
        maker.write()
        connection.commit()


class _Maker:
    """Makes rounds and answers in the order in which they would have been stored."""

    def __init__(self, connection: sqlite3.Connection, tell: Callable[[int], None]) -> None:
        self._connection = connection
        self._tell = tell
        self._rng = random.Random(2)
        self._rounds: list[tuple[int | str | None, ...]] = []
        self._answers: list[tuple[int, ...]] = []
        self._last_round = 0

    def play_challenge(self, server: Server) -> None:
        opened, ended = to_ms(at(monday(LAST_DAY))), to_ms(at(LAST_DAY, 18))
        self._connection.execute(
            "INSERT INTO challenge (id, guild_id, number, channel_id, bank, topics, seed, starts_at, ends_at, "
            "ended_at, end_reason) VALUES (?, ?, 1, ?, ?, '', 'made', ?, ?, ?, 'finished')",
            (CHALLENGE, server.guild_id, server.guild_id + 1, BANK, opened, ended, ended),
        )
        rounds = range(self._last_round + 1, self._last_round + 1 + len(IN_CHALLENGE))
        for position, (round_id, question) in enumerate(zip(rounds, IN_CHALLENGE, strict=True), start=1):
            self._ask(round_id, server, question, opened, ended, CHALLENGE, position)
        self._last_round = rounds[-1]
        for member in server.members:
            now = opened + self._rng.randrange(6 * _DAY_MS)
            for round_id in rounds:
                now += 60_000
                self._answer(round_id, member, now, self._rng.randrange(5_000, 60_000))

    def play_quizzes(self, servers: Sequence[Server]) -> None:
        left = {
            server.guild_id: server.answers
            - (len(server.members) * len(IN_CHALLENGE) if server.challenge else 0)
            for server in servers
        }
        for opened, server in self._quizzes(servers, left):
            players = self._rng.sample(server.members, min(server.at_once, len(server.members)))
            for place, question in enumerate(self._rng.sample(QUESTIONS, _QUIZ)):
                began = opened + place * 45_000
                self._last_round += 1
                self._ask(self._last_round, server, question, began, began + 30_000)
                answering = players[: left[server.guild_id]]
                left[server.guild_id] -= len(answering)
                for member, took in zip(
                    answering, sorted(self._rng.choices(range(1_000, 30_000), k=len(answering))), strict=True
                ):
                    self._answer(self._last_round, member, began + took, took)
            if len(self._answers) >= _BATCH:
                self.write()

    def _quizzes(self, servers: Sequence[Server], left: dict[int, int]) -> Iterator[tuple[int, Server]]:
        """When a quiz began in which server, over the year."""
        first, end = to_ms(at(LAST_DAY - YEAR)), to_ms(at(LAST_DAY, 23))
        starts = []
        for place, server in enumerate(servers):
            each = _QUIZ * min(server.at_once, len(server.members))
            quizzes = -(-left[server.guild_id] // each)
            starts += [(self._rng.randrange(first, end), place) for _ in range(quizzes)]
        starts.sort()
        for opened, place in starts:
            yield opened, servers[place]

    def _ask(
        self,
        round_id: int,
        server: Server,
        question: Question,
        opened: int,
        closed: int,
        challenge_id: int | None = None,
        position: int | None = None,
    ) -> None:
        self._rounds.append(
            (
                *(round_id, server.guild_id, server.guild_id + 1, challenge_id, position, question.version),
                *("0,1,2,3", opened, closed, closed, "deadline"),
            )
        )

    def _answer(self, round_id: int, member: int, clicked_at: int, took: int) -> None:
        choice, hints, outcome, earned = _VARIANTS[int(self._rng.random() * len(_VARIANTS))]
        day = clicked_at // _DAY_MS
        self._answers.append((round_id, member, choice, clicked_at, hints, outcome, earned, day, took))

    def write(self) -> None:
        """Write what has been made since the last time."""
        self._connection.executemany(
            "INSERT INTO round (id, guild_id, channel_id, challenge_id, position, version, option_order, opened_at, "
            "closes_at, closed_at, close_reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._rounds,
        )
        self._connection.executemany(
            "INSERT INTO answer (round_id, member_id, choice, clicked_at, hints, outcome, points, day, took) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._answers,
        )
        self._tell(len(self._answers))
        self._rounds.clear()
        self._answers.clear()
