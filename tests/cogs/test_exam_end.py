"""The end of a mock exam, by hand or by time, and what follows from it."""

from __future__ import annotations

import pytest

from tests.cogs.exams import (
    AGAIN,
    GOOD,
    answer,
    answer_all,
    begin,
    click_late,
    learned,
    now,
    prepare,
    press,
    sit,
    where,
    write_banks,
)
from tests.messages import buttons, text
from tests.world import World

pytestmark = pytest.mark.usefixtures("sketches")


async def test_submit_asks_while_questions_are_open_or_flagged(world: World) -> None:
    await write_banks(world)
    shown = await answer(world.ada, await begin(world, questions=5))
    shown = await press(world.ada, await press(world.ada, shown, "Flag"), "Overview")
    asked = await press(world.ada, shown, "Submit")
    assert "⬜ **4 questions open**, wrong if you submit now: 2–5" in text(asked)
    assert "🔖 **1 question flagged** for another look: 1" in text(asked)
    back = await press(world.ada, asked, "Back")
    shown = await answer_all(world.ada, await press(world.ada, back, "First open"))
    asked = await press(world.ada, shown, "Submit")
    assert "open" not in text(asked)
    assert "🔖 **1 question flagged**" in text(asked)
    report = await press(world.ada, asked, "Submit anyway")
    assert "**5 of 5** right" in text(report)


async def test_when_time_runs_out_the_card_becomes_the_report(world: World) -> None:
    await write_banks(world)
    shown = await answer(world.ada, await begin(world, questions=6, minutes=10))
    await world.wait(9 * 60)
    assert where(now(world, shown)) == (1, 6)
    await world.wait(70)
    report = now(world, shown)
    assert "### ❌ Not passed: 16%" in text(report)
    assert "⌛ Ended by time · 5 not answered" in text(report)
    assert "⏱️ 10:00 of 10 min" in text(report)
    assert "🐢 Longest: question 1 (10:00)" in text(report)
    assert len(report.attachments) == 1
    assert "Begin" in buttons(await prepare(world))


async def test_the_card_of_somebody_who_left_long_ago_becomes_the_report_with_the_next_click(
    world: World,
) -> None:
    await write_banks(world)
    shown = await begin(world, questions=6, minutes=20)
    await world.wait(25 * 60)
    assert where(now(world, shown)) == (1, 6)
    assert world.requests("PATCH", "/webhooks/*") == []  # Discord would refuse it by now
    new = await prepare(world)
    assert "Your last exam, <t:1767226800:R>: ❌ not passed with 0%, ended by time" in text(new)
    assert "Ended by time" in text(await press(world.ada, new, "Last result"))
    late = await press(world.ada, shown, "Next")
    assert late.id == shown.id
    assert "⌛ Ended by time · 6 not answered" in text(late)
    assert "⏱️ 20:00 of 20 min" in text(late)


async def test_a_card_that_is_gone_is_no_trouble(world: World) -> None:
    await write_banks(world)
    shown = await begin(world, questions=6, minutes=10)
    with world.env._bot_scope():
        world.env.backend.delete_message(shown.channel_id, shown.id)
    await world.wait(11 * 60)
    past = (await world.ada.slash(world.channel, "exam history")).response
    assert "1 exam, 0 passed" in text(past)


@pytest.mark.parametrize("then", ["click", "start", "history"])
async def test_time_runs_out_while_the_bot_is_down(world: World, then: str) -> None:
    await write_banks(world)
    shown = await answer_all(world.ada, await begin(world, questions=5, minutes=10), right=4)
    await world.restart(away=3600)
    match then:
        case "click":
            report = await press(world.ada, shown, "Submit")
        case "start":
            report = await press(world.ada, await prepare(world), "Last result")
        case _:
            past = (await world.ada.slash(world.channel, "exam history")).response
            report = await press(world.ada, past, "Result")
    assert "### ✅ Passed: 80%" in text(report)
    assert "⌛ Ended by time" in text(report)
    assert "⏱️ 10:00 of 10 min" in text(report)
    assert sorted((await learned(world, world.ada)).values()) == [AGAIN, *[GOOD] * 4]


@pytest.mark.parametrize("then", ["click", "start", "history"])
async def test_an_exam_that_could_not_be_graded_in_time_is_graded_by_what_comes_next(
    world: World, then: str
) -> None:
    await write_banks(world)
    shown = await begin(world, questions=5, minutes=10)
    await world.kill()
    async with world.sql() as transaction:
        await transaction.run("DELETE FROM timer")
    world.env.backend.advance_clock(3600)
    await world._open()
    await world.env.restart_bot(world.app.client)
    match then:
        case "click":
            found = await press(world.ada, shown, "Next")
        case "start":
            found = await prepare(world)
        case _:
            found = (await world.ada.slash(world.channel, "exam history")).response
            assert "❌ **0%** below 80% · 0/5" in text(found)
            found = await press(world.ada, found, "Result")
    assert "⌛ Ended by time · 5 not answered" in text(found)
    assert "⏱️ 10:00 of 10 min" in text(found)


@pytest.mark.parametrize(("late", "counts"), [(0.7, True), (4.0, False)])
async def test_a_click_before_the_end_counts_if_it_arrives_soon_after(
    world: World, late: float, counts: bool
) -> None:
    await write_banks(world)
    shown = await begin(world, questions=5, minutes=10)
    await world.wait(599.8)
    await click_late(world, world.ada, shown, "exam-pick:1:1:1:1", late)
    # what can't count any more shows what came of it
    assert ("✅ 1 answered" if counts else "⌛ Ended by time · 5 not answered") in text(now(world, shown))
    await world.wait(5)
    assert f"⌛ Ended by time · {4 if counts else 5} not answered" in text(now(world, shown))
    async with world.sql() as transaction:
        assert await transaction.run("SELECT sum(choice > 0) FROM exam_item") == [(int(counts),)]
        assert await transaction.run("SELECT end_reason, ended_at = ends_at FROM exam") == [("time", 1)]


async def test_a_click_after_the_end_changes_nothing_and_shows_the_report(world: World) -> None:
    await write_banks(world)
    shown = await begin(world, questions=5, minutes=10)
    world.env.backend.advance_clock(600.0)  # no timer of the bot has run yet
    late = await answer(world.ada, shown)
    assert "⌛ Ended by time · 5 not answered" in text(late)
    async with world.sql() as transaction:
        assert await transaction.run("SELECT sum(choice) FROM exam_item") == [(0,)]


async def test_submit_pressed_twice_in_one_instant_ends_it_once(world: World) -> None:
    await write_banks(world)
    shown = await answer_all(world.ada, await begin(world, questions=5), right=4)
    await world.at_once([(world.ada, now(world, shown).message, "Submit")] * 2)
    assert "### ✅ Passed: 80%" in text(now(world, shown))
    async with world.sql() as transaction:
        assert await transaction.run("SELECT count(*) FROM review_log") == [(5,)]


async def test_hints_are_refused_during_an_exam(world: World) -> None:
    await world.write_questions(6, topic="two")
    await world.start_quiz(questions=3, seconds=600, topic="one")
    shown = await begin(world, minutes=5)
    elsewhere = (await world.ada.slash(world.other, "hint")).response
    by_command = (await world.ada.slash(world.channel, "hint")).response
    by_button = (await world.ada.click(world.card, label="Hint (−3)")).response
    for refused in (by_command, by_button, elsewhere):
        assert "You are in a mock exam, so there are no hints now." in refused.content
        assert "`/exam start`" in refused.content
    await world.restart()
    assert "no hints now" in (await world.ada.slash(world.channel, "hint")).response.content
    assert "💡" in text((await world.grace.slash(world.channel, "hint")).response)
    overview = await press(world.ada, shown, "Overview")
    await press(world.ada, await press(world.ada, overview, "Submit"), "Submit anyway")
    assert "💡" in text((await world.ada.slash(world.channel, "hint")).response)


async def test_hints_are_back_when_time_is_up(world: World) -> None:
    await begin(world, minutes=5)
    await world.wait(310)
    await world.start_quiz(questions=1, seconds=600, topic="one")
    assert "💡" in text((await world.ada.slash(world.channel, "hint")).response)


async def test_exams_score_on_no_board(world: World) -> None:
    async def scores() -> list[object]:
        async with world.sql() as transaction:
            return [
                await transaction.run(f"SELECT * FROM {table}")
                for table in ("answer", "score", "board", "member_day")
            ]

    await write_banks(world, 10)
    await world.mona.slash(world.channel, "question", topic="one")
    await world.answer(world.ada, world.card)
    board = text((await world.grace.slash(world.channel, "leaderboard")).response)
    assert world.ada.mention in board
    before, seen = await scores(), world.seen(world.grace)
    assert all(before)
    await sit(world, questions=10)
    assert await scores() == before
    assert world.seen(world.grace) == seen  # nothing of the exam
    assert text((await world.grace.slash(world.channel, "leaderboard")).response) == board
