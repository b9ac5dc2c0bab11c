"""The schema of `cache`."""

from collections.abc import Mapping
from typing import ClassVar

from tmtui.config.blocks.block import Block, Milliseconds
from tmtui.system.documents.values import Seconds
from tmtui.system.documents.written import Written


class CacheWritten(Block):
    """Answers that are used again for the same question."""

    enabled: bool | None = None
    """Whether any is."""
    ttl: Seconds | None = None
    """How long an answer is good for: seconds, or text such as `24h`."""
    ttl_ms: Milliseconds | None = None
    """The same in milliseconds."""

    folded: ClassVar[Mapping[str, str]] = {"ttl_ms": "ttl"}


class CacheBlock(Written):
    """The part of a settings file about answers that are used again."""

    cache: CacheWritten | None = None
    """Answers that are used again for the same question, where that is sound."""
