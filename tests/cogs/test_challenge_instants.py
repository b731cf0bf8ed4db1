"""What happens to a challenge at the same instant."""

from __future__ import annotations

from tests.messages import buttons, letter, offered, text
from tests.world import World


async def test_choices_at_the_same_instant_are_all_kept(world: World) -> None:
    panel = await world.set_challenge()
    for custom_id, value in (("w:2", "7"), ("w:3", "30")):
        data = {"custom_id": custom_id, "component_type": 3, "values": [value]}
        world._send(world.mona, world.channel, 3, data, panel)
    world._send(world.mona, world.channel, 3, {"custom_id": "e:0", "component_type": 2}, panel)
    await world.env.settle()
    plan = await world.app.plans.get(world.guild.id)
    assert (plan.hour, plan.questions, plan.is_on) == (7, 30, False)
    async with world.sql() as transaction:
        assert await transaction.run("SELECT * FROM timer WHERE kind = 'challenge'") == []


async def test_cancel_in_the_second_after_the_end_is_refused(world: World) -> None:
    await world.set_challenge()
    await world.until(2026, 1, 5, 18, 1)
    await world.play(world.ada)
    await world.until(2026, 1, 12, 17, 59, 59)
    world.env.backend.advance_clock(1.5)
    (refused,) = await world.commands_at_once([(world.mona, "challenge cancel")])
    assert "has just ended" in refused.response.content
    await world.wait(60)
    assert world.count("Challenge #1 is over") == 1
    assert world.count("⏳ Ends") == 1


async def test_two_begins_at_the_same_instant_give_one_challenge(world: World) -> None:
    panel = await world.set_challenge()
    results = await world.commands_at_once([(world.mona, "challenge now"), (world.mona, "challenge now")])
    assert sorted("is running" in result.response.content for result in results) == [False, True]
    await world.at_once([(world.mona, panel, "Begin one now")])
    assert "Challenge #1 is running" in world.seen(world.mona)[-1].content
    assert world.count("Weekly challenge #") == 1


async def test_begin_by_hand_in_the_instant_of_the_planned_start(world: World) -> None:
    await world.set_challenge()
    await world.until(2026, 1, 5, 18, 0, 1)
    world.env.backend.advance_clock(1)
    await world.commands_at_once([(world.mona, "challenge now")])
    await world.wait(60)
    assert world.count("⏳ Ends") == 1
    await world.until(2026, 1, 12, 19)
    assert world.count("Challenge #1 is over") == 1
    assert world.count("⏳ Ends") == 1


async def test_play_twice_at_the_same_instant(world: World) -> None:
    card = await world.begin_challenge()
    first, second = await world.at_once([(world.ada, card, "Play"), (world.ada, card, "Play")])
    assert text(first.response) == text(second.response)
    assert offered(first.response) == offered(second.response)
    async with world.sql() as transaction:
        assert await transaction.run("SELECT count(*) FROM shown") == [(1,)]


async def test_an_answer_and_next_twice_at_the_same_instant(world: World) -> None:
    await world.begin_challenge(topics=["one"])
    shown = (await world.open_challenge(world.ada)).message
    first, second = await world.at_once([(world.ada, shown, "A"), (world.ada, shown, "B")])
    verdicts = [text(first.response), text(second.response)]
    async with world.sql() as transaction:
        assert await transaction.run("SELECT count(*) FROM answer") == [(1,)]
    assert any("first answer stands" in verdict for verdict in verdicts)
    verdict = first.response.message
    (label,) = buttons(verdict)
    results = await world.at_once([(world.ada, verdict, label), (world.ada, verdict, label)])
    assert all("question 2 of" in text(result.response) for result in results)
    async with world.sql() as transaction:
        assert await transaction.run("SELECT count(*) FROM shown") == [(2,)]


async def test_an_answer_in_the_instant_of_the_end(world: World) -> None:
    await world.begin_challenge(topics=["one"])
    ada, grace = [(await world.open_challenge(member)).message for member in (world.ada, world.grace)]
    await world.until(2026, 1, 5, 17, 59, 59)
    world.env.backend.advance_clock(0.9)
    (result,) = await world.at_once([(world.ada, ada, letter(ada, "the right one"))])
    assert "✅ Correct" in text(result.response)
    world.env.backend.advance_clock(0.2)
    (result,) = await world.at_once([(world.grace, grace, letter(grace, "the right one"))])
    assert "This question is closed" in text(result.response)
    await world.wait(60)
    podium = text(world.find("Challenge #1 is over"))
    assert f"{world.ada.mention} · **10**" in podium
    assert world.grace.mention not in podium


async def test_a_choice_on_the_panel_in_the_instant_of_the_start_does_not_skip_the_week(world: World) -> None:
    panel = await world.set_challenge()
    await world.until(2026, 1, 5, 18, 0, 1)  # it begins two seconds after its hour
    await world.pick(panel, "questions", "20")
    await world.wait(60)
    assert world.count("Weekly challenge #1") == 1


async def test_cancel_in_the_instant_of_the_end(world: World) -> None:
    card = await world.begin_challenge()
    await world.play(world.ada)
    await world.until(2026, 1, 5, 18, 0, 0)
    world.env.backend.advance_clock(1.0)
    await world.commands_at_once([(world.mona, "challenge cancel")])
    await world.wait(60)
    over, cancelled = world.count("Challenge #1 is over"), "It was cancelled" in text(world._again(card))
    assert over + cancelled == 1
