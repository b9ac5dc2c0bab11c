"""Events of every kind with any values that their types allow, for laws over all of them."""

import types
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

from tmtui.events.base import Event, Recorded
from tmtui.events.codec import EVENT_TYPES


BIG = 2**62

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
"""Any text but halves of surrogate pairs, which the gate for foreign text takes out."""

_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    int: st.integers(-BIG, BIG),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    types.NoneType: st.none(),
}


@cache
def values_of(annotation: Any) -> st.SearchStrategy[Any]:
    """Any value of a field with this annotation."""
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (types.UnionType, Union):
        return st.one_of([values_of(argument) for argument in arguments])
    if origin is tuple:
        return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(values_of(arguments[0]), values_of(arguments[1]), max_size=3)
    if issubclass(annotation, Enum):
        return st.sampled_from(list(annotation))
    if issubclass(annotation, msgspec.Struct):
        return structs(annotation)
    raise TypeError(f"no strategy for {annotation}")


def structs(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """Any value of a struct; optional fields are sometimes left out."""
    hints = get_type_hints(kind)
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    return st.fixed_dictionaries(
        {name: values_of(hints[name]) for name, field in fields.items() if field.required},
        optional={name: values_of(hints[name]) for name, field in fields.items() if not field.required},
    ).map(lambda given: kind(**given))


def events(*kinds: type[Event]) -> st.SearchStrategy[Any]:
    """Any event, or any of these types."""
    return st.sampled_from(kinds or EVENT_TYPES).flatmap(structs)


def recorded() -> st.SearchStrategy[Recorded]:
    """Any event at any place in a log."""
    numbers = st.integers(0, BIG)
    return st.builds(Recorded, numbers, texts, numbers, texts, numbers, numbers, numbers, events())
