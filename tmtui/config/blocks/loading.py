"""Where the schema of each part is, and a part of a document held against it."""

import importlib
from collections.abc import Mapping
from typing import Any, Final

from tmtui.system.documents.document import Document
from tmtui.system.documents.nodes import Entry, MapNode
from tmtui.system.documents.schema import Reading
from tmtui.system.documents.written import Written


BLOCKS: Final[Mapping[str, str]] = {
    "providers": "tmtui.config.blocks.providers:ProvidersBlock",
    "rate_limits": "tmtui.config.blocks.providers:RateLimitsBlock",
    "runtime_profiles": "tmtui.config.blocks.profiles:ProfilesBlock",
    "model_tiering": "tmtui.config.blocks.profiles:TieringBlock",
    "cost_controls": "tmtui.config.blocks.costs:CostsBlock",
    "reliability": "tmtui.config.blocks.reliability:ReliabilityBlock",
    "fallback": "tmtui.config.blocks.reliability:FallbackBlock",
    "permissions": "tmtui.config.blocks.safety:PermissionsBlock",
    "input_scanning": "tmtui.config.blocks.safety:ScanningBlock",
    "cache": "tmtui.config.blocks.saving:CacheBlock",
    "rates": "tmtui.config.blocks.rates:RatesBlock",
}
"""`module:class` by the field of the settings. Each class has that one field."""


def block_model(field: str) -> type[Written]:
    """The schema of a part, loaded."""
    module, _, name = BLOCKS[field].partition(":")
    model: type[Written] = getattr(importlib.import_module(module), name)
    return model


def read_block(field: str, document: Document, entry: Entry) -> Reading[Any]:
    """Hold one part of a document against its schema. Ways into it begin with `field`."""
    root = MapNode(entry.line, entry.column, {field: entry})
    return Reading(Document(document.path, root), block_model(field))
