"""The card of the weekly challenge, and playing it."""

from __future__ import annotations

import re

import pytest

from tests.messages import buttons, is_question, letter, offered, text
from tests.world import World

MONDAY_EVENING = (2026, 1, 5, 18)
"""When the first challenge of an unchanged plan begins; the world begins on the Thursday before."""


async def test_the_card_names_what_there_is_and_mentions_the_role(world: World) -> None:
    role = world.guild.create_role("Players", mentionable=True)
    await world.set_challenge(mention=role)
    await world.until(*MONDAY_EVENING, 0, 1)
    assert world.count("Weekly challenge") == 0
    await world.wait(2)
    card = text(world.last)
    assert f"<@&{role.id}>" in card
    assert "Weekly challenge #1" in card
    assert "**4 questions** on First topic · Second topic" in card
    assert "⏳ Ends <t:1768240800:R> (<t:1768240800:f>)" in card
    assert "Nobody has played yet" in card
    assert list(buttons(world.last)) == ["Play", "My rank"]
    (post,) = world.requests("POST", f"/channels/{world.channel.id}/messages")
    assert post.json["allowed_mentions"]["roles"] == [role.id]
    assert not post.json["allowed_mentions"].get("parse")
    assert post.json["enforce_nonce"]


async def test_nobody_is_mentioned_but_the_role(world: World) -> None:
    await world.set_challenge()
    await world.until(*MONDAY_EVENING, 1)
    await world.play(world.ada)
    await world.until(2026, 1, 12, 19)
    sent = world.requests("POST", f"/channels/{world.channel.id}/messages")
    assert len(sent) == 3  # card, podium, card
    for request in sent:
        allowed = request.json["allowed_mentions"]
        assert not any(allowed.get(name) for name in ("parse", "roles", "users")), request


async def test_the_card_shows_the_best_five(world: World) -> None:
    card = await world.begin_challenge()
    for place, member in enumerate(world.newcomers(7)):
        await world.play(member, right=min(4, place), seconds=10 - place)
    await world.wait(30)
    shown = text(world.find("Weekly challenge #1"))
    assert "**7 members** played so far" in shown
    lines = [line for line in shown.splitlines() if "<@" in line]
    assert [re.search(r"\*\*(\d)\.\*\*", line)[1] for line in lines] == list("12345")  # type: ignore[index]
    assert [re.search(r" · \*\*(\d+)\*\* · ", line)[1] for line in lines] == ["40", "40", "40", "30", "20"]  # type: ignore[index]
    assert all("/4 · ⏱️" in line for line in lines)
    assert "… and 2 more" in shown
    assert world.find("Weekly challenge #1").id == card.id


async def test_many_answers_are_few_edits(world: World) -> None:
    card = await world.begin_challenge(topics=["one"])
    edits = f"/channels/*/messages/{card.id}"
    members = world.newcomers(30)
    await world.at_once([(member, card, "Play") for member in members])
    shown = {member: world.seen(member)[-1] for member in members}
    assert world.requests("PATCH", edits) == []
    await world.at_once([(member, shown[member], "A") for member in members[:15]])
    for member in members[15:]:
        await world.wait(1)
        await world.at_once([(member, shown[member], "A")])
    await world.wait(60)
    assert 1 <= len(world.requests("PATCH", edits)) <= 2
    assert "**30 members** played so far" in text(world.find("Weekly challenge #1"))


async def test_the_card_shows_where_it_stands_after_a_restart(world: World) -> None:
    await world.begin_challenge()
    await world.play(world.ada, questions=1)
    await world.wait(1)
    await world.play(world.grace, questions=1)
    # grace's answer waits for its edit when the bot is killed
    await world.restart()
    await world.wait(60)
    assert "**2 members** played so far" in text(world.find("Weekly challenge #1"))


async def test_everyone_plays_the_same_questions_in_the_same_order(world: World) -> None:
    await world.begin_challenge()
    prompts: dict[str, list[str]] = {}
    orders = set()
    members = [world.ada, world.grace, *world.newcomers(6)]
    for member in members:
        shown = await world.open_challenge(member)
        while is_question(shown):
            prompts.setdefault(member.name, []).append(text(shown).splitlines()[2])
            if "of these four" in text(shown):
                orders.add(tuple(offered(shown)))
                assert letter(shown, "none of the above") == "D"
            shown = await world.go_on(member, await world.answer(member, shown))
    assert len({tuple(asked) for asked in prompts.values()}) == 1
    assert len(set(prompts["ada"])) == 4
    assert len(orders) > 1


async def test_a_challenge_is_private_but_for_its_card(world: World) -> None:
    await world.begin_challenge()
    shown = await world.open_challenge(world.ada)
    assert shown.flags.ephemeral
    verdict = await world.answer(world.ada, shown)
    assert verdict.flags.ephemeral
    await world.play(world.ada)
    await world.wait(60)
    assert [message for message in world.seen(world.grace) if "Weekly challenge #" not in text(message)] == []
    public = "".join(map(text, world.seen(world.grace)))
    assert "right one" not in public
    assert "explanation" not in public


async def test_the_questions_give_nothing_away(world: World) -> None:
    await world.begin_challenge()
    shown = await world.open_challenge(world.ada)
    round_id = buttons(shown)["A"]["custom_id"].split(":")[1]
    letters = [label for label in buttons(shown) if len(label) == 1]
    assert [buttons(shown)[label]["custom_id"] for label in letters] == [
        f"a:{round_id}:{place}" for place in range(len(letters))
    ]
    assert {buttons(shown)[label]["style"] for label in letters} == {2}


async def test_a_verdict_explains_and_leads_on(world: World) -> None:
    await world.write_questions(4)
    await world.write_questions(1, topic="two")
    await world.begin_challenge()
    shown = await world.open_challenge(world.ada)
    assert "Weekly challenge · question 1 of 5" in text(shown)
    assert "Your time is running, since <t:1767225600:R> · 10 points" in text(shown)
    verdict = await world.answer(world.ada, shown, right=False)
    assert "❌ Not correct" in text(verdict)
    assert "You chose" in text(verdict)
    assert "The answer is" in text(verdict)
    assert "Because of" in text(verdict)
    assert list(buttons(verdict)) == ["Question 2 of 5"]
    shown = await world.go_on(world.ada, verdict)
    verdict = await world.answer(world.ada, shown)
    assert "✅ Correct · +10 points" in text(verdict)
    last = await world.play(world.ada, right=2)
    assert "All answered: you are 1st of 1 so far" in text(last)
    assert "**30** · 3/5" in text(last)
    assert list(buttons(last)) == ["All places"]


async def test_a_question_with_two_answers_and_a_hint(world: World) -> None:
    await world.begin_challenge(topics=["two"])
    shown = await world.open_challenge(world.ada)
    assert "Choose 2: click a letter" in text(shown)
    hint = await world.ada.click(shown, label="Hint (−3)")
    assert "there are two" in text(hint.response)
    assert hint.ephemeral
    sheet = await world.choose(world.ada, "the right one", shown)
    assert "Which two are right?" in text(sheet)  # the sheet has taken the place of the question
    assert buttons(sheet)["Submit"]["disabled"]
    sheet = await world.choose(world.ada, "the other right one", sheet)
    submit = buttons(sheet)["Submit"]["custom_id"]
    await world.restart()
    verdict = (await world.ada.click(sheet, label="Submit")).response
    assert "✅ Correct · +7 points" in text(verdict)
    assert "1 hint used" in text(verdict)
    result = await world.go_on(world.ada, verdict)
    assert "**7** · 1/1" in text(result)
    again = await world.forge(world.ada, world.channel, submit)
    assert "Your first answer stands" in text(again.response)


async def test_a_second_answer_does_not_count(world: World) -> None:
    await world.write_questions(5)
    await world.begin_challenge()
    shown = await world.open_challenge(world.ada)
    other_device = await world.open_challenge(world.ada)
    assert text(shown) == text(other_device)
    await world.answer(world.ada, shown, right=False)
    again = await world.answer(world.ada, other_device)
    assert "Your first answer stands" in text(again)
    assert "Question 2 of" in "".join(buttons(again))
    rank = await world.ada.click(world.find("Weekly challenge #"), label="My rank")
    assert "**0** · 0/1" in text(rank.response)


async def test_a_question_can_not_be_answered_before_it_is_shown(world: World) -> None:
    await world.write_questions(5)
    await world.begin_challenge()
    first = int(buttons(await world.open_challenge(world.grace))["A"]["custom_id"].split(":")[1])
    for number in range(first, first + 5):
        for forged in (f"a:{number}:0", f"m:{number}:0:0", f"s:{number}:1", f"h:{number}"):
            refused = await world.forge(world.ada, world.channel, forged)
            assert "comes later in your challenge" in refused.response.content
    shown = await world.open_challenge(world.ada)
    refused = await world.forge(world.ada, world.channel, f"a:{first + 1}:0")
    assert "comes later in your challenge" in refused.response.content
    await world.answer(world.ada, shown)
    # the verdict is read, but the next question has not been asked for
    refused = await world.forge(world.ada, world.channel, f"a:{first + 1}:0")
    assert "comes later in your challenge" in refused.response.content
    async with world.sql() as transaction:
        assert await transaction.run("SELECT count(*) FROM answer") == [(1,)]


async def test_time_runs_only_while_a_question_is_open(world: World) -> None:
    await world.write_questions(5)
    await world.begin_challenge()
    shown = await world.open_challenge(world.ada)
    for number in range(6):
        await world.wait(4)
        verdict = await world.answer(world.ada, shown)
        await world.wait(3600 if number < 3 else 0)  # between two questions
        if number == 1:
            await world.restart(away=60)
        shown = await world.go_on(world.ada, verdict)
        if number == 2:
            # looking at the same question again does not wind its time back, nor does a restart
            await world.wait(10)
            await world.restart(away=10)
            shown = await world.open_challenge(world.ada)
    assert "⏱️ 0:44" in text(shown)


async def test_less_time_wins_among_equal_points(world: World) -> None:
    card = await world.begin_challenge()
    await world.play(world.ada, seconds=9)
    await world.play(world.grace, seconds=8)
    await world.play(world.linus, right=3, seconds=1)
    assert "you are 2nd of 3 so far" in text((await world.ada.click(card, label="My rank")).response)
    board = text((await world.ada.slash(world.channel, "leaderboard", period="this challenge")).response)
    found = re.findall(r"\*\*(\d)\.\*\* (<@\d+>)", board)
    assert found == [("1", world.grace.mention), ("2", world.ada.mention), ("3", world.linus.mention)]


@pytest.mark.parametrize("stage", ["question", "verdict", "sheet", "end"])
async def test_stop_and_go_on_at_every_stage(world: World, stage: str) -> None:
    await world.begin_challenge()
    shown = await world.open_challenge(world.ada)
    while "Choose 2" not in text(shown):
        shown = await world.go_on(world.ada, await world.answer(world.ada, shown))
    position = re.search(r"question (\d) of 4", text(shown))[1]  # type: ignore[index]
    before = offered(shown)
    if stage == "sheet":
        shown = await world.choose(world.ada, "the right one", shown)
    elif stage == "verdict":
        shown = await world.answer(world.ada, shown)
    elif stage == "end":
        shown = await world.play(world.ada)
    await world.restart(away=600)
    if stage == "question":
        # the same message, and the same order in a new one
        assert offered(await world.open_challenge(world.ada)) == before
        shown = await world.go_on(world.ada, await world.answer(world.ada, shown))
    elif stage == "sheet":
        shown = await world.choose(world.ada, "the other right one", shown)
        shown = await world.go_on(world.ada, (await world.ada.click(shown, label="Submit")).response)
    elif stage == "verdict":
        shown = await world.go_on(world.ada, shown)
    if is_question(shown):
        assert f"question {int(position) + 1} of 4" in text(shown)
        shown = await world.play(world.ada)
    if stage == "end":
        shown = await world.open_challenge(world.ada)
    assert "**40** · 4/4" in text(shown)


async def test_my_rank_and_play_tell_what_is_left(world: World) -> None:
    card = await world.begin_challenge()
    nothing = (await world.ada.click(card, label="My rank")).response
    assert "You have not begun challenge #1 yet" in text(nothing)
    shown = (await world.ada.click(nothing, label="Play")).response
    assert is_question(shown)
    await world.answer(world.ada, shown)
    rank = (await world.ada.click(card, label="My rank")).response
    assert "You are 1st of 1 so far" in text(rank)
    assert "3 questions left" in text(rank)
    assert "question 2 of 4" in text((await world.ada.click(rank, label="Go on")).response)


async def test_its_questions_are_not_asked_in_quizzes(world: World) -> None:
    await world.write_questions(9)
    await world.begin_challenge(questions="5")
    challenge = set()
    shown = await world.open_challenge(world.ada)
    while is_question(shown):
        challenge.add(text(shown).splitlines()[2])
        shown = await world.go_on(world.ada, await world.answer(world.ada, shown))
    await world.restart()
    await world.start_quiz(questions=50)
    quiz = set()
    for _ in range(5):
        quiz.add(text(world.card).splitlines()[2])
        await world.answer(world.ada, world.card)
        await world.wait(80 if len(quiz) == 1 else 12)  # later ones close when she has answered
    assert "Quiz over · 5 questions" in text(world.last)
    assert len(challenge) == 5
    assert len(quiz) == 5
    assert not quiz & challenge


async def test_a_quiz_that_runs_already_leaves_its_questions_out(world: World) -> None:
    await world.write_questions(9)
    await world.pick(await world.set_up(), "questions", "5")
    await world.start_quiz(questions=5, topic="one")
    first = text(world.card).splitlines()[2]
    await world.mona.slash(world.channel, "challenge now")
    challenge = set()
    shown = await world.open_challenge(world.grace)
    while is_question(shown):
        challenge.add(text(shown).splitlines()[2])
        shown = await world.go_on(world.grace, await world.answer(world.grace, shown))
    quiz = set()
    for number in range(4):
        await world.answer(world.ada, world.card)
        await world.wait(80 if number == 0 else 12)
        quiz.add(text(world.card).splitlines()[2])
    assert len(challenge) == 5
    assert len(quiz) == 4
    assert not quiz - {first} & challenge


async def test_questions_are_asked_twice_only_when_there_are_no_others(world: World) -> None:
    await world.begin_challenge()  # has all four
    await world.start_quiz(questions=1, topic="one")
    assert "Question 1 of 1" in text(world.card)


async def test_an_author_earns_nothing_with_a_question_of_theirs(world: World) -> None:
    await world.write_questions(4, author=world.ada)
    card = await world.begin_challenge()
    shown = await world.open_challenge(world.ada)
    own = 0
    while is_question(shown):
        verdict = await world.answer(world.ada, shown)
        if "You wrote this question, so it earns you no points" in text(verdict):
            own += 1
            assert "✅ Correct\n" in text(verdict)
        shown = await world.go_on(world.ada, verdict)
    assert own == 4
    await world.play(world.grace)
    board = text((await world.grace.slash(world.channel, "leaderboard", period="this challenge")).response)
    assert f"**1.** {world.grace.mention} · **50**" in board
    assert f"**2.** {world.ada.mention} · **10**" in board
    # nothing is left for her to do
    rank = (await world.ada.click(card, label="My rank")).response
    assert "All answered: you are 2nd of 2 so far" in text(rank)
    assert "Go on" not in buttons(rank)


async def test_an_author_of_all_questions_is_told_that_nothing_is_left(world: World) -> None:
    await world.write_questions(4, author=world.ada)
    await world.begin_challenge(topics=["one"])
    shown = await world.play(world.ada)
    assert "You have not begun" not in text(shown)
    assert "Play" not in buttons(shown)


async def test_a_hidden_member_sees_a_rank_that_makes_sense(world: World) -> None:
    await world.begin_challenge()
    await world.play(world.ada)
    await world.forge(world.ada, world.channel, "v:1")
    shown = await world.open_challenge(world.ada)
    assert "of 0" not in text(shown)


async def test_a_changed_bank_does_not_change_a_running_challenge(world: World) -> None:
    await world.begin_challenge()
    before = await world.open_challenge(world.ada)
    for name in ("one", "two"):
        file = world.banks / "sample" / f"{name}.yaml"
        file.write_text(file.read_text().replace("right?", "changed?").replace("id: ", "id: new-"))
    assert "✅" in text((await world.mona.slash(world.channel, "reload")).response)
    assert text(await world.open_challenge(world.ada)) == text(before)
    await world.restart()
    assert text(await world.open_challenge(world.ada)) == text(before)
    assert "4/4" in text(await world.play(world.ada))
