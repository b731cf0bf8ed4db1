"""What the options of commands offer while they are typed."""

from __future__ import annotations

from collections.abc import Iterable

from discord import app_commands

from bot.client import Interaction
from bot.errors import RefusedError
from bot.study.library import Library

_MOST_CHOICES = 25


def matching(named: Iterable[tuple[str, str]], typed: str) -> list[app_commands.Choice[str]]:
    """Choices for what is typed so far, from pairs of id and title."""
    return [
        app_commands.Choice(name=title, value=id_)
        for id_, title in named
        if typed.casefold() in title.casefold() or typed.casefold() in id_
    ][:_MOST_CHOICES]


def matching_topics(library: Library, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Choices for a topic of the bank that the command names, or of the default one."""
    try:
        bank = library.bank(getattr(interaction.namespace, "bank", None) or None)
    except RefusedError:
        return []
    return matching(((topic.id, topic.title) for topic in bank.topics_with_questions), typed)


def matching_banks(library: Library, typed: str) -> list[app_commands.Choice[str]]:
    """Choices for a bank."""
    return matching(((bank.id, bank.title) for bank in library.catalog.banks.values()), typed)
