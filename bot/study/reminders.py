"""Private reminders, on days with something due. Nobody gets one unasked."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.domain.reminders import DEFAULT_HOUR, is_timely, next_reminder
from bot.errors import RefusedError
from bot.storage.members import REMIND, MemberStore
from bot.storage.timers import Timer
from bot.study.calendars import Calendars
from bot.study.messenger import Messenger, ReminderTime
from bot.study.reviews import Reviews
from bot.study.scheduler import Scheduler
from bot.study.servers import find_zone

log = logging.getLogger(__name__)

_AT_ONCE = 5
"""So many reminders are sent at the same time: at six in the evening there can be thousands."""

_HOW_TO_OPEN = (
    "That takes a server where we both are: allow direct messages in your privacy settings for it, and look whether you "
    "have blocked me. Then use `/remind on` again."
)


@dataclass(frozen=True, slots=True)
class Reminding:
    """How a member is reminded from now on."""

    time: ReminderTime
    next_at: datetime
    """UTC."""
    is_guess: bool
    """Whether the zone is UTC only because nobody has named another one."""


class Reminders:
    """Reminds members. The timer of each is in the database."""

    def __init__(
        self,
        store: MemberStore,
        calendars: Calendars,
        reviews: Reviews,
        scheduler: Scheduler,
        messenger: Messenger,
        clock: Clock,
    ) -> None:
        self._store = store
        self._calendars = calendars
        self._reviews = reviews
        self._scheduler = scheduler
        self._messenger = messenger
        self._clock = clock
        self._turns = asyncio.Semaphore(_AT_ONCE)
        # patient: a reminder is of use as long as its day lasts
        scheduler.register(REMIND, self._remind, self._give_up, patient=True)

    async def switch_on(
        self, member_id: int, guild_id: int | None, hour: int | None, zone: str | None
    ) -> Reminding:
        """Remind a member each day at an hour (0 to 23) of a zone, by name; whatever is None stays as it was.

        The zone is their own from then on, also for reviews and plans. A direct message shows first that reminders will
        come through, also to those who are in direct messages: without a server in common Discord delivers none.

        Raises:
            RefusedError: there is no such zone, or the member takes no direct messages.
            PostError: Discord has trouble.
        """
        chosen = find_zone(zone) if zone else await self._calendars.zone(member_id, guild_id)
        if hour is None:
            hour = await self._store.remind_hour(member_id)
        time = ReminderTime(DEFAULT_HOUR if hour is None else hour, chosen.key)
        if not await self._messenger.greet(member_id, time):
            await self._store.remind_no_more(member_id)
            await self._store.take_note(member_id)  # they are told right now
            raise RefusedError(f"Reminders are off, because I may not write to you. {_HOW_TO_OPEN}")
        next_at = next_reminder(self._clock.now(), time.hour, chosen)
        # UTC is what they have who have chosen nothing yet: kept as theirs, it would hide what a server chooses
        is_guess = not zone and chosen.key == "UTC"
        await self._store.remind(member_id, time.hour, None if is_guess else chosen.key, next_at)
        self._scheduler.expect(next_at)
        return Reminding(time, next_at, is_guess)

    async def switch_off(self, member_id: int) -> bool:
        """Remind a member no more. False: they were not reminded."""
        return await self._store.remind_no_more(member_id)

    async def take_note(self, member_id: int) -> str | None:
        """What a member must be told of their reminders with the next private answer; only once."""
        if not await self._store.take_note(member_id):
            return None
        return f"🔕 Your reminders are off, because I could no longer write to you. {_HOW_TO_OPEN}"

    async def _remind(self, timer: Timer) -> None:
        async with self._turns:
            member_id = timer.subject
            hour = await self._store.remind_hour(member_id)
            if hour is None:
                return
            due = await self._due_today(member_id, hour)
            if due and not await self._messenger.remind(member_id, due):
                log.info("The reminders of member %d end, who takes no direct messages", member_id)
                await self._store.remind_no_more(member_id, unreachable=True)
                return
        await self._go_on(timer, hour)

    async def _due_today(self, member_id: int, hour: int) -> int:
        """How many questions are due; 0 if the day of the reminder is over, since nothing is sent that late."""
        zone = await self._calendars.zone(member_id, None)
        now = self._clock.now()
        if not is_timely(now, hour, zone):
            return 0
        return len((await self._reviews.workload(member_id, None, now)).due)

    async def _give_up(self, timer: Timer, error: Exception) -> None:
        log.error("Member %d could not be reminded: %s", timer.subject, error)
        hour = await self._store.remind_hour(timer.subject)
        if hour is not None:
            await self._go_on(timer, hour)

    async def _go_on(self, timer: Timer, hour: int) -> None:
        zone = await self._calendars.zone(timer.subject, None)
        due_at = next_reminder(self._clock.now(), hour, zone)
        await self._store.reminded(timer, due_at)
        self._scheduler.expect(due_at)
