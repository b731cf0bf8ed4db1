"""Erasing one's data: whatever is under way, it goes, it is fair, and it is over in the end."""

from __future__ import annotations

from typing import Any

import pytest

from bot.storage.erasures import ERASE_MEMBER, ErasureStore
from tests.cogs import exams
from tests.cogs.alone import Student
from tests.cogs.erasing import DAY, MINUTE, erase, export, kept, press, privacy
from tests.cogs.reminding import received, switch_on
from tests.messages import buttons, is_question, text
from tests.world import World

pytestmark = pytest.mark.usefixtures("sketches")

ALL_GONE: dict[Any, Any] = {}


async def ask(world: World, topic: str = "one", channel: Any = None) -> Any:
    """A question that is open for a day; its card."""
    channel = channel or world.other
    await world.mona.slash(channel, "question", topic=topic)
    return [m for m in channel.history() if not m.flags.ephemeral][-1]


async def test_everything_goes(world: World) -> None:
    card = await ask(world)
    await world.answer(world.ada, card)
    await world.answer(world.grace, card)
    await world.wait(DAY + MINUTE)
    await switch_on(world)
    others = await kept(world, world.grace)
    told = await erase(world, world.ada)
    assert "Your data is erased" in text(told)
    assert "Nothing of yours is left" in text(told)
    await world.wait(2 * MINUTE)
    assert await kept(world, world.ada) == ALL_GONE
    assert await kept(world, world.grace) == others
    assert "Nothing so far" in text(await privacy(world, world.ada))
    board = text((await world.grace.slash(world.channel, "leaderboard")).response)
    assert str(world.ada.id) not in board
    assert f"<@{world.grace.id}>" in board
    await world.wait(3 * DAY)
    assert received(world, world.ada, "due today") == []


async def test_in_direct_messages(world: World) -> None:
    card = await ask(world)
    await world.answer(world.ada, card)
    await world.wait(DAY + MINUTE)
    assert "Your data is erased" in text(await erase(world, world.ada, direct=True))
    await world.wait(2 * MINUTE)
    assert await kept(world, world.ada) == ALL_GONE


async def test_a_member_of_whom_nothing_is_stored(world: World) -> None:
    assert "Your data is erased" in text(await erase(world, world.linus))
    await world.wait(2 * MINUTE)
    assert await kept(world, world.linus) == ALL_GONE


async def test_twice_at_the_same_instant(world: World) -> None:
    card = await ask(world)
    await world.answer(world.ada, card)
    await world.wait(DAY + MINUTE)
    asked = await press(world.ada, await privacy(world, world.ada), "Erase my data")
    await world.at_once([(world.ada, asked.message, "Erase everything")] * 3)
    await world.wait(2 * MINUTE)
    assert await kept(world, world.ada) == ALL_GONE


async def test_hidden_and_erased(world: World) -> None:
    card = await ask(world)
    await world.answer(world.ada, card)
    await press(world.ada, await privacy(world, world.ada), "Hide me from boards")
    await world.wait(DAY + MINUTE)
    await erase(world, world.ada)
    await world.wait(2 * MINUTE)
    assert await kept(world, world.ada) == ALL_GONE


# what is under way


async def test_an_open_question_cannot_be_answered_twice(world: World) -> None:
    card = await ask(world)
    await world.answer(world.ada, card, right=False)
    told = text(await erase(world, world.ada))
    assert "Only your answers to questions that are still open" in told
    assert "<t:1767312000:f>" in told  # when it closes, a day later
    assert "Your first answer stands" in text(await world.answer(world.ada, card))
    await world.restart()
    assert "Your first answer stands" in text(await world.answer(world.ada, card))
    assert "Your data is being erased" in text(await privacy(world, world.ada))
    assert len((await export(world, world.ada))["answers"]["entries"]) == 1
    await world.wait(DAY + 2 * MINUTE)
    assert await kept(world, world.ada) == ALL_GONE
    assert "Nothing so far" in text(await privacy(world, world.ada))


async def test_no_board_names_who_waits(world: World) -> None:
    card = await ask(world)
    for member in (world.ada, world.grace):
        await world.answer(member, card)
    await erase(world, world.ada)
    board = (await world.grace.slash(world.channel, "leaderboard")).response
    assert str(world.ada.id) not in text(board)
    assert "keeps their statistics to themselves" in text(
        (await world.grace.slash(world.channel, "stats", member=world.ada)).response
    )
    assert list(buttons(await privacy(world, world.ada))) == ["Export my data", "Erase my data"]
    told = await world.forge(world.ada, world.channel, "v:0")
    assert "until that is done no board names you" in told.response.content


async def test_in_a_quiz_that_they_started(world: World) -> None:
    card = await world.start_quiz(questions=2)
    await world.answer(world.ada, card)
    assert "still open" in text(await erase(world, world.ada))
    refused = text((await world.ada.slash(world.channel, "quiz stop")).response)
    assert "members with the permission Manage Messages" in refused
    assert "<@0>" not in refused
    await world.wait(10 * MINUTE)
    assert world.count("<@0>") == 0
    assert await kept(world, world.ada) == ALL_GONE


async def test_in_a_challenge_and_back_again(world: World) -> None:
    await world.write_questions(6)
    await world.let_manage_roles()
    role = world.guild.create_role("Champion")
    await world.begin_challenge(topics=["one"], champion=role)
    await world.play(world.grace, right=1)
    await world.play(world.ada, right=6, questions=2)
    await world.wait(MINUTE)
    assert f"<@{world.ada.id}>" in text(world.find("Weekly challenge #"))
    assert "still open" in text(await erase(world, world.ada))
    await world.wait(MINUTE)
    assert f"<@{world.ada.id}>" not in text(world.find("Weekly challenge #"))
    # what was answered is not asked again; what was not can still be played
    shown = await world.open_challenge(world.ada)
    assert is_question(shown)
    await world.play(world.ada)
    await world.wait(8 * DAY)
    podium = text(world.find("is over"))
    assert f"<@{world.grace.id}>" in podium
    assert f"<@{world.ada.id}>" not in podium
    assert not world.has_role(world.ada, role)
    # the answers from before are gone, and those from after are there
    assert len((await export(world, world.ada))["answers"]["entries"]) == 4
    assert await _in(world, "erasure") == 0


async def _in(world: World, table: str) -> int:
    async with world.sql() as transaction:
        return int((await transaction.run(f"SELECT count(*) FROM {table}"))[0][0])


async def test_a_champion_loses_the_role(world: World) -> None:
    await world.write_questions(6)
    await world.let_manage_roles()
    role = world.guild.create_role("Champion")
    await world.begin_challenge(topics=["one"], champion=role)
    await world.play(world.ada)
    await world.wait(8 * DAY)
    assert world.has_role(world.ada, role)
    await erase(world, world.ada)
    assert not world.has_role(world.ada, role)
    await world.wait(2 * MINUTE)
    assert await kept(world, world.ada) == ALL_GONE
    assert "a former member" in text((await world.grace.slash(world.channel, "challenge history")).response)


async def test_a_role_that_cannot_be_taken_back_keeps_nothing(world: World) -> None:
    await world.write_questions(6)
    await world.let_manage_roles()
    role = world.guild.create_role("Champion")
    await world.begin_challenge(topics=["one"], champion=role)
    await world.play(world.ada)
    await world.wait(8 * DAY)
    await world.let_manage_roles(False)
    assert "Your data is erased" in text(await erase(world, world.ada))
    await world.wait(2 * MINUTE)
    assert await kept(world, world.ada) == ALL_GONE


async def test_in_an_exam(world: World) -> None:
    await exams.write_banks(world)
    shown = await exams.begin(world)
    await erase(world, world.ada)
    told = await exams.press(world.ada, shown, "Overview")
    assert "no longer there" in told.content
    await world.wait(1)
    await exams.begin(world)  # it does not answer to the buttons of the old one
    assert "no longer there" in (await exams.press(world.ada, shown, "Overview")).content
    await world.wait(2 * 3600)
    assert [len(part["entries"]) for part in [(await export(world, world.ada))["exams"]]] == [1]


async def test_in_a_practice(world: World) -> None:
    student = Student(world, world.ada)
    shown = await student.practise(topic="one")
    await student.answer(shown)
    await erase(world, world.ada)
    old = await student.press(shown, "session-next:1")
    assert "no record of this any more" in text(old)
    await world.wait(1)
    again = await student.practise(topic="one")
    assert "no record of this any more" in text(await student.press(shown, "session-next:1"))
    await student.answer(again)
    await world.wait(2 * MINUTE)
    assert len((await export(world, world.ada))["practices_and_reviews"]["entries"]) == 1


async def test_answers_on_their_way_to_review(world: World) -> None:
    card = await world.start_quiz()
    await world.answer(world.ada, card)
    await erase(world, world.ada)  # the answer becomes a review a moment later
    await world.wait(10 * MINUTE)
    assert await kept(world, world.ada) == ALL_GONE


# killed in the middle


@pytest.mark.parametrize("steps", [0, 1, 3])
async def test_killed_between_the_question_and_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    await _leave_traces(world)
    real, done = ErasureStore.erase_some, 0

    async def dies(self: ErasureStore, *given: Any) -> bool:
        nonlocal done
        done += 1
        if done > steps:
            raise OSError("killed")
        return await real(self, *given)

    monkeypatch.setattr(ErasureStore, "erase_some", dies)
    await erase(world, world.ada)
    world.forgive()
    monkeypatch.setattr(ErasureStore, "erase_some", real)
    assert await kept(world, world.ada)
    await world.restart(away=3600)
    await world.wait(MINUTE)
    assert await kept(world, world.ada) == ALL_GONE


async def test_trouble_for_hours_is_no_reason_to_forget_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _leave_traces(world)
    real = ErasureStore.erase_some

    async def fails(*_: Any) -> bool:
        raise OSError("full")

    monkeypatch.setattr(ErasureStore, "erase_some", fails)
    await erase(world, world.ada)
    world.forgive()
    await world.wait(5 * 3600)
    assert await kept(world, world.ada)
    monkeypatch.setattr(ErasureStore, "erase_some", real)
    await world.wait(3600)
    assert await kept(world, world.ada) == ALL_GONE


async def _leave_traces(world: World) -> None:
    card = await ask(world)
    await world.answer(world.ada, card)
    await world.wait(DAY + MINUTE)
    student = Student(world, world.ada)
    await student.answer(await student.practise(topic="one"))


async def test_without_its_timer_it_is_taken_up_at_the_start(world: World) -> None:
    await _leave_traces(world)
    await world.kill()
    async with world.sql() as transaction:
        await transaction.run("INSERT INTO erasure VALUES (?, ?)", (world.ada.id, 4_000_000_000_000))
    await world._open()
    await world.env.restart_bot(world.app.client)
    await world.wait(2 * MINUTE)
    assert await kept(world, world.ada) != ALL_GONE  # that time is still to come, so the last look is, too
    async with world.sql() as transaction:
        assert await transaction.run("SELECT 1 FROM timer WHERE kind = ?", (ERASE_MEMBER,))
        assert not await transaction.run("SELECT 1 FROM answer WHERE member_id = ?", (world.ada.id,))
