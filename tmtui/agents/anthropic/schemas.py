"""Schemas that a model can be held to: the part of JSON Schema that the API enforces while the model writes.

A schema is made strict when that changes nothing but how exactly it is kept: objects take no other fields than
those that are named, and a bound that cannot be enforced is told in the description, where the model reads it. A
schema that says more than that is not made strict at all.
"""

from collections.abc import Mapping
from typing import Any, Final


KEPT: Final = frozenset({"type", "description", "title", "enum", "const", "default", "required"})
"""Taken as they are."""

TOLD: Final = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "format",
    "examples",
)
"""Not enforced, so they are told."""

COMBINED: Final = ("anyOf", "allOf")
NAMED: Final = ("$defs", "definitions")


def strict_schema(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schema as the API enforces it; None when it cannot be enforced."""
    strict: dict[str, Any] = {}
    told: list[str] = []
    for name, value in schema.items():
        if name in TOLD:
            told.append(f"{name}: {value}")
        elif name in KEPT or (name == "$ref" and isinstance(value, str) and value.startswith("#/")):
            strict[name] = value
        elif name != "additionalProperties" and (part := _part(name, value)) is not None:
            strict[name] = part
        elif name != "additionalProperties" or value is not False:
            return None
    if strict.get("type") == "object" or "properties" in strict:
        strict["additionalProperties"] = False
    if told:
        strict["description"] = " ".join([strict.get("description", ""), f"({', '.join(told)})"]).strip()
    return strict


def _part(name: str, value: Any) -> Any:
    """What a keyword that holds schemas becomes; None when it cannot be enforced."""
    if name == "properties" or name in NAMED:
        parts = {key: _strict(each) for key, each in value.items()} if isinstance(value, Mapping) else {"": None}
        return None if None in parts.values() else parts
    if name in COMBINED:
        several = [_strict(each) for each in value] if isinstance(value, list) else [None]
        return None if None in several else several
    return _strict(value) if name == "items" else None


def _strict(value: Any) -> dict[str, Any] | None:
    return strict_schema(value) if isinstance(value, Mapping) else None
