"""The command line: `python -m bot`. Whoever hosts the bot has more commands in `bot/host`."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bot import __version__
from bot.config import load_settings
from bot.errors import StudyhallError
from bot.health import is_alive
from bot.host.commands import STATUSES, add_host_commands


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # an old terminal gets ? for what it can't show
    chosen = _parser().parse_args(arguments)
    try:
        status = _run(chosen)
        if sys.stdout is not None:
            sys.stdout.flush()
    except StudyhallError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # whoever reads has seen enough, as head does; Python must not try to write the rest at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot", description="Studyhall, a Discord study bot.", epilog=STATUSES
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("run", help="run the bot on Discord (what happens without a command, too)")
    check = commands.add_parser("check", help="check question banks; exit status 1 if there are errors")
    check.add_argument(
        "path", nargs="?", type=Path, help="a folder of banks, or one bank (default: the banks in use)"
    )
    check.add_argument("--strict", action="store_true", help="exit status 1 for warnings, too")
    check.add_argument(
        "--format", choices=("text", "json"), default="text", help="for people (text) or for programs (json)"
    )
    check.add_argument(
        "--sources",
        type=Path,
        metavar="FOLDER",
        help="also find what was copied from the texts in this folder",
    )
    schema = commands.add_parser("schema", help="write the JSON Schemas of the bank format, for editors")
    schema.add_argument(
        "folder", nargs="?", type=Path, default=Path("docs/schemas"), help="where (docs/schemas)"
    )
    permissions = commands.add_parser(
        "permissions", help="say who may use which command and button, in Markdown"
    )
    permissions.add_argument(
        "--output", type=Path, metavar="FILE", help="write it there instead of printing it"
    )
    commands.add_parser(
        "rebuild-scores",
        help="make leaderboards and statistics anew from the answers, while the bot is stopped",
    )
    commands.add_parser("health", help="exit status 0 if the bot with this database is running and connected")
    add_host_commands(commands)
    return parser


# The imports of each command stand inside it: the health check runs twice a minute and needs none of discord.py.


def _run(chosen: argparse.Namespace) -> int:
    if "run" in chosen:
        return int(chosen.run(chosen))
    if chosen.command == "schema":
        return _write_schemas(chosen.folder)
    settings = load_settings()
    if chosen.command == "check":
        from bot.check import run_check  # noqa: PLC0415

        path, as_json = chosen.path or settings.banks, chosen.format == "json"
        return run_check(path, strict=chosen.strict, as_json=as_json, sources=chosen.sources)
    if chosen.command == "health":
        return 0 if is_alive(settings.database) else 1
    if chosen.command == "permissions":
        from bot.permissions import run_permissions  # noqa: PLC0415

        return run_permissions(settings, chosen.output)
    if chosen.command == "rebuild-scores":
        from bot.rebuild import run_rebuild  # noqa: PLC0415

        return run_rebuild(settings.database)
    from bot.service import run  # noqa: PLC0415

    return run(settings)


def _write_schemas(folder: Path) -> int:
    from bot.banks.format import json_schemas  # noqa: PLC0415

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, schema in json_schemas().items():
            path = folder / name
            path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            print(path)
    except OSError as error:
        raise StudyhallError(
            f"The schemas can't be written to {folder}: {error}. Name another folder."
        ) from error
    return 0


if __name__ == "__main__":
    sys.exit(main())
