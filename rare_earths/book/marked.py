"""YAML files with the place of each value, so that a fault can say line and column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


def decoded(folder: Path, name: str) -> tuple[str | None, list[str]]:
    """The text of a file; None and a sentence where it cannot be read as UTF-8."""
    try:
        content = (folder / name).read_bytes()
        return content.decode("utf-8-sig"), []
    except OSError:
        return None, [f"{name}: found no such file, expected a file that can be read."]
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return None, [f"{name}, line {line}: found bytes that are no UTF-8, expected UTF-8."]


def short(value: object) -> str:
    """A value as it is shown in a sentence."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


@dataclass
class Marked:
    """A YAML file: its data, and the tree of its nodes, which know where they stand."""

    name: str
    data: Any = None
    node: yaml.Node | None = None
    faults: list[str] = field(default_factory=list)

    def fault(self, path: Sequence[object], found: str, expected: str) -> str:
        """One sentence on what stands under ``path`` (keys and places in lists)."""
        node = self._node(path)
        where = [self.name]
        if node is not None:
            mark = node.start_mark
            where.append(f"line {mark.line + 1}, column {mark.column + 1}")
        if path:
            where.append("key " + ".".join(map(str, path)))
        return f"{', '.join(where)}: found {found}, expected {expected}."

    def _node(self, path: Sequence[object]) -> yaml.Node | None:
        """The node under a path, or the last one on the way there."""
        node = self.node
        for step in path:
            below = next((value for name, value in _below(node) if name == str(step)), None)
            if below is None:
                break
            node = below
        return node

    def scalars(self, *keys: str) -> Iterator[tuple[list[str], str]]:
        """Path and text of each plain value under one of the keys, from top to bottom."""
        yield from _scalars(self.node, [], keys)


def _below(node: yaml.Node | None) -> list[tuple[str, yaml.Node]]:
    """The nodes one step below, by key or by place."""
    if isinstance(node, yaml.MappingNode):
        return [(str(key.value), value) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return [(str(i), value) for i, value in enumerate(node.value)]
    return []


def _scalars(
    node: yaml.Node | None, path: list[str], keys: Sequence[str]
) -> Iterator[tuple[list[str], str]]:
    for name, value in _below(node):
        if name in keys and isinstance(value, yaml.ScalarNode):
            yield [*path, name], value.value
        yield from _scalars(value, [*path, name], keys)


def _twice(node: yaml.Node | None) -> Iterator[yaml.Node]:
    """Keys that stand twice in one mapping: YAML's reader silently takes the last."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key
                seen.add(key.value)
    for _, value in _below(node):
        yield from _twice(value)


def read(folder: Path, name: str) -> Marked:
    """Read a YAML file of the book; what cannot be read is a fault, with its line and column."""
    text, wrong = decoded(folder, name)
    if text is None:
        return Marked(name, faults=wrong)
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        data = loader.construct_document(node) if node is not None else None
    except yaml.YAMLError as error:
        return Marked(name, faults=[_unread(name, text, error)])
    except (ValueError, RecursionError) as error:  # a date of month 13, or lists a thousand deep
        return Marked(name, faults=[f"{name}: found {short(str(error))}, expected YAML."])
    if node is None:
        return Marked(name, faults=[f"{name}, line 1: found nothing, expected YAML."])
    made = Marked(name, data, node)
    for key in _twice(node):
        mark = key.start_mark
        where = f"{name}, line {mark.line + 1}, column {mark.column + 1}"
        made.faults.append(f"{where}: found the key {key.value!r} once more, expected it once.")
    return made


def _unread(name: str, text: str, error: yaml.YAMLError) -> str:
    """What the reader of YAML says, with the place where it stopped."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        line, column = mark.line + 1, mark.column + 1
    else:  # a character that YAML does not allow
        before = text[: getattr(error, "position", 0)]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    what = " ".join(str(said).split())
    return f"{name}, line {line}, column {column}: found {what}, expected YAML."
