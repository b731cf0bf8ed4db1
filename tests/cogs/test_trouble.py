"""What goes wrong on Discord's side or ours: nothing is lost, nothing hangs, somebody is told."""

from __future__ import annotations

import shutil
import sys

import pytest

from bot.storage.database import Database
from tests.messages import buttons, letter, text
from tests.world import World


async def test_two_starts_at_the_same_instant_give_one_quiz(world: World) -> None:
    results = await world.commands_at_once([(world.ada, "quiz start"), (world.grace, "quiz start")])
    started = [result for result in results if not result.ephemeral]
    refused = [result for result in results if result.ephemeral]
    assert len(started) == len(refused) == 1
    assert "already running" in refused[0].response.content


async def test_members_who_click_at_the_same_instant_are_all_counted(world: World) -> None:
    card = await world.start_quiz(questions=1, topic="one")
    right = letter(card, "the right one")
    clicks = [(member, card, right) for member in (world.ada, world.grace, world.linus)]
    results = await world.at_once([*clicks, *clicks])
    first, second = results[:3], results[3:]
    assert all("✅ Correct · +15 points" in text(result.response) for result in first)
    assert all("Your first answer stands" in text(result.response) for result in second)
    async with Database.open(world.database) as database:
        assert (await database.read("SELECT count(*), sum(points) FROM answer"))[0] == (3, 45)


async def test_start_without_permission_is_refused_with_the_permission(world: World) -> None:
    world.forbid_posting()
    refused = await world.ada.slash(world.channel, "quiz start")
    assert refused.ephemeral
    assert "Send Messages" in refused.response.content
    refused = await world.ada.slash(world.channel, "question")
    assert "Send Messages" in refused.response.content


async def test_permission_lost_during_a_quiz(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await world.start_quiz(questions=3, topic="one", seconds=10)
    await world.choose(world.grace, "the right one")
    world.forbid_posting()
    await world.wait(60)
    told = text(world.seen(world.ada)[-1])
    assert "had to end" in told
    assert "Send Messages" in told
    assert "had to end" not in "".join(text(message) for message in world.seen(world.grace))
    assert "not allowed to post" in caplog.text
    requests = len(world.env.http_requests)
    await world.wait(3600)
    assert len(world.env.http_requests) == requests
    # the channel is free for another quiz
    world.forbid_posting(False)
    await world.start_quiz(questions=1, topic="one")
    assert "Question 1 of 1" in text(world.card)


async def test_deleted_channel(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await world.start_quiz(questions=3, topic="one", seconds=10)
    world.env.backend.delete_channel(world.channel.id)
    await world.env.settle()
    await world.wait(60)
    assert "is gone" in caplog.text
    requests = len(world.env.http_requests)
    await world.wait(3600)
    assert len(world.env.http_requests) == requests


async def test_discord_has_trouble_for_a_moment(world: World) -> None:
    world.env.inject_error("POST", "/channels/*/messages", status=500, times=2)
    await world.ada.slash(world.channel, "quiz start", questions=1, topic="one")
    await world.wait(5)
    assert "Question 1 of 1" not in text(world.last)
    await world.wait(10)
    assert "Question 1 of 1" in text(world.card)
    verdict = await world.choose(world.ada, "the right one")
    assert "+15 points" in text(verdict)
    world.env.inject_error("POST", "/channels/*/messages", status=503, times=1)
    await world.wait(120)
    cards = [text(message) for message in world.channel.history()]
    assert sum("Result of question 1 of 1" in card for card in cards) == 1
    assert "Quiz over" in cards[-1]


async def test_discord_has_trouble_for_long(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await world.start_quiz(questions=3, topic="one", seconds=10)
    world.env.inject_error("POST", "/channels/*/messages", status=500, times=None)
    await world.wait(600)
    posts = [r for r in world.env.http_requests if r.method == "POST" and r.path.endswith("/messages")]
    assert len(posts) == 1 + 6
    assert "Discord has trouble" in text(world.seen(world.ada)[-1])
    world.env.backend.faults.clear()
    await world.start_quiz(questions=1, topic="one")
    assert "Question 1 of 1" in text(world.card)


async def test_tally_that_can_not_be_shown_does_no_harm(world: World) -> None:
    await world.start_quiz(questions=1, topic="one")
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=500, times=1)
    await world.choose(world.ada, "the right one")
    await world.wait(2)
    await world.choose(world.grace, "the right one")
    await world.wait(2)
    assert "**2** answered" in text(world.card)


async def test_a_hint_that_could_not_be_noted_can_be_asked_for_again(world: World) -> None:
    card = await world.start_quiz(questions=1, topic="two")
    async with Database.open(world.database) as database, database.transaction() as transaction:
        await transaction.run("ALTER TABLE hint_use RENAME TO lost")
    failed = await world.ada.click(card, label="Hint (−3)")
    assert "Something went wrong on my side" in text(failed.response)
    world.forgive()
    async with Database.open(world.database) as database, database.transaction() as transaction:
        await transaction.run("ALTER TABLE lost RENAME TO hint_use")
    again = text((await world.ada.click(card, label="Hint (−3)")).response)
    assert "there are two" in again
    assert "3 points less" in again


async def test_question_that_can_not_be_posted(world: World) -> None:
    world.env.inject_error("POST", "/channels/*/messages", status=500, times=1)
    refused = await world.ada.slash(world.channel, "question")
    assert "Discord has trouble at the moment" in text(
        refused.followups[-1] if refused.followups else refused.response
    )
    assert "No question is open" in (await world.ada.slash(world.channel, "hint")).response.content


async def test_deleted_card_ends_its_round_and_the_quiz_goes_on(world: World) -> None:
    card = await world.start_quiz(questions=2, topic="one")
    await world.choose(world.ada, "the right one")
    await world.mona.delete(card)
    await world.wait(10)
    assert "Question 2 of 2" in text(world.card)
    assert not any("Result of question 1" in text(message) for message in world.channel.history())
    await world.choose(world.ada, "the right one")
    await world.wait(60)
    assert "2/2" in text(world.last)


async def test_buttons_of_another_server_or_of_nobody_are_refused(world: World) -> None:
    card = await world.start_quiz(questions=1, topic="one")
    answer = buttons(card)["A"]["custom_id"]
    guild = world.env.create_guild("Other server")
    channel = guild.create_text_channel("quiz")
    stranger = guild.add_member(world.env.create_user("eve"))
    for forged in (
        answer,
        "h:1",
        "r:99",
        "a:99:0",
        "a:1:9",
        "a:1",
        "a:x:y",
        "zzz",
        "s:1:0",
        "s:1:4096",
        "m:1:2:9",
        "m:1",
        "m:1:0:20000",
        "m:1:99:0",
        "a:99999999999999999999:0",
        "h:99999999999999999999",
    ):
        for member, place in ((stranger, channel), (world.ada, world.channel)):
            if member is world.ada and forged in {answer, "h:1"}:
                continue
            result = await world.forge(member, place, forged)
            assert result.ephemeral or result.modal
            if result.response is not None:
                assert "went wrong on my side" not in text(result.response), forged
    async with Database.open(world.database) as database:
        assert await database.read("SELECT * FROM answer") == []
        assert await database.read("SELECT * FROM hint_use") == []


async def test_an_unexpected_error_is_told_with_a_reference(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    card = await world.start_quiz(questions=1, topic="one")
    async with Database.open(world.database) as database, database.transaction() as transaction:
        await transaction.run("ALTER TABLE answer RENAME TO lost")
    reply = await world.choose(world.ada, "the right one", card)
    assert "Something went wrong on my side" in reply.content
    reference = reply.content.split("`")[1]
    assert f"Unexpected error {reference}" in caplog.text
    assert "no such table: answer" in caplog.text
    async with Database.open(world.database) as database, database.transaction() as transaction:
        await transaction.run("ALTER TABLE lost RENAME TO answer")
    world.forgive()
    assert "✅ Correct" in text(await world.choose(world.ada, "the right one", card))


async def test_reload_swaps_in_new_questions(world: World) -> None:
    (refused,) = await world.commands_at_once([(world.ada, "reload")])
    assert "Manage Server" in refused.response.content
    head = world.banks / "sample" / "bank.yaml"
    good = head.read_text()
    head.write_text(good.replace("Sample bank", "Better bank"))
    done = await world.mona.slash(world.channel, "reload")
    assert "✅ The banks are reloaded: Better bank (4 questions)" in text(done.response)
    await world.ada.slash(world.channel, "quiz start", questions=1)
    assert "Better bank" in text(world.last)
    head.write_text(good.replace("weight: 60", "weight: 50"))
    broken = text((await world.mona.slash(world.channel, "reload")).response)
    assert "❌ Nothing has changed, because there is 1 problem" in broken
    assert "add up to 90" in broken
    assert "Better bank" in text((await world.ada.slash(world.channel, "help")).response)


async def test_a_reload_whose_process_is_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    told = text((await world.mona.slash(world.channel, "reload")).response)
    assert "The banks could not be read" in told
    assert "Sample bank" in text((await world.ada.slash(world.channel, "help")).response)


async def test_an_edited_question_changes_no_round_that_is_open(world: World) -> None:
    await world.start_quiz(questions=1, topic="two")
    file = world.banks / "sample" / "two.yaml"
    file.write_text(file.read_text().replace("the right one", "the new right one").replace("pair", "pairs"))
    assert "✅" in text((await world.mona.slash(world.channel, "reload")).response)
    sheet = await world.choose(world.ada, "the right one")
    assert "the right one" in text(sheet)
    await world.wait(75)
    assert "The explanation of the pair." in text(world.channel.history()[-2])


async def test_commands_are_sent_to_discord_only_when_they_change(world: World) -> None:
    def syncs() -> int:
        return sum(
            request.method == "PUT" and request.path.endswith("/commands")
            for request in world.env.http_requests
        )

    assert syncs() == 1
    await world.restart()
    assert syncs() == 1
    world.env.backend.commands.clear()
    await world.restart()
    assert syncs() == 2


async def test_no_privileged_intents(world: World) -> None:
    intents = world.app.client.intents
    assert not any([intents.message_content, intents.members, intents.presences])
