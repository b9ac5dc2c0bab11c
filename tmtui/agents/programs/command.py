"""Any command as an agent: it is given the prompt, and what it prints is what it says.

The prompt stands on its input, or where `{prompt}` stands among its arguments; there it must not be longer than an
argument can be. `{model}` stands for the model. How it went is told by its exit code.
"""

import codecs
from typing import Final

import msgspec

from tmtui.agents.port import Chunk, Request, Text
from tmtui.agents.programs.program import Reading, Start, UnfitError
from tmtui.domain.outcome import Outcome


PROMPT: Final = "{prompt}"
MODEL: Final = "{model}"
LONGEST_ARGUMENT: Final = 128 * 1024 - 1
"""Bytes, on Linux."""


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """How it is started."""

    command: tuple[str, ...]
    args: tuple[str, ...] = ()
    model: str = ""
    own: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    needs_result: bool = False

    @property
    def name(self) -> str:
        """The program's."""
        return self.command[0].rpartition("/")[2]

    def start(self, request: Request, session: str) -> Start:  # noqa: ARG002  # it keeps no conversations
        """How it is started.

        Raises:
            UnfitError: the prompt is no argument.
        """
        prompt = "\n\n".join(each for each in (request.system, request.prompt) if each.strip())
        words = [word.replace(MODEL, self.model) for word in (*self.command, *self.args)]
        if not any(PROMPT in word for word in words):
            return Start(argv=tuple(words), stdin=prompt.encode("utf-8", "replace"))
        argv = tuple(word.replace(PROMPT, prompt) for word in words)
        if "\0" in prompt or max(len(word.encode("utf-8", "replace")) for word in argv) > LONGEST_ARGUMENT:
            raise UnfitError(
                f"the prompt is too long for an argument of {self.name}: leave {PROMPT} out, and it is read"
            )
        return Start(argv=argv)

    def reading(self, session: str) -> Reading:  # noqa: ARG002  # it keeps no conversations
        """Somebody who makes sense of what it prints."""
        return TextReading()


class TextReading:
    """Takes what comes for text. See `programs.program.Reading`."""

    def __init__(self) -> None:
        self.outcome: Outcome | None = None
        self.session = ""
        self.begun = False
        self.noise = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes) -> list[Chunk]:
        """The next bytes."""
        return self._said(self._decoder.decode(data))

    def finish(self) -> list[Chunk]:
        """The end of them."""
        return self._said(self._decoder.decode(b"", final=True))

    def _said(self, text: str) -> list[Chunk]:
        self.begun = self.begun or bool(text.strip())
        return [Text(text)] if text else []
