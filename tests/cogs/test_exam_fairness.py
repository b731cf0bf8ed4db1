"""After a mock exam: what still counts for its member elsewhere is not explained, and flaws can be reported."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cogs.exams import answer_all, begin, now, pictures, prepare, press, sit, where, write_banks
from tests.messages import buttons, text
from tests.world import World

pytestmark = pytest.mark.usefixtures("sketches")

WAITS = "This question still counts for you in a challenge, a quiz or an exam. It is explained here when that is over."


async def wrong_pages(member: Any, report: Any) -> list[str]:
    """What all pages of the wrong answers of a report say."""
    shown = await press(member, report, "Wrong answers")
    pages = [text(shown)]
    while not buttons(shown)["Next"].get("disabled"):
        shown = await press(member, shown, "Next")
        pages.append(text(shown))
        assert pictures(shown) == []
    assert "### " in text(await press(member, shown, "Back to the result"))
    return pages


def check_hidden(pages: list[str]) -> None:
    """Pages show their questions, and nothing of what is right or what was chosen."""
    for number, shown in enumerate(pages, start=1):
        assert WAITS in shown
        assert shown.startswith(
            f"### ⏳ Not explained yet · question {number}\n-# {number} of {len(pages)} to look at · "
        )
        assert "\nQuestion " in shown
        for option in ("the right one", "a wrong one", "another wrong one"):
            assert shown.count(f"**  {option}") == 1
        for spoiler in ("✅", "❌", "Because of", "Right.", "Wrong.", "chose", "orrect"):
            assert spoiler not in shown


def check_explained(pages: list[str]) -> None:
    """Pages show everything."""
    for shown in pages:
        assert WAITS not in shown
        assert shown.startswith("### ❌ Not correct · question ")
        assert "✅ **The answer is " in shown
        assert "Because of" in shown


async def test_a_challenge_that_begins_during_an_exam_hides_what_it_asks_until_it_is_over(
    world: World,
) -> None:
    await write_banks(world, 5)
    shown = await begin(world, questions=10)
    await world.begin_challenge(questions="10")  # all there are
    report = await press(world.ada, await answer_all(world.ada, shown, right=0), "Submit")
    pages = await wrong_pages(world.ada, report)
    assert len(pages) == 10
    check_hidden(pages)
    await world.restart()
    check_hidden(await wrong_pages(world.ada, report))
    await world.mona.slash(world.channel, "challenge cancel")
    check_explained(await wrong_pages(world.ada, report))


async def test_it_is_explained_to_whoever_has_answered_it_there(world: World) -> None:
    await write_banks(world, 3)
    shown = await begin(world, questions=6)
    await world.begin_challenge(questions="5")
    report = await press(world.ada, await answer_all(world.ada, shown, right=0), "Submit")
    assert sum(WAITS in page for page in await wrong_pages(world.ada, report)) == 5
    await world.play(world.ada)
    check_explained(await wrong_pages(world.ada, report))


async def test_an_open_question_of_the_exams_server_hides_it_in_direct_messages_too(world: World) -> None:
    await write_banks(world, 5)
    await sit(world, questions=10, right=0)
    await world.mona.slash(world.channel, "question", topic="one")
    (asked,) = [line for line in text(world.card).splitlines() if line.startswith("Question ")]
    direct = world.ada.user
    report = await press(direct, (await direct.slash("exam history")).response, "Result")
    hidden = [page for page in await wrong_pages(direct, report) if WAITS in page]
    assert [asked in page for page in hidden] == [True]
    await world.answer(world.ada, world.card)
    check_explained(await wrong_pages(direct, report))


async def test_a_past_exam_does_not_explain_what_the_one_that_runs_asks(world: World) -> None:
    await write_banks(world, 3)
    report = await sit(world, questions=6, right=0)
    check_explained(await wrong_pages(world.ada, report))
    shown = await begin(world, questions=6, minutes=10)
    check_hidden(await wrong_pages(world.ada, report))
    # not for others
    hers = await sit(world, world.grace, questions=6, right=0)
    check_explained(await wrong_pages(world.grace, hers))
    await press(world.ada, await answer_all(world.ada, shown), "Submit")
    check_explained(await wrong_pages(world.ada, report))


async def test_a_page_of_an_exam_that_runs_is_the_exam(world: World) -> None:
    await write_banks(world)
    await begin(world, questions=5)
    forged = await world.forge(world.ada, world.channel, "exam-wrong:1:1")
    assert where(forged.response) == (1, 5)


async def reports(world: World) -> list[tuple[Any, ...]]:
    """What was reported, by whom, and why."""
    async with world.sql() as transaction:
        rows = await transaction.run(
            "SELECT report.guild_id, report.round_id, report.member_id, question_version.question, report.reason "
            "FROM report JOIN question_version USING (version)"
        )
    return [tuple(row) for row in rows]


async def submit(member: Any, form: Any, reason: str) -> Any:
    """Send the form of a report; what is said."""
    field = form.modal["components"][0]["component"]["custom_id"]
    return (await member.submit_modal(form, {field: reason})).response


@pytest.mark.parametrize("direct", [False, True], ids=["server", "direct messages"])
async def test_a_flaw_is_reported_from_the_page_of_the_question(world: World, direct: bool) -> None:
    await write_banks(world)
    report, person = await sit(world, questions=5, right=3), world.ada
    if direct:
        person = world.ada.user
        report = await press(person, (await person.slash("exam history")).response, "Result")
    page = await press(person, await press(person, report, "Wrong answers (2)"), "Next")
    assert list(buttons(page)) == ["Previous", "Next", "Back to the result", "Report"]
    question, topic = text(page).split("\nQuestion ")[1].split("?")[0].split(" on ")
    before = text(page)
    await world.restart()
    form = await person.click(page, label="Report")
    empty = await submit(person, form, "  ")
    assert "The report was empty" in empty.content
    assert await reports(world) == []
    thanks = await submit(person, await person.click(page, label="Report"), "two are right")
    assert "🚩 Thank you." in thanks.content
    assert thanks.flags.ephemeral is not direct
    assert text(now(world, page)) == before
    guild = None if direct else world.guild.id
    assert await reports(world) == [(guild, None, world.ada.id, f"{topic}-{question}", "two are right")]


async def test_only_the_owner_reports_and_only_after_the_end(world: World) -> None:
    await write_banks(world)
    shown = await prepare(world, questions=5)
    for custom_id, member, words in (
        ("exam-flaw:1:1", world.ada, "This exam has not begun."),
        ("exam-flaw:1:1", world.grace, "This is not your exam."),
        ("exam-flaw:9:1", world.ada, "This exam is no longer there."),
    ):
        assert words in (await world.forge(member, world.channel, custom_id)).response.content
    shown = await press(world.ada, shown, "Begin")
    running = await world.forge(world.ada, world.channel, "exam-flaw:1:1")
    assert "This exam still runs." in running.response.content
    assert running.modal is None
    await press(world.ada, await answer_all(world.ada, shown, right=0), "Submit")
    for position in (0, 6):
        refused = await world.forge(world.ada, world.channel, f"exam-flaw:1:{position}")
        assert f"This exam has no question {position}." in refused.response.content
    hers = await world.forge(world.grace, world.channel, "exam-flaw:1:1")
    assert "This is not your exam." in hers.response.content
    assert hers.modal is None
    # nor with a form of one's own
    field = {"type": 18, "component": {"type": 4, "custom_id": "x", "value": "mine?"}}
    form = world._send(world.grace, world.channel, 5, {"custom_id": "exam-flaw:1:1", "components": [field]})
    await world.env.settle()
    assert "This is not your exam." in form.response.content
    assert await reports(world) == []
