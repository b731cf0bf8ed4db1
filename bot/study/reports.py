"""Reports on questions: members write them, moderators of the server decide."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.clock import Clock
from bot.domain.questions import Question
from bot.domain.reports import Case, Place, Record, Report, ReportState, Voiding, place
from bot.domain.rounds import Round
from bot.errors import PostError, RefusedError
from bot.storage.reports import ReportStore
from bot.storage.rounds import RoundStore
from bot.storage.scores import ScoreStore
from bot.storage.voids import VoidStore
from bot.study.announcer import Announcer
from bot.study.challenges import Challenges
from bot.study.recounts import Recounts
from bot.study.rounds import Rounds
from bot.study.voids import Voids


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case, and what moderators judge it by."""

    case: Case
    place: Place
    record: Record
    last: Round | None
    """Where the question was asked last in this server, if not only in private."""
    is_voided: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a decision."""

    case: Case
    """As it is now; decided by somebody else, if they were faster."""
    is_first: bool
    voiding: Voiding | None = None
    note_in: int | None = None
    """The channel that was told, if there is any to tell."""
    trouble: str = ""
    """Why it could not be told."""


class Reports:
    """Keeps what members find wrong with questions, and does what moderators decide.

    A case is named by the id of a report of it. Whoever names one must be a moderator of the server: the client sees to that.
    """

    def __init__(
        self,
        *,
        reports: ReportStore,
        void_store: VoidStore,
        scores: ScoreStore,
        round_store: RoundStore,
        voids: Voids,
        rounds: Rounds,
        challenges: Challenges,
        recounts: Recounts,
        announcer: Announcer,
        clock: Clock,
    ) -> None:
        self._reports = reports
        self._void_store = void_store
        self._scores = scores
        self._round_store = round_store
        self._voids = voids
        self._rounds = rounds
        self._challenges = challenges
        self._recounts = recounts
        self._announcer = announcer
        self._clock = clock
        recounts.watch(challenges.show_again)

    # members

    async def add(
        self, round_id: int, guild_id: int, member_id: int, reason: str, channel_id: int | None = None
    ) -> None:
        """Keep a report on the question of a round.

        Raises:
            RefusedError: the reason is empty, or there is no such round in this server, or in this channel.
        """
        round_ = await self._rounds.get(round_id, guild_id, channel_id)
        await self._keep(round_.question, guild_id, round_.id, member_id, reason)

    async def add_private(
        self, question: Question, guild_id: int | None, member_id: int, reason: str
    ) -> None:
        """Keep a report on a question that was asked in private.

        Raises:
            RefusedError: the reason is empty.
        """
        await self._keep(question, guild_id, None, member_id, reason)

    async def _keep(
        self, question: Question, guild_id: int | None, round_id: int | None, member_id: int, reason: str
    ) -> None:
        if not reason.strip():
            raise RefusedError(
                "The report was empty. Press Report again and say in a few words what is wrong."
            )
        await self._reports.add(
            question,
            guild_id=guild_id,
            round_id=round_id,
            member_id=member_id,
            reason=reason.strip(),
            now=self._clock.now(),
        )

    # moderators

    async def first(self, guild_id: int, state: ReportState) -> CasePage | None:
        """The first case of a state; None if there is none."""
        cases = await self._reports.cases(guild_id, state)
        return await self.page(guild_id, cases[0][1]) if cases else None

    async def following(self, guild_id: int, case: Case) -> CasePage | None:
        """The open case that comes after one that is handled, or else the first; None if there is none."""
        cases = await self._reports.cases(guild_id, ReportState.OPEN)
        later = [last for first, last in cases if first > case.first]
        return await self.page(guild_id, later[0] if later else cases[0][1]) if cases else None

    async def page(self, guild_id: int, report_id: int) -> CasePage:
        """A case, as it is now.

        Raises:
            RefusedError: there is no such report in this server.
        """
        case = await self._case(guild_id, report_id)
        cases = [last for _, last in await self._reports.cases(guild_id, case.state)]
        if case.id not in cases:  # it was handled between the two readings
            return await self.page(guild_id, report_id)
        return CasePage(
            replace(case, reports=tuple([await self._as_seen(report) for report in case.reports])),
            place(cases, case.id),
            await self._reports.record(guild_id, case.question),
            await self._round_store.last_with(guild_id, case.question.version),
            self._voids.has(guild_id, case.question),
        )

    async def worth(self, guild_id: int, case: Case) -> Voiding:
        """What the question of a case would lose if it were voided."""
        return Voiding(*await self._scores.worth(guild_id, case.question.version))

    async def decide(self, guild_id: int, report_id: int, state: ReportState, by: int) -> Decided:
        """Accept or dismiss the open reports of a case, up to this one.

        Raises:
            RefusedError: there is no such report in this server.
        """
        is_first = await self._reports.handle(guild_id, report_id, state, by, self._clock.now())
        return Decided(await self._case(guild_id, report_id), is_first)

    async def void(self, guild_id: int, report_id: int, by: int) -> Decided:
        """Let the question of a case count no more in this server, and say so where it was asked last.

        Raises:
            RefusedError: there is no such report in this server.
        """
        case = await self._case(guild_id, report_id)
        voiding = await self._void_store.void(guild_id, report_id, by, self._clock.now())
        if voiding is None:
            return Decided(await self._case(guild_id, report_id), is_first=False)
        self._voids.add(guild_id, case.question)
        self._rounds.were_closed(voiding.closed)
        decided = Decided(await self._case(guild_id, report_id), is_first=True, voiding=voiding)
        return await self._after_change(guild_id, decided)

    async def open_again(self, guild_id: int, report_id: int) -> Decided:
        """Take a decision back: the reports are open again, and a question that was voided counts again.

        Raises:
            RefusedError: there is no such report in this server.
        """
        case = await self._case(guild_id, report_id)
        if await self._void_store.restore(guild_id, report_id):
            self._voids.discard(guild_id, case.question)
            decided = Decided(await self._case(guild_id, report_id), is_first=True)
            return await self._after_change(guild_id, decided)
        is_first = await self._reports.open_again(guild_id, report_id)
        return Decided(await self._case(guild_id, report_id), is_first)

    async def _after_change(self, guild_id: int, decided: Decided) -> Decided:
        """A question was voided, or counts again: boards and cards follow, and members are told."""
        self._recounts.start()
        await self._challenges.show_again(guild_id)
        question = decided.case.question
        last = await self._round_store.last_with(guild_id, question.version)
        if last is None:
            return decided
        voided = self._voids.has(guild_id, question)
        try:
            await self._announcer.post_void(last.channel_id, question, self._clock.now(), voided=voided)
        except PostError as error:
            return replace(decided, note_in=last.channel_id, trouble=str(error))
        return replace(decided, note_in=last.channel_id)

    async def _case(self, guild_id: int, report_id: int) -> Case:
        case = await self._reports.case(guild_id, report_id)
        if case is None:
            raise RefusedError(
                "There is no such report in this server. `/reports` shows those that there are."
            )
        return case

    async def _as_seen(self, report: Report) -> Report:
        """With the order of the options that the member saw."""
        round_ = await self._round_store.get(report.round_id) if report.round_id is not None else None
        return replace(report, order=round_.shown_to(report.member_id).order) if round_ else report
