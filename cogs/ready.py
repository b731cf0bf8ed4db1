"""Verdicts as the bodies of requests."""

from __future__ import annotations

import orjson

from bot.study.replies import Recorded, Reply
from cogs.cards.verdicts import reply_card, verdict_card, verdict_head
from cogs.channels import private_body

_HEAD = "\0"
"""Stands for the head of a verdict. No text of a bank has this character: YAML knows none."""

_MOST_KEPT = 1000
"""Some 3 kB each. Members who play the challenge have an order of options of their own."""


class ReadyVerdicts:
    """Makes only once what the verdicts on a choice share: all but their heads."""

    def __init__(self) -> None:
        self._kept: dict[object, tuple[bytes, bytes]] = {}

    def body(self, reply: Reply, following: int | None, *, in_place: bool) -> bytes:
        """The request that answers a click with a reply: in place of the private message that was clicked on, or with a
        new one. `following` is the next question of a challenge.
        """
        if not isinstance(reply, Recorded):
            return private_body(reply_card(reply, following), in_place=in_place)
        round_, answer = reply.round, reply.answer
        key = (round_.id, round_.order, answer.choice, following, in_place)
        if key not in self._kept:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            card = verdict_card(round_, answer, _HEAD, following)
            before, _, after = private_body(card, in_place=in_place).partition(orjson.dumps(_HEAD))
            self._kept[key] = (before, after)
        before, after = self._kept[key]
        return before + orjson.dumps(verdict_head(reply)) + after
