"""What a server has chosen holds: where quizzes run, who starts them, for how long, about what."""

from __future__ import annotations

import shutil
from typing import Any

import discord
import pytest

from bot.running import App
from tests.cogs.alone import Student, is_asking
from tests.cogs.choosing import choose, chosen, delete_role, panel, thread_in, write_second_bank
from tests.messages import parts, text
from tests.world import World

COMMANDS = ("quiz start", "question")


async def say(world: World, member: Any, command: str, channel: Any = None) -> str:
    """Use a command; what the bot says."""
    result = await member.slash(channel or world.channel, command)
    return text(result.followups[0] if result.deferred else result.response)


async def starts(world: World, member: Any, channel: Any = None) -> bool:
    """Whether a member may start a quiz and post a question, in #quiz or another channel: both or none."""
    said = [await say(world, member, command, channel) for command in COMMANDS]
    started = "starts a quiz" in said[0] or "already running" in said[0]
    assert started == ("The question is posted" in said[1]), said
    return started


# channels


async def test_quizzes_run_in_the_chosen_channels_only(world: World) -> None:
    third = world.guild.create_text_channel("third")
    await choose(world, "channels", world.other, third)
    for member in (world.ada, world.mona):  # moderators as well
        for command in COMMANDS:
            first, second = sorted([world.other.id, third.id])
            assert await say(world, member, command) == (
                f"Quizzes and questions run in <#{first}> and <#{second}> here, and not in this channel. Use the command "
                "there, or ask somebody with the permission Manage Server to allow this channel in `/settings`."
            )
    assert world.channel.history() == [m for m in world.channel.history() if m.flags.ephemeral]
    assert await starts(world, world.ada, world.other)
    await world.restart()
    assert not await starts(world, world.ada)
    await choose(world, "channels")
    assert await starts(world, world.ada)


async def test_a_thread_counts_as_the_channel_that_it_is_in(world: World) -> None:
    forum = world.guild.create_forum_channel("help")
    await choose(world, "channels", world.channel, forum)
    assert await starts(world, world.ada, await thread_in(world, world.channel))
    assert await starts(world, world.ada, await thread_in(world, forum))
    assert not await starts(world, world.ada, await thread_in(world, world.other))


async def test_what_runs_already_goes_on(world: World) -> None:
    card = await world.start_quiz(questions=2, topic="one", seconds=10)
    await choose(world, "channels", world.other)
    await world.choose(world.ada, "the right one", card)
    await world.wait(60)
    assert world.count("Quiz over") == 1
    assert "Quizzes and questions run in" in await say(world, world.ada, "quiz start")


async def test_channels_that_are_all_gone_lock_nobody_out(world: World) -> None:
    lobby = world.guild.create_text_channel("lobby")
    await choose(world, "channels", world.other, lobby)
    await world.delete_channel(lobby)
    assert not await starts(world, world.ada)
    await world.delete_channel(world.other)
    assert await starts(world, world.ada)
    await world.restart()
    assert await starts(world, world.ada)


# roles


async def test_the_chosen_roles_and_moderators_start_quizzes(world: World) -> None:
    hosts, teachers = world.guild.create_role("Hosts"), world.guild.create_role("Teachers")
    helpers = world.guild.create_role("Helpers", permissions=discord.Permissions(manage_messages=True))
    host, helper = (
        world.guild.add_member(world.env.create_user(name), roles=[role])
        for name, role in (("hedy", hosts), ("hal", helpers))
    )
    await choose(world, "roles", hosts, teachers)
    for command in COMMANDS:
        assert await say(world, world.ada, command) == (
            f"Quizzes and questions are started by moderators and members with the role <@&{hosts.id}> or "
            f"<@&{teachers.id}> here. Ask one of them to start one, and join in."
        )
    for member in (host, helper, world.mona):
        assert await starts(world, member)
    # joining in is for everybody
    assert "Correct" in text(await world.choose(world.ada, "the right one", world.card))
    await world.restart()
    assert not await starts(world, world.ada)
    world.env.backend.get_member(world.guild.id, world.ada.id).role_ids.append(teachers.id)
    assert await starts(world, world.ada)


async def test_roles_that_are_all_gone_lock_nobody_out(world: World) -> None:
    hosts, teachers = world.guild.create_role("Hosts"), world.guild.create_role("Teachers")
    await choose(world, "roles", hosts, teachers)
    await delete_role(world, hosts)
    assert not await starts(world, world.ada)
    await delete_role(world, teachers)
    assert await starts(world, world.ada)


async def test_nobody_is_refused_for_the_bots_permissions_where_no_quiz_may_run(world: World) -> None:
    await choose(world, "channels", world.other)
    world.forbid_posting()
    await world.env.settle()
    assert "Quizzes and questions run in" in await say(world, world.ada, "quiz start")


# seconds


async def test_a_quiz_takes_as_long_as_the_server_chose(world: World) -> None:
    await world.ada.slash(world.other, "quiz start", questions=1)
    assert "60 seconds each" in text(world.other.history()[-1])
    await choose(world, "seconds", "20")
    await world.restart()
    await world.start_quiz(questions=1, topic="one")
    assert "20 seconds each" in text(world.find("starts a quiz"))
    await world.wait(19)
    assert world.count("Result of question") == 0
    await world.wait(3)
    assert world.count("Result of question") == 1
    await world.wait(10)
    await world.ada.slash(world.channel, "quiz start", questions=1, seconds=90)
    assert "90 seconds each" in text(world.last)


# the bank


@pytest.fixture
async def second(world: World) -> World:
    """The server has a second bank, and has chosen it for whatever names none."""
    await write_second_bank(world)
    await choose(world, "bank", "second")
    await world.restart()
    return world


async def test_quizzes_and_questions_are_from_the_chosen_bank(second: World) -> None:
    await second.ada.slash(second.channel, "quiz start")
    assert "Quiz: Second bank" in text(second.last)
    await second.ada.slash(second.other, "question")
    assert "### Other topic" in text(second.other.history()[0])
    await second.mona.slash(second.channel, "quiz stop")
    await second.wait(10)
    await second.ada.slash(second.channel, "quiz start", bank="sample")
    assert "Quiz: Sample bank" in text(second.last)


@pytest.mark.parametrize(
    ("command", "option"),
    [
        *(("quiz start", "topic"), ("question", "topic"), ("leaderboard", "topic"), ("practice", "topic")),
        ("exam start", "topics"),
    ],
)
async def test_topics_that_are_offered_are_those_of_the_chosen_bank(
    second: World, command: str, option: str
) -> None:
    offered = await second.ada.autocomplete(second.channel, command, option, "")
    assert [choice["name"] for choice in offered] == ["Other topic"]


async def test_what_members_do_alone_is_about_the_chosen_bank(second: World) -> None:
    ada = Student(second, second.ada)
    assert "Other topic" in text(await ada.practise())
    nothing = await Student(second, second.grace).review()
    asking = await Student(second, second.grace).click(nothing, "5 new questions")
    assert is_asking(asking)
    assert "Other topic" in text(asking)
    exam = (await second.ada.slash(second.channel, "exam start", topics="Other topic")).response
    assert "Second bank" in text(exam)
    plan = await second.ada.slash(second.channel, "plan", **{"exam-date": "in 3 weeks"})
    assert "Second bank" in text(plan.followups[0] if plan.followups else plan.response)
    shown = (await second.ada.slash(second.channel, "leaderboard", topic="Other topic")).response
    assert "Other topic (Second bank)" in text(shown)


async def test_in_direct_messages_the_first_bank_is_meant(second: World) -> None:
    asking = await Student(second, second.ada, direct=True).practise()
    assert "Other topic" not in text(asking)
    assert "topic" in text(asking)


async def test_a_new_challenge_is_about_the_chosen_bank(second: World) -> None:
    setup = await second.set_up()
    (bank,) = [part for part in parts(setup, 3) if part["custom_id"] == "w:8"]
    assert [option["value"] for option in bank["options"] if option.get("default")] == ["second"]
    await second.mona.click(setup, label="Begin one now")
    assert "on Other topic" in text(second.find("Weekly challenge #"))


async def test_the_first_bank_stands_in_for_one_that_is_gone(second: World) -> None:
    setup = await second.set_up()
    await second.pick(setup, "bank", "sample")
    shutil.rmtree(second.banks / "second")
    await second.mona.slash(second.channel, "reload")
    await second.ada.slash(second.channel, "quiz start")
    assert "Quiz: Sample bank" in text(second.last)
    assert "Second" not in text(await Student(second, second.ada).practise())


async def test_a_challenge_of_a_bank_that_is_gone_is_about_the_chosen_one(second: World) -> None:
    await second.set_challenge(bank="sample")
    shutil.copytree(second.banks / "second", second.banks / "a-third")
    bank = second.banks / "a-third" / "bank.yaml"
    bank.write_text(bank.read_text().replace("id: second", "id: a-third").replace("Second", "Third"))
    shutil.rmtree(second.banks / "sample")
    assert "✅" in text((await second.mona.slash(second.channel, "reload")).response)
    await second.until(2026, 1, 5, 18, 1)
    assert second.count("Weekly challenge #1") == 1
    app: App = second.app
    challenge = await app.play.running(second.guild.id)
    assert challenge.bank == "second"  # and not the first one by now, a-third
    assert chosen(await panel(second), "bank") == ["second"]
