"""Words for what only a forger can do: commands that Discord would not show, ids of somebody else's buttons; and for what
they must not change.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simcord.backend.serializers import message_payload

from tests.world import World

_COMMAND, _FORM = 2, 5
_SAMPLES = {3: "one", 4: 1, 5: True, 10: 1.0}
"""Something for each kind of option that is a value: text, number …"""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table."""

    table: str
    columns: tuple[str, ...]
    values: tuple[Any, ...]

    def get(self, column: str) -> Any:
        """The value of a column; None if there is no such column."""
        return dict(zip(self.columns, self.values, strict=True)).get(column)


def stored(database: Path) -> set[Row]:
    """Everything in a database."""
    found = set()
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(f"SELECT * FROM {table}")
            columns = tuple(column[0] for column in rows.description)
            found |= {Row(table, columns, row) for row in rows}
    return found


def private_channel(world: World, member: Any) -> Any:
    """The direct messages of a member with the bot."""
    return world.env.backend.get_dm_channel(member.id)


async def send_command(world: World, member: Any, channel: Any, name: str, **text: str) -> Any:
    """Send a command with the options that it requires and others with text, also where Discord would not show it."""
    root, *rest = name.removeprefix("/").split()
    found = world.env.backend.find_command(root, world.guild.id, type=1)
    options = _options(world, member, found, rest, text)
    data = {"id": found["id"], "name": root, "type": 1, "options": options}
    result = world._send(member, channel, _COMMAND, data)
    await world.env.settle()
    return result


def _options(
    world: World, member: Any, command: Any, path: list[str], text: Mapping[str, str]
) -> list[dict[str, Any]]:
    if path:
        below = next(option for option in command["options"] if option["name"] == path[0])
        options = _options(world, member, below, path[1:], text)
        return [{"type": below["type"], "name": path[0], "options": options}]
    needed = [option for option in command.get("options", []) if option.get("required")]
    # a member, channel or role is named by its id: that of the member will do for a command that is to be refused
    values = {option["name"]: _SAMPLES.get(option["type"], str(member.id)) for option in needed} | dict(text)
    types = {option["name"]: option["type"] for option in command.get("options", [])}
    return [{"type": types[name], "name": name, "value": value} for name, value in values.items()]


async def send_form(world: World, member: Any, channel: Any, custom_id: str, text: str) -> Any:
    """Submit a form that was never opened, with this text in its field."""
    field = {"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": "field", "value": text}}
    result = world._send(member, channel, _FORM, {"custom_id": custom_id, "components": [field]})
    await world.env.settle()
    return result


def seen(world: World, result: Any) -> str:
    """All that somebody is shown in response, as Discord gets it; "" if nothing."""
    shown = [message for message in (result.response, *result.followups) if message is not None]
    payloads = [
        message_payload(world.env.backend, world.env.backend.get_message(m.channel_id, m.id)) for m in shown
    ]
    parts = [payload for payload in (*payloads, result.modal) if payload is not None]
    return json.dumps(parts, ensure_ascii=False) if parts else ""
