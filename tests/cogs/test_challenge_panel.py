"""The panel of the weekly challenge, and who may use it."""

from __future__ import annotations

import re

import discord

from tests.messages import buttons, parts, text
from tests.world import World

MONDAY_EVENING = (2026, 1, 5, 18)
"""When the first challenge of an unchanged plan begins; the world begins on the Thursday before."""


async def test_the_panel_begins_with_a_plan_that_is_off(world: World) -> None:
    result = await world.mona.slash(world.other, "challenge setup")
    assert result.ephemeral
    panel = result.response
    assert "It is **off**" in text(panel)
    assert "Switch on" in buttons(panel)
    (channel,) = parts(panel, 8)
    assert [int(value["id"]) for value in channel["default_values"]] == [world.other.id]
    await world.until(2026, 1, 13)
    assert world.count("Weekly challenge", world.other) == 0


async def test_each_choice_on_the_panel_is_kept_at_once(world: World) -> None:
    mention, champion = world.guild.create_role("Players"), world.guild.create_role("Champion")
    await world.set_challenge(
        channel=world.other,
        weekday="4",
        hour="7",
        questions="20",
        days="2",
        topics=["two"],
        mention=mention,
        champion=champion,
    )
    await world.restart()
    panel = (await world.mona.slash(world.channel, "challenge setup")).response
    friday = 1767942000  # 2026-01-09 07:00 UTC; the 2nd, also a Friday, is before it
    assert f"The next one begins <t:{friday - 7 * 86400}:R>" in text(panel)
    chosen = {
        part["custom_id"]: [option["value"] for option in part["options"] if option.get("default")]
        for part in parts(panel, 3)
    }
    assert chosen == {"w:1": ["4"], "w:2": ["7"], "w:3": ["20"], "w:4": ["2"], "w:5": ["two"]}
    roles = {part["custom_id"]: int(part["default_values"][0]["id"]) for part in parts(panel, 6)}
    assert roles == {"w:6": mention.id, "w:7": champion.id}
    await world.until(2026, 1, 2, 7, 1)
    card = world.find("Weekly challenge #1", world.other)
    assert "**1 question** on Second topic" in text(card)
    assert f"Ends <t:{friday - 5 * 86400}:R>" in text(card)


async def test_a_choice_can_be_taken_back_on_the_panel(world: World) -> None:
    role = world.guild.create_role("Players", mentionable=True)
    panel = await world.set_up()
    for name, value, nothing in (("mention", role, []), ("topics", ["two"], []), ("days", "3", "0")):
        await world.pick(panel, name, value)
        await world.pick(panel, name, nothing)
    await world.mona.click(panel, label="Begin one now")
    card = text(world.last)
    assert f"<@&{role.id}>" not in card
    assert "**4 questions** on First topic · Second topic" in card
    assert "Ends <t:1767636000:R>" in card  # with the next one


async def test_the_panel_warns_of_permissions_that_the_bot_lacks(world: World) -> None:
    silent = world.guild.create_role("Players")
    champion = world.guild.create_role("Champion")
    panel = await world.set_up()
    assert "⚠️" not in text(panel)
    panel = await world.pick(panel, "mention", silent)
    assert f"<@&{silent.id}> will be named, but nobody hears of it" in text(panel)
    panel = await world.pick(panel, "champion", champion)
    assert "I need the permission Manage Roles" in text(panel)
    await world.let_manage_roles()
    world.forbid_posting()
    panel = await world.pick(panel, "mention", [])
    assert "lacks Send Messages" in text(panel)
    assert text(panel).count("⚠️") == 1
    refused = await world.mona.slash(world.channel, "challenge now")
    assert "I can't post in" in refused.response.content


async def test_a_champion_role_above_the_bot_is_warned_of(world: World) -> None:
    await world.let_manage_roles()
    role = world.guild.create_role("Champion")
    panel = await world.pick(await world.set_up(), "champion", role)
    assert "my role above it" not in text(panel)
    with world.env._bot_scope():
        world.env.backend.edit_role(world.guild.id, role.id, {"position": 50})
    await world.env.settle()
    assert "my role above it" in text(await world.set_up())


async def test_a_champion_role_is_one_that_the_moderator_could_give(world: World) -> None:
    await world.let_manage_roles()
    high = world.guild.create_role("High", position=50)
    powerful = world.guild.create_role("Admins", permissions=discord.Permissions(administrator=True))
    panel = await world.set_up()
    for role, reason in (
        (high, "could not give to anybody yourself"),
        (powerful, "without such permissions"),
    ):
        await world.pick(panel, "champion", role)
        assert reason in world.seen(world.mona)[-1].content
    helper = world.guild.create_role("Helpers", permissions=discord.Permissions(manage_guild=True))
    eve = world.guild.add_member(world.env.create_user("eve"), roles=[helper])
    low = world.guild.create_role("Champion")
    await world.pick(await world.set_up(eve), "champion", low, eve)
    assert "could not give to anybody yourself" in world.seen(eve)[-1].content
    assert "champion" not in text(await world.set_up()).replace("Role that the winner wears", "").lower()


async def test_a_channel_of_another_server_is_refused(world: World) -> None:
    elsewhere = world.env.create_guild("Other server").create_text_channel("quiz")
    await world.set_up()
    for value in (str(elsewhere.id), "9" * 30, "-1", "x"):
        data = {"custom_id": "w:0", "component_type": 8, "values": [value]}
        refused = world._send(world.mona, world.channel, 3, data)
        await world.env.settle()
        assert "went wrong" not in refused.response.content
        assert ("text channel" in refused.response.content) or ("older version" in refused.response.content)
    plan = await world.app.plans.get(world.guild.id)
    assert plan.channel_id == world.channel.id


async def test_only_moderators_set_it_up(world: World) -> None:
    panel = await world.set_challenge()
    before = text(await world.set_up())
    commands = ["setup", "pause", "resume", "now", "cancel"]
    refusals = await world.commands_at_once([(world.ada, f"challenge {name}") for name in commands])
    for forged in ("w:0", "w:1", "e:0", "e:1", "g:0"):
        refusals.append(await world.forge(world.ada, world.channel, forged))
    for refused in refusals:
        assert refused.ephemeral
        assert "This needs the permission Manage Server" in refused.response.content
    assert text(await world.set_up()) == before
    assert "Pause" in buttons(panel)
    assert world.count("Weekly challenge #") == 0


async def test_forged_ids_are_refused_politely(world: World) -> None:
    await world.begin_challenge()
    guild = world.env.create_guild("Other server")
    channel = guild.create_text_channel("general")
    eve = guild.add_member(world.env.create_user("eve"))
    big = "999999999999999999"
    for forged in ("p:1", "n:1", "k:1", "a:1:0", "m:1:0:0", "s:1:1", "h:1", f"p:{big}", f"k:{big}"):
        refused = await world.forge(eve, channel, forged)
        assert refused.ephemeral, forged
        assert re.search("not known here|no record", refused.response.content), forged
    for forged in ("p", "p:x", "p:1:2", "k:-1", f"y:0:{big}", "y:9:1", f"w:{big}", "w:0", "w:1", "w:9"):
        answer = await world.forge(world.mona, world.channel, forged)
        assert answer.ephemeral, forged
        assert "went wrong" not in text(answer.response), forged


async def test_pause_and_resume(world: World) -> None:
    refused = await world.mona.slash(world.channel, "challenge pause")
    assert "There is no weekly challenge here yet" in refused.response.content
    await world.set_up()
    refused = await world.mona.slash(world.channel, "challenge pause")
    assert "off already" in refused.response.content
    resumed = await world.mona.slash(world.channel, "challenge resume")
    assert "begins <t:1767636000:R>" in resumed.response.content
    refused = await world.mona.slash(world.channel, "challenge resume")
    assert "on already" in refused.response.content
    await world.until(*MONDAY_EVENING, 1)
    paused = await world.mona.slash(world.channel, "challenge pause")
    assert "Challenge #1 still runs until <t:1768240800:f>" in paused.response.content
    await world.until(2026, 1, 27)
    assert world.count("Challenge #1 is over") == 1
    assert world.count("Weekly challenge #2") == 0
    await world.mona.slash(world.channel, "challenge resume")
    await world.until(2026, 2, 3)
    assert world.count("Weekly challenge #2") == 1


async def test_pause_works_when_the_bank_or_topic_is_gone(world: World) -> None:
    panel = await world.set_challenge(topics=["two"])
    (world.banks / "sample" / "two.yaml").unlink()
    head = world.banks / "sample" / "bank.yaml"
    head.write_text(
        head.read_text().replace('  two: {title: "Second topic", weight: 40}', "").replace("60", "100")
    )
    assert "✅" in text((await world.mona.slash(world.channel, "reload")).response)
    await world.pick(panel, "hour", "9")
    assert "paused" in (await world.mona.slash(world.channel, "challenge pause")).response.content


async def test_the_panel_works_when_the_bank_has_another_name(world: World) -> None:
    panel = await world.set_challenge()
    head = world.banks / "sample" / "bank.yaml"
    head.write_text(head.read_text().replace("id: sample", "id: renamed"))
    (world.banks / "sample").rename(world.banks / "renamed")
    assert "✅" in text((await world.mona.slash(world.channel, "reload")).response)
    changed = await world.mona.select(panel, ["9"], custom_id="w:2")
    assert "There is no question bank" not in changed.response.content
    assert "paused" in (await world.mona.slash(world.channel, "challenge pause")).response.content
