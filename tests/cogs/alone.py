"""Words for what a member does who studies alone, in the server or in direct messages with the bot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import fsrs
from fsrs import Rating

from bot.storage.database import from_day
from tests.messages import buttons, letter, offered, parts, text
from tests.world import World

_BUTTON, _CLICK = 2, 3

DAY = 24 * 3600.0
FIRST = date(2026, 1, 1)
"""The day on which the world begins, a Thursday."""

PAIR = "Which two are right?"
FOUR = "Which one is right, of these four?"
HERE = "And which one is right here?"
YES = "Yes or no?"
"""The questions of the sample bank. The first is on the second topic and asks for two options."""


def prompt(shown: Any) -> str:
    """The question on a card."""
    return text(shown).splitlines()[2]


def is_asking(shown: Any) -> bool:
    """Whether a card is a question to answer."""
    return bool(ids(shown, "item-pick") or ids(shown, "item-tick"))


def ids(shown: Any, kind: str) -> list[str]:
    """The ids of the buttons of a kind."""
    return [b["custom_id"] for b in parts(shown, _BUTTON) if b["custom_id"].startswith(f"{kind}:")]


def id_of(shown: Any, label: str) -> str:
    """What the button of this label says, to click it when it is gone."""
    return str(buttons(shown)[label]["custom_id"])


def comes(on: date) -> str:
    """How a verdict says when its question comes again."""
    return f"In your review again on {on:%A}, {on.day} {on:%B}."


def work(due: int, tomorrow: int, week: int) -> str:
    """How a card says what there is to review."""
    return f"{due} due today · {tomorrow} tomorrow · {week} within a week"


class Student:
    """A member who studies alone. Each step is one click, on what they see then."""

    def __init__(self, world: World, member: Any, *, direct: bool = False) -> None:
        """`direct`: in their direct messages with the bot."""
        self.world = world
        self.member = member
        self.direct = direct

    async def _command(self, name: str, **options: Any) -> Any:
        if self.direct:
            result = await self.member.user.slash(name, **options)
        else:
            result = await self.member.slash(self.world.channel, name, **options)
        # private where others are; in direct messages cards stay, and refusals go
        is_card = not result.response.content
        assert result.response.flags.ephemeral is not (self.direct and is_card)
        return result.response

    async def practise(self, **options: Any) -> Any:
        """`/practice`; what they see."""
        return await self._command("practice", **options)

    async def review(self) -> Any:
        """`/review`; what they see."""
        return await self._command("review")

    async def click(self, shown: Any, label: str) -> Any:
        """Click a button by its label; what the message is then."""
        return await self._click(shown, id_of(shown, label))

    async def _click(self, shown: Any, custom_id: str) -> Any:
        person = self.member.user if self.direct else self.member
        result = await person.click(shown, custom_id=custom_id)
        assert result.response is not None
        # one message, but where a new one begins beside a summary
        assert (result.response.id == shown.id) is not _begins_beside(custom_id)
        return result.response

    async def press(self, shown: Any, custom_id: str) -> Any:
        """Click a button that was on a message once, as a device does that has not heard of the change."""
        result = self.world._send(
            self.member,
            shown.message.channel,
            _CLICK,
            {"custom_id": custom_id, "component_type": _BUTTON},
            shown.message,
        )
        await self.world.env.settle()
        return result.response

    async def choose(self, shown: Any, *options: str) -> Any:
        """Choose options by their texts, and submit where there are several; the verdict."""
        for option in options:
            found = letter(shown, option)
            label = next(label for label in buttons(shown) if label.endswith(found) and len(label) <= 3)
            shown = await self.click(shown, label)
        return await self.click(shown, "Submit") if "Submit" in buttons(shown) else shown

    async def answer(self, shown: Any, *, right: bool = True) -> Any:
        """Answer a question; the verdict."""
        wanted = ["the right one", "the other right one"] if right else ["a wrong one", "another wrong one"]
        return await self.choose(
            shown, *[option for option in wanted if option in offered(shown)][: _count(shown)]
        )

    async def go_on(self, verdict: Any) -> Any:
        """From a verdict to what comes next."""
        (custom_id,) = ids(verdict, "session-next")
        return await self._click(verdict, custom_id)

    async def answer_all(
        self, shown: Any, *, wrong: Sequence[str] = (), seconds: float = 5.0
    ) -> tuple[Any, list[str]]:
        """Answer what is asked until nothing is, `wrong` ones always wrong; what comes last, and what was asked."""
        asked = []
        while is_asking(shown):
            asked.append(prompt(shown))
            await self.world.wait(seconds)
            shown = await self.go_on(await self.answer(shown, right=asked[-1] not in wrong))
        return shown, asked


def _begins_beside(custom_id: str) -> bool:
    kind, *numbers = custom_id.split(":")
    return (kind == "practice" and numbers[-1] == "0") or (kind == "review" and numbers[-1] == "1")


def _count(shown: Any) -> int:
    return 2 if "Choose 2" in text(shown) else 1


async def dates(world: World, member: Any) -> dict[str, date]:
    """When each question comes again for a member, by its id, as it is on disk."""
    async with world.sql() as transaction:
        rows = await transaction.run(
            "SELECT question, due_day FROM review_card WHERE member_id = ?", (member.id,)
        )
    return {question: from_day(day) for question, day in rows}


async def log(world: World, member: Any) -> list[tuple[str, Rating, date]]:
    """A member's reviews by question, with their ratings and days."""
    async with world.sql() as transaction:
        rows = await transaction.run(
            "SELECT question, rating, day FROM review_log WHERE member_id = ? ORDER BY question, number",
            (member.id,),
        )
    return [(question, Rating(rating), from_day(day)) for question, rating, day in rows]


def fsrs_says(reviews: Iterable[tuple[Rating, date]], retention: float = 0.9) -> date:
    """When FSRS itself would ask a question again."""
    model = fsrs.Scheduler(
        desired_retention=retention, learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )
    card = fsrs.Card(card_id=1, due=datetime(2026, 1, 1, tzinfo=UTC))
    for rating, day in reviews:
        card, _ = model.review_card(card, rating, datetime.combine(day, time(), tzinfo=UTC))
    return card.due.date()


def day(number: int) -> date:
    """A day by its number; the world begins on day 0."""
    return FIRST + timedelta(days=number)


async def until_day(world: World, number: int, hour: int = 9) -> None:
    """Let time pass until an hour (UTC) of a day."""
    at = day(number)
    await world.until(at.year, at.month, at.day, hour)
