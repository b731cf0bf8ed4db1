"""Every route that the bot uses fails in every way: others are answered, nothing that was told is lost, somebody is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.faults.routes import (
    ANSWER,
    CODES,
    COMMANDS,
    EDIT,
    EDIT_ANSWER,
    FAULTS,
    FOLLOW_UP,
    GIVE_ROLE,
    OPEN_DIRECT,
    POST,
    SEND_COMMANDS,
    TAKE_ROLE,
    TIME_OUT,
    Trouble,
    route,
)
from tests.messages import text
from tests.world import World

PASSING = (429, 500, TIME_OUT)
HAS_TROUBLE = "Discord has trouble at the moment"


class Scene:
    """A round in #quiz and one in #other, and trouble to come; what was told and logged."""

    def __init__(self, world: World, trouble: Trouble, caplog: pytest.LogCaptureFixture) -> None:
        self.world = world
        self.trouble = trouble
        self.caplog = caplog
        self.is_passing = trouble.fault in PASSING

    async def prepare(self) -> None:
        """Open a round in #other."""
        await self.world.linus.slash(self.world.other, "question", topic="one", **{"open-for": 168})
        self.other = self.world.other.history()[-1]

    async def others_are_answered(self) -> None:
        """Grace answers in #other."""
        assert "✅ Correct" in text(await self.world.choose(self.world.grace, "the right one", self.other))

    async def answers(self) -> list[int]:
        """Whose answers are stored."""
        async with self.world.sql() as transaction:
            return [
                row[0] for row in await transaction.run("SELECT member_id FROM answer ORDER BY clicked_at")
            ]

    def has_failed(self) -> bool:
        """Whether the bot has used the route since it fails."""
        return any(route(request) == self.trouble.route for request in self.world.env.http_requests)


async def verdict_is_lost(scene: Scene) -> None:
    """The verdict of an answer that was stored, and the word of the error after it."""
    world = scene.world
    card = await world.start_quiz(questions=1, topic="one")
    scene.trouble.begin(times=2)
    right = next(
        section["accessory"]["custom_id"]
        for section in card.components[0].to_dict()["components"]
        if section["type"] == 9 and section["components"][0]["content"].endswith("the right one")
    )
    lost = await world.ada.click(card, custom_id=right)
    assert lost.response is None
    scene.trouble.end()
    too_late = "came too late or twice" if scene.trouble.fault == 404 else "Discord did not take an answer"
    assert too_late in scene.caplog.text
    await scene.others_are_answered()
    assert await scene.answers() == [world.ada.id, world.grace.id]
    assert "Your first answer stands" in text(await world.choose(world.ada, "a wrong one", card))


async def follow_up_is_lost(scene: Scene) -> None:
    """What follows on a question that was posted."""
    world = scene.world
    scene.trouble.begin(times=1)
    asked = await world.ada.slash(world.channel, "question", topic="one")
    assert HAS_TROUBLE in text(asked.followups[-1] if asked.followups else asked.response)
    await scene.others_are_answered()
    scene.trouble.end()
    assert "✅ Correct" in text(await world.choose(world.ada, "the right one"))


async def panel_is_not_renewed(scene: Scene) -> None:
    """The panel after a challenge has begun."""
    world = scene.world
    panel = await world.set_up()
    scene.trouble.begin(times=1)
    begun = await world.mona.click(panel, label="Begin one now")
    assert HAS_TROUBLE in text(begun.followups[-1])
    await scene.others_are_answered()
    await world.play(world.ada)
    await world.wait(30)
    assert "1 member" in text(world.find("Weekly challenge #"))


async def question_is_not_posted(scene: Scene) -> None:
    """The question of a quiz."""
    world = scene.world
    scene.trouble.begin(f"/channels/{world.channel.id}/messages")
    started = await world.ada.slash(world.channel, "quiz start", questions=1, topic="one")
    await world.wait(10)
    await scene.others_are_answered()
    scene.trouble.end()
    if scene.is_passing:
        assert "failed, next try in" in scene.caplog.text
        await world.wait(30)
    else:
        why = {403: "I am not allowed to post", 404: "is gone, or I can no longer see it"}
        told = text(started.followups[-1])
        assert "had to end. All answers so far are kept." in told
        assert why[scene.trouble.fault] in told
        await world.start_quiz(questions=1, topic="one")
    assert "✅ Correct" in text(await world.choose(world.ada, "the right one"))
    await world.wait(90)
    assert world.count("Question 1 of 1") == 1
    assert world.count("Quiz over") == 1


async def card_is_not_edited(scene: Scene) -> None:
    """The number on the card of an open round."""
    world = scene.world
    card = await world.start_quiz(questions=2, topic="one")
    scene.trouble.begin(f"/channels/{world.channel.id}/messages/*")
    assert "✅ Correct" in text(await world.choose(world.ada, "the right one", card))
    await scene.others_are_answered()
    await world.wait(3)
    scene.trouble.end()
    if scene.trouble.fault == 404:  # the card was deleted: the quiz goes on without it
        await world.wait(15)
        assert "Question 2 of 2" in text(world.card)
    else:
        assert "A tally could not be shown" in scene.caplog.text
        await world.choose(world.linus, "a wrong one", card)
        await world.wait(3)
        assert "**2** answered" in text(world.card)
    assert world.ada.id in await scene.answers()


async def direct_messages_do_not_open(scene: Scene) -> None:
    """The first reminder to a member."""
    world = scene.world
    scene.trouble.begin()
    refused = await world.ada.slash(world.channel, "remind on")
    told = {
        403: "Use `/remind on` again in an hour",
        404: "I may not write to you",
        429: "Discord has trouble at the moment (error 429). Try again in a few minutes.",
        500: "Discord has trouble at the moment (error 500). Try again in a few minutes.",
        TIME_OUT: "Discord could not be reached. Try again in a few minutes.",
    }
    assert told[scene.trouble.fault] in text(refused.followups[-1] if refused.followups else refused.response)
    await scene.others_are_answered()
    scene.trouble.end()
    agreed = await world.ada.slash(world.channel, "remind on")
    assert "🔔" in text(agreed.followups[-1] if agreed.followups else agreed.response)


async def role_is_not_moved(scene: Scene) -> None:
    """The role of the champion, from the last one to the new one."""
    world = scene.world
    await world.let_manage_roles()
    role = world.guild.create_role("Champion")
    with world.env._bot_scope():
        world.env.backend.add_member_role(world.guild.id, world.linus.id, role.id)
    async with world.sql() as transaction:
        await transaction.run(
            "INSERT INTO champion VALUES (?, ?, ?)", (world.guild.id, role.id, world.linus.id)
        )
    await world.begin_challenge(champion=role)
    await world.play(world.ada)
    scene.trouble.begin()
    await world.until(2026, 1, 5, 18, 1)
    assert world.count("Challenge #1 is over") == 1
    gives = scene.trouble.route == GIVE_ROLE
    assert (world.has_role(world.ada, role), world.has_role(world.linus, role)) == (
        (False, False) if gives else (True, True)
    )
    await scene.others_are_answered()
    scene.trouble.end()
    await world.wait(700)
    if scene.is_passing:
        assert (world.has_role(world.ada, role), world.has_role(world.linus, role)) == (True, False)
        assert world.told(world.mona) == []
    elif scene.trouble.fault == 403 or gives:
        (told,) = world.told(world.mona)
        assert "The champion's role could not be moved" in told
    else:  # who is gone has no role to be taken
        assert world.told(world.mona) == []


async def commands_are_not_taken(scene: Scene) -> None:
    """The commands that Discord is told of at the start."""
    world = scene.world
    kept = dict(world.env.backend.commands)
    async with world.sql() as transaction:  # as after an upgrade
        await transaction.run("DELETE FROM fact WHERE name = 'commands synced'")
    card = await world.start_quiz(questions=1, topic="one")
    scene.trouble.begin()
    await world.restart()
    assert "Discord did not take the commands" in scene.caplog.text
    assert world.env.backend.commands == kept
    assert "✅ Correct" in text(await world.choose(world.ada, "the right one", card))
    await scene.others_are_answered()
    scene.trouble.end()
    await world.restart()
    assert len(world.requests("PUT", "*/commands")) == 2 + (scene.trouble.route == SEND_COMMANDS)


PLAYS: dict[str, Callable[[Scene], Awaitable[None]]] = {
    ANSWER: verdict_is_lost,
    FOLLOW_UP: follow_up_is_lost,
    EDIT_ANSWER: panel_is_not_renewed,
    POST: question_is_not_posted,
    EDIT: card_is_not_edited,
    OPEN_DIRECT: direct_messages_do_not_open,
    GIVE_ROLE: role_is_not_moved,
    TAKE_ROLE: role_is_not_moved,
    COMMANDS: commands_are_not_taken,
    SEND_COMMANDS: commands_are_not_taken,
}


def test_every_route_has_its_play() -> None:
    assert set(PLAYS) == set(CODES)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("place", PLAYS)
async def test_a_route_fails(
    world: World, place: str, fault: int | str, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene(world, Trouble(world.env, place, fault), caplog)
    await scene.prepare()
    await PLAYS[place](scene)
    assert scene.has_failed()
    world.env._errors.clear()  # SimCord notes what commands raise, also what the bot has dealt with
