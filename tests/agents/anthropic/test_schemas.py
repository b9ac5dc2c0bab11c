from typing import Any

import pytest

from tmtui.agents.anthropic.schemas import strict_schema


TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (TEXT, TEXT),
        ({"type": "object"}, {"type": "object", "additionalProperties": False}),
        (
            {"type": "object", "properties": {"a": TEXT}, "required": ["a"], "additionalProperties": False},
            {"type": "object", "properties": {"a": TEXT}, "required": ["a"], "additionalProperties": False},
        ),
        ({"type": "integer", "minimum": 1}, {"type": "integer", "description": "(minimum: 1)"}),
        (
            {"type": "string", "description": "A name.", "pattern": "x", "maxLength": 3},
            {"type": "string", "description": "A name. (pattern: x, maxLength: 3)"},
        ),
        (
            {"type": "array", "items": {"type": "object"}},
            {"type": "array", "items": {"type": "object", "additionalProperties": False}},
        ),
        ({"anyOf": [TEXT, {"type": "null"}]}, {"anyOf": [TEXT, {"type": "null"}]}),
        ({"$ref": "#/$defs/A", "$defs": {"A": TEXT}}, {"$ref": "#/$defs/A", "$defs": {"A": TEXT}}),
    ],
)
def test_a_schema_is_closed_and_what_cannot_be_enforced_is_told(
    schema: dict[str, Any], strict: dict[str, Any]
) -> None:
    assert strict_schema(schema) == strict


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "additionalProperties": True},
        {"type": "object", "additionalProperties": TEXT},
        {"oneOf": [TEXT]},
        {"not": TEXT},
        {"$ref": "https://example.org/schema"},
        {"type": "object", "properties": {"a": {"oneOf": [TEXT]}}},
        {"type": "array", "items": [TEXT]},
        {"anyOf": [TEXT, {"not": TEXT}]},
        {"anyOf": "x"},
        {"properties": "x"},
        {"type": "object", "patternProperties": {}},
    ],
)
def test_a_schema_that_says_more_is_not_made_strict(schema: dict[str, Any]) -> None:
    assert strict_schema(schema) is None
