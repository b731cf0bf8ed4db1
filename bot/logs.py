"""The log: readable lines or JSON, with what is known of the work at hand, without tokens.

What members wrote never gets here: Studyhall's own lines name things by their ids, and the libraries, which would log whole
events and payloads, stay at INFO whatever the level is.
"""

from __future__ import annotations

import logging
import re
import sys
from contextvars import ContextVar
from typing import Any, TextIO

from pythonjsonlogger.orjson import OrjsonFormatter

FIELDS = (
    "guild",
    "interaction",
    "timer",
    "round",
    "quiz",
    "challenge",
    "exam",
    "reference",
)
"""What a line can say besides its sentence, as `extra=` or by `about()`; docs/monitoring.md says what each means."""

OWN = ("bot", "cogs", "playground")
"""The loggers that the level is for."""

HIDDEN = "[hidden]"

_SECRETS = re.compile(
    r"""
    (?<=Authorization)(?P<before>(?:\\*["']?\s*[:=]\s*\\*["']?|\\*["']\s*,\s*b?\\*["'])(?:(?:Bot|Bearer)\s+)?)[\w.~+/=-]+   # a header
    | (?P<path>/(?:webhooks|interactions)/\d+/)[^/\s"'\\?]+             # the token in the address of an interaction
    | (?P<key>\\*["']token\\*["']\s*:\s*\\*["'])[^"'\\]+               # an event or payload
    | \baW50ZXJhY3Rpb246[\w=+/-]+                                      # how the token of an interaction begins
    | \b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}                           # the shape of a bot's token
    """,
    re.VERBOSE | re.IGNORECASE,
)

_known: ContextVar[dict[str, Any]] = ContextVar("what the work at hand is about", default={})  # noqa: B039 - never changed


def about(**fields: Any) -> None:
    """Say what the task at hand is about: its lines, and those of the tasks that it starts, carry these of the `FIELDS`.

    Said anew at the beginning of each piece of work; what was said before is forgotten.
    """
    _known.set(fields)


class Redaction:
    """Takes secrets out of a text: the given ones, and whatever looks like a token."""

    def __init__(self, *secrets: str) -> None:
        self._given = tuple(filter(None, secrets))

    def __call__(self, text: str) -> str:
        """The text without them."""
        for secret in self._given:
            text = text.replace(secret, HIDDEN)
        return _SECRETS.sub(_hide, text)


def _hide(found: re.Match[str]) -> str:
    return "".join(filter(None, found.group("before", "path", "key"))) + HIDDEN


class _KnownFields(logging.Filter):
    """Gives each line what is known of the work at hand; what the line itself says goes before."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name, value in _known.get().items():
            if value is not None and not hasattr(record, name):
                setattr(record, name, value)
        return True


class _Lines(logging.Formatter):
    """One readable line; fields that the sentence does not name follow it."""

    def __init__(self, redact: Redaction) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        self._redact = redact

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        given = {name: getattr(record, name, None) for name in FIELDS}
        more = [
            f"{name}={value}"
            for name, value in given.items()
            if value is not None and str(value) not in record.message
        ]
        return super().formatMessage(record) + (f" [{', '.join(more)}]" if more else "")

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


class _Objects(OrjsonFormatter):
    """One JSON object in a line."""

    def __init__(self, redact: Redaction) -> None:
        names = {"levelname": "level", "name": "logger", "exc_info": "exception", "stack_info": "stack"}
        super().__init__(("levelname", "name", "message"), rename_fields=names, timestamp="time")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


def log_handler(form: str, token: str | None = None, stream: TextIO | None = None) -> logging.Handler:
    """Writes lines to a stream (standard error) in a form, `text` or `json`, without the token wherever it stands."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter((_Objects if form == "json" else _Lines)(Redaction(token or "")))
    handler.addFilter(_KnownFields())
    return handler


def set_up_logging(level: str, form: str = "text", token: str | None = None) -> None:
    """Log to standard error in a form, `text` or `json`."""
    logging.basicConfig(
        level=max(logging.INFO, logging.getLevelNamesMapping()[level]),
        handlers=[log_handler(form, token)],
    )
    for name in OWN:
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)
