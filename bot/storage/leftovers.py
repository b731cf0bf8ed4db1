"""What a server leaves behind, and how it is erased: a little at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.domain.challenges import ChallengeEnd
from bot.domain.quizzes import EndReason
from bot.domain.rounds import CloseReason
from bot.storage.database import GIVEN, Transaction, given, to_json, to_ms
from bot.storage.reviews import after_deleting_answers

_MOST_ROWS = 250
"""So many rows go in one transaction at most, so that no answer waits for more than a few milliseconds."""
_MOST_PARENTS = 50
"""So many rounds, quizzes or challenges."""

_SETTINGS = (
    *("server", "quiz_channel", "quiz_role", "unlisted"),
    *("challenge_plan", "champion", "voided", "recount"),
)
"""Small tables by server."""

_DERIVED = {
    "score": "week, member_id, bank, question",
    "board": "period, start, scope, member_id",
    "member_day": "member_id, day",
}
"""Tables that follow from the answers, with what is unique in them within a server."""

_OF_ROUND = {
    "answer": "round_id, member_id",
    "hint_use": "round_id, member_id, step",
    "shown": "round_id, member_id",
}
"""Tables by round, with what is unique in them."""

_OF_MEMBER = ("session", "exam")
"""Tables that belong to members and say in which server something began."""

_NUMBERED = {
    "round": "channel_id = 0, message_id = NULL, quiz_id = NULL, challenge_id = NULL, position = NULL",
    "quiz": "channel_id = 0, message_id = NULL, starter_id = 0",
    "challenge": "channel_id = 0, message_id = NULL, winners = '', points = 0, players = 0",
}
"""Tables whose numbers stand in buttons that may still be on screens, and what is cleared where a number is kept."""

NOWHERE = 0
"""The server of a row that is there only so that the last number of its table is not given again."""

BY_SERVER = (*_SETTINGS, *_DERIVED, *_OF_MEMBER, *_NUMBERED, "report")
"""All tables with a server in their rows, but for the one of those that are being erased."""


async def end_all(transaction: Transaction, guild_id: int, now: datetime) -> None:
    """End what is still under way in a server, so that nothing is added to it any more, and forget what it chose."""
    await transaction.run(
        "UPDATE quiz SET ended_at = ?, end_reason = ? WHERE guild_id = ? AND ended_at IS NULL",
        (to_ms(now), EndReason.REFUSED, guild_id),
    )
    await transaction.run(
        "UPDATE challenge SET ended_at = coalesce(ended_at, ?), end_reason = ?, number = NULL WHERE guild_id = ?",
        (to_ms(now), ChallengeEnd.REFUSED, guild_id),
    )
    await transaction.run(
        "UPDATE round SET closed_at = ?, close_reason = ? WHERE guild_id = ? AND closed_at IS NULL",
        (to_ms(now), CloseReason.REFUSED, guild_id),
    )
    for table in _SETTINGS:
        await transaction.run(f"DELETE FROM {table} WHERE guild_id = ?", (guild_id,))


async def _erase_derived(transaction: Transaction, guild_id: int) -> Counter[str]:
    erased: Counter[str] = Counter()
    for table, key in _DERIVED.items():
        rows = await transaction.run(
            f"DELETE FROM {table} WHERE guild_id = ? AND ({key}) IN "
            f"(SELECT {key} FROM {table} WHERE guild_id = ? LIMIT ?) RETURNING 1",
            (guild_id, guild_id, _MOST_ROWS - erased.total()),
        )
        erased[table] = len(rows)
    return erased


async def _erase_reports(transaction: Transaction, guild_id: int) -> Counter[str]:
    rows = await transaction.run(
        "DELETE FROM report WHERE id IN (SELECT report.id FROM report JOIN erased_server USING (guild_id) "
        "WHERE report.guild_id = ? AND report.id <= last_report LIMIT ?) RETURNING 1",
        (guild_id, _MOST_ROWS),
    )
    return Counter(report=len(rows))


async def _erase_rounds(transaction: Transaction, guild_id: int) -> Counter[str]:
    """Erase some rounds, or a part of what belongs to them."""
    rounds = await _some_ids(transaction, "round", guild_id)
    erased: Counter[str] = Counter()
    for table, key in _OF_ROUND.items():
        rows = await transaction.run(
            f"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {GIVEN} JOIN {table} "
            f"ON {table}.round_id = {given(0)} LIMIT ?) RETURNING 1",
            (rounds, _MOST_ROWS - erased.total()),
        )
        erased[table] = len(rows)
    if erased["answer"]:
        await after_deleting_answers(transaction)
    if erased.total() < _MOST_ROWS:
        # a report from the last minute, if the bot was added again: the card is still there
        await transaction.run(
            f"DELETE FROM report WHERE round_id IN (SELECT {given(0)} FROM {GIVEN})", (rounds,)
        )
        erased["round"] = await _delete_numbered(transaction, "round", rounds)
    return erased


async def _erase_quizzes(transaction: Transaction, guild_id: int) -> Counter[str]:
    quizzes = await _some_ids(transaction, "quiz", guild_id)
    await transaction.run(
        f"DELETE FROM quiz_question WHERE quiz_id IN (SELECT {given(0)} FROM {GIVEN})", (quizzes,)
    )
    return Counter(quiz=await _delete_numbered(transaction, "quiz", quizzes))


async def _erase_challenges(transaction: Transaction, guild_id: int) -> Counter[str]:
    challenges = await _some_ids(transaction, "challenge", guild_id)
    return Counter(challenge=await _delete_numbered(transaction, "challenge", challenges))


async def _forget_where(transaction: Transaction, guild_id: int) -> Counter[str]:
    """Let what belongs to members forget where it began."""
    forgotten: Counter[str] = Counter()
    for table in _OF_MEMBER:
        rows = await transaction.run(
            f"UPDATE {table} SET guild_id = NULL WHERE id IN "
            f"(SELECT id FROM {table} WHERE guild_id = ? LIMIT ?) RETURNING 1",
            (guild_id, _MOST_ROWS),
        )
        forgotten[table] = len(rows)
    return forgotten


STEPS: tuple[Callable[[Transaction, int], Awaitable[Counter[str]]], ...] = (
    _erase_derived,
    _erase_reports,
    _erase_rounds,
    _erase_quizzes,
    _erase_challenges,
    _forget_where,
)
"""Erases a server that is in `erased_server`. Each is done again and again, until it has found nothing; it says how many
rows of which tables it found."""


async def _some_ids(transaction: Transaction, table: str, guild_id: int) -> str:
    rows = await transaction.run(
        f"SELECT {table}.id FROM {table} JOIN erased_server USING (guild_id) "
        f"WHERE {table}.guild_id = ? AND {table}.id <= last_{table} LIMIT ?",
        (guild_id, _MOST_PARENTS),
    )
    return to_json([[row[0]] for row in rows])


async def _delete_numbered(transaction: Transaction, table: str, ids: str) -> int:
    these = f"id IN (SELECT {given(0)} FROM {GIVEN})"
    deleted = await transaction.run(
        f"DELETE FROM {table} WHERE {these} AND id < (SELECT max(id) FROM {table}) RETURNING 1", (ids,)
    )
    # SQLite would give the last number again
    kept = await transaction.run(
        f"UPDATE {table} SET guild_id = ?, {_NUMBERED[table]} WHERE {these} RETURNING 1", (NOWHERE, ids)
    )
    return len(deleted) + len(kept)


async def clear_numbers(transaction: Transaction) -> None:
    """Delete the rows that were kept for their numbers and are no longer the last ones."""
    for table in _NUMBERED:
        await transaction.run(
            f"DELETE FROM {table} WHERE guild_id = ? AND id < (SELECT max(id) FROM {table})", (NOWHERE,)
        )
