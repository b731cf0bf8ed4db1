"""What must not be in the code: ways for a text to become code, SQL, a command of the shell, or a ping."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for folder in ("bot", "cogs", "playground") for path in (ROOT / folder).rglob("*.py"))
STORAGE = [path for path in SOURCES if path.is_relative_to(ROOT / "bot" / "storage")]

_NEVER_CALLED = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "pickle.load", "pickle.loads", "marshal.loads",
    "yaml.load", "yaml.load_all", "yaml.full_load", "yaml.unsafe_load", "shelve.open",
}  # fmt: skip
_NEVER_CALLED_BUT = {
    "asyncio.create_subprocess_shell": (),
    "asyncio.create_subprocess_exec": ("bot/banks/apart.py",),
}
"""Where processes are started: ours, with arguments that nobody else makes."""
_NEVER_IMPORTED = {"subprocess", "pickle", "marshal", "shelve", "ctypes"}

_SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|FROM|WHERE|VALUES|ORDER BY|PRAGMA|VACUUM)\b")
_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*|[A-Z]\w+\.[A-Z_]+")

# Pieces of SQL with names of their own, by file: each goes through constants of its module and nothing else.
_MADE_OF_CONSTANTS = {
    "boards.py": {"_merit(span)", "_order(span)", "_marks(merit)", "_marks(order)"},
    "database.py": {"migrations[number - 1]", "number", "milliseconds"},
    "erasures.py": {"table", "key", "time"},
    "leftovers.py": {"table", "key", "these", "_NUMBERED[table]"},
    "own_data.py": {"key", "part.source", "', '.join(part.columns.values())"},
    "own_data_parts.py": {"table"},
    "privacy.py": {"each.format(me='(SELECT id FROM mine)')"},
    "scores.py": {"table", "answers"},
    "sessions.py": {"which"},
}


def _is_constant(piece: ast.expr) -> bool:
    """A constant by its name, a literal, or what a function makes of such."""
    if isinstance(piece, ast.Call):
        return (
            isinstance(piece.func, ast.Name) or _is_constant(piece.func.value)  # type: ignore[attr-defined]
        ) and all(map(_is_constant, [*piece.args, *(keyword.value for keyword in piece.keywords)]))
    return isinstance(piece, ast.Constant) or bool(_CONSTANT.fullmatch(ast.unparse(piece)))


def _calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_becomes_code_or_a_command(path: Path) -> None:
    for call in _calls(path):
        name = ast.unparse(call.func)
        assert name not in _NEVER_CALLED, f"line {call.lineno}"
        places = _NEVER_CALLED_BUT.get(name)
        assert places is None or str(path.relative_to(ROOT)) in places, f"line {call.lineno}"
        assert not any(keyword.arg == "shell" for keyword in call.keywords), f"line {call.lineno}"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not _NEVER_IMPORTED & {name.split(".")[0] for name in names}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_yaml_goes_through_the_safe_loader(path: Path) -> None:
    loaders = set(re.findall(r"yaml\.(\w*Loader)\b", path.read_text(encoding="utf-8")))
    assert loaders <= {"CSafeLoader"}


@pytest.mark.parametrize("path", STORAGE, ids=lambda path: path.name)
def test_sql_is_put_together_from_constants_only(path: Path) -> None:
    """Values are parameters, always: what is interpolated is made of constants."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.JoinedStr) or not _SQL.search(ast.unparse(node)):
            continue
        for part in node.values:
            if isinstance(part, ast.FormattedValue) and not _is_constant(part.value):
                piece = ast.unparse(part.value)
                named = _MADE_OF_CONSTANTS.get(path.name, set())
                assert piece in named, f"line {node.lineno}: {piece} in SQL"


@pytest.mark.parametrize("path", STORAGE, ids=lambda path: path.name)
def test_sql_is_not_built_by_adding_texts(path: Path) -> None:
    for call in _calls(path):
        if ast.unparse(call.func).rsplit(".", 1)[-1] in {"run", "run_many", "read", "execute", "executemany"}:
            statement = call.args[0] if call.args else None
            assert not isinstance(statement, ast.BinOp), f"line {call.lineno}: {ast.unparse(call)}"


def test_mentions_are_allowed_in_two_places_only() -> None:
    """The client allows none; the channel's messages allow the one role that a server has chosen."""
    found = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if re.search(r"AllowedMentions(?!\.none\(\))", path.read_text(encoding="utf-8"))
    }
    assert found == set()
    wakes = [path for path in SOURCES if re.search(r"allowed\.(roles|users|everyone)", path.read_text())]
    assert [path.name for path in wakes] == ["channels.py"]
