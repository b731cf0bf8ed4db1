"""What members see of their data, and take with them."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from bot.study import privacy as study
from tests.cogs.alone import Student
from tests.cogs.erasing import DAY, MINUTE, export, file_of, kept, press, privacy
from tests.cogs.reminding import switch_on
from tests.messages import buttons, text
from tests.world import World

pytestmark = pytest.mark.usefixtures("sketches")


async def use(world: World, member: Any = None) -> None:
    """Answer a question in the server with a hint, practise, and leave a report."""
    member = member or world.ada
    card = await world.start_quiz(member, topic="two")
    await member.click(card, label="Hint (−3)")
    await world.answer(member, card)
    student = Student(world, member)
    shown = await student.practise(topic="one", questions=1)
    await student.answer(shown)
    await switch_on(world, member, hour=7, zone="Europe/Berlin")


async def test_a_newcomer_is_told_that_there_is_nothing(world: World) -> None:
    shown = await privacy(world, world.ada)
    assert "Nothing so far" in text(shown)
    assert list(buttons(shown)) == ["Export my data", "Erase my data", "Hide me from boards"]


async def test_the_card_says_what_there_is(world: World) -> None:
    await use(world)
    shown = text(await privacy(world, world.ada))
    assert "**1 answer** and **1 hint** in 1 server" in shown
    assert "practices and reviews **1**, questions in your review **" in shown
    assert "quizzes that you started **1**" in shown
    assert "reminders at 7:00, the time zone Europe/Berlin" in shown
    assert "30 days after I am removed" in shown
    assert "Nothing so far" in text(await privacy(world, world.grace))


async def test_in_direct_messages(world: World) -> None:
    await use(world)
    shown = await privacy(world, world.ada, direct=True)
    assert "**1 answer** and **1 hint** in 1 server" in text(shown)
    assert list(buttons(shown)) == ["Export my data", "Erase my data"]
    found = await export(world, world.ada, direct=True)
    assert len(found["answers"]["entries"]) == 1


async def test_it_works_without_a_server(world: World) -> None:
    (command,) = [c for c in world.app.client.tree.get_commands() if c.name == "privacy"]
    assert command.to_dict(world.app.client.tree)["integration_types"] == [0, 1]
    assert command.to_dict(world.app.client.tree)["contexts"] == [0, 1, 2]


async def test_hiding_from_the_card(world: World) -> None:
    shown = await privacy(world, world.ada)
    assert "You are hidden" in text(await press(world.ada, shown, "Hide me from boards"))
    shown = await privacy(world, world.ada)
    assert "hidden from the boards of 1 server" in text(shown)
    assert "on the boards again" in text(await press(world.ada, shown, "Show me on boards"))


async def test_the_hosts_own_words(world: World) -> None:
    world.app.privacy.policy = study.Policy("https://example.org/privacy", 0)
    shown = await privacy(world, world.ada)
    assert buttons(shown)["Privacy policy"]["url"] == "https://example.org/privacy"
    assert "as soon as I am removed" in text(shown)


# export


async def test_the_export_is_private_and_complete(world: World) -> None:
    await use(world)
    shown = await press(world.ada, await privacy(world, world.ada), "Export my data")
    assert shown.flags.ephemeral
    assert "Only you see this" in shown.content
    assert shown.attachments[0].filename == "studyhall-data.json"
    found = json.loads(await file_of(shown))
    (answer,) = found["answers"]["entries"]
    assert answer["server_id"] == str(world.guild.id)
    assert answer["chosen"]
    assert answer["outcome"] == "right"
    assert found["settings"]["entries"][0]["zone"] == "Europe/Berlin"
    assert found["hints"]["entries"][0]["step"] == 1
    assert len(found["practice_answers"]["entries"]) >= 1


async def test_each_member_gets_only_their_own(world: World) -> None:
    await use(world)
    card = world.card
    await world.answer(world.grace, card, right=False)
    found = await export(world, world.grace)
    assert str(world.ada.id) not in json.dumps(found)
    assert [entry["outcome"] for entry in found["answers"]["entries"]] == ["wrong"]


async def test_an_export_of_nothing(world: World) -> None:
    found = await export(world, world.linus)
    assert found["about"]["member_id"] == str(world.linus.id)
    assert not any(part["entries"] for name, part in found.items() if name != "about")


async def test_a_large_export_is_compressed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await use(world)
    plain = await press(world.ada, await privacy(world, world.ada), "Export my data")
    size = len(await file_of(plain))
    real = study.Privacy.export
    monkeypatch.setattr(study.Privacy, "export", lambda self, member, _: real(self, member, size - 1))
    shown = await press(world.ada, await privacy(world, world.ada), "Export my data")
    assert shown.attachments[0].filename == "studyhall-data.zip"
    assert "unpack it first" in shown.content
    with zipfile.ZipFile(io.BytesIO(await file_of(shown))) as archive:
        assert archive.namelist() == ["studyhall-data.json"]
        assert len(json.loads(archive.read("studyhall-data.json"))["answers"]["entries"]) == 1


async def test_an_export_that_is_too_large_is_refused_with_what_to_do(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await use(world)
    real = study.Privacy.export
    monkeypatch.setattr(study.Privacy, "export", lambda self, member, _: real(self, member, 100))
    shown = await press(world.ada, await privacy(world, world.ada), "Export my data")
    assert "too large to be sent through Discord" in shown.content
    assert "Ask whoever runs me" in shown.content


async def test_buttons_name_no_member(world: World) -> None:
    await use(world)
    # who uses a button of another one's message gets their own
    result = await world.forge(world.grace, world.channel, "privacy-export")
    found = json.loads(await file_of(result.response))
    assert found["about"]["member_id"] == str(world.grace.id)
    assert not found["answers"]["entries"]
    for forged in (
        f"privacy-export:{world.ada.id}",
        f"privacy-erase:{world.ada.id}:1",
        f"privacy:{world.ada.id}",
    ):
        result = await world.forge(world.grace, world.channel, forged)
        assert "from an older version of me" in result.response.content
    # what looks like a time and is the id of another member
    result = await world.forge(world.grace, world.channel, f"privacy-erase:{str(world.ada.id)[:18]}")
    assert "Erase all your data?" in text(result.response)
    await world.wait(2 * MINUTE)
    assert (await kept(world, world.ada))["answer", "member_id"] == 1
    assert "**1 answer**" in text(await privacy(world, world.ada))


async def test_an_old_confirmation_asks_again(world: World) -> None:
    await use(world)
    shown = await privacy(world, world.ada, direct=True)
    asked = await press(world.ada.user, shown, "Erase my data")
    await world.wait(DAY)
    shown = await press(world.ada.user, asked, "Erase everything")
    assert "Erase all your data?" in text(shown)
    assert (await kept(world, world.ada))["answer", "member_id"] == 1
    assert "is erased" in text(await press(world.ada.user, shown, "Erase everything"))


async def test_keeping_the_data(world: World) -> None:
    await use(world)
    asked = await press(world.ada, await privacy(world, world.ada), "Erase my data")
    shown = await press(world.ada, asked, "Keep my data")
    assert "What I keep about you" in text(shown)
    assert (await kept(world, world.ada))["answer", "member_id"] == 1
