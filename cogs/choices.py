"""What the options of commands offer while they are typed."""

from __future__ import annotations

from collections.abc import Iterable

from discord import app_commands

from bot.client import Interaction
from bot.domain.questions import Bank
from bot.errors import RefusedError
from bot.study.exam_papers import named_topics
from bot.study.library import Library
from bot.study.servers import Servers

_MOST_CHOICES = 25
_LONGEST_CHOICE = 100


def matching(named: Iterable[tuple[str, str]], typed: str) -> list[app_commands.Choice[str]]:
    """Choices for what is typed so far, from pairs of id and title."""
    return [
        app_commands.Choice(name=title, value=id_)
        for id_, title in named
        if typed.casefold() in title.casefold() or typed.casefold() in id_
    ][:_MOST_CHOICES]


def matching_topics(servers: Servers, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Choices for a topic of the bank that the command names, or of the one that it uses without a name."""
    bank = _bank(servers, interaction)
    return matching(((topic.id, topic.title) for topic in bank.topics_with_questions), typed) if bank else []


def matching_topic_lists(
    servers: Servers, interaction: Interaction, typed: str
) -> list[app_commands.Choice[str]]:
    """Choices for topics with commas between them: those that are typed, with each that may come next."""
    bank = _bank(servers, interaction)
    if bank is None:
        return []
    there = {topic.id: topic.title for topic in bank.topics_with_questions}
    *chosen, last = named_topics(bank, typed)
    if last in there:  # a choice that was taken from the list comes back as it was shown
        chosen, last = [*chosen, last], ""
    if not all(name in there for name in chosen):
        chosen, last = [], typed  # the beginning of a title that holds a comma
    chosen = list(dict.fromkeys(chosen))
    left = [(id_, title) for id_, title in there.items() if id_ not in chosen]
    offers = [app_commands.Choice(name=", ".join(chosen), value=",".join(chosen))] if chosen else []
    offers += [
        # what is shown can be read again, since Discord hands it back when one goes on typing
        app_commands.Choice(name=", ".join([*chosen, choice.name]), value=",".join([*chosen, choice.value]))
        for choice in matching(left, last.strip())
    ]
    short = [c for c in offers if len(c.name) <= _LONGEST_CHOICE and len(c.value) <= _LONGEST_CHOICE]
    return short[:_MOST_CHOICES]


def _bank(servers: Servers, interaction: Interaction) -> Bank | None:
    """The bank that the command names so far, or the one that it uses without a name; None if there is no such bank."""
    try:
        return servers.bank(interaction.guild_id, getattr(interaction.namespace, "bank", None) or None)
    except RefusedError:
        return None


def matching_banks(library: Library, typed: str) -> list[app_commands.Choice[str]]:
    """Choices for a bank."""
    return matching(((bank.id, bank.title) for bank in library.catalog.banks.values()), typed)
