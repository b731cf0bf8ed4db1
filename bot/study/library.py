"""The banks that are in use."""

from __future__ import annotations

import asyncio
import gc
import logging
from pathlib import Path

from bot.banks.apart import load_catalog_apart
from bot.banks.loader import bytes_in, load_catalog
from bot.banks.mistakes import Problem
from bot.domain.questions import Bank, Catalog, Topic
from bot.errors import BankError, RefusedError, quoted

log = logging.getLogger(__name__)

LARGE = 4_000_000
"""Bytes of banks above which they are read in another process also at start, which takes 0.2 s more: what reading them leaves
in memory slows all else down, by 8 % with ten thousand questions."""

_NAMED = 10
"""How many topics a sentence names."""


class Library:
    """Holds the catalog, and replaces it as a whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.catalog = Catalog()
        self._turn = asyncio.Lock()

    async def load(self) -> None:
        """Load the banks at start. Broken ones are left out, with their problems in the log.

        Raises:
            BankError: not one bank is usable, or they could not be read at all.
        """
        is_large = bytes_in(self._folder) > LARGE
        loaded = await load_catalog_apart(self._folder) if is_large else load_catalog(self._folder)
        for problem in loaded.problems:
            log.error("%s", problem)
        if not loaded.catalog.banks:
            problems = "\n".join(f"  {problem}" for problem in loaded.problems[:20])
            raise BankError(
                f"There is no usable question bank in {self._folder}:\n{problems}\n"
                "Mend these, check with 'python -m bot check', and start again."
            )
        self.catalog = loaded.catalog

    async def reload(self) -> tuple[Problem, ...]:
        """Read the folder again. With any problem the old catalog stays, and the problems are returned.

        Raises:
            BankError: it could not be read at all.
        """
        gc.collect()  # of what is garbage by now nothing is to stay for good
        async with self._turn:  # each takes memory, and some 300 MB for a huge bank
            loaded = await load_catalog_apart(self._folder)
        if not loaded.problems:
            self.catalog = loaded.catalog
            gc.freeze()  # of its many objects none needs to be looked at by each collection, as at start
        return loaded.problems

    def bank(self, id_: str | None) -> Bank:
        """A bank by its id, or the default one.

        Raises:
            RefusedError: there is none of that name.
        """
        if id_ is None:
            return self.catalog.default
        bank = self.catalog.banks.get(id_)
        if bank is None:
            names = ", ".join(self.catalog.banks)
            raise RefusedError(f"There is no question bank called {quoted(id_)}. Choose one of: {names}.")
        return bank

    def topic(self, bank: Bank, name: str) -> Topic:
        """A topic of a bank by its id or title.

        Raises:
            RefusedError: the bank has no questions on such a topic.
        """
        topics = {topic.id: topic for topic in bank.topics_with_questions}
        titled = {topic.title.casefold(): topic for topic in topics.values()}
        found = topics.get(name) or titled.get(name.strip().casefold())
        if found is None:
            titles = [topic.title for topic in topics.values()]
            names = ", ".join(titles[:_NAMED]) + (", …" if len(titles) > _NAMED else "")
            raise RefusedError(f"There is no topic {quoted(name)} in {bank.title}. Choose one of: {names}.")
        return found
