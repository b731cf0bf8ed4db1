"""The layout holds: who imports whom, what stays where, and what the docs name."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from bot.app import EXTENSIONS
from bot.banks.checks import BANK_NAMES, NAMES, RULES, TEXTS
from bot.config import Settings, environment_name
from tests.world import BOT_MAY, World

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for folder in ("bot", "cogs", "playground") for path in (ROOT / folder).rglob("*.py"))


def _package(path: Path) -> str:
    """The room that a file is in, such as bot.domain, bot.app or cogs."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:2]) if parts[0] == "bot" else parts[0]


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names.add(node.module or "")
    return names


# what each room may import of the project; rooms not named here may import anything below the playground
MAY_IMPORT = {
    "bot.domain": {"bot.domain"},
    "bot.errors": set(),
    "bot.clock": set(),
    "bot.access": {"bot.errors"},
    "bot.config": {"bot.errors"},
    "bot.health": {"bot.clock"},
    "bot.logs": set(),
    "bot.boundary": {"bot.errors"},
    "bot.banks": {"bot.banks", "bot.domain", "bot.errors"},
    "bot.storage": {"bot.storage", "bot.domain", "bot.errors"},
    "bot.study": {
        "bot.study",
        "bot.storage",
        "bot.banks",
        "bot.domain",
        "bot.errors",
        "bot.clock",
        "bot.logs",
    },
    # storage, running and metrics for types only
    "bot.buttons": {"bot.access"},
    "bot.client": {
        "bot.access",
        "bot.boundary",
        "bot.buttons",
        "bot.errors",
        "bot.logs",
        "bot.storage",
        "bot.running",
        "bot.metrics",
    },
    "cogs": {
        "cogs",
        "bot.access",
        "bot.study",
        "bot.domain",
        "bot.errors",
        "bot.clock",
        "bot.buttons",
        "bot.client",
    },
}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_in_one_direction(path: Path) -> None:
    room = _package(path)
    for name in _imports(path):
        if name.split(".")[0] == "playground":
            assert room == "playground", f"{path} imports the playground"
        if name.split(".")[0] in {"bot", "cogs"} and room in MAY_IMPORT:
            target = _package(ROOT / Path(*name.split(".")))
            assert target in MAY_IMPORT[room], f"{path} in {room} imports {name}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_discord_and_sqlite_stay_where_they_belong(path: Path) -> None:
    imported = {name.split(".")[0] for name in _imports(path)}
    room = _package(path)
    if "discord" in imported:
        assert room in {
            "cogs",
            "bot.access",
            "bot.boundary",
            "bot.buttons",
            "bot.client",
            "bot.fast_lane",
            "bot.service",
            "playground",
        }
    if imported & {"prometheus_client"}:
        assert room in {"bot.metrics", "bot.web"}
    if imported & {"aiosqlite", "sqlite3"}:
        assert room == "bot.storage"
    if room == "bot.domain":
        assert not imported - {"bot", "fsrs", "__future__"} - set(sys.stdlib_module_names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sql_stays_in_storage(path: Path) -> None:
    if _package(path) != "bot.storage":
        assert not re.search(r'"(SELECT|INSERT|UPDATE|DELETE) [A-Za-z*]', path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_one_clock_is_real(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if (
        path.relative_to(ROOT).as_posix() not in {"bot/clock.py", "bot/health.py"}
        and _package(path) != "playground"
    ):
        assert not re.search(r"\bdatetime\.now\(|\btime\.time\(|\butcnow\(", text)


def test_every_extension_is_a_cog_file() -> None:
    assert {
        f"cogs.{path.stem}" for path in (ROOT / "cogs").glob("*.py") if "async def setup(" in path.read_text()
    } == set(EXTENSIONS)


async def test_every_command_is_in_the_docs(world: World) -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for command in world.app.client.tree.walk_commands():
        if not hasattr(command, "commands"):
            assert f"`/{command.qualified_name}" in text, (
                f"/{command.qualified_name} is not in docs/commands.md"
            )
            for parameter in command.parameters:
                assert f"`{parameter.display_name}`" in text, (
                    f"{parameter.display_name} is not in docs/commands.md"
                )


def test_every_setting_is_in_the_docs() -> None:
    text = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
    for field, info in Settings.model_fields.items():
        assert f"`{environment_name(field)}`" in text
        if info.default is not None:
            assert f"`{info.default}`" in text, f"the default of {field} is not in docs/hosting.md"


def test_links_in_the_docs_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("questions/*/*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_invite_asks_for_exactly_what_the_tests_grant() -> None:
    for page in ("README.md", "docs/hosting.md"):
        found = re.findall(r"permissions=(\d+)", (ROOT / page).read_text(encoding="utf-8"))
        assert found
        assert set(found) == {str(BOT_MAY.value)}


def test_every_check_is_documented_by_its_name() -> None:
    text = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (Q\d\d) ([a-z, -]+) \|", text, flags=re.MULTILINE))
    assert {code: names.split(", ")[0] for code, names in rows.items()} == NAMES
    assert {names.split(", ")[-1] for names in rows.values()} >= set(BANK_NAMES.values())
    (spared,) = re.findall(r"are left out: (.*?)\.\n", text, flags=re.DOTALL)
    assert set(re.findall(r"Q\d\d", spared)) == {rule.code for rule in RULES if rule.english}
    (endings,) = re.findall(r"stand in the texts \((.*?)\)", text)
    assert tuple(re.findall(r"`(\S+)`", endings)) == TEXTS
