"""Many small writes, one commit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Committed(Protocol):
    """Is told of each commit."""

    def __call__(self, items: int, seconds: float, *, well: bool) -> None:
        """A commit of so many items took so long; `well`: they are on disk."""
        ...


class Batches(Generic[Item, Result]):
    """Writes things durably in batches: those that come while a commit is running share the next one.

    In a burst one then costs a fifteenth of the CPU that a commit of its own would. A task runs only while there is
    something to write.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        committed: Committed | None = None,
    ) -> None:
        """`commit` writes a batch in one transaction, and returns a result for each item in their order."""
        self._commit = commit
        self._committed = committed
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, item: Item) -> Result:
        """Write something; comes back when it is on disk."""
        written: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await written

    async def flush(self) -> None:
        """Wait until everything handed in is on disk, for shutting down."""
        while self._writing is not None:
            await asyncio.wait([self._writing])

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                began = time.perf_counter()
                try:
                    results = await self._commit([item for item, _ in batch])
                except Exception as error:
                    self._tell(len(batch), began, well=False)
                    for _, written in batch:
                        if not written.done():
                            written.set_exception(error)
                else:
                    self._tell(len(batch), began, well=True)
                    for (_, written), result in zip(batch, results, strict=True):
                        if not written.done():
                            written.set_result(result)
        finally:
            self._writing = None

    def _tell(self, items: int, began: float, *, well: bool) -> None:
        if self._committed is not None:
            self._committed(items, time.perf_counter() - began, well=well)
