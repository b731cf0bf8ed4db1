"""Who may use which command: the page says what the bot does, and the bot does what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.__main__ import main
from bot.access import PERMISSIONS, Access, Who
from bot.domain.servers import Setting
from bot.permissions import Role, may
from tests.forging import private_channel, seen, send_command, stored
from tests.world import World

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.usefixtures("sketches")

REFUSALS = {
    Who.HOST: "are started by moderators and members with the role",
    Who.STARTER: "who started this quiz, and members with the permission Manage Messages can",
    Who.MANAGER: "This needs the permission Manage Server",
}
"""How those are refused who may not."""

ABOUT_A_SERVER = "This is about a server. Use it there"


def commands(world: World) -> list[Access]:
    """What there is to use, without the buttons."""
    return [access for access in world.app.client.access() if access.name.startswith("/")]


async def person(world: World, role: Role, quiz_role: Any) -> Any:
    """Somebody with a role and nothing else."""
    permissions = {
        Role.MODERATOR: discord.Permissions(manage_messages=True),
        Role.MANAGER: discord.Permissions(manage_guild=True),
    }
    roles = {Role.QUIZ_ROLE: [quiz_role]}.get(role, [])
    if role in permissions:
        roles = [world.guild.create_role(role, permissions=permissions[role])]
    return world.guild.add_member(world.env.create_user("somebody"), roles=roles)


@pytest.mark.parametrize("chosen", [True, False], ids=["roles chosen", "no roles chosen"])
@pytest.mark.parametrize("role", Role)
async def test_a_command_is_for_those_that_the_page_names(world: World, role: Role, chosen: bool) -> None:
    quiz_role = world.guild.create_role("Quiz leaders")
    somebody = await person(world, role, quiz_role)
    await world.start_quiz(somebody if role is Role.STARTER else world.ada, questions=2)
    if chosen:
        await world.app.servers.change(
            world.guild.id, world.mona.id, Setting.ROLES, frozenset({quiz_role.id})
        )
    for command in commands(world):
        before = stored(world.database)
        said = seen(world, await send_command(world, somebody, world.channel, command.name))
        assert said, f"{command.name} was not answered"
        if may(role, command.who, chosen=chosen):
            assert not any(refusal in said for refusal in REFUSALS.values()), (command.name, said)
        else:
            assert REFUSALS[command.who] in said, (command.name, said)
            assert stored(world.database) == before, command.name


async def test_a_command_works_in_direct_messages_where_the_page_says_so(world: World) -> None:
    for command in commands(world):
        before = stored(world.database)
        channel = private_channel(world, world.ada)
        said = seen(world, await send_command(world, world.ada, channel, command.name))
        assert (ABOUT_A_SERVER in said) is not command.direct, (command.name, said)
        if not command.direct:
            assert stored(world.database) == before, command.name


async def test_discord_shows_commands_to_those_that_the_page_names(world: World) -> None:
    for root in world.app.client.tree.get_commands():
        sent: Any = root.to_dict(world.app.client.tree)
        leaves = [access for access in commands(world) if access.name.split()[0] == f"/{root.name}"]
        # of a group Discord is told what all of its commands need
        needed = {PERMISSIONS.get(access.who) for access in leaves}
        (permission,) = needed if len(needed) == 1 else {None}
        expected = discord.Permissions(**{permission: True}).value if permission else None
        assert sent["default_member_permissions"] == expected, root.name
        for access in leaves:
            assert sent["contexts"] == ([0, 1, 2] if access.direct else [0]), root.name
            assert sent["integration_types"] == ([0, 1] if access.anywhere else [0]), root.name


def test_the_page_is_up_to_date(elsewhere: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDYHALL_BANKS", str(ROOT / "tests" / "banks"))
    assert main(["permissions", "--output", "page.md"]) == 0
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == (ROOT / "docs" / "permissions.md").read_text(
        encoding="utf-8"
    ), "python -m bot permissions --output docs/permissions.md writes it anew"


def test_the_page_can_be_printed(
    elsewhere: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STUDYHALL_BANKS", str(ROOT / "tests" / "banks"))
    assert main(["permissions"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("# Who may do what\n")
    assert re.search(
        r"^\| `/settings` \| ❌ \| ❌ \| ❌ \| ❌ \| ✅ \| ❌ \| ❌ \|$", printed, flags=re.MULTILINE
    )


def test_a_page_that_cannot_be_written(
    elsewhere: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STUDYHALL_BANKS", str(ROOT / "tests" / "banks"))
    assert main(["permissions", "--output", "no/such/folder.md"]) == 1
    assert "no/such/folder.md can't be written" in capsys.readouterr().err
