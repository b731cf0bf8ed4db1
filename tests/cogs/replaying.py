"""Words for replaying ids: what is on everything that was sent to some members, and what others must not do with it."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.access import Access, Who
from bot.domain.boards import NOBODY
from tests.forging import Row, private_channel, seen, send_command, send_form, stored
from tests.world import World

FORM, BUTTON, LIST = 0, 2, 3
_CLICK = 3
_PEOPLE, _ROLES, _BOTH, _CHANNELS = 5, 6, 7, 8
_FIELD = 4

WRITTEN = "what only she wrote"
"""In the reports of those who may use what they were sent."""


def commands(world: World) -> list[Access]:
    """What there is to use, without the buttons."""
    return [access for access in world.app.client.access() if access.name.startswith("/")]


async def write_bank(world: World, questions: int = 20) -> None:
    """Let each text that gives something away name its question."""
    for topic in ("one", "two"):
        both = "true" if topic == "two" else "false"
        written = "".join(
            f'  - {{id: {topic}-{n}, prompt: "Question {n} on {topic}?", explanation: "Because of {topic}-{n}.", '
            f'hints: ["Hint at {topic}-{n}", "More at {topic}-{n}"], options: ['
            f'{{text: "right", correct: true, why: "Why of {topic}-{n}"}}, '
            f'{{text: "right too", correct: {both}, why: "Why of {topic}-{n}"}}, '
            f'{{text: "wrong", why: "Why of {topic}-{n}"}}]}}\n'
            for n in range(questions)
        )
        (world.banks / "sample" / f"{topic}.yaml").write_text(f"topic: {topic}\nquestions:\n{written}")
    await world.mona.slash(world.channel, "reload")


@dataclass(frozen=True, slots=True)
class Control:
    """A button, list or form that somebody was sent."""

    custom_id: str
    kind: int
    """As Discord numbers them; a form is 0."""
    values: tuple[str, ...] = ()
    """What a list offers."""

    @property
    def name(self) -> str:
        """The kind of its id."""
        return self.custom_id.split(":", 1)[0]


def _walk(payload: Any) -> Iterator[dict[str, Any]]:
    if isinstance(payload, dict):
        yield payload
        payload = list(payload.values())
    if isinstance(payload, list):
        for part in payload:
            yield from _walk(part)


def controls(world: World, since: int = 0) -> list[Control]:
    """Everything with an id that the bot has sent to anybody, each once, in order; from one of its requests on."""
    found: dict[Control, None] = {}
    for request in world.env.http_requests[since:]:
        for part in _walk(request.json):
            if "custom_id" in part and part.get("type") != _FIELD:
                values = tuple(option["value"] for option in part.get("options", []))
                found[Control(part["custom_id"], part.get("type", FORM), values)] = None
    return list(found)


def _values(world: World, control: Control) -> list[str]:
    """A choice from a list, if it is one."""
    guild = world.env.backend.guilds[world.guild.id]
    offered: dict[int, Any] = {
        LIST: control.values,
        _PEOPLE: [world.ada.id],
        _ROLES: [role for role in guild.roles if role != guild.id],
        _BOTH: [world.ada.id],
        _CHANNELS: [world.channel.id],
    }
    return [str(value) for value in offered.get(control.kind, [])]


async def use(
    world: World, member: Any, channel: Any, control: Control, values: Collection[str], message: Any = None
) -> Any:
    """Use a button, list or form as it was sent; with the message, if it is there for this member."""
    if control.kind == FORM:
        return await send_form(world, member, channel, control.custom_id, WRITTEN)
    data: dict[str, Any] = {"custom_id": control.custom_id, "component_type": control.kind}
    if control.kind != BUTTON:
        data["values"] = list(values)
    result = world._send(member, channel, _CLICK, data, message)
    await world.env.settle()
    return result


@dataclass
class Explorer:
    """A member who uses whatever they are shown, each kind a few times."""

    world: World
    member: Any
    shown: dict[str, Any] = field(default_factory=dict)
    """The message on which an id is."""

    async def run(self, *sent: str, leave: Collection[str] = (), times: int = 3) -> None:
        """Send commands, then use all that comes of them, but the kinds to `leave`."""
        since, used = len(self.world.env.http_requests), Counter[str]()
        for command in sent:
            self._look(await send_command(self.world, self.member, self.world.channel, command))
        done: set[Control] = set()
        while True:
            coming = [
                control
                for control in controls(self.world, since)
                if control not in done and control.name not in leave and used[control.name] < times
            ]
            if not coming:
                return
            # what comes last leads on; what was used least shows something new
            control = min(reversed(coming), key=lambda control: used[control.name])
            done.add(control)
            used[control.name] += 1
            await self._use(control)

    async def end(self, kinds: Collection[str]) -> None:
        """Use all that was ever shown of some kinds."""
        for control in controls(self.world):
            if control.name in kinds:
                await self._use(control)

    async def _use(self, control: Control) -> None:
        message = self.shown.get(control.custom_id)
        values = _values(self.world, control)[:1]
        self._look(await use(self.world, self.member, self.world.channel, control, values, message))

    def _look(self, result: Any) -> None:
        for message in (result.response, *result.followups):
            if message is not None:
                for component in _walk(message.components):
                    if "custom_id" in component:
                        self.shown[component["custom_id"]] = message.message


@dataclass
class Forger:
    """Somebody who sends ids that they were never sent, from a channel or (None) from direct messages."""

    world: World
    member: Any
    channel: Any

    @property
    def _guild_id(self) -> int | None:
        return self.world.env.backend.get_channel(self.channel.id).guild_id if self.channel else None

    async def use(self, control: Control) -> str:
        """Send an id; all that came of it."""
        return seen(self.world, await self._send(control, control.values))

    async def _send(self, control: Control, values: Collection[str]) -> Any:
        channel = self.channel or private_channel(self.world, self.member)
        public = [m for m in self.channel.history() if not m.flags.ephemeral] if self.channel else []
        return await use(self.world, self.member, channel, control, values, public[-1] if public else None)

    async def replay(self, control: Control, *, made_up: bool = False) -> None:
        """Send an id, and see that nothing came of it but what is the forger's own."""
        world, database = self.world, self.world.database
        before = stored(database)
        values = control.values if made_up else _values(world, control)[:1]
        result = await self._send(control, values)
        after, said = stored(database), seen(world, result)
        where = (control, self.member.id, self.channel, said)
        assert said, where
        others = _of_others(before, after, self.member.id)
        assert not others, (others, where)
        assert WRITTEN not in said, where
        for question in re.findall(r"(?:Why|Because|Hint|More) (?:of|at) ((?:one|two)-\d+)", said):
            assert question in _known(after, self.member.id, self._guild_id), (question, where)
        button = world.app.client.buttons.get(control.name)
        if button and button.who is not Who.EVERYONE and not (made_up and button.who is Who.OWNER):
            # a sentence, and nothing to go on with
            assert result.response is not None, where
            assert result.response.content.endswith("."), where
            assert not result.response.components, where
            assert before == after, where


def _of_others(before: set[Row], after: set[Row], member_id: int) -> list[Row]:
    """The rows that were changed and are not the member's own."""
    whose = {
        (row.table, row.get("id")): row.get("member_id")
        for row in itertools.chain(before, after)
        if row.table in {"session", "exam"}
    }

    def is_own(row: Row) -> bool:
        if row.get("guild_id") == 0:
            return False  # what is about a server has one
        match row.table:
            case "scope" | "question_version":
                return row in after  # what has been asked at all, whoever was asked
            case "fact":
                return row.get("name") == "reviewed"  # how far answers have been taken into reviews
            case "item":
                return whose["session", row.get("session_id")] == member_id
            case "exam_item":
                return whose["exam", row.get("exam_id")] == member_id
            case "timer":
                return member_id in {row.get("subject"), whose.get((row.get("kind"), row.get("subject")))}
            case _:  # who erases their data leaves it to nobody, where totals need it
                return row.get("member_id") in {member_id, NOBODY}

    return [row for row in before ^ after if not is_own(row)]


def _known(rows: set[Row], member_id: int, guild_id: int | None) -> set[str]:
    """The questions about which a member may read more: answered, asked for a hint, or closed for all in this server."""
    of: dict[str, list[Row]] = {}
    for row in rows:
        of.setdefault(row.table, []).append(row)
    question = {row.get("version"): row.get("question") for row in of["question_version"]}
    rounds = {row.get("id"): row for row in of["round"]}
    mine = {row.get("id") for row in of.get("session", []) if row.get("member_id") == member_id}
    asked = [
        *(rounds[row.get("round_id")] for row in of["answer"] if row.get("member_id") == member_id),
        *(rounds[row.get("round_id")] for row in of["hint_use"] if row.get("member_id") == member_id),
        *(r for r in rounds.values() if r.get("closed_at") is not None and r.get("guild_id") == guild_id),
        *(
            row
            for row in of.get("item", [])
            if row.get("session_id") in mine and (row.get("choice") is not None or row.get("hints"))
        ),
    ]
    return {question[row.get("version")] for row in asked}
