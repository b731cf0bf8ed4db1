"""Direct messages, which the playground's page does not show, are told in the terminal."""

from __future__ import annotations

from playground.server import direct_messages
from tests.world import World


async def test_what_the_bot_wrote_in_private(world: World) -> None:
    assert direct_messages(world.env, 0) == []
    await world.ada.slash(world.channel, "remind on", hour=7)
    ((first, name, text),) = direct_messages(world.env, 0)
    assert name == "ada"
    assert "Your reminders come here" in text
    assert "7:00" in text
    await world.grace.slash(world.channel, "remind on")
    assert [name for _, name, _ in direct_messages(world.env, first)] == ["grace"]
