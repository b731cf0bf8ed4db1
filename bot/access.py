"""Who may use what, and where: said beside each command and button, held by the client, written down in the docs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import discord
from discord import app_commands

from bot.errors import RefusedError


class Who(StrEnum):
    """Who may use a command, button, select or form. Ids can be forged and replayed, so showing a button only to them is
    not enough.
    """

    EVERYONE = "everyone"
    """It acts for whoever uses it. What it names must be of the server where it is used: the use case sees to that."""
    OWNER = "owner"
    """Only the member whose practice, exam … it names: the use case sees to that."""
    HOST = "host"
    """Whoever may start quizzes: everyone, or who has a role that the server has chosen, and moderators (Manage Messages or
    Manage Server): the use case sees to that.
    """
    STARTER = "starter"
    """Whoever started the quiz, and moderators (Manage Messages): the use case sees to that."""
    MANAGER = "manager"
    """Only with the permission Manage Server: the client sees to that."""


PERMISSIONS = {Who.MANAGER: "manage_guild"}
"""What the client asks for."""

_Command = TypeVar("_Command", bound=app_commands.Command[Any, ..., Any])


def who_may(who: Who) -> Callable[[_Command], _Command]:
    """Say who may use a command; everyone if nothing is said. Stands above `@app_commands.command`.

    Discord is told of the permission, so that it hides the command from others. A group whose commands differ it can't
    tell apart, and a server may hand commands out as it likes: the client asks for the permission again in any case.
    """

    def decorate(command: _Command) -> _Command:
        command.extras["who"] = who
        if who in PERMISSIONS:
            command.default_permissions = discord.Permissions(**{PERMISSIONS[who]: True})
        return command

    return decorate


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use a command, or a kind of button, select or form, and where."""

    name: str
    """Of a command with its slash; else the kind."""
    purpose: str
    who: Who
    direct: bool
    """Whether it works in direct messages with the bot."""
    anywhere: bool
    """Whether it works where the bot is not, for members who installed it for themselves."""


def access_of(command: app_commands.Command[Any, ..., Any]) -> Access:
    """Who may use a command, as it says itself. What Discord asks of a command stands at its group, if it is in one."""
    root = command.root_parent or command
    contexts = root.allowed_contexts or app_commands.AppCommandContext(guild=True)
    installs = root.allowed_installs or app_commands.AppInstallationType(guild=True)
    return Access(
        f"/{command.qualified_name}",
        command.description,
        command.extras.get("who", Who.EVERYONE),
        direct=bool(contexts.dm_channel),
        anywhere=bool(installs.user),
    )


def check_access(interaction: discord.Interaction[Any], who: Who, *, in_server: bool) -> None:
    """Refuse who may not use a command or button, as far as Discord says who they are.

    Raises:
        RefusedError: it was used in direct messages, and is about a server.
        MissingPermissions: the member lacks what `who` needs.
    """
    if in_server and interaction.guild_id is None:
        raise RefusedError("This is about a server. Use it there, not in direct messages.")
    permission = PERMISSIONS.get(who)
    if permission and not getattr(interaction.permissions, permission):
        raise app_commands.MissingPermissions([permission])
