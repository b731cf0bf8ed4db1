"""Starts bots as processes, each on a processor core of its own, and looks at what they need."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from pathlib import Path
from time import perf_counter

from benchmarks.clicks.standin import NOBODYS, Standin

ROOT = Path(__file__).parents[2]

_OURS = "studyhall"
KINDS = ("floor", "floor-tuned", _OURS)

_QUIET_SECONDS, _LITTLE = 0.4, 0.02
"""A bot has settled when it has used the processor for less than so many seconds in so many."""


@dataclass(frozen=True)
class Bot:
    """A bot to measure."""

    name: str
    """As it is shown."""
    kind: str
    """One of `KINDS`."""
    settings: tuple[tuple[str, str], ...] = ()
    """Of its environment."""

    @classmethod
    def parse(cls, text: str) -> Bot:
        """A bot as it is named on the command line: studyhall, or studyhall:SETTING=value:….

        Raises:
            ValueError: there is no such bot.
        """
        kind, *given = text.split(":")
        if kind not in KINDS or not all("=" in pair for pair in given):
            raise ValueError(f"{text} is no bot: {', '.join(KINDS)}, studyhall:SETTING=value")
        pairs = (pair.partition("=") for pair in given)
        return cls(text, kind, tuple((name, value) for name, _, value in pairs))

    @property
    def stores(self) -> bool:
        """Whether it posts questions and keeps the answers."""
        return self.kind == _OURS


def cores() -> tuple[int, int] | None:
    """The processor cores for the stand-in and for the bot. None: there are not two, or the system does not say."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[-1]) if len(usable) > 1 else None


def busy(core: int | None) -> float:
    """Seconds for which a processor core has been used, by whatever; nan where the system does not say."""
    try:
        lines = Path("/proc/stat").read_text().splitlines()
    except OSError:
        return nan
    used = next((line.split() for line in lines if line.startswith(f"cpu{core} ")), None)
    if used is None:
        return nan
    # user, nice, system, and stolen by other machines: https://man7.org/linux/man-pages/man5/proc_stat.5.html
    return sum(int(used[place]) for place in (1, 2, 3, 8)) / os.sysconf("SC_CLK_TCK")


@dataclass
class Running:
    """A bot that runs."""

    process: asyncio.subprocess.Process
    core: int | None
    """To which it is pinned."""
    ready_after: float = 0.0
    """Seconds from the start of the process to the end of what it does when Discord says that all is there."""

    @property
    def _folder(self) -> Path:
        return Path(f"/proc/{self.process.pid}")

    def cpu(self) -> float:
        """Seconds of processor time so far; nan where the system does not say."""
        try:
            fields = (self._folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            return nan
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, name: str = "VmHWM") -> float:
        """Megabytes: at the peak, or now (VmRSS); nan where the system does not say."""
        try:
            lines = (self._folder / "status").read_text().splitlines()
        except OSError:
            return nan
        return next(int(line.split()[1]) / 1000 for line in lines if line.startswith(f"{name}:"))

    async def kill(self) -> None:
        """End it without a chance to finish anything."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    async def settle(self, patience: float = 20.0) -> None:
        """Wait until the bot has nothing to do."""
        end = perf_counter() + patience
        before = self.cpu()
        while perf_counter() < end:
            await asyncio.sleep(_QUIET_SECONDS)
            after = self.cpu()
            if not after - before >= _LITTLE:  # also where it is not known
                return
            before = after


@contextlib.asynccontextmanager
async def start_bot(
    bot: Bot,
    standin: Standin,
    folder: Path,
    *,
    settings: Mapping[str, str] | None = None,
    core: int | None = None,
    patience: float = 120.0,
) -> AsyncIterator[Running]:
    """A bot as a process that takes the stand-in for Discord, ready to be used; it logs into log.txt in its folder.

    It is killed at the end.

    Raises:
        RuntimeError: it ended instead, or was not ready in time.
    """
    log_path = folder / "log.txt"
    with log_path.open("a") as log:
        started_at = perf_counter()
        process = await asyncio.create_subprocess_exec(
            *_command(bot, standin, core),
            cwd=folder,
            env=_environment({**dict(bot.settings), **(settings or {})}),
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    running = Running(process, core)
    try:
        assert process.stdout is not None  # noqa: S101
        try:
            async with asyncio.timeout(patience):
                while (line := await process.stdout.readline()).strip() != b"ready":
                    if not line:
                        break
        except TimeoutError:
            line = b""
        if not line:
            raise RuntimeError(f"{bot.name} did not start:\n{log_path.read_text()[-2000:]}")
        running.ready_after = perf_counter() - started_at
        yield running
    finally:
        await running.kill()


def _command(bot: Bot, standin: Standin, core: int | None) -> Sequence[str]:
    where = standin.address, standin.gateway.url, "" if core is None else str(core)
    return (sys.executable, "-m", "benchmarks.clicks.launch", *where, bot.kind)


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("STUDYHALL_", "DISCORD_TOKEN"))
    }
    return {
        **kept,
        "DISCORD_TOKEN": NOBODYS,
        "STUDYHALL_BANKS": str(ROOT / "questions"),
        "PYTHONPATH": str(ROOT),
        **settings,
    }
