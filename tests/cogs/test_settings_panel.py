"""The panel of `/settings`: what is chosen is kept, and nobody chooses what is not theirs."""

from __future__ import annotations

import shutil

import discord
import pytest
import simcord

from tests.cogs.choosing import (
    choose,
    chosen,
    delete_role,
    forge,
    forge_form,
    last_change,
    panel,
    press,
    write_second_bank,
)
from tests.messages import buttons, parts, text
from tests.world import World


async def test_without_any_choice_all_is_as_usual(world: World) -> None:
    shown = await world.mona.slash(world.channel, "settings")
    assert shown.ephemeral
    card = shown.response
    assert "Time zone: **UTC**, where it is 00:0" in text(card)
    assert "Names: **shown**" in text(card)
    assert chosen(card, "seconds") == ["60"]
    assert chosen(card, "channels") == chosen(card, "roles") == []
    assert [part["placeholder"] for part in [*parts(card, 8), *parts(card, 6)]] == ["Everywhere", "Everyone"]
    assert "Question bank" not in text(card)  # there is one only
    assert "⚠️" not in text(card)
    assert last_change(card) == "-# Nothing was changed so far."


async def test_each_choice_is_kept_at_once_and_over_a_restart(world: World) -> None:
    await write_second_bank(world)
    role, other_role = world.guild.create_role("Hosts"), world.guild.create_role("Teachers")
    forum = world.guild.create_forum_channel("help")
    news = world.guild.create_news_channel("news")
    assert chosen(await choose(world, "bank", "second"), "bank") == ["second"]
    assert chosen(await choose(world, "seconds", "45"), "seconds") == ["45"]
    channels = sorted([world.channel.id, forum.id, news.id])
    assert chosen(await choose(world, "channels", world.channel, forum, news), "channels") == channels
    assert chosen(await choose(world, "roles", role, other_role), "roles") == sorted([role.id, other_role.id])
    assert "Names: **hidden**" in text(await press(world, "Hide names"))
    await world.set_zone("Europe/Berlin")
    await world.restart()
    card = await panel(world)
    assert "Time zone: **Europe/Berlin**, where it is 01:0" in text(card)
    assert "Names: **hidden**" in text(card)
    assert (chosen(card, "bank"), chosen(card, "seconds")) == (["second"], ["45"])
    assert (chosen(card, "channels"), chosen(card, "roles")) == (channels, sorted([role.id, other_role.id]))
    # and each can be taken back
    assert chosen(await choose(world, "channels"), "channels") == []
    assert chosen(await choose(world, "roles"), "roles") == []
    assert "Names: **shown**" in text(await press(world, "Show names"))
    assert chosen(await panel(world), "seconds") == ["45"]


async def test_the_panel_says_who_changed_what_last_and_when(world: World) -> None:
    vera = world.guild.add_member(world.env.create_user("vera"), roles=[world.guild.roles["Moderators"]])
    role = world.guild.create_role("Hosts")
    await write_second_bank(world)
    now = int(world.env.now().timestamp())

    def said(what: str, member: object) -> str:
        return f"-# Last change: {what}, by {member.mention}, <t:{now}:R>."  # type: ignore[attr-defined]

    assert last_change(await world.set_zone("Asia/Kathmandu")) == said("the time zone", world.mona)
    card = await choose(world, "bank", "second", member=vera)
    assert last_change(card) == said("the question bank", vera)
    assert last_change(await choose(world, "seconds", "20")) == said("the time for each question", world.mona)
    card = await choose(world, "channels", world.other, member=vera)
    assert last_change(card) == said("the channels for quizzes", vera)
    card = await choose(world, "roles", role)
    assert last_change(card) == said("the roles that may start quizzes", world.mona)
    card = await press(world, "Hide names", vera)
    assert last_change(card) == said("whether names are shown", vera)
    await world.wait(3600)
    assert last_change(await panel(world)) == said("whether names are shown", vera)
    # whoever had their data erased is named no more
    async with world.sql() as transaction:
        await transaction.run("UPDATE server SET changed_by = NULL")
    await world.restart()
    assert "by a former member, " in last_change(await panel(world))


async def test_the_time_zone_is_chosen_in_a_form(world: World) -> None:
    form = await press(world, "Change")
    messages = len(world.seen(world.mona))
    await world.mona.submit_modal(form, {_field(form): "europe/berlin"})
    assert len(world.seen(world.mona)) == messages  # the panel itself shows it
    assert "Time zone: **Europe/Berlin**" in text(world.seen(world.mona)[-1])
    # forms are answered by what is in them: also after a restart, and each as its own
    first, second = await press(world, "Change"), await press(world, "Change")
    await world.restart()
    await world.mona.submit_modal(first, {_field(first): "Asia/Kathmandu"})
    await world.mona.submit_modal(second, {_field(second): "Asia/Tokyo"})
    assert "**Asia/Tokyo**" in text(await panel(world))
    form = await press(world, "Change")
    refused = await world.mona.submit_modal(form, {_field(form): "Kiev"})
    assert refused.ephemeral
    assert (
        refused.response.content == "There is no time zone `Kiev`. Did you mean Europe/Kiev or Europe/Kyiv?"
    )
    assert "**Asia/Tokyo**" in text(await panel(world))


def _field(form: simcord.InteractionResult) -> str:
    (label,) = form.modal["components"]
    return str(label["component"]["custom_id"])


async def test_two_moderators_at_the_same_instant(world: World) -> None:
    """What both choose is kept, and of the same choice the later one."""
    vera = world.guild.add_member(world.env.create_user("vera"), roles=[world.guild.roles["Moderators"]])
    send = world._send
    for member, custom_id, value in (
        (world.mona, "setting:1", "30"),
        (vera, "setting:2", str(world.other.id)),
        (world.mona, "setting-names:1", ""),
        (vera, "setting:1", "90"),
    ):
        send(member, world.channel, 3, {"custom_id": custom_id, "component_type": 3, "values": [value]})
    await world.env.settle()
    for _ in range(2):
        card = await panel(world)
        assert (chosen(card, "seconds"), chosen(card, "channels")) == (["90"], [world.other.id])
        assert "Names: **hidden**" in text(card)
        assert f"the time for each question, by {vera.mention}" in last_change(card)
        await world.restart()


async def test_a_choice_leaves_alone_what_was_stored_since_the_start(world: World) -> None:
    """Another process may share the database one day."""
    async with world.sql() as transaction:
        await transaction.run("INSERT INTO server (guild_id, seconds) VALUES (?, 45)", (world.guild.id,))
    card = await choose(world, "channels", world.other)
    assert (chosen(card, "seconds"), chosen(card, "channels")) == (["45"], [world.other.id])


FORGED = (
    *(("setting:0", ["sample"]), ("setting:1", ["30"]), ("setting:2", []), ("setting:3", [])),
    *(("setting-names:1", []), ("setting-zone", [])),
)


@pytest.mark.parametrize(("custom_id", "values"), FORGED)
async def test_a_member_without_the_permission_changes_nothing(
    world: World, custom_id: str, values: list[str]
) -> None:
    refused = await forge(world, world.ada, custom_id, values)
    assert "This needs the permission Manage Server" in refused.content
    refused = await forge_form(world, world.ada, custom_id, "Asia/Tokyo")
    assert "This needs the permission Manage Server" in refused.content
    card = await panel(world)
    assert last_change(card) == "-# Nothing was changed so far."
    assert "**UTC**" in text(card)


async def test_a_panel_that_was_shown_to_a_manager_serves_them_no_more_when_they_are_none(
    world: World,
) -> None:
    card = (await panel(world)).message
    world.env.backend.get_member(world.guild.id, world.mona.id).role_ids.clear()
    refused = await world.mona.select(card, ["30"], custom_id="setting:1")
    assert "This needs the permission Manage Server" in refused.response.content


@pytest.mark.parametrize(
    ("custom_id", "values", "sentence"),
    [
        ("setting:0", ["nothing"], "There is no question bank called `nothing`"),
        ("setting:0", [], "from an older version of me"),
        ("setting:1", ["9"], "open for 10 to 600 seconds"),
        ("setting:1", ["601"], "open for 10 to 600 seconds"),
        ("setting:1", ["-60"], "open for 10 to 600 seconds"),
        ("setting:1", ["soon"], "from an older version of me"),
        ("setting:2", ["1", "2"], "gone, or not of this server"),
        ("setting:2", ["9" * 30], "gone, or not of this server"),
        ("setting:2", ["x"], "from an older version of me"),
        ("setting:3", ["1"], "gone, or not of this server"),
        ("setting:4", ["1"], "from an older version of me"),
        ("setting", [], "from an older version of me"),
        ("setting-zone:1", [], "from an older version of me"),
    ],
)
async def test_what_no_list_offers_is_refused(
    world: World, custom_id: str, values: list[str], sentence: str
) -> None:
    assert sentence in (await forge(world, world.mona, custom_id, values)).content
    assert last_change(await panel(world)) == "-# Nothing was changed so far."


async def test_a_channel_is_no_role_and_a_voice_channel_none_for_quizzes(world: World) -> None:
    role, voice = world.guild.create_role("Hosts"), world.guild.create_voice_channel("talk")
    many = [str(world.guild.create_text_channel(f"room-{number}").id) for number in range(26)]
    for custom_id, values, sentence in (
        ("setting:2", [str(role.id)], "Choose one of these"),
        ("setting:2", [str(voice.id)], "text channels, announcement channels and forums"),
        ("setting:3", [str(world.channel.id)], "Choose roles of this server"),
        ("setting:2", many, "Choose up to 25 channels and 25 roles"),
    ):
        assert sentence in (await forge(world, world.mona, custom_id, values)).content
    assert last_change(await panel(world)) == "-# Nothing was changed so far."


async def test_another_server_is_not_touched(world: World) -> None:
    elsewhere = world.env.create_guild("Elsewhere")
    lobby = elsewhere.create_text_channel("lobby")
    boss = elsewhere.add_member(
        world.mona.user,
        roles=[elsewhere.create_role("Boss", permissions=discord.Permissions(manage_guild=True))],
    )
    role = world.guild.create_role("Hosts")
    await world.env.settle()
    for custom_id, id_ in (("setting:2", world.channel.id), ("setting:3", role.id)):
        assert "not of this server" in (await forge(world, boss, custom_id, [str(id_)], lobby)).content
    await forge(world, boss, "setting:1", ["20"], lobby)
    await forge(world, boss, "setting-names:1", [], lobby)
    assert last_change(await panel(world)) == "-# Nothing was changed so far."
    assert chosen((await boss.slash(lobby, "settings")).response, "seconds") == ["20"]


async def test_what_is_gone_breaks_nothing(world: World) -> None:
    await write_second_bank(world)
    role = world.guild.create_role("Hosts")
    await choose(world, "bank", "second")
    await choose(world, "channels", world.channel, world.other)
    await choose(world, "roles", role)
    await world.delete_channel(world.other)
    card = await panel(world)
    assert chosen(card, "channels") == [world.channel.id]
    assert "⚠️" not in text(card)
    await choose(world, "channels", lobby := world.guild.create_text_channel("lobby"))
    await world.delete_channel(lobby)
    await delete_role(world, role)
    shutil.rmtree(world.banks / "second")
    await world.mona.slash(world.channel, "reload")
    for _ in range(2):
        card = await panel(world)
        assert chosen(card, "channels") == chosen(card, "roles") == []
        assert text(card).count("⚠️") == 3
        assert "The channels for quizzes are all gone, so quizzes run everywhere" in text(card)
        assert "The roles that may start quizzes are all gone, so everyone may" in text(card)
        assert "The question bank “second” is gone. Sample bank stands in for it" in text(card)
        await world.restart()
    # other choices can be changed all the same, and these, too
    await choose(world, "seconds", "30")
    assert text(await choose(world, "channels", world.channel)).count("⚠️") == 2


async def test_the_panel_warns_where_the_bot_can_not_post(world: World) -> None:
    forum = world.guild.create_forum_channel("help")
    card = await choose(world, "channels", world.channel, world.other, forum)
    assert "⚠️" not in text(card)
    world.forbid_posting()
    await world.env.settle()
    card = await panel(world)
    assert f"I can't post in {world.channel.mention}: my role lacks Send Messages there." in text(card)
    assert world.other.mention not in text(card)
    world.forbid_posting(False)
    with world.env._bot_scope():
        role = next(r for r in world.env.backend.guilds[world.guild.id].roles.values() if r.managed)
        less = discord.Permissions(view_channel=True, send_messages=True)
        world.env.backend.edit_role(world.guild.id, role.id, {"permissions": less.value})
    await world.env.settle()
    card = await panel(world)
    assert f"I can't post in {forum.mention}: my role lacks Send Messages in Threads there." in text(card)
    assert world.channel.mention not in text(card)


async def test_a_champions_role_that_gives_hidden_names_away_is_warned_of(world: World) -> None:
    await world.let_manage_roles()
    await world.pick(await world.set_up(), "champion", world.guild.create_role("Champion"))
    assert "⚠️" not in text(await panel(world))
    assert "the champion's role still shows who won" in text(await press(world, "Hide names"))
    assert "Show names" in buttons(await panel(world))
