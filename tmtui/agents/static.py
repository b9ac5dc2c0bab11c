"""The last link of a chain: an answer that was written beforehand, for when no model can be asked."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

from tmtui.agents.model import ModelChunk, ModelRequest, Replied, Said, StopKind, Traits
from tmtui.agents.port import Notice, Text
from tmtui.domain.models import STATIC
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.text import clean_line
from tmtui.domain.usage import Usage
from tmtui.system.confined import ConfinedFolder, PathRefused


SIZE_CAP: Final = 256 * 1024
"""Bytes of a template."""

FREE: Final = Usage()


class StaticModel:
    """Answers every request with the content of a file.

    Args:
        root: Absolute path of the project.
        template: The file, relative to it.
    """

    provider = STATIC
    model = STATIC
    traits = Traits(context=2**31, max_output=2**31)

    def __init__(self, root: Path, template: str) -> None:
        self._root = root
        self._template = template

    async def ask(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:  # noqa: ARG002  # the port's
        """Give the template as the answer."""
        try:
            with ConfinedFolder(self._root, ()) as folder:
                text = folder.read_bytes(self._template, SIZE_CAP).decode()
        except (OSError, PathRefused, UnicodeDecodeError) as error:
            words = f"the static answer {self._template!r} cannot be read: {error}"
            yield Replied(outcome=Outcome(Kind.FALLBACK_EXHAUSTED, clean_line(words)), model=STATIC)
            return
        yield Notice(f"no model answers; this is the static answer of {self._template}")
        yield Text(text)
        yield Replied(
            stop=StopKind.END_TURN, stop_word=STATIC, parts=(Said(text),), usage=FREE, model=STATIC, first_byte=0.0
        )

    def estimate(self, request: ModelRequest) -> int:  # noqa: ARG002  # the port's
        """Nothing is read, and nothing is paid."""
        return 0

    async def close(self) -> None:
        """There is nothing to let go of."""
