"""A process for `test_kill.py`: members click without end, and every answer they were told of is printed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import simcord

from tests.messages import buttons
from tests.world import open_world

MEMBERS = 400
AT_ONCE = 10


async def main(folder: Path) -> None:
    """Play one round."""
    async with open_world(folder) as world:
        members = [world.guild.add_member(world.env.create_user(f"member{n}")) for n in range(MEMBERS)]
        card = await world.start_quiz(questions=2, topic="one", seconds=600)
        letters = [label for label in buttons(card) if len(label) == 1]
        watching = asyncio.create_task(_print_what_is_told(world.env))
        for first in range(0, MEMBERS, AT_ONCE):
            group = members[first : first + AT_ONCE]
            clicks = [(member, card, letters[member.id % len(letters)]) for member in group]
            # everyone clicks another letter right after the first: it must never count
            again = [(member, card, letters[(member.id + 1) % len(letters)]) for member in group]
            await world.at_once([*clicks, *again])
        watching.cancel()


async def _print_what_is_told(env: simcord.Env) -> None:
    told: set[int] = set()
    while True:
        for record in list(env.backend.interactions.values()):
            if record.id not in told and record.responded and record.type == 3:
                told.add(record.id)
                print(record.user_id, flush=True)  # noqa: T201
        await asyncio.sleep(0)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
