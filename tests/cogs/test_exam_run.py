"""Sitting a mock exam: every click is kept, whatever happens to the bot, and touches nobody else's."""

from __future__ import annotations

import re
from typing import Any

import discord
import pytest

from tests.cogs.exams import (
    answer,
    answer_all,
    begin,
    choose,
    chosen,
    jump,
    prepare,
    press,
    sit,
    where,
    write_banks,
)
from tests.messages import buttons, parts, text
from tests.world import World

pytestmark = pytest.mark.usefixtures("sketches")

_BUTTON, _SELECT = 2, 3

KINDS = {
    "exam-begin": 0,
    "exam-pick": 3,
    "exam-go": 1,
    "exam-flag": 2,
    "exam-list": 0,
    "exam-jump": 1,
    "exam-submit": 1,
    "exam-result": 0,
    "exam-wrong": 1,
    "exam-review": 1,
    "exam-flaw": 1,
}
"""The ids of all buttons, with how many numbers follow that of the exam."""


async def exam_rows(world: World) -> list[tuple[Any, ...]]:
    """All that is known of exams and the answers in them."""
    async with world.sql() as transaction:
        exams = await transaction.run("SELECT * FROM exam ORDER BY id")
        return [*exams, *await transaction.run("SELECT * FROM exam_item ORDER BY exam_id, position")]


async def test_one_goes_back_and_forth_in_one_message(world: World) -> None:
    await write_banks(world)
    shown = await begin(world, questions=5)
    first = shown.id
    assert list(buttons(shown))[-4:] == ["Previous", "Next", "Flag", "Overview"]
    assert buttons(shown)["Previous"]["disabled"]
    for position in (2, 3, 4, 5):
        shown = await press(world.ada, shown, "Next")
        assert where(shown) == (position, 5)
    # from the last question one comes to the overview
    assert list(buttons(shown))[-3:] == ["Previous", "Flag", "Overview"]
    shown = await press(world.ada, shown, "Previous")
    assert where(shown) == (4, 5)
    overview = await press(world.ada, shown, "Overview")
    shown = await press(world.ada, overview, "Back to 4")
    assert where(shown) == (4, 5)
    assert shown.id == overview.id == first
    assert len(world.seen(world.ada)) == 1
    assert world.seen(world.grace) == []


async def test_one_changes_ones_mind_and_is_told_nothing(world: World) -> None:
    await write_banks(world)
    shown = await begin(world, questions=5)
    assert "☐ No answer yet" in text(shown)
    assert chosen(shown) == []
    for option in ("a wrong one", "the right one", "the right one", "another wrong one"):
        shown = await choose(world.ada, shown, option)
        assert chosen(shown) == [option]
        marked = next(name for name in buttons(shown) if name.startswith("☑"))
        assert f"☑ Your answer: **{marked[-1]}**. You can still change it." in text(shown)
        assert buttons(shown)[marked]["style"] == discord.ButtonStyle.primary.value
        assert "✅ 1 answered" in text(shown)
    shown = await press(world.ada, await press(world.ada, shown, "Next"), "Previous")
    assert chosen(shown) == ["another wrong one"]


async def test_nothing_tells_the_key_before_the_end(world: World) -> None:
    await write_banks(world)
    seen = len(world.env.http_requests)
    shown = await begin(world, questions=5)
    right = await answer(world.ada, shown)
    styles = {name[-1]: part["style"] for name, part in buttons(right).items() if len(name) <= 3}
    wrong = await answer(world.ada, shown, right=False)
    assert sorted(styles.values()) == sorted(
        part["style"] for name, part in buttons(wrong).items() if len(name) <= 3
    )
    shown = await answer_all(world.ada, wrong, right=2)
    for request in world.env.http_requests[seen:]:
        sent = str(request.json)
        assert not re.search(r"Right\.|Wrong\.|Because of|[Cc]orrect|points|hint'", sent), sent
    for row in await exam_rows(world):
        assert row[-1] in {None, 1}  # no outcome; in_review


async def test_where_two_are_right_two_are_ticked(world: World) -> None:
    shown = await begin(world)  # four questions, one of them a pair
    while "are right: tick 2" not in text(shown):
        shown = await press(world.ada, shown, "Next")
    assert {name[0] for name in buttons(shown) if len(name) == 3} == {"☐"}
    one = await choose(world.ada, shown, "a wrong one")
    assert chosen(one) == ["a wrong one"]
    assert "ticked, 1 more to tick" in text(one)
    assert "✅ 0 answered" in text(one)
    two = await choose(world.ada, one, "the right one")
    assert set(chosen(two)) == {"a wrong one", "the right one"}
    assert "✅ 1 answered" in text(two)
    # a third can't be ticked before one is unticked
    assert sum(part.get("disabled", False) for name, part in buttons(two).items() if name[0] == "☐") == 2
    one = await choose(world.ada, two, "a wrong one")
    assert chosen(one) == ["the right one"]
    two = await choose(world.ada, one, "the other right one")
    assert set(chosen(two)) == {"the right one", "the other right one"}
    overview = await press(world.ada, two, "Overview")
    assert "**1 answered**" in text(overview)
    labels = [option["label"] for option in parts(overview, _SELECT)[0]["options"]]
    assert sorted(label.split(" · ")[1] for label in labels) == ["answered", "open", "open", "open"]


async def test_quick_ticks_are_all_kept_up_to_as_many_as_are_asked_for(world: World) -> None:
    empty = await begin(world)
    while "are right: tick 2" not in text(empty):
        empty = await press(world.ada, empty, "Next")
    clicks = [(world.ada, empty.message, f"☐ {letter}") for letter in "DBA"]
    await world.at_once(clicks[:2])
    shown = await prepare(world)
    ticked = [name for name in buttons(shown) if name.startswith("☑")]
    assert ticked == ["☑ B", "☑ D"]
    assert "☑ Your answer: **B and D**." in text(shown)
    # the empty card again: a third is one too many, and a tick that is there stays
    await world.at_once([clicks[2], clicks[0]])
    assert text(await prepare(world)) == text(shown)
    # two quick clicks on one tick are one
    await world.at_once([(world.ada, shown.message, "☑ B")] * 2)
    shown = await prepare(world)
    assert [name for name in buttons(shown) if name.startswith("☑")] == ["☑ D"]


async def test_an_answer_that_is_not_complete_is_open(world: World) -> None:
    shown = await begin(world)
    while "are right: tick 2" not in text(shown):
        shown = await press(world.ada, shown, "Next")
    place = where(shown)
    assert place
    overview = await press(world.ada, await choose(world.ada, shown, "the right one"), "Overview")
    assert "**4 open**: 1–4" in text(overview)
    assert "answered**" not in text(overview)
    options = parts(overview, _SELECT)[0]["options"]
    assert options[place[0] - 1]["label"] == f"{place[0]} · open, 1 more to tick"


async def test_flags_and_the_overview_lead_to_what_is_left(world: World) -> None:
    await write_banks(world)
    shown = await begin(world, questions=10)
    for position in range(1, 11):
        if position in {3, 7, 8}:
            shown = await press(world.ada, shown, "Flag")
            assert f"question {position} of 10 🔖" in text(shown)
            assert "Unflag" in buttons(shown)
        if position not in {4, 5, 6, 9}:
            shown = await answer(world.ada, shown)
        shown = await press(world.ada, shown, "Overview" if position == 10 else "Next")
    assert "✅ **6 answered**: 1–3, 7–8, 10" in text(shown)
    assert "⬜ **4 open**: 4–6, 9" in text(shown)
    assert "🔖 **3 flagged**: 3, 7–8" in text(shown)
    options = parts(shown, _SELECT)[0]["options"]
    assert [option["label"] for option in options[2:5]] == ["3 · answered 🔖", "4 · open", "5 · open"]
    assert where(await press(world.ada, shown, "First open: 4")) == (4, 10)
    overview = await press(world.ada, await prepare(world), "Overview")
    flagged = await press(world.ada, overview, "First flagged: 3")
    assert where(flagged) == (3, 10)
    unflagged = await press(world.ada, flagged, "Unflag")
    assert "🔖 2 flagged" in text(unflagged)
    overview = await press(world.ada, unflagged, "Overview")
    assert "🔖 **2 flagged**: 7–8" in text(overview)
    assert where(await jump(world.ada, overview, 9)) == (9, 10)


async def test_a_hundred_questions_fit(world: World) -> None:
    await write_banks(world, 60)
    shown = await begin(world, questions=100)
    overview = await press(world.ada, shown, "Overview")
    selects = parts(overview, _SELECT)
    assert [select["placeholder"] for select in selects] == [
        f"Go to a question, {first} to {first + 24}" for first in (1, 26, 51, 76)
    ]
    assert {len(select["options"]) for select in selects} == {25}
    last = await jump(world.ada, overview, 100)
    assert where(last) == (100, 100)
    report = await press(world.ada, await press(world.ada, last, "Overview"), "Submit")
    report = await press(world.ada, report, "Submit anyway")
    assert "**0 of 100** right" in text(report)


async def test_a_changed_bank_does_not_change_an_exam_that_runs(world: World) -> None:
    await write_banks(world)
    before = text(await begin(world, questions=5))
    for topic in ("one", "two"):
        file = world.banks / "sample" / f"{topic}.yaml"
        swapped = file.read_text().replace("the right one", "x").replace("a wrong one", "the right one")
        file.write_text(swapped.replace("id: ", "id: new-"))
    assert "✅" in text((await world.mona.slash(world.channel, "reload")).response)
    shown = await prepare(world)
    assert text(shown) == before
    await world.restart()
    assert text(await prepare(world)) == before
    report = await press(world.ada, await answer_all(world.ada, shown), "Submit")
    assert "**5 of 5** right" in text(report)


STEPS = ["begin", "pick", "next", "flag", "overview", "jump", "submit"]


@pytest.mark.parametrize("last", STEPS)
async def test_the_bot_is_killed_after_any_click_and_one_goes_on(world: World, last: str) -> None:
    await write_banks(world)
    shown = await begin(world, questions=5)
    for step in STEPS[1 : STEPS.index(last) + 1]:
        match step:
            case "pick":
                shown = await answer(world.ada, shown)
            case "next" | "flag" | "overview":
                shown = await press(world.ada, shown, step.title())
            case "jump":
                shown = await press(world.ada, await jump(world.ada, shown, 4), "Overview")
            case "submit":
                shown = await press(world.ada, shown, "Submit")
    before, rows = text(shown), await exam_rows(world)
    await world.restart(away=20)
    assert await exam_rows(world) == rows
    if last != "submit":
        assert text(await prepare(world)) == before
        again = shown if last in {"overview", "jump"} else await press(world.ada, shown, "Overview")
    else:
        again = await press(world.ada, shown, "Back")
    # and the old card goes on
    assert ("**1 answered**: 1\n" in text(again)) is (last != "begin")
    assert ("🔖 **1 flagged**: 2" in text(again)) is (last not in {"begin", "pick", "next"})
    shown = await answer_all(world.ada, await press(world.ada, again, "First open"))
    shown = await press(world.ada, shown, "Submit")
    if "Submit anyway" in buttons(shown):
        shown = await press(world.ada, shown, "Submit anyway")
    assert "### ✅ Passed: 100%" in text(shown)


async def test_clicks_in_one_instant_count_once_each(world: World) -> None:
    await write_banks(world)
    shown = (await begin(world, questions=5)).message
    await world.at_once([(world.ada, shown, "B")] * 2)
    assert len(chosen(await prepare(world))) == 1
    # the last of several in one instant stands
    await world.at_once([(world.ada, shown, label) for label in ("C", "A", "B")])
    assert next(name for name in buttons(await prepare(world)) if name.startswith("☑"))[-1] == "B"
    await world.at_once([(world.ada, shown, "Next")] * 2)
    assert where(await prepare(world)) == (2, 5)
    await world.at_once([(world.ada, shown, "Flag")] * 2)
    assert "🔖 1 flagged" in text(await prepare(world))


async def test_members_in_different_servers_do_not_get_in_each_others_way(world: World) -> None:
    await write_banks(world)
    elsewhere = world.env.create_guild("Another group")
    channel = elsewhere.create_text_channel("study")
    grace = elsewhere.add_member(world.grace.user)
    hers = (await grace.slash(channel, "exam start", questions=5)).response
    mine = await prepare(world, questions=6)
    hers, mine = await press(grace, hers, "Begin"), await press(world.ada, mine, "Begin")
    for _ in range(3):
        hers = await press(grace, await answer(grace, hers), "Next")
        mine = await press(world.ada, await answer(world.ada, mine, right=False), "Next")
    assert (where(hers), where(mine)) == ((4, 5), (4, 6))
    hers = await press(grace, await answer_all(grace, hers), "Submit")
    assert "**5 of 5** right" in text(hers)
    assert where(await prepare(world)) == (4, 6)
    mine = await press(world.ada, await answer_all(world.ada, mine, right=0), "Submit")
    assert "**0 of 6** right" in text(mine)


@pytest.mark.parametrize("state", ["prepared", "running", "over"])
async def test_nobody_touches_or_sees_the_exam_of_somebody_else(world: World, state: str) -> None:
    await write_banks(world)
    if state == "over":
        await sit(world, questions=5, right=3)
    else:
        shown = await prepare(world, questions=5)
        if state == "running":
            await press(world.ada, shown, "Begin")
    rows = await exam_rows(world)
    for kind, numbers in KINDS.items():
        forged = await world.forge(world.grace, world.channel, ":".join([kind, "1", *["1"] * numbers]))
        if kind != "exam-jump":  # without a choice there is nothing to look at
            assert "This is not your exam." in forged.response.content, kind
        assert forged.response.ephemeral
    assert await exam_rows(world) == rows


@pytest.mark.parametrize("state", ["prepared", "running", "over", "gone"])
async def test_forged_and_stale_ids_get_a_sentence_or_the_exam_as_it_is(world: World, state: str) -> None:
    await write_banks(world)
    if state == "over":
        await sit(world, questions=5, right=3)
    else:
        shown = await prepare(world, questions=5)
        if state == "running":
            await press(world.ada, shown, "Begin")
    exam = "77" if state == "gone" else "1"
    rows = await exam_rows(world)
    for kind, numbers in KINDS.items():
        for number in ("0", "9", "63", "9" * 18):
            if (state, kind) in {("prepared", "exam-begin"), ("running", "exam-submit")} or (
                kind in {"exam-list", "exam-result", "exam-review", "exam-begin"} and number != "0"
            ):
                continue  # these are no forgeries
            forged = await world.forge(world.ada, world.channel, ":".join([kind, exam, *[number] * numbers]))
            assert forged.response is not None, (kind, number)
            assert "Something went wrong" not in forged.response.content, (kind, number)
    unchanged = [row[:12] for row in await exam_rows(world)]
    assert unchanged == [row[:12] for row in rows]  # not where one is in it, and whether it is reviewed


async def test_only_options_that_are_there_can_be_chosen(world: World) -> None:
    await write_banks(world)
    await begin(world, questions=5)
    for place in (3, 7, 1 << 40):
        forged = await world.forge(world.ada, world.channel, f"exam-pick:1:1:{place}:1")
        assert "Question 1 can't be answered like this." in forged.response.content
    assert (
        "This exam has no question 6."
        in (await world.forge(world.ada, world.channel, "exam-pick:1:6:1:1")).response.content
    )
    assert chosen(await prepare(world)) == []


async def test_clicks_on_an_exam_that_has_not_begun_say_so(world: World) -> None:
    await write_banks(world)
    await prepare(world)
    for custom_id in (
        "exam-go:1:1",
        "exam-result:1",
        "exam-submit:1:1",
        "exam-wrong:1:1",
        "exam-pick:1:1:1:1",
    ):
        forged = await world.forge(world.ada, world.channel, custom_id)
        assert "This exam has not begun. Press **Begin**" in forged.response.content
