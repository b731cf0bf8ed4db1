"""What Discord says of the token, the application and its servers, by REST only: nothing connects, nothing is changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from bot import __version__
from bot.clock import Clock
from bot.config import Settings
from bot.host.findings import Finding, Findings, error, ok, warning

API = "https://discord.com/api/v10"

_PATIENCE = aiohttp.ClientTimeout(total=15)
_PAGE = 200
"""Servers in one answer: https://docs.discord.com/developers/resources/user#get-current-user-guilds"""
_MOST_PAGES = 50
_NAMED = 10
_SKEW = 2.0
"""Seconds. Fast answers earn points, so a second or two is what the clock may be wrong by."""

# https://docs.discord.com/developers/resources/application#application-object-application-flags
_PRIVILEGED = {
    "Presence": 1 << 12 | 1 << 13,
    "Server Members": 1 << 14 | 1 << 15,
    "Message Content": 1 << 18 | 1 << 19,
}

# https://docs.discord.com/developers/topics/permissions
_ADMINISTRATOR = 1 << 3
_NEEDED = {"View Channels": 1 << 10, "Send Messages": 1 << 11, "Send Messages in Threads": 1 << 38}

Json = Mapping[str, Any]


class _RefusedError(Exception):
    """Discord answered with an error; its status."""


def look_online(settings: Settings, clock: Clock) -> Findings:
    """Ask Discord about the token, the application and the servers that the bot is in."""
    if settings.discord_token is None:
        yield warning("discord", "Without a token it can't be asked.", "Set DISCORD_TOKEN.")
        return
    yield from asyncio.run(_ask(settings.discord_token.get_secret_value(), clock))


async def _ask(token: str, clock: Clock) -> list[Finding]:
    headers = {
        "Authorization": f"Bot {token}",
        # https://docs.discord.com/developers/reference#user-agent
        "User-Agent": f"DiscordBot (studyhall, {__version__})",
    }
    findings: list[Finding] = []
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=_PATIENCE) as session:
            application, date = await _get(session, "/applications/@me")
            findings += _judge_application(application)
            findings += _judge_clock(date, clock.now())
            servers = [server async for server in _servers(session)]
            findings += _judge_servers(servers)
    except _RefusedError as refused:
        findings.append(_explain(int(str(refused))))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as problem:
        findings.append(
            error(
                "discord",
                f"It can't be reached ({type(problem).__name__}).",
                "Check the network, DNS and firewall: the bot needs a way out to discord.com and gateway.discord.gg.",
            )
        )
    return findings


async def _get(session: aiohttp.ClientSession, path: str) -> tuple[Any, str]:
    """What there is at a path, and when Discord said so."""
    async with session.get(f"{API}{path}") as response:
        if response.status != 200:
            raise _RefusedError(response.status)
        return await response.json(content_type=None), response.headers.get("Date", "")


async def _servers(session: aiohttp.ClientSession) -> AsyncIterator[Json]:
    after = 0
    for _ in range(_MOST_PAGES):
        page, _date = await _get(session, f"/users/@me/guilds?limit={_PAGE}&after={after}")
        for server in page:
            yield server
        if len(page) < _PAGE:
            return
        after = max(int(server["id"]) for server in page)


def _explain(status: int) -> Finding:
    if status == 401:
        return error(
            "discord",
            "It does not accept the token.",
            "Copy it again from the Developer Portal, Bot, Reset Token; it is shown only once.",
        )
    if status == 429:
        return warning("discord", "It was asked too often.", "Try again in a few minutes.")
    return warning("discord", f"It answers with error {status}.", "Try again later; see discordstatus.com.")


def _judge_application(application: Json) -> Findings:
    name = f"{application.get('name', '?')} (id {application.get('id', '?')})"
    yield ok("discord", f"The token is accepted; the application is {name}.")
    flags = int(application.get("flags") or 0)
    needless = [intent for intent, bits in _PRIVILEGED.items() if flags & bits]
    if needless:
        yield warning(
            "discord",
            f"Privileged intents are on that the bot does not use: {', '.join(needless)}.",
            "Switch them off in the Developer Portal, Bot.",
        )


def _judge_clock(date: str, now: datetime) -> Findings:
    """The header has whole seconds, and the answer took a moment."""
    try:
        ahead = (now - parsedate_to_datetime(date)).total_seconds()
    except (TypeError, ValueError):
        return
    if abs(ahead) > _SKEW + 1:
        where = "ahead of" if ahead > 0 else "behind"
        advice = "Let the machine keep time by NTP: deadlines and streaks go by it."
        yield warning("clock", f"It is {abs(ahead):.0f} seconds {where} Discord's.", advice)
    else:
        yield ok("clock", "It agrees with Discord's.")


def _judge_servers(servers: list[Json]) -> Findings:
    lacking = [(server, missing) for server in servers if (missing := _missing(server))]
    for server, missing in lacking[:_NAMED]:
        yield warning(
            "servers",
            f"In {server.get('name', '?')} (id {server['id']}) the bot lacks {', '.join(missing)}.",
            "Give its role these permissions, or at least in the channels where it is used.",
        )
    if len(lacking) > _NAMED:
        more = f"In {len(lacking) - _NAMED} more servers the bot lacks permissions."
        yield warning("servers", more, "Tell their moderators.")
    if not lacking:
        yield ok("servers", f"It is in {len(servers)}, and has the permissions that it needs in each.")


def _missing(server: Json) -> list[str]:
    """What the bot's roles lack; channels may give or take more."""
    permissions = int(server.get("permissions") or 0)
    if permissions & _ADMINISTRATOR:
        return []
    return [name for name, bit in _NEEDED.items() if not permissions & bit]
