"""The rounds that are open now, in memory, so that a click reads nothing from disk."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.questions import QuestionId
from bot.domain.rounds import Round
from bot.errors import RefusedError

_NOT_SHOWN = (
    "This question comes later in your challenge. Press **Play** on the card of the challenge to go on."
)


@dataclass(slots=True)
class OpenRound:
    """An open round with what a click needs to know."""

    round: Round
    expected: frozenset[int] = frozenset()
    """Who answered earlier in the quiz; when all of them have answered, the round closes early."""
    answered: set[int] = field(default_factory=set)
    hints: dict[int, int] = field(default_factory=dict)
    """How many hints each member has taken."""
    last_hint: dict[int, datetime] = field(default_factory=dict)
    shown: dict[int, datetime] = field(default_factory=dict)
    """In a private round: who has seen the question, and since when."""

    def seen_since(self, member_id: int) -> datetime:
        """When a member's time began to run."""
        return self.shown.get(member_id, self.round.opened_at)


class OpenRounds:
    """Finds open rounds by what people know of them."""

    def __init__(self) -> None:
        self._by_id: dict[int, OpenRound] = {}
        self._by_challenge: dict[int, list[OpenRound]] = {}

    def __iter__(self) -> Iterator[OpenRound]:
        return iter(list(self._by_id.values()))

    def add(self, round_: Round) -> OpenRound:
        """Take answers to a round; those of a challenge in the order in which members come to them."""
        state = self._by_id.get(round_.id)
        if state is None:
            state = self._by_id[round_.id] = OpenRound(round_)
            if round_.challenge_id is not None:
                self._by_challenge.setdefault(round_.challenge_id, []).append(state)
        state.round = round_
        return state

    def find(self, round_id: int) -> OpenRound | None:
        """A round by its id."""
        return self._by_id.get(round_id)

    def get(self, round_id: int, guild_id: int, member_id: int) -> OpenRound | None:
        """A round of this server that a member may answer or has answered.

        Raises:
            RefusedError: it is a private one that the member has not come to yet.
        """
        state = self._by_id.get(round_id)
        if state is None or state.round.guild_id != guild_id:
            return None
        if state.round.private and member_id not in state.shown:
            raise RefusedError(_NOT_SHOWN)
        return state

    def answerable(self, round_id: int, guild_id: int, member_id: int) -> Round | None:
        """A round of this server that the member has not answered, as they see it.

        Raises:
            RefusedError: it is a private one that the member has not come to yet.
        """
        state = self.get(round_id, guild_id, member_id)
        return state.round.shown_to(member_id) if state and member_id not in state.answered else None

    def of_quiz(self, quiz_id: int) -> Round | None:
        """The question of a quiz."""
        return next((state.round for state in self if state.round.quiz_id == quiz_id), None)

    def of_challenge(self, challenge_id: int) -> list[OpenRound]:
        """The questions of a challenge in their order."""
        return self._by_challenge.get(challenge_id, [])

    def next_of_challenge(self, challenge_id: int, guild_id: int, member_id: int) -> OpenRound | None:
        """The first question of a challenge of this server that a member has not answered."""
        return next(
            (
                state
                for state in self.of_challenge(challenge_id)
                if state.round.guild_id == guild_id and member_id not in state.answered
            ),
            None,
        )

    def in_channel(self, channel_id: int) -> list[OpenRound]:
        """The rounds with a card in a channel, that of a running quiz first, then the newest."""
        found = [
            state
            for state in self
            # one that is still being posted is not open for anybody yet
            if state.round.channel_id == channel_id
            and not state.round.private
            and (state.round.message_id is not None or state.answered)
        ]
        return sorted(found, key=lambda state: (state.round.quiz_id is None, -state.round.id))

    def reserved(self, guild_id: int) -> set[QuestionId]:
        """The questions that a challenge asks in a server."""
        return {
            state.round.question.full_id
            for states in self._by_challenge.values()
            for state in states
            if state.round.guild_id == guild_id
        }

    def servers(self) -> set[int]:
        """The servers in which something can be answered."""
        return {state.round.guild_id for state in self._by_id.values()}

    def unanswered(self, servers: Container[int | None], member_id: int) -> set[QuestionId]:
        """What a member can still answer: in these servers, and in challenges where they have seen it."""
        return {
            state.round.question.full_id
            for state in self._by_id.values()
            if (state.round.guild_id in servers or member_id in state.shown)
            and member_id not in state.answered
        }

    def forget(self, round_id: int) -> None:
        """A round was closed: take no more answers to it."""
        self._by_id.pop(round_id, None)

    def forget_quiz(self, quiz_id: int) -> None:
        """A quiz was ended, and with it its rounds."""
        while round_ := self.of_quiz(quiz_id):
            self.forget(round_.id)

    def forget_challenge(self, challenge_id: int) -> None:
        """A challenge was ended, and with it its rounds."""
        for state in self._by_challenge.pop(challenge_id, []):
            self.forget(state.round.id)
