"""Words for mock exams."""

from __future__ import annotations

import re
from typing import Any

import simcord

from tests.messages import buttons, offered, parts, text
from tests.world import World

_SELECT = 3

AGAIN, GOOD = 1, 3
"""Ratings of answers, as FSRS has them."""

RIGHT = ("the right one", "the other right one")
WRONG = ("a wrong one", "another wrong one")


async def write_banks(world: World, number: int = 6) -> None:
    """Let the bank have so many questions on each of its two topics, all with one right option."""
    for topic in ("one", "two"):
        await world.write_questions(number, topic=topic)


async def prepare(world: World, member: Any = None, **options: Any) -> Any:
    """`/exam start` in #quiz; what the member sees."""
    return (await (member or world.ada).slash(world.channel, "exam start", **options)).response


async def begin(world: World, member: Any = None, **options: Any) -> Any:
    """An exam up to its first question."""
    member = member or world.ada
    return await press(member, await prepare(world, member, **options), "Begin")


async def press(member: Any, shown: Any, label: str) -> Any:
    """Press a button by the beginning of its label; what is there then."""
    found = [name for name in buttons(shown) if name.startswith(label)]
    assert len(found) == 1, (label, list(buttons(shown)))
    return (await member.click(shown, label=found[0])).response


def where(shown: Any) -> tuple[int, int] | None:
    """Which question of how many a card shows; None if it shows none."""
    found = re.search(r"question (\d+) of (\d+)", text(shown))
    return (int(found[1]), int(found[2])) if found else None


def chosen(shown: Any) -> list[str]:
    """The options that are marked as chosen."""
    marks = [
        section["accessory"]["label"].startswith("☑") for section in parts(shown, 9) if "accessory" in section
    ]
    return [option for option, mark in zip(offered(shown), marks, strict=True) if mark]


async def choose(member: Any, shown: Any, *options: str) -> Any:
    """Press the letters beside options; what is there then."""
    for option in options:
        wanted = next(
            section["accessory"]["custom_id"]
            for section in parts(shown, 9)
            if section["components"][0]["content"].endswith(f"  {option}")
        )
        shown = (await member.click(shown, custom_id=wanted)).response
    return shown


async def answer(member: Any, shown: Any, *, right: bool = True) -> Any:
    """Answer a question, also one that asks for two options; what is there then."""
    asked = 2 if "are right: tick 2" in text(shown) else 1
    return await choose(member, shown, *(RIGHT if right else WRONG)[:asked])


async def answer_all(member: Any, shown: Any, *, right: int = 99) -> Any:
    """Answer all questions from the one shown on, so many right and the others wrong; the overview."""
    while (place := where(shown)) is not None:
        shown = await answer(member, shown, right=right > 0)
        right -= 1
        shown = await press(member, shown, "Overview" if place[0] == place[1] else "Next")
    return shown


async def sit(world: World, member: Any = None, *, right: int = 99, **options: Any) -> Any:
    """Sit a whole exam with so many right answers; the report."""
    member = member or world.ada
    overview = await answer_all(member, await begin(world, member, **options), right=right)
    return await press(member, overview, "Submit")


async def jump(member: Any, shown: Any, position: int) -> Any:
    """Choose a question in the overview's lists; what is there then."""
    page = (position - 1) // 25
    wanted = parts(shown, _SELECT)[page]["custom_id"]
    return (await member.select(shown, [str(position)], custom_id=wanted)).response


def now(world: World, shown: Any) -> Any:
    """A message as it is now."""
    stored = world.env.backend.get_message(shown.channel_id, shown.id)
    return simcord.results.ResponseMessage(world.env, stored)


async def click_late(world: World, member: Any, shown: Any, custom_id: str, seconds: float) -> None:
    """Let a click reach the bot so many seconds after it was made."""
    backend, held = world.env.backend, []
    emit = backend.emit
    backend.emit = lambda *event: held.append(event)
    try:
        data = {"custom_id": custom_id, "component_type": 2}
        world._send(member, now(world, shown).message.channel, 3, data, now(world, shown).message)
    finally:
        backend.emit = emit
    await world.wait(seconds)
    with world.env._bot_scope():
        emit(*held[0])
    await world.env.settle()


async def learned(world: World, member: Any) -> dict[str, int]:
    """The last rating of each question that a member is going to review."""
    async with world.sql() as transaction:
        rows = await transaction.run(
            "SELECT card.question, log.rating FROM review_card AS card "
            "JOIN review_log AS log USING (member_id, bank, question) WHERE card.member_id = ? ORDER BY log.number",
            (member.id,),
        )
    return {row[0]: row[1] for row in rows}


def pictures(shown: Any) -> list[tuple[str, str]]:
    """The pictures in a message: the attachment, and what it shows in words."""
    assert all(attachment.filename for attachment in shown.attachments)
    return [
        (item["media"]["url"].rsplit("/", 1)[-1].split("?")[0], item["description"])
        for gallery in parts(shown, 12)
        for item in gallery["items"]
    ]
