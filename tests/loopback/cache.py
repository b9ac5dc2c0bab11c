"""A cache of prompts, as the provider keeps one: what is written at marks, and what is found of it.

A prefix is found when it was written before, and ends at a mark or no more than 20 blocks before one. What stands
after the longest prefix that is found and up to the last mark is written. Nothing expires here.
"""

import hashlib
import json
from typing import Any

from tests.loopback.messages import unmarked
from tests.loopback.script import Tokens


LOOK_BACK = 20
BYTES_TO_A_TOKEN = 4


class PromptCache:
    """What has been written so far, for all models."""

    def __init__(self) -> None:
        self._written: set[str] = set()

    def read(self, request: dict[str, Any], output: int) -> Tokens:
        """What a request reads and writes, and what is left of it."""
        blocks = _blocks(request)
        ends: list[tuple[str, int]] = []
        digest, size = hashlib.sha256(str(request.get("model")).encode()), 0
        for block in blocks:
            text = json.dumps(unmarked(block), sort_keys=True).encode()
            digest.update(text)
            size += len(text)
            ends.append((digest.hexdigest(), size // BYTES_TO_A_TOKEN))
        marks = [number for number, block in enumerate(blocks) if "cache_control" in block]
        total = ends[-1][1] if ends else 0
        found = max((self._found(ends, mark) for mark in marks), default=0)
        kept = max([found, *(ends[mark][1] for mark in marks)])
        self._written.update(ends[mark][0] for mark in marks)
        return Tokens(input=total - kept, output=output, cache_read=found, cache_write=kept - found)

    def _found(self, ends: list[tuple[str, int]], mark: int) -> int:
        """Tokens of the longest prefix that is found from a mark."""
        for digest, size in reversed(ends[max(0, mark - LOOK_BACK) : mark + 1]):
            if digest in self._written:
                return size
        return 0


def _blocks(request: dict[str, Any]) -> list[dict[str, Any]]:
    """All of a request that is cached, in its order. A message's role goes with each of its blocks."""
    system = request.get("system", [])
    blocks = [
        *request.get("tools", []),
        *(system if isinstance(system, list) else [{"type": "text", "text": system}]),
    ]
    for message in request.get("messages", []):
        content = message["content"]
        content = content if isinstance(content, list) else [{"type": "text", "text": content}]
        blocks += [{"role": message["role"], **block} for block in content]
    return blocks
