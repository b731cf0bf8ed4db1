"""Roles that are given for winning."""

from __future__ import annotations

import contextlib

import discord

from bot.errors import quoted
from cogs.channels import in_our_words

_POWERS = discord.Permissions(
    administrator=True,
    manage_guild=True,
    manage_roles=True,
    manage_channels=True,
    manage_messages=True,
    manage_threads=True,
    manage_webhooks=True,
    manage_nicknames=True,
    manage_events=True,
    manage_expressions=True,
    kick_members=True,
    ban_members=True,
    moderate_members=True,
    mention_everyone=True,
    view_audit_log=True,
    move_members=True,
    mute_members=True,
    deafen_members=True,
)
"""What a role that anybody can win must not carry."""


def may_moderate(role: discord.Role) -> bool:
    """Whether a role is more than an honour, so that nobody must get it by winning."""
    return bool(role.permissions.value & _POWERS.value)


def moving(
    client: discord.Client, role: discord.Role | None, member_id: int
) -> contextlib.AbstractAsyncContextManager[None]:
    """Say in our words why Discord does not move a role.

    Raises:
        PostError: with such a sentence.
    """
    # by name: a mention says nothing in a private message
    name = quoted(role.name, 100) if role else "of the champion"
    return in_our_words(
        client,
        gone=f"The role {name} or the member <@{member_id}> is gone. Choose another role in `/challenge setup`.",
        forbidden=f"I may not give or take the role {name}. Give me the permission Manage Roles, and put my role above it "
        "in the server's settings.",
    )
