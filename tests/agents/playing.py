"""What the tests of scripts need: a clock that nobody waits for, and tools that only keep what they are asked."""

from collections.abc import Sequence

from tmtui.agents.port import Chunk, Done, Request, ToolCall, ToolResult, Tools
from tmtui.agents.script import Script
from tmtui.agents.script_reading import script_from
from tmtui.agents.scripted import ScriptedAgent
from tmtui.domain.plan import Task
from tmtui.domain.status import ToolStatus
from tmtui.system.documents import parse_document


OK = ToolResult(ToolStatus.OK, "done")


class StillClock:
    """Time passes only by sleeping, and sleeping takes no time."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def wall_ms(self) -> int:
        return round(1000 * sum(self.slept))

    def mono_ns(self) -> int:
        return round(1_000_000_000 * sum(self.slept))

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


class Notebook(Tools):
    """Tools that do nothing and keep the calls."""

    def __init__(self) -> None:
        self.calls: list[ToolCall] = []

    async def call(self, call: ToolCall) -> ToolResult:
        self.calls.append(call)
        return OK


def script(text: str) -> Script:
    return script_from(parse_document(text.encode(), "s.yml"))


def request(
    task: str = "t", round_: int = 1, *, history: Sequence[Done] = (), note: str = "", tries: int = 0
) -> Request:
    return Request(
        run="r",
        task=Task(id=task, title=task),
        attempt=1,
        round=round_,
        root="/",
        system="",
        prompt="",
        history=tuple(history),
        note=note,
        tries=tries,
    )


async def play(of: Script, asked: Request, tools: Tools | None = None) -> list[Chunk]:
    """All chunks of one request, at once."""
    agent = ScriptedAgent(of, StillClock(), pace=0)
    return [chunk async for chunk in agent.run(asked, tools or Notebook())]
