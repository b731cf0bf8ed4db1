"""How often one may ask for what costs: a script must not keep the machine or a channel busy, and people must not notice."""

from __future__ import annotations

import contextlib
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.client import Interaction
from bot.errors import RefusedError
from cogs.cards.layout import stamp

_MOST_REMEMBERED = 10_000
"""Members or servers at once. Beyond it the one that was longest ago is forgotten."""

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many times within so many minutes, wherever these begin."""

    times: int
    minutes: int


class Cooldown:
    """Counts how often something is asked for, by each member and in each server. The time is that of the click."""

    def __init__(self, what: str, *, member: Limit, server: Limit) -> None:
        """`what` completes the sentence “You can … again in 2 minutes.”"""
        self.what = what
        self.member = member
        self.server = server
        self._members = _Uses(member)
        self._servers = _Uses(server)

    @contextlib.contextmanager
    def use(self, interaction: Interaction) -> Iterator[None]:
        """Count one use from its beginning on, so that many at once count, too; not if it comes to nothing because it
        is refused.

        Raises:
            RefusedError: it was used too often. Says when it works again.
        """
        at, member_id, guild_id = interaction.created_at, interaction.user.id, interaction.guild_id
        if free_at := self._members.full_until(member_id, at):
            raise RefusedError(
                f"That was often in a short time. You can {self.what} again {_after(free_at)}."
            )
        if guild_id is not None and (free_at := self._servers.full_until(guild_id, at)):
            raise RefusedError(
                f"That was often in a short time for one server. You can {self.what} here again {_after(free_at)}."
            )
        self._members.add(member_id, at)
        if guild_id is not None:
            self._servers.add(guild_id, at)
        try:
            yield
        except RefusedError:
            self._members.take_back(member_id, at)
            if guild_id is not None:
                self._servers.take_back(guild_id, at)
            raise


class _Uses:
    """When each key was used lately, those used last at the end."""

    def __init__(self, limit: Limit) -> None:
        self._times = limit.times
        self._window = timedelta(minutes=limit.minutes)
        self._uses: OrderedDict[int, deque[datetime]] = OrderedDict()

    def full_until(self, key: int, at: datetime) -> datetime | None:
        uses = self._uses.get(key, ())
        recent = [use for use in uses if use > at - self._window]
        return recent[-self._times] + self._window if len(recent) >= self._times else None

    def add(self, key: int, at: datetime) -> None:
        self._uses.setdefault(key, deque(maxlen=self._times)).append(at)
        self._uses.move_to_end(key)
        while len(self._uses) > _MOST_REMEMBERED or self._oldest() <= at - self._window:
            self._uses.popitem(last=False)

    def _oldest(self) -> datetime:
        return next(iter(self._uses.values()))[-1]

    def take_back(self, key: int, at: datetime) -> None:
        uses = self._uses.get(key)
        if uses is not None and at in uses:
            uses.remove(at)
            if not uses:
                del self._uses[key]


def _after(free_at: datetime) -> str:
    return stamp(free_at + _SECOND)  # stamps leave parts of a second out


class Cooldowns:
    """All there are. An evening of a class of 30 in one channel meets none of them."""

    def __init__(self) -> None:
        self.pictures = Cooldown("look at pictures", member=Limit(20, 1), server=Limit(120, 1))
        self.quizzes = Cooldown("start quizzes", member=Limit(20, 5), server=Limit(60, 5))
        self.questions = Cooldown("post questions", member=Limit(20, 10), server=Limit(60, 10))
        self.forecasts = Cooldown("look at your plan", member=Limit(10, 1), server=Limit(60, 1))
        self.public_boards = Cooldown("show boards to everyone", member=Limit(5, 5), server=Limit(30, 5))
        self.exports = Cooldown("export your data", member=Limit(3, 60), server=Limit(60, 60))
        self.reloads = Cooldown("reload the banks", member=Limit(20, 5), server=Limit(20, 5))
