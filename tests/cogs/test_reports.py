"""The queue of reported questions: what managers see of them, and what they decide."""

from __future__ import annotations

import re
from typing import Any

import discord
import pytest

from bot.domain.questions import Bank, Catalog, Option, Question, Topic
from bot.domain.reports import Case, Place, Record, Report, ReportState
from bot.study.reports import CasePage
from cogs.cards.reports import case_card
from cogs.cards.voids import void_note
from tests.cogs.reporting import add_reports, ask, id_on, press, queue, report, states, void
from tests.domain.examples import NOON, make_round
from tests.messages import BUTTON, buttons, letter, parts, text
from tests.world import World


async def test_without_reports_it_says_so(world: World) -> None:
    shown = await queue(world)
    assert "No report is open" in text(shown)
    assert not buttons(shown)
    assert "No question is voided" in text(await queue(world, state="voided"))


async def test_a_report_is_shown_with_the_question_and_how_it_went(world: World) -> None:
    card = await ask(world)
    await world.answer(world.ada, card)
    await world.answer(world.grace, card, right=False)
    await report(world, world.ada, card, "two options are right")
    await world.wait(60)
    await report(world, world.grace, card, "a typing error")
    shown = await queue(world)
    lines = text(shown).splitlines()
    assert lines[0] == "### 🚩 Reported question, 2 reports"
    assert lines[1] == "-# Sample bank · Second topic · `pair` · medium"
    assert [line for line in lines if line.startswith("`")] == ["`a typing error`", "`two options are right`"]
    assert f"-# <@{world.grace.id}>, <t:1767225660:R>" in text(shown)
    assert "Which two are right?" in lines
    assert "✅ **A**  the right one" in lines
    assert "-# One of two." in lines
    assert "▫️ **C**  a wrong one" in lines
    assert sum("1 (50%)" in line for line in lines) == 4
    assert "📊 **2 answers** in this server, **50%** right" in lines
    there = f"https://discord.com/channels/{world.guild.id}/{world.channel.id}/{card.id}"
    assert f"🕰️ Asked last <t:1767225600:R> in <#{world.channel.id}> ([look there]({there}))" in lines
    assert list(buttons(shown)) == ["Accept", "Dismiss", "Void this question"]


async def test_it_says_which_letters_a_member_saw(world: World) -> None:
    card = await ask(world)
    await report(world, world.ada, card, "B is right, too")
    shown = text(await queue(world))
    (seen,) = re.findall(r" · their (.*) here", shown)
    theirs = dict(pair.split(" is ") for pair in seen.split(", "))
    assert theirs
    for here, option in re.findall(r"\*\*([A-D])\*\*  (.*)", shown):
        place = letter(card, option)
        assert theirs.get(place, place) == here


@pytest.mark.parametrize(("label", "state"), [("Accept", "accepted"), ("Dismiss", "dismissed")])
async def test_a_decision_is_kept_and_the_next_report_follows(world: World, label: str, state: str) -> None:
    cards = [await ask(world, topic) for topic in ("two", "one")]
    for card in cards:
        await report(world, world.ada, card)
    await report(world, world.grace, cards[0])
    shown = await queue(world)
    assert "2 reports · 1 of 2" in text(shown)
    following = await press(shown, label, world.mona)
    assert f"{state.capitalize()}." in text(following)
    assert "### 🚩 Reported question\n" in text(following)
    assert await states(world) == [(state, world.mona.id), ("open", None), (state, world.mona.id)]
    await world.wait(1)
    last = await press(following, label, world.mona)
    assert "No report is open" in text(last)
    handled = await queue(world, state=state)
    assert f"{state.capitalize()}, 1 report · 1 of 2" in text(handled)
    assert f"by <@{world.mona.id}>, <t:" in text(handled)
    assert list(buttons(handled)) == ["Open again", "Previous", "Next", "Open reports"]
    assert f"{state.capitalize()}, 2 reports · 2 of 2" in text(await press(handled, "Next", world.mona))


async def test_a_decision_can_be_taken_back(world: World) -> None:
    await report(world, world.ada, await ask(world))
    await press(await queue(world), "Dismiss", world.mona)
    handled = await queue(world, state="dismissed")
    old = id_on(handled, "Open again")
    again = await press(handled, "Open again", world.mona)
    assert "↩️ Open again." in text(again)
    assert "Void this question" in buttons(again)
    assert await states(world) == [("open", None)]
    assert "opened again before your click" in text(
        (await world.forge(world.mona, world.channel, old)).response
    )


async def test_one_turns_the_pages_and_the_ends_have_no_way_on(world: World) -> None:
    for topic in ("two", "one", "one"):
        await report(world, world.ada, await ask(world, topic))
    shown = await queue(world)
    assert "1 of 3" in text(shown)
    assert buttons(shown)["Previous"]["disabled"]
    for place in (2, 3):
        shown = await press(shown, "Next", world.mona)
        assert f"{place} of 3" in text(shown)
    assert buttons(shown)["Next"]["disabled"]
    assert "2 of 3" in text(await press(shown, "Previous", world.mona))


async def test_a_report_that_comes_meanwhile_stays_open(world: World) -> None:
    card = await ask(world)
    await report(world, world.ada, card, "first")
    shown = await queue(world)
    await report(world, world.grace, card, "second")
    following = await press(shown, "Dismiss", world.mona)
    assert "`second`" in text(following)
    assert "`first`" not in text(following)
    assert await states(world) == [("dismissed", world.mona.id), ("open", None)]


async def test_after_the_first_of_many_reports_on_one_question_the_next_question_follows(
    world: World,
) -> None:
    prompts = [text(await ask(world, topic)).splitlines()[1] for topic in ("two", "one", "one", "one")]
    for round_id in (4, 1, 2, 1, 3, 1):
        await add_reports(world, 1, round_id=round_id)
    shown = await press(await queue(world), "Next", world.mona)
    assert prompts[0] in text(shown)
    assert prompts[1] in text(await press(shown, "Accept", world.mona))


async def test_a_hundred_reports_on_one_question_are_one_case(world: World) -> None:
    await ask(world)
    await add_reports(world, 100)
    shown = await queue(world)
    assert "Reported question, 100 reports" in text(shown)
    assert text(shown).count("`wrong`") == 5
    assert "… and 95 earlier reports" in text(shown)
    await press(shown, "Dismiss", world.mona)
    assert await states(world) == [("dismissed", world.mona.id)] * 100


async def test_a_hundred_reported_questions(world: World) -> None:
    await world.write_questions(100)
    await world.mona.slash(world.channel, "quiz start", questions=50, topic="one")
    async with world.sql() as transaction:
        await transaction.run(
            "INSERT INTO report (guild_id, version, round_id, member_id, reason, reported_at) "
            "SELECT ?, version, NULL, 1, 'wrong', 1 FROM question_version",
            (world.guild.id,),
        )
    shown = await queue(world)
    assert "1 of 50" in text(shown)
    for _ in range(49):
        shown = await press(shown, "Next", world.mona)
    assert "50 of 50" in text(shown)


# what members write


ODD = [
    "**bold** __under__ ~~gone~~ ||hidden|| # head\n> quote\n-# small\n* list",
    "@everyone @here <@1> <@&2> <#3> </reports:4> <t:5:R> <:emoji:6>",
    "[click](https://evil.example) https://evil.example ```py\ncode```",
    "`` ` ``` back`ticks",
    "\u202eright to left\u202c שלום עולם مرحبا",
    "\u200b\u200b\u2066\x00\x1b[31m",
]


@pytest.mark.parametrize("reason", ODD)
async def test_reasons_are_shown_as_plain_text(world: World, reason: str) -> None:
    card = await ask(world)
    await report(world, world.ada, card, reason)
    shown = await queue(world)
    (line,) = [line for line in text(shown).splitlines() if line.startswith("`")]
    inside = re.fullmatch(r"`([^`]*)`", line)  # one piece of code, in which Discord reads no markup
    assert inside
    assert inside[1].isprintable()
    if "שלום" in reason:
        assert "שלום עולם مرحبا" in inside[1]


async def test_the_longest_reason_is_there(world: World) -> None:
    card = await ask(world)
    await report(world, world.ada, card, "ä" * 500)
    assert f"`{'ä' * 500}`" in text(await queue(world))


def _page(question: Question, reason: str, *, reports: int = 5) -> CasePage:
    case = Case(
        question,
        1,
        100,
        tuple(
            Report(1_000_000 - number, 9_000_000_000_000_000_001, reason, NOON, 1, (5, 4, 3, 2, 1, 0))
            for number in range(reports)
        ),
        ReportState.OPEN,
    )
    count = len(question.options)
    last = make_round(1, question, message_id=9_000_000_000_000_000_002)
    return CasePage(case, Place(50, 100, 1, 2), Record(9_999_999, 5, (8_888_888,) * count), last, False)


@pytest.mark.parametrize("sign", ["x", "漢", "🤗", "`", "_"])
@pytest.mark.parametrize("reports", [1, 5])
def test_the_longest_question_fits_with_its_reports(sign: str, reports: int) -> None:
    question = Question(
        "b" * 64,
        "q" * 64,
        "t" * 64,
        f"```py\n{sign * 1900}\n```",
        tuple(Option(sign * 300, sign * 500, place == 0) for place in range(6)),
        sign * 2000,
        author=9_000_000_000_000_000_003,
    )
    topics = {"t" * 64: Topic("t" * 64, sign * 80, 100)}
    bank = Bank("b" * 64, sign * 100, "en", "x", "x", 80, topics, (question,))
    view = case_card(_page(question, sign * 500, reports=reports), Catalog({bank.id: bank}), "n" * 300)
    texts = [item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay)]
    if sign != "`":
        assert all(part.count("```") % 2 == 0 for part in texts)  # no code runs on into what follows
    void_note(question, voided=True)


# who may, and what may not be


async def test_only_managers_of_the_server_may(world: World) -> None:
    await report(world, world.ada, await ask(world))
    shown = await queue(world)
    clicks = [part["custom_id"] for part in parts(shown, BUTTON)]
    clicks += ["report-list:0", "report-reopen:1", "report-void:1:1", "report-show:1"]
    (refused,) = await world.commands_at_once([(world.ada, "reports")])
    assert "needs the permission Manage Server" in refused.response.content
    for custom_id in clicks:
        refused = await world.forge(world.ada, world.channel, custom_id)
        assert "needs the permission Manage Server" in refused.response.content
    assert await states(world) == [("open", None)]


async def test_reports_of_another_server_are_out_of_reach(world: World) -> None:
    await report(world, world.ada, await ask(world))
    guild = world.env.create_guild("Another")
    channel = guild.create_text_channel("quiz")
    role = guild.create_role("Moderators", permissions=discord.Permissions(manage_guild=True))
    stranger = guild.add_member(world.env.create_user("stranger"), roles=[role])
    assert "No report is open" in text((await stranger.slash(channel, "reports")).response)
    for custom_id in (
        *("report-show:1", "report-decide:1:1", "report-decide:1:2", "report-void:1:0", "report-void:1:1"),
        *("report-reopen:1", "report-show:404", "report-void:404:1"),
    ):
        refused = await world.forge(stranger, channel, custom_id)
        assert "There is no such report in this server" in _told(refused)
    assert await states(world) == [("open", None)]


def _told(result: Any) -> str:
    told = result.followups[-1] if result.followups else result.response
    return str(told.content)


@pytest.mark.parametrize(
    "custom_id", ["report-list:9", "report-decide:1:0", "report-decide:1:3", "report-decide:1:9"]
)
async def test_numbers_that_nobody_wrote_decide_nothing(world: World, custom_id: str) -> None:
    await report(world, world.ada, await ask(world))
    refused = await world.forge(world.mona, world.channel, custom_id)
    assert "an older version of me" in refused.response.content
    assert await states(world) == [("open", None)]


async def test_of_two_moderators_at_once_one_wins_and_the_other_is_told(world: World) -> None:
    other = world.guild.add_member(
        world.env.create_user("moritz"),
        roles=[world.guild.create_role("More", permissions=discord.Permissions(manage_guild=True))],
    )
    await report(world, world.ada, await ask(world))
    mine, theirs = await queue(world), await queue(world, other)
    results = await world.at_once([(world.mona, mine.message, "Accept"), (other, theirs.message, "Dismiss")])
    assert await states(world) == [("accepted", world.mona.id)]
    assert "✅ Accepted." in text(results[0].response)
    assert f"✋ Somebody was faster: accepted by <@{world.mona.id}>, <t:" in text(results[1].response)


async def test_a_double_click_decides_once(world: World) -> None:
    await report(world, world.ada, await ask(world))
    await report(world, world.grace, await ask(world, "one"))
    shown = await queue(world)
    await world.at_once([(world.mona, shown.message, "Dismiss")] * 2)
    assert await states(world) == [("dismissed", world.mona.id), ("open", None)]


# what has become of the question meanwhile


async def test_a_question_that_was_edited_or_is_gone_is_shown_as_it_was_asked(world: World) -> None:
    for topic in ("two", "one"):
        await report(world, world.ada, await ask(world, topic))
    path = world.banks / "sample" / "two.yaml"
    path.write_text(path.read_text().replace("Which two are right?", "Which two are really right?"))
    await world.mona.slash(world.channel, "reload")
    shown = await queue(world)
    assert "Which two are right?" in text(shown)
    assert "✏️ It was edited since" in text(shown)
    (world.banks / "sample").rename(world.banks / "other")
    bank = world.banks / "other" / "bank.yaml"
    bank.write_text(bank.read_text().replace("id: sample", "id: other"))
    await world.mona.slash(world.channel, "reload")
    gone = await queue(world)
    assert "📦 It is no longer in the bank." in text(gone)
    assert "Which two are right?" in text(gone)
    assert "Voided." in text(await void(world, gone))


async def test_what_was_asked_in_private_in_the_server_comes_too_and_from_direct_messages_does_not(
    world: World,
) -> None:
    practice = (await world.ada.slash(world.channel, "practice", topic="two")).response
    await report(world, world.ada, practice, "in the server")
    direct = (await world.grace.user.slash("practice", topic="one")).response
    await report(world, world.grace.user, direct, "in direct messages")
    shown = text(await queue(world))
    assert "`in the server`" in shown
    assert "🕰️ Asked only in private" in shown
    assert "1 of" not in shown
    assert await states(world) == [("open", None)] * 2


async def test_the_queue_outlives_a_restart(world: World) -> None:
    await report(world, world.ada, await ask(world))
    shown = await queue(world)
    await world.restart()
    assert "✅ Accepted." in text(await press(shown, "Accept", world.mona))


async def test_a_moderator_whose_data_was_erased_is_not_named(world: World) -> None:
    await report(world, world.ada, await ask(world))
    await press(await queue(world), "Accept", world.mona)
    async with world.sql() as transaction:
        await transaction.run("UPDATE report SET handled_by = NULL")
    assert "by a former moderator" in text(await queue(world, state="accepted"))
