"""Who may do what, as a page: `python -m bot permissions`. It is made from what each command and button says of itself."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from bot.access import Access, Who
from bot.app import EXTENSIONS, open_app
from bot.config import Settings
from bot.errors import StudyhallError
from cogs.cooldowns import Cooldown, Limit

_PAGE = """\
# Who may do what

Written by `python -m bot permissions --output docs/permissions.md` from what each command and button says of itself, and held
against how the bot behaves by `tests/cogs/test_permissions.py`.

## How it is decided

1. **Discord** shows a command only to those who have the permission that it asks for, and only where it works. Whoever manages a
   server can change that for roles, members and channels in *Server Settings → Integrations*: for example, take `/quiz` away from
   newcomers, or keep it out of a channel. Discord can't tell the commands of one group apart: `/challenge` is shown to everyone.
2. **The bot** asks for Manage Server again each time, also where Discord was told to let somebody else in. What a panel changes
   is a click, which Discord does not check, so both must ask for the same; and no list in *Integrations* should be able to open
   what a whole server depends on by mistake. To let somebody set up challenges, give them a role with Manage Server.
3. **The server** chooses in `/settings` who may start quizzes, and in which channels. Where it has chosen no role, everyone may.
4. **What somebody owns**, such as a practice, an exam or a plan, answers to nobody else, whatever a button says: the bot looks up
   whose it is. What belongs to a server or channel answers only there.

## Commands

✅ yes · ❌ no · ◐ as long as the server has chosen no roles for it in `/settings` · *Anywhere*: also in servers and conversations
where the bot is not, for members who have installed it for themselves.

{commands}

*Quiz role* is a role that may start quizzes; *Starter* is whoever started the quiz that runs in the channel. *Manage Messages* and
*Manage Server* stand for somebody with only that permission; owners and administrators of a server have both.

## Buttons, lists and forms

By the first word of their ids. *Everyone* means that it acts for whoever uses it: they see what is theirs.

{buttons}

## How often

So that no script keeps the bot or a channel busy. Whoever asks more often is told when it works again; what is refused for another
reason does not count. The pictures of a mock exam's report are left out instead, since nobody must wait to hand an exam in.

{cooldowns}
"""


class Role(StrEnum):
    """Who somebody is to a server. Each can do more than a member by one thing only."""

    MEMBER = "Member"
    QUIZ_ROLE = "Quiz role"
    """With a role that may start quizzes."""
    STARTER = "Starter"
    """Of the quiz that runs; by now without such a role."""
    MODERATOR = "Manage Messages"
    MANAGER = "Manage Server"


_MAY = {
    Who.EVERYONE: frozenset(Role),
    Who.OWNER: frozenset(Role),
    Who.HOST: frozenset({Role.QUIZ_ROLE, Role.MODERATOR, Role.MANAGER}),
    Who.STARTER: frozenset({Role.STARTER, Role.MODERATOR}),
    Who.MANAGER: frozenset({Role.MANAGER}),
}

_NAMES = {
    Who.EVERYONE: "everyone",
    Who.OWNER: "whose it is",
    Who.HOST: "everyone, or the roles chosen",
    Who.STARTER: "the starter, Manage Messages",
    Who.MANAGER: "Manage Server",
}


def may(role: Role, who: Who, *, chosen: bool) -> bool:
    """Whether somebody may use what is for `who`; `chosen`: the server has chosen roles that may start quizzes."""
    return role in _MAY[who] or (who is Who.HOST and not chosen)


def run_permissions(settings: Settings, output: Path | None) -> int:
    """Print the page, or write it to a file; the exit status."""
    text = page(*asyncio.run(_all_access(settings)))
    if output is None:
        print(text, end="")
        return 0
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StudyhallError(f"{output} can't be written: {error}. Name another file.") from error
    print(output, file=sys.stderr)
    return 0


async def _all_access(settings: Settings) -> tuple[list[Access], list[Cooldown]]:
    with tempfile.TemporaryDirectory() as folder:
        apart = settings.model_copy(update={"database": Path(folder) / "studyhall.db"})
        async with open_app(apart) as app:
            for name in EXTENSIONS:
                await app.client.load_extension(name)
            cooldowns = list(vars(app.cooldowns).values())
            return app.client.access(), cooldowns


def page(access: Iterable[Access], cooldowns: Iterable[Cooldown]) -> str:
    """The page in Markdown."""
    commands = [["Command", *Role, "Direct messages", "Anywhere"]]
    buttons = [["Kind", "What", "Who", "Direct messages"]]
    for one in access:
        if one.name.startswith("/"):
            cells = [_cell(role, one.who) for role in Role]
            commands.append([f"`{one.name}`", *cells, _sign(one.direct), _sign(one.anywhere)])
        else:
            buttons.append([f"`{one.name}`", one.purpose, _NAMES[one.who], _sign(one.direct)])
    often = [["To", "A member", "All members of a server together"]]
    often += [[cooldown.what, _often(cooldown.member), _often(cooldown.server)] for cooldown in cooldowns]
    return _PAGE.format(commands=_table(commands), buttons=_table(buttons), cooldowns=_table(often))


def _cell(role: Role, who: Who) -> str:
    always = may(role, who, chosen=True)
    return "◐" if not always and may(role, who, chosen=False) else _sign(always)


def _sign(yes: bool) -> str:
    return "✅" if yes else "❌"


def _often(limit: Limit) -> str:
    return f"{limit.times} in {limit.minutes} min"


def _table(rows: list[list[str]]) -> str:
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, f"|{'---|' * len(rows[0])}", *body])
