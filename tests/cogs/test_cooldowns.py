"""How often one may ask for what costs."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs import cooldowns
from cogs.cooldowns import Cooldown, Cooldowns, Limit, _Uses
from tests.cogs.exams import pictures, sit
from tests.messages import text
from tests.world import World

pytestmark = pytest.mark.usefixtures("sketches", "sketched_activity")

REFUSED = "That was often in a short time"

Use = Callable[[World, Any], Awaitable[str]]


@pytest.fixture
def sketched_activity(monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture of activity has a stand-in, too."""
    monkeypatch.setattr("cogs.cards.activity.draw_activity", lambda _: b"a picture")


def by_command(name: str, **options: Any) -> Use:
    """Use a command; what the member is told."""

    async def use(world: World, member: Any) -> str:
        return text((await member.slash(world.channel, name, **options)).response)

    return use


async def start_quiz(world: World, member: Any) -> str:
    """Start a quiz, and end it to make room."""
    told = await by_command("quiz start")(world, member)
    if REFUSED not in told:
        await world.mona.slash(world.channel, "quiz stop")
    return told


async def export(world: World, member: Any) -> str:
    """Export what is stored."""
    card = (await member.slash(world.channel, "privacy")).response
    return text((await member.click(card, label="Export my data")).response)


USES: dict[str, Use] = {
    "pictures": by_command("stats"),
    "quizzes": start_quiz,
    "questions": by_command("question"),
    "forecasts": by_command("plan", **{"exam-date": "in 3 weeks"}),
    "public_boards": by_command("leaderboard", show="everyone"),
    "exports": export,
    "reloads": by_command("reload"),
}
"""What each of them is about."""


def limit(world: World, name: str) -> Cooldown:
    """One of the cooldowns."""
    found = getattr(world.app.cooldowns, name)
    assert isinstance(found, Cooldown)
    return found


def managers(world: World, number: int) -> list[Any]:
    """So many members who may do everything that costs."""
    role = world.guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    return [world.guild.add_member(world.env.create_user(f"manager{n}"), roles=[role]) for n in range(number)]


async def wait_as_told(world: World, told: str) -> None:
    """Wait until the time that a refusal names."""
    (at,) = re.findall(r"again <t:(\d+):R>\.$", told)
    await world.wait(int(at) - world.env.now().timestamp())


def test_each_is_tried() -> None:
    assert list(USES) == list(vars(Cooldowns()))


@pytest.mark.parametrize("name", USES)
async def test_a_member_who_asks_too_often_is_told_when_it_works_again(world: World, name: str) -> None:
    use, cooldown = USES[name], limit(world, name)
    eager, other = managers(world, 2)
    first = world.env.now()
    for _ in range(cooldown.member.times):
        assert REFUSED not in await use(world, eager)
    told = await use(world, eager)
    assert told.startswith(f"{REFUSED}. You can {cooldown.what} again <t:")
    if cooldown.server.times > cooldown.member.times:
        assert REFUSED not in await use(world, other)
    await wait_as_told(world, told)
    assert world.env.now() - first <= timedelta(minutes=cooldown.member.minutes, seconds=60)
    assert REFUSED not in await use(world, eager)


@pytest.mark.parametrize(
    "name", [name for name in USES if name != "reloads"]
)  # one member can use up all of these
async def test_many_members_of_one_server_can_ask_for_so_much(world: World, name: str) -> None:
    use, cooldown = USES[name], limit(world, name)
    crowd = managers(world, cooldown.server.times // cooldown.member.times + 1)
    for number in range(cooldown.server.times):
        assert REFUSED not in await use(world, crowd[number // cooldown.member.times])
    told = await use(world, crowd[-1])
    assert told.startswith(f"{REFUSED} for one server. You can {cooldown.what} here again <t:")
    await wait_as_told(world, told)
    assert REFUSED not in await use(world, crowd[-1])


async def test_what_is_refused_for_another_reason_does_not_count(world: World) -> None:
    for _ in range(limit(world, "quizzes").member.times + 5):
        told = await by_command("quiz start", topic="cooking")(world, world.ada)
        assert "There is no topic `cooking`" in told
    assert REFUSED not in await start_quiz(world, world.ada)


async def test_many_at_the_same_instant_count_each(world: World) -> None:
    times = limit(world, "pictures").member.times
    results = await world.commands_at_once([(world.ada, "stats")] * (times + 7))
    refused = [
        result for result in results if REFUSED in "".join(map(text, [result.response, *result.followups]))
    ]
    assert len(refused) == 7


async def test_a_report_comes_without_its_picture_rather_than_not_at_all(world: World) -> None:
    assert pictures(await sit(world, world.ada))
    for _ in range(limit(world, "pictures").member.times):
        await world.ada.slash(world.channel, "stats")
    report = await sit(world, world.ada)
    assert not pictures(report)
    assert "✅" in text(report)
    await world.wait(61)
    assert pictures(await sit(world, world.ada))


async def test_a_private_board_may_be_looked_at_as_often_as_one_likes(world: World) -> None:
    for _ in range(limit(world, "public_boards").member.times * 3):
        assert REFUSED not in await by_command("leaderboard")(world, world.ada)


_UTC_START = datetime(2026, 1, 1, tzinfo=UTC)


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 40)), max_size=60),
    st.integers(1, 4),
    st.booleans(),
)
def test_so_many_times_within_any_window(steps: list[tuple[int, int]], times: int, refuses: bool) -> None:
    """Against all uses that there were: the window is looked at from each moment."""
    uses, at = _Uses(Limit(times, 1)), _UTC_START
    taken: list[tuple[int, datetime]] = []
    for number, (key, seconds) in enumerate(steps):
        at += timedelta(seconds=seconds)
        recent = [when for who, when in taken if who == key and when > at - timedelta(minutes=1)]
        free_at = uses.full_until(key, at)
        assert (free_at is not None) is (len(recent) >= times)
        if free_at is not None:
            assert free_at == recent[-times] + timedelta(minutes=1) > at
            continue
        uses.add(key, at)
        if refuses and number % 3 == 0:
            uses.take_back(key, at)
        else:
            taken.append((key, at))


def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cooldowns, "_MOST_REMEMBERED", 10)
    uses = _Uses(Limit(1, 1))
    for key in range(100):
        uses.add(key, _UTC_START)
    assert len(uses._uses) == 10
    uses.add(7, _UTC_START + timedelta(minutes=1))
    assert list(uses._uses) == [7]
