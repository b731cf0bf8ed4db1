"""`/stats`: how a member does, for those who may know."""

from __future__ import annotations

from typing import Any

import pytest

from tests.messages import buttons, parts, text
from tests.world import World


async def stats(world: World, viewer: Any, member: Any = None) -> Any:
    """`/stats`; what the viewer sees."""
    result = await viewer.slash(world.channel, "stats", **({"member": member} if member else {}))
    assert result.ephemeral
    return (result.followups or [result.response])[-1]


async def answer(world: World, member: Any, *, right: bool = True, topic: str = "one") -> None:
    """Post a question and let a member answer it."""
    await world.mona.slash(world.channel, "question", topic=topic)
    await world.answer(member, world.card, right=right)


async def test_the_numbers_are_right(world: World) -> None:
    for right in (True, True, False):
        await answer(world, world.ada, right=right)
    await answer(world, world.ada, topic="two")
    await answer(world, world.ada)  # the first question again: it does not count
    await answer(world, world.grace)
    shown = text(await stats(world, world.ada))
    assert shown.startswith(f"### 📊 {world.ada.mention}")
    assert "💬 **5 answers** · 🎯 **75%** right (probably between 30% and 95%)" in shown
    assert "⭐ **30 points** this week · **30** in all" in shown
    assert "**67%** · 2/3 · First topic" in shown
    assert "**100%** · 1/1 · Second topic" in shown
    assert "Once two topics have 5 answers each, strongest and weakest are named" in shown
    assert "🔥 **1 day** in a row" in shown
    assert "10 points" in text(await stats(world, world.ada, world.grace))


async def test_weeks_and_streaks(world: World) -> None:
    nights = 0
    for _ in range(3):
        await answer(world, world.ada)
        nights += 1
        await world.wait(86400)
    shown = text(await stats(world, world.ada))
    assert f"🔥 **{nights} days** in a row" in shown
    await world.until(2026, 1, 6)
    shown = text(await stats(world, world.ada))
    assert "No streak at the moment: one answer today begins one. The longest was 3 days." in shown
    assert "⭐ **0 points** this week · **30** in all" in shown


async def test_the_picture_comes_with_words(world: World) -> None:
    await answer(world, world.ada)
    shown = await stats(world, world.ada)
    (gallery,) = parts(shown, 12)
    (item,) = gallery["items"]
    assert item["media"]["url"].endswith("activity.png")
    assert "1" in item["description"]
    assert "answer" in item["description"].lower()
    (picture,) = shown.attachments
    assert picture.filename == "activity.png"
    blob = world.env.backend.cdn.get(picture.url)
    assert blob.startswith(b"\x89PNG")


async def test_without_a_picture_the_numbers_are_shown_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> bytes:
        raise RuntimeError("no font")

    monkeypatch.setattr("cogs.cards.activity.draw_activity", fail)
    await answer(world, world.ada)
    shown = await stats(world, world.ada)
    assert "**1 answer**" in text(shown)
    assert parts(shown, 12) == []
    assert shown.attachments == []


async def test_it_is_shown_to_nobody_else(world: World) -> None:
    await answer(world, world.ada)
    await stats(world, world.ada)
    await stats(world, world.grace, world.ada)
    assert not any("📊" in text(message) for message in world.seen(world.linus))
    assert sum("📊" in text(message) for message in world.seen(world.grace)) == 1


async def test_nothing_answered_yet(world: World) -> None:
    own = await stats(world, world.ada)
    assert "0 answers" in text(own)
    assert "Hide me from boards" in buttons(own)
    other = text(await stats(world, world.ada, world.grace))
    assert f"{world.grace.mention} has not answered a question here yet" in other


async def test_answers_of_another_server_do_not_count(world: World) -> None:
    user = world.env.create_user("both")
    await answer(world, world.guild.add_member(user))
    guild = world.env.create_guild("Other server")
    channel = guild.create_text_channel("quiz")
    there = guild.add_member(user)
    result = await there.slash(channel, "stats")
    assert "0 answers" in text((result.followups or [result.response])[-1])


async def test_hide_and_show(world: World) -> None:
    await answer(world, world.ada)
    shown = await stats(world, world.ada)
    hidden = await world.ada.click(shown, label="Hide me from boards")
    assert hidden.ephemeral
    assert "You are hidden: no board names you" in text(hidden.response)
    refused = text(await stats(world, world.grace, world.ada))
    assert refused == f"{world.ada.mention} keeps their statistics to themselves."
    board = text((await world.grace.slash(world.channel, "leaderboard")).response)
    assert world.ada.mention not in board
    await world.restart()
    own = await stats(world, world.ada)
    assert "**1 answer**" in text(own)
    assert "Show me on boards" in buttons(own)
    # the button that undoes it is right below, too
    back = await world.ada.click(hidden.response, label="Show me on boards")
    assert "You are on the boards again" in text(back.response)
    assert "**1 answer**" in text(await stats(world, world.grace, world.ada))
    board = text((await world.grace.slash(world.channel, "leaderboard")).response)
    assert world.ada.mention in board


async def test_others_can_not_be_hidden(world: World) -> None:
    await answer(world, world.ada)
    assert buttons(await stats(world, world.grace, world.ada)) == {}
    assert "Hide me from boards" in buttons(await stats(world, world.ada, world.ada))
    for forged in ("v:2", "v", "v:x", "v:1:1", "v:999999999999999999"):
        result = await world.forge(world.grace, world.channel, forged)
        assert "went wrong" not in text(result.response), forged
    assert "**1 answer**" in text(await stats(world, world.grace, world.ada))


async def test_an_authors_own_answers_do_not_count(world: World) -> None:
    await world.write_questions(1, author=world.ada)
    await answer(world, world.ada)
    shown = text(await stats(world, world.ada))
    assert "💬 **1 answer** · 🎯 no answer counts yet" in shown
    assert "**0 points** this week" in shown
