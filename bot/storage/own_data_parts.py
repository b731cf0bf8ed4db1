"""The groups of the export: what is in each, said to the member, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.storage.database import first_of_month
from bot.storage.members import REMIND


@dataclass(frozen=True, slots=True)
class Part:
    """One group. The names of its columns say what they are: `own_data.py` makes them readable by that."""

    name: str
    explanation: str
    source: str
    """From FROM to WHERE; `ME` is the member."""
    key: tuple[str, ...]
    """What orders the rows and tells each from all others; never NULL."""
    columns: Mapping[str, str]


MINE = "WITH mine (id) AS (SELECT ?)"
ME = "(SELECT id FROM mine)"


def _of(table: str, names: str, **others: str) -> dict[str, str]:
    """Columns that are called as they are in the table, and others."""
    return {name: f"{table}.{name}" for name in names.split()} | others


def _asked(table: str) -> str:
    return f"FROM {table} JOIN round ON round.id = {table}.round_id WHERE {table}.member_id = {ME}"


_ROUND = {"server_id": "round.guild_id", "channel_id": "round.channel_id", "version": "round.version"}

_IS_COUNTED = """
EXISTS (SELECT 1 FROM question_version AS version JOIN score ON score.guild_id = round.guild_id
        AND score.week = answer.day - (answer.day + 3) % 7 AND score.member_id = answer.member_id
        AND score.bank = version.bank AND score.question = version.question AND score.round_id = answer.round_id
        WHERE version.version = round.version)
"""

# the boards that a member can be on, one by one: there are too many lines of others to go through
_SPANS = f"""
SELECT guild_id, 'week' AS period, day - (day + 3) % 7 AS start FROM member_day WHERE member_id = {ME}
UNION SELECT guild_id, 'month', {first_of_month("day")} FROM member_day WHERE member_id = {ME}
UNION SELECT guild_id, 'all', 0 FROM member_day WHERE member_id = {ME}
UNION SELECT guild_id, 'challenge', id FROM challenge
      WHERE guild_id IN (SELECT guild_id FROM member_day WHERE member_id = {ME})
"""

IN_SERVERS = (
    Part(
        "answers",
        "Your answers in servers: to quizzes, single questions and challenges. day is that of the server's calendar, seconds how "
        "long you took; is_counted says whether the answer counts on the server's leaderboards.",
        _asked("answer"),
        ("answer.clicked_at", "answer.id"),
        _ROUND
        | _of(
            "answer",
            "choice outcome hints points day",
            quiz="round.quiz_id",
            challenge="round.challenge_id",
            answered_at="answer.clicked_at",
            seconds="answer.took",
            is_counted=_IS_COUNTED,
        ),
    ),
    Part(
        "hints",
        "The hints that you took in servers; step 1 is the first one of a question.",
        _asked("hint_use"),
        ("hint_use.round_id", "hint_use.step"),
        _ROUND | _of("hint_use", "step taken_at"),
    ),
    Part(
        "challenge_questions_seen",
        "When you first saw the questions of a challenge that runs: your time for each runs from there.",
        _asked("shown"),
        ("shown.round_id",),
        _ROUND | _of("shown", "shown_at", challenge="round.challenge_id"),
    ),
    Part(
        "days",
        "How much you answered in each server on each day, and how much of it counts on its leaderboards (scored, correct, "
        "points) or would count, had no moderator voided the question (voided). It follows from your answers.",
        f"FROM member_day WHERE member_id = {ME}",
        ("guild_id", "day"),
        _of("member_day", "day answers scored correct points voided", server_id="guild_id"),
    ),
    Part(
        "boards",
        "What you earned on leaderboards: in the week or month that begins on first_day, in a challenge, or in all; with the "
        "questions of a bank and topic, or with all (empty). It follows from your answers.",
        f"FROM ({_SPANS}) AS span CROSS JOIN scope CROSS JOIN board ON board.guild_id = span.guild_id AND board.period = "
        f"span.period AND board.start = span.start AND board.scope = scope.id AND board.member_id = {ME} WHERE true",
        ("board.guild_id", "board.period", "board.start", "board.scope"),
        _of(
            "board",
            "period points correct answered hints",
            server_id="board.guild_id",
            first_day="CASE WHEN board.period IN ('week', 'month') THEN board.start END",
            challenge="CASE WHEN board.period = 'challenge' THEN board.start END",
            bank="scope.bank",
            topic="scope.topic",
            seconds="board.took",
            last_points_at="board.last_at",
        ),
    ),
    Part(
        "not_on_boards",
        "The servers whose leaderboards leave you out, and why: you hid yourself (hidden), you left (left), or your data is "
        "being erased (erased).",
        f"FROM unlisted WHERE member_id = {ME}",
        ("guild_id", "reason"),
        _of("unlisted", "reason", server_id="guild_id"),
    ),
    Part(
        "challenges_won",
        "The weekly challenges that you won.",
        f"FROM challenge WHERE ',' || winners || ',' LIKE '%,' || {ME} || ',%'",
        ("id",),
        _of("challenge", "number bank points starts_at ended_at", server_id="guild_id"),
    ),
    Part(
        "champion_roles",
        "The roles that you have for winning a challenge.",
        f"FROM champion WHERE member_id = {ME}",
        ("guild_id", "role_id"),
        _of("champion", "role_id", server_id="guild_id"),
    ),
)

ALONE = (
    Part(
        "practices_and_reviews",
        "Your practices and reviews. server_id is where you began them (null: in direct messages).",
        f"FROM session WHERE member_id = {ME}",
        ("id",),
        _of("session", "kind bank topic difficulty begun_at ended_at", number="id", server_id="guild_id"),
    ),
    Part(
        "practice_answers",
        "The questions of your practices and reviews, and your answers. session is the number in practices_and_reviews; day is "
        "that of your calendar, seconds how long you took, is_sure what you said of it.",
        f"FROM session JOIN item ON item.session_id = session.id WHERE session.member_id = {ME}",
        ("item.session_id", "item.position"),
        _of(
            "item",
            "version position shown_at hints option_order ticked choice outcome answered_at day",
            session="item.session_id",
            seconds="item.took",
            is_sure="item.sure",
        ),
    ),
    Part(
        "exams",
        "Your mock exams. pass_mark is per cent, correct the number of right answers; position is where you were last.",
        f"FROM exam WHERE member_id = {ME}",
        ("id",),
        _of(
            "exam",
            "bank topics questions minutes pass_mark seed prepared_at started_at ends_at position ended_at end_reason day correct",
            number="id",
            server_id="guild_id",
            in_front_since_at="since",
            is_in_review="in_review",
        ),
    ),
    Part(
        "exam_answers",
        "The questions of your mock exams, and your answers. exam is the number in exams; seconds is how long the question was in "
        "front of you.",
        f"FROM exam JOIN exam_item ON exam_item.exam_id = exam.id WHERE exam.member_id = {ME}",
        ("exam_item.exam_id", "exam_item.position"),
        _of(
            "exam_item",
            "version position choice outcome",
            exam="exam_item.exam_id",
            is_flagged="flagged",
            seconds="spent",
        ),
    ),
    Part(
        "review_cards",
        "How well I think that you remember each question, by the model FSRS: stability in days, difficulty from 1 to 10, and "
        "when it comes again.",
        f"FROM review_card WHERE member_id = {ME}",
        ("bank", "question"),
        _of("review_card", "bank question stability difficulty last_day due_day rating"),
    ),
    Part(
        "review_log",
        "Each of your answers, wherever you gave it, as the model FSRS sees it. review_cards follows from it.",
        f"FROM review_log WHERE member_id = {ME}",
        ("bank", "question", "number"),
        _of(
            "review_log",
            "bank question number rating day reviewed_at",
            seconds="took",
            practice_answer="item_id",
            exam="exam_id",
        ),
    ),
    Part(
        "study_plan",
        "Your way to an exam: its day, how many questions of the bank you had answered when you made the plan (seen), and "
        "which share of the bank you knew then (known).",
        f"FROM study_plan WHERE member_id = {ME}",
        ("member_id",),
        _of("study_plan", "bank exam_day made_day seen known"),
    ),
)

ABOUT_ME = (
    Part(
        "settings",
        "What you chose for yourself: your time zone, the hour of your reminders (null: none), when the next one comes, and whether "
        "they ended because I could not write to you.",
        f"FROM member LEFT JOIN timer ON timer.kind = '{REMIND}' AND timer.subject = member.member_id "
        f"WHERE member.member_id = {ME}",
        ("member.member_id",),
        _of("member", "zone remind_hour", is_unreachable="unreachable", next_reminder_at="timer.due_at"),
    ),
    Part(
        "reports",
        "What you reported about questions, and what became of it.",
        f"FROM report WHERE member_id = {ME}",
        ("id",),
        _of("report", "version reason reported_at state handled_at", server_id="guild_id"),
    ),
    Part(
        "quizzes_started",
        "The quizzes that you started.",
        f"FROM quiz WHERE starter_id = {ME}",
        ("id",),
        _of(
            "quiz",
            "channel_id bank topic started_at ended_at",
            server_id="guild_id",
            seconds_each="seconds * 1000",
        ),
    ),
    Part(
        "erasure",
        "That you asked to have your data erased, while some of it has to wait.",
        f"FROM erasure WHERE member_id = {ME}",
        ("member_id",),
        {"asked_at": "asked_at"},
    ),
)

AS_MODERATOR = (
    Part(
        "challenges_set_up",
        "The servers whose weekly challenge you set up or changed last.",
        f"FROM challenge_plan WHERE owner_id = {ME}",
        ("guild_id",),
        {"server_id": "guild_id"},
    ),
    Part(
        "server_settings_changed",
        "The servers whose settings you changed last.",
        f"FROM server WHERE changed_by = {ME}",
        ("guild_id",),
        {"server_id": "guild_id", "changed": "changed", "changed_at": "changed_at"},
    ),
    Part(
        "reports_handled",
        "The reports of others that you dealt with.",
        f"FROM report WHERE handled_by = {ME}",
        ("id",),
        _of("report", "version state handled_at", server_id="guild_id"),
    ),
    Part(
        "questions_voided",
        "The questions that you voided.",
        f"FROM voided WHERE voided_by = {ME}",
        ("guild_id", "version"),
        _of("voided", "version voided_at", server_id="guild_id"),
    ),
)

PARTS = (*ABOUT_ME, *IN_SERVERS, *ALONE, *AS_MODERATOR)
