"""What members write is shown as they wrote it, and never as markup, mention or link; and nobody is pinged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import discord
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import quoted
from tests.cogs.replaying import WRITTEN, Explorer, commands, write_bank
from tests.forging import send_command, send_form
from tests.messages import TEXT, parts, text
from tests.world import World

pytestmark = pytest.mark.usefixtures("sketches")

NASTY = (
    "@everyone",
    "@here <@&123456>",
    "<@123456789>",
    "<#123> <t:0:R> </stats:1>",
    "**bold** _thin_ ~~gone~~",
    "`` ` `code` ```x```",
    "[link](https://example.org/a)",
    "https://example.org/b",
    "a\n# head\n> said\n- point",
    "\u202eturned\u2066\u200b\u200f",
    "||spoiler||",
    "\\",
    "\\`**x**",
    "`",
)

_STRING, _CODE = 3, re.compile(r"(`+)(?!`)(.*?[^`])\1(?!`)", flags=re.DOTALL)
_MARKS = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069]")


def written(world: World) -> Iterator[tuple[str, str]]:
    """Each option in which one can write anything: its command, its name."""
    names = {command.name for command in commands(world)}
    for command in world.app.client.tree.walk_commands():
        if isinstance(command, discord.app_commands.Command) and f"/{command.qualified_name}" in names:
            for parameter in command.parameters:
                if parameter.type.value == _STRING and not parameter.choices:
                    yield f"/{command.qualified_name}", parameter.display_name


def outside_of_code(shown: str) -> str:
    """What Discord reads as markup: all but what is code. A code span ends at the first run of as many backticks."""
    return _CODE.sub("…", shown)


def check_shown(shown: str, wrote: str) -> None:
    """What somebody wrote is in a text as code only, if at all."""
    assert not _MARKS.search(shown), shown
    rest = outside_of_code(shown)
    for line in wrote.splitlines():
        if len(line) > 1:
            assert line.strip("`\\") not in rest, (shown, wrote)
    assert "`" not in rest, shown


@pytest.mark.parametrize("wrote", NASTY)
async def test_a_refusal_repeats_what_was_typed_as_code(world: World, wrote: str) -> None:
    repeated = 0
    for command, option in written(world):
        result = await send_command(world, world.mona, world.channel, command, **{option: wrote})
        for message in (result.response, *result.followups):
            if message is not None:
                check_shown(text(message), wrote)
                repeated += quoted(wrote) in text(message)
    assert repeated >= 10  # topics, banks, time zones, dates


@pytest.mark.parametrize("wrote", NASTY)
async def test_a_report_is_shown_as_code(world: World, wrote: str) -> None:
    await world.ada.slash(world.channel, "question")
    card = world.card
    custom_id = next(b["custom_id"] for b in parts(card, 2) if b["custom_id"].startswith("r:"))
    await send_form(world, world.ada, world.channel, custom_id, wrote)
    queue = (await world.mona.slash(world.channel, "reports")).response
    shown = next(part["content"] for part in parts(queue, TEXT) if quoted(wrote) in part["content"])
    check_shown(shown.replace("<@", "").replace("<t:", ""), wrote)


async def test_a_form_repeats_what_was_typed_as_code(world: World) -> None:
    for wrote in NASTY:
        result = await send_form(world, world.mona, world.channel, "setting-zone", wrote)
        assert "There is no time zone" in result.response.content
        check_shown(result.response.content, wrote)


async def test_nobody_is_ever_pinged(world: World) -> None:
    await write_bank(world)
    ada, mona = Explorer(world, world.ada), Explorer(world, world.mona)
    role = world.guild.create_role("Learners")
    panel = await world.set_up()
    await world.pick(panel, "mention", role)
    await mona.run(*(access.name for access in commands(world)), leave={"w"}, times=2)
    await ada.run(*(access.name for access in commands(world)), times=4)
    await world.wait(3600)
    allowed = [message.get("allowed_mentions") for message in messages(world)]
    assert len(allowed) > 50
    mentioning = [one for one in allowed if one != {"parse": []}]
    assert mentioning == [{"parse": [], "roles": [role.id]}]


def messages(world: World) -> Iterator[Any]:
    """Every message, and every change of one, that the bot has sent to Discord."""
    for request in world.env.http_requests:
        sent = request.json
        if isinstance(sent, dict) and "/callback" in request.path:
            sent = sent.get("data") or {}
        # forms have an id, messages have none
        if isinstance(sent, dict) and {"content", "components"} & set(sent) and "custom_id" not in sent:
            yield sent


@given(st.text(), st.integers(1, 80))
@example("`", 1)
@example("", 5)
@example("\\", 3)
def test_quoted_is_one_span_of_code_whatever_it_is(wrote: str, longest: int) -> None:
    code = quoted(wrote, longest)
    assert re.fullmatch(r"`[^`\n]{1,80}`", code)
    assert len(code) <= longest + 2 or wrote.strip() == ""
    assert code[1:-1].isprintable()


def test_quoted_leaves_words_as_they_are() -> None:
    assert quoted("Agents & tools, part 2") == "`Agents & tools, part 2`"
    assert quoted(WRITTEN * 9, 10) == f"`{WRITTEN[:10]}`"
