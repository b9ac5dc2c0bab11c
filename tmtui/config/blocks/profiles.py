"""The schemas of `runtime_profiles` and `model_tiering`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from tmtui.config.blocks.block import Block, Effort, Milliseconds, Name, Tokens
from tmtui.domain.problem import WrongValueError
from tmtui.system.documents.values import Exact, Line, Seconds, relative_path
from tmtui.system.documents.written import After, Between, InJsonSchema, Written


class TiersWritten(Written):
    """Which model does tasks of which complexity."""

    simple: Exact | None = None
    """The model for simple tasks."""
    medium: Exact | None = None
    """The model for the usual ones."""
    complex: Exact | None = None
    """The model for complex tasks."""


def _schema(value: Any) -> Any:
    if isinstance(value, str):
        return relative_path(value)
    if isinstance(value, dict):
        return value
    raise WrongValueError("must be a JSON Schema, or the name of a file with one")


SchemaOrFile = Annotated[Any, After(_schema), InJsonSchema({"type": ["string", "object"]})]


class ProfileWritten(Block):
    """A named set of what is asked of a model, and how."""

    description: Line | None = None
    """What it is for, in one line."""
    provider: Name | None = None
    """The provider to use, by its name under `providers`."""
    model: Exact | None = None
    """The model to ask for."""
    effort: Effort | None = None
    """How hard it is to think."""
    temperature: Annotated[float, Between(0, 2)] | None = None
    """Sent only to a model that takes it; current ones take `effort` in its place."""
    max_tokens: Tokens | None = None
    """Of one answer, thinking included."""
    streaming: bool | None = None
    """Whether an answer is shown while it comes."""
    output_format: Literal["text", "markdown", "json"] | None = None
    """The form of the last answer."""
    enforce_schema: bool | None = None
    """Whether an answer that does not fit the schema is sent back once, and fails the attempt after that."""
    output_schema: SchemaOrFile | None = None
    """A JSON Schema, or the file that holds one."""
    timeout: Seconds | None = None
    """For one answer: seconds, or text such as `30s`."""
    timeout_ms: Milliseconds | None = None
    """The same in milliseconds."""
    retries: Annotated[int, Between(0, 100)] | None = None
    """How often a request that fails in passing is made again."""
    citations_required: bool | None = None
    """Whether the last answer must name the files that it speaks of."""
    model_tiering: TiersWritten | None = None
    """Models by the complexity of a task, in place of the settings' own."""

    folded: ClassVar[Mapping[str, str]] = {"timeout_ms": "timeout"}
    spellings: ClassVar[Mapping[str, str]] = {"schema": "output_schema", "tiers": "model_tiering"}


class ProfilesBlock(Written):
    """The part of a settings file that holds profiles."""

    runtime_profiles: dict[Name, ProfileWritten] | None = None
    """Named sets of model options; `interactive`, `automation` and `analysis` are built in."""


class TieringBlock(Written):
    """The part of a settings file that tiers models."""

    model_tiering: TiersWritten | None = None
    """Which model does tasks of which complexity, in place of the profile's."""
