"""Words for reporting questions, and for what moderators make of it."""

from __future__ import annotations

from typing import Any

import discord

from tests.messages import BUTTON, buttons, parts, text
from tests.world import World

VOIDED = "A moderator has voided this question"


async def ask(world: World, topic: str = "two") -> discord.Message:
    """Post a question in #quiz; its card."""
    await world.mona.slash(world.channel, "question", topic=topic)
    return world.card


async def report(world: World, member: Any, message: Any, reason: str = "two options are right") -> Any:
    """Press Report on a card and send the form; what the member is told."""
    wanted = next(
        part["custom_id"] for part in parts(message, BUTTON) if "report" in part.get("label", "").lower()
    )
    form = await member.click(message, custom_id=wanted)
    field = form.modal["components"][0]["component"]["custom_id"]
    return (await member.submit_modal(form, {field: reason})).response


async def queue(world: World, member: Any = None, state: str | None = None) -> Any:
    """`/reports`; what the moderator sees."""
    options = {} if state is None else {"state": ("open", "accepted", "dismissed", "voided").index(state)}
    result = await (member or world.mona).slash(world.channel, "reports", **options)
    assert result.ephemeral
    return result.response


async def press(shown: Any, label: str, member: Any) -> Any:
    """Press a button of the queue; what it has become."""
    result = await member.click(shown, label=label)
    assert result.response.id == shown.id  # in place
    return result.response


async def void(world: World, shown: Any = None, member: Any = None) -> Any:
    """Void the question on a card of the queue, the first one if none is named; what follows."""
    member = member or world.mona
    asked = await press(shown or await queue(world, member), "Void this question", member)
    assert "Void this question?" in text(asked)
    return await press(asked, "Void it", member)


async def void_card(world: World, card: Any) -> Any:
    """Report the question of a public card, and void it."""
    await report(world, world.linus, card)
    return await void(world)


def id_on(shown: Any, label: str) -> str:
    """What a button says, to press it when it is gone."""
    return str(buttons(shown)[label]["custom_id"])


async def states(world: World) -> list[tuple[str, int | None]]:
    """The states of all reports and who handled them."""
    async with world.sql() as transaction:
        rows = await transaction.run("SELECT state, handled_by FROM report ORDER BY id")
    return [(state, by) for state, by in rows]


async def add_reports(
    world: World, number: int, *, round_id: int = 1, reason: str = "wrong", member: Any = None
) -> None:
    """Let so many reports on the question of a round be there."""
    async with world.sql() as transaction:
        await transaction.run_many(
            "INSERT INTO report (guild_id, version, round_id, member_id, reason, reported_at) "
            "SELECT guild_id, version, id, ?, ?, opened_at FROM round WHERE id = ?",
            [((member or world.ada).id, reason, round_id)] * number,
        )


async def points(world: World, member: Any) -> int:
    """A member's points this week, once all scores that have to be are made anew."""
    await world.app.recounts.settle()
    shown = text((await member.slash(world.channel, "leaderboard")).response)
    mine = [line for line in shown.splitlines() if "← you" in line]
    return int(mine[0].split("**")[3]) if mine else 0
