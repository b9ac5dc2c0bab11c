"""pydantic's part: the judge of what is not plainly right, and the maker of JSON Schemas.

For each `Written` there is a pydantic model with the same fields, made when it is first asked for.
"""

from functools import cache
from types import UnionType
from typing import Annotated, Any, ClassVar, ForwardRef, TypeVar, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    create_model,
    model_validator,
)
from pydantic_core import ErrorDetails

from tmtui.system.documents.describing import field_docstrings
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


class WrongDocumentError(Exception):
    """What was read is wrong. Holds what pydantic says of it."""

    def __init__(self, errors: list[ErrorDetails]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = errors


def read_strictly(model: type[M], data: Any) -> M:
    """What `data` says, by field.

    Raises:
        WrongDocumentError: something in it is wrong.
    """
    try:
        judged = judge_of(model).model_validate(data)
    except ValidationError as errors:
        raise WrongDocumentError(errors.errors(include_url=False)) from None
    said: M = _as_written(judged)
    return said


def json_schema(model: type[Written]) -> dict[str, Any]:
    """The JSON Schema of `model`."""
    return judge_of(model).model_json_schema()


class _Judge(BaseModel):
    """A model of the same fields as some `Written`."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    stands_for: ClassVar[type[Written]]

    def as_written(self) -> Written:
        """The same, as that."""
        model = self.stands_for
        return model(**{name: _as_written(getattr(self, name)) for name in model.__struct_fields__})


@cache
def judge_of(model: type[Written]) -> type[BaseModel]:
    """The pydantic model of `model`."""
    required = required_fields(model)
    descriptions = field_docstrings(model)

    def default(name: str) -> Any:
        return ... if name in required else None

    fields: dict[str, Any] = {
        name: (_judged(annotation, model), Field(default=default(name), description=descriptions.get(name)))
        for name, annotation in field_types(model).items()
    }
    judge = create_model(
        model.__name__,
        __base__=_Judge,
        __doc__=model.__doc__,
        __validators__={"spelled_out": _before(model), "check": _after()},
        **fields,
    )
    judge.stands_for = model
    judge.model_rebuild(_types_namespace={model.__name__: judge})
    return judge


def _before(model: type[Written]) -> Any:
    def spelled_out(data: Any) -> Any:
        return model.spelled_out(data) if isinstance(data, str) else data

    return model_validator(mode="before")(spelled_out)


def _after() -> Any:
    def check(judged: _Judge) -> _Judge:
        judged.as_written().check()
        return judged

    return model_validator(mode="after")(check)


def _as_written(value: Any) -> Any:
    if isinstance(value, _Judge):
        return value.as_written()
    if isinstance(value, list):
        return [_as_written(item) for item in value]
    if isinstance(value, dict):
        return {key: _as_written(item) for key, item in value.items()}
    return value


def _judged(annotation: Any, within: type[Written]) -> Any:
    """A type with judges for each `Written` in it, and pydantic's marks for ours."""
    if annotation is within:
        return ForwardRef(within.__name__)
    if isinstance(annotation, type) and issubclass(annotation, Written):
        return judge_of(annotation)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Annotated[(_judged(args[0], within), *map(_mark, args[1:]))]
    if origin in {Union, UnionType}:
        return Union[tuple(_judged(arg, within) for arg in args)]  # noqa: UP007  # they are only known when it runs
    if origin in {list, dict}:
        return origin[tuple(_judged(arg, within) for arg in args)]
    return annotation


def _mark(mark: Any) -> Any:
    match mark:
        case Before(parse):
            return BeforeValidator(parse)
        case After(check):
            return AfterValidator(check)
        case Between(least, most):
            return Field(ge=least, le=most)
        case Above(bound):
            return Field(gt=bound)
        case InJsonSchema(schema):
            return WithJsonSchema(schema)
        case _:
            return mark
