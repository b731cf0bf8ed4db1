"""Reading YAML safely and remembering on which line everything stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]
"""Where a value stands in a document: keys and list indexes from the root."""

LARGEST_FILE = 2_000_000
"""Bytes that a file may have; whoever reads one sees to it. The worst that fits takes some 300 MB of memory meanwhile."""

_DEEPEST = 20


@dataclass(slots=True)
class Document:
    """The plain values of a YAML document, with the line (from 1) and the written form of each."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    written: dict[Path, str] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)
    unreadable: set[Path] = field(default_factory=set)
    """Where a value could not be read and the problem says so already."""

    def get(self, key: str) -> Any:
        """The value of a key of the whole document; None where there is none."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def line(self, path: Path) -> int:
        """The line of a value, or of the nearest one around it that exists."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(text: str) -> Document:
    """Parse one document with PyYAML's safe C loader.

    Problems (bad syntax, duplicate keys, anchors) go into the result, with their lines, and never raise.
    """
    document = Document()
    loader = None
    try:
        line = _too_deep(text)
        if line is not None:
            document.problems.append((line, f"this is nested more than {_DEEPEST} levels deep"))
            return document
        loader = yaml.CSafeLoader(text)
        root = loader.get_single_node()
        if root is not None:
            document.value = _Reader(loader, document).read(root, ())
        if document.value is None and not document.problems:
            document.problems.append((1, "the file is empty; see docs/questions.md for an example"))
    except yaml.MarkedYAMLError as error:
        document.problems.append(_syntax(error))
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        document.problems.append(
            (line, "there is a control character here, which can't be seen; type the line anew")
        )
    finally:
        if loader is not None:
            loader.dispose()
    return document


def _too_deep(text: str) -> int | None:
    """The line on which nesting passes the limit. PyYAML composes recursively in C: unchecked, it takes the process down."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                return event.start_mark.line + 1 if event.start_mark else 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


_ADVICE = {
    "but found another document": "'---' begins a second document here; make two files of them",
    "found a tab character": "there is a tab here; YAML wants spaces in front of a line",
    "mapping values are not allowed": "there is a colon inside a text here; put the text in quotes",
    "cannot start any token": "a text can't begin with this character; put the text in quotes",
    "did not find expected alphabetic": "a text that begins with * or & must be in quotes",
    "found undefined alias": "a text that begins with * must be in quotes",
    "found unknown escape": "a backslash in double quotes must be doubled; or use single quotes",
    "unexpected end of stream": "a quote or a bracket opens here and is never closed",
}
"""What libyaml says, and what is meant."""


def _syntax(error: yaml.MarkedYAMLError) -> tuple[int, str]:
    problem = error.problem or "can't be read"
    advice = next((advice for part, advice in _ADVICE.items() if part in problem), None)
    opens = "quoted scalar" in (error.context or "") or "flow" in (error.context or "")
    # what is not closed is noticed lines later; where it opens is more use
    mark = (error.context_mark if opens else None) or error.problem_mark or error.context_mark
    where = f"{problem}; look for a missing quote, bracket or indent here or just above"
    return (mark.line + 1 if mark else 1), f"this is not valid YAML: {advice or where}"


class _Reader:
    def __init__(self, loader: yaml.CSafeLoader, document: Document) -> None:
        self._loader = loader
        self._document = document
        self._seen: set[int] = set()

    def read(self, node: yaml.Node, path: Path) -> Any:
        line = self._document.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._seen:
            # refused whole: a few nested aliases can stand for gigabytes
            self._unreadable(
                path, line, "anchors and aliases (& and *) are not supported; write the text out"
            )
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return dict(self._items(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child, (*path, index)) for index, child in enumerate(node.value)]
        return self._scalar(node, path)

    def _items(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, Any]]:
        first_lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(line, "a key must be plain text")
                continue
            key = str(key_node.value)
            if key in first_lines:
                self._problem(
                    line, f"the key '{key}' stands here twice, first in line {first_lines[key]}; remove one"
                )
                continue
            first_lines[key] = line
            self._document.lines[(*path, key)] = line
            yield key, self.read(value_node, (*path, key))

    def _scalar(self, node: yaml.Node, path: Path) -> Any:
        self._document.written[path] = str(node.value)
        try:
            return self._loader.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError, LookupError, AttributeError):
            # a tag that the safe loader does not know (!!python/…) or whose value it can't make (!!bool maybe),
            # or a date like 2026-02-31
            value = node.value if len(node.value) <= 40 else f"{node.value[:39]}…"
            self._unreadable(
                path, node.start_mark.line + 1, f"the value '{value}' can't be read; put it in quotes"
            )
            return None

    def _unreadable(self, path: Path, line: int, what: str) -> None:
        self._document.unreadable.add(path)
        self._problem(line, what)

    def _problem(self, line: int, what: str) -> None:
        if (line, what) not in self._document.problems:
            self._document.problems.append((line, what))
