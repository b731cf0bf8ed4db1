"""What the study rooms need posted in a channel. `cogs/poster.py` does it on Discord."""

from __future__ import annotations

from typing import Protocol

from bot.domain.quizzes import Quiz, QuizResult
from bot.domain.rounds import Round, RoundResult


class Poster(Protocol):
    """Posts and edits messages.

    Every method raises `PostFailedError` where another try may help and `PostRefusedError` where none will.
    """

    async def post_question(self, round_: Round) -> int:
        """Post the card of a round; the id of its message. Asked twice at once, it posts one message."""
        ...

    async def show_tally(self, round_: Round, answered: int) -> None:
        """Show on the card of an open round how many have answered."""
        ...

    async def show_closed(self, round_: Round, result: RoundResult) -> None:
        """Turn the card of a round into that of a closed one."""
        ...

    async def post_result(self, round_: Round, result: RoundResult, *, more: bool) -> None:
        """Post what came of a round, and whether another question follows."""
        ...

    async def post_scoreboard(self, quiz: Quiz, result: QuizResult) -> None:
        """Post what came of a quiz."""
        ...

    async def tell_starter(self, quiz: Quiz, sentence: str) -> bool:
        """Tell whoever started a quiz something in private. False: there is no way to reach them now."""
        ...
