"""Leaderboards and statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.boards import EVERYTHING, BoardPage, Score, Standing
from bot.domain.challenges import Challenge
from bot.domain.statistics import Statistics
from bot.domain.streaks import Streak, streak
from bot.domain.windows import Choice, Period, Span, instant, span
from bot.errors import RefusedError
from bot.storage.alone import AloneStore
from bot.storage.boards import BoardStore
from bot.storage.challenges import ChallengeStore
from bot.storage.scopes import ScopeStore
from bot.study.library import Library
from bot.study.listing import KNOWN_FOR, Listing
from bot.study.servers import Servers

_READINGS = 2
"""How often a page is read again because somebody on it turns out to have left."""

_NO_SCOPE = 0
"""Stands for a bank or topic of which nothing has been asked yet: its board is empty."""


_BY_CALENDAR = [choice for choice in Choice if choice is not Choice.THIS_CHALLENGE]


@dataclass(frozen=True, slots=True)
class Board:
    """A page of a leaderboard, as one member sees it."""

    span: Span
    scope: int
    bank: str
    """"" for any; so with the topic."""
    topic: str
    page: BoardPage
    streaks: Mapping[int, Streak]
    """Of everybody on the page."""
    starts_at: datetime | None
    ends_at: datetime | None
    zone: str
    """The time zone in which the weeks begin."""
    choice: Choice | None
    """What a member would ask for to see it today; None for what is further back."""
    challenge: Challenge | None
    is_hidden: bool
    """Whether the member who asked is on no board."""


class Boards:
    """Reads boards and statistics."""

    def __init__(
        self,
        boards: BoardStore,
        scopes: ScopeStore,
        alone: AloneStore,
        challenges: ChallengeStore,
        servers: Servers,
        listing: Listing,
        library: Library,
    ) -> None:
        self._boards = boards
        self._scopes = scopes
        self._alone = alone
        self._challenges = challenges
        self._servers = servers
        self._listing = listing
        self._library = library

    async def ask(
        self, guild_id: int, member_id: int, choice: Choice, *, bank: str | None, topic: str | None
    ) -> Board:
        """The first page of the board that a member asks for.

        Raises:
            RefusedError: there is no such bank or topic, or no challenge yet.
        """
        if choice is Choice.THIS_CHALLENGE:
            if bank or topic:
                raise RefusedError(
                    "A challenge has one board for all of its questions. Leave out the topic and the bank."
                )
            challenge = await self._challenges.running(guild_id) or await self._challenges.latest(guild_id)
            if challenge is None:
                raise RefusedError(
                    "There has been no challenge here yet. A moderator sets one up with `/challenge setup`."
                )
            return await self.show(guild_id, member_id, challenge.span, EVERYTHING, 0)
        wanted = span(choice, self._servers.today(guild_id))
        if not bank and not topic:
            return await self.show(guild_id, member_id, wanted, EVERYTHING, 0)
        subject = self._servers.bank(guild_id, bank)
        names = subject.id, self._library.topic(subject, topic).id if topic else ""
        scope = await self._scopes.find(*names) or _NO_SCOPE
        return await self._board(guild_id, member_id, wanted, scope, names, 0)

    async def show(
        self, guild_id: int, member_id: int, wanted: Span, scope: int, number: int | None
    ) -> Board:
        """A page (from 0) of a board; None: the one that the member is on.

        Raises:
            RefusedError: there is no such board in this server.
        """
        names = await self._scopes.names(scope)
        if names is None:
            raise RefusedError("This board is gone. `/leaderboard` shows those that there are.")
        return await self._board(guild_id, member_id, wanted, scope, names, number)

    async def _board(
        self,
        guild_id: int,
        member_id: int,
        wanted: Span,
        scope: int,
        names: tuple[str, str],
        number: int | None,
    ) -> Board:
        challenge = None
        if wanted.period is Period.CHALLENGE:
            challenge = await self._challenges.get(wanted.challenge_id)
            if challenge is None or challenge.guild_id != guild_id:
                raise RefusedError(
                    "This challenge is not known here. `/challenge history` shows those that are."
                )
        await self._listing.seen(guild_id, member_id)
        page = await self._page(guild_id, member_id, wanted, scope, number)
        zone, today = self._servers.zone(guild_id), self._servers.today(guild_id)
        members = {standing.score.member_id for standing in page.standings} | {member_id}
        played = await self._boards.played(guild_id, members)
        return Board(
            span=wanted,
            scope=scope,
            bank=names[0],
            topic=names[1],
            page=page,
            streaks={member: streak(days, today) for member, days in played.items()},
            starts_at=instant(wanted.first, zone) if wanted.first else None,
            ends_at=instant(wanted.end, zone) if wanted.end else None,
            zone=zone.key,
            choice=next((c for c in _BY_CALENDAR if span(c, today) == wanted), None),
            challenge=challenge,
            is_hidden=await self._listing.is_hidden(guild_id, member_id),
        )

    async def _page(
        self,
        guild_id: int,
        member_id: int,
        wanted: Span,
        scope: int,
        number: int | None,
        known_for: timedelta = KNOWN_FOR,
    ) -> BoardPage:
        page = await self._boards.page(guild_id, wanted, scope, member_id, number)
        for _ in range(_READINGS):
            members = [standing.score.member_id for standing in page.standings]
            if not await self._listing.check(guild_id, members, known_for=known_for):
                break
            page = await self._boards.page(guild_id, wanted, scope, member_id, number)
        return page

    async def top(self, guild_id: int, wanted: Span, *, known_for: timedelta = KNOWN_FOR) -> BoardPage:
        """The first page of a board, for everybody; see `Listing.check`."""
        return await self._page(guild_id, 0, wanted, EVERYTHING, 0, known_for)

    async def standing(self, guild_id: int, wanted: Span, member_id: int) -> tuple[Standing | None, int]:
        """Where a member stands, and among how many."""
        await self._listing.seen(guild_id, member_id)
        page = await self._boards.page(guild_id, wanted, EVERYTHING, member_id, 0)
        hidden = page.own is not None and await self._listing.is_hidden(guild_id, member_id)
        return page.own, page.members + hidden

    async def scores(self, guild_id: int, wanted: Span) -> list[Score]:
        """The scores of everybody on a board."""
        return await self._boards.scores(guild_id, wanted)

    async def statistics(self, guild_id: int, member_id: int, viewer_id: int) -> Statistics:
        """How a member does, for somebody who wants to see it.

        Raises:
            RefusedError: another member hides it or has not answered anything yet, or the server shows no names.
        """
        own = member_id == viewer_id
        if not own and self._servers.choices(guild_id).hides_names:
            raise RefusedError(
                "This server names nobody, so each member sees only their own statistics: `/stats` without a member."
            )
        if not own and await self._listing.is_hidden(guild_id, member_id):
            raise RefusedError(f"<@{member_id}> keeps their statistics to themselves.")
        today = self._servers.today(guild_id)
        days = await self._boards.days(guild_id, member_id)
        if not days and not own:
            raise RefusedError(f"<@{member_id}> has not answered a question here yet.")
        week = await self._boards.score(guild_id, span(Choice.THIS_WEEK, today), member_id)
        topics = await self._boards.topics(guild_id, member_id)
        return Statistics(
            member_id=member_id,
            today=today,
            answers=sum(day.answers for day in days),
            scored=sum(day.scored for day in days),
            right=sum(day.right for day in days),
            week_points=week.points,
            points=sum(day.points for day in days),
            streak=streak((day.day for day in days if day.counts), today),
            days=tuple(days),
            topics=tuple(sorted(topics, key=lambda topic: (-topic.accuracy, -topic.answered, topic.topic))),
            alone=tuple(await self._alone.days(member_id)) if own else (),
        )
