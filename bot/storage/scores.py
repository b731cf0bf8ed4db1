"""What counts: scores, boards and days, derived from the answers in the same transaction, or made anew from all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.domain.boards import NOBODY
from bot.domain.scoring import Outcome
from bot.storage.database import GIVEN, Database, Row, Transaction, first_of_month, given, to_json

OUTDATED = "scores"
"""The fact that says that scores have to be made anew."""

_ANSWERS = f"""
SELECT answer.id, round.guild_id, answer.member_id, answer.round_id, round.challenge_id,
       version.bank, version.question, version.bank_scope, version.topic_scope,
       version.author IS NOT NULL AND version.author = answer.member_id AS own,
       EXISTS (SELECT 1 FROM voided WHERE voided.guild_id = round.guild_id AND voided.version = round.version) AS void,
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
_ALL_OF_MEMBERS = _ANSWERS.format(
    # cross joins: without them SQLite might look for each round of the server whether the member answered there
    source=f"{GIVEN} CROSS JOIN answer ON answer.member_id = {given(1)} "
    f"CROSS JOIN round ON round.id = answer.round_id AND round.guild_id = {given(0)} "
    "JOIN question_version AS version ON version.version = round.version"
)
_ALL_OF_VERSION = _ANSWERS.format(
    source="(SELECT ? AS guild_id, ? AS version) AS asked "
    "JOIN round ON round.guild_id = asked.guild_id AND round.version = asked.version "
    "JOIN answer ON answer.round_id = round.id "
    "JOIN question_version AS version ON version.version = round.version"
)
_ALL_OF_SERVER = _ANSWERS.format(
    source="(SELECT ? AS guild_id) AS server JOIN round ON round.guild_id = server.guild_id "
    "JOIN answer ON answer.round_id = round.id "
    "JOIN question_version AS version ON version.version = round.version"
)

# the first answer in a week takes the place; a question's author has nothing to win with it, and what is voided leaves it
# to the mended question
_SCORE = """
INSERT INTO score (guild_id, member_id, bank, question, week, round_id)
SELECT guild_id, member_id, bank, question, week, round_id FROM ({answers}) AS answers
WHERE NOT own AND NOT void ORDER BY id
ON CONFLICT DO NOTHING
RETURNING round_id, member_id
"""

_IS_SCORED = """
EXISTS (SELECT 1 FROM score WHERE score.guild_id = answers.guild_id AND score.member_id = answers.member_id
        AND score.bank = answers.bank AND score.question = answers.question AND score.week = answers.week
        AND score.round_id = answers.round_id)
"""

# a day keeps its place in a streak when what was answered on it is voided: see Day.counts
_WOULD_COUNT = """
void AND NOT own AND row_number() OVER (
    PARTITION BY guild_id, member_id, bank, question, week, void, own ORDER BY id) = 1
"""

_MEMBER_DAY = f"""
INSERT INTO member_day (guild_id, member_id, day, answers, scored, correct, points, voided)
SELECT guild_id, member_id, day, count(*), sum(scored), sum(scored * correct), sum(scored * points), sum(would_count)
FROM (SELECT answers.*, {_IS_SCORED} AS scored, {_WOULD_COUNT} AS would_count FROM ({{answers}}) AS answers) AS marked
GROUP BY guild_id, member_id, day
ON CONFLICT (guild_id, member_id, day) DO UPDATE SET
    answers = member_day.answers + excluded.answers, scored = member_day.scored + excluded.scored,
    correct = member_day.correct + excluded.correct, points = member_day.points + excluded.points,
    voided = member_day.voided + excluded.voided
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
_SUMS = (
    "sum(points) AS points, sum(correct) AS correct, count(*) AS answered, sum(hints) AS hints, sum(took) AS took, "
    "max(earned_at) AS last_at"
)


def _on_boards(answers: str) -> str:
    """SQL for answers and the nine boards that each is for."""
    return f"""
WITH period (name) AS (VALUES ('week'), ('month'), ('all')),
     part (name) AS (VALUES ('everything'), ('bank'), ('topic'))
SELECT answers.*, period.name AS period,
       CASE period.name WHEN 'week' THEN week WHEN 'month' THEN month ELSE 0 END AS start,
       CASE part.name WHEN 'topic' THEN topic_scope WHEN 'bank' THEN bank_scope ELSE 1 END AS scope
FROM {answers} AS answers CROSS JOIN period CROSS JOIN part
"""


_EARNED = f"""
SELECT guild_id, period, start, scope, member_id, {_SUMS} FROM ({_on_boards("({answers})")} WHERE {_IS_SCORED}) AS parts
GROUP BY guild_id, period, start, scope, member_id
"""
_BOARD = f"{_INTO_BOARD} {_EARNED} {_ADD}"

_EARNED_IN_CHALLENGE = f"""
SELECT guild_id, 'challenge' AS period, challenge_id AS start, 1 AS scope, member_id, {_SUMS}
FROM ({{answers}}) AS answers
WHERE challenge_id IS NOT NULL AND NOT own AND NOT void
GROUP BY guild_id, challenge_id, member_id
"""
_CHALLENGE_BOARD = f"{_INTO_BOARD} {_EARNED_IN_CHALLENGE} {_ADD}"

_TO_NOBODY = f"""
{_INTO_BOARD}
SELECT guild_id, period, start, scope, {NOBODY}, points, correct, answered, hints, took, last_at
FROM ({{earned}}) AS earned WHERE true {_ADD}
"""
_TAKE_BACK = """
UPDATE board SET points = board.points - earned.points, correct = board.correct - earned.correct,
    answered = board.answered - earned.answered, hints = board.hints - earned.hints, took = board.took - earned.took
FROM ({earned}) AS earned
WHERE board.guild_id = earned.guild_id AND board.period = earned.period AND board.start = earned.start
    AND board.scope = earned.scope AND board.member_id = earned.member_id
RETURNING guild_id, period, start, scope, member_id
"""
_TAKE_BACK_DAYS = """
UPDATE member_day SET answers = member_day.answers - done.answers
FROM (SELECT guild_id, member_id, day, count(*) AS answers FROM ({answers}) AS answers GROUP BY guild_id, member_id, day)
    AS done
WHERE member_day.guild_id = done.guild_id AND member_day.member_id = done.member_id AND member_day.day = done.day
RETURNING guild_id, member_id, day
"""

_PLACES = "SELECT guild_id, week, member_id, bank, question, round_id FROM ({answers}) AS answers"

_COUNT = (_SCORE, _MEMBER_DAY, _BOARD, _CHALLENGE_BOARD)

# What is counted already is made anew by writing only what changes: a member's lines are all over the table, so to write
# each of them again would be a megabyte.
_DELETE_PLACE = "DELETE FROM score WHERE guild_id = ? AND week = ? AND member_id = ? AND bank = ? AND question = ? AND round_id = ?"
_SCORE_AGAIN = """
INSERT INTO score (guild_id, member_id, bank, question, week, round_id)
SELECT guild_id, member_id, bank, question, week, round_id FROM (
    SELECT answers.*, row_number() OVER (PARTITION BY guild_id, member_id, bank, question, week ORDER BY id) AS place
    FROM ({answers}) AS answers WHERE NOT own AND NOT void) AS counting
WHERE place = 1
ON CONFLICT (guild_id, week, member_id, bank, question) DO UPDATE SET round_id = excluded.round_id
WHERE score.round_id <> excluded.round_id
"""
_DELETE_DAYS = (
    "DELETE FROM member_day WHERE (guild_id, member_id, day) IN "
    "(SELECT guild_id, member_id, day FROM ({answers}) AS answers)"
)
_NOW = (
    "coalesce(sum(points) FILTER (WHERE counts), 0), coalesce(sum(correct) FILTER (WHERE counts), 0), "
    "count(*) FILTER (WHERE counts), coalesce(sum(hints) FILTER (WHERE counts), 0), "
    "coalesce(sum(took) FILTER (WHERE counts), 0), max(earned_at) FILTER (WHERE counts)"
)
_VALUES = "{0}.points, {0}.correct, {0}.answered, {0}.hints, {0}.took, coalesce({0}.last_at, -1)"
_REPLACE = f"""
ON CONFLICT (guild_id, period, start, scope, member_id) DO UPDATE SET
    points = excluded.points, correct = excluded.correct, answered = excluded.answered, hints = excluded.hints,
    took = excluded.took, last_at = excluded.last_at
WHERE ({_VALUES.format("board")}) <> ({_VALUES.format("excluded")})
RETURNING guild_id, period, start, scope, member_id, answered
"""
_BOARD_AGAIN = f"""
{_INTO_BOARD}
WITH marked AS MATERIALIZED (SELECT answers.*, {_IS_SCORED} AS counts FROM ({{answers}}) AS answers WHERE NOT own)
SELECT guild_id, period, start, scope, member_id, {_NOW} FROM ({_on_boards("marked")}) AS parts
GROUP BY guild_id, period, start, scope, member_id
{_REPLACE}
"""
_CHALLENGE_BOARD_AGAIN = f"""
{_INTO_BOARD}
SELECT guild_id, 'challenge', challenge_id, 1, member_id, {_NOW}
FROM (SELECT answers.*, NOT void AS counts FROM ({{answers}}) AS answers WHERE challenge_id IS NOT NULL AND NOT own) AS marked
GROUP BY guild_id, challenge_id, member_id
{_REPLACE}
"""
_DELETE_LINE = (
    "DELETE FROM board WHERE guild_id = ? AND period = ? AND start = ? AND scope = ? AND member_id = ?"
)


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


async def count_server(transaction: Transaction, guild_id: int) -> None:
    """Make the scores of a server anew from the answers that there are, and keep nothing else, as a part of a larger change."""
    for table in ("score", "board", "member_day"):
        await transaction.run(f"DELETE FROM {table} WHERE guild_id = ?", (guild_id,))
    for statement in _COUNT:
        await transaction.run(statement.format(answers=_ALL_OF_SERVER), (guild_id,))


async def expect_recount(transaction: Transaction, guild_id: int, version: str) -> tuple[int, int]:
    """Let the scores of everybody who has answered a question, as it was asked, be made anew, as a part of a larger change.

    How many members it counted for on the boards until now, and how many points it brought them in all.
    """
    await transaction.run(
        f"INSERT INTO recount (guild_id, member_id) SELECT guild_id, member_id FROM ({_ALL_OF_VERSION}) AS answers "
        "WHERE true ON CONFLICT DO NOTHING",
        (guild_id, version),
    )
    ((members, points),) = await transaction.run(_WORTH, (guild_id, version))
    return members, points


_WORTH = f"SELECT count(DISTINCT member_id), coalesce(sum(points), 0) FROM ({_ALL_OF_VERSION}) AS answers WHERE {_IS_SCORED}"


async def release_answers(transaction: Transaction, keys: Sequence[tuple[int, int]]) -> None:
    """Let what answers, by (round, member), count for on boards be NOBODY's, as a part of erasing them: what all members
    of a server earned together stays. Scores of theirs that are left have to be made anew after the last of them."""
    parameters = (to_json(keys),)
    for earned in (_EARNED.format(answers=_THESE), _EARNED_IN_CHALLENGE.format(answers=_THESE)):
        await transaction.run(_TO_NOBODY.format(earned=earned), parameters)
        await transaction.run_many(
            "DELETE FROM board WHERE guild_id = ? AND period = ? AND start = ? AND scope = ? AND member_id = ? "
            "AND answered <= 0",
            await transaction.run(_TAKE_BACK.format(earned=earned), parameters),
        )
    await transaction.run_many(
        "DELETE FROM member_day WHERE guild_id = ? AND member_id = ? AND day = ? AND answers <= 0",
        await transaction.run(_TAKE_BACK_DAYS.format(answers=_THESE), parameters),
    )
    await transaction.run_many(
        _DELETE_PLACE, await transaction.run(_PLACES.format(answers=_THESE), parameters)
    )


async def recount_members(transaction: Transaction, members: Sequence[Row]) -> None:
    """Make the scores of members, by (server, member), anew from their answers, as a part of a larger change."""
    parameters = (to_json([list(row) for row in members]),)

    async def run(statement: str) -> list[Row]:
        return await transaction.run(statement.format(answers=_ALL_OF_MEMBERS), parameters)

    await transaction.run_many(_DELETE_PLACE, await run(f"{_PLACES} WHERE void"))
    for statement in (_SCORE_AGAIN, _DELETE_DAYS, _MEMBER_DAY):
        await run(statement)
    for statement in (_BOARD_AGAIN, _CHALLENGE_BOARD_AGAIN):
        changed = await run(statement)
        await transaction.run_many(_DELETE_LINE, [line for *line, answered in changed if not answered])
    await transaction.run(
        f"DELETE FROM recount WHERE (guild_id, member_id) IN (SELECT {given(0, 1)} FROM {GIVEN})", parameters
    )


class ScoreStore:
    """Makes what is derived from the answers anew."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def are_outdated(self) -> bool:
        """Whether an upgrade of the database has left the scores to be made anew."""
        return bool(await self._database.read("SELECT 1 FROM fact WHERE name = ?", (OUTDATED,)))

    async def worth(self, guild_id: int, version: str) -> tuple[int, int]:
        """For how many members a question, as it was asked, counts on a server's boards, and how many points it brought
        them in all.
        """
        ((members, points),) = await self._database.read(_WORTH, (guild_id, version))
        return members, points

    async def recount(self, most: int) -> set[int]:
        """Make the scores of up to `most` members anew who wait for it; in which servers. Empty: nobody waits.

        Answers that come before are among those that are counted, and those that come after are added: it is one
        transaction. Killed at any moment, it goes on where it was.
        """
        waiting = await self._database.read("SELECT guild_id, member_id FROM recount LIMIT ?", (most,))
        if waiting:
            async with self._database.transaction() as transaction:
                await recount_members(transaction, waiting)
        return {row[0] for row in waiting}

    async def rebuild(self, tell: Callable[[int, int], None] | None = None) -> None:
        """Make all scores anew, one server after the other; `tell` hears how many of how many are done.

        All servers are one transaction: killed at any moment, the old scores stand. What nobody's answers tell any
        more, because they had them erased, is kept.
        """
        async with self._database.transaction() as transaction:
            await transaction.run("DELETE FROM score")
            await transaction.run("DELETE FROM member_day")
            await transaction.run("DELETE FROM board WHERE member_id <> ?", (NOBODY,))
            await transaction.run("DELETE FROM recount")
            servers: list[Row] = await transaction.run("SELECT DISTINCT guild_id FROM round")
            for done, server in enumerate(servers, start=1):
                for statement in _COUNT:
                    await transaction.run(statement.format(answers=_ALL_OF_SERVER), server)
                if tell:
                    tell(done, len(servers))
            await transaction.run("DELETE FROM fact WHERE name = ?", (OUTDATED,))
