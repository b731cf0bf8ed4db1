"""Pictures in messages: drawn in a thread of their own, and the latest kept."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TypeVar

from bot.domain.statistics import Day
from cogs.cards import activity, exam_pictures

log = logging.getLogger(__name__)

_KEPT = 64
"""So many pictures are kept, of 50 to 350 kB each."""

_Chart = TypeVar("_Chart", bound=Hashable)


class Pictures:
    """Draws charts off the event loop, and keeps the latest. Equal charts are drawn once.

    What can't be drawn is None: matplotlib needs a folder to write to, if only a temporary one, and no card fails
    because of a picture.
    """

    def __init__(self) -> None:
        # A thread is enough: 1 click in 100 waits 20 to 30 ms for it (benchmarks/stalls.py). A process would have to load
        # matplotlib for each picture, or keep its 80 MB. One thread, for matplotlib is not made for several.
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")
        self._pictures: OrderedDict[Hashable, asyncio.Future[bytes]] = OrderedDict()

    async def activity(self, days: Sequence[Day], today: date) -> bytes | None:
        """The 12 weeks up to today as a PNG."""
        return await self._picture(activity.draw_activity, activity.Activity.of(days, today))

    async def exam_topics(self, chart: exam_pictures.ExamTopics) -> bytes | None:
        """One mock exam by topic as a PNG."""
        return await self._picture(exam_pictures.draw_topics, chart)

    async def exam_history(self, chart: exam_pictures.ExamHistory) -> bytes | None:
        """A member's past mock exams as a PNG."""
        return await self._picture(exam_pictures.draw_history, chart)

    async def _picture(self, draw: Callable[[_Chart], bytes], chart: _Chart) -> bytes | None:
        """The chart as `draw` draws it. Charts of different kinds are never equal, so the chart is the key."""
        picture = self._pictures.get(chart)
        if picture is None:
            picture = asyncio.get_running_loop().run_in_executor(self._executor, draw, chart)
            self._pictures[chart] = picture
            picture.add_done_callback(lambda drawn: self._drawn(chart, drawn))
            if len(self._pictures) > _KEPT:
                self._pictures.popitem(last=False)
        self._pictures.move_to_end(chart)
        # whoever gives up waiting must not take the picture away from others
        try:
            return await asyncio.shield(picture)
        except Exception:
            return None  # `_drawn` says why

    def _drawn(self, chart: Hashable, picture: asyncio.Future[bytes]) -> None:
        error = None if picture.cancelled() else picture.exception()
        if error is not None:
            log.error("A picture could not be drawn; its card is shown without it", exc_info=error)
        if (error or picture.cancelled()) and self._pictures.get(chart) is picture:
            del self._pictures[chart]

    def close(self) -> None:
        """Draw no more. Whoever still waits for a picture is cancelled; one under way ends by itself, soon."""
        for picture in self._pictures.values():
            picture.cancel()
        self._executor.shutdown(wait=False, cancel_futures=True)
