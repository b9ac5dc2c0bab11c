"""One value changed in the text of a settings file, and nothing else: comments, order, quotes and blanks stay.

The text is not printed anew from what was read. The change is made at the place that the YAML parser gives for the
value, or for the mapping that gets a new key; JSON is edited by the same places, for those are YAML's, too. What
comes out is read again and held against what went in: unless exactly the one value differs, nothing is changed.
"""

import json
from typing import Any, Final

import yaml

from tmtui.config.keys import ROOT, Slot
from tmtui.domain.problem import ProblemsError
from tmtui.system.documents.document import parse_document
from tmtui.system.documents.scalars import resolve


Way = tuple[str | int, ...]


class CannotEditError(Exception):
    """The text has a form in which the change cannot be made safely."""


def with_value(text: str, way: Way, value: str, *, is_json: bool) -> str:
    """`text` with the setting at `way` saying `value`.

    Args:
        text: A settings file, which can be read.
        way: Names of fields, keys and indices, a tuple.
        value: As a person writes it: a word, a number, `true`, or a list in brackets.
        is_json: Whether the file is JSON.

    Raises:
        CannotEditError: the file says it in a form that is not understood well enough.
    """
    edited = _Editor(text, is_json=is_json).put(way, value)
    _check(text, edited, way, value, is_json=is_json)
    return edited


class _Editor:
    """Makes one change in one text."""

    def __init__(self, text: str, *, is_json: bool) -> None:
        self._text = text
        self._json = is_json
        try:
            self._root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except yaml.YAMLError:
            raise CannotEditError("it is no JSON that is YAML, too") from None

    def put(self, way: Way, value: str) -> str:
        node, slot, key = self._root, ROOT, None
        for depth, name in enumerate(way):
            if isinstance(name, int):
                node = node.value[name] if isinstance(node, yaml.SequenceNode) else node
                continue
            if node is None or _is_null(node):
                return self._fill(key, node, way[depth:], value)
            if isinstance(node, yaml.ScalarNode) and isinstance(way[depth - 1], int):
                break  # an item that is written as its bare name
            if not isinstance(node, yaml.MappingNode):
                raise CannotEditError(f"what stands at `{'.'.join(map(str, way[:depth]))}` is no mapping")
            entry = _entry(node, slot, name)
            if entry is None:
                return self._add(node, way[depth:], value)
            key, node = entry
            slot = slot.below(name)
        return self._replace(key, node, value)

    def _replace(self, key: Any, node: Any, value: str) -> str:
        """Write over a value."""
        start, end = node.start_mark.index, node.end_mark.index
        if end < key.end_mark.index:
            raise CannotEditError("the value is an alias of another one")
        if not isinstance(node, yaml.ScalarNode) and not node.flow_style:
            raise CannotEditError("it holds a list or a mapping over several lines")
        if start == end:
            return self._cut(self._after_colon(key), end, " " + self._shown(value))
        old = self._text[start:end]
        tail = old[len(old.rstrip()) :] if getattr(node, "style", None) in {"|", ">"} else ""
        return self._cut(start, end, self._shown(value) + tail)

    def _fill(self, key: Any, node: Any, way: Way, value: str) -> str:
        """Put a mapping where nothing stands."""
        if key is None:
            return self._with_lines(len(self._text), self._lines(way, value, 0))
        if node.start_mark.index == node.end_mark.index and not self._in_flow(key):
            indent = key.start_mark.column + 2
            return self._with_lines(self._line_end(key.end_mark.index), self._lines(way, value, indent))
        start = node.start_mark.index
        if start == node.end_mark.index:
            return self._cut(self._after_colon(key), start, " " + self._flow(way, value))
        return self._cut(start, node.end_mark.index, self._flow(way, value))

    def _add(self, node: Any, way: Way, value: str) -> str:
        """Put a new key behind the last one of a mapping."""
        if node.flow_style:
            return self._add_in_flow(node, way, value)
        first = node.value[0][0]
        end = len(self._text) if node is self._root else self._line_end(_end(node))
        return self._with_lines(end, self._lines(way, value, first.start_mark.column))

    def _add_in_flow(self, node: Any, way: Way, value: str) -> str:
        inside = self._flow(way, value)[1:-1]
        if not node.value:
            return self._cut(node.start_mark.index + 1, node.end_mark.index - 1, inside)
        first, last = node.value[0][0], _end(node)
        several = node.start_mark.line != first.start_mark.line
        joint = ",\n" + " " * first.start_mark.column if several else ", "
        return self._cut(last, last, joint + inside)

    def _lines(self, way: Way, value: str, indent: int) -> str:
        """A new key in block style, each mapping around it on a line of its own."""
        if self._json:
            return self._flow(way, value)
        lines = [f"{' ' * (indent + 2 * depth)}{_plain(str(key))}:" for depth, key in enumerate(way)]
        return "\n".join(lines) + f" {self._shown(value)}"

    def _flow(self, way: Way, value: str) -> str:
        """A mapping in braces."""
        name = json.dumps(way[0], ensure_ascii=False) if self._json else _plain(str(way[0]))
        return f"{{{name}: {self._flow(way[1:], value) if way[1:] else self._shown(value)}}}"

    def _shown(self, value: str) -> str:
        """A value as it is written."""
        if value.startswith("["):
            return value
        if self._json:
            plain = resolve(value)
            return json.dumps(value, ensure_ascii=False) if isinstance(plain, str) else value
        return _plain(value)

    def _with_lines(self, at: int, lines: str) -> str:
        before = "" if not at or self._text[at - 1] == "\n" else "\n"
        after = "" if self._text[at : at + 1] == "\n" else "\n"
        return self._cut(at, at, before + lines + after)

    def _cut(self, start: int, end: int, new: str) -> str:
        return self._text[:start] + new + self._text[end:]

    def _after_colon(self, key: Any) -> int:
        return self._text.index(":", key.end_mark.index) + 1

    def _line_end(self, index: int) -> int:
        if index and self._text[index - 1] == "\n":
            return index
        found = self._text.find("\n", index)
        return len(self._text) if found < 0 else found

    def _in_flow(self, key: Any) -> bool:
        """Whether a key stands between braces."""
        return self._json or _flow_around(self._root, key)


def _flow_around(node: Any, key: Any) -> bool:
    if not isinstance(node, yaml.MappingNode):
        return False
    if any(each is key for each, _ in node.value):
        return bool(node.flow_style)
    return any(_flow_around(value, key) for _, value in node.value)


def _entry(node: Any, slot: Slot, name: str) -> tuple[Any, Any] | None:
    """Key and value of what `name` stands for in a mapping."""
    return next(((key, value) for key, value in node.value if slot.name(key.value) == name), None)


def _is_null(node: Any) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style and resolve(node.value) is None


def _end(node: Any) -> int:
    """Where the last thing in a node ends; a block's own mark lies behind the blanks and comments after it."""
    while isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        key, node = last if isinstance(last, tuple) else (last, last)
        if node.end_mark.index < key.end_mark.index:
            return int(key.end_mark.index)
    if isinstance(node, yaml.MappingNode) and node.value:
        return int(max(node.value[-1][0].end_mark.index, node.value[-1][1].end_mark.index))
    return int(node.end_mark.index)


_CAREFUL: Final = "\n\t#:,[]{}&*!|>'\"%@`"


def _plain(value: str) -> str:
    """Text as YAML takes it, in quotes only where it must be."""
    if value and value == value.strip() and not set(value) & set(_CAREFUL) and not value.startswith(("-", "?")):
        return value
    if isinstance(resolve(value), int | float):
        return value
    return json.dumps(value, ensure_ascii=False)


def _check(before: str, after: str, way: Way, value: str, *, is_json: bool) -> None:
    """Hold the new text against the old one.

    Raises:
        CannotEditError: more has changed than the one value, or it does not say what it should.
    """
    try:
        old = parse_document(before.encode(), "before", json=is_json and bool(before.strip())).value or {}
        new = parse_document(after.encode(), "after", json=is_json).value
    except ProblemsError:
        raise CannotEditError("the file would not be readable after it") from None
    wanted = parse_document(value.encode(), "value").value if value.startswith("[") else resolve(value)
    if _with(old, way, wanted, ROOT) != new:
        raise CannotEditError("more than the one value would be changed")


def _with(old: Any, way: Way, value: Any, slot: Slot) -> Any:
    """The plain value `old` with what stands at `way` replaced."""
    if not way or (way == ("model",) and isinstance(old, str)):
        return value
    if isinstance(way[0], int):
        if not isinstance(old, list):
            return _with(old, way[1:], value, slot)
        return [_with(each, way[1:], value, slot) if at == way[0] else each for at, each in enumerate(old)]
    old = {} if old is None else old
    if not isinstance(old, dict):
        raise CannotEditError("what stands there is no mapping")
    key = next((key for key in old if slot.name(key) == way[0]), way[0])
    return {**old, key: _with(old.get(key), way[1:], value, slot.below(way[0]))}
