"""All stores of a database, for the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from fsrs import Scheduler

from bot.storage.alone import AloneStore
from bot.storage.answers import AnswerStore
from bot.storage.boards import BoardStore
from bot.storage.challenges import ChallengeStore
from bot.storage.database import Database
from bot.storage.exams import ExamStore
from bot.storage.facts import FactStore
from bot.storage.hints import HintStore, ReportStore
from bot.storage.members import MemberStore
from bot.storage.plans import PlanStore
from bot.storage.quizzes import QuizStore
from bot.storage.reviews import ReviewStore
from bot.storage.rounds import RoundStore
from bot.storage.scopes import ScopeStore
from bot.storage.servers import ServerStore
from bot.storage.sessions import SessionStore
from bot.storage.study_plans import StudyPlanStore
from bot.storage.timers import TimerStore


@dataclass(frozen=True, slots=True)
class Stores:
    """One store for each subject, all on the same connections."""

    alone: AloneStore
    answers: AnswerStore
    boards: BoardStore
    challenges: ChallengeStore
    exams: ExamStore
    facts: FactStore
    hints: HintStore
    members: MemberStore
    plans: PlanStore
    quizzes: QuizStore
    reports: ReportStore
    reviews: ReviewStore
    rounds: RoundStore
    scopes: ScopeStore
    servers: ServerStore
    sessions: SessionStore
    study_plans: StudyPlanStore
    timers: TimerStore

    @classmethod
    def of(cls, database: Database, model: Scheduler) -> Stores:
        """The stores of a database; `model` says how members forget."""
        return cls(
            alone=AloneStore(database),
            answers=AnswerStore(database),
            boards=BoardStore(database),
            challenges=ChallengeStore(database),
            exams=ExamStore(database, model),
            facts=FactStore(database),
            hints=HintStore(database),
            members=MemberStore(database),
            plans=PlanStore(database),
            quizzes=QuizStore(database),
            reports=ReportStore(database),
            reviews=ReviewStore(database),
            rounds=RoundStore(database),
            scopes=ScopeStore(database),
            servers=ServerStore(database),
            sessions=SessionStore(database, model),
            study_plans=StudyPlanStore(database),
            timers=TimerStore(database),
        )
