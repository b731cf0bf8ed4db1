"""Weekly challenges, those that run and those that are over."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.boards import PAGE
from bot.domain.challenges import REMEMBERED, Challenge, ChallengeEnd, Plan
from bot.domain.questions import Question
from bot.domain.scoring import Outcome
from bot.storage.batches import Batches
from bot.storage.database import Database, Row, from_json, from_ms, to_ms
from bot.storage.plans import to_topics
from bot.storage.rounds import keep_versions, to_order
from bot.storage.timers import clear_timers, set_timer

CARD = "challenge card"
"""Timer: the card of a challenge is to be posted."""
END = "challenge end"
"""Timer: a challenge is to end."""
PODIUM = "challenge podium"
"""Timer: what came of a challenge is to be posted."""
OVER = "challenge over"
"""Timer: the card of a challenge that has ended is to say so."""
CROWN = "challenge crown"
"""Timer: the champion's role is to go to the winner of a challenge."""

_COUNTS = "NOT EXISTS (SELECT 1 FROM voided WHERE voided.guild_id = round.guild_id AND voided.version = round.version)"
_CHALLENGE = (
    "SELECT id, guild_id, number, channel_id, bank, topics, "
    f"(SELECT count(*) FROM round WHERE round.challenge_id = challenge.id AND {_COUNTS}), seed, starts_at, ends_at, message_id, "
    "ended_at, end_reason, winners, points, players FROM challenge"
)
_ARCHIVED = "WHERE guild_id = ? AND end_reason = 'finished'"


def _to_challenge(row: Row) -> Challenge:
    id_, guild, number, channel, bank, topics, questions, seed, starts, ends, message = row[:11]
    ended, reason, winners, points, players = row[11:]
    return Challenge(
        id=id_,
        guild_id=guild,
        number=number or 0,
        channel_id=channel,
        bank=bank,
        topics=to_topics(topics),
        questions=questions,
        seed=seed,
        starts_at=from_ms(starts),
        ends_at=from_ms(ends),
        message_id=message,
        ended_at=from_ms(ended) if ended is not None else None,
        end_reason=ChallengeEnd(reason) if reason is not None else None,
        winners=tuple(map(int, winners.split(","))) if winners else (),
        points=points,
        players=players,
    )


@dataclass(frozen=True, slots=True)
class QuestionRecord:
    """How the members did on a question of a challenge."""

    question: Question
    right: int
    answered: int

    @property
    def share(self) -> float:
        """The part of the answers that was right, 0 to 1; 1 without any."""
        return self.right / self.answered if self.answered else 1.0


class ChallengeStore:
    """The challenges."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._shown = Batches(self._keep_shown)

    async def start(
        self,
        plan: Plan,
        questions: Sequence[Question],
        *,
        seed: str,
        starts_at: datetime,
        ends_at: datetime,
        close_at: datetime,
    ) -> Challenge | None:
        """A new challenge with its rounds. None: one is running.

        Its card falls due now, its end at `close_at`.
        """
        topics = ",".join(sorted({question.topic for question in questions}))
        try:
            async with self._database.transaction() as transaction:
                ((challenge_id,),) = await transaction.run(
                    "INSERT INTO challenge (guild_id, number, channel_id, bank, topics, seed, starts_at, ends_at) "
                    "SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ? FROM challenge WHERE guild_id = ? "
                    "RETURNING id",
                    (
                        *(plan.guild_id, plan.channel_id, plan.bank, topics, seed),
                        *(to_ms(starts_at), to_ms(ends_at), plan.guild_id),
                    ),
                )
                await keep_versions(transaction, questions)
                await transaction.run_many(
                    "INSERT INTO round (guild_id, channel_id, challenge_id, position, version, option_order, "
                    "opened_at, closes_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        (
                            *(plan.guild_id, plan.channel_id, challenge_id, position, question.version),
                            # each member has an order of their own: see Round.shown_to
                            to_order(range(len(question.options))),
                            *(to_ms(starts_at), to_ms(ends_at)),
                        )
                        for position, question in enumerate(questions, start=1)
                    ],
                )
                await set_timer(transaction, CARD, challenge_id, starts_at)
                await set_timer(transaction, END, challenge_id, close_at)
        except sqlite3.IntegrityError:
            if await self.running(plan.guild_id) is None:
                raise
            return None
        return await self.get(challenge_id)

    async def posted(self, challenge_id: int, message_id: int | None) -> None:
        """Note the message of a challenge's card, or that it is gone."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "UPDATE challenge SET message_id = ? WHERE id = ?", (message_id, challenge_id)
            )

    async def end(self, challenge_id: int, reason: ChallengeEnd, now: datetime) -> bool:
        """End a challenge and close its rounds. False: it has ended already.

        When it is finished, its podium falls due. Otherwise it leaves the archive without its number.
        """
        async with self._database.transaction() as transaction:
            ended = await transaction.run(
                "UPDATE challenge SET ended_at = ?, end_reason = ? WHERE id = ? AND ended_at IS NULL RETURNING id",
                (to_ms(now), reason, challenge_id),
            )
            if not ended:
                return False
            await transaction.run(
                "UPDATE round SET closed_at = ?, close_reason = 'deadline' WHERE challenge_id = ?",
                (to_ms(now), challenge_id),
            )
            # how long each answer took is kept with it
            await transaction.run(
                "DELETE FROM shown WHERE round_id IN (SELECT id FROM round WHERE challenge_id = ?)",
                (challenge_id,),
            )
            await clear_timers(transaction, challenge_id, [CARD, END])
            await set_timer(transaction, OVER, challenge_id, now)
            if reason is ChallengeEnd.FINISHED:
                await set_timer(transaction, PODIUM, challenge_id, now)
            else:
                await transaction.run("UPDATE challenge SET number = NULL WHERE id = ?", (challenge_id,))
        return True

    async def podium_is_due(self, challenge_id: int) -> bool:
        """Whether the podium of a challenge is still to be posted."""
        rows = await self._database.read(
            "SELECT 1 FROM timer WHERE kind = ? AND subject = ?", (PODIUM, challenge_id)
        )
        return bool(rows)

    async def archive_result(
        self, challenge_id: int, winners: Sequence[int], points: int, players: int
    ) -> None:
        """Keep who won, with how many points, and how many played."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "UPDATE challenge SET winners = ?, points = ?, players = ? WHERE id = ?",
                (",".join(map(str, winners)), points, players, challenge_id),
            )

    async def podium_posted(self, challenge_id: int, crown_at: datetime | None) -> None:
        """The podium is posted; the champion's role goes on at `crown_at`, if there is one."""
        async with self._database.transaction() as transaction:
            await clear_timers(transaction, challenge_id, [PODIUM])
            if crown_at is not None:
                await set_timer(transaction, CROWN, challenge_id, crown_at)

    async def get(self, challenge_id: int) -> Challenge | None:
        """A challenge by its id."""
        rows = await self._database.read(f"{_CHALLENGE} WHERE id = ?", (challenge_id,))
        return _to_challenge(rows[0]) if rows else None

    async def running(self, guild_id: int) -> Challenge | None:
        """The challenge that runs in a server."""
        rows = await self._database.read(f"{_CHALLENGE} WHERE guild_id = ? AND ended_at IS NULL", (guild_id,))
        return _to_challenge(rows[0]) if rows else None

    async def all_running(self) -> list[Challenge]:
        """All challenges that run."""
        return [
            _to_challenge(row) for row in await self._database.read(f"{_CHALLENGE} WHERE ended_at IS NULL")
        ]

    async def archive(self, guild_id: int, page: int) -> tuple[int, list[Challenge]]:
        """How many challenges a server has finished, and a page (from 0) of them, the newest first."""
        ((number,),) = await self._database.read(f"SELECT count(*) FROM challenge {_ARCHIVED}", (guild_id,))
        page = max(0, min(page, (number - 1) // PAGE))
        rows = await self._database.read(
            f"{_CHALLENGE} {_ARCHIVED} ORDER BY number DESC LIMIT ? OFFSET ?", (guild_id, PAGE, page * PAGE)
        )
        return number, [_to_challenge(row) for row in rows]

    async def latest(self, guild_id: int, *, before: int | None = None) -> Challenge | None:
        """The newest finished challenge of a server, or the newest one before a number."""
        rows = await self._database.read(
            f"{_CHALLENGE} {_ARCHIVED} AND number < ? ORDER BY number DESC LIMIT 1",
            (guild_id, before if before is not None else 1 << 62),
        )
        return _to_challenge(rows[0]) if rows else None

    async def recent_questions(self, guild_id: int, bank: str) -> dict[str, int]:
        """How many challenges ago each question of the last ones was asked, 1 for the newest."""
        rows = await self._database.read(
            "SELECT question_version.question, min(past.age) FROM (SELECT id, "
            "  row_number() OVER (ORDER BY starts_at DESC, id DESC) AS age FROM challenge "
            "  WHERE guild_id = ? AND (message_id IS NOT NULL OR end_reason = 'finished') "
            "  ORDER BY starts_at DESC, id DESC LIMIT ?) AS past "
            "JOIN round ON round.challenge_id = past.id "
            "JOIN question_version ON question_version.version = round.version "
            "WHERE question_version.bank = ? GROUP BY question_version.question",
            (guild_id, REMEMBERED, bank),
        )
        return {row[0]: row[1] for row in rows}

    async def questions(self, challenge_id: int) -> list[QuestionRecord]:
        """The questions of a challenge in their order, and how the members did on each; without those that are voided."""
        rows = await self._database.read(
            "SELECT question_version.content, "
            "  (SELECT count(*) FROM answer WHERE answer.round_id = round.id AND outcome = ?), "
            "  (SELECT count(*) FROM answer WHERE answer.round_id = round.id) "
            "FROM round JOIN question_version ON question_version.version = round.version "
            f"WHERE round.challenge_id = ? AND {_COUNTS} ORDER BY round.position",
            (Outcome.RIGHT, challenge_id),
        )
        return [QuestionRecord(Question.from_dict(from_json(row[0])), row[1], row[2]) for row in rows]

    async def show(self, round_id: int, member_id: int, now: datetime) -> None:
        """Note that a member sees a question. Seeing it again changes nothing."""
        await self._shown.add((round_id, member_id, to_ms(now)))

    async def _keep_shown(self, rows: Sequence[tuple[int, int, int]]) -> Sequence[None]:
        async with self._database.transaction() as transaction:
            await transaction.run_many(
                "INSERT INTO shown (round_id, member_id, shown_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                rows,
            )
        return [None] * len(rows)

    async def shown(self, round_id: int) -> dict[int, datetime]:
        """When each member first saw a question."""
        rows = await self._database.read(
            "SELECT member_id, shown_at FROM shown WHERE round_id = ?", (round_id,)
        )
        return {member: from_ms(shown_at) for member, shown_at in rows}

    async def champions(self, guild_id: int) -> set[tuple[int, int]]:
        """Who has a role because of a challenge, as pairs of role and member."""
        rows = await self._database.read(
            "SELECT role_id, member_id FROM champion WHERE guild_id = ?", (guild_id,)
        )
        return {(row[0], row[1]) for row in rows}

    async def crown(self, guild_id: int, role_id: int, member_id: int) -> None:
        """Note that a member got the champion's role."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "INSERT INTO champion (guild_id, role_id, member_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (guild_id, role_id, member_id),
            )

    async def dethrone(self, guild_id: int, role_id: int, member_id: int) -> None:
        """Note that a member has the champion's role no more."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "DELETE FROM champion WHERE guild_id = ? AND role_id = ? AND member_id = ?",
                (guild_id, role_id, member_id),
            )

    async def mend(self) -> None:
        """Set the ends that must be there and are not: after work that was given up, none may run for ever."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "INSERT INTO timer (kind, subject, due_at) SELECT ?, id, ends_at FROM challenge WHERE ended_at IS NULL "
                "AND NOT EXISTS (SELECT 1 FROM timer WHERE kind = ? AND subject = challenge.id) "
                "ON CONFLICT DO NOTHING",
                (END, END),
            )
