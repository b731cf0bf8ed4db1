"""What a member who studies alone must not be told yet, because it would be unfair elsewhere."""

from __future__ import annotations

from datetime import datetime

from bot.domain.reviews import Key
from bot.storage.answers import AnswerStore
from bot.study.open_rounds import OpenRounds
from bot.study.running_exams import RunningExams


class Spoilers:
    """Knows which questions still count for a member elsewhere."""

    def __init__(self, open_rounds: OpenRounds, running_exams: RunningExams, answers: AnswerStore) -> None:
        self._open = open_rounds
        self._running_exams = running_exams
        self._answers = answers

    async def of(self, member_id: int, guild_id: int | None, at: datetime) -> frozenset[Key]:
        """The questions that the member has yet to answer in the running challenges of their servers, and those of
        the exam that they are in.

        Their servers are this one (None: in direct messages) and those where they have ever answered: Discord tells
        no more.
        """
        exam = self._running_exams.find(member_id, at)
        spoilers = set(exam.questions) if exam else set()
        with_challenge = self._open.servers_with_challenge()
        if with_challenge:
            servers = await self._answers.active_in(member_id, with_challenge) | (with_challenge & {guild_id})
            for server in servers:
                spoilers |= self._open.reserved(server, unanswered_by=member_id)
        return frozenset(spoilers)
