"""Words for what managers choose in `/settings`, and for what only forgers send."""

from __future__ import annotations

from typing import Any

from simcord.builders import ChannelHandle

from tests.messages import parts, text
from tests.world import World

CHANNEL, MODAL = 8, 5
"""A select of channels, among components; a form that is sent, among interactions."""

LISTS = ("bank", "seconds", "channels", "roles")
"""The lists of the panel, in the order of the numbers in their ids."""


async def panel(world: World, member: Any = None) -> Any:
    """`/settings`; the panel."""
    return (await (member or world.mona).slash(world.channel, "settings")).response


async def choose(world: World, name: str, *values: Any, member: Any = None) -> Any:
    """Choose something from a list of a new panel; the panel after that."""
    member = member or world.mona
    shown = (await panel(world, member)).message
    await member.select(shown, list(values), custom_id=f"setting:{LISTS.index(name)}")
    return world._again(shown)


async def press(world: World, label: str, member: Any = None) -> Any:
    """Press a button of a new panel; what comes of it."""
    member = member or world.mona
    shown = (await panel(world, member)).message
    result = await member.click(shown, label=label)
    return result if label == "Change" else world._again(shown)


def chosen(shown: Any, name: str) -> list[Any]:
    """What a list of the panel shows as chosen: values, or ids of channels or roles."""
    (found,) = [
        part
        for kind in (3, 6, CHANNEL)
        for part in parts(shown, kind)
        if part["custom_id"] == f"setting:{LISTS.index(name)}"
    ]
    if "options" in found:
        return [option["value"] for option in found["options"] if option.get("default")]
    return [int(value["id"]) for value in found.get("default_values", [])]


def last_change(shown: Any) -> str:
    """What the panel says of the last change."""
    return text(shown).splitlines()[-1]


async def forge(world: World, member: Any, custom_id: str, values: list[str], channel: Any = None) -> Any:
    """Send a choice that no list offers; what the forger is told."""
    data = {"custom_id": custom_id, "component_type": CHANNEL, "values": values, "resolved": {}}
    result = world._send(member, channel or world.channel, 3, data)
    await world.env.settle()
    return result.response


async def forge_form(world: World, member: Any, custom_id: str, written: str) -> Any:
    """Send a form that was never opened; what the forger is told."""
    field = {"type": 4, "id": 2, "custom_id": "x", "value": written}
    data = {"custom_id": custom_id, "components": [{"type": 18, "id": 1, "component": field}]}
    result = world._send(member, world.channel, MODAL, data)
    await world.env.settle()
    return result.response


async def write_second_bank(world: World) -> None:
    """Let there be a second bank with two questions on one topic, and load it."""
    folder = world.banks / "second"
    folder.mkdir()
    (folder / "bank.yaml").write_text(
        "{id: second, title: Second bank, language: en, license: CC0-1.0, disclaimer: Made for tests., "
        "topics: {other: {title: Other topic, weight: 100}}}"
    )
    questions = "".join(
        f'  - {{id: other-{n}, prompt: "Other question {n}?", explanation: "Because of {n}.", '
        'options: [{text: "the right one", correct: true, why: "Right."}, {text: "a wrong one", why: "Wrong."}]}\n'
        for n in range(5)
    )
    (folder / "other.yaml").write_text(f"topic: other\nquestions:\n{questions}")
    assert "✅" in text((await world.mona.slash(world.channel, "reload")).response)


async def thread_in(world: World, channel: Any) -> ChannelHandle:
    """A new thread in a channel, or a new post in a forum."""
    with world.env._bot_scope():
        world.env.backend.create_thread(channel.id, "a thread", world.mona.id)
    await world.env.settle()
    return channel.threads[-1]


async def delete_role(world: World, role: Any) -> None:
    """Delete a role."""
    with world.env._bot_scope():
        world.env.backend.delete_role(world.guild.id, role.id)
    await world.env.settle()
