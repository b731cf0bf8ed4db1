"""One server where everything fails, all the time, holds up no other one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.messages import text
from tests.world import World

CHANNELS = 12


def refused(world: World, channels: list[Any]) -> None:
    """Discord forbids everything there."""
    for channel in channels:
        world.env.inject_error("*", f"/channels/{channel.id}/*", status=403, code=50013, times=None)


def troubled(world: World, channels: list[Any]) -> None:
    """Discord has trouble with everything there."""
    for channel in channels:
        world.env.inject_error("*", f"/channels/{channel.id}/*", status=500, times=None)


def silent(world: World, channels: list[Any]) -> None:
    """Discord answers nothing there."""
    http = world.app.client.http
    answer = http.request
    places = {str(channel.id) for channel in channels}

    async def request(route: Any, **options: Any) -> Any:
        if route.channel_id is not None and str(route.channel_id) in places:
            await world.env.external_wait(asyncio.sleep(10**6), reason="Discord is silent")
        return await answer(route, **options)

    http.request = request  # type: ignore[method-assign]


async def play_elsewhere(world: World) -> list[datetime]:
    """A quiz of another server; when its messages came."""
    guild = world.env.create_guild("Elsewhere")
    channel = guild.create_text_channel("quiz")
    eve = guild.add_member(world.env.create_user("eve"))
    await eve.slash(channel, "quiz start", questions=2, seconds=30, topic="one")
    await world.wait(5)
    for _ in range(2):
        card = channel.history()[-1]
        assert "✅ Correct" in text(await world.choose(eve, "the right one", card))
        await world.wait(45)
    assert "2/2" in text(channel.history()[-1])
    return [message.created_at for message in channel.history()]


@pytest.mark.parametrize("storm", [refused, troubled, silent])
async def test_a_storm_in_one_server(
    world: World, storm: Callable[[World, list[Any]], None], caplog: pytest.LogCaptureFixture
) -> None:
    calm = await play_elsewhere(world)
    channels = [world.guild.create_text_channel(f"room-{place}") for place in range(CHANNELS)]
    storm(world, channels)
    for channel in channels:
        await world.ada.slash(channel, "quiz start", questions=50, seconds=10)
    began = world.env.now()
    stormy = await play_elsewhere(world)
    assert [at - stormy[0] for at in stormy] == [at - calm[0] for at in calm]
    assert stormy[0] == began
    assert all(len(channel.history()) == 1 for channel in channels), "no more than the announcement"
    await world.wait(600)
    expected = {refused: "not allowed to post", troubled: "error 500", silent: "Discord could not be reached"}
    assert expected[storm] in caplog.text
    assert sum("ended:" in record.getMessage() for record in caplog.records) == CHANNELS
    # no more is tried there
    requests = len(world.env.http_requests)
    await world.wait(3600)
    assert len(world.env.http_requests) == requests
