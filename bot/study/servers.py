"""What each server has chosen for itself."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Set
from dataclasses import replace
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.clock import Clock
from bot.domain.questions import Bank
from bot.domain.servers import (
    FEWEST_SECONDS,
    MOST_PLACES,
    MOST_SECONDS,
    USUAL_SECONDS,
    Obstacle,
    ServerChoices,
    Setting,
    Starter,
    obstacle,
)
from bot.domain.windows import local_day
from bot.errors import RefusedError, quoted
from bot.storage.servers import ServerStore
from bot.study.library import Library

log = logging.getLogger(__name__)

_NOTHING_CHOSEN = ServerChoices()
_DEFAULT = ZoneInfo(_NOTHING_CHOSEN.zone)

_NO_PLACES = {"localtime", "Factory"}
"""What a machine has besides the zones of the world; another one may not."""

_LONGEST_NAME = 60
_SUGGESTED = 3


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """All time zones by their names in the IANA database, in alphabetical order."""
    return tuple(sorted(available_timezones() - _NO_PLACES))


def find_zone(name: str) -> ZoneInfo:
    """A time zone by its name, however it is written: europe/berlin, america/new york.

    Raises:
        RefusedError: there is none of that name.
    """
    named = {known.casefold(): known for known in zone_names()}
    wanted = name[:_LONGEST_NAME].strip().casefold().replace(" ", "_")
    if wanted not in named:
        near = [named[found] for found in _near(wanted, named)]
        hint = (
            f"Did you mean {_listed(near, 'or')}?"
            if near
            else "They are named after large cities, such as Europe/Berlin. Choose one from the list while you type the command."
        )
        raise RefusedError(f"There is no time zone {quoted(name)}. {hint}")
    return ZoneInfo(named[wanted])


def _near(wanted: str, named: Iterable[str]) -> list[str]:
    """The names of time zones that are most like what was written: by their city, which is what people know."""
    by_city = {known.rpartition("/")[2]: known for known in named}
    cities = get_close_matches(wanted.rpartition("/")[2], by_city, n=_SUGGESTED, cutoff=0.7)
    return [by_city[city] for city in cities] or get_close_matches(wanted, named, n=_SUGGESTED)


def _listed(names: Iterable[str], word: str) -> str:
    """Names in a row, with a word before the last one."""
    *first, last = names
    return f"{', '.join(first)} {word} {last}" if first else last


class Servers:
    """Knows what every server has chosen without a look at the disk, since each answer and command asks for it."""

    def __init__(self, servers: ServerStore, library: Library, clock: Clock) -> None:
        self._servers = servers
        self._library = library
        self._clock = clock
        self._choices: dict[int, ServerChoices] = {}
        self._zones: dict[int, ZoneInfo] = {}
        self._watchers: list[Callable[[int], Awaitable[None]]] = []

    async def load(self) -> None:
        """Load what was chosen, in place of what is known."""
        self._choices, self._zones = await self._servers.choices(), {}
        for guild_id, choices in self._choices.items():
            try:
                self._zones[guild_id] = ZoneInfo(choices.zone)
            except (ZoneInfoNotFoundError, ValueError):
                log.error(
                    "Server %d has the time zone %s, which is not known here; it gets UTC",
                    guild_id,
                    choices.zone,
                    extra={"guild": guild_id},
                )

    def forget(self, guild_id: int) -> None:
        """What is stored of a server is being erased."""
        self._choices.pop(guild_id, None)
        self._zones.pop(guild_id, None)

    def forget_member(self, member_id: int) -> None:
        """What is stored of a member is being erased."""
        for guild_id, choices in self._choices.items():
            if choices.changed_by == member_id:
                self._choices[guild_id] = replace(choices, changed_by=None)

    def watch(self, zone_changed: Callable[[int], Awaitable[None]]) -> None:
        """Be told when a server has changed its time zone."""
        self._watchers.append(zone_changed)

    def choices(self, guild_id: int) -> ServerChoices:
        """What a server has chosen."""
        return self._choices.get(guild_id, _NOTHING_CHOSEN)

    def bank(self, guild_id: int | None, id_: str | None = None) -> Bank:
        """The bank of this id; without one, what a server has chosen for that, as long as it is there, or the first.

        `guild_id` is None in direct messages.

        Raises:
            RefusedError: there is none of that id.
        """
        if id_ is not None:
            return self._library.bank(id_)
        catalog = self._library.catalog
        return catalog.banks.get(self.choices(guild_id or 0).bank or "", catalog.default)

    def seconds(self, guild_id: int) -> int:
        """How long each question of a quiz is open if nobody says."""
        return self.choices(guild_id).seconds or USUAL_SECONDS

    def zone(self, guild_id: int) -> ZoneInfo:
        """The time zone of a server; UTC until it chooses another."""
        return self._zones.get(guild_id, _DEFAULT)

    def day(self, guild_id: int, at: datetime) -> date:
        """The day that a server's calendar shows at an instant (aware)."""
        return local_day(at, self.zone(guild_id))

    def today(self, guild_id: int) -> date:
        """The day that a server's calendar shows now."""
        return self.day(guild_id, self._clock.now())

    def check_may_start(self, guild_id: int, starter: Starter, there: Set[int]) -> None:
        """Refuse who may not start a quiz or post a question. `there` are the channels and roles of the server.

        Raises:
            RefusedError: they may not here, or not at all.
        """
        choices = self.choices(guild_id).among(there)
        match obstacle(choices, starter):
            case Obstacle.CHANNEL:
                channels = _listed((f"<#{id_}>" for id_ in sorted(choices.quiz_channels)), "and")
                raise RefusedError(
                    f"Quizzes and questions run in {channels} here, and not in this channel. Use the command there, or ask "
                    "somebody with the permission Manage Server to allow this channel in `/settings`."
                )
            case Obstacle.ROLE:
                roles = _listed((f"<@&{id_}>" for id_ in sorted(choices.quiz_roles)), "or")
                raise RefusedError(
                    f"Quizzes and questions are started by moderators and members with the role {roles} here. Ask one of "
                    "them to start one, and join in."
                )
            case None:
                return

    async def change(self, guild_id: int, member_id: int, setting: Setting, value: Any) -> None:
        """Choose something; `member_id` is who does. Channels and roles are those of the server: the caller sees to it.

        Raises:
            RefusedError: it can't have this value.
        """
        now = self._clock.now()
        self._choices[guild_id] = await self._servers.change(
            guild_id,
            lambda choices: self._checked(
                replace(choices, **{setting: value}, changed=setting, changed_by=member_id, changed_at=now)
            ),
        )

    def _checked(self, choices: ServerChoices) -> ServerChoices:
        if choices.changed is Setting.BANK and choices.bank is not None:
            self._library.bank(choices.bank)
        if choices.seconds is not None and not FEWEST_SECONDS <= choices.seconds <= MOST_SECONDS:
            raise RefusedError(
                f"A question of a quiz is open for {FEWEST_SECONDS} to {MOST_SECONDS} seconds."
            )
        if max(len(choices.quiz_channels), len(choices.quiz_roles)) > MOST_PLACES:
            raise RefusedError(f"Choose up to {MOST_PLACES} channels and {MOST_PLACES} roles.")
        return choices

    async def set_zone(self, guild_id: int, member_id: int, name: str) -> None:
        """Choose a time zone. Days that are over stay as they were counted.

        Raises:
            RefusedError: there is no such zone.
        """
        zone = find_zone(name)
        await self.change(guild_id, member_id, Setting.ZONE, zone.key)
        self._zones[guild_id] = zone
        for watcher in self._watchers:
            await watcher(guild_id)
