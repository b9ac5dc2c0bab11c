"""The JSON Schema of a settings file, for editors: the file's, with those of its larger parts in their places."""

from typing import Any

from tmtui.config.blocks.loading import BLOCKS, block_model
from tmtui.config.written import SettingsWritten
from tmtui.system.documents.judged import json_schema


def settings_schema() -> dict[str, Any]:
    """The schema of a whole settings file; every field carries its description."""
    schema = json_schema(SettingsWritten)
    definitions = schema.setdefault("$defs", {})
    for field in BLOCKS:
        part = json_schema(block_model(field))
        definitions.update(part.get("$defs", {}))
        schema["properties"][field] = part["properties"][field]
    return schema
