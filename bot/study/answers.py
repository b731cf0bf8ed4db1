"""Looking back at answers."""

from __future__ import annotations

from bot.domain.rounds import Answer, Round
from bot.errors import RefusedError
from bot.storage.answers import AnswerStore
from bot.study.rounds import Rounds


class Explanations:
    """Shows again what a question taught."""

    def __init__(self, answers: AnswerStore, rounds: Rounds) -> None:
        self._answers = answers
        self._rounds = rounds

    async def last(self, guild_id: int, channel_id: int, member_id: int) -> tuple[Round, Answer, bool]:
        """The last question that a member answered in a channel, with the answer, and whether it is voided.

        Raises:
            RefusedError: the member has not answered any there.
        """
        answer = await self._answers.last_in_channel(channel_id, member_id)
        if answer is None:
            raise RefusedError(
                "You have not answered a question in this channel yet. When you have, I explain it here."
            )
        round_ = await self._rounds.get(answer.round_id, guild_id)
        return round_.shown_to(member_id), answer, self._rounds.is_voided(round_)
