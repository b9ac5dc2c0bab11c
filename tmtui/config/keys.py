"""Names of settings: dotted paths such as `cost_controls.alerts.warn_at_percentage`, in any spelling."""

import types
from collections.abc import Iterable
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin

from tmtui.config.blocks.loading import BLOCKS, block_model
from tmtui.config.written import EXTRA, SettingsWritten
from tmtui.domain.problem import WrongValueError
from tmtui.system.documents.near import did_you_mean
from tmtui.system.documents.schema import field_name, snake_case
from tmtui.system.documents.written import Written, field_types


class Slot(NamedTuple):
    """What may stand somewhere in a settings file."""

    model: type[Written] | None = None
    """Set for a mapping with known fields."""
    values: Any = None
    """For a mapping with names of one's own: the type of its values."""
    free: bool = False
    """Anything at all."""
    many: bool = False
    """Whether it is a list of such."""

    def name(self, key: str) -> str | None:
        """What `key` means here; None when it means nothing."""
        if self.model is not None:
            return field_name(self.model, key)
        return key if self.free or self.values is not None else None

    def below(self, name: str | int) -> "Slot":
        """What may stand under `name`; a list is as one of its items."""
        if self.free or isinstance(name, int):
            return self
        if self.model is None:
            return slot_of(self.values)
        if self.model is SettingsWritten and name in EXTRA:
            return Slot(free=True)
        if self.model is SettingsWritten and name in BLOCKS:
            return slot_of(field_types(block_model(name))[name])
        return slot_of(field_types(self.model)[name])

    def names(self) -> Iterable[str]:
        """The fields that are known here."""
        return field_types(self.model) if self.model else ()


def slot_of(annotation: Any) -> Slot:
    """What a type of a field lets stand there."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return slot_of(arguments[0])
    if origin in {Union, types.UnionType}:
        return next((slot for slot in map(slot_of, arguments) if any(slot)), Slot())
    if origin is list:
        return slot_of(arguments[0])._replace(many=True)
    if origin is dict:
        return Slot(values=arguments[1])
    if annotation is Any:
        return Slot(free=True)
    if isinstance(annotation, type) and issubclass(annotation, Written):
        return Slot(model=annotation)
    return Slot()


ROOT: Final = Slot(model=SettingsWritten)


def parse_key(text: str) -> tuple[str, ...]:
    """The way to the setting that a person names.

    Raises:
        WrongValueError: there is no such setting, or it is a group of them.
    """
    way: tuple[str, ...] = ()
    slot = ROOT
    for part in text.split("."):
        name = None if slot.many else slot.name(part)
        if not part or name is None:
            inside = f" in `{'.'.join(way)}`" if way else ""
            hint = did_you_mean(snake_case(part), slot.names()) or "List them: tmtui config show"
            raise WrongValueError(f"there is no setting `{part}`{inside}", hint)
        way, slot = (*way, name), slot.below(name)
    if slot.model is not None and not slot.many:
        hint = f"Name one of: {', '.join(f'{text}.{name}' for name in slot.names())}"
        raise WrongValueError(f"`{text}` is a group of settings", hint)
    return way
