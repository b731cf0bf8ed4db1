"""Words for what members do about their own data."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from tests.messages import buttons, text
from tests.world import World

MINUTE, DAY = 60.0, 86400.0


async def privacy(world: World, member: Any, *, direct: bool = False) -> Any:
    """`/privacy`; what the member sees."""
    if direct:
        return (await member.user.slash("privacy")).response
    result = await member.slash(world.channel, "privacy")
    assert result.ephemeral
    return result.response


async def press(member: Any, shown: Any, label: str) -> Any:
    """Press a button; what is there then."""
    return (await member.click(shown, label=label)).response


async def file_of(shown: Any) -> bytes:
    """What is in the file of a message."""
    (attachment,) = shown.attachments
    return bytes(await attachment.read())


async def export(world: World, member: Any, *, direct: bool = False) -> dict[str, Any]:
    """Export; what is in the file."""
    shown = await press(
        member.user if direct else member, await privacy(world, member, direct=direct), "Export my data"
    )
    content = await file_of(shown)
    if shown.attachments[0].filename.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            (name,) = archive.namelist()
            content = archive.read(name)
    found: dict[str, Any] = json.loads(content)
    return found


async def erase(world: World, member: Any, *, direct: bool = False) -> Any:
    """Erase, with the question whether they are sure; what the member is told."""
    person = member.user if direct else member
    asked = await press(person, await privacy(world, member, direct=direct), "Erase my data")
    assert "can't be undone" in text(asked)
    assert list(buttons(asked)) == ["Erase everything", "Keep my data", "Export my data"]
    return await press(person, asked, "Erase everything")


async def kept(world: World, member: Any) -> dict[tuple[str, str], int]:
    """Where the id of a member stands in the database."""
    async with world.sql() as transaction:
        found = {}
        for (table,) in await transaction.run(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        ):
            for row in await transaction.run(f"PRAGMA table_info({table})"):
                ((rows,),) = await transaction.run(
                    f"SELECT count(*) FROM {table} WHERE instr(CAST({row[1]} AS TEXT), ?) > 0",
                    (str(member.id),),
                )
                if rows:
                    found[table, row[1]] = rows
    return found
