"""The JSON Schema of a settings file, for editors: the file's, with those of its larger parts in their places."""

from typing import Any

from tmtui.config.blocks.loading import BLOCKS, block_model
from tmtui.config.written import SettingsWritten


def settings_schema() -> dict[str, Any]:
    """The schema of a whole settings file; every field carries its description."""
    schema = SettingsWritten.model_json_schema()
    definitions = schema.setdefault("$defs", {})
    for field in BLOCKS:
        part = block_model(field).model_json_schema()
        definitions.update(part.get("$defs", {}))
        schema["properties"][field] = part["properties"][field]
    return schema
