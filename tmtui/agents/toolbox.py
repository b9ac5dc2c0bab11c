"""The tools that an agent can have used, carried out for real.

A call takes two steps, so that the engine can record what is about to happen before it does: `plan` understands
the call and changes nothing, `execute` does what was planned. Whatever is wrong with a call, and whatever goes wrong
while it is carried out, is a result that tells the agent what to do about it.

File tools are confined to the root by themselves. What starts processes does it through a spawner, which whoever
starts the engine has them confined by.

What a result says is as the tool said it: whoever records it makes it safe first.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Final, Self

import msgspec

from tmtui.agents.port import ToolCall, ToolResult
from tmtui.agents.tools.bash import Bash
from tmtui.agents.tools.editor import Editor
from tmtui.agents.tools.effects import was_done
from tmtui.agents.tools.inputs import InputError, MisfitError
from tmtui.agents.tools.planned import OnOutput, Planned, Tool
from tmtui.agents.tools.search import Glob, Grep, Search
from tmtui.domain.status import ToolStatus
from tmtui.domain.text import clean_line
from tmtui.events.tool import FileEffect
from tmtui.system.confined import ConfinedFolder, PathRefused
from tmtui.system.sandbox.confined import Spawner


SUMMARY_CAP: Final = 200
"""Characters of a call's line."""


class Toolbox:
    """The tools for one root.

    Args:
        root: Absolute path of the folder to which the work is confined.
        warden: Starts commands, confined or not.
        env: All that commands get, see `tmtui.system.environment.child_env`.
        protected: Paths below the root that are neither written nor searched, such as `.taskmaster`.

    Raises:
        OSError: there is no such root.
    """

    def __init__(self, root: Path, warden: Spawner, env: Mapping[str, str], protected: Iterable[str] = ()) -> None:
        protected = tuple(protected)
        self.folder = ConfinedFolder(root, protected)
        search = Search(self.folder, warden, protected)
        tools: tuple[Tool, ...] = (Bash(root, warden, env), Editor(self.folder), Glob(search), Grep(search))
        self._tools = {tool.name: tool for tool in tools}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the root."""
        self.folder.close()

    def plan(self, call: ToolCall) -> Planned:
        """Understand a call; nothing is changed.

        A call that makes no sense is a plan with a problem. One that makes sense and does not fit the files is a plan
        that fails when it is carried out.
        """
        if call.problem:
            return Planned(summary=_line(f"{call.name} (malformed)"), problem=clean_line(call.problem))
        tool = self._tools.get(call.name)
        if tool is None:
            problem = f"there is no tool {call.name!r}; there are {', '.join(self._tools)}"
            return Planned(summary=_line(call.name), problem=clean_line(problem))
        summary = _line(tool.summary(call.input))
        try:
            planned = tool.plan(call.input)
        except InputError as error:
            return Planned(summary=summary, problem=clean_line(str(error)))
        except (MisfitError, PathRefused, OSError) as error:
            return Planned(summary=summary, work=partial(_fail, _reason(error, call)))
        return msgspec.structs.replace(planned, summary=_line(planned.summary))

    async def execute(self, call: ToolCall, planned: Planned, job: str, on_output: OnOutput) -> ToolResult:
        """Carry a call out. Cancelling this ends it, and returns when nothing of it is left.

        Args:
            call: What the agent wants.
            planned: What `plan` made of it.
            job: Names it for the warden; unique among those that run.
            on_output: Takes what a command prints while it runs, as raw bytes.

        Raises:
            Held, WardenError: commands cannot be started any more.
        """
        if planned.work is None:
            return ToolResult(ToolStatus.ERROR, planned.problem)
        try:
            return await planned.work(job, on_output)
        except (MisfitError, PathRefused, OSError) as error:
            return await _fail(_reason(error, call), job, on_output)

    def was_done(self, effect: FileEffect) -> bool | None:
        """Whether the write that `effect` tells of has happened; None when the file does not show it."""
        return was_done(effect, self.folder)


async def _fail(words: str, _job: str, _on_output: OnOutput) -> ToolResult:
    return ToolResult(ToolStatus.ERROR, words)


def _line(text: str) -> str:
    return clean_line(text, SUMMARY_CAP)


def _reason(error: Exception, call: ToolCall) -> str:
    path = f"{call.input['path']}: " if "path" in call.input and not isinstance(error, PathRefused) else ""
    return clean_line(f"{path}{(isinstance(error, OSError) and error.strerror) or error}")
