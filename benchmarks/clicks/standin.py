"""A stand-in for Discord that sends clicks as fast as it can, and writes down when each is answered."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import orjson

from benchmarks.clicks.gateway import Gateway
from benchmarks.clicks.payloads import (
    COMMAND,
    COMPONENT,
    EVERYTHING,
    Json,
    gateway_bot,
    guild,
    interaction,
    member,
    message,
    numbered,
    own_application,
    registered,
    snowflake,
    user,
)
from benchmarks.clicks.rest import Rest

APPLICATION = 1_190_000_000_000_000_000
NOBODYS = "a.b.c"
"""For where bots have a token."""

TIME_TO_ANSWER = 3.0
"""Seconds. https://docs.discord.com/developers/interactions/receiving-and-responding"""

_ROLES = [1_199_000_000_000_000_001, 1_199_000_000_000_000_002]
"""What members have."""

Response = tuple[int, bytes]


@dataclass(slots=True, eq=False)
class Sent:
    """Something that a member did, and what came of it."""

    id: int
    token: str
    member: int
    channel: int
    kind: int
    id_of_button: str
    at: float
    """When it was done, in seconds of the monotonic clock."""
    answered_at: float | None = None
    """When its first answer had been received whole, in time or not."""
    answer: bytes = b""
    """The first answer, if it came in time."""
    again: int = 0
    """How often it was answered although it had been."""
    waiter: asyncio.Future[None] | None = None

    @property
    def seconds(self) -> float:
        """How long it took to be answered."""
        assert self.answered_at is not None  # noqa: S101
        return self.answered_at - self.at

    @property
    def is_acknowledged(self) -> bool:
        """Whether the member sees an answer."""
        return bool(self.answer)


@dataclass(frozen=True, slots=True)
class Card:
    """A message of the bot, as it comes along with each click on it."""

    channel: int
    components: list[Json]
    payload: orjson.Fragment

    @classmethod
    def of(cls, message: Json) -> Card:
        """The card that a message is."""
        return cls(int(message["channel_id"]), message["components"], orjson.Fragment(orjson.dumps(message)))


class Standin:
    """Some servers with channels, in which the members are whoever clicks."""

    def __init__(self, channels: Mapping[int, Sequence[int]], delay: float = 0.0) -> None:
        """`channels` are those of each server; `delay` are seconds of a round trip."""
        self._guild_of = {channel: guild for guild, ids in channels.items() for channel in ids}
        self._channels = channels
        self._delay = delay
        self._rest = Rest(self._handle, delay)
        self._gateway = Gateway(APPLICATION, self._begin)
        self.commands: list[Json] = []
        self.messages: dict[int, Json] = {}
        """In channels."""
        self.sent: dict[int, Sent] = {}
        self.edits = 0
        """Of messages in channels."""
        self.unknown = 0
        """Answers to what nobody did."""
        self.changed = asyncio.Event()
        """The bot has connected, or sent something other than the answer to a click."""
        self.address = ""
        """Scheme, host and port of the API."""

    @property
    def gateway(self) -> Gateway:
        """Where the bot listens."""
        return self._gateway

    @property
    def connections(self) -> int:
        """How many the bot has opened for requests."""
        return self._rest.connections

    async def start(self, context: ssl.SSLContext | None = None) -> None:
        """Listen; with TLS if there is a context."""
        await self._gateway.start(context)
        self._gateway.changed = self.changed
        port = await self._rest.start(context)
        self.address = f"{'https' if context else 'http'}://127.0.0.1:{port}"

    async def stop(self) -> None:
        """End."""
        await self._gateway.stop()
        await self._rest.stop()

    async def until(self, condition: Callable[[], Any], patience: float = 60.0) -> Any:
        """Wait for something to come about; what the condition gave.

        Raises:
            TimeoutError: it did not.
        """
        async with asyncio.timeout(patience):
            while not (found := condition()):
                self.changed.clear()
                await self.changed.wait()
            return found

    def click(self, member_id: int, card: Card, custom_id: str) -> Sent:
        """Click a button of a card."""
        data = {"id": 9, "custom_id": custom_id, "component_type": 2}
        return self._do(COMPONENT, member_id, card.channel, data, "0", card.payload)

    async def command(self, member_id: int, channel: int, name: str, **options: Any) -> Sent:
        """Use a command such as `quiz start`, and wait for its answer."""
        sent = self.send_command(member_id, channel, name, **options)
        await self.answered(sent)
        return sent

    def send_command(self, member_id: int, channel: int, name: str, **options: Any) -> Sent:
        """Use a command."""
        given = [
            {"type": 4 if isinstance(value, int) else 3, "name": key.replace("_", "-"), "value": value}
            for key, value in options.items()
        ]
        root, *parts = name.split()
        for part in parts:
            given = [{"type": 1, "name": part, "options": given}]
        id_ = next((command["id"] for command in self.commands if command["name"] == root), "1")
        return self._do(
            COMMAND, member_id, channel, {"id": id_, "name": root, "type": 1, "options": given}, EVERYTHING
        )

    async def answered(self, sent: Sent, patience: float = 30.0) -> None:
        """Wait until something was answered, in time or not.

        Raises:
            TimeoutError: it was not.
        """
        if sent.answered_at is None:
            sent.waiter = asyncio.get_running_loop().create_future()
            await asyncio.wait_for(sent.waiter, patience)

    def _do(
        self, kind: int, member_id: int, channel: int, data: Json, permissions: str, card: Any = None
    ) -> Sent:
        id_ = snowflake()
        # Discord's are as long
        token = f"aW50ZXJhY3Rpb246{id_}{'A' * 180}"
        payload = interaction(
            kind, data, application=APPLICATION, guild_id=self._guild_of[channel], channel_id=channel,
            by=member(member_id, permissions, _ROLES), card=card,
        )  # fmt: skip
        payload["id"], payload["token"] = str(id_), token
        sent = Sent(id_, token, member_id, channel, kind, data.get("custom_id", ""), perf_counter())
        self.sent[id_] = sent
        if self._delay:
            asyncio.get_running_loop().call_later(
                self._delay / 2, self._gateway.send, "INTERACTION_CREATE", payload
            )
        else:
            self._gateway.send("INTERACTION_CREATE", payload)
        return sent

    def _begin(self) -> list[tuple[str, Json]]:
        return [("GUILD_CREATE", guild(id_, channels)) for id_, channels in self._channels.items()]

    def _handle(self, method: str, path: str, query: str, body: bytes) -> Response:
        parts = path.split("/")[3:]  # after /api/v10
        if parts[0] == "interactions":
            return self._callback(int(parts[1]), parts[2], "with_response" in query, body)
        answer = self._look_up(parts) if method == "GET" else self._take(method, parts, body)
        self.changed.set()
        if answer is None:
            return 404, orjson.dumps({"message": "404: Not Found", "code": 0})
        return 200, orjson.dumps(answer)

    def _callback(self, id_: int, token: str, with_response: bool, body: bytes) -> Response:
        now = perf_counter()
        sent = self.sent.get(id_)
        if sent is None or sent.token != token:
            self.unknown += 1
            return _refuse(404, 10062, "Unknown interaction")
        is_late = now - sent.at > TIME_TO_ANSWER
        if sent.answered_at is None:
            sent.answered_at = now
            if sent.waiter is not None and not sent.waiter.done():
                sent.waiter.set_result(None)
        elif sent.answer:
            sent.again += 1
            return _refuse(400, 40060, "Interaction has already been acknowledged.")
        if is_late:
            return _refuse(404, 10062, "Unknown interaction")
        sent.answer = body
        if not with_response and sent.kind == COMPONENT:
            return 204, b""
        kept = self._answer_of(sent, orjson.loads(body))
        return (200, orjson.dumps(kept)) if with_response else (204, b"")

    def _answer_of(self, sent: Sent, body: Json) -> Json:
        about: Json = {"id": str(sent.id), "type": sent.kind, "activity_instance_id": None}
        if body["type"] != 4:
            return {"interaction": about, "resource": {"type": body["type"]}}
        answer = self._message(sent.channel, body["data"])
        is_private = bool(body["data"].get("flags", 0) & 64)
        if not is_private:
            self.messages[int(answer["id"])] = answer
            self.changed.set()
        about |= {
            "response_message_id": answer["id"],
            "response_message_loading": False,
            "response_message_ephemeral": is_private,
        }
        return {"interaction": about, "resource": {"type": 4, "message": answer}}

    def _message(self, channel: int, body: Json) -> Json:
        body.pop("nonce", None)
        body.pop("enforce_nonce", None)
        body.pop("allowed_mentions", None)
        if "components" in body:
            body["components"] = numbered(body["components"])
        return message(APPLICATION, channel, body)

    def _look_up(self, path: Sequence[str]) -> Any:
        """What there is at a path; None: nothing."""
        match path:
            case "users", "@me":
                return user(APPLICATION, bot=True)
            case "users", "@me", "guilds":
                return []
            case ("oauth2", "applications", "@me") | ("applications", "@me"):
                return own_application(APPLICATION)
            case "gateway", "bot":
                return gateway_bot(self._gateway.url)
            case "applications", _, "commands":
                return self.commands
        return None

    def _take(self, method: str, path: Sequence[str], body: bytes) -> Any:
        """Keep what the bot sends; the answer. None: there is nothing at this path."""
        match method, *path:
            case "PUT", "applications", _, "commands":
                self.commands = registered(APPLICATION, orjson.loads(body))
                return self.commands
            case "POST", "channels", channel, "messages":
                posted = self._message(int(channel), orjson.loads(body))
                self.messages[int(posted["id"])] = posted
                return posted
            case "PATCH", "channels", channel, "messages", id_:
                self.edits += 1
                edited = {**self._message(int(channel), orjson.loads(body)), "id": id_}
                if int(id_) in self.messages:  # not one that was posted before a restart
                    self.messages[int(id_)] = edited
                return edited
            case ("POST", "webhooks", _, _) | ("PATCH", "webhooks", _, _, "messages", _):
                return self._message(0, orjson.loads(body))
        return None


def _refuse(status: int, code: int, words: str) -> Response:
    return status, orjson.dumps({"message": words, "code": code})
