"""What members do in each case: the same for each bot."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

SERVER = 1_200_000_000_000_000_000
"""The first server: the one with the most answers in benchmarks/history.py, whose members these are."""

LAST_MEMBERS = SERVER + 900_000_000
"""From here on are members who do not belong to a case."""

_TWICE = 0.05
"""This part of the clicks are second ones, of members who have changed their mind."""
_SOON = 20
"""So many clicks later at the most."""


@dataclass(frozen=True)
class Case:
    """Clicks as they come."""

    name: str
    about: str
    clicks: int
    seconds: float = 0.0
    """Over which they are spread evenly; 0: all at once."""
    one_by_one: bool = False
    """Each after the answer to the one before."""
    channels: int = 1
    servers: int = 1
    hints: float = 0.0
    """The part of them that asks for a hint."""
    boards: bool = False
    """Whether somebody looks at a board each second."""
    tls: bool = False
    delay: float = 0.0
    """Seconds of a round trip."""

    def scaled(self, clicks: int | None) -> Case:
        """With at most so many clicks, as dense as before."""
        if clicks is None or clicks >= self.clicks:
            return self
        channels = min(self.channels, max(1, clicks // 5))
        return replace(
            self, clicks=clicks, seconds=self.seconds * clicks / self.clicks, channels=channels,
            servers=min(self.servers, channels),
        )  # fmt: skip

    def channel_ids(self) -> dict[int, list[int]]:
        """The channels of each server."""
        return {
            server: [server + 1 + number for number in range(place, self.channels, self.servers)]
            for place in range(self.servers)
            for server in [SERVER + place * 1_000_000_000]
        }


BURST = Case("5000", "5,000 clicks at once", 5000)

CASES = {
    case.name: case
    for case in (
        Case("single", "one click at a time", 200, one_by_one=True),
        Case("50", "50 clicks at once", 50),
        Case("500", "500 clicks at once", 500),
        BURST,
        Case("steady", "200 clicks a second for a minute", 12_000, seconds=60),
        # a server may start 60 quizzes in five minutes
        Case("channels", "100 channels, 50 members click in each at once", 5000, channels=100, servers=4),
        replace(BURST, name="tls", about="5,000 at once with TLS and 150 ms", tls=True, delay=0.15),
        replace(
            BURST,
            name="tally",
            about="5,000 in 3 s with TLS and 150 ms, while the tally is edited",
            seconds=3,
            tls=True,
            delay=0.15,
        ),
        replace(BURST, name="hints", about="5,000 at once, a fifth of them for hints", hints=0.2),
        replace(BURST, name="board", about="5,000 at once, and a board each second", boards=True),
    )
}


@dataclass(frozen=True, slots=True)
class Step:
    """One click: of a member, in a channel, on an option or for a hint."""

    member: int
    channel: int
    """Its place among all."""
    option: int | None
    """A random number, of which what remains after division is the place; None: the hint."""


def steps(case: Case, rng: random.Random) -> list[Step]:
    """The clicks in their order. Some members click twice; some take a hint before."""
    second = round(case.clicks * _TWICE)
    hints = round(case.clicks * case.hints)
    members = [SERVER + 1 + number * 7_919 for number in range(case.clicks - second - hints)]
    found = [Step(member, place % case.channels, rng.randrange(60)) for place, member in enumerate(members)]
    rng.shuffle(found)
    # (when, step): a second click a little after the first, a hint somewhere before it
    order = [(float(place), step) for place, step in enumerate(found)]
    twice = rng.sample(order, min(second, len(order)))
    hinted = rng.choices(order, k=hints) if hints else []
    order += [
        (place + rng.uniform(0, _SOON), replace(step, option=(step.option or 0) + 1)) for place, step in twice
    ]
    order += [(place - rng.uniform(0, _SOON), replace(step, option=None)) for place, step in hinted]
    return [step for _, step in sorted(order, key=lambda one: one[0])]
