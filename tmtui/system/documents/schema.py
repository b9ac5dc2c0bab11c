"""A document held against a `Written`: what it says, and every fault with its place.

pydantic decides whether a value is right, unless that is plain (`quick`). Around it, this module does what pydantic
has no notion of:

- Keys may be spelled in snake case, camel case or with hyphens, and a model may name further spellings.
- Scalars reach the model in their own text, so that a title `012` stays `012` and a number becomes a number
  because the model asks for one. A field of type `Any` takes plain values.
- A key that nobody knows is a warning that names the nearest known one. A key without a value is as good as
  not written.
- What is wrong is left out, and the rest is read all the same, so that faults further on are found, too.
"""

import re
from collections.abc import Sequence
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, NamedTuple, TypeVar, Union, get_args, get_origin

from tmtui.domain.problem import Problem
from tmtui.domain.text import clean_line
from tmtui.system.documents.builder import Place
from tmtui.system.documents.document import Document
from tmtui.system.documents.near import did_you_mean
from tmtui.system.documents.nodes import ListNode, MapNode, Node, ScalarNode, as_written, plain
from tmtui.system.documents.quick import Doubt, read_plainly
from tmtui.system.documents.values import ONE_OR_MANY
from tmtui.system.documents.written import Written, field_types


if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


M = TypeVar("M", bound=Written)

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ROUNDS: Final = 8
"""Times that a model is tried; each round finds what hid behind the faults of the one before."""

_AT_KEY: Final = "[key]"
"""How pydantic says that not a value but its key is wrong."""

_PRIVATE: Final = ("x-", "x_", "$schema")
"""Keys that a file may hold for its own use, such as a place for anchors."""


def snake_case(key: str) -> str:
    """`dependsOn` and `depends-on` as `depends_on`."""
    return _HUMP.sub("_", key).replace("-", "_").lower()


class _Shape(NamedTuple):
    """What of a type decides how nodes are handed to it."""

    model: type[Written] | None = None
    items: "_Shape | None" = None
    values: "_Shape | None" = None
    one_item: bool = False
    """Whether something that is no list stands for a list of one."""
    raw: bool = False


@cache
def _shape(annotation: Any) -> _Shape:
    if annotation is Any:
        return _Shape(raw=True)
    if isinstance(annotation, type) and issubclass(annotation, Written):
        return _Shape(model=annotation)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _shape(args[0])._replace(one_item=ONE_OR_MANY in args[1:])
    if origin in {list, tuple}:
        return _Shape(items=_shape(args[0]))
    if origin is dict:
        return _Shape(values=_shape(args[1]))
    if origin in {Union, UnionType}:
        return next((shape for shape in map(_shape, args) if any(shape)), _Shape())
    return _Shape()


@cache
def _fields(model: type[Written]) -> dict[str, _Shape]:
    return {name: _shape(annotation) for name, annotation in field_types(model).items()}


def field_name(model: type[Written], key: str) -> str | None:
    """The field of `model` that `key` spells, or None."""
    snake = snake_case(key)
    name = model.spellings.get(snake, snake)
    return name if name in _fields(model) else None


class Reading(Generic[M]):
    """One document, as `model` understands it."""

    def __init__(self, document: Document, model: type[M]) -> None:
        self.document = document
        self.problems: list[Problem] = []
        """Errors and warnings found so far; more may be added."""
        self._shape = _Shape(model=model)
        self._faulty: set[tuple[int | str, ...]] = set()
        root = document.root
        self._data: Any = {} if root is None else self._fit(root, self._shape)
        self.said: M = self._validate(model)
        """Everything that is right."""

    def problem(self, loc: Sequence[int | str], message: str, hint: str = "") -> None:
        """Add a fault of what stands at `loc`, a path of field names, keys and indices."""
        self.problems.append(self.fault(loc, message, hint))

    def fault(self, loc: Sequence[int | str], message: str, hint: str = "", *, at_key: bool = False) -> Problem:
        """A fault of what stands at `loc`, or of its key, for whoever collects them elsewhere."""
        place = self.place(loc, at_key=at_key)
        return Problem(self.document.path, *place, clean_line(message), clean_line(hint))

    def place(self, loc: Sequence[int | str], *, at_key: bool = False) -> Place:
        """Where the value at `loc` begins, or its key; where `loc` leads nowhere, the nearest thing above."""
        root = self.document.root
        return (0, 0) if root is None else _place(root, self._shape, loc, at_key=at_key)

    def faulty(self, loc: Sequence[int | str]) -> bool:
        """Whether what stands at `loc` was left out, because it is wrong."""
        return tuple(loc) in self._faulty

    def _fit(self, node: Node, shape: _Shape) -> Any:
        """`node` as plain data, with the names and in the words that `shape` takes."""
        if shape.raw:
            return plain(node)
        if shape.items and shape.one_item and not isinstance(node, ListNode):
            one = self._fit(node, shape.items)
            return None if one is None else [one]
        match node:
            case ScalarNode():
                return None if node.value is None else node.text
            case ListNode() if shape.items:
                items = shape.items
                return [self._fit(item, items) for item in node.items]
            case MapNode() if shape.model:
                return self._fit_model(node, shape.model)
            case MapNode() if shape.values:
                values = shape.values
                return {key: self._fit(entry.node, values) for key, entry in node.entries.items()}
            case _:
                return as_written(node)

    def _fit_model(self, node: MapNode, model: type[Written]) -> dict[str, Any]:
        fields = _fields(model)
        data: dict[str, Any] = {}
        for key, entry in node.entries.items():
            name = field_name(model, key)
            place = (entry.line, entry.column)
            if name is None:
                if not key.startswith(_PRIVATE):
                    self._add(place, f"unknown key `{key}`", _unknown_hint(key, model), warning=True)
            elif name in data:
                self._add(place, f"`{key}` says once more what is said above as `{name}`", "Keep one of them.")
            else:
                value = self._fit(entry.node, fields[name])
                if value is not None:
                    data[name] = value
        return data

    def _add(self, place: Place, message: str, hint: str, *, warning: bool = False) -> None:
        self.problems.append(Problem(self.document.path, *place, clean_line(message), clean_line(hint), warning))

    def _validate(self, model: type[M]) -> M:
        """The model of everything that is right. Each round leaves out what was found wrong."""
        if not isinstance(self._data, dict):
            self.problem((), "the document must be a mapping of keys to values")
            return model()
        try:
            return read_plainly(model, self._data)
        except Doubt:
            return self._judge(model)

    def _judge(self, model: type[M]) -> M:
        from tmtui.system.documents.judged import (  # noqa: PLC0415  # loads pydantic, which nearly no file needs
            WrongDocumentError,
            read_strictly,
        )

        for _ in range(_ROUNDS):
            try:
                return read_strictly(model, self._data)
            except WrongDocumentError as wrong:
                found = wrong.errors
            for error in found:
                self._tell(error)
            gone = set[tuple[int | str, ...]]()
            for error in reversed(found):
                self._leave_out(error["loc"], gone)
        return model()

    def _tell(self, error: "ErrorDetails") -> None:
        from tmtui.system.documents.complaints import complaint  # noqa: PLC0415  # likewise

        loc = error["loc"]
        if not self._known(loc):
            at_key = loc[-1:] == (_AT_KEY,)
            way = loc[:-1] if at_key else loc
            self.problems.append(self.fault(way, *complaint(error), at_key=at_key))

    def _known(self, loc: tuple[int | str, ...]) -> bool:
        """Whether `loc`, or something that holds it, was found wrong before."""
        return any(loc[:length] in self._faulty for length in range(1, len(loc) + 1))

    def _leave_out(self, loc: tuple[int | str, ...], gone: set[tuple[int | str, ...]]) -> None:
        """Take what is wrong out of the data, or else the nearest thing around it that can be taken out.

        An item that should be a mapping becomes an empty one, so that the items after it keep their numbers.
        `gone` is what this round has taken out.
        """
        self._faulty.add(loc)
        while loc and not any(loc[:length] in gone for length in range(1, len(loc) + 1)):
            holder, step = _holder(self._data, loc), loc[-1]
            if isinstance(holder, dict) and step in holder:
                del holder[step]
                gone.add(loc)
            elif isinstance(holder, list) and isinstance(step, int) and self._can_empty(holder[step], loc):
                holder[step] = {}
                gone.add(loc)
            else:
                loc = loc[:-1]
        self._faulty.add(loc)

    def _can_empty(self, item: Any, loc: tuple[int | str, ...]) -> bool:
        return item != {} and _shape_at(self._shape, loc).model is not None


def _shape_at(shape: _Shape, loc: Sequence[int | str]) -> _Shape:
    for step in loc:
        if isinstance(step, int):
            below = shape.items
        elif shape.model:
            below = _fields(shape.model).get(step)
        else:
            below = shape.values
        shape = below or _Shape()
    return shape


def _holder(data: Any, loc: Sequence[int | str]) -> Any:
    """What holds the value at `loc`, or None when that is gone already."""
    for step in loc[:-1]:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _place(root: Node, shape: _Shape, loc: Sequence[int | str], *, at_key: bool) -> Place:
    node, key_place = root, (root.line, root.column)
    current: _Shape | None = shape
    for step in loc:
        match node:
            case ListNode() if isinstance(step, int) and step < len(node.items):
                node = node.items[step]
                key_place = (node.line, node.column)
                current = current.items if current else None
            case _ if isinstance(step, int) and current and current.one_item:
                current = current.items
            case MapNode():
                key = _key_of(node, current, step)
                if key is None:
                    break
                entry = node.entries[key]
                node, key_place = entry.node, (entry.line, entry.column)
                current = _below(current, key)
            case _:
                break
    return key_place if at_key else (node.line, node.column)


def _key_of(node: MapNode, shape: _Shape | None, step: int | str) -> str | None:
    """The key in `node` that is spelled, or means, `step`."""
    if isinstance(step, str) and step in node.entries:
        return step
    if shape is None or shape.model is None:
        return None
    model = shape.model
    return next((key for key in node.entries if field_name(model, key) == step), None)


def _below(shape: _Shape | None, key: str) -> _Shape | None:
    if shape is None:
        return None
    if shape.model is None:
        return shape.values
    name = field_name(shape.model, key)
    return _fields(shape.model)[name] if name else None


def scalar_fields(model: type[Written], prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The ways to every field of `model`, and of the models in it, that takes a single value."""
    found: list[tuple[str, ...]] = []
    for name, shape in _fields(model).items():
        if shape.model:
            found += scalar_fields(shape.model, (*prefix, name))
        elif shape == _Shape():
            found.append((*prefix, name))
    return found


def _unknown_hint(key: str, model: type[Written]) -> str:
    known = [*_fields(model), *model.spellings]
    return did_you_mean(snake_case(key), known) or model.unknown_hint or "It has no effect."
