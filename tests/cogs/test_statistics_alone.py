"""`/stats`: what members did alone, for their own eyes."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from bot.domain.statistics import AloneDay, Day, Statistics
from bot.domain.streaks import streak
from tests.cogs import exams
from tests.cogs.alone import DAY, YES, Student
from tests.messages import parts, text
from tests.world import World

MONDAY, TUESDAY, SUNDAY = date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 11)


async def stats(world: World, viewer: Any, member: Any = None) -> Any:
    """`/stats`; what the viewer sees."""
    result = await viewer.slash(world.channel, "stats", **({"member": member} if member else {}))
    assert result.ephemeral
    return (result.followups or [result.response])[-1]


def alone(shown: Any) -> str:
    """What it says of answers alone; nothing if it says nothing."""
    return "\n".join(line for line in text(shown).splitlines() if "Alone" in line)


def described(shown: Any) -> str:
    """What the picture shows, in words."""
    ((item,),) = [gallery["items"] for gallery in parts(shown, 12)]
    return str(item["description"])


async def practise(world: World, member: Any, **options: Any) -> None:
    """Let a member go through a practice of all four questions, of which they never know one."""
    student = Student(world, member)
    shown, asked = await student.answer_all(await student.practise(**options), wrong=[YES])
    assert "Practice is over" in text(shown)
    assert len(asked) == 6  # that one three times


async def test_answers_alone_are_counted_apart(world: World) -> None:
    await world.mona.slash(world.other, "question", topic="one")
    await world.answer(world.ada, world.other.history()[-1])
    assert alone(await stats(world, world.ada)) == ""
    await practise(world, world.ada)
    shown = await stats(world, world.ada)
    assert alone(shown) == "🔒 Alone: **6 answers**, 50% right (nobody else sees this)"
    assert "💬 **1 answer** · 🎯 **100%** right" in text(shown)
    assert "⭐ **10 points** this week · **10** in all" in text(shown)
    assert "**100%** · 1/1 · First topic" in text(shown)
    assert "Second topic" not in text(shown)


async def test_nobody_else_sees_them(world: World) -> None:
    await practise(world, world.ada)
    assert "has not answered a question here yet" in text(await stats(world, world.grace, world.ada))
    await world.mona.slash(world.other, "question", topic="one")
    await world.answer(world.ada, world.other.history()[-1])
    theirs = await stats(world, world.grace, world.ada)
    assert "💬 **1 answer**" in text(theirs)
    assert alone(theirs) == ""
    assert re.search(r"weeks: 1 answer\b", described(theirs))
    own = await stats(world, world.ada, world.ada)
    assert "**6 answers**" in alone(own)
    assert re.search(r"weeks: 7 answers\b", described(own))


async def test_who_only_studies_alone_has_a_calendar_and_no_streak(world: World) -> None:
    await practise(world, world.ada)
    await world.wait(DAY)
    student = Student(world, world.ada, direct=True)
    await student.answer(await student.practise())
    shown = await stats(world, world.ada)
    assert alone(shown) == "🔒 Alone: **7 answers**, 57% right (nobody else sees this)"
    assert "💬 **0 answers** · 🎯 no answer counts yet" in text(shown)
    assert "No streak at the moment" in text(shown)
    assert "7 answers" in described(shown)
    assert "most on Thursday 1 January (6)" in described(shown)


async def test_they_are_the_same_in_every_server(world: World) -> None:
    await practise(world, world.ada)
    channel = world.env.create_guild("Other server").create_text_channel("quiz")
    there = world.env.backend.guilds[channel.guild.id] and channel.guild.add_member(world.ada.user)
    result = await there.slash(channel, "stats")
    assert "**6 answers**" in alone((result.followups or [result.response])[-1])


@pytest.mark.usefixtures("sketches")
async def test_an_exam_counts_when_it_is_over_by_what_was_answered(world: World) -> None:
    await exams.write_banks(world)
    shown = await exams.begin(world, questions=5)
    shown = await exams.answer(world.ada, shown)
    shown = await exams.press(world.ada, shown, "Next")
    shown = await exams.answer(world.ada, shown, right=False)
    assert alone(await stats(world, world.ada)) == ""
    shown = await exams.press(world.ada, await exams.press(world.ada, shown, "Overview"), "Submit")
    await exams.press(world.ada, shown, "Submit anyway")
    shown = await stats(world, world.ada)
    assert alone(shown) == "🔒 Alone: **2 answers**, 50% right (nobody else sees this)"
    assert "2 answers" in described(shown)


def test_the_calendar_has_both() -> None:
    days = (Day(MONDAY, answers=3, scored=2, right=1, points=10), Day(SUNDAY, answers=1, scored=1, right=1))
    found = Statistics(
        member_id=1,
        today=SUNDAY,
        answers=4,
        scored=3,
        right=2,
        week_points=10,
        points=10,
        streak=streak([MONDAY, SUNDAY], SUNDAY),
        days=days,
        topics=(),
        alone=(AloneDay(TUESDAY, answers=7, right=7), AloneDay(SUNDAY, answers=2, right=0)),
    )
    assert found.all_days == (
        days[0],
        Day(TUESDAY, answers=7, scored=0, right=0),  # more answers, and none that count
        Day(SUNDAY, answers=3, scored=1, right=1),
    )
    assert found.days == days
