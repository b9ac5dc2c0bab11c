"""Data as it reaches a `Written`: mostly right, of each field's own kind, with what people get wrong among it."""

from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st

from tmtui.system.documents.judged import WrongDocumentError, read_strictly
from tmtui.system.documents.quick import Doubt, read_plainly
from tmtui.system.documents.written import Written, field_types, required_fields


USUAL = {
    str: ["a", "lint", "pytest", "pytest -q", "src/a", "two\nlines", "é日本", "lint:1", "PATH", "${X:-y}"],
    int: ["1", "0", "7", "100", "-3", "high"],
    float: ["5m", "1h30m", "90", "1.5s", "0"],
    bool: ["true", "no", "on", "yes"],
}
"""What people write for each type, and most fields of it take."""

WORDS = st.sampled_from(
    ["007", "1_000", "+1", " 2 ", "1e3", "2.0", "101", "9" * 30, "True", "y", "maybe", "0s", "$2.50", "retry", "auto",
     "../up", "/abs", "~", "", " ", "a\u202eb", "\x1b[1m", "\ud800", "${"]
)  # fmt: skip
"""What few fields take as it is."""

ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 5) | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)
"""Anything."""


def data_for(annotation: Any, depth: int = 2) -> st.SearchStrategy[Any]:
    """What may be handed to a field of a type; seldom something quite different."""
    return st.one_of(*[_right_kind(annotation, depth)] * 12, ODD)


def _right_kind(annotation: Any, depth: int) -> st.SearchStrategy[Any]:
    if isinstance(annotation, type) and issubclass(annotation, Written):
        return _mappings_for(annotation, depth - 1) if depth else _words_for(str)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return data_for(args[0], depth)
    if origin is Literal:
        return st.sampled_from(args)
    if origin in {Union, UnionType}:
        return data_for(args[0], depth)
    if origin is list:
        return st.lists(data_for(args[0], depth), max_size=2)
    if origin is dict:
        return st.dictionaries(_words_for(str), data_for(args[1], depth), max_size=2)
    return _words_for(annotation)


def _words_for(kind: Any) -> st.SearchStrategy[Any]:
    usual = st.sampled_from(USUAL.get(kind, USUAL[str]))
    return st.one_of(*[usual] * 7, WORDS)


def _mappings_for(model: type[Written], depth: int) -> st.SearchStrategy[Any]:
    fields = {name: data_for(annotation, depth) for name, annotation in field_types(model).items()}
    required = required_fields(model)
    names = st.lists(st.sampled_from(sorted(fields)), max_size=2)
    mappings = names.flatmap(lambda some: st.fixed_dictionaries({name: fields[name] for name in {*required, *some}}))
    return mappings | _words_for(str)


def check_that_both_read_alike(model: type[Written], data: Any) -> None:
    """Whatever is plainly right is right for pydantic, too, and comes to the same."""
    try:
        plainly = read_plainly(model, data)
    except Doubt:
        return
    try:
        strictly = read_strictly(model, data)
    except WrongDocumentError as wrong:
        raise AssertionError(f"taken without a doubt: {wrong.errors}") from None
    assert strictly == plainly
    assert repr(strictly) == repr(plainly)
