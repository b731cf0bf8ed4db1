"""Preparing a mock exam: what it asks, how long it takes, and when it begins."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cogs.exams import answer_all, begin, offered, prepare, press, sit, where, write_banks
from tests.messages import buttons, is_question, text
from tests.world import World

pytestmark = pytest.mark.usefixtures("sketches")


async def test_the_preparation_says_what_comes_and_nothing_runs_before_begin(world: World) -> None:
    await write_banks(world, 20)
    result = await world.ada.slash(world.channel, "exam start")
    assert result.ephemeral
    shown = text(result.response)
    assert "### 📝 Mock exam: Sample bank" in shown
    assert "**30 questions** in **45 minutes** · passed with **80%** (24 right)" in shown
    assert "Topics: all 2, by their weights" in shown
    assert "No feedback before the end, and no hints anywhere" in shown
    assert "runs on while you are away" in shown
    assert "Made for tests." in shown
    assert "instead of" not in shown
    assert list(buttons(result.response)) == ["Begin"]
    await world.wait(3600)
    question = await press(world.ada, result.response, "Begin")
    assert where(question) == (1, 30)
    assert "-# ⏳ ends <t:1767231900:R> · ✅ 0 answered" in text(question)  # 45 minutes from here


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"questions": 10}, "**10 questions** in **15 minutes**"),
        ({"questions": 7}, "**7 questions** in **11 minutes**"),
        ({"minutes": 5}, "**30 questions** in **5 minutes**"),
        ({"questions": 40, "minutes": 300}, "**40 questions** in **300 minutes**"),
        ({"topics": "two"}, "**20 questions** in **30 minutes**"),
        ({"topics": "First topic", "questions": 20}, "**20 questions** in **30 minutes**"),
        ({"bank": "sample", "topics": " ONE ,two, "}, "**30 questions** in **45 minutes**"),
    ],
)
async def test_questions_minutes_and_topics_can_be_chosen(
    world: World, options: dict[str, object], line: str
) -> None:
    await write_banks(world, 20)
    shown = text(await prepare(world, **options))
    assert line in shown
    if options.get("topics") == "two":
        assert "Topics:\n· Second topic" in shown
        assert "20 questions instead of 30: there are no more to choose from." in shown


async def test_a_default_of_the_bank_counts(world: World) -> None:
    await write_banks(world, 20)
    file = world.banks / "sample" / "bank.yaml"
    file.write_text(file.read_text() + "exam: {questions: 12, minutes: 20}\npass_mark: 60\n")
    await world.mona.slash(world.channel, "reload")
    assert "**12 questions** in **20 minutes** · passed with **60%** (8 right)" in text(await prepare(world))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"topics": "one, nonsense,three"},
            "Sample bank has no questions on `nonsense`, `three`. Choose from the list",
        ),
        ({"topics": "one"}, "A mock exam needs 4 questions or more, and this has 3. Name more topics"),
        ({"bank": "other"}, "There is no question bank called `other`"),
    ],
)
async def test_what_can_not_be_is_refused_with_a_sentence(
    world: World, options: dict[str, str], sentence: str
) -> None:
    refused = await prepare(world, **options)
    assert sentence in refused.content
    assert refused.ephemeral
    # the whole of a small bank can be asked
    assert where(await begin(world)) == (1, 4)


async def asked(world: World, shown: Any) -> list[str]:
    """Sit an exam from its first question on without answering; the questions in their order."""
    prompts = []
    while (place := where(shown)) is not None:
        prompts += [line for line in text(shown).splitlines() if line.startswith("Question ")]
        assert "First topic" not in text(shown)  # it would be a hint
        assert "Second topic" not in text(shown)
        shown = await press(world.ada, shown, "Overview" if place[0] == place[1] else "Next")
    await press(world.ada, await press(world.ada, shown, "Submit"), "Submit anyway")
    return prompts


async def test_the_questions_follow_the_weights_in_each_exam(world: World) -> None:
    await world.write_questions(3, topic="one")
    await world.write_questions(12, topic="two")
    for _ in range(3):  # also where a topic has so few that they come each time
        topics = [prompt.split()[-1] for prompt in await asked(world, await begin(world, questions=5))]
        assert sorted(topics) == ["one?", "one?", "one?", "two?", "two?"]


async def test_the_questions_stand_in_no_order_of_topics(world: World) -> None:
    await write_banks(world, 30)
    topics = [prompt.split()[-1] for prompt in await asked(world, await begin(world, questions=30))]
    assert topics.count("one?") == 18
    assert topics != sorted(topics)
    assert topics != sorted(topics, reverse=True)


async def test_only_questions_on_the_topics_are_asked(world: World) -> None:
    await write_banks(world, 9)
    report = text(await sit(world, topics="two"))
    assert "**9 of 9** right" in report
    assert "Second topic" in report
    assert "First topic" not in report


async def test_the_next_exam_asks_other_questions_while_there_are_some(world: World) -> None:
    await write_banks(world, 10)
    exams = [set(await asked(world, await begin(world, questions=5))) for _ in range(3)]
    assert [len(prompts) for prompts in exams] == [5, 5, 5]
    assert len(set.union(*exams)) == 15


async def test_questions_of_a_challenge_that_still_count_are_left_out(world: World) -> None:
    await write_banks(world, 10)
    await world.begin_challenge(questions="10")
    shown = await prepare(world)
    assert "10 questions instead of 30: there are no more to choose from, since 10 still count" in text(shown)
    # not for those who have played it
    await world.play(world.grace)
    assert "**20 questions**" in text(await prepare(world, world.grace))
    challenge = set()
    card = await world.open_challenge(world.ada)
    while is_question(card):
        challenge.add(text(card).splitlines()[2])
        card = await world.go_on(world.ada, await world.answer(world.ada, card))
    assert len(challenge) == 10
    # she has the old preparation, and all questions again: it asks as many as it said
    question = await press(world.ada, shown, "Begin")
    assert where(question) == (1, 10)


async def test_a_challenge_that_takes_too_many_questions_refuses_the_exam(world: World) -> None:
    await world.begin_challenge(questions="5")  # has all four
    refused = await prepare(world)
    assert "A mock exam needs 4 questions or more, and 0 can be asked now: the others" in refused.content
    await world.play(world.ada)
    assert "Begin" in buttons(await prepare(world))


async def test_a_challenge_that_begins_meanwhile_shortens_the_exam(world: World) -> None:
    await write_banks(world, 10)
    shown = await prepare(world)
    await world.begin_challenge(questions="10")
    assert where(await press(world.ada, shown, "Begin")) == (1, 10)


async def test_a_new_preparation_takes_the_place_of_the_one_before(world: World) -> None:
    await write_banks(world)
    old = await prepare(world, questions=10)
    await world.restart()
    new = await prepare(world, questions=5)
    gone = (await world.ada.click(old, label="Begin")).response
    assert "This exam is no longer there. `/exam start` prepares a new one." in gone.content
    assert where(await press(world.ada, new, "Begin")) == (1, 5)


async def test_begin_works_after_a_restart_and_twice_is_once(world: World) -> None:
    await write_banks(world)
    shown = await prepare(world, questions=5)
    await world.restart(away=60)
    await world.at_once([(world.ada, shown.message, "Begin")] * 2)
    async with world.sql() as transaction:
        assert await transaction.run("SELECT count(*) FROM exam_item") == [(5,)]
        assert await transaction.run("SELECT count(*) FROM exam") == [(1,)]
    assert where(await prepare(world)) == (1, 5)


async def test_start_leads_back_to_the_exam_that_runs(world: World) -> None:
    await write_banks(world)
    shown = await begin(world, questions=6)
    before = offered(shown)
    again = await prepare(world, questions=40, topics="nonsense")
    assert where(again) == (1, 6)
    assert offered(again) == before
    await press(world.ada, await press(world.ada, again, "Next"), "Next")
    await world.restart()
    assert where(await prepare(world)) == (3, 6)
    overview = await press(world.ada, await prepare(world), "Overview")
    assert "Mock exam · overview" in text(overview)
    assert "Mock exam · overview" in text(await prepare(world))


async def test_topics_are_completed_one_after_the_other(world: World) -> None:
    async def offers(typed: str) -> list[tuple[str, str]]:
        found = await world.ada.autocomplete(world.channel, "exam start", "topics", typed)
        return [(choice["name"], choice["value"]) for choice in found]

    assert await offers("") == [("First topic", "one"), ("Second topic", "two")]
    assert await offers("sec") == [("Second topic", "two")]
    assert await offers("one,") == [("one", "one"), ("one, Second topic", "one,two")]
    # Discord hands back what was shown when one goes on typing
    assert await offers("First topic, s") == [("one", "one"), ("one, Second topic", "one,two")]
    assert await offers("one, Second topic") == [("one, two", "one,two")]
    assert await offers("nonsense, ") == []
    file = world.banks / "sample" / "bank.yaml"
    file.write_text(file.read_text().replace("Second topic", "Tools, loops and all the rest of it"))
    await world.mona.slash(world.channel, "reload")
    assert await offers("Tools, loo") == [("Tools, loops and all the rest of it", "two")]
    assert ("two, First topic", "two,one") in await offers("Tools, loops and all the rest of it, f")


async def test_choices_that_would_be_too_long_are_not_offered(world: World) -> None:
    names = [f"topic-with-a-long-name-{number}" for number in range(6)]
    bank = world.banks / "sample" / "bank.yaml"
    weights = [20, 20, 20, 20, 10, 10]
    topics = "".join(
        f'  {name}: {{title: "{name} {"x" * 50}", weight: {weight}}}\n'
        for name, weight in zip(names, weights, strict=True)
    )
    bank.write_text(bank.read_text().split("topics:")[0] + "topics:\n" + topics)
    (world.banks / "sample" / "one.yaml").unlink()
    (world.banks / "sample" / "two.yaml").unlink()
    for name in names[:5]:
        (world.banks / "sample" / f"{name}.yaml").write_text(
            f"topic: {name}\nquestions:\n"
            + "".join(
                f'  - {{id: {name}-{n}, prompt: "Question {n} on {name}?", explanation: "Because.", options: ['
                '{text: "the right one", correct: true, why: "Right."}, {text: "a wrong one", why: "Wrong."}]}\n'
                for n in range(2)
            )
        )
    assert "✅" in text((await world.mona.slash(world.channel, "reload")).response)
    for typed in ("", names[0], ",".join(names[:3]) + ",", ",".join(names[:4]) + ","):
        for choice in await world.ada.autocomplete(world.channel, "exam start", "topics", typed):
            assert len(choice["name"]) <= 100
            assert len(choice["value"]) <= 100
    shown = await prepare(world, topics=",".join(names[:5]))
    assert "**10 questions**" in text(shown)


async def test_it_works_in_direct_messages(world: World) -> None:
    await write_banks(world)
    ada = world.ada.user
    shown = (await ada.slash("exam start", questions=5)).response
    assert not shown.ephemeral  # there is nobody else, and the message stays
    question = await press(ada, shown, "Begin")
    assert where(question) == (1, 5)
    assert question.id == shown.id
    # and what began there goes on in the server
    there = await prepare(world)
    assert there.ephemeral
    report = await press(world.ada, await answer_all(world.ada, there), "Submit")
    assert "### ✅ Passed: 100%" in text(report)
    past = (await ada.slash("exam history")).response
    assert "1 exam, 1 passed" in text(past)


async def test_the_commands_are_there_for_whoever_has_installed_the_bot_for_themselves(world: World) -> None:
    (command,) = [c for c in world.app.client.tree.get_commands() if c.name == "exam"]
    sent = command.to_dict(world.app.client.tree)
    assert sent["integration_types"] == [0, 1]
    assert sent["contexts"] == [0, 1, 2]
