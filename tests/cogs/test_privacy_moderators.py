"""What is left where a member who had their data erased was somebody: moderator, reporter, starter; and what cannot wait."""

from __future__ import annotations

from datetime import timedelta

from bot.storage.database import from_ms
from bot.storage.erasures import ERASE_MEMBER
from tests.cogs.erasing import DAY, MINUTE, erase, kept
from tests.cogs.weeks import MONDAY, to
from tests.messages import text
from tests.world import World


async def test_the_settings_name_a_former_member(world: World) -> None:
    await world.set_zone("Europe/Berlin")
    settings = text((await world.mona.slash(world.channel, "settings")).response)
    assert f"by <@{world.mona.id}>" in settings
    await erase(world, world.mona)
    for _ in range(2):
        settings = text((await world.mona.slash(world.channel, "settings")).response)
        assert "Europe/Berlin" in settings
        assert "by a former member" in settings
        await world.restart()
    await world.wait(2 * MINUTE)
    assert await kept(world, world.mona) == {}


async def test_trouble_is_told_in_the_open_when_nobody_is_in_charge(world: World) -> None:
    await world.set_challenge()
    await erase(world, world.mona)
    await world.delete_channel()
    await to(world, MONDAY + timedelta(minutes=1))
    assert world.told(world.mona) == []
    assert world.requests("POST", "/users/@me/channels") == []
    assert world.count("The weekly challenge could not be posted", world.other) == 1
    assert world.count("<@", world.other) == 0
    # what was noted then mentions nobody, and who changes the plan next is in charge
    panel = await world.set_up(world.mona, channel=world.other)
    assert "⚠️" in text(panel)


async def test_what_waits_for_long_is_looked_at_now_and_then(world: World) -> None:
    await world.mona.slash(world.other, "question", topic="one")
    card = [m for m in world.other.history() if not m.flags.ephemeral][-1]
    await world.answer(world.ada, card)
    await erase(world, world.ada)
    async with world.sql() as transaction:  # as if Discord had been in trouble for long
        await transaction.run("DELETE FROM timer WHERE kind = 'close'")
    await world.wait(DAY + 30 * MINUTE)
    async with world.sql() as transaction:
        ((due_at,),) = await transaction.run("SELECT due_at FROM timer WHERE kind = ?", (ERASE_MEMBER,))
    assert timedelta() < from_ms(due_at) - world.env.now() <= timedelta(minutes=10)
    assert (await kept(world, world.ada))["answer", "member_id"] == 1
    # an end comes all the same
    await world.wait(2 * DAY)
    await world.wait(DAY)
    assert await kept(world, world.ada) == {}
