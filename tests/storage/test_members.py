"""What members have chosen for themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.storage.database import Database
from bot.storage.members import REMIND, MemberStore
from bot.storage.timers import Timer, TimerStore
from tests.domain.examples import NOON, seconds
from tests.storage.conftest import Commits
from tests.storage.examples import ADA, GRACE, timers

DAY = timedelta(days=1)
FIRST = Timer(REMIND, ADA, NOON)


@pytest.fixture
def members(database: Database) -> MemberStore:
    """The members in the database."""
    return MemberStore(database)


async def test_a_member_who_chose_nothing_is_unknown(members: MemberStore) -> None:
    assert await members.zone(ADA) is None
    assert await members.remind_hour(ADA) is None
    assert not await members.take_note(ADA)
    assert not await members.remind_no_more(ADA)
    assert await members.zone(ADA) is None


async def test_each_member_is_reminded_at_their_hour(database: Database, members: MemberStore) -> None:
    await members.remind(ADA, 18, "Europe/Berlin", NOON)
    await members.remind(GRACE, 0, None, NOON + DAY)
    assert (await members.remind_hour(ADA), await members.zone(ADA)) == (18, "Europe/Berlin")
    assert (await members.remind_hour(GRACE), await members.zone(GRACE)) == (0, None)
    assert await timers(database) == {(REMIND, ADA): NOON, (REMIND, GRACE): NOON + DAY}


async def test_choosing_again_moves_the_reminder_and_keeps_the_zone(
    database: Database, members: MemberStore
) -> None:
    await members.remind(ADA, 18, "Europe/Berlin", NOON)
    await members.remind(ADA, 7, None, NOON + DAY)
    assert (await members.remind_hour(ADA), await members.zone(ADA)) == (7, "Europe/Berlin")
    await members.remind(ADA, 7, "Asia/Kathmandu", NOON + DAY)
    assert await members.zone(ADA) == "Asia/Kathmandu"
    assert await timers(database) == {(REMIND, ADA): NOON + DAY}


async def test_reminders_end_for_one_member(database: Database, members: MemberStore) -> None:
    for member in (ADA, GRACE):
        await members.remind(member, 18, "Europe/Berlin", NOON)
    assert await members.remind_no_more(ADA)
    assert not await members.remind_no_more(ADA)
    assert (await members.remind_hour(ADA), await members.zone(ADA)) == (None, "Europe/Berlin")
    assert await timers(database) == {(REMIND, GRACE): NOON}
    assert not await members.take_note(ADA)


async def test_after_a_reminder_the_next_one_falls_due(database: Database, members: MemberStore) -> None:
    await members.remind(ADA, 18, None, NOON)
    await members.reminded(FIRST, NOON + DAY)
    await TimerStore(database).done(FIRST)
    assert await timers(database) == {(REMIND, ADA): NOON + DAY}


async def test_after_a_reminder_that_took_several_tries_the_next_one_has_all_its_tries(
    database: Database, members: MemberStore
) -> None:
    await members.remind(ADA, 18, None, NOON)
    store = TimerStore(database)
    await store.postpone(FIRST, NOON + seconds(2))
    await members.reminded(FIRST, NOON + DAY)  # an older try has nothing to say
    assert await timers(database) == {(REMIND, ADA): NOON + seconds(2)}
    ((second,), _) = await store.due(NOON + seconds(2))
    await members.reminded(second, NOON + DAY)
    assert (await store.due(NOON + DAY))[0] == [Timer(REMIND, ADA, NOON + DAY)]


async def test_reminders_that_were_switched_off_or_changed_meanwhile_stay_so(
    database: Database, members: MemberStore
) -> None:
    await members.remind(ADA, 18, None, NOON)
    await members.remind(ADA, 18, "Asia/Kathmandu", NOON + seconds(9))
    await members.reminded(FIRST, NOON + DAY)
    assert await timers(database) == {(REMIND, ADA): NOON + seconds(9)}
    await members.remind_no_more(ADA)
    await members.reminded(FIRST, NOON + DAY)
    assert await timers(database) == {}


async def test_who_can_not_be_reached_is_told_once(members: MemberStore) -> None:
    for member in (ADA, GRACE):
        await members.remind(member, 18, None, NOON)
    assert await members.remind_no_more(ADA, unreachable=True)
    assert await members.remind_hour(ADA) is None
    assert [await members.take_note(ADA) for _ in range(2)] == [True, False]
    assert not await members.take_note(GRACE)


async def test_who_switched_reminders_off_before_is_told_nothing(members: MemberStore) -> None:
    await members.remind(ADA, 18, None, NOON)
    await members.remind_no_more(ADA)
    assert not await members.remind_no_more(ADA, unreachable=True)
    assert not await members.take_note(ADA)


async def test_a_note_is_moot_once_reminders_are_on_again(members: MemberStore) -> None:
    await members.remind(ADA, 18, None, NOON)
    await members.remind_no_more(ADA, unreachable=True)
    await members.remind(ADA, 18, None, NOON)
    assert not await members.take_note(ADA)


async def test_looking_for_a_note_waits_for_no_answer(members: MemberStore, commits: Commits) -> None:
    await members.remind(ADA, 18, None, NOON)
    commits.forget()
    assert not await members.take_note(ADA)
    assert commits.number == 0
