"""What counts: scores, boards and days, derived from the answers in the same transaction, or all anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.domain.scoring import Outcome
from bot.storage.database import GIVEN, Database, Row, Transaction, first_of_month, given, to_json

OUTDATED = "scores"
"""The fact that says that scores have to be made anew."""

_ANSWERS = f"""
SELECT answer.id, round.guild_id, answer.member_id, answer.round_id, round.challenge_id,
       version.bank, version.question, version.bank_scope, version.topic_scope,
       version.author IS NOT NULL AND version.author = answer.member_id AS own,
       answer.day, answer.day - (answer.day + 3) % 7 AS week, {first_of_month("answer.day")} AS month,
       answer.points, CASE WHEN answer.outcome = {Outcome.RIGHT:d} THEN 1 ELSE 0 END AS correct,
       answer.hints, answer.took, CASE WHEN answer.points > 0 THEN answer.clicked_at END AS earned_at
FROM {{source}}
"""
# 1970-01-01, day 0, was a Thursday: (day + 3) % 7 is the weekday

_THESE = _ANSWERS.format(
    source=f"{GIVEN} JOIN answer ON answer.round_id = {given(0)} AND answer.member_id = {given(1)} "
    "JOIN round ON round.id = answer.round_id "
    "JOIN question_version AS version ON version.version = round.version"
)
_ALL_OF_SERVER = _ANSWERS.format(
    source="(SELECT ? AS guild_id) AS server JOIN round ON round.guild_id = server.guild_id "
    "JOIN answer ON answer.round_id = round.id "
    "JOIN question_version AS version ON version.version = round.version"
)

# the first answer in a week takes the place; a question's author has nothing to win with it
_SCORE = """
INSERT INTO score (guild_id, member_id, bank, question, week, round_id)
SELECT guild_id, member_id, bank, question, week, round_id FROM ({answers}) AS answers
WHERE NOT own ORDER BY id
ON CONFLICT DO NOTHING
RETURNING round_id, member_id
"""

_IS_SCORED = """
EXISTS (SELECT 1 FROM score WHERE score.guild_id = answers.guild_id AND score.member_id = answers.member_id
        AND score.bank = answers.bank AND score.question = answers.question AND score.week = answers.week
        AND score.round_id = answers.round_id)
"""

_MEMBER_DAY = f"""
INSERT INTO member_day (guild_id, member_id, day, answers, scored, correct, points)
SELECT guild_id, member_id, day, count(*), sum(scored), sum(scored * correct), sum(scored * points)
FROM (SELECT answers.*, {_IS_SCORED} AS scored FROM ({{answers}}) AS answers) AS marked
GROUP BY guild_id, member_id, day
ON CONFLICT (guild_id, member_id, day) DO UPDATE SET
    answers = member_day.answers + excluded.answers, scored = member_day.scored + excluded.scored,
    correct = member_day.correct + excluded.correct, points = member_day.points + excluded.points
"""

_ADD = """
ON CONFLICT (guild_id, period, start, scope, member_id) DO UPDATE SET
    points = board.points + excluded.points, correct = board.correct + excluded.correct,
    answered = board.answered + excluded.answered, hints = board.hints + excluded.hints,
    took = board.took + excluded.took,
    last_at = CASE WHEN board.last_at IS NULL OR excluded.last_at > board.last_at
              THEN excluded.last_at ELSE board.last_at END
"""

_INTO_BOARD = "INSERT INTO board (guild_id, period, start, scope, member_id, points, correct, answered, hints, took, last_at)"
_SUMS = "sum(points), sum(correct), count(*), sum(hints), sum(took), max(earned_at)"

_BOARD = f"""
{_INTO_BOARD}
WITH period (name) AS (VALUES ('week'), ('month'), ('all')),
     part (name) AS (VALUES ('everything'), ('bank'), ('topic'))
SELECT guild_id, period.name,
       CASE period.name WHEN 'week' THEN week WHEN 'month' THEN month ELSE 0 END AS start,
       CASE part.name WHEN 'topic' THEN topic_scope WHEN 'bank' THEN bank_scope ELSE 1 END AS scope,
       member_id, {_SUMS}
FROM ({{answers}}) AS answers CROSS JOIN period CROSS JOIN part
WHERE {_IS_SCORED}
GROUP BY guild_id, period.name, start, scope, member_id
{_ADD}
"""

_CHALLENGE_BOARD = f"""
{_INTO_BOARD}
SELECT guild_id, 'challenge', challenge_id, 1, member_id, {_SUMS}
FROM ({{answers}}) AS answers
WHERE challenge_id IS NOT NULL AND NOT own
GROUP BY guild_id, challenge_id, member_id
{_ADD}
"""


async def count_answers(
    transaction: Transaction, keys: Sequence[tuple[int, int]], *, challenge: bool
) -> set[tuple[int, int]]:
    """Count answers that were just stored, by (round, member); which of them count on boards.

    `challenge` says whether any of them belongs to a challenge.
    """
    parameters = (to_json(keys),)
    scored = {(row[0], row[1]) for row in await transaction.run(_SCORE.format(answers=_THESE), parameters)}
    await transaction.run(_MEMBER_DAY.format(answers=_THESE), parameters)
    if scored:
        await transaction.run(_BOARD.format(answers=_THESE), parameters)
    if challenge:
        await transaction.run(_CHALLENGE_BOARD.format(answers=_THESE), parameters)
    return scored


class ScoreStore:
    """Makes everything that is derived from the answers anew."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def are_outdated(self) -> bool:
        """Whether an upgrade of the database has left the scores to be made anew."""
        return bool(await self._database.read("SELECT 1 FROM fact WHERE name = ?", (OUTDATED,)))

    async def rebuild(self, tell: Callable[[int, int], None] | None = None) -> None:
        """Make all scores anew, one server after the other; `tell` hears how many of how many are done.

        All servers are one transaction: killed at any moment, the old scores stand.
        """
        async with self._database.transaction() as transaction:
            for table in ("score", "board", "member_day"):
                await transaction.run(f"DELETE FROM {table}")
            servers: list[Row] = await transaction.run("SELECT DISTINCT guild_id FROM round")
            for done, server in enumerate(servers, start=1):
                for statement in (_SCORE, _MEMBER_DAY, _BOARD, _CHALLENGE_BOARD):
                    await transaction.run(statement.format(answers=_ALL_OF_SERVER), server)
                if tell:
                    tell(done, len(servers))
            await transaction.run("DELETE FROM fact WHERE name = ?", (OUTDATED,))
