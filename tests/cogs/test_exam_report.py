"""The report of a mock exam, what it puts into review, and the past exams."""

from __future__ import annotations

import pytest

from bot.domain.statistics import wilson
from cogs.cards.exam_pictures import ExamTopics, TopicBar, draw_topics
from tests.cogs.exams import (
    AGAIN,
    GOOD,
    answer,
    answer_all,
    begin,
    choose,
    learned,
    now,
    pictures,
    press,
    sit,
    where,
    write_banks,
)
from tests.messages import buttons, text
from tests.world import World


@pytest.fixture
def warm() -> None:
    """matplotlib is loaded: on a busy machine that takes longer than the simulation waits for an answer."""
    draw_topics(ExamTopics((TopicBar("A topic", 1, 2),), 80))


@pytest.mark.usefixtures("warm")
async def test_the_report_of_an_exam(world: World) -> None:
    await write_banks(world, 9)
    shown = await begin(world, questions=10)
    for position in range(1, 11):
        await world.wait(50 if position == 4 else 10)
        if position not in {9, 10}:
            shown = await answer(world.ada, shown, right=position != 4)
        shown = await press(world.ada, shown, "Overview" if position == 10 else "Next")
    report = await press(world.ada, await press(world.ada, shown, "Submit"), "Submit anyway")
    lines = text(report).splitlines()
    assert lines[0] == "### ❌ Not passed: 70%"
    assert "🎯 **7 of 10** right · 8 needed (pass mark 80%)" in lines
    low, high = wilson(7, 10)
    assert f"📏 You probably know between {low:.0%} and {high:.0%} of the subject (95% interval)." in lines
    assert "📤 Submitted · 2 not answered" in lines
    assert "⏱️ 2:20 of 15 min · 0:14 per question" in lines
    assert any(line.startswith("🐢 Longest: questions 4 (0:50) and ") for line in lines)
    topics = [line for line in lines if " · weight " in line]
    assert len(topics) == 2
    assert all(line[0] in "✅❌" for line in topics)
    # the weakest first
    shares = [int(line.split("**")[1][:-1]) for line in topics]
    assert shares == sorted(shares)
    assert {line.rsplit(" · ", 2)[1:][0] for line in topics} == {"First topic", "Second topic"}
    assert {line.rsplit(" · ", 1)[1] for line in topics} == {"weight 60%", "weight 40%"}
    ((file, words),) = pictures(report)
    assert file == report.attachments[0].filename == "exam.png"
    assert "7 of 10 right" in words
    assert "80%" in words
    assert list(buttons(report)) == ["Wrong answers (3)", "Leave out of review", "Past exams"]


@pytest.mark.usefixtures("sketches")
@pytest.mark.parametrize(("right", "head"), [(8, "### ✅ Passed: 80%"), (7, "### ❌ Not passed: 70%")])
async def test_at_the_pass_mark_one_has_passed(world: World, right: int, head: str) -> None:
    await write_banks(world)
    assert text(await sit(world, questions=10, right=right)).startswith(head)


@pytest.mark.usefixtures("sketches")
async def test_the_wrong_answers_are_explained_page_by_page(world: World) -> None:
    overview = await answer_all(world.ada, await begin(world), right=0)
    report = await press(world.ada, overview, "Submit")
    first = text(report)
    page = await press(world.ada, report, "Wrong answers (4)")
    seen = []
    for number in range(1, 5):
        assert text(page).startswith(
            f"### ❌ Not correct · question {number}\n-# {number} of 4 to look at · "
        )
        assert "❌ **You chose " in text(page)
        assert "✅ **The answer is " in text(page)
        assert pictures(page) == []
        assert page.attachments == []
        seen.append(text(page))
        assert buttons(page)["Previous"].get("disabled", False) is (number == 1)
        assert buttons(page)["Next"].get("disabled", False) is (number == 4)
        if number < 4:
            page = await press(world.ada, page, "Next")
    everything = "\n".join(seen)
    assert "The explanation of the first." in everything
    assert "[A page](https://example.org/page)" in everything
    assert "> Nor this." in everything
    assert "> Two of two." in everything
    assert "question 3" in text(await press(world.ada, page, "Previous"))
    back = await press(world.ada, page, "Back to the result")
    assert text(back) == first
    assert len(back.attachments) == 1
    # killed in between, it goes on
    await world.restart()
    assert text(await press(world.ada, back, "Wrong answers (4)")) == seen[0]


@pytest.mark.usefixtures("sketches")
async def test_a_part_of_the_key_counts_as_wrong_and_is_shown_as_a_part(world: World) -> None:
    shown = await begin(world)
    while (place := where(shown)) is not None:
        is_pair = "are right: tick 2" in text(shown)
        if not is_pair:
            shown = await answer(world.ada, shown)
        else:
            shown = await choose(world.ada, shown, "the right one")
        shown = await press(world.ada, shown, "Overview" if place[0] == place[1] else "Next")
    report = await press(world.ada, await press(world.ada, shown, "Submit"), "Submit anyway")
    assert "**3 of 4** right" in text(report)
    page = text(await press(world.ada, report, "Wrong answers (1)"))
    assert page.startswith("### ➖ Partly correct · 1 of 2 ticked · question ")
    assert "✅ **You chose " in page
    assert "✅ **The answer is " in page


@pytest.mark.usefixtures("sketches")
async def test_a_page_that_is_not_there_is_refused(world: World) -> None:
    await write_banks(world)
    await sit(world, questions=5, right=4)
    for number in (0, 2, 99):
        forged = await world.forge(world.ada, world.channel, f"exam-wrong:1:{number}")
        assert "There is no such page." in forged.response.content


@pytest.mark.usefixtures("sketches")
async def test_all_right_leaves_nothing_to_review(world: World) -> None:
    await write_banks(world)
    report = await sit(world, questions=5)
    assert "🎉 Every answer was right" in text(report)
    assert list(buttons(report)) == ["Past exams"]


@pytest.mark.usefixtures("sketches")
async def test_what_was_wrong_goes_into_review_unless_one_says_no(world: World) -> None:
    await write_banks(world)
    report = await sit(world, questions=6, right=4)
    assert "🔁 The 2 questions that were not right come again in `/review`." in text(report)
    assert sorted((await learned(world, world.ada)).values()) == [AGAIN, AGAIN, *[GOOD] * 4]
    before = await learned(world, world.ada)
    out = await press(world.ada, report, "Leave out of review")
    assert "🔁 What was not right is left out of `/review`." in text(out)
    assert sorted((await learned(world, world.ada)).values()) == [GOOD] * 4
    # the old button again changes nothing
    await world.forge(world.ada, world.channel, "exam-review:1:0")
    await world.restart()
    assert len(await learned(world, world.ada)) == 4
    back = await press(world.ada, now(world, out), "Put into review")
    assert await learned(world, world.ada) == before
    assert "come again in `/review`" in text(back)
    assert await learned(world, world.grace) == {}


@pytest.mark.usefixtures("sketches")
async def test_what_was_never_seen_does_not_come_into_review(world: World) -> None:
    await write_banks(world)
    shown = await press(world.ada, await answer(world.ada, await begin(world, questions=6)), "Next")
    await world.wait(5)  # in front of the second
    shown = await press(world.ada, await press(world.ada, shown, "Overview"), "Submit")
    report = await press(world.ada, shown, "Submit anyway")
    assert list(buttons(report)) == ["Wrong answers (5)", "Leave out of review", "Past exams"]
    line = "🔁 The question that was not right comes again in `/review`; the 4 that you never saw do not."
    assert line in text(report).splitlines()
    before = await learned(world, world.ada)
    assert sorted(before.values()) == [AGAIN, GOOD]
    out = await press(world.ada, report, "Leave out of review")
    assert sorted((await learned(world, world.ada)).values()) == [GOOD]
    await press(world.ada, out, "Put into review")
    assert await learned(world, world.ada) == before


@pytest.mark.usefixtures("sketches")
async def test_where_nothing_that_was_wrong_was_seen_there_is_nothing_to_put_into_review(
    world: World,
) -> None:
    await write_banks(world)
    shown = await press(world.ada, await answer(world.ada, await begin(world, questions=5)), "Overview")
    report = await press(world.ada, await press(world.ada, shown, "Submit"), "Submit anyway")
    assert "🔁 You never saw the questions that are open, so they do not come in `/review`." in text(report)
    assert list(buttons(report)) == ["Wrong answers (4)", "Past exams"]
    await world.forge(world.ada, world.channel, "exam-review:1:0")
    await world.forge(world.ada, world.channel, "exam-review:1:1")
    assert list((await learned(world, world.ada)).values()) == [GOOD]


@pytest.mark.usefixtures("warm")
async def test_the_history_has_all_exams_and_their_line(world: World) -> None:
    await write_banks(world)
    empty = (await world.ada.slash(world.channel, "exam history")).response
    assert "There are none yet. `/exam start` prepares one." in text(empty)
    for right in (1, 5, 3):
        await sit(world, questions=5, right=right)
        await world.wait(24 * 3600)
    await begin(world, questions=7)
    result = await world.ada.slash(world.channel, "exam history")
    assert result.ephemeral
    past = result.response
    assert "3 exams, 1 passed" in text(past)
    assert "▶️ You are in an exam, it ends " in text(past)
    entries = [line for line in text(past).splitlines() if "/5" in line]
    assert [entry.split(" · ")[0] for entry in entries] == [
        "❌ **60%** below 80%",
        "✅ **100%** passed",
        "❌ **20%** below 80%",
    ]
    ((file, words),) = pictures(past)
    assert file == past.attachments[0].filename
    assert words.startswith("3 mock exams, 1 of them passed.")
    assert where(await press(world.ada, past, "Go on")) == (1, 7)
    hers = (await world.grace.slash(world.channel, "exam history")).response
    assert "There are none yet" in text(hers)


@pytest.mark.usefixtures("sketches")
async def test_the_history_has_pages(world: World) -> None:
    await write_banks(world)
    for right in range(10):
        await sit(world, questions=5, right=right)
    past = (await world.ada.slash(world.channel, "exam history")).response
    assert "10 exams, 6 passed · page 1 of 2" in text(past)
    assert buttons(past)["Newer"]["disabled"]
    older = await press(world.ada, past, "Older")
    assert "page 2 of 2" in text(older)
    assert [line.split(" ")[1] for line in text(older).splitlines() if "/5" in line] == ["**20%**", "**0%**"]
    assert buttons(older)["Older"]["disabled"]
    assert "page 1 of 2" in text(await press(world.ada, older, "Newer"))
    far = await world.forge(world.ada, world.channel, "exam-history:999999999999999999")
    assert "page 2 of 2" in text(far.response)


@pytest.mark.parametrize("error", [OSError("read-only file system"), ValueError("no font")])
async def test_without_pictures_the_numbers_are_shown_alone(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(_: object) -> bytes:
        raise error

    await write_banks(world)
    monkeypatch.setattr("cogs.cards.exam_pictures.draw_topics", fail)
    monkeypatch.setattr("cogs.cards.exam_pictures.draw_history", fail)
    report = await sit(world, questions=5)
    assert "### ✅ Passed: 100%" in text(report)
    assert pictures(report) == []
    past = await press(world.ada, report, "Past exams")
    assert "1 exam, 1 passed" in text(past)
    assert past.attachments == []
    # nor does the picture of the card before stay
    monkeypatch.setattr("cogs.cards.exam_pictures.draw_topics", lambda _: b"a picture")
    report = await press(world.ada, past, "Result")
    assert len(report.attachments) == len(pictures(report)) == 1
    assert (await press(world.ada, report, "Past exams")).attachments == []


@pytest.mark.usefixtures("sketches")
async def test_a_report_does_without_a_bank_that_is_gone(world: World) -> None:
    await write_banks(world)
    report = await sit(world, questions=5, right=2)
    (world.banks / "sample").rename(world.banks / "other")
    file = world.banks / "other" / "bank.yaml"
    file.write_text(file.read_text().replace("id: sample", "id: other"))
    assert "✅" in text((await world.mona.slash(world.channel, "reload")).response)
    again = await press(world.ada, await press(world.ada, report, "Wrong answers"), "Back to the result")
    assert "Mock exam: sample" in text(again)
    assert " · weight " not in text(again)
    past = await press(world.ada, again, "Past exams")
    assert "1 exam, 0 passed" in text(past)
