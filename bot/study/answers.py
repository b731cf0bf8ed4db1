"""Looking back at answers, and reporting questions."""

from __future__ import annotations

from bot.clock import Clock
from bot.domain.questions import Question
from bot.domain.rounds import Answer, Round
from bot.errors import RefusedError
from bot.storage.answers import AnswerStore
from bot.storage.hints import ReportStore
from bot.study.rounds import Rounds


class Explanations:
    """Shows again what a question taught."""

    def __init__(self, answers: AnswerStore, rounds: Rounds) -> None:
        self._answers = answers
        self._rounds = rounds

    async def last(self, guild_id: int, channel_id: int, member_id: int) -> tuple[Round, Answer]:
        """The last question that a member answered in a channel, with the answer.

        Raises:
            RefusedError: the member has not answered any there.
        """
        answer = await self._answers.last_in_channel(channel_id, member_id)
        if answer is None:
            raise RefusedError(
                "You have not answered a question in this channel yet. When you have, I explain it here."
            )
        return (await self._rounds.get(answer.round_id, guild_id)).shown_to(member_id), answer


class Reports:
    """Keeps what members find wrong with questions, for whoever looks after them."""

    def __init__(self, reports: ReportStore, rounds: Rounds, clock: Clock) -> None:
        self._reports = reports
        self._rounds = rounds
        self._clock = clock

    async def add(self, round_id: int, guild_id: int, member_id: int, reason: str) -> None:
        """Keep a report on the question of a round.

        Raises:
            RefusedError: the reason is empty, or there is no such round in this server.
        """
        round_ = await self._rounds.get(round_id, guild_id)
        await self._keep(round_.question, guild_id, round_.id, member_id, reason)

    async def add_private(
        self, question: Question, guild_id: int | None, member_id: int, reason: str
    ) -> None:
        """Keep a report on a question that was asked in private.

        Raises:
            RefusedError: the reason is empty.
        """
        await self._keep(question, guild_id, None, member_id, reason)

    async def _keep(
        self, question: Question, guild_id: int | None, round_id: int | None, member_id: int, reason: str
    ) -> None:
        if not reason.strip():
            raise RefusedError(
                "The report was empty. Press Report again and say in a few words what is wrong."
            )
        await self._reports.add(
            question,
            guild_id=guild_id,
            round_id=round_id,
            member_id=member_id,
            reason=reason.strip(),
            now=self._clock.now(),
        )
