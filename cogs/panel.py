"""What moderators choose on the panel of the weekly challenge: reading it, refusing it, warning of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import discord

from bot.client import Interaction
from bot.errors import RefusedError
from bot.study.plans import Outlook
from cogs.cards.plans import Field
from cogs.channels import missing_in
from cogs.roles import may_moderate


def place_for(interaction: Interaction) -> int:
    """The channel to begin with: this one, or the one that this thread is in.

    Raises:
        RefusedError: it is none for messages, such as the channel of a voice chat.
    """
    channel: Any = interaction.channel
    if isinstance(channel, discord.Thread):
        channel = channel.parent
    if not isinstance(channel, discord.TextChannel):
        raise RefusedError("Please use this in a text channel, the one in which the challenge shall be.")
    return channel.id


def read_choice(field: int, values: Sequence[str]) -> dict[str, Any]:
    """What a choice on the panel changes in the plan.

    Raises:
        RefusedError: the panel has no such choice.
    """
    try:
        name = _PLAN_FIELDS[Field(field)]
        match Field(field):
            case Field.TOPICS:
                return {name: tuple(sorted(values))}
            case Field.BANK:
                return {name: values[0]}
            case Field.DAYS | Field.MENTION | Field.CHAMPION:
                return {name: (_number(values[0]) if values else 0) or None}
            case _:
                return {name: _number(values[0])}
    except (ValueError, IndexError) as error:
        raise RefusedError(
            "This panel is from an older version of me. `/challenge setup` shows a new one."
        ) from error


def _number(text: str) -> int:
    number = int(text)
    if not 0 <= number < 1 << 63:
        raise ValueError
    return number


_PLAN_FIELDS = {
    Field.CHANNEL: "channel_id",
    Field.WEEKDAY: "weekday",
    Field.HOUR: "hour",
    Field.QUESTIONS: "questions",
    Field.DAYS: "days",
    Field.TOPICS: "topics",
    Field.MENTION: "mention_role_id",
    Field.CHAMPION: "champion_role_id",
    Field.BANK: "bank",
}


def check_places(interaction: Interaction, changes: Mapping[str, Any]) -> None:
    """Refuse what Discord's own lists would not offer, and a role that the moderator could not give themselves.

    Raises:
        RefusedError: the channel or role is not of this server, or too powerful.
    """
    guild, member = interaction.guild, interaction.user
    if guild is None or not isinstance(member, discord.Member):
        raise RefusedError("Please try again in a moment: Discord has not told me of this server yet.")
    channel_id = changes.get("channel_id")
    if channel_id is not None and not isinstance(guild.get_channel(channel_id), discord.TextChannel):
        raise RefusedError("Choose a text channel of this server.")
    for name in ("mention_role_id", "champion_role_id"):
        if changes.get(name) is not None and guild.get_role(changes[name]) is None:
            raise RefusedError("This role is gone. Choose another one.")
    champion = guild.get_role(changes.get("champion_role_id") or 0)
    if champion is None:
        return
    if may_moderate(champion):
        raise RefusedError(
            f"{champion.mention} may moderate or manage this server, and anybody can win a challenge. Choose a role "
            "without such permissions."
        )
    is_owner = member.id == guild.owner_id
    if not is_owner and not (interaction.permissions.manage_roles and champion < member.top_role):
        raise RefusedError(
            f"{champion.mention} is a role that you could not give to anybody yourself. Ask somebody with the permission "
            "Manage Roles and a higher role to choose it."
        )


def warnings(guild: discord.Guild | None, outlook: Outlook) -> list[str]:
    """What would go wrong if nobody acts, in sentences."""
    plan = outlook.plan
    found = [plan.trouble] if plan.trouble else []
    missing = missing_in(guild, plan.channel_id)
    if missing:
        found.append(f"In <#{plan.channel_id}> my role lacks {' and '.join(missing)}.")
    if guild is None:
        return found
    may = guild.me.guild_permissions
    champion = guild.get_role(plan.champion_role_id) if plan.champion_role_id else None
    if plan.champion_role_id and (not may.manage_roles or champion is None or not champion.is_assignable()):
        found.append(
            f"I can't give <@&{plan.champion_role_id}> to the champion: I need the permission Manage Roles, and my role "
            "above it in the server's settings."
        )
    mention = guild.get_role(plan.mention_role_id) if plan.mention_role_id else None
    if mention is not None and not (mention.mentionable or may.mention_everyone):
        found.append(
            f"<@&{plan.mention_role_id}> will be named, but nobody hears of it: let everyone mention the role, or give me "
            "Mention Everyone."
        )
    return found
