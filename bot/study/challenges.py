"""The weekly challenge: it begins, is played, ends and shows its podium, by itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import datetime

from bot.clock import Clock
from bot.domain.boards import NOBODY
from bot.domain.challenges import (
    Challenge,
    ChallengeEnd,
    ChallengeResult,
    Plan,
    choose_for_challenge,
    end_if_begun,
    end_of_extra,
)
from bot.domain.questions import Question
from bot.domain.rounds import Answer, Round
from bot.errors import MessageGoneError, PostError, PostRefusedError, RefusedError
from bot.storage.challenges import CARD, CROWN, END, OVER, PODIUM, ChallengeStore
from bot.storage.plans import START
from bot.storage.rounds import RoundStore
from bot.storage.timers import Timer
from bot.study.announcer import Announcer
from bot.study.boards import Boards
from bot.study.coalescer import Coalescer
from bot.study.library import Library
from bot.study.open_rounds import OpenRounds
from bot.study.plans import Plans
from bot.study.podiums import Podiums
from bot.study.rounds import GRACE, Rounds
from bot.study.scheduler import Scheduler
from bot.study.servers import Servers
from bot.study.voids import Voids

log = logging.getLogger(__name__)

CARD_PAUSE = 20.0
"""Seconds between two edits of a card: Discord takes fewer of them on messages older than an hour (error 30046)."""

_MY_FAULT = "Something went wrong on my side; it is in my log."


class Challenges:
    """Runs the challenges. Every step is a timer in the database: start, card; then end, over, podium, crown."""

    def __init__(
        self,
        *,
        open_rounds: OpenRounds,
        challenges: ChallengeStore,
        plans: Plans,
        round_store: RoundStore,
        rounds: Rounds,
        boards: Boards,
        servers: Servers,
        podiums: Podiums,
        voids: Voids,
        library: Library,
        scheduler: Scheduler,
        announcer: Announcer,
        clock: Clock,
        rng: random.Random,
    ) -> None:
        self._open = open_rounds
        self._challenges = challenges
        self._plans = plans
        self._round_store = round_store
        self._boards = boards
        self._servers = servers
        self._podiums = podiums
        self._voids = voids
        self._library = library
        self._scheduler = scheduler
        self._announcer = announcer
        self._clock = clock
        self._rng = rng
        self.cards = Coalescer(self._show_card, clock, CARD_PAUSE)
        # the steps of one server wait for each other, those of others do not
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        rounds.watch(self._answered)
        scheduler.register(START, self._start, self._give_up_start)
        scheduler.register(CARD, self._card, self._give_up_card, patient=True)
        scheduler.register(END, self._end_when_due, self._give_up_end)
        scheduler.register(OVER, self._over, self._give_up_over)
        scheduler.register(PODIUM, self._podium, self._give_up_podium, patient=True)
        scheduler.register(CROWN, self._crown, self._give_up_crown, patient=True)

    async def mend(self) -> None:
        """See to it that each running challenge has an end to come."""
        await self._challenges.mend()

    async def start(self, servers: Container[int]) -> None:
        """Bring the cards of what runs in these servers up to date: answers may have come just before the bot was stopped."""
        for challenge in await self._challenges.all_running():
            if challenge.message_id is not None and challenge.guild_id in servers:
                self.cards.changed(challenge.id)

    async def stop(self) -> None:
        """Show nothing more."""
        await self.cards.stop()

    async def begin_now(self, guild_id: int) -> Challenge:
        """Begin a challenge out of turn.

        Raises:
            RefusedError: the server has no plan, or a challenge is running.
        """
        await self._refuse_second(guild_id)
        async with self._turns[guild_id]:
            plan = await self._plans.get(guild_id)
            now = self._clock.now()
            begun = await self._begin(plan, end_of_extra(plan, now, self._servers.zone(guild_id)))
        if begun is None:
            await self._refuse_second(guild_id)
            raise AssertionError
        return begun

    async def _refuse_second(self, guild_id: int) -> None:
        running = await self._challenges.running(guild_id)
        if running is not None:
            raise RefusedError(
                f"Challenge #{running.number} is running. Wait for its end, or end it with `/challenge cancel`."
            )

    async def show_again(self, guild_id: int) -> None:
        """Bring the card of the running challenge up to date, if there is one: names are shown or hidden from now on, or
        a question was voided.
        """
        challenge = await self._challenges.running(guild_id)
        if challenge is not None and challenge.message_id is not None:
            self.cards.changed(challenge.id)

    async def cancel(self, guild_id: int) -> Challenge:
        """End the running challenge without winners. The points on the other boards stay.

        Raises:
            RefusedError: none is running.
        """
        async with self._turns[guild_id]:
            challenge = await self._running(guild_id)
            if challenge.ends_at <= self._clock.now():
                raise RefusedError(f"Challenge #{challenge.number} has just ended. Its podium follows.")
            await self._end(challenge, ChallengeEnd.CANCELLED)
            await self._plans.retime(guild_id)
        return challenge

    async def back_in(self, guild_id: int) -> None:
        """The bot is in a server again, whose timers have rested. A challenge whose time passed meanwhile ends without a
        podium and a new champion, which would come too late; its result is in the archive.
        """
        async with self._turns[guild_id]:
            challenge = await self._challenges.running(guild_id)
            if challenge is not None and challenge.ends_at <= self._clock.now():
                await self._end(challenge, ChallengeEnd.FINISHED)
                await self._archive(challenge)
                await self._challenges.podium_posted(challenge.id, None)

    async def _running(self, guild_id: int) -> Challenge:
        challenge = await self._challenges.running(guild_id)
        if challenge is None:
            raise RefusedError("No challenge is running here at the moment.")
        return challenge

    async def _start(self, timer: Timer) -> None:
        guild_id = timer.subject
        async with self._turns[guild_id]:
            plan = await self._plans.find(guild_id)
            if plan is None or not plan.is_on:
                return
            now = self._clock.now()
            before = await self._challenges.running(guild_id)
            if before is not None and before.ends_at <= now:
                await self._end(before, ChallengeEnd.FINISHED)
                before = None
            zone = self._servers.zone(guild_id)
            ends_at = end_if_begun(plan, timer.due_at, now, zone)
            if before is None and ends_at is not None and await self._begin(plan, ends_at):
                return
            # one is running that began out of turn, or there is too little time left
            await self._plans.retime(guild_id)

    async def _begin(self, plan: Plan, ends_at: datetime) -> Challenge | None:
        questions, plan = await self._pool(plan)
        seed = f"{self._rng.getrandbits(64):016x}"
        recent = await self._challenges.recent_questions(plan.guild_id, plan.bank)
        bank = self._library.bank(plan.bank)
        chosen = choose_for_challenge(bank, questions, plan.questions, recent=recent, seed=seed)
        now = self._clock.now()
        challenge = await self._challenges.start(
            plan, chosen, seed=seed, starts_at=now, ends_at=ends_at, close_at=ends_at + GRACE
        )
        if challenge is not None:
            for round_ in await self._round_store.of_challenge(challenge.id):
                self._open.add(round_)
            self._scheduler.expect(now)
            await self._plans.retime(plan.guild_id)
        return challenge

    async def _pool(self, plan: Plan) -> tuple[Sequence[Question], Plan]:
        """The questions that a challenge can ask, also when its bank or topics are no longer there.

        What is open in the server, or comes in a quiz that runs, is left out while enough others are there: its answer
        will be shown to everybody.
        """
        bank = self._plans.bank(plan)
        counting = self._voids.without(plan.guild_id, bank.questions)
        if not counting:
            raise PostRefusedError(
                f"All questions of {bank.title} are voided here. Choose another bank with `/challenge setup`, or let some count "
                "again: `/reports` shows those that are voided."
            )
        found = [question for question in counting if question.topic in plan.topics] or counting
        public = await self._round_store.public_questions(plan.guild_id, bank.id)
        secret = [question for question in found if question.id not in public]
        return secret if len(secret) >= plan.questions else found, replace(plan, bank=bank.id)

    async def _card(self, timer: Timer) -> None:
        challenge = await self._challenges.get(timer.subject)
        if challenge is not None:
            async with self._turns[challenge.guild_id]:
                await self._post_card(challenge.id)

    async def _post_card(self, challenge_id: int) -> None:
        challenge = await self._challenges.get(challenge_id)
        if challenge is None or challenge.ended_at is not None or challenge.message_id is not None:
            return
        before = await self._challenges.latest(challenge.guild_id)
        if before is not None:
            with contextlib.suppress(PostRefusedError):
                await self._post_podium(before)  # in the channel it stands above the new card
        plan = await self._plans.find(challenge.guild_id)
        page = await self._boards.top(challenge.guild_id, challenge.span)
        role_id = plan.mention_role_id if plan else None
        message_id = await self._announcer.post_challenge(challenge, page, role_id)
        await self._challenges.posted(challenge.id, message_id)
        if plan is not None and plan.trouble:
            await self._plans.set_trouble(challenge.guild_id, None)

    def _answered(self, round_: Round, _: Answer) -> None:
        if round_.challenge_id is not None:
            self.cards.changed(round_.challenge_id)

    async def _show_card(self, challenge_id: int) -> None:
        challenge = await self._challenges.get(challenge_id)
        if challenge is None or challenge.message_id is None or challenge.ended_at is not None:
            return
        try:
            await self._announcer.show_challenge(
                challenge, await self._boards.top(challenge.guild_id, challenge.span)
            )
        except MessageGoneError:
            # it can still be played by command, and its podium comes all the same
            await self._challenges.posted(challenge_id, None)

    async def _over(self, timer: Timer) -> None:
        """Let the card say that the challenge is over."""
        await self.cards.finish(timer.subject)
        challenge = await self._challenges.get(timer.subject)
        if challenge is not None and challenge.message_id is not None:
            page = await self._boards.top(challenge.guild_id, challenge.span)
            await self._announcer.show_challenge(challenge, page)

    async def _end_when_due(self, timer: Timer) -> None:
        challenge = await self._challenges.get(timer.subject)
        if challenge is not None:
            async with self._turns[challenge.guild_id]:
                await self._end(challenge, ChallengeEnd.FINISHED)

    async def _end(self, challenge: Challenge, reason: ChallengeEnd) -> None:
        now = self._clock.now()
        await self._challenges.end(challenge.id, reason, now)
        self._open.forget_challenge(challenge.id)
        self._scheduler.expect(now)

    async def _podium(self, timer: Timer) -> None:
        challenge = await self._challenges.get(timer.subject)
        if challenge is not None:
            async with self._turns[challenge.guild_id]:
                await self._post_podium(challenge)

    async def _post_podium(self, challenge: Challenge) -> None:
        """Post the podium once, whoever comes first: the timer, or the challenge that follows."""
        if not await self._challenges.podium_is_due(challenge.id):
            return
        await self._announcer.post_podium(await self._archive(challenge))
        await self._after_podium(challenge)

    async def _archive(self, challenge: Challenge) -> ChallengeResult:
        result = await self._podiums.sum_up(challenge)
        winners = [standing for standing in result.podium if standing.rank == 1]
        await self._challenges.archive_result(
            challenge.id,
            [standing.score.member_id for standing in winners],
            winners[0].score.points if winners else 0,
            result.players,
        )
        return result

    async def _after_podium(self, challenge: Challenge) -> None:
        now = self._clock.now()
        await self._challenges.podium_posted(challenge.id, now)
        self._scheduler.expect(now)

    async def _crown(self, timer: Timer) -> None:
        """Give the champion's role to those who won, and take it from those who had it.

        A role that can't be moved keeps no other from being moved.
        """
        challenge = await self._challenges.get(timer.subject)
        if challenge is None:
            return
        guild_id = challenge.guild_id
        plan = await self._plans.find(guild_id)
        role = plan.champion_role_id if plan is not None else None
        winners = {(role, member) for member in challenge.winners if member != NOBODY} if role else set()
        troubles: list[PostError] = []
        for role_id, member_id in sorted(winners):
            try:
                await self._announcer.give_role(guild_id, member_id, role_id)
                await self._challenges.crown(guild_id, role_id, member_id)
            except PostError as error:
                troubles.append(error)
        for role_id, member_id in sorted(await self._challenges.champions(guild_id) - winners):
            try:
                await self._announcer.take_role(guild_id, member_id, role_id)
                await self._challenges.dethrone(guild_id, role_id, member_id)
            except PostError as error:
                troubles.append(error)
        if troubles:
            raise troubles[0]

    # when it could not be done

    async def _give_up_start(self, timer: Timer, error: Exception) -> None:
        await self._plans.retime(timer.subject)
        await self._trouble(timer.subject, "This week's challenge could not begin", error)

    async def _give_up_card(self, timer: Timer, error: Exception) -> None:
        challenge = await self._challenges.get(timer.subject)
        if challenge is not None:
            async with self._turns[challenge.guild_id]:
                await self._end(challenge, ChallengeEnd.REFUSED)
                await self._plans.retime(challenge.guild_id)
            where = f"The weekly challenge could not be posted in <#{challenge.channel_id}>"
            await self._trouble(challenge.guild_id, where, error)

    async def _give_up_end(self, timer: Timer, error: Exception) -> None:
        log.error(
            "Challenge %d could not be ended: %s", timer.subject, error, extra={"challenge": timer.subject}
        )

    async def _give_up_over(self, timer: Timer, error: Exception) -> None:
        log.warning(
            "The card of challenge %d still looks as if it were running: %s",
            timer.subject,
            error,
            extra={"challenge": timer.subject},
        )

    async def _give_up_podium(self, timer: Timer, error: Exception) -> None:
        challenge = await self._challenges.get(timer.subject)
        if challenge is not None:
            where = f"The podium of challenge #{challenge.number} could not be posted in <#{challenge.channel_id}>"
            await self._after_podium(challenge)
            await self._trouble(challenge.guild_id, f"{where}; `/challenge history` has it", error)

    async def _give_up_crown(self, timer: Timer, error: Exception) -> None:
        challenge = await self._challenges.get(timer.subject)
        if challenge is not None:
            await self._trouble(challenge.guild_id, "The champion's role could not be moved", error)

    async def _trouble(self, guild_id: int, what: str, error: Exception) -> None:
        """Keep and tell what went wrong. The plan stays, and next week is tried again."""
        why = str(error) if isinstance(error, PostError) else _MY_FAULT
        log.error("Challenge in server %d: %s. %s", guild_id, what, why, extra={"guild": guild_id})
        sentence = f"{what}. {why} The plan is kept, and the next challenge is tried as usual."
        await self._plans.set_trouble(guild_id, sentence)
        plan = await self._plans.find(guild_id)
        if plan is None or not await self._announcer.tell_moderators(guild_id, plan.owner_id, sentence):
            log.warning("No moderator of server %d could be told", guild_id, extra={"guild": guild_id})
