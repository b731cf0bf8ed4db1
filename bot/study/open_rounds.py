"""The rounds that are open now, in memory, so that a click reads nothing from disk."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.questions import QuestionId
from bot.domain.rounds import Round
from bot.errors import RefusedError
from bot.study.voids import Voids

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

    def __init__(self, voids: Voids) -> None:
        self._voids = voids
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

    def get(
        self, round_id: int, guild_id: int, member_id: int, channel_id: int | None = None
    ) -> OpenRound | None:
        """A round of this server, and of this channel, that a member may answer or has answered.

        Raises:
            RefusedError: it is a private one that the member has not come to yet.
        """
        state = self._by_id.get(round_id)
        if state is None or not state.round.is_in(guild_id, channel_id):
            return None
        if state.round.private and member_id not in state.shown:
            raise RefusedError(_NOT_SHOWN)
        return state

    def answerable(
        self, round_id: int, guild_id: int, member_id: int, channel_id: int | None = None
    ) -> Round | None:
        """A round of this server, and of this channel, that the member has not answered, as they see it.

        Raises:
            RefusedError: it is a private one that the member has not come to yet.
        """
        state = self.get(round_id, guild_id, member_id, channel_id)
        if state is None or member_id in state.answered or self.is_voided(state.round):
            return None
        return state.round.shown_to(member_id)

    def of_quiz(self, quiz_id: int) -> Round | None:
        """The question of a quiz."""
        return next((state.round for state in self if state.round.quiz_id == quiz_id), None)

    def is_voided(self, round_: Round) -> bool:
        """Whether a round, open or closed, asked what counts no more in its server."""
        return self._voids.has(round_.guild_id, round_.question)

    def of_challenge(self, challenge_id: int) -> list[OpenRound]:
        """The questions of a challenge in their order."""
        return self._by_challenge.get(challenge_id, [])

    def left_of_challenge(self, challenge_id: int, member_id: int) -> list[OpenRound]:
        """The questions of a challenge that a member has not answered, without those that are voided."""
        return [
            state
            for state in self.of_challenge(challenge_id)
            if member_id not in state.answered and not self.is_voided(state.round)
        ]

    def following(self, round_: Round, member_id: int) -> int | None:
        """The position of the question that comes next for a member in the challenge of a round; None if none does."""
        left = self.left_of_challenge(round_.challenge_id or 0, member_id)
        return left[0].round.position if left else None

    def next_of_challenge(self, challenge_id: int, guild_id: int, member_id: int) -> OpenRound | None:
        """The first question of a challenge of this server that a member has not answered."""
        left = self.left_of_challenge(challenge_id, member_id)
        return left[0] if left and left[0].round.guild_id == guild_id else None

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

    def of_server(self, guild_id: int) -> list[OpenRound]:
        """All rounds of a server."""
        return [state for state in self if state.round.guild_id == guild_id]

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
            and not self.is_voided(state.round)
        }

    def forget(self, round_id: int) -> None:
        """A round was closed: take no more answers to it."""
        self._by_id.pop(round_id, None)

    def forget_quiz(self, quiz_id: int) -> None:
        """A quiz was ended, and with it its rounds."""
        while round_ := self.of_quiz(quiz_id):
            self.forget(round_.id)

    def forget_server(self, guild_id: int) -> None:
        """What a server had is being erased."""
        for state in self.of_server(guild_id):
            if state.round.challenge_id is not None:
                self.forget_challenge(state.round.challenge_id)
            self.forget(state.round.id)

    def forget_challenge(self, challenge_id: int) -> None:
        """A challenge was ended, and with it its rounds."""
        for state in self._by_challenge.pop(challenge_id, []):
            self.forget(state.round.id)
