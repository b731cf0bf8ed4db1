"""All stores of a database, for the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from fsrs import Scheduler

from bot.storage.alone import AloneStore
from bot.storage.answers import AnswerStore
from bot.storage.batches import Committed
from bot.storage.boards import BoardStore
from bot.storage.challenges import ChallengeStore
from bot.storage.database import Database
from bot.storage.departures import DepartureStore
from bot.storage.erasures import ErasureStore
from bot.storage.exams import ExamStore
from bot.storage.facts import FactStore
from bot.storage.hints import HintStore
from bot.storage.members import MemberStore
from bot.storage.own_data import OwnDataStore
from bot.storage.plans import PlanStore
from bot.storage.privacy import PrivacyStore
from bot.storage.pulse import PulseStore
from bot.storage.quizzes import QuizStore
from bot.storage.reports import ReportStore
from bot.storage.reviews import ReviewStore
from bot.storage.rounds import RoundStore
from bot.storage.scopes import ScopeStore
from bot.storage.scores import ScoreStore
from bot.storage.servers import ServerStore
from bot.storage.sessions import SessionStore
from bot.storage.study_plans import StudyPlanStore
from bot.storage.timers import TimerStore
from bot.storage.voids import VoidStore


@dataclass(frozen=True, slots=True)
class Stores:
    """One store for each subject, all on the same connections."""

    alone: AloneStore
    answers: AnswerStore
    boards: BoardStore
    challenges: ChallengeStore
    departures: DepartureStore
    erasures: ErasureStore
    exams: ExamStore
    own_data: OwnDataStore
    facts: FactStore
    hints: HintStore
    members: MemberStore
    plans: PlanStore
    privacy: PrivacyStore
    pulse: PulseStore
    quizzes: QuizStore
    reports: ReportStore
    reviews: ReviewStore
    rounds: RoundStore
    scopes: ScopeStore
    scores: ScoreStore
    servers: ServerStore
    sessions: SessionStore
    study_plans: StudyPlanStore
    timers: TimerStore
    voids: VoidStore

    @classmethod
    def of(cls, database: Database, model: Scheduler, committed: Committed | None = None) -> Stores:
        """The stores of a database; `model` says how members forget, `committed` is told of each commit of answers."""
        return cls(
            alone=AloneStore(database),
            answers=AnswerStore(database, committed),
            boards=BoardStore(database),
            challenges=ChallengeStore(database),
            departures=DepartureStore(database),
            erasures=ErasureStore(database, model),
            exams=ExamStore(database, model),
            own_data=OwnDataStore(database),
            facts=FactStore(database),
            hints=HintStore(database),
            members=MemberStore(database),
            plans=PlanStore(database),
            privacy=PrivacyStore(database),
            pulse=PulseStore(database),
            quizzes=QuizStore(database),
            reports=ReportStore(database),
            reviews=ReviewStore(database),
            rounds=RoundStore(database),
            scopes=ScopeStore(database),
            scores=ScoreStore(database),
            servers=ServerStore(database),
            sessions=SessionStore(database, model),
            study_plans=StudyPlanStore(database),
            timers=TimerStore(database),
            voids=VoidStore(database),
        )
