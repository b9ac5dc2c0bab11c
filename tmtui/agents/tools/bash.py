"""Runs a command in a shell of its own.

The command is not confined by anything here: whoever starts the engine decides on the sandbox, and gives a spawner
that has it. What holds here is that it gets an environment from an allow-list, and ends with all that it started.
"""

import asyncio
import shutil
import signal
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from tmtui.agents.port import ToolResult
from tmtui.agents.tools.capped import Capped
from tmtui.agents.tools.inputs import Input, InputError
from tmtui.agents.tools.names import BASH
from tmtui.agents.tools.planned import OnOutput, Planned
from tmtui.domain.status import ToolStatus
from tmtui.system.child import Child, Ended, Spawn
from tmtui.system.sandbox.confined import Spawner
from tmtui.system.sandbox.limits import limit_reached


TIMEOUT: Final = 120.0
"""Seconds, unless the call says otherwise."""
LONGEST: Final = 3600.0


async def _nothing_to_restart(_job: str, _on_output: OnOutput) -> ToolResult:
    words = "Ready. Each command gets a shell of its own, in the project's root."
    return ToolResult(ToolStatus.OK, words)


class Bash:
    """The tool `bash`."""

    name = BASH

    def __init__(self, root: Path, warden: Spawner, env: Mapping[str, str]) -> None:
        self._root = root
        self._warden = warden
        self._env = dict(env)
        self._shell = shutil.which("bash", path=self._env.get("PATH")) or "/bin/sh"

    def summary(self, given: Mapping[str, Any]) -> str:
        """Show the command as one sees it typed."""
        return f"$ {given.get('command', '')}"

    def plan(self, given: Mapping[str, Any]) -> Planned:
        """Understand `{command, timeout?}`."""
        call = Input(given, "command", "timeout", "restart")
        if given.get("restart"):
            return Planned(summary="restart the shell", only_reads=True, work=_nothing_to_restart)
        command = call.text("command")
        if not command.strip():
            raise InputError("'command' is empty")
        if "\0" in command:
            raise InputError("'command' holds a NUL, which no shell takes")
        timeout = call.seconds("timeout", TIMEOUT, LONGEST)
        return Planned(summary=self.summary(given), command=command, work=partial(self._run, command, timeout))

    async def _run(self, command: str, timeout: float, job: str, on_output: OnOutput) -> ToolResult:
        child = await self._warden.spawn(
            Spawn(argv=(self._shell, "-c", command), cwd=str(self._root), env=self._env, timeout=timeout), job
        )
        output = Capped()
        try:
            async for piece in child.output():
                output.feed(piece)
                on_output(piece)
            ended = await child.wait()
        except asyncio.CancelledError:
            await _end(child)
            raise
        status, words = verdict(ended, timeout)
        text = output.text()
        gap = "\n" if text and words and not text.endswith("\n") else ""
        return ToolResult(status, f"{text}{gap}{words}" or "(no output)", ended.exit_code)


async def _end(child: Child) -> None:
    """End a command and wait until nothing of it is left, so that the files are at rest."""
    child.cancel()
    async for _ in child.output():
        pass
    await child.wait()


def verdict(ended: Ended, timeout: float) -> tuple[ToolStatus, str]:
    """How a command went, and the lines about it that end its output."""
    status, words = _end_of(ended, timeout)
    lines = [words] if words else []
    if ended.survivors and not (ended.timed_out or ended.canceled):
        lines.append(f"what it left running ({ended.survivors}) was ended")
    if ended.unkillable:
        lines.append(f"processes that could not be ended: {ended.unkillable}")
    return status, "".join(f"[{line}]\n" for line in lines)


def _end_of(ended: Ended, timeout: float) -> tuple[ToolStatus, str]:
    match ended:
        case Ended(spawn_error=why) if why:
            return ToolStatus.ERROR, f"the shell could not be started: {why}"
        case Ended(lost=True):
            return ToolStatus.ERROR, "the process that kept it died, and ended it; how far it came is not known"
        case Ended(timed_out=True):
            return ToolStatus.TIMED_OUT, f"killed by timeout after {timeout:g} s"
        case Ended(canceled=True):
            return ToolStatus.CANCELED, "canceled"
        case Ended(signal=number, exit_code=code) if limit := limit_reached(number, code):
            return ToolStatus.ERROR, f"ended: it {limit}"
        case Ended(signal=int(number)):
            return ToolStatus.ERROR, f"killed by signal {number}{_signal_name(number)}"
        case Ended(exit_code=0):
            return ToolStatus.OK, ""
        case _:
            return ToolStatus.ERROR, f"exit {ended.exit_code}"


def _signal_name(number: int) -> str:
    return f" ({signal.Signals(number).name})" if number in signal.valid_signals() else ""
