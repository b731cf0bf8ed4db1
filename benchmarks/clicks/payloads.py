"""What Discord sends, as it sends it: https://docs.discord.com/developers. Also for the stand-in of the tests."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]

NOW = "2026-11-22T12:00:00+00:00"
EVERYTHING = str((1 << 53) - 1)
"""All permissions."""

COMMAND, COMPONENT = 2, 3
"""Types of interactions."""

_DISCORD_EPOCH = 1420070400000
_count = itertools.count(1)


def snowflake() -> int:
    """An id that says that it was made now; each is another one."""
    return (int(time.time() * 1000) - _DISCORD_EPOCH << 22) + next(_count) % (1 << 22)


def user(id_: int, *, bot: bool = False) -> Json:
    """A user or the bot."""
    return {
        "id": str(id_), "username": f"user{id_}", "global_name": None if bot else f"User {id_}", "discriminator": "0",
        "avatar": None if bot else "8342729096ea3675442027381ff50dfe", "avatar_decoration_data": None, "clan": None,
        "primary_guild": None, "collectibles": None, "display_name_styles": None, "public_flags": 0, "flags": 0, "bot": bot,
    }  # fmt: skip


def member(id_: int, permissions: str = "0", roles: Sequence[int] = ()) -> Json:
    """A member as part of an interaction, where Discord says what they may do."""
    return {
        "user": user(id_), "roles": [str(role) for role in roles], "joined_at": NOW, "permissions": permissions, "flags": 0,
        "nick": None, "avatar": None, "banner": None, "collectibles": None, "premium_since": None, "pending": False,
        "mute": False, "deaf": False, "communication_disabled_until": None, "unusual_dm_activity_until": None,
    }  # fmt: skip


def channel(id_: int, guild_id: int) -> Json:
    """A text channel as part of an interaction."""
    return {
        "id": str(id_), "type": 0, "name": "quiz", "guild_id": str(guild_id), "parent_id": None, "position": 1, "flags": 0,
        "topic": None, "nsfw": False, "rate_limit_per_user": 0, "last_message_id": None, "permissions": EVERYTHING,
        "icon_emoji": None, "theme_color": None,
    }  # fmt: skip


def interaction(
    kind: int, data: Json, *, application: int, guild_id: int, channel_id: int, by: Json, card: Any = None
) -> Json:
    """What a member does, without what makes it this one: `id` and `token`. `card` is the message of a button."""
    payload = {
        "version": 1, "type": kind, "application_id": str(application), "guild_id": str(guild_id), "guild_locale": "en-US",
        "guild": {"id": str(guild_id), "locale": "en-US",
                  "features": ["COMMUNITY", "NEWS", "SOUNDBOARD", "ACTIVITY_FEED_DISABLED_BY_USER", "GUILD_TAGS"]},
        "channel_id": str(channel_id), "channel": channel(channel_id, guild_id), "member": by,
        "app_permissions": EVERYTHING, "locale": "en-US", "entitlements": [], "entitlement_sku_ids": [],
        "authorizing_integration_owners": {"0": str(guild_id)}, "context": 0, "attachment_size_limit": 10485760,
        "data": data,
    }  # fmt: skip
    if card is not None:
        payload["message"] = card
    return payload


def message(application: int, channel_id: int, body: Json) -> Json:
    """A message of the bot with what it has sent."""
    return {
        "id": str(snowflake()), "channel_id": str(channel_id), "author": user(application, bot=True), "content": "",
        "timestamp": NOW, "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [],
        "mention_roles": [], "attachments": [], "embeds": [], "components": [], "pinned": False, "type": 0, **body,
    }  # fmt: skip


def ready(application: int, session: str, url: str, shard: Sequence[int], servers: Sequence[int]) -> Json:
    """The beginning of a session; the servers follow."""
    return {
        "v": 10, "user": user(application, bot=True), "session_id": session, "session_type": "normal",
        "resume_gateway_url": url, "guilds": [{"id": str(id_), "unavailable": True} for id_ in servers],
        "shard": list(shard), "private_channels": [], "application": {"id": str(application), "flags": 0},
        "presences": [], "relationships": [],
    }  # fmt: skip


def guild(id_: int, channels: Sequence[int]) -> Json:
    """A server with text channels, in which only the bot lives."""
    return {
        "id": str(id_), "name": "Study group", "owner_id": "1", "member_count": 2, "large": False,
        "roles": [{"id": str(id_), "name": "@everyone", "permissions": "0", "position": 0, "color": 0,
                   "hoist": False, "managed": False, "mentionable": False, "flags": 0}],
        "channels": [{"id": str(channel), "type": 0, "name": "quiz", "position": 0} for channel in channels],
        "threads": [], "members": [], "presences": [], "voice_states": [], "emojis": [], "stickers": [], "features": [],
        "stage_instances": [], "guild_scheduled_events": [], "soundboard_sounds": [], "unavailable": False,
        "afk_timeout": 0, "verification_level": 0, "default_message_notifications": 0,
        "explicit_content_filter": 0, "mfa_level": 0, "nsfw_level": 0, "premium_tier": 0,
        "system_channel_flags": 0, "preferred_locale": "en-US", "icon": None, "splash": None,
        "discovery_splash": None, "afk_channel_id": None, "system_channel_id": None, "banner": None,
        "rules_channel_id": None, "public_updates_channel_id": None, "vanity_url_code": None,
        "description": None, "premium_progress_bar_enabled": False, "joined_at": NOW,
    }  # fmt: skip


def own_application(application: int) -> Json:
    """The application as its owner sees it."""
    return {
        "id": str(application), "name": "Studyhall", "description": "", "flags": 0, "icon": None, "bot_public": True,
        "bot_require_code_grant": False, "verify_key": "", "team": None, "owner": user(1),
    }  # fmt: skip


def gateway_bot(url: str, shards: int = 1) -> Json:
    """Where the gateway is."""
    limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
    return {"url": url, "shards": shards, "session_start_limit": limit}


def registered(application: int, commands: Sequence[Json]) -> list[Json]:
    """Commands as they are once the bot has sent them."""
    extra = {"application_id": str(application), "version": "1"}
    return [{**command, **extra, "id": str(snowflake())} for command in commands]


def numbered(components: list[Json]) -> list[Json]:
    """Components as they come back: each has an id."""
    numbers = itertools.count(1)

    def number(component: Json) -> Json:
        named = {**component, "id": next(numbers)}
        if "components" in component:
            named["components"] = [number(part) for part in component["components"]]
        if "accessory" in component:
            named["accessory"] = number(component["accessory"])
        return named

    return [number(component) for component in components]
