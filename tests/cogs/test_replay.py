"""Forged and replayed ids: whatever one member was ever sent, nobody else reaches with it what is not theirs."""

from __future__ import annotations

import random
from typing import Any

import pytest

from bot.access import Who
from tests.cogs.replaying import (
    BUTTON,
    FORM,
    LIST,
    Control,
    Explorer,
    Forger,
    commands,
    controls,
    write_bank,
)
from tests.forging import stored
from tests.world import World

pytestmark = pytest.mark.usefixtures("sketches")

NOT_SHOWN = {
    "y": "pages of the archive come with more than ten challenges",
    "report-list": "pages of reports come with more of them",
    "report-reopen": "what is decided is found by an option of /reports",
}
"""Kinds that nobody is sent in this story, with the reason; their ids are made up."""

ENDS = {"session-stop", "exam-submit", "plan-delete", "privacy-erase"}
"""What ends something that was under way."""

MINUTE = 61.0
"""After it nobody has to wait for pictures."""

EACH = 3
"""So many of the first, and of the last, of each kind are replayed."""

MADE_UP = 250
"""So many ids with other numbers."""


async def play(world: World) -> tuple[Explorer, Explorer]:
    """Let ada and mona use everything, and leave ada in the midst of it."""
    await write_bank(world)
    mona, ada = Explorer(world, world.mona), Explorer(world, world.ada)
    await mona.run("/challenge setup")
    await world.ada.slash(world.channel, "plan", **{"exam-date": "in 3 weeks"})
    for sent, times in (
        (["/question", "/challenge play", "/leaderboard"], 12),
        (["/practice", "/review"], 8),
        (["/exam start"], 6),
        (["/exam history"], 6),
    ):
        await ada.run(*sent, times=times)
        await world.wait(MINUTE)
    told = [access.name for access in commands(world) if access.who not in {Who.MANAGER, Who.STARTER}]
    await ada.run(*told, leave=ENDS)
    await world.wait(MINUTE)
    managed = [access.name for access in commands(world) if access.who is Who.MANAGER]
    await mona.run(*(name for name in managed if name not in {"/challenge cancel", "/challenge pause"}))
    return ada, mona


def replayed(world: World) -> list[Control]:
    """What there is to replay: the first and last that were sent of each kind, and something of kinds that were not."""
    made_up = [
        Control(":".join([kind, *"0" * world.app.client.buttons[kind].numbers]), BUTTON) for kind in NOT_SHOWN
    ]
    of_kind: dict[str, list[Control]] = {}
    for control in controls(world):
        of_kind.setdefault(control.name, []).append(control)
    return [
        *made_up,
        *(c for found in of_kind.values() for c in dict.fromkeys([*found[:EACH], *found[-EACH:]])),
    ]


async def forgers(world: World) -> list[Forger]:
    """A member of the same server there, in another channel and in direct messages; and a member of another server."""
    guild = world.env.create_guild("Other server")
    elsewhere = guild.create_text_channel("quiz")
    stranger = guild.add_member(world.env.create_user("stranger"))
    return [
        Forger(world, world.grace, world.channel),
        Forger(world, world.linus, world.other),
        Forger(world, world.grace, None),
        Forger(world, stranger, elsewhere),
    ]


async def replay_all(four: list[Forger], sent: list[Control]) -> None:
    """Let each of them send everything."""
    for forger in four:
        await forger.world.wait(MINUTE)  # until the answers of the one before have been taken into reviews
        for control in sent:
            await forger.replay(control)


async def test_nobody_reaches_what_is_not_theirs_by_replaying_ids(world: World) -> None:
    ada, mona = await play(world)
    sent = replayed(world)
    assert {control.name for control in sent} == set(world.app.client.buttons)
    assert not {control.name for control in controls(world)} & set(NOT_SHOWN)
    four = await forgers(world)
    await replay_all(four, sent)
    # and when it is all over
    await ada.end(ENDS - {"privacy-erase"})
    await mona.run("/challenge cancel")
    await replay_all(four, sent)


async def test_nobody_reaches_what_is_not_theirs_by_making_up_ids(world: World) -> None:
    await play(world)
    rng = random.Random(20260101)
    known = sorted({number for control in controls(world) for number in control.custom_id.split(":")[1:]})
    numbers = [*known, "0", "-1", "007", "9" * 18, "1" * 19, "", "٣", "1.5", "0x1", " 1"]
    four = await forgers(world)
    kinds = world.app.client.buttons
    for _ in range(MADE_UP):
        kind = rng.choice(sorted(kinds))
        count = max(0, kinds[kind].numbers + rng.choice([0, 0, 0, 0, 0, 0, -1, 1]))
        custom_id = ":".join([kind, *rng.choices(numbers, k=count)])
        values = tuple(rng.choices([*numbers, "one", "sample", "x" * 100], k=rng.randint(1, 3)))
        await rng.choice(four).replay(
            Control(custom_id, rng.choice([BUTTON, LIST, FORM]), values), made_up=True
        )


async def test_those_who_may_are_answered_whatever_the_numbers_are(world: World) -> None:
    await play(world)
    rng = random.Random(20260102)
    known = sorted({number for control in controls(world) for number in control.custom_id.split(":")[1:]})
    numbers = [*known, "0", "7", "9" * 18]
    kinds = world.app.client.buttons
    people: list[Any] = [Forger(world, world.ada, world.channel), Forger(world, world.mona, world.channel)]
    for _ in range(MADE_UP):
        kind = rng.choice(sorted(kinds))
        custom_id = ":".join([kind, *rng.choices(numbers, k=kinds[kind].numbers)])
        values = tuple(rng.choices([*numbers, "one", "sample", "x" * 100], k=rng.randint(0, 3)))
        control = Control(custom_id, rng.choice([BUTTON, LIST, FORM]), values)
        assert await rng.choice(people).use(control), control


async def test_a_question_is_answered_only_where_it_was_asked(world: World) -> None:
    # somebody else may not see the channel at all
    await write_bank(world)
    card = await world.start_quiz(questions=1, topic="two")
    forger = Forger(world, world.grace, world.other)
    sheet = await world.choose(world.ada, "right", card)
    for control in [c for c in controls(world) if c.name in {"a", "m", "s", "h"}]:
        assert "I have no record of this question" in await forger.use(control), control
    (report,) = {c.custom_id for c in controls(world) if c.name == "r"}
    assert "I have no record of this question" in await forger.use(Control(report, FORM))
    assert await answered(world) == 0
    await world.ada.click(await world.choose(world.ada, "right too", sheet), label="Submit")
    # the same when it is closed
    await world.wait(60)
    assert "I have no record of this question" in await forger.use(
        Control(f"{report.replace('r', 'a')}:0", BUTTON)
    )


async def answered(world: World) -> int:
    """How many answers there are."""
    return sum(row.table == "answer" for row in stored(world.database))
