"""Reading YAML safely and remembering on which line everything stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]
"""Where a value stands in a document: keys and list indexes from the root."""

_LONGEST_FILE = 2_000_000
_DEEPEST = 20


@dataclass(slots=True)
class Document:
    """The plain values of a YAML document, with the line (from 1) and the written form of each."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    written: dict[Path, str] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)

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
    if len(text) > _LONGEST_FILE:
        document.problems.append((1, f"the file is larger than {_LONGEST_FILE:,} characters; split it"))
        return document
    loader = yaml.CSafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            document.problems.append((1, "the file is empty; see docs/questions.md for an example"))
            return document
        document.value = _Reader(loader, document).read(root, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or "can't be read"
        document.problems.append((mark.line + 1 if mark else 1, f"this is not valid YAML: {problem}"))
    except yaml.YAMLError as error:
        document.problems.append((1, f"this is not valid YAML: {error}"))
    finally:
        loader.dispose()
    return document


class _Reader:
    def __init__(self, loader: yaml.CSafeLoader, document: Document) -> None:
        self._loader = loader
        self._document = document
        self._seen: set[int] = set()

    def read(self, node: yaml.Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self._document.lines.setdefault(path, line)
        if id(node) in self._seen:
            # refused whole: a few nested aliases can stand for gigabytes
            self._problem(line, "anchors and aliases (& and *) are not supported; write the text out")
            return None
        self._seen.add(id(node))
        if len(path) > _DEEPEST:
            self._problem(line, f"this is nested more than {_DEEPEST} levels deep")
            return None
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
        except (yaml.YAMLError, ValueError):
            # a tag that the safe loader does not know (!!python/…), or a date like 2026-02-31
            self._problem(
                node.start_mark.line + 1, f"the value '{node.value}' can't be read; put it in quotes"
            )
            return None

    def _problem(self, line: int, what: str) -> None:
        self._document.problems.append((line, what))
