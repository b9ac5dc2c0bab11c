"""What an agent says, made into events: safe pieces, in order, text and thinking apart."""

from collections.abc import Callable
from typing import Final

from tmtui.agents.port import Text, Thinking, ToolCall, ToolResult, Tools
from tmtui.engine.output import OutputStream
from tmtui.engine.ports import RawLog
from tmtui.engine.secrecy import Redactor
from tmtui.events.agent import AgentSpoke, AgentThought
from tmtui.events.base import Event


LAST_CAP: Final = 4_000_000
"""Characters of the last answer that are kept."""


class Said:
    """Takes an agent's text and thinking and notes them."""

    def __init__(self, note: Callable[[Event], None], raw: RawLog | None, redactor: Redactor | None = None) -> None:
        self._text = OutputStream(lambda text, skipped: note(AgentSpoke(text, skipped)), raw, redactor, whole=True)
        self._thinking = OutputStream(
            lambda text, skipped: note(AgentThought(text, skipped)), None, redactor, whole=True
        )
        self._last: list[str] = []
        self._kept = 0

    @property
    def last(self) -> str:
        """The last answer, word for word; empty when it was too long to be kept whole."""
        return "".join(self._last) if self._kept <= LAST_CAP else ""

    def begin(self) -> None:
        """Another answer begins."""
        self._last, self._kept = [], 0

    def _keep(self, text: str) -> None:
        self._kept += len(text)
        if self._kept <= LAST_CAP:
            self._last.append(text)

    def feed(self, chunk: Text | Thinking) -> None:
        """Take the next piece; what was said in the other voice goes first."""
        data = chunk.text.encode("utf-8", "replace")
        if isinstance(chunk, Text):
            self._thinking.flush()
            self._text.feed(data)
            self._keep(chunk.text)
        else:
            self._text.flush()
            self._thinking.feed(data)

    def flush(self) -> None:
        """Note what is held, now."""
        self._thinking.flush()
        self._text.flush()

    def finish(self) -> None:
        """Nothing more comes."""
        self._thinking.finish()
        self._text.finish()

    def before(self, tools: Tools) -> Tools:
        """`tools`, with everything said before a call noted before it."""
        return _FlushFirst(self, tools)


class _FlushFirst:
    def __init__(self, said: Said, tools: Tools) -> None:
        self._said = said
        self._tools = tools

    async def call(self, call: ToolCall) -> ToolResult:
        self._said.flush()
        return await self._tools.call(call)
