"""A database as the first version of the bot left it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.boards import Score
from bot.domain.questions import Question
from bot.domain.scoring import Outcome
from bot.domain.windows import WEEK
from bot.storage.database import _migrations, to_ms
from tests.domain.examples import make_question
from tests.storage.examples import ADA, CHANNEL, GUILD

FIRST_SCRIPT = _migrations()[0]

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)

OLD_QUESTIONS = (
    make_question("a", topic="one"),
    make_question("a", topic="two", prompt="Edited, and moved to another topic?"),
    make_question("b", topic="two"),
    make_question("a", topic="one", bank="other"),
)


@dataclass(frozen=True)
class OldAnswer:
    """An answer in a database of format 1."""

    round_id: int
    member_id: int
    clicked_at: datetime
    outcome: Outcome = Outcome.RIGHT
    points: int = 10
    hints: int = 0


class OldDatabase:
    """Writes a database as the first version left it, without our code but for its script."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rounds: dict[int, tuple[int, Question, datetime]] = {}
        """The server, the question and the beginning of each round."""
        self.scored: list[OldAnswer] = []
        """The answers that counted then."""
        self.connection = sqlite3.connect(path)
        self.connection.executescript(f"{FIRST_SCRIPT} PRAGMA journal_mode = WAL; PRAGMA user_version = 1;")

    def close(self) -> None:
        """Write it all to the file."""
        self.connection.commit()
        self.connection.close()

    def run(self, sql: str, *parameters: Any) -> None:
        """Run a statement."""
        self.connection.execute(sql, parameters)

    def version(self, question: Question) -> str:
        """Keep a question as the first version did, before there were authors; what it is called there."""
        content = question.to_dict()
        del content["author"]
        name = f"old {question.version[:16]}"
        self.run(
            "INSERT INTO question_version VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            *(name, question.bank, question.id, json.dumps(content, ensure_ascii=False)),
        )
        return name

    def round(
        self,
        id_: int,
        question: Question,
        opened_at: datetime,
        *,
        guild: int = GUILD,
        quiz: tuple[int, int] | None = None,
        closed: bool = True,
    ) -> None:
        """A round; of a quiz and its place there, or single."""
        self.rounds[id_] = guild, question, opened_at
        self.run(
            "INSERT INTO round VALUES (?, ?, ?, ?, ?, ?, ?, '0,1,2,3', ?, ?, ?, ?)",
            *(id_, guild, CHANNEL, 700 + id_, *(quiz or (None, None)), self.version(question)),
            *(to_ms(opened_at), to_ms(opened_at + WEEK), to_ms(opened_at + WEEK) if closed else None),
            "deadline" if closed else None,
        )

    def quiz(self, id_: int, questions: Sequence[Question], *, running: bool) -> None:
        """A quiz on these questions."""
        ended = (None, None) if running else (to_ms(MONDAY), "finished")
        self.run(
            "INSERT INTO quiz VALUES (?, ?, ?, ?, 'sample', NULL, 30, ?, 77, ?, ?)",
            *(id_, GUILD, CHANNEL, ADA, to_ms(MONDAY), *ended),
        )
        for place, question in enumerate(questions, start=1):
            self.run("INSERT INTO quiz_question VALUES (?, ?, ?)", id_, place, self.version(question))

    def answer(self, answer: OldAnswer) -> bool:
        """An answer, which counts if it is the member's first to the question in its week; whether it was new."""
        guild, question, _ = self.rounds[answer.round_id]
        result = (answer.hints, int(answer.outcome), answer.points)
        ((before,),) = self.connection.execute(
            "SELECT count(*) FROM answer WHERE round_id = ? AND member_id = ?",
            (answer.round_id, answer.member_id),
        )
        if before:
            return False
        self.run(
            "INSERT INTO answer VALUES (?, ?, 1, ?, ?, ?, ?)",
            *(answer.round_id, answer.member_id, to_ms(answer.clicked_at), *result),
        )
        midnight = answer.clicked_at.replace(hour=0, minute=0, second=0, microsecond=0)
        week = midnight - timedelta(days=midnight.weekday())
        written = self.connection.execute(
            "INSERT INTO score VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1",
            (
                *(guild, answer.member_id, question.bank, question.id, to_ms(week), answer.round_id),
                *(to_ms(answer.clicked_at), answer.points, int(answer.outcome), answer.hints),
            ),
        ).fetchall()
        if written:
            self.scored.append(answer)
        return True

    def scores(self, guild: int, first: date | None = None) -> list[Score]:
        """What the old score table said, by member: of a week, or in all."""
        start = datetime(*(first or date(1970, 1, 1)).timetuple()[:3], tzinfo=UTC)
        end = start + WEEK if first else datetime(2100, 1, 1, tzinfo=UTC)
        scores: dict[int, Score] = {}
        for answer in self.scored:
            of, _, opened_at = self.rounds[answer.round_id]
            if of == guild and start <= answer.clicked_at < end:
                scores[answer.member_id] = scores.get(answer.member_id, Score(answer.member_id)).plus(
                    points=answer.points,
                    right=answer.outcome is Outcome.RIGHT,
                    hints=answer.hints,
                    at=answer.clicked_at,
                    took=max(timedelta(), answer.clicked_at - opened_at),
                )
        return sorted(scores.values(), key=lambda score: score.member_id)


def at(day: int, hour: int = 12) -> datetime:
    """An hour of a day, counted from the Monday."""
    return MONDAY + timedelta(days=day, hours=hour)
