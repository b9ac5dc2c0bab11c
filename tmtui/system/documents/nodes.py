"""Values that know where they stand, and how they were spelled.

A scalar keeps its own text beside the value that it stands for: whoever wants text (an id, a title) takes
`012` or `1e3` or `no` as it was written, and whoever wants a number takes the number. So no word silently
becomes something else.
"""

from typing import Any

import msgspec


class ScalarNode(msgspec.Struct, gc=False):
    """One word, number or text."""

    line: int
    """Counted from 1, as is `column`; both are 0 for what stands in no file."""
    column: int
    text: str
    value: str | int | float | bool | None


class ListNode(msgspec.Struct):
    """Items in order."""

    line: int
    column: int
    items: list["Node"] = []
    size: int = 1
    """Nodes in it, itself included, with every alias written out."""
    height: int = 1
    """Levels of lists and mappings in it, itself included."""


class Entry(msgspec.Struct):
    """A key's place in a mapping, and what stands under it."""

    line: int
    column: int
    node: "Node"


class MapNode(msgspec.Struct):
    """Entries by key, in order."""

    line: int
    column: int
    entries: dict[str, Entry] = {}
    size: int = 1
    height: int = 1


Node = ScalarNode | ListNode | MapNode


def plain(node: Node) -> Any:
    """The plain Python value that `node` stands for."""
    match node:
        case ScalarNode():
            return node.value
        case ListNode():
            return [plain(item) for item in node.items]
        case MapNode():
            return {key: plain(entry.node) for key, entry in node.entries.items()}


def as_written(node: Node) -> Any:
    """Like `plain`, with every scalar in its own text; only null stays None."""
    match node:
        case ScalarNode():
            return None if node.value is None else node.text
        case ListNode():
            return [as_written(item) for item in node.items]
        case MapNode():
            return {key: as_written(entry.node) for key, entry in node.entries.items()}


def node_of(value: Any) -> Node:
    """A plain Python value as nodes that stand in no file."""
    if isinstance(value, dict):
        return MapNode(0, 0, {str(key): Entry(0, 0, node_of(item)) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return ListNode(0, 0, [node_of(item) for item in value])
    if isinstance(value, bool):
        return ScalarNode(0, 0, "true" if value else "false", value)
    return ScalarNode(0, 0, str(value), value)
