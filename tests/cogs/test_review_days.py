"""On which day a question comes again: wherever it was answered, by the member's calendar, after any time."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from fsrs import Rating

from bot.study.memory import Memory
from tests.cogs.alone import (
    FOUR,
    HERE,
    PAIR,
    YES,
    Student,
    comes,
    dates,
    day,
    fsrs_says,
    is_asking,
    log,
    prompt,
    until_day,
)
from tests.messages import buttons, text
from tests.world import World

NAMES = {FOUR: "first", HERE: "second", YES: "third", PAIR: "pair"}

RATED = {
    (True, 0): Rating.Good,
    (True, 1): Rating.Hard,
    (False, 0): Rating.Again,
    (False, 1): Rating.Again,
}
"""How an answer is rated of which nobody says how sure they were: right, hints."""


async def in_quiz(world: World, member: Any, *, right: bool, hints: int) -> None:
    """Answer the second topic's question in a quiz."""
    card = await world.start_quiz(member, questions=1, topic="two")
    await _in_channel(world, member, card, right=right, hints=hints)
    await world.wait(90)


async def in_question(world: World, member: Any, *, right: bool, hints: int) -> None:
    """Answer it where it was posted alone."""
    await member.slash(world.channel, "question", topic="two")
    await _in_channel(world, member, world.card, right=right, hints=hints)
    await world.wait(5)


async def _in_channel(world: World, member: Any, card: Any, *, right: bool, hints: int) -> None:
    if hints:
        await member.click(card, label="Hint (−3)")
    await world.answer(member, card, right=right)


async def in_challenge(world: World, member: Any, *, right: bool, hints: int) -> None:
    """Answer it in a weekly challenge."""
    await world.begin_challenge(topics=["two"])
    shown = await world.open_challenge(member)
    if hints:
        await member.click(shown, label="Hint (−3)")
    await world.answer(member, shown, right=right)
    await world.wait(5)


async def in_practice(world: World, member: Any, *, right: bool, hints: int) -> None:
    """Answer it in practice."""
    student = Student(world, member)
    shown = await student.practise(topic="two")
    if hints:
        shown = await student.click(shown, "Hint (1 left)")
    await student.click(await student.answer(shown, right=right), "Summary" if right else "Stop")


@pytest.mark.parametrize("hints", [0, 1])
@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("where", [in_quiz, in_question, in_challenge, in_practice])
async def test_every_answer_becomes_due_on_its_day(world: World, where: Any, right: bool, hints: int) -> None:
    await world.wait(12 * 3600)
    await where(world, world.ada, right=right, hints=hints)
    rating = RATED[right, hints]
    assert await log(world, world.ada) == [("pair", rating, day(0))]
    due = fsrs_says([(rating, day(0))])
    assert await dates(world, world.ada) == {"pair": due}
    ada = Student(world, world.ada)
    number = (due - day(0)).days
    await until_day(world, number - 1, 23)
    waiting = await ada.review()
    assert "Nothing is due today" in text(waiting)
    assert f"**{due:%A}, {due.day} {due:%B}**" in text(waiting)
    await until_day(world, number, 0)
    assert prompt(await ada.review()) == PAIR
    assert await dates(world, world.grace) == {}


async def test_answers_of_many_places_are_one_history(world: World) -> None:
    await in_quiz(world, world.ada, right=True, hints=0)
    await until_day(world, 3)
    await in_practice(world, world.ada, right=True, hints=0)
    await until_day(world, 20)
    await in_question(world, world.ada, right=False, hints=0)
    await in_challenge(world, world.ada, right=True, hints=1)
    history = [(Rating.Good, day(0)), (Rating.Good, day(3)), (Rating.Again, day(20)), (Rating.Hard, day(20))]
    assert await log(world, world.ada) == [("pair", *each) for each in history]
    assert await dates(world, world.ada) == {"pair": fsrs_says(history)}


async def test_many_days_of_study_with_restarts_come_as_fsrs_says(world: World) -> None:
    """Six weeks, on most days a review; each question that is asked is due, and none that is due is left out."""
    ada, rng = Student(world, world.ada), random.Random(11)
    histories: dict[str, list[tuple[Rating, date]]] = {}
    for number in range(42):
        await until_day(world, number, rng.randrange(24))
        if rng.random() < 0.3:
            continue
        if rng.random() < 0.3:
            await world.restart()
        shown = await ada.review()
        if "1 new question" in buttons(shown) or "4 new questions" in buttons(shown):
            shown = await ada.click(shown, next(label for label in buttons(shown) if "new" in label))
        expected = sorted(name for name, history in histories.items() if fsrs_says(history) <= day(number))
        asked = []
        while is_asking(shown):
            name = NAMES[prompt(shown)]
            assert ("new for you" in text(shown)) is (name not in histories)
            asked += [name] if name in histories else []
            await world.wait(rng.choice([2, 30]))
            shown, rating = await _some_answer(ada, shown, rng)
            histories.setdefault(name, []).append((rating, day(number)))
            shown = await ada.go_on(shown)
        assert sorted(asked) == expected, number
        assert await dates(world, world.ada) == {name: fsrs_says(each) for name, each in histories.items()}
    assert len(histories) == 4
    assert sum(map(len, histories.values())) > 15


async def _some_answer(ada: Student, shown: Any, rng: random.Random) -> tuple[Any, Rating]:
    """A random answer, and how it is to be rated."""
    now = ada.world.env.now()
    async with ada.world.sql() as transaction:
        rows = await transaction.run("SELECT max(shown_at) FROM item WHERE choice IS NULL")
    is_fast = now.timestamp() - rows[0][0] / 1000 <= 20
    if rng.random() < 0.3:
        return await ada.answer(shown, right=False), Rating.Again
    verdict = await ada.answer(shown)
    match rng.randrange(3):
        case 0:
            return verdict, Rating.Good
        case 1:
            return await ada.click(verdict, "I was not sure"), Rating.Hard
        case _:
            return await ada.click(verdict, "I was sure"), Rating.Easy if is_fast else Rating.Good


async def test_a_review_begun_yesterday_gives_way_to_todays(world: World) -> None:
    ada = Student(world, world.ada)
    await ada.answer_all(await ada.practise(topic="one"))
    await until_day(world, 3)
    old = await ada.review()
    left = prompt(old)
    await until_day(world, 4)
    await world.restart()
    shown = await ada.review()
    assert "3 due today" in text(shown)
    assert prompt(shown) == left
    # the message of yesterday is over
    gone = await ada.answer(old)
    assert "Review stopped" in text(gone)
    assert [on for _, _, on in await log(world, world.ada) if on != day(0)] == []
    assert is_asking(await ada.go_on(await ada.answer(shown)))
    async with world.sql() as transaction:
        rows = await transaction.run("SELECT count(*), count(ended_at) FROM session WHERE kind = 'review'")
    assert rows == [(2, 1)]


async def test_a_review_over_midnight_goes_on(world: World) -> None:
    ada = Student(world, world.ada)
    await ada.answer_all(await ada.practise(topic="one"))
    await until_day(world, 3, 23)
    shown = await ada.review()
    await world.wait(2 * 3600)
    shown = await ada.go_on(await ada.answer(shown))
    assert is_asking(shown)
    assert [on for _, _, on in await log(world, world.ada) if on != day(0)] == [day(4)]


async def test_killed_between_an_answer_and_its_review(world: World) -> None:
    await world.start_quiz(questions=1, topic="two")
    await world.answer(world.ada, world.card)
    assert await log(world, world.ada) == []
    await world.kill()
    await world._open()
    await world.env.restart_bot(world.app.client)
    await world.wait(0)
    assert await log(world, world.ada) == [("pair", Rating.Good, day(0))]
    await until_day(world, 2)
    assert "1 due today" in text(await Student(world, world.ada).review())


async def test_who_asks_at_once_sees_what_was_just_answered(world: World) -> None:
    await world.start_quiz(questions=1, topic="two")
    await world.answer(world.ada, world.card)
    assert await log(world, world.ada) == []
    shown = await Student(world, world.ada).review()
    assert "Next: **Saturday, 3 January**" in text(shown)
    assert len(await log(world, world.ada)) == 1


async def test_a_burst_of_answers_is_reviewed_once_it_is_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    work = Memory._work

    def counted(self: Memory) -> Any:
        made.append(1)
        return work(self)

    monkeypatch.setattr(Memory, "_work", counted)
    card = await world.start_quiz(questions=1, topic="one")
    members = world.newcomers(30)
    await world.at_once([(member, card, "A") for member in members])
    assert made == []
    await world.wait(3)
    assert made == [1]
    for member in members:
        assert len(await log(world, member)) == 1


async def test_an_error_is_made_good_at_the_next_look(world: World, caplog: pytest.LogCaptureFixture) -> None:
    async with world.sql() as transaction:
        await transaction.run(
            "CREATE TRIGGER broken BEFORE INSERT ON review_log BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
    await in_quiz(world, world.ada, right=True, hints=0)
    assert await log(world, world.ada) == []
    assert "Answers could not be made reviews" in caplog.text
    async with world.sql() as transaction:
        await transaction.run("DROP TRIGGER broken")
    assert "Next: **Saturday, 3 January**" in text(await Student(world, world.ada).review())


async def test_the_servers_calendar_decides_the_day(world: World) -> None:
    await world.set_zone("Pacific/Auckland")  # 13 hours ahead
    ada, in_private = Student(world, world.ada), Student(world, world.ada, direct=True)
    await world.wait(10 * 3600)  # 23:00 there
    await ada.answer_all(await ada.practise(topic="two"))
    await world.wait(2 * 3600)
    await ada.answer_all(await ada.practise(topic="one", questions=1))
    days = {name: on for name, _, on in await log(world, world.ada)}
    assert days.pop("pair") == day(0)
    assert list(days.values()) == [day(1)]
    await world.until(2026, 1, 2, 10)  # 23:00 on the 2nd
    assert "Nothing is due today" in text(await ada.review())
    await world.until(2026, 1, 2, 12)  # 01:00 on the 3rd there; noon of the 2nd in UTC
    assert "1 due today" in text(await ada.review())
    # in direct messages it is UTC, as long as the member has chosen nothing
    async with world.sql() as transaction:
        await transaction.run("UPDATE session SET ended_at = 1")
    assert "Nothing is due today" in text(await in_private.review())


async def test_a_members_own_zone_goes_before_the_servers(world: World) -> None:
    await world.set_zone("Pacific/Auckland")
    async with world.sql() as transaction:
        await transaction.run(
            "INSERT INTO member (member_id, zone) VALUES (?, 'America/Los_Angeles')", (world.ada.id,)
        )
    ada = Student(world, world.ada)
    await ada.answer_all(await ada.practise(topic="two"))  # 16:00 on the 31st of December there
    assert await log(world, world.ada) == [("pair", Rating.Good, day(-1))]
    await world.until(2026, 1, 2, 7)
    assert "Next: **Friday, 2 January**" in text(await ada.review())
    await world.until(2026, 1, 2, 9)
    assert prompt(await ada.review()) == PAIR


@pytest.mark.parametrize("retention", [0.7, 0.97])
async def test_the_hosts_target_changes_the_dates(
    world: World, monkeypatch: pytest.MonkeyPatch, retention: float
) -> None:
    monkeypatch.setenv("STUDYHALL_RETENTION", str(retention))
    await world.restart()
    ada = Student(world, world.ada)
    await in_quiz(world, world.ada, right=True, hints=0)
    await ada.answer_all(await ada.practise(topic="one"))
    good = [(Rating.Good, day(0))]
    assert fsrs_says(good, retention) != fsrs_says(good)
    assert set((await dates(world, world.ada)).values()) == {fsrs_says(good, retention)}
    await until_day(world, 30)
    verdict = await ada.click(await ada.answer(await ada.review()), "I was not sure")
    name = NAMES[prompt(verdict)[2:]]
    due = fsrs_says([*good, (Rating.Hard, day(30))], retention)
    assert (await dates(world, world.ada))[name] == due


async def test_a_question_that_is_known_well_does_not_come_back_at_once(world: World) -> None:
    """A lapse after years is asked again within days, and the cards do not say it were tomorrow."""
    ada = Student(world, world.ada)
    for number in (0, 2, 12, 60, 300):
        await until_day(world, number)
        await in_practice(world, world.ada, right=True, hints=0)
    await until_day(world, 900)
    shown = await ada.review()
    verdict = await ada.answer(shown, right=False)
    due = (await dates(world, world.ada))["pair"]
    assert due > day(901)
    assert comes(due) in text(verdict)
    over = await ada.click(verdict, "Stop")
    assert "tomorrow" not in text(over).replace("0 tomorrow", "")


async def test_an_edited_question_is_asked_as_it_is_now(world: World) -> None:
    ada = Student(world, world.ada)
    await ada.answer_all(await ada.practise())
    file = world.banks / "sample" / "one.yaml"
    content = file.read_text().replace(HERE, "And which one is right there?")
    file.write_text(content.replace("id: third", "id: other"))
    assert "✅" in text((await world.mona.slash(world.channel, "reload")).response)
    await until_day(world, 20)
    shown = await ada.review()
    # the one that was renamed is another question
    assert "3 due today" in text(shown)
    over, asked = await ada.answer_all(shown)
    assert sorted(asked[:3]) == sorted([PAIR, FOUR, "And which one is right there?"])
    assert asked[3:] == [YES]
    assert (await log(world, world.ada))[-1][0] == "third"
    assert ("other", Rating.Good, day(20)) in await log(world, world.ada)
    assert "**4 of 4** right" in text(over)


async def test_a_question_that_is_removed_while_it_is_asked(world: World) -> None:
    ada = Student(world, world.ada)
    await ada.answer_all(await ada.practise())
    await until_day(world, 20)
    shown = await ada.review()
    name = NAMES[prompt(shown)]
    topic = "two" if name == "pair" else "one"
    file = world.banks / "sample" / f"{topic}.yaml"
    file.write_text(file.read_text().replace(f"id: {name}", "id: other"))
    assert "✅" in text((await world.mona.slash(world.channel, "reload")).response)
    await world.restart()
    verdict = await ada.answer(shown)
    assert "✅ Correct" in text(verdict)
    assert "I was sure" in buttons(await ada.click(verdict, "I was not sure"))
    over, asked = await ada.answer_all(await ada.go_on(verdict))
    assert len(asked) == 4  # the other three, and the new one
    assert "**5 of 5** right" in text(over)
