"""Every error that a person may see, in one tree.

`str(error)` is the finished sentence: what is wrong and what to do next. Whoever shows it adds nothing.
"""

from __future__ import annotations


class StudyhallError(Exception):
    """The root: anything below may be shown to a person as it is."""


class SettingsError(StudyhallError):
    """The settings in the environment or `.env` are not usable; names every problem."""


class DatabaseError(StudyhallError):
    """The database file can't be used, for example because a newer version of the bot wrote it."""


class StorageError(StudyhallError):
    """The database takes or gives nothing at the moment: a full disk, a lock, damage. Nothing was stored; try again later."""


class BankError(StudyhallError):
    """No question bank could be loaded, or a reload was refused."""


class RefusedError(StudyhallError):
    """Somebody asked for something that can't be done now, such as a second quiz in one channel."""


class PostError(StudyhallError):
    """Discord did not take a message."""


class PostFailedError(PostError):
    """Discord had a passing fault (5xx, time-out, rate limit): worth another try later."""


class PostRefusedError(PostError):
    """Discord will not take it however often we ask: a missing permission, a channel that is gone."""


class MessageGoneError(PostRefusedError):
    """The message to be edited was deleted."""


def quoted(text: str, longest: int = 60) -> str:
    """What somebody typed, for a sentence that repeats it: as code, in which Discord reads no markup, mentions and links,
    on one line, without marks that turn the direction of text, and cut to a length.
    """
    visible = "".join(sign if sign.isprintable() else " " for sign in text.replace("`", "'"))
    return f"`{' '.join(visible.split())[:longest] or ' '}`"
