"""Notices when the clock of the machine is off: every click carries Discord's time."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from bot.clock import Clock

log = logging.getLogger(__name__)

_AHEAD = timedelta(minutes=5)
"""A click comes later than it was made, by minutes after the connection was lost."""

_BEHIND = timedelta(seconds=10)
"""It never comes before it was made."""


class ClockWatch:
    """Tells the host, once for each time that the clock goes wrong."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._is_off = False

    def clicked(self, at: datetime) -> None:
        """A member clicked then (aware UTC), by Discord's time."""
        ahead = self._clock.now() - at
        is_off = not -_BEHIND <= ahead <= _AHEAD
        if is_off and not self._is_off:
            seconds, way = abs(ahead) // timedelta(seconds=1), "ahead of" if ahead > timedelta() else "behind"
            log.error(
                "The clock of this machine is %d seconds %s Discord's. Questions open and close by this clock, and clicks "
                "count by Discord's, so set it right, best by NTP (docs/faults.md)",
                seconds,
                way,
            )
        self._is_off = is_off
