"""Mock exams and the questions in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from fsrs import Scheduler

from bot.domain.exams import Exam, ExamEnd, ExamItem, graded, missed, reviews_of
from bot.domain.questions import from_mask, to_mask
from bot.domain.rounds import Asked
from bot.domain.scoring import Outcome
from bot.storage.database import (
    Database,
    Row,
    Transaction,
    from_day,
    from_ms,
    from_span,
    to_day,
    to_ms,
    to_span,
)
from bot.storage.plans import to_topics
from bot.storage.reviews import add_reviews, withdraw_reviews
from bot.storage.rounds import from_order, keep_versions, to_order, to_question
from bot.storage.timers import clear_timers, set_timer

EXAM = "exam"
"""Timer: the time of an exam is up."""

_EXAM = (
    "SELECT id, member_id, guild_id, bank, topics, questions, minutes, pass_mark, seed, prepared_at, started_at, "
    "ends_at, position, since, ended_at, end_reason, day, correct, in_review FROM exam"
)
_RUNNING = "started_at IS NOT NULL AND ended_at IS NULL"

_ITEM = (
    "SELECT item.position, question_version.content, item.option_order, item.choice, item.flagged, item.spent, "
    "item.outcome FROM exam_item AS item JOIN question_version ON question_version.version = item.version "
    "WHERE item.exam_id = ?"
)
_ITEMS = f"{_ITEM} ORDER BY item.position"


def _to_exam(row: Row) -> Exam:
    id_, member, guild, bank, topics, questions, minutes, pass_mark, seed, prepared = row[:10]
    started, ends, position, since, ended, reason, day, correct, in_review = row[10:]
    return Exam(
        id=id_,
        member_id=member,
        guild_id=guild,
        bank=bank,
        topics=to_topics(topics),
        questions=questions,
        minutes=minutes,
        pass_mark=pass_mark,
        seed=seed,
        prepared_at=from_ms(prepared),
        started_at=from_ms(started) if started is not None else None,
        ends_at=from_ms(ends) if ends is not None else None,
        position=position,
        since=from_ms(since) if since is not None else None,
        ended_at=from_ms(ended) if ended is not None else None,
        end_reason=ExamEnd(reason) if reason is not None else None,
        day=from_day(day) if day is not None else None,
        correct=correct,
        in_review=bool(in_review),
    )


def _to_item(row: Row) -> ExamItem:
    position, content, order, choice, flagged, spent, outcome = row
    return ExamItem(
        position=position,
        question=to_question(content),
        order=from_order(order),
        choice=from_mask(choice),
        flagged=bool(flagged),
        spent=from_span(spent),
        outcome=Outcome(outcome) if outcome is not None else None,
    )


async def _charge(transaction: Transaction, exam: Exam, until: datetime) -> None:
    """Count the time since the last click for the question that was in front."""
    if exam.since is not None and until > exam.since:
        await transaction.run(
            "UPDATE exam_item SET spent = spent + ? WHERE exam_id = ? AND position = ?",
            (to_span(until - exam.since), exam.id, exam.position),
        )


class ExamStore:
    """The exams."""

    def __init__(self, database: Database, model: Scheduler) -> None:
        """`model` says when a question comes again."""
        self._database = database
        self._model = model

    async def prepare(
        self,
        *,
        member_id: int,
        guild_id: int | None,
        bank: str,
        topics: Sequence[str],
        questions: int,
        minutes: int,
        pass_mark: int,
        seed: str,
        now: datetime,
    ) -> Exam:
        """A new exam, which has not begun. Those that the member prepared before and never began are forgotten."""
        async with self._database.transaction() as transaction:
            ((exam_id,),) = await transaction.run(
                "INSERT INTO exam (member_id, guild_id, bank, topics, questions, minutes, pass_mark, seed, prepared_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                (
                    *(member_id, guild_id, bank, ",".join(topics), questions, minutes, pass_mark, seed),
                    to_ms(now),
                ),
            )
            # only after the new one has its id: SQLite would give it that of the old one, whose card is still there
            await transaction.run(
                "DELETE FROM exam WHERE member_id = ? AND started_at IS NULL AND id <> ?",
                (member_id, exam_id),
            )
        exam = await self.get(exam_id)
        if exam is None:
            raise AssertionError("nothing else takes it away so soon")
        return exam

    async def begin(
        self, exam_id: int, asked: Sequence[Asked], *, now: datetime, ends_at: datetime, end_timer: datetime
    ) -> bool:
        """Let a prepared exam begin with these questions. Its end falls due at `end_timer`.

        False: it has begun already, is gone, or its member is in another one.
        """
        try:
            async with self._database.transaction() as transaction:
                begun = await transaction.run(
                    "UPDATE exam SET started_at = ?, ends_at = ?, since = ?, questions = ? "
                    "WHERE id = ? AND started_at IS NULL RETURNING id",
                    (to_ms(now), to_ms(ends_at), to_ms(now), len(asked), exam_id),
                )
                if not begun:
                    return False
                await keep_versions(transaction, [question for question, _ in asked])
                await transaction.run_many(
                    "INSERT INTO exam_item (exam_id, position, version, option_order) VALUES (?, ?, ?, ?)",
                    [
                        (exam_id, position, question.version, to_order(order))
                        for position, (question, order) in enumerate(asked, start=1)
                    ],
                )
                await set_timer(transaction, EXAM, exam_id, end_timer)
        except sqlite3.IntegrityError:
            exam = await self.get(exam_id)
            if exam is None or await self.running(exam.member_id) is None:
                raise
            return False
        return True

    async def change(
        self,
        exam_id: int,
        at: datetime,
        *,
        position: int | None,
        place: int | None = None,
        ticked: bool = True,
        flagged: bool | None = None,
    ) -> bool:
        """One click in an exam: from `at` on this question is in front, or none (the overview).

        Its option at a place is ticked or not (see `ExamItem.choice_after`), or it is (un)flagged, where one is given.
        False: the exam is not running at that time.
        """
        async with self._database.transaction() as transaction:
            rows = await transaction.run(
                f"{_EXAM} WHERE id = ? AND {_RUNNING} AND ? < ends_at", (exam_id, to_ms(at))
            )
            if not rows:
                return False
            exam = _to_exam(rows[0])
            await _charge(transaction, exam, at)
            # clicks may overtake each other; time goes on from the latest
            since = max(at, exam.since) if exam.since is not None else at
            await transaction.run(
                "UPDATE exam SET position = coalesce(?, position), since = ? WHERE id = ?",
                (position, to_ms(since) if position is not None else None, exam_id),
            )
            if place is not None:
                # by what is on disk now: the card that was clicked may not show the click before
                (row,) = await transaction.run(f"{_ITEM} AND item.position = ?", (exam_id, position))
                choice = _to_item(row).choice_after(place, ticked=ticked)
                await transaction.run(
                    "UPDATE exam_item SET choice = ? WHERE exam_id = ? AND position = ?",
                    (to_mask(choice), exam_id, position),
                )
            if flagged is not None:
                await transaction.run(
                    "UPDATE exam_item SET flagged = ? WHERE exam_id = ? AND position = ?",
                    (int(flagged), exam_id, position),
                )
        return True

    async def finish(self, exam_id: int, ended_at: datetime, reason: ExamEnd, day: date) -> bool:
        """End an exam: grade it, and make reviews of its answers. False: it is not running."""
        async with self._database.transaction() as transaction:
            rows = await transaction.run(f"{_EXAM} WHERE id = ? AND {_RUNNING}", (exam_id,))
            if not rows:
                return False
            exam = _to_exam(rows[0])
            await _charge(transaction, exam, ended_at)
            items = graded(map(_to_item, await transaction.run(_ITEMS, (exam_id,))))
            await transaction.run_many(
                "UPDATE exam_item SET outcome = ? WHERE exam_id = ? AND position = ?",
                [(item.outcome, exam_id, item.position) for item in items],
            )
            await transaction.run(
                "UPDATE exam SET ended_at = ?, end_reason = ?, day = ?, correct = ? WHERE id = ?",
                (to_ms(ended_at), reason, to_day(day), len(items) - len(missed(items)), exam_id),
            )
            over = replace(exam, ended_at=ended_at, end_reason=reason, day=day)
            await self._review(transaction, over, items)
            await clear_timers(transaction, exam_id, [EXAM])
        return True

    async def _review(self, transaction: Transaction, exam: Exam, items: Sequence[ExamItem]) -> None:
        reviews = reviews_of(exam, items)
        await add_reviews(transaction, self._model, [(exam.member_id, review) for review in reviews])

    async def set_in_review(self, exam_id: int, in_review: bool) -> bool:
        """Let what was not right in an exam that is over be reviewed, or not. False: it is so already."""
        async with self._database.transaction() as transaction:
            changed = await transaction.run(
                "UPDATE exam SET in_review = ? WHERE id = ? AND in_review <> ? AND ended_at IS NOT NULL RETURNING id",
                (int(in_review), exam_id, int(in_review)),
            )
            if not changed:
                return False
            exam = _to_exam((await transaction.run(f"{_EXAM} WHERE id = ?", (exam_id,)))[0])
            wrong = missed(map(_to_item, await transaction.run(_ITEMS, (exam_id,))))
            if in_review:
                await self._review(transaction, exam, wrong)
            else:
                keys = [item.question.full_id for item in wrong]
                await withdraw_reviews(transaction, self._model, exam.member_id, keys, exam_id)
        return True

    async def get(self, exam_id: int) -> Exam | None:
        """An exam by its id."""
        rows = await self._database.read(f"{_EXAM} WHERE id = ?", (exam_id,))
        return _to_exam(rows[0]) if rows else None

    async def items(self, exam_id: int) -> list[ExamItem]:
        """The questions of an exam in their order; none before it has begun."""
        return [_to_item(row) for row in await self._database.read(_ITEMS, (exam_id,))]

    async def running(self, member_id: int) -> Exam | None:
        """The exam that a member is in, also when its time is up and it has not been graded yet."""
        rows = await self._database.read(f"{_EXAM} WHERE member_id = ? AND {_RUNNING}", (member_id,))
        return _to_exam(rows[0]) if rows else None

    async def all_running(self) -> list[Exam]:
        """All exams that have begun and not ended."""
        return [_to_exam(row) for row in await self._database.read(f"{_EXAM} WHERE {_RUNNING}")]

    async def history(self, member_id: int) -> list[Exam]:
        """The exams of a member that are over, the earliest first."""
        rows = await self._database.read(
            f"{_EXAM} WHERE member_id = ? AND ended_at IS NOT NULL ORDER BY ended_at, id", (member_id,)
        )
        return [_to_exam(row) for row in rows]

    async def recent_questions(self, member_id: int, bank: str, most: int) -> dict[str, int]:
        """How many exams ago each question of a member's last exams on a bank was asked, 1 for the newest."""
        rows = await self._database.read(
            "SELECT question_version.question, min(past.age) FROM (SELECT id, "
            "  row_number() OVER (ORDER BY started_at DESC, id DESC) AS age FROM exam "
            "  WHERE member_id = ? AND bank = ? AND started_at IS NOT NULL "
            "  ORDER BY started_at DESC, id DESC LIMIT ?) AS past "
            "JOIN exam_item ON exam_item.exam_id = past.id "
            "JOIN question_version ON question_version.version = exam_item.version "
            "GROUP BY question_version.question",
            (member_id, bank, most),
        )
        return {row[0]: row[1] for row in rows}
