"""Nodes built from what a syntax reports, piece by piece, within limits.

The limits hold on the stream of pieces, before anything is made of them: a few hundred bytes of aliases can
stand for millions of nodes, and are refused as soon as the count says so. A document beyond a limit is given
up at once; a smaller fault (a key that stands twice, a tag) is noted, and the reading goes on, so that every
fault is told at the same time.
"""

from typing import Final

import msgspec

from tmtui.domain.problem import Problem, ProblemsError
from tmtui.domain.text import clean_line
from tmtui.system.documents.nodes import Entry, ListNode, MapNode, Node, ScalarNode


MAX_DEPTH: Final = 64
"""Levels of lists and mappings."""

MAX_NODES: Final = 200_000
"""Keys, values, lists and mappings, with every alias written out."""

MAX_ALIASES: Final = 1_000

MAX_PROBLEMS: Final = 200
"""Faults told of one file; who has that many has one fault that repeats."""

Place = tuple[int, int]
"""Line and column, from 1."""


class _Key(msgspec.Struct):
    """A key that waits for its value."""

    line: int
    column: int
    text: str
    merge: bool


class _Frame(msgspec.Struct):
    """A list or mapping that is still open."""

    node: ListNode | MapNode
    anchor: str
    key: _Key | None = None
    merged: list[Node] = []


def _grow(holder: ListNode | MapNode, node: Node) -> None:
    """Reckon `node` and, in a mapping, its key into the size and height of what holds it."""
    holder.size += isinstance(holder, MapNode)
    if isinstance(node, ScalarNode):
        holder.size += 1
    else:
        holder.size += node.size
        holder.height = max(holder.height, node.height + 1)


class Builder:
    """Collects one document. `shown` names the file in problems."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self._open: list[_Frame] = []
        self._anchors: dict[str, Node | None] = {}
        self._nodes = 0
        self._aliases = 0

    def note(self, place: Place, message: str, hint: str = "") -> None:
        """Record a fault, and go on.

        Raises:
            ProblemsError: there are so many that nobody would read more.
        """
        self.problems.append(Problem(self.shown, *place, clean_line(message), clean_line(hint)))
        if len(self.problems) >= MAX_PROBLEMS:
            raise ProblemsError(tuple(self.problems))

    def fail(self, place: Place, message: str, hint: str = "") -> ProblemsError:
        """The error that ends the reading, with everything noted so far; the caller raises it."""
        last = Problem(self.shown, *place, clean_line(message), clean_line(hint))
        return ProblemsError((*self.problems, last))

    def scalar(self, node: ScalarNode, anchor: str = "", *, merge: bool = False) -> None:
        """Add a scalar. `merge` says that, as a key, it merges other mappings into this one."""
        self._count(1, (node.line, node.column))
        self._add(node, merge=merge)
        if anchor:
            self._anchors[anchor] = node

    def open(self, node: ListNode | MapNode, anchor: str = "") -> None:
        """Begin a list or a mapping; what follows belongs to it until `close`."""
        place = (node.line, node.column)
        self._count(1, place)
        self._check_depth(1, place)
        if self._awaiting_key() is not None:
            raise self.fail(place, "a list or mapping cannot be a key", "Put the key in quotes.")
        if anchor:
            self._anchors[anchor] = None
        self._open.append(_Frame(node, anchor))

    def close(self) -> None:
        """End the innermost open list or mapping."""
        frame = self._open.pop()
        if isinstance(frame.node, MapNode):
            self._merge(frame.node, frame.merged)
        if frame.anchor:
            self._anchors[frame.anchor] = frame.node
        self._add_value(frame.node)

    def alias(self, name: str, place: Place) -> None:
        """Add once more what is anchored as `name`."""
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            raise self.fail(place, f"more than {MAX_ALIASES:,} aliases", "Write some of them out.")
        if name not in self._anchors:
            raise self.fail(place, f"`*{name}` refers to nothing", f"Put `&{name}` on a value above it.")
        node = self._anchors[name]
        if node is None:
            raise self.fail(place, f"`*{name}` stands inside the value that it refers to", "Write it out.")
        self._count(1 if isinstance(node, ScalarNode) else node.size, place)
        self._check_depth(0 if isinstance(node, ScalarNode) else node.height, place)
        self._add(node)

    def _awaiting_key(self) -> _Frame | None:
        """The mapping whose next key is due, when that is what comes next."""
        frame = self._open[-1] if self._open else None
        return frame if frame and frame.key is None and isinstance(frame.node, MapNode) else None

    def _add(self, node: Node, *, merge: bool = False) -> None:
        """Take a finished node for what is due: a key, or a value."""
        frame = self._awaiting_key()
        if frame is None:
            self._add_value(node)
        elif isinstance(node, ScalarNode):
            frame.key = _Key(node.line, node.column, node.text, merge)
            self._check_key(frame.key, frame.node)
        else:
            raise self.fail((node.line, node.column), "a list or mapping cannot be a key")

    def _check_key(self, key: _Key, holder: ListNode | MapNode) -> None:
        place = (key.line, key.column)
        if not key.text:
            self.note(place, "a key is missing before this colon", "Write one, or take the colon away.")
        first = holder.entries.get(key.text) if isinstance(holder, MapNode) else None
        if first is not None:
            message = f"`{key.text}` stands twice in this mapping, first in line {first.line}"
            self.note(place, message, "Keep one of them.")

    def _add_value(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        frame = self._open[-1]
        _grow(frame.node, node)
        if isinstance(frame.node, ListNode):
            frame.node.items.append(node)
        elif frame.key is not None:
            key, frame.key = frame.key, None
            if key.merge:
                frame.merged.append(node)
            else:
                frame.node.entries.setdefault(key.text, Entry(key.line, key.column, node))

    def _merge(self, into: MapNode, sources: list[Node]) -> None:
        """Add what `<<` names: the mapping's own entries win, then the first source that has the key."""
        for source in sources:
            for each in source.items if isinstance(source, ListNode) else [source]:
                if isinstance(each, MapNode):
                    for key, entry in each.entries.items():
                        into.entries.setdefault(key, entry)
                else:
                    place = (each.line, each.column)
                    self.note(place, "`<<` takes a mapping, or a list of mappings", "Refer to one by `*name`.")

    def _count(self, nodes: int, place: Place) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            hint = "Split the file; aliases count as often as they are used."
            raise self.fail(place, f"more than {MAX_NODES:,} values", hint)

    def _check_depth(self, levels: int, place: Place) -> None:
        if len(self._open) + levels > MAX_DEPTH:
            raise self.fail(place, f"nested deeper than {MAX_DEPTH} levels", "Make it flatter.")
