"""Reading what is plainly right, without pydantic.

What this takes, pydantic takes too, and makes the same of it: a test holds one against the other. Whatever is not
plainly right, or has a type that is not known here, is a `Doubt`, and pydantic's to judge.
"""

import math
import re
from collections.abc import Callable, Iterable
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Literal, NoReturn, TypeVar, Union, get_args, get_origin

from tmtui.system.documents.written import (
    Above,
    After,
    Before,
    Between,
    InJsonSchema,
    Written,
    field_types,
    required_fields,
)


M = TypeVar("M", bound=Written)
Reader = Callable[[Any], Any]

_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?")
_WORDS: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class Doubt(Exception):  # noqa: N818  # it is none: most likely something is wrong, which pydantic will say
    """It is not plain that this is right."""


def read_plainly(model: type[M], data: Any) -> M:
    """What `data` says, by field.

    Raises:
        Doubt: it is not plainly right.
    """
    try:
        said: M = _reader(model)(data)
    except ValueError as wrong:
        raise Doubt from wrong
    return said


@cache
def _reader(annotation: Any) -> Reader:
    if isinstance(annotation, type) and issubclass(annotation, Written):
        return _model_reader(annotation)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        reader = _reader(args[0])
        for mark in args[1:]:
            reader = _marked(mark, reader)
        return reader
    if origin is Literal:
        return _choice_reader(args)
    if origin is list:
        return _list_reader(_reader(args[0]))
    if origin is dict:
        return _dict_reader(_reader(args[0]), _reader(args[1]))
    if origin in {Union, UnionType} and len(args) == 2 and args[1] is type(None):  # noqa: PLR2004  # X | None
        return _reader(args[0])
    return _SIMPLE.get(annotation, _doubt)


def _model_reader(model: type[Written]) -> Reader:
    readers: dict[str, Reader] = {}
    required = required_fields(model)

    def read(data: Any) -> Written:
        if not readers:
            # Not earlier, since a model may hold itself.
            readers.update((name, _reader(annotation)) for name, annotation in field_types(model).items())
        if type(data) is str:
            data = model.spelled_out(data)
        if type(data) is not dict or not required <= data.keys() <= readers.keys():
            raise Doubt
        said = model(**{name: readers[name](value) for name, value in data.items()})
        said.check()
        return said

    return read


def _marked(mark: Any, read: Reader) -> Reader:
    match mark:
        case Before(parse):
            return lambda value: read(parse(value))
        case After(check):
            return lambda value: check(read(value))
        case Between(least, most):
            return lambda value: _within(read(value), least, most)
        case Above(bound):
            return lambda value: _within(read(value), math.nextafter(bound, math.inf), math.inf)
        case InJsonSchema():
            return read
        case _:
            return _doubt


def _within(number: float, least: float, most: float) -> float:
    if not least <= number <= most:
        raise Doubt
    return number


def _choice_reader(choices: Iterable[Any]) -> Reader:
    known = frozenset(choices)

    def read(value: Any) -> Any:
        if type(value) is not str or value not in known:
            raise Doubt
        return value

    return read


def _list_reader(read_item: Reader) -> Reader:
    def read(value: Any) -> list[Any]:
        if type(value) is not list:
            raise Doubt
        return [read_item(item) for item in value]

    return read


def _dict_reader(read_key: Reader, read_value: Reader) -> Reader:
    def read(value: Any) -> dict[Any, Any]:
        if type(value) is not dict:
            raise Doubt
        return {read_key(key): read_value(item) for key, item in value.items()}

    return read


def _text(value: Any) -> str:
    if type(value) is not str:
        raise Doubt
    if not value.isascii():
        value.encode()  # half of a surrogate pair is no text
    return value


def _whole_number(value: Any) -> int:
    if type(value) is int:
        return value
    if type(value) is not str or not _WHOLE.fullmatch(value):
        raise Doubt
    return int(value)


def _number(value: Any) -> float:
    if type(value) is str and _DECIMAL.fullmatch(value):
        return float(value)
    if type(value) is not float or not math.isfinite(value):
        raise Doubt
    return value


def _yes_or_no(value: Any) -> bool:
    if type(value) is not str or value not in _WORDS:
        raise Doubt
    return _WORDS[value]


def _as_it_is(value: Any) -> Any:
    return value


def _doubt(_: Any) -> NoReturn:
    raise Doubt


_SIMPLE: Final[dict[Any, Reader]] = {
    str: _text,
    int: _whole_number,
    float: _number,
    bool: _yes_or_no,
    Any: _as_it_is,
}
