"""Random members, moderators, restarts and jumps of time against a simple model of the rules."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import tempfile
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.cogs.reporting import VOIDED, press, queue, report, void
from tests.messages import buttons, letter, offered, parts, text
from tests.rules.model import KEYS, LADDERS, Asked, Model
from tests.world import World, open_world

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

MEMBERS = st.sampled_from(["ada", "grace", "linus", "mona"])
PAUSES = st.sampled_from([1, 1, 2, 3, 5, 9, 14, 31])
LONG_PAUSES = st.sampled_from([1800, 3600, 24 * 3600, 7 * 24 * 3600])
ABSENCES = st.sampled_from([0, 0, 5, 40, 1200, 3 * 3600, 3 * 24 * 3600])
_TOPIC_TWO = {"Which two are right?"}

PLACES = st.integers(0, 3)
CARDS = st.integers(0, 5)
"""Which of the questions is meant, the newest first."""


class Rules(RuleBasedStateMachine):
    """What people do. The model says what they must be told, the database what was kept."""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._stack = contextlib.AsyncExitStack()
        self._folder = Path(self._stack_folder())
        self.world: World = self.do(self._stack.enter_async_context(open_world(self._folder)))
        self.model = Model()

    def _stack_folder(self) -> str:
        return self._stack.enter_context(tempfile.TemporaryDirectory())  # type: ignore[attr-defined]

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Let people do something, and wait for what comes of it."""
        return self._runner.run(work)

    def teardown(self) -> None:
        """Stop the bot; the world checks that nothing unexpected was logged."""
        try:
            self.do(self._stack.aclose())
        finally:
            self._runner.close()

    # people

    @rule(
        starter=MEMBERS,
        topic=st.sampled_from([None, "one", "two"]),
        questions=st.integers(1, 3),
        seconds=st.sampled_from([10, 30, 60]),
    )
    def start_a_quiz(self, starter: str, topic: str | None, questions: int, seconds: int) -> None:
        running = self._rows("SELECT id FROM quiz WHERE ended_at IS NULL")
        options = {"topic": topic} if topic else {}
        result = self.do(
            self._member(starter).slash(
                self.world.channel, "quiz start", questions=questions, seconds=seconds, **options
            )
        )
        said = text(result.response)
        assert ("already running" in said) == bool(running), said
        is_possible = not running and not (topic == "two" and len(self.model.voided & _TOPIC_TWO))
        assert ("starts a quiz" in said) == is_possible, said
        self.do(self.world.wait(5))

    @rule(member=MEMBERS)
    def post_a_question(self, member: str) -> None:
        result = self.do(self._member(member).slash(self.world.channel, "question", **{"open-for": 1}))
        assert "is posted" in text(result.response)

    @precondition(lambda self: self._cards(open_ones=False))
    @rule(member=MEMBERS, card=CARDS)
    def answer_too_late(self, member: str, card: int) -> None:
        asked, message = _pick(self._cards(open_ones=False), card)
        choice = frozenset(offered(message)[: len(KEYS[asked.prompt])])
        said = text(self.do(self._choose(member, message, choice)))
        assert "This question is closed" in said or "Your first answer stands" in said or VOIDED in said, said

    @precondition(lambda self: self._cards())
    @rule(member=MEMBERS, card=CARDS, first=PLACES, second=PLACES)
    def answer(self, member: str, card: int, first: int, second: int) -> None:
        asked, message = _pick(self._cards(), card)
        options = offered(message)
        choice = frozenset({options[first % len(options)]})
        if len(KEYS[asked.prompt]) == 2:
            choice |= {options[second % len(options)]}
        if len(choice) == len(KEYS[asked.prompt]):
            was_open = self._is_open(asked)
            self._expect(asked, member, choice, self.do(self._choose(member, message, choice)), was_open)

    @precondition(lambda self: self._cards())
    @rule(member=MEMBERS, others=st.lists(MEMBERS, min_size=1, max_size=3), card=CARDS, place=PLACES)
    def answer_at_once(self, member: str, others: list[str], card: int, place: int) -> None:
        asked, message = _pick(self._cards(), card)
        options = offered(message)
        if len(KEYS[asked.prompt]) == 2:
            return
        was_open = self._is_open(asked)
        people = [member, *others, member]
        chosen = [options[(place + number) % len(options)] for number in range(len(people))]
        clicks = [
            (self._member(who), message, letter(message, what))
            for who, what in zip(people, chosen, strict=True)
        ]
        for who, what, result in zip(people, chosen, self.do(self.world.at_once(clicks)), strict=True):
            self._expect(asked, who, frozenset({what}), result.response, was_open)

    @precondition(lambda self: self._cards())
    @rule(member=MEMBERS, card=CARDS)
    def take_a_hint(self, member: str, card: int) -> None:
        asked, message = _pick(self._cards(), card)
        who = self._member(member)
        hint = buttons(message).get("Hint (−3)")
        if hint is None:
            return
        said = text(self.do(who.click(message, custom_id=hint["custom_id"])).response)
        now, ladder = self.world.env.now(), LADDERS[asked.prompt]
        if not self._is_open(asked):
            assert "This question is closed" in said, said
        elif who.id in asked.answers:
            assert "You have answered already" in said, said
        else:
            taken = asked.take_hint(who.id, now)
            assert [step in said for step in ladder] == [number < taken for number in range(len(ladder))], (
                said
            )

    @rule(member=MEMBERS, command=st.sampled_from(["skip", "stop"]))
    def steer(self, member: str, command: str) -> None:
        who = self._member(member)
        running = self._rows("SELECT starter_id FROM quiz WHERE ended_at IS NULL")
        said = text(self.do(who.slash(self.world.channel, f"quiz {command}")).response)
        if not running:
            assert "No quiz is running" in said, said
        else:
            may = member == "mona" or running[0][0] == who.id
            assert ("the permission Manage Messages" in said) == (not may), said

    @precondition(lambda self: self._cards() or self._cards(open_ones=False))
    @rule(card=CARDS)
    def void(self, card: int) -> None:
        asked, message = _pick([*self._cards(), *self._cards(open_ones=False)], card)
        if asked.prompt in self.model.voided or len(self.model.voided) == 2:
            return
        self.do(report(self.world, self.world.ada, message))
        shown = self.do(queue(self.world))  # an older report may come first
        self.model.voided.add(_prompt(shown))
        self.do(void(self.world, shown))
        assert not {asked.prompt for asked, _ in self._cards()} & self.model.voided

    @precondition(lambda self: self.model.voided)
    @rule()
    def let_count_again(self) -> None:
        shown = self.do(queue(self.world, state="voided"))
        self.model.voided.remove(_prompt(shown))
        self.do(press(shown, "Let it count again", self.world.mona))

    @rule(member=MEMBERS)
    def erase(self, member: str) -> None:
        self.do(self._erase(self._member(member)))
        self.model.erase(self._member(member).id, self._now())

    # time and trouble

    @rule(seconds=PAUSES)
    def wait(self, seconds: int) -> None:
        self.do(self.world.wait(seconds))

    @rule(seconds=LONG_PAUSES)
    def wait_long(self, seconds: int) -> None:
        later = self.world.env.now() + timedelta(seconds=seconds)
        while (left := (later - self.world.env.now()).total_seconds()) > 0:
            self.do(self.world.wait(min(left, 24 * 3600)))

    @rule(away=ABSENCES)
    def restart(self, away: int) -> None:
        self.do(self.world.restart(away))
        self.do(self.world.wait(2))  # what fell due meanwhile is done

    # what must always hold

    @invariant()
    def every_acknowledged_answer_is_kept_and_nothing_else(self) -> None:
        kept = {
            (round_id, member): (at, hints, points)
            for round_id, member, at, hints, points in self._rows(
                "SELECT round_id, member_id, clicked_at, hints, points FROM answer"
            )
        }
        for asked in self.model.asked.values():
            for member, given in asked.answers.items():
                found = kept.pop((asked.id, member), None)
                if not given.erased:
                    assert found == (_milliseconds(given.at), given.hints, given.points)
                elif (
                    found is not None
                ):  # it is to go when the last question that its member has answered is closed
                    assert self._rows(f"SELECT 1 FROM erasure WHERE member_id = {member}")
        assert not kept

    @invariant()
    def the_board_is_the_sum_of_what_counts(self) -> None:
        board = dict(self._rows("SELECT member_id, points FROM board WHERE period = 'all' AND scope = 1"))
        for member in {member for _, member, _ in self.model.given} - set(self.model.erased):
            assert board.get(member, 0) == sum(given.points for given in self.model.counting(member))

    @invariant()
    def no_round_outlives_its_time(self) -> None:
        late = self._now() - timedelta(seconds=2)
        for closes_at, closed_at, message_id in self._rows(
            "SELECT closes_at, closed_at, message_id FROM round"
        ):
            if message_id is not None and closed_at is None:
                assert _time(closes_at) > late

    @invariant()
    def one_quiz_at_a_time_with_one_open_question(self) -> None:
        assert len(self._rows("SELECT 1 FROM quiz WHERE ended_at IS NULL")) <= 1
        assert len(self._rows("SELECT 1 FROM round WHERE quiz_id IS NOT NULL AND closed_at IS NULL")) <= 1

    @invariant()
    def nothing_is_posted_twice(self) -> None:
        ids = [
            part["custom_id"].split(":")[1]
            for m in self.world.channel.history()
            for part in parts(m, 2)[:1]
            if part["custom_id"].startswith("a:")
        ]
        assert len(ids) == len(set(ids))
        results = self.world.count("### Result")
        assert results <= len(self._rows("SELECT 1 FROM round WHERE closed_at IS NOT NULL"))
        assert self.world.count("Quiz over") <= len(
            self._rows("SELECT 1 FROM quiz WHERE ended_at IS NOT NULL")
        )

    # reading

    def _expect(
        self, asked: Asked, member: str, choice: frozenset[str], response: Any, was_open: bool
    ) -> None:
        said, who, now = text(response), self._member(member).id, self._now()
        if who in asked.answers:
            assert "Your first answer stands" in said or "You had answered" in said, said
        elif not was_open or (self.model.all_are_in(asked) and "This question is closed" in said):
            assert "too late" in said, said
        else:
            given = self.model.answer(asked, who, choice, now)
            word = (
                "✅ Correct"
                if choice == KEYS[asked.prompt]
                else "➖ Partly"
                if given.points
                else "❌ Not correct"
            )
            assert said.startswith(f"### {word}"), said
            assert (f"+{given.points} point" in said) == (given.points > 0), said
            if who not in self.model.erased:
                assert ("already answered this question this week" in said) == (
                    given not in self.model.counting(who)
                ), said

    async def _choose(self, member: str, message: Any, choice: frozenset[str]) -> Any:
        who, (first, *rest) = self._member(member), sorted(choice)
        # sent as it is: whoever has not seen yet that a question is closed can still click
        (result,) = await self.world.at_once([(who, message, letter(message, first))])
        response = result.response
        for option in rest:
            if "Choose 2" not in text(response):
                return response
            tick = next(label for label in buttons(response) if label.endswith(f" {letter(message, option)}"))
            response = (await who.click(response, custom_id=buttons(response)[tick]["custom_id"])).response
            response = (
                await who.click(response, custom_id=buttons(response)["Submit"]["custom_id"])
            ).response
        return response

    async def _erase(self, who: Any) -> None:
        shown = (await who.slash(self.world.channel, "privacy")).response
        for label in ("Erase my data", "Erase everything"):
            shown = (await who.click(shown, custom_id=buttons(shown)[label]["custom_id"])).response

    def _member(self, name: str) -> Any:
        return getattr(self.world, name)

    def _now(self) -> datetime:
        return self.world.env.now()

    def _rows(self, sql: str) -> list[Any]:
        with contextlib.closing(sqlite3.connect(self.world.database)) as connection:
            return connection.execute(sql).fetchall()

    def _cards(self, *, open_ones: bool = True) -> list[tuple[Asked, Any]]:
        """The questions in the channel that are open, or those that are not, the newest first, as the model knows them."""
        messages = {message.id: message for message in self.world.channel.history()}
        found = []
        for id_, message_id, quiz, opened_at, closes_at in self._rows(
            "SELECT id, message_id, quiz_id, opened_at, closes_at FROM round WHERE message_id IS NOT NULL ORDER BY id DESC"
        ):
            prompt = next(prompt for prompt in LADDERS if prompt in text(messages[message_id]))
            asked = self.model.asked.setdefault(
                id_, Asked(id_, prompt, quiz, _time(opened_at), _time(closes_at))
            )
            if self._is_open(asked) is open_ones:
                found.append((asked, messages[message_id]))
        return found

    def _is_open(self, asked: Asked) -> bool:
        ((closed_at,),) = self._rows(f"SELECT closed_at FROM round WHERE id = {asked.id}")
        return closed_at is None and self._now() < asked.closes_at


def _pick(cards: list[tuple[Asked, Any]], number: int) -> tuple[Asked, Any]:
    return cards[number % len(cards)]


def _prompt(message: Any) -> str:
    return next(prompt for prompt in LADDERS if prompt in text(message))


def _milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)


def _time(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)


@pytest.mark.parametrize("part", range(4))
def test_the_rules_hold_whatever_people_do(part: int) -> None:
    run_state_machine_as_test(
        seed(part)(type(f"Rules{part}", (Rules,), {})),
        settings=settings(max_examples=50, stateful_step_count=12, deadline=None, phases=[Phase.generate]),
    )
