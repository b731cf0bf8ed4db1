"""Verdicts as the bodies of requests."""

from __future__ import annotations

import orjson

from bot.study.replies import Recorded, Reply
from cogs.cards.verdicts import reply_card, verdict_card, verdict_head
from cogs.channels import private_body

_HEAD = "\0"
"""Stands for the head of a verdict, which is the first text of its card."""

_MOST_KEPT = 1000
"""Some 3 kB each."""


class ReadyVerdicts:
    """Makes only once what the verdicts on a choice share: all but their heads."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, frozenset[int], bool], tuple[bytes, bytes]] = {}

    def body(self, reply: Reply, following: int | None, *, in_place: bool) -> bytes:
        """The request that answers a click with a reply: in place of the private message that was clicked on, or with a
        new one. `following` is the next question of a challenge.
        """
        # in a challenge each member has an order of options of their own
        if not isinstance(reply, Recorded) or reply.round.private:
            return private_body(reply_card(reply, following), in_place=in_place)
        round_, answer = reply.round, reply.answer
        # an open round keeps its question, and the number of a round is never given again
        key = (round_.id, answer.choice, in_place)
        if key not in self._kept:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            card = verdict_card(round_, answer, _HEAD, following=None)
            before, _, after = private_body(card, in_place=in_place).partition(orjson.dumps(_HEAD))
            self._kept[key] = (before, after)
        before, after = self._kept[key]
        return before + orjson.dumps(verdict_head(reply)) + after
