"""Leaderboards."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.client import Interaction
from bot.domain.windows import Choice
from bot.study.boards import Board, Boards
from bot.study.library import Library
from bot.study.servers import Servers
from cogs.cards.boards import PAGE_OF_BOARD, board_card, read_board_id
from cogs.cards.names import Names
from cogs.channels import answer_privately
from cogs.choices import matching_banks, matching_topics
from cogs.cooldowns import Cooldown

if TYPE_CHECKING:
    from bot.client import StudyhallClient

_ME, _EVERYONE = "only me", "everyone"


class BoardCog(commands.Cog, name="Boards"):
    """`/leaderboard` and the buttons below it."""

    def __init__(self, boards: Boards, servers: Servers, cooldown: Cooldown, library: Library) -> None:
        """`cooldown` is for boards that everybody sees."""
        self._boards = boards
        self._cooldown = cooldown
        self._servers = servers
        self._library = library

    @app_commands.command(description="Shows who earned the most points")
    @app_commands.describe(
        period="Which time; this week if you leave it out",
        topic="Points for this topic only",
        bank="Points for this collection of questions only",
        show="Who sees it; only you if you leave it out",
    )
    @app_commands.choices(
        period=[app_commands.Choice(name=choice.value, value=choice.value) for choice in Choice],
        show=[app_commands.Choice(name=name, value=name) for name in (_ME, _EVERYONE)],
    )
    @app_commands.guild_only()
    async def leaderboard(
        self,
        interaction: Interaction,
        period: str = Choice.THIS_WEEK,
        topic: str | None = None,
        bank: str | None = None,
        show: str = _ME,
    ) -> None:
        """Show a board to the member who asks, or to everyone."""
        for_all = show == _EVERYONE
        with self._cooldown.use(interaction) if for_all else contextlib.nullcontext():
            board = await self._boards.ask(
                interaction.guild_id or 0, interaction.user.id, Choice(period), bank=bank, topic=topic
            )
            card = board_card(board, self._subject(board), self._names(interaction, for_all=for_all))
            await interaction.response.send_message(view=card, ephemeral=not for_all)

    @leaderboard.autocomplete("topic")
    async def _topics(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return matching_topics(self._servers, interaction, current)

    @leaderboard.autocomplete("bank")
    async def _banks(self, _: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return matching_banks(self._library, current)

    async def turn(self, interaction: Interaction, numbers: Sequence[int]) -> None:
        """Another page; below a board that everybody sees, in a copy of one's own."""
        span, scope, page = read_board_id(tuple(numbers))
        board = await self._boards.show(interaction.guild_id or 0, interaction.user.id, span, scope, page)
        await answer_privately(interaction, board_card(board, self._subject(board), self._names(interaction)))

    def _names(self, interaction: Interaction, *, for_all: bool = False) -> Names:
        hidden = self._servers.choices(interaction.guild_id or 0).hides_names
        return Names(hidden, None if for_all else interaction.user.id)

    def _subject(self, board: Board) -> str:
        return self._library.catalog.subject(board.bank, board.topic)


async def setup(client: StudyhallClient) -> None:
    """Add the cog."""
    app = client.app
    cog = BoardCog(app.boards, app.servers, app.cooldowns.public_boards, app.library)
    client.answer_buttons(PAGE_OF_BOARD, 5, cog.turn, in_server=True)
    await client.add_cog(cog)
