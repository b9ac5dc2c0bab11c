"""The shape of what people write, declared once and without pydantic.

A subclass of `Written` lists its fields with types and marks (`values`), much like a pydantic model. Nearly every
file that is read is right, and to see that takes a few plain functions (`quick`). Only what is not plainly right is
given to pydantic (`judged`), which takes several times as long to load as a plan takes to read.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, get_type_hints

import msgspec


class Before(msgspec.Struct, frozen=True, eq=False):
    """A mark on a type: what is written goes through `parse` before the type is asked."""

    parse: Callable[[Any], Any]


class After(msgspec.Struct, frozen=True, eq=False):
    """A mark on a type: a value of it goes through `check`, which returns it, perhaps bettered."""

    check: Callable[[Any], Any]


class Between(msgspec.Struct, frozen=True, eq=False):
    """A mark on a type of numbers: the least and the greatest."""

    least: float
    most: float


class Above(msgspec.Struct, frozen=True, eq=False):
    """A mark on a type of numbers: it must be more than this."""

    bound: float


class InJsonSchema(msgspec.Struct, frozen=True, eq=False):
    """A mark on a type: how a JSON Schema describes it."""

    schema: dict[str, Any]


class Written(msgspec.Struct):
    """A mapping that people write. The docstrings of its fields describe them in the JSON Schema, too.

    The functions behind the marks, `spelled_out` and `check` raise `ValueError` for what is wrong, as a
    `WrongValueError` with words for people. They may be called more than once.
    """

    spellings: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Further names of fields, in snake case."""

    unknown_hint: ClassVar[str] = ""
    """What to do about a key that is unknown and near to none."""

    @classmethod
    def spelled_out(cls, word: str) -> Any:
        """The mapping that a bare word stands for, by field; or the word itself, where it stands for none."""
        return word

    def check(self) -> None:
        """Hold its fields against each other.

        Raises:
            WrongValueError: they do not fit.
        """

    def as_said(self) -> dict[str, Any]:
        """What is written, by field; nothing that is left out."""
        fields = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return {name: _as_said(value) for name, value in fields if value is not None}


def _as_said(value: Any) -> Any:
    if isinstance(value, Written):
        return value.as_said()
    if isinstance(value, list):
        return [_as_said(item) for item in value]
    if isinstance(value, dict):
        return {key: _as_said(item) for key, item in value.items()}
    return value


@cache
def required_fields(model: type[Written]) -> frozenset[str]:
    """The fields that may not be left out."""
    return frozenset(field.name for field in msgspec.structs.fields(model) if field.required)


@cache
def field_types(model: type[Written]) -> dict[str, Any]:
    """The type of each field, with its marks."""
    hints = get_type_hints(model, include_extras=True)
    return {name: hints[name] for name in model.__struct_fields__}
