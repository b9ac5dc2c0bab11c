"""Finds files by name (`glob`) and lines by a regular expression (`grep`).

Both run in a process of their own, because both may take for ever: a tree may be endless, and a regular expression
may need more time than there is. A process can be ended; a thread of the engine could not.
"""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from tmtui.agents.port import ToolResult
from tmtui.agents.tools.capped import capped
from tmtui.agents.tools.inputs import Input, InputError, MisfitError
from tmtui.agents.tools.names import GLOB, GREP
from tmtui.agents.tools.paths import relative
from tmtui.agents.tools.planned import OnOutput, Planned
from tmtui.domain.status import ToolStatus
from tmtui.system.child import Spawn
from tmtui.system.confined import ConfinedFolder
from tmtui.system.sandbox.confined import Spawner


BUDGET: Final = 10.0
"""Seconds for a search."""
LONGEST_PATTERN: Final = 1_000

_BOOT: Final = (
    "import sys, json; sys.path += json.loads(sys.argv.pop(1)); "
    "from tmtui.agents.tools.search_worker import main; main()"
)


class Search:
    """Runs searches of one folder."""

    def __init__(self, folder: ConfinedFolder, warden: Spawner, protected: Sequence[str] = ()) -> None:
        self._folder = folder
        self._warden = warden
        self._protected = tuple(protected)

    def start_of(self, path: str) -> str:
        """Where a search starts, as a path relative to the root.

        Raises:
            MisfitError: nothing is there to search.
            PathRefused: it is outside.
        """
        start = relative(self._folder.root, path or ".")
        if self._folder.kind(start) not in ("file", "folder"):
            raise MisfitError("there is no such file or folder")
        return start

    async def run(self, question: Mapping[str, Any], job: str, _on_output: OnOutput) -> ToolResult:
        """Have `question` answered by the worker, see `search_worker`."""
        asked = {**question, "root": str(self._folder.root), "protected": self._protected}
        known = json.dumps([str(Path(__file__).parents[3]), *filter(None, sys.path)])
        child = await self._warden.spawn(
            Spawn(
                argv=(sys.executable, "-I", "-X", "utf8", "-W", "ignore", "-c", _BOOT, known),
                cwd="/",
                env={},
                stdin=json.dumps(asked).encode(),
                timeout=BUDGET,
                grace=0.0,
            ),
            job,
        )
        answer = bytearray()
        try:
            async for piece in child.output():
                answer += piece
            ended = await child.wait()
        except asyncio.CancelledError:
            child.cancel(grace=0.0)
            raise
        if ended.timed_out:
            words = f"the search was ended after {BUDGET:g} s: name a smaller folder or a simpler pattern"
            return ToolResult(ToolStatus.TIMED_OUT, words)
        return _told(bytes(answer), str(question["none"]))


def _told(answer: bytes, none: str) -> ToolResult:
    try:
        found = json.loads(answer)
    except ValueError:
        return ToolResult(ToolStatus.ERROR, f"the search broke off: {answer[-400:].decode(errors='replace')}")
    if found["problem"]:
        return ToolResult(ToolStatus.ERROR, found["problem"])
    notes = [f"[{note}]" for note in found["notes"]]
    return ToolResult(ToolStatus.OK, capped("\n".join([*(found["lines"] or [none]), *notes]) + "\n"))


class Glob:
    """The tool `glob`."""

    name = GLOB

    def __init__(self, search: Search) -> None:
        self._search = search

    def summary(self, given: Mapping[str, Any]) -> str:
        """Show the pattern."""
        return f"glob {given.get('pattern', '')}{_place(given)}"

    def plan(self, given: Mapping[str, Any]) -> Planned:
        """Understand `{pattern, path?}`."""
        call = Input(given, "pattern", "path")
        question = {
            "do": GLOB,
            "pattern": _pattern(call),
            "path": self._search.start_of(call.text("path", "")),
            "none": "no file fits",
        }
        return Planned(
            summary=self.summary(given),
            only_reads=True,
            path=question["path"],
            work=partial(self._search.run, question),
        )


class Grep:
    """The tool `grep`."""

    name = GREP

    def __init__(self, search: Search) -> None:
        self._search = search

    def summary(self, given: Mapping[str, Any]) -> str:
        """Show the pattern."""
        return f"grep {given.get('pattern', '')!r}{_place(given)}"

    def plan(self, given: Mapping[str, Any]) -> Planned:
        """Understand `{pattern, path?, glob?}`."""
        call = Input(given, "pattern", "path", "glob")
        question = {
            "do": GREP,
            "pattern": _pattern(call),
            "path": self._search.start_of(call.text("path", "")),
            "glob": call.text("glob", ""),
            "none": "no line matches",
        }
        return Planned(
            summary=self.summary(given),
            only_reads=True,
            path=question["path"],
            work=partial(self._search.run, question),
        )


def _pattern(call: Input) -> str:
    pattern = call.text("pattern")
    if not 0 < len(pattern) <= LONGEST_PATTERN:
        raise InputError(f"'pattern' must have 1 to {LONGEST_PATTERN} characters")
    return pattern


def _place(given: Mapping[str, Any]) -> str:
    return f" in {given['path']}" if given.get("path") else ""
