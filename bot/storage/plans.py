"""What servers want their weekly challenge to be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.domain.challenges import Plan
from bot.storage.database import Database, Row, Transaction
from bot.storage.timers import clear_timers, set_timer

START = "challenge"
"""Timer: the next challenge of a server is to begin."""

_PLAN = (
    "SELECT guild_id, channel_id, owner_id, bank, topics, weekday, hour, questions, days, mention_role_id, "
    "champion_role_id, is_on, trouble FROM challenge_plan"
)


def to_topics(text: str) -> tuple[str, ...]:
    """The topics in a column such as tools,agents; none in an empty one."""
    return tuple(text.split(",")) if text else ()


def _to_plan(row: Row) -> Plan:
    guild, channel, owner, bank, topics, weekday, hour, questions, days, mention, champion, is_on, trouble = (
        row
    )
    return Plan(
        guild_id=guild,
        channel_id=channel,
        owner_id=owner,
        bank=bank,
        topics=to_topics(topics),
        weekday=weekday,
        hour=hour,
        questions=questions,
        days=days,
        mention_role_id=mention,
        champion_role_id=champion,
        is_on=bool(is_on),
        trouble=trouble,
    )


async def _put(transaction: Transaction, plan: Plan) -> None:
    await transaction.run(
        "INSERT INTO challenge_plan (guild_id, channel_id, owner_id, bank, topics, weekday, hour, questions, "
        "days, mention_role_id, champion_role_id, is_on, trouble) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (guild_id) DO UPDATE SET "
        "channel_id = excluded.channel_id, owner_id = excluded.owner_id, bank = excluded.bank, "
        "topics = excluded.topics, weekday = excluded.weekday, hour = excluded.hour, "
        "questions = excluded.questions, days = excluded.days, mention_role_id = excluded.mention_role_id, "
        "champion_role_id = excluded.champion_role_id, is_on = excluded.is_on, trouble = excluded.trouble",
        (
            *(plan.guild_id, plan.channel_id, plan.owner_id, plan.bank, ",".join(plan.topics), plan.weekday),
            *(plan.hour, plan.questions, plan.days, plan.mention_role_id, plan.champion_role_id),
            *(int(plan.is_on), plan.trouble),
        ),
    )


async def _set_start(transaction: Transaction, guild_id: int, start_at: datetime | None) -> None:
    if start_at is None:
        await clear_timers(transaction, guild_id, [START])
    else:
        await set_timer(transaction, START, guild_id, start_at)


class PlanStore:
    """What servers want their weekly challenge to be."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, guild_id: int) -> Plan | None:
        """The plan of a server."""
        rows = await self._database.read(f"{_PLAN} WHERE guild_id = ?", (guild_id,))
        return _to_plan(rows[0]) if rows else None

    async def put(self, plan: Plan, start_at: datetime | None) -> None:
        """Keep a plan, in place of the one that was. Its next challenge begins at `start_at`; None: none does."""
        async with self._database.transaction() as transaction:
            await _put(transaction, plan)
            await _set_start(transaction, plan.guild_id, start_at)

    async def change(self, guild_id: int, change: Callable[[Plan], Plan]) -> tuple[Plan, Plan] | None:
        """Change a plan; as it was, and as it is now. None: there is none. No other change can come in between."""
        async with self._database.transaction() as transaction:
            rows = await transaction.run(f"{_PLAN} WHERE guild_id = ?", (guild_id,))
            if not rows:
                return None
            before = _to_plan(rows[0])
            after = change(before)
            await _put(transaction, after)
        return before, after

    async def without_start(self) -> list[int]:
        """The servers whose plan is on although no start falls due."""
        rows = await self._database.read(
            "SELECT guild_id FROM challenge_plan WHERE is_on = 1 AND NOT EXISTS "
            "(SELECT 1 FROM timer WHERE kind = ? AND subject = guild_id)",
            (START,),
        )
        return [row[0] for row in rows]

    async def set_start(self, guild_id: int, start_at: datetime | None) -> None:
        """The next challenge of a server begins at `start_at`; None: none does."""
        async with self._database.transaction() as transaction:
            await _set_start(transaction, guild_id, start_at)

    async def set_trouble(self, guild_id: int, trouble: str | None) -> None:
        """Note why the last challenge could not be posted, or that all is well."""
        async with self._database.transaction() as transaction:
            await transaction.run(
                "UPDATE challenge_plan SET trouble = ? WHERE guild_id = ?", (trouble, guild_id)
            )
