"""Hints: the next step of a question's ladder, for its price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.rounds import Round
from bot.errors import RefusedError
from bot.storage.hints import HintStore
from bot.study.open_rounds import OpenRound, OpenRounds
from bot.study.rounds import BEING_OPENED, Rounds
from bot.study.running_exams import RunningExams

DOUBLE_CLICK = timedelta(seconds=2)
"""Two requests closer together than this are one: a double click must not cost twice."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What a member may see now. `taken` steps of the ladder, the last of which may be new."""

    round: Round
    taken: int
    is_new: bool

    @property
    def left(self) -> int:
        """How many more there are."""
        return len(self.round.question.hints) - self.taken


class Hints:
    """Gives hints and notes what they cost."""

    def __init__(
        self, hints: HintStore, rounds: Rounds, open_rounds: OpenRounds, running_exams: RunningExams
    ) -> None:
        self._hints = hints
        self._rounds = rounds
        self._open = open_rounds
        self._running_exams = running_exams

    def choices(self, channel_id: int, member_id: int, asked_at: datetime) -> tuple[list[OpenRound], bool]:
        """The open questions of a channel that a member could ask for help with, and whether it is clear which.

        It is not where several are open, also when only one of them is left to answer: a hint for another
        question than the one in mind would cost points.

        Raises:
            RefusedError: there are none, or the member is in an exam.
        """
        self._running_exams.check_hints(member_id, asked_at)
        found = self._open.in_channel(channel_id)
        if not found:
            raise RefusedError(
                "No question is open in this channel. Start a quiz with `/quiz start`, or post one with `/question`."
            )
        unanswered = [state for state in found if member_id not in state.answered]
        if not unanswered:
            raise RefusedError(_ANSWERED)
        return unanswered, len(found) == 1

    async def take(
        self,
        round_id: int,
        guild_id: int,
        member_id: int,
        asked_at: datetime,
        channel_id: int | None = None,
    ) -> Hint:
        """The next hint for a member; it is noted before it is shown.

        Raises:
            RefusedError: the question is closed, answered, or has no hints, or the member is in an exam.
        """
        self._running_exams.check_hints(member_id, asked_at)
        state = self._open.get(round_id, guild_id, member_id, channel_id)
        if state is not None and self._open.is_voided(state.round):
            raise RefusedError(
                "A moderator has voided this question, so it needs no hints. Press its letter to go on without it."
            )
        if state is None or asked_at >= state.round.closes_at:
            round_ = await self._rounds.get(round_id, guild_id, channel_id)
            if round_.closed_at is None and round_.message_id is None:
                raise RefusedError(BEING_OPENED)
            raise RefusedError(
                "This question is closed, so there is nothing left to hint at. The answer comes with its result."
            )
        if member_id in state.answered:
            raise RefusedError(_ANSWERED)
        ladder = state.round.question.hints
        if not ladder:
            raise RefusedError("This question comes without hints.")
        taken = state.hints.get(member_id, 0)
        last = state.last_hint.get(member_id)
        if taken == len(ladder) or (last is not None and asked_at - last < DOUBLE_CLICK):
            return Hint(state.round, taken, is_new=False)
        # counted first, so that an answer that comes in between pays for it
        state.hints[member_id] = taken + 1
        state.last_hint[member_id] = asked_at
        try:
            await self._hints.take(round_id, member_id, taken + 1, asked_at)
        except BaseException:
            state.hints[member_id] = taken
            state.last_hint.pop(member_id)  # trying again must not look like a double click
            raise
        return Hint(state.round, taken + 1, is_new=True)


_ANSWERED = "You have answered already, so you need no more hints. `/explain` shows the full explanation."
