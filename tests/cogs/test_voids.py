"""A question is voided while it is asked, after it, and before it would be asked again."""

from __future__ import annotations

import discord
import pytest

from bot.domain.questions import Question
from bot.storage.quizzes import QuizStore
from tests.cogs.alone import Student
from tests.cogs.departing import add_bot, days, remove_bot
from tests.cogs.reporting import VOIDED, ask, points, press, queue, report, states, void, void_card
from tests.messages import text
from tests.world import World

NOTE = "A question was voided"


# alone in a channel


async def test_an_open_question_ends_with_a_result_that_says_so(world: World) -> None:
    card = await ask(world)
    await world.answer(world.ada, card)
    await world.answer(world.grace, card, right=False)
    assert await points(world, world.ada) == 10
    told = await void_card(world, card)
    # acknowledged before the note is posted, which can take longer than Discord waits
    assert world.requests("POST", "/interactions/*/callback")[-1].json["type"] == 6
    assert "🚫 Voided. **10 points** of **2 members** go from the boards now" in text(told)
    assert f"📣 <#{world.channel.id}> was told." in text(told)
    assert "🚫 Voided by a moderator · **2** answered" in text(world.channel.history()[0])
    result = text(world.find("### Result"))
    assert f"🚫 **{VOIDED}:**" in result
    note = text(world.find(NOTE))
    assert "> Which two are right?" in note
    assert "the right one" not in note
    assert await points(world, world.ada) == 0
    assert await points(world, world.grace) == 0
    assert await states(world) == [("voided", world.mona.id)]


async def test_the_confirmation_says_what_it_costs_and_leads_back(world: World) -> None:
    card = await ask(world)
    await report(world, world.ada, card)
    asked = await press(await queue(world), "Void this question", world.mona)
    assert "It has brought nobody points" in text(asked)
    back = await press(asked, "Back", world.mona)
    assert "Reported question" in text(back)
    await world.answer(world.ada, card)
    asked = await press(back, "Void this question", world.mona)
    assert "**1 member**: **10 points**" in text(asked)
    assert f"A note in <#{world.channel.id}> says so." in text(asked)
    assert await states(world) == [("open", None)]
    assert await points(world, world.ada) == 10


async def test_verdicts_and_explanations_say_so_and_answers_stay(world: World) -> None:
    card = await ask(world)
    await world.answer(world.ada, card)
    await void_card(world, card)
    again = (await world.forge(world.ada, world.channel, "a:1:0")).response
    assert VOIDED in text(again)
    assert "You had answered" in text(again)
    late = (await world.forge(world.grace, world.channel, "a:1:0")).response
    assert VOIDED in text(late)
    assert "You had answered" not in text(late)
    explained = (await world.ada.slash(world.channel, "explain")).response
    assert VOIDED in text(explained)
    async with world.sql() as transaction:
        assert await transaction.run("SELECT count(*), sum(points) FROM answer") == [(1, 10)]


async def test_the_streak_and_the_number_of_answers_stay(world: World) -> None:
    card = await ask(world)
    await world.answer(world.ada, card)
    await world.wait(24 * 3600 + 60)
    second = await ask(world, "one")
    await world.answer(world.ada, second)
    await void_card(world, second)
    await world.app.recounts.settle()
    stats = text((await world.ada.slash(world.channel, "stats")).response)
    assert "**2 answers**" in stats
    shown = text((await world.ada.slash(world.channel, "leaderboard", period="all time")).response)
    assert "**10** · 1/1 · 🔥 2" in shown


async def test_a_hint_is_refused_and_nothing_is_paid(world: World) -> None:
    card = await ask(world)
    await void_card(world, card)
    refused = await world.forge(world.ada, world.channel, "h:1")
    assert "This question is closed" in refused.response.content


async def test_where_nothing_can_be_posted_the_moderator_is_told(world: World) -> None:
    card = await ask(world)
    await world.answer(world.ada, card)
    await report(world, world.linus, card)
    shown = await queue(world)
    world.forbid_posting()
    told = text(await void(world, shown))
    assert f"⚠️ The members could not be told in <#{world.channel.id}>: I am not allowed to post" in told
    assert await points(world, world.ada) == 0
    assert world.count(NOTE) == 0


async def test_where_the_channel_is_gone_the_moderator_is_told(world: World) -> None:
    await world.mona.slash(world.other, "question", topic="two")
    card = [m for m in world.other.history() if not m.flags.ephemeral][-1]
    await report(world, world.linus, card)
    await world.delete_channel(world.other)
    assert "could not be told" in text(await void(world))


async def test_a_question_that_was_asked_only_in_private_needs_no_note(world: World) -> None:
    practice = (await world.ada.slash(world.channel, "practice", topic="two")).response
    await report(world, world.ada, practice)
    told = text(await void(world))
    assert "🚫 Voided. It had brought nobody points here." in told
    assert "told" not in told
    assert world.count(NOTE) == 0


async def test_of_two_who_void_and_accept_at_once_one_wins(world: World) -> None:
    card = await ask(world)
    await world.answer(world.ada, card)
    await report(world, world.linus, card)
    other = world.guild.add_member(
        world.env.create_user("moritz"),
        roles=[world.guild.create_role("More", permissions=discord.Permissions(manage_guild=True))],
    )
    theirs = await queue(world, other)
    asked = await press(await queue(world), "Void this question", world.mona)
    results = await world.at_once([(other, theirs.message, "Accept"), (world.mona, asked.message, "Void it")])
    assert f"Somebody was faster: accepted by <@{other.id}>" in text(results[1].response)
    assert await states(world) == [("accepted", other.id)]
    assert await points(world, world.ada) == 10
    assert world.count(NOTE) == 0


async def test_a_double_click_voids_once(world: World) -> None:
    card = await ask(world)
    await report(world, world.linus, card)
    asked = await press(await queue(world), "Void this question", world.mona)
    await world.at_once([(world.mona, asked.message, "Void it")] * 2)
    assert world.count(NOTE) == 1
    assert await states(world) == [("voided", world.mona.id)]


async def test_it_can_count_again(world: World) -> None:
    card = await ask(world)
    await world.answer(world.ada, card)
    await void_card(world, card)
    assert await points(world, world.ada) == 0
    await world.wait(1)
    again = await press(await queue(world, state="voided"), "Let it count again", world.mona)
    assert "↩️ Open again." in text(again)
    assert world.count("A question counts again") == 1
    assert await points(world, world.ada) == 10
    assert await states(world) == [("open", None)]
    assert VOIDED not in text((await world.ada.slash(world.channel, "explain")).response)


# in a quiz


async def test_a_quiz_goes_on_and_its_scoreboard_leaves_it_out(world: World) -> None:
    first = await world.start_quiz(questions=2, topic="one")
    await world.choose(world.ada, "the right one", first)
    await world.choose(world.grace, "a wrong one", first)
    await void_card(world, first)
    assert VOIDED in text(world.find("### Result of question 1 of 2"))
    await world.wait(10)
    second = world.card
    assert second.id != first.id
    await world.choose(world.grace, "the right one", second)
    await world.wait(70)
    board = text(world.find("Quiz over"))
    assert "Quiz over · 1 question\n🚫 1 question voided by a moderator: left out here." in board
    assert f"<@{world.grace.id}>" in board
    assert f"<@{world.ada.id}>" not in board
    assert "**100%** of all answers were right" in board


async def test_a_quiz_of_which_nothing_is_left_ends(world: World) -> None:
    card = await world.start_quiz(questions=1, topic="two")
    await world.answer(world.ada, card)
    await void_card(world, card)
    await world.wait(5)
    board = text(world.find("Quiz over"))
    assert "1 question voided by a moderator" in board
    assert "Nobody answered this time" in board


async def test_a_quiz_does_not_come_to_what_was_voided_before(world: World) -> None:
    for topic in ("one", "one", "one"):
        await report(world, world.linus, await ask(world, topic))
    card = await world.start_quiz(questions=3, topic="one")
    asked = text(card).splitlines()[2]
    shown = await queue(world)
    while asked in text(shown):
        shown = await press(shown, "Next", world.mona)
    await void(world, shown)
    for place in (0, 1):
        await world.choose(world.ada, "the right one", world.card)
        await world.wait(75 if place else 72)
    board = text(world.find("Quiz over"))
    assert "Quiz over · 2 questions" in board
    assert "voided" not in board


async def test_a_quiz_whose_next_question_is_voided_in_that_instant_asks_another(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await report(world, world.linus, await ask(world, "one"))
    await world.mona.slash(world.channel, "quiz start", topic="one", questions=3)
    real, coming = QuizStore.next_question, []

    async def overtaken(self: QuizStore, quiz_id: int) -> tuple[int, Question] | None:
        found = await real(self, quiz_id)
        if not coming and found is not None:
            coming.append(found)
            async with self._database.transaction() as transaction:
                await transaction.run(
                    "INSERT INTO voided SELECT guild_id, version, 1, 1 FROM quiz, quiz_question "
                    "WHERE quiz.id = quiz_id AND position = 1"
                )
            world.app.voids.add(world.guild.id, found[1])
        return found

    monkeypatch.setattr(QuizStore, "next_question", overtaken)
    await world.wait(5)
    assert "Question 2 of 3" in text(world.card)


# what is asked from then on


async def test_it_is_drawn_no_more_until_it_is_edited(world: World) -> None:
    card = await ask(world)
    await void_card(world, card)
    for command in ("question", "quiz start"):
        refused = await world.mona.slash(world.channel, command, topic="two")
        told = refused.followups[-1] if refused.followups else refused.response
        assert "voided in this server" in told.content
    practice = await world.ada.slash(world.channel, "practice", topic="two")
    assert "not voided in this server" in practice.response.content
    for _ in range(6):
        assert "Which two are right?" not in text(await ask(world, "one"))
    path = world.banks / "sample" / "two.yaml"
    path.write_text(path.read_text().replace("Which two are right?", "Which two are really right?"))
    await world.mona.slash(world.channel, "reload")
    mended = await ask(world)
    assert "Which two are really right?" in text(mended)
    await world.answer(world.ada, mended)
    assert await points(world, world.ada) == 10


async def test_other_servers_and_direct_messages_are_not_concerned(world: World) -> None:
    await void_card(world, await ask(world))
    guild = world.env.create_guild("Another")
    channel = guild.create_text_channel("quiz")
    stranger = guild.add_member(world.env.create_user("stranger"))
    started = await stranger.slash(channel, "quiz start", topic="two")
    assert "starts a quiz" in text(started.response)
    assert "Which two are right?" in text(await Student(world, world.ada, direct=True).practise(topic="two"))


async def test_in_a_server_that_was_erased_and_begins_anew_everything_counts(world: World) -> None:
    await void_card(world, await ask(world))
    kept = await remove_bot(world)
    await days(world, 31)
    await add_bot(world, kept)
    card = await ask(world)
    assert "Which two are right?" in text(card)
    assert VOIDED not in text(await world.answer(world.ada, card))
    assert await points(world, world.ada) == 10


# counting, across restarts


async def test_after_a_kill_the_counting_goes_on(world: World) -> None:
    card = await ask(world)
    for member in (world.ada, world.grace):
        await world.answer(member, card)
    async with world.sql() as transaction:  # killed right after the commit, and half of the work was done
        await transaction.run(
            "INSERT INTO voided SELECT guild_id, version, ?, 1 FROM round", (world.mona.id,)
        )
        await transaction.run("INSERT INTO recount VALUES (?, ?)", (world.guild.id, world.grace.id))
    assert await points(world, world.grace) == 10
    await world.restart()
    assert await points(world, world.grace) == 0
    assert await points(world, world.ada) == 10  # whom the test left out
    assert VOIDED in text((await world.forge(world.linus, world.channel, "a:1:0")).response)
    async with world.sql() as transaction:
        assert await transaction.run("SELECT * FROM recount") == []


async def test_who_reported_it_is_erased_and_it_can_count_again(world: World) -> None:
    card = await world.start_quiz(questions=1, topic="one")
    await world.choose(world.grace, "the right one")
    await void_card(world, card)  # reported by linus
    shown = (await world.linus.slash(world.channel, "privacy")).response
    for label in ("Erase my data", "Erase everything"):
        shown = (await world.linus.click(shown, label=label)).response
    await world.wait(120)
    voided = await queue(world, state="voided")
    assert "by a member whose data is erased, and the reason with it" in text(voided)
    assert str(world.linus.id) not in text(voided)
    assert "two options are right" not in text(voided)
    await press(voided, "Let it count again", world.mona)
    async with world.sql() as transaction:
        assert await transaction.run(
            "SELECT 1 FROM board WHERE member_id = ? AND points > 0", [world.grace.id]
        )
