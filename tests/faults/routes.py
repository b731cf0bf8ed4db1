"""Every route of Discord's REST interface that the bot uses, and how one can come to grief."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import simcord

from bot.routes import route_of

ANSWER = "POST /interactions/{id}/{token}/callback"
FOLLOW_UP = "POST /webhooks/{id}/{token}"
EDIT_ANSWER = "PATCH /webhooks/{id}/{token}/messages/@original"
POST = "POST /channels/{id}/messages"
EDIT = "PATCH /channels/{id}/messages/{id}"
OPEN_DIRECT = "POST /users/@me/channels"
GIVE_ROLE = "PUT /guilds/{id}/members/{id}/roles/{id}"
TAKE_ROLE = "DELETE /guilds/{id}/members/{id}/roles/{id}"
COMMANDS = "GET /applications/{id}/commands"
SEND_COMMANDS = "PUT /applications/{id}/commands"

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes
CODES = {
    ANSWER: {403: 40333, 404: 10062},
    FOLLOW_UP: {403: 40333, 404: 10015},
    EDIT_ANSWER: {403: 40333, 404: 10008},
    POST: {403: 50013, 404: 10003},
    EDIT: {403: 50001, 404: 10008},
    OPEN_DIRECT: {403: 40003, 404: 10013},
    GIVE_ROLE: {403: 50013, 404: 10011},
    TAKE_ROLE: {403: 50013, 404: 10007},
    COMMANDS: {403: 50001, 404: 10002},
    SEND_COMMANDS: {403: 50001, 404: 10002},
}
"""The routes that the bot uses once it is logged in, with the codes that go with these statuses there."""

LOGIN = ("GET /users/@me", "GET /oauth2/applications/@me", "GET /gateway/bot")
"""Without these it does not start: test_on_the_wire.py."""

TIME_OUT = "time-out"

FAULTS = (403, 404, 429, 500, TIME_OUT)
"""What Discord may answer, or that it does not."""


def route(request: Any) -> str:
    """The route of a request to the simulated Discord."""
    return f"{request.method} {route_of('/api' + request.path)}"


def check_known(requests: Iterable[Any]) -> None:
    """Fail if the bot has used a route that nobody has let fail yet."""
    unknown = {route(request) for request in requests} - {*CODES, *LOGIN}
    assert not unknown, f"add to tests/faults/routes.py, with what shall happen when it fails: {unknown}"


class _TimeOut(dict[str, Any]):
    """A fault after which the simulated transport raises what aiohttp raises when nothing comes back."""

    def __getitem__(self, key: str) -> Any:
        if key == "status":
            raise TimeoutError
        return super().__getitem__(key)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One kind of trouble on one route of a simulated Discord."""

    env: simcord.Env
    route: str
    fault: int | str

    def begin(self, path: str = "", times: int | None = None) -> None:
        """From now on, everywhere or on paths of a pattern, for ever or so many times."""
        method, template = self.route.split(" ")
        path = path or re.sub(r"\{\w+\}", "*", template)
        if self.fault == TIME_OUT:
            self.env.backend.faults.append(_TimeOut(method=method, path=path, times=times))
        else:
            assert isinstance(self.fault, int)
            code = CODES[self.route].get(self.fault, 0)
            self.env.inject_error(method, path, status=self.fault, code=code, times=times)

    def end(self) -> None:
        """All is well again."""
        self.env.backend.faults.clear()
