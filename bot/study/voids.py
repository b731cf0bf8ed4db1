"""Which questions count no more, in memory: each answer asks for it."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.questions import Question, QuestionId
from bot.storage.voids import VoidStore


class Voids:
    """Knows what moderators have voided. An edited question is another version, and counts."""

    def __init__(self, store: VoidStore) -> None:
        self._store = store
        self._versions: dict[int, dict[QuestionId, set[str]]] = {}

    async def load(self) -> None:
        """Load what is voided, in place of what is known."""
        self._versions = {}
        for guild_id, question, version in await self._store.all():
            self._add(guild_id, question, version)

    def has(self, guild_id: int | None, question: Question) -> bool:
        """Whether a question, as it is, is voided in a server; in direct messages (None) nothing is."""
        voided = self._versions.get(guild_id or 0)
        versions = voided.get(question.full_id) if voided else None
        # last, for making the versions of all questions of a large bank takes half a second
        return versions is not None and question.version in versions

    def without(self, guild_id: int | None, questions: Iterable[Question]) -> tuple[Question, ...]:
        """Those of some questions that are not voided in a server."""
        return tuple(question for question in questions if not self.has(guild_id, question))

    def add(self, guild_id: int, question: Question) -> None:
        """A question was voided in a server."""
        self._add(guild_id, question.full_id, question.version)

    def _add(self, guild_id: int, question: QuestionId, version: str) -> None:
        self._versions.setdefault(guild_id, {}).setdefault(question, set()).add(version)

    def forget(self, guild_id: int) -> None:
        """What a server had is erased."""
        self._versions.pop(guild_id, None)

    def discard(self, guild_id: int, question: Question) -> None:
        """A question counts again in a server."""
        self._versions.get(guild_id, {}).get(question.full_id, set()).discard(question.version)
