"""Made members who study alone, with what they have answered and when it comes again: the same ones each time."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from fsrs import Rating

from benchmarks.history import LAST_DAY, TOPICS, at
from bot.domain.challenges import Plan
from bot.domain.questions import Bank, Catalog, Option, Question, Reference, Topic
from bot.domain.reviews import Review, ReviewCard, card_after, memory_model
from bot.domain.scoring import Outcome
from bot.storage.challenges import ChallengeStore
from bot.storage.database import Database, to_day, to_ms
from bot.storage.rounds import RoundStore, keep_versions
from bot.storage.scores import ScoreStore

TODAY = LAST_DAY
NOW = at(TODAY, 12)
GUILD = 1_200_000_000_000_000_000
CHANNEL = GUILD + 1
MODEL = memory_model(0.9)

_SENTENCE = "It says as much as the sentences of a real question do, and takes as many bytes. "


def _question(number: int) -> Question:
    return Question(
        bank="made",
        id=f"question-{number:04}",
        topic=f"topic-{number % TOPICS}",
        prompt=f"What is right in question {number}? {_SENTENCE * 2}",
        options=tuple(Option(f"Option {n} of question {number}", _SENTENCE, n == 0) for n in range(4)),
        explanation=_SENTENCE * 6,
        hints=(_SENTENCE, _SENTENCE),
        references=(Reference("Where it is written", f"https://example.org/{number}"),),
        difficulty=("easy", "medium", "hard")[number % 3],
    )


BANK = Bank(
    id="made",
    title="Made questions",
    language="en",
    license="CC0",
    disclaimer="",
    pass_mark=70,
    topics={f"topic-{n}": Topic(f"topic-{n}", f"Topic {n}", 1 + n % 9) for n in range(TOPICS)},
    questions=tuple(_question(number) for number in range(1000)),
)
CATALOG = Catalog({BANK.id: BANK})
IN_CHALLENGE = BANK.questions[::100]
OPEN = BANK.questions[1::20]
"""The questions of the rounds that are open now."""

_HISTORIES = 5_000
_DAYS = 150
"""Nobody began longer ago."""
_ANSWERING = 50
"""Members who answer in a round."""
_BEFORE = 3
"""Practices that each member has ended."""
_ITEMS = 10
"""Questions in each of them."""
_LOT = 100
"""Members whose cards are made in one statement."""

# each member knows another part of the bank, and has been through another history with each question of it
_PICKED = """
    SELECT learner.member_id, question.id AS question,
           (learner.place + 1) * 7919 * (question.place * 104729 + 12345) % 2147483647 % learner.histories AS history
    FROM learner CROSS JOIN question
    WHERE learner.place BETWEEN ? AND ? AND (question.place * 389 + learner.place * 83) % {questions} < {cards}
"""


@dataclass(frozen=True)
class Learners:
    """The members by what `/review` finds."""

    members: int

    @property
    def all(self) -> list[int]:
        """Everybody, in the order in which they are made."""
        return [GUILD + 2 + place * 7_919 for place in range(self.members)]

    @property
    def nothing_due(self) -> list[int]:
        """A tenth; they never answer in a round."""
        return self.all[::10]

    @property
    def at_it(self) -> list[int]:
        """Another tenth, in the middle of today's review."""
        return self.all[1::10]

    @property
    def others(self) -> list[int]:
        """Those with something due, which they have not begun with."""
        return [member for place, member in enumerate(self.all) if place % 10 > 1]


async def build(
    path: Path, learners: Learners, cards: int, answers: int, tell: Callable[[int], None]
) -> None:
    """Make a database in which no answer in a round is a review yet; `tell` hears of each lot of members."""
    async with Database.open(path) as database:
        async with database.transaction() as transaction:
            await keep_versions(transaction, BANK.questions)
        await ChallengeStore(database).start(
            Plan(GUILD, CHANNEL, GUILD, BANK.id),
            IN_CHALLENGE,
            seed="made",
            starts_at=NOW - timedelta(days=2),
            ends_at=NOW + timedelta(days=5),
            close_at=NOW + timedelta(days=5),
        )
        rounds = RoundStore(database)
        for question in OPEN:
            await rounds.add(
                guild_id=GUILD,
                channel_id=CHANNEL,
                question=question,
                order=range(4),
                opened_at=NOW - timedelta(hours=1),
                closes_at=NOW + timedelta(days=1),
            )
    with closing(sqlite3.connect(path)) as connection:
        # what goes wrong here is thrown away, so nothing needs to be safe
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -2000000"):
            connection.execute(f"PRAGMA {pragma}")
        maker = _Maker(connection, learners)
        maker.keep_zones()
        maker.answer(answers)
        maker.practise()
        maker.learn(cards, tell)
        connection.commit()
    async with Database.open(path) as database:
        await ScoreStore(database).rebuild()


class _Maker:
    """Writes what the members have done."""

    def __init__(self, connection: sqlite3.Connection, learners: Learners) -> None:
        self._connection = connection
        self._learners = learners
        self._rng = random.Random(5)

    def keep_zones(self) -> None:
        """Every second member has chosen a time zone."""
        self._connection.executemany(
            "INSERT INTO member (member_id, zone) VALUES (?, 'Europe/Berlin')",
            [(member,) for member in self._learners.all[::2]],
        )

    def answer(self, answers: int) -> None:
        """Answers in rounds of the last months."""
        answering = [*self._learners.at_it, *self._learners.others]
        ((last,),) = self._connection.execute("SELECT max(id) FROM round")
        at_once = min(_ANSWERING, len(answering))
        rounds = range(last + 1, last + 1 + -(-answers // at_once))
        for round_id in rounds:
            day = to_day(TODAY) - _DAYS + _DAYS * (round_id - rounds[0]) // len(rounds)
            opened = day * 86_400_000 + self._rng.randrange(80_000_000)
            version = self._rng.choice(BANK.questions).version
            self._connection.execute(
                "INSERT INTO round (id, guild_id, channel_id, version, option_order, opened_at, closes_at, closed_at, "
                "close_reason) VALUES (?, ?, ?, ?, '0,1,2,3', ?, ?, ?, 'deadline')",
                (round_id, GUILD, CHANNEL, version, opened, opened + 60_000, opened + 60_000),
            )
            players = self._rng.sample(answering, min(at_once, answers))
            answers -= len(players)
            self._connection.executemany(
                "INSERT INTO answer (round_id, member_id, choice, clicked_at, hints, outcome, points, day, took) "
                "VALUES (?, ?, 1, ?, 0, ?, 10, ?, ?)",
                [
                    (
                        *(round_id, member, opened + took),
                        *(self._rng.choice((Outcome.RIGHT, Outcome.RIGHT, Outcome.WRONG)), day, took),
                    )
                    for member in players
                    for took in (self._rng.randrange(3_000, 50_000),)
                ],
            )

    def practise(self) -> None:
        """Practices that have ended, and reviews that have not."""
        at_it = set(self._learners.at_it)
        for member in self._learners.all:
            for _ in range(_BEFORE):
                begun = to_ms(NOW) - self._rng.randrange(1, _DAYS) * 86_400_000
                self._session(member, "practice", begun, begun + 600_000, _ITEMS, _ITEMS)
            if member in at_it:
                answered = self._rng.randrange(1, 40)
                self._session(member, "review", to_ms(NOW) - 3_600_000, None, answered + 1, answered)

    def _session(
        self, member: int, kind: str, begun: int, ended: int | None, items: int, answered: int
    ) -> None:
        session = self._connection.execute(
            "INSERT INTO session (member_id, guild_id, kind, bank, begun_at, ended_at) VALUES (?, ?, ?, ?, ?, ?)",
            (member, GUILD, kind, BANK.id, begun, ended),
        ).lastrowid
        questions = self._rng.sample(BANK.questions, items)
        self._connection.executemany(
            "INSERT INTO item (session_id, position, version, option_order, is_new, shown_at, choice, answered_at, "
            "outcome, day, took) VALUES (?, ?, ?, '2,0,3,1', 0, ?, ?, ?, ?, ?, ?)",
            [
                (session, position, question.version, begun, *((1, begun, 2, begun // 86_400_000, 9_000)))
                if position <= answered
                else (session, position, question.version, None, None, None, None, None, None)
                for position, question in enumerate(questions, start=1)
            ],
        )

    def learn(self, cards: int, tell: Callable[[int], None]) -> None:
        """The cards and their log, by SQL from a few thousand histories."""
        histories = sorted(
            (self._history() for _ in range(_HISTORIES)), key=lambda history: history[0].due <= TODAY
        )
        not_due = sum(card.due > TODAY for card, _ in histories)
        execute, many = self._connection.execute, self._connection.executemany
        execute("CREATE TEMP TABLE learner (place INTEGER PRIMARY KEY, member_id, histories)")
        many(
            "INSERT INTO learner VALUES (?, ?, ?)",
            [
                (place, member, not_due if place % 10 == 0 else len(histories))
                for place, member in enumerate(self._learners.all)
            ],
        )
        execute("CREATE TEMP TABLE question (place INTEGER PRIMARY KEY, id)")
        many("INSERT INTO question VALUES (?, ?)", list(enumerate(q.id for q in BANK.questions)))
        execute(
            "CREATE TEMP TABLE history (id INTEGER PRIMARY KEY, stability, difficulty, last, due, rating)"
        )
        execute(
            "CREATE TEMP TABLE step (history, number, rating, day, PRIMARY KEY (history, number)) WITHOUT ROWID"
        )
        for number, (card, steps) in enumerate(histories):
            execute(
                "INSERT INTO history VALUES (?, ?, ?, ?, ?, ?)",
                (
                    number,
                    card.stability,
                    card.difficulty,
                    to_day(card.last),
                    to_day(card.due),
                    int(card.rating),
                ),
            )
            many(
                "INSERT INTO step VALUES (?, ?, ?, ?)",
                [(number, place, int(each.rating), to_day(each.day)) for place, each in enumerate(steps, 1)],
            )
        picked = _PICKED.format(questions=len(BANK.questions), cards=cards)
        for first in range(0, self._learners.members, _LOT):
            lot = (first, min(first + _LOT, self._learners.members) - 1)
            execute(
                "INSERT INTO review_card (member_id, bank, question, stability, difficulty, last_day, due_day, rating) "
                f"SELECT member_id, '{BANK.id}', question, stability, difficulty, last, due, rating "
                f"FROM ({picked}) AS picked CROSS JOIN history ON history.id = picked.history",
                lot,
            )
            execute(
                "INSERT INTO review_log (member_id, bank, question, number, rating, day, reviewed_at, took) "
                f"SELECT member_id, '{BANK.id}', question, number, rating, day, day * 86400000 + 40000000, 9000 "
                f"FROM ({picked}) AS picked CROSS JOIN step ON step.history = picked.history",
                lot,
            )
            tell(lot[1] + 1 - first)

    def _history(self) -> tuple[ReviewCard, list[Review]]:
        """What can have happened to a card: reviews on time and late, until yesterday."""
        day = TODAY - timedelta(days=self._rng.randrange(1, _DAYS))
        card: ReviewCard | None = None
        steps: list[Review] = []
        while card is None or day < TODAY:
            rating = self._rng.choices(list(Rating), (15, 10, 65, 10))[0]
            steps.append(Review(BANK.id, "", rating, day, at(day), timedelta(seconds=9)))
            card = card_after(MODEL, card, steps[-1])
            day = card.due + timedelta(days=int(self._rng.expovariate(1 / 3)))
        return card, steps
