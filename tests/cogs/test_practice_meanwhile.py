"""What a practice leaves alone, and what becomes of it when other things change meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cogs.alone import DAY, FOUR, HERE, PAIR, YES, Student, id_of, ids, log, prompt
from tests.cogs.exams import begin, write_banks
from tests.forging import send_form
from tests.messages import buttons, is_question, text
from tests.world import World

NOT_YOURS = "This is not yours to answer. `/practice` and `/review` begin your own."

SPOILED = "All questions on this still count for you in a challenge, a quiz or an exam."


@pytest.fixture
def ada(world: World) -> Student:
    """Ada, in the server."""
    return Student(world, world.ada)


async def count(world: World, table: str) -> int:
    """How many rows a table has."""
    async with world.sql() as transaction:
        return int((await transaction.run(f"SELECT count(*) FROM {table}"))[0][0])


async def test_every_old_button_after_the_end(world: World, ada: Student) -> None:
    asking = await ada.practise(topic="two")
    old = [b["custom_id"] for b in buttons(asking).values() if b["custom_id"].split(":")[0] != "item-report"]
    asking = await ada.click(await ada.click(asking, "☐ A"), "☐ B")
    old.append(id_of(asking, "Submit"))
    await ada.click(asking, "Stop")
    await world.restart()
    for custom_id in old:
        shown = await ada.press(asking, custom_id)
        kind = custom_id.split(":")[0]
        if kind in {"item-submit", "session-stop", "session-next"}:
            words = "Choose 2 of the 4 options" if custom_id.endswith(":0") else "Practice stopped"
            assert words in text(shown), custom_id
        else:
            assert PAIR in text(shown), custom_id
    assert await log(world, world.ada) == []


async def test_old_buttons_of_a_verdict_after_the_end(world: World, ada: Student) -> None:
    verdict = await ada.answer(await ada.practise(topic="one", questions=1), right=True)
    summary, full = id_of(verdict, "Summary"), id_of(verdict, "All options")
    over = await ada.click(verdict, "Summary")
    assert "Practice is over" in text(over)
    assert "Practice is over" in text(await ada.press(over, summary))
    shown = await ada.press(over, full)
    assert "You answered" in text(shown)
    assert list(buttons(shown)) == ["Summary", "Report"]
    assert "Practice is over" in text(await ada.click(shown, "Summary"))


async def test_somebody_else_can_do_nothing_with_it(world: World, ada: Student) -> None:
    asking = await ada.practise(topic="two")
    await ada.click(await ada.click(asking, "☐ A"), "☑ A")
    asking_ids = [b["custom_id"] for b in buttons(asking).values()]
    item = asking_ids[0].split(":")[1]
    session = ids(asking, "session-stop")[0].split(":")[1]
    forged = [
        f"item-tick:{item}:0:1",
        f"item-submit:{item}",
        f"item-pick:{item}:0",
        f"item-hint:{item}:1",
        f"item-why:{item}",
    ]
    forged += [f"item-sure:{item}:1", f"session-next:{session}", f"session-stop:{session}"]
    for answered in (False, True):
        for custom_id in forged:
            refused = await world.forge(world.grace, world.channel, custom_id)
            assert refused.ephemeral
            assert refused.response.content == NOT_YOURS
        if not answered:
            assert await log(world, world.ada) == []
            asking = await ada.practise()
            asking = await ada.click(asking, "Go on")
            assert "there are two" not in text(asking)
            await ada.answer(asking)
    async with world.sql() as transaction:
        assert await transaction.run("SELECT sure, hints FROM item") == [(None, 0)]
        assert await transaction.run("SELECT ended_at FROM session") == [(None,)]
    report = f"item-report:{item}"
    refused = await world.forge(world.grace, world.channel, report)
    assert refused.response.content == NOT_YOURS
    refused = await send_form(world, world.grace, world.channel, report, "mine?")
    assert refused.response.content == NOT_YOURS
    assert await count(world, "report") == 0


async def test_ids_that_name_nothing(world: World, ada: Student) -> None:
    asking = await ada.practise(topic="one", questions=1)
    item = ids(asking, "item-pick")[0].split(":")[1]
    for custom_id, words in (
        (f"item-pick:{item}:9", "Choose 1 of the"),
        (f"item-submit:{item}", "Choose 1 of the"),
        (f"item-tick:{item}:0:1", "does not belong to this question"),
        (f"item-tick:{item}:999999999999999999:1", "does not belong to this question"),
        (f"item-hint:{item}:0", "no such hint"),
        (f"item-hint:{item}:9", "no such hint"),
        (f"item-sure:{item}:1", "Answer the question first"),
        ("item-pick:404:0", "no record of this"),
        ("session-next:404", "no record of this"),
        ("session-stop:999999999999999999", "no record of this"),
        ("practice:1:9:10:0", "older version"),
        ("practice:1:0:51:0", "older version"),
        ("practice:1:0:0:0", "older version"),
        ("practice:1:0:10", "older version"),
    ):
        refused = await ada.press(asking, custom_id)
        assert words in refused.content, custom_id
    assert await log(world, world.ada) == []


@pytest.mark.parametrize("direct", [False, True], ids=["server", "direct messages"])
async def test_a_question_can_be_reported(world: World, direct: bool) -> None:
    ada = Student(world, world.ada, direct=direct)
    shown = await ada.practise(topic="two")
    person = world.ada.user if direct else world.ada
    form = await person.click(shown, label="Report")
    assert form.modal is not None
    field = form.modal["components"][0]["component"]["custom_id"]
    await world.restart()
    thanks = await person.submit_modal(form, {field: "two options are right"})
    assert "whoever looks after the questions; other members do not see it" in thanks.response.content
    assert ("the moderators of this server" in thanks.response.content) is not direct
    assert thanks.response.flags.ephemeral is not direct
    async with world.sql() as transaction:
        rows = await transaction.run(
            "SELECT guild_id, round_id, member_id, reason, question FROM report JOIN question_version USING (version)"
        )
    assert rows == [(None if direct else world.guild.id, None, world.ada.id, "two options are right", "pair")]
    assert PAIR in text(shown)  # the card is still there to be answered
    assert "✅ Correct" in text(await ada.answer(shown))


async def test_an_explanation_can_be_reported_too(world: World, ada: Student) -> None:
    verdict = await ada.answer(await ada.practise(topic="two"))
    for shown in (verdict, await ada.click(verdict, "All options")):
        form = await world.ada.click(shown, label="Report")
        field = form.modal["components"][0]["component"]["custom_id"]
        await world.ada.submit_modal(form, {field: "the explanation is wrong"})
    assert await count(world, "report") == 2
    assert "Practice is over" in text(await ada.go_on(verdict))


async def test_boards_and_streaks_do_not_change(world: World, ada: Student) -> None:
    await world.start_quiz(questions=1, topic="two")
    await world.answer(world.ada, world.card)
    await world.wait(90)

    async def boards() -> list[str]:
        return [text((await world.grace.slash(world.channel, "leaderboard", period="all time")).response)]

    async def derived() -> dict[str, Any]:
        async with world.sql() as transaction:
            tables = ("score", "board", "member_day", "answer")
            return {
                table: await transaction.run(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4") for table in tables
            }

    before = await boards(), await derived()
    assert "**15**" in before[0][0]
    await world.wait(DAY)
    await ada.answer_all(await ada.practise(), wrong=[YES])
    grace = Student(world, world.grace)
    await grace.answer_all(await grace.practise())
    assert (await boards(), await derived()) == before
    stats = text((await world.ada.slash(world.channel, "stats")).response)
    assert "**15**" in stats
    # and what was practised still scores
    await world.start_quiz(questions=1, topic="two")
    verdict = await world.answer(world.grace, world.card)
    assert "✅ Correct · +15 points" in text(verdict)
    assert "does not score" not in text(verdict)


async def in_challenge(world: World, member: Any, *, answers: int) -> list[str]:
    """Let a member answer so many questions of the running challenge; which."""
    asked: list[str] = []
    shown = await world.open_challenge(member)
    while is_question(shown) and len(asked) < answers:
        asked.append(prompt(shown))
        shown = await world.go_on(member, await world.answer(member, shown))
    return asked


async def practised(student: Student, **options: Any) -> list[str]:
    """Which questions a practice asks."""
    _, asked = await student.answer_all(await student.practise(**options))
    return sorted(asked)


async def test_questions_of_a_challenge_wait_for_their_answer(world: World, ada: Student) -> None:
    await world.begin_challenge(topics=["one"])
    assert await practised(ada) == [PAIR]
    refused = await ada.practise(topic="one")
    assert SPOILED in refused.content
    first = await in_challenge(world, world.ada, answers=1)
    await world.restart()
    assert await practised(ada) == sorted([PAIR, *first])
    assert await practised(ada, topic="one") == first
    # another member has not answered it
    grace = Student(world, world.grace)
    assert SPOILED in (await grace.practise(topic="one")).content
    await in_challenge(world, world.ada, answers=99)
    assert await practised(ada) == sorted([PAIR, FOUR, HERE, YES])


async def test_when_the_challenge_is_over_its_questions_can_be_practised(world: World, ada: Student) -> None:
    await world.begin_challenge(topics=["one"])
    await world.until(2026, 1, 30)
    assert await practised(ada, topic="one") == sorted([FOUR, HERE, YES])


async def test_a_challenge_is_not_spoiled_in_direct_messages_either(world: World) -> None:
    ada, grace = Student(world, world.ada, direct=True), Student(world, world.grace, direct=True)
    await world.start_quiz(questions=1, topic="two")
    await world.answer(world.ada, world.card)
    await world.wait(90)
    await world.begin_challenge(topics=["one"])
    assert SPOILED in (await ada.practise(topic="one")).content
    assert await practised(ada) == [PAIR]
    # where grace has never answered is not known: Discord does not tell which servers are hers
    assert await practised(grace, topic="one") == sorted([FOUR, HERE, YES])


async def test_a_challenge_elsewhere_changes_nothing(world: World, ada: Student) -> None:
    guild = world.env.create_guild("Other server")
    channel = guild.create_text_channel("quiz")
    eve = guild.add_member(world.env.create_user("eve"))
    await world.begin_challenge(topics=["one"])
    shown = (await eve.slash(channel, "practice", topic="one")).response
    assert "question 1 of 3" in text(shown)


async def test_in_an_exam_there_are_no_hints_and_none_of_its_questions(world: World, ada: Student) -> None:
    shown = await ada.practise(topic="two")
    await write_banks(world, 6)
    await begin(world, world.ada, questions=5)
    refused = await ada.press(shown, id_of(shown, "Hint (1 left)"))
    assert "You are in a mock exam, so there are no hints now." in refused.content
    assert "there are two" not in text(shown)
    offer = await ada.practise(questions=50)
    assert "question 1 of 7" in text(await ada.click(offer, "Begin a new one"))
    await world.restart(away=DAY)  # its time is up
    offer = await ada.practise(questions=50)
    assert "question 1 of 12" in text(await ada.click(offer, "Begin a new one"))


async def test_a_practice_goes_on_with_questions_that_left_the_bank(world: World, ada: Student) -> None:
    shown = await ada.practise(topic="one")
    first = prompt(shown)
    names = {FOUR: "first", HERE: "second", YES: "third"}
    file = world.banks / "sample" / "one.yaml"
    content = file.read_text()
    for name in names.values():
        content = content.replace(f"id: {name}", f"id: new-{name}")
    for question in names:
        content = content.replace(question, question.replace("?", ", or not?"))
    file.write_text(content)
    assert "✅" in text((await world.mona.slash(world.channel, "reload")).response)
    await world.restart()
    verdict = await ada.answer(shown, right=False)
    assert f"> {first}" in text(verdict)
    over, asked = await ada.answer_all(await ada.go_on(verdict))
    assert sorted(asked) == sorted([FOUR, HERE, YES])
    assert "**2 of 3** right" in text(over)
    assert f"🔂 {first}" in text(over)
    # a new one asks what is there now
    assert prompt(await ada.practise(topic="one")).endswith(", or not?")


async def test_a_practice_goes_on_when_its_topic_has_gone(world: World, ada: Student) -> None:
    shown = await ada.practise()
    (world.banks / "sample" / "two.yaml").unlink()
    bank = world.banks / "sample" / "bank.yaml"
    kept = [line for line in bank.read_text().splitlines() if not line.startswith("  two:")]
    bank.write_text("\n".join(kept).replace("weight: 60", "weight: 100") + "\n")
    assert "✅" in text((await world.mona.slash(world.channel, "reload")).response)
    over, asked = await ada.answer_all(shown)
    assert sorted(asked) == sorted([PAIR, FOUR, HERE, YES])
    assert "✅ **1/1** · two" in text(over)
    assert "✅ **3/3** · First topic" in text(over)


async def test_an_offer_of_a_topic_that_has_gone(world: World, ada: Student) -> None:
    shown = await ada.practise(topic="one")
    offer = await ada.practise(topic="two")
    (world.banks / "sample" / "two.yaml").unlink()
    bank = world.banks / "sample" / "bank.yaml"
    bank.write_text(bank.read_text().replace("  two:", "  three:"))
    (world.banks / "sample" / "one.yaml").rename(world.banks / "sample" / "uno.yaml")
    assert "✅" in text((await world.mona.slash(world.channel, "reload")).response)
    refused = await ada.press(offer, id_of(offer, "Begin a new one"))
    assert "There is no topic `two` in Sample bank" in refused.content
    assert text(await ada.click(offer, "Go on")) == text(shown)
