"""What names a member, wherever it is stored, and what becomes of it: the one place that has to know."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.privacy import Footprint
from bot.storage.database import Database
from bot.storage.servers import Unlisted


class Fate(StrEnum):
    """What erasing does with a value."""

    DELETED = "deleted"
    """Its row is deleted."""
    ANONYMOUS = "anonymous"
    """Its row stays without it."""
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Personal:
    """A column that can name a member. `part` is where the export has its rows; '': see `why`."""

    table: str
    column: str
    part: str
    fate: Fate = Fate.DELETED
    why: str = ""


_WORK = "It stands there for moments only, and says nothing but that work is under way for the member."

PERSONAL = (
    Personal("answer", "member_id", "answers"),
    Personal("score", "member_id", "answers", why="Says which answers count on boards."),
    Personal("hint_use", "member_id", "hints"),
    Personal("shown", "member_id", "challenge_questions_seen"),
    Personal("board", "member_id", "boards", why="The sums go on as those of nobody."),
    Personal("member_day", "member_id", "days"),
    Personal("recount", "member_id", "", why=_WORK),
    Personal("unlisted", "member_id", "not_on_boards"),
    Personal("champion", "member_id", "champion_roles"),
    Personal("challenge", "winners", "challenges_won", Fate.ANONYMOUS),
    Personal("session", "member_id", "practices_and_reviews"),
    Personal("exam", "member_id", "exams"),
    Personal("review_card", "member_id", "review_cards"),
    Personal("review_log", "member_id", "review_log"),
    Personal("member", "member_id", "settings"),
    Personal("timer", "subject", "settings", why="When the next reminder comes."),
    Personal("study_plan", "member_id", "study_plan"),
    Personal("report", "member_id", "reports"),
    Personal("report", "handled_by", "reports_handled", Fate.ANONYMOUS),
    Personal(
        "report",
        "reason",
        "",
        Fate.ANONYMOUS,
        "Others' words are theirs; the member's id is taken out of them.",
    ),
    Personal("quiz", "starter_id", "quizzes_started", Fate.ANONYMOUS),
    Personal("challenge_plan", "owner_id", "challenges_set_up", Fate.ANONYMOUS),
    Personal(
        "challenge_plan", "trouble", "", Fate.ANONYMOUS, "What the bot told moderators can mention a winner."
    ),
    Personal("server", "changed_by", "server_settings_changed", Fate.ANONYMOUS),
    Personal("voided", "voided_by", "questions_voided", Fate.ANONYMOUS),
    Personal("erasure", "member_id", "erasure"),
    Personal(
        "question_version",
        "author",
        "",
        Fate.KEPT,
        "What an author wrote into a bank file; it goes with that file.",
    ),
)
"""Every column that can hold a member's id. `item` and `exam_item` belong to a session or exam of one member, and go with it."""


_COUNTS = (
    "count(*) FROM answer WHERE member_id = {me}",
    "count(*) FROM hint_use WHERE member_id = {me}",
    "count(DISTINCT guild_id) FROM member_day WHERE member_id = {me}",
    "count(*) FROM session WHERE member_id = {me}",
    "count(*) FROM exam WHERE member_id = {me}",
    "count(*) FROM review_card WHERE member_id = {me}",
    "count(*) FROM study_plan WHERE member_id = {me}",
    "count(*) FROM report WHERE member_id = {me}",
    "count(*) FROM quiz WHERE starter_id = {me}",
    "(SELECT count(*) FROM challenge_plan WHERE owner_id = {me}) + (SELECT count(*) FROM server WHERE changed_by = {me}) "
    "+ (SELECT count(*) FROM report WHERE handled_by = {me}) + (SELECT count(*) FROM voided WHERE voided_by = {me})",
    f"count(*) FROM unlisted WHERE member_id = {{me}} AND reason = '{Unlisted.HIDDEN}'",
    "max(remind_hour) FROM member WHERE member_id = {me}",
    "max(zone) FROM member WHERE member_id = {me}",
)
_FOOTPRINT = "WITH mine (id) AS (SELECT ?) SELECT " + ", ".join(
    f"(SELECT {each.format(me='(SELECT id FROM mine)')})" for each in _COUNTS
)


class PrivacyStore:
    """What is stored about members, in numbers. `bot/storage/own_data.py` has all of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def footprint(self, member_id: int) -> Footprint:
        """How much is stored about a member."""
        rows = await self._database.read(_FOOTPRINT, (member_id,))
        return Footprint(*rows[0])
