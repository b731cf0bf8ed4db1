"""How cards call members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.boards import NOBODY


@dataclass(frozen=True, slots=True)
class Names:
    """Calls members by mention (nobody is pinged), or not by name where a server wants no names to be shown."""

    hidden: bool = False
    viewer: int | None = None
    """The one member who sees the card, and always sees their own name; None: everybody sees it."""

    def one(self, member_id: int) -> str:
        """A member."""
        if member_id == NOBODY:
            return "a former member"
        if self.hidden and member_id != self.viewer:
            return "a member"
        return f"<@{member_id}>"

    def several(self, members: Sequence[int], room: int) -> str:
        """Members, as many as fit into `room` characters."""
        names: list[str] = []
        for number, member in enumerate(members):
            name = self.one(member)
            rest = len(members) - number
            if sum(map(len, names)) + 2 * len(names) + len(name) + len(f" and {rest} more") > room:
                names.append(f"and {rest} more")
                break
            names.append(name)
        return ", ".join(names).replace(", and ", " and ")
