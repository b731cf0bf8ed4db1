"""Bars for long work: on a terminal only, and beside the output."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from rich.console import Console
from rich.progress import Progress, TaskID

from bot.storage.backups import Tell


@contextlib.contextmanager
def bars(*, wanted: bool = True) -> Iterator[Tell]:
    """Something to tell what is being done, how much of it is done, and of how much (0: nobody knows)."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not (wanted and console.is_terminal)) as progress:
        tasks: dict[str, TaskID] = {}

        def tell(doing: str, done: int, of: int) -> None:
            if doing not in tasks:
                tasks[doing] = progress.add_task(doing, total=None)
            progress.update(tasks[doing], completed=done, total=of or None)

        yield tell
