"""What a member who studies alone must not be told yet, because it would be unfair elsewhere."""

from __future__ import annotations

from datetime import datetime

from bot.domain.questions import QuestionId
from bot.errors import RefusedError
from bot.storage.answers import AnswerStore
from bot.study.open_rounds import OpenRounds
from bot.study.running_exams import RunningExams


class Spoilers:
    """Knows which questions still count for a member elsewhere."""

    def __init__(self, open_rounds: OpenRounds, running_exams: RunningExams, answers: AnswerStore) -> None:
        self._open = open_rounds
        self._running_exams = running_exams
        self._answers = answers

    async def of(self, member_id: int, guild_id: int | None, at: datetime) -> frozenset[QuestionId]:
        """The questions that the member can still answer for points in their servers, in a challenge, a quiz or alone in a
        channel, and those of the exam that they are in.

        Their servers are this one (None: in direct messages) and those where they have ever answered: Discord tells
        a bot no more.
        """
        exam = self._running_exams.find(member_id, at)
        spoilers = set(exam.questions) if exam else set()
        open_servers = self._open.servers()
        if open_servers:
            servers = await self._answers.active_in(member_id, open_servers) | {guild_id}
            spoilers |= self._open.unanswered(servers, member_id)
        return frozenset(spoilers)

    async def check(self, member_id: int, guild_id: int | None, question: QuestionId, at: datetime) -> None:
        """Refuse what would spoil a question.

        Raises:
            RefusedError: it still counts elsewhere.
        """
        if question in await self.of(member_id, guild_id, at):
            raise RefusedError(
                "This question waits: it still counts for you in a challenge, a quiz or an exam. Answer it there first, or come "
                "back when that is over."
            )
