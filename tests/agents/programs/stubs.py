"""Programs that stand in for Claude Code and Codex: real processes, which print what a test wants.

A stub is a Python script by the program's name. It begins with what every stub can do (`PRELUDE`): print records, and
write down what it saw.
"""

import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import msgspec

from tests.agents.playing import Notebook, StillClock
from tmtui.agents.port import Chunk, Notice, Request, Session, Spent, Stop, Text
from tmtui.agents.registry import make_agent
from tmtui.domain.outcome import Outcome
from tmtui.domain.plan import Task
from tmtui.domain.usage import Usage
from tmtui.system.child import Child, Spawn
from tmtui.system.warden import Warden


PRELUDE = """
import json, os, signal, subprocess, sys, time

ARGV = sys.argv[1:]

def say(kind, **fields):
    print(json.dumps({"type": kind, **fields}), flush=True)

def after(flag):
    return ARGV[ARGV.index(flag) + 1] if flag in ARGV else ""

SESSION = after("--session-id") or after("--resume")

def init():
    say("system", subtype="init", session_id=SESSION, model="claude-sonnet-5-5", tools=["Bash"])

def assistant(text, id="m1", usage=None, **more):
    content = [{"type": "text", "text": text}]
    message = {"id": id, "model": "claude-sonnet-5-5", "content": content, "usage": usage or {"input_tokens": 10}}
    say("assistant", message=message, parent_tool_use_id=None, session_id=SESSION, **more)

def result(subtype="success", is_error=False, **more):
    say("result", subtype=subtype, is_error=is_error, session_id=SESSION, num_turns=1, total_cost_usd=0.01, **more)

def keep(name, value):
    with open(name, "a") as file:
        file.write(json.dumps(value) + "\\n")
"""


def stub(folder: Path, name: str, body: str) -> Path:
    """A program of that name in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{PRELUDE}\n{dedent(body)}")
    path.chmod(0o755)
    return path


def kept(path: Path) -> list[Any]:
    """What stubs wrote down with `keep`."""
    return [json.loads(line) for line in path.read_text().splitlines()]


class Direct:
    """A launcher that confines nothing."""

    def __init__(self, warden: Warden) -> None:
        self._warden = warden
        self.spawns: list[Spawn] = []
        self.asked: list[tuple[tuple[str, ...], bool]] = []

    async def launch(self, spawn: Spawn, job: str, *, own: tuple[str, ...], confined: bool) -> Child:
        self.spawns.append(spawn)
        self.asked.append((own, confined))
        return await self._warden.spawn(spawn, job)


class Place:
    """A project's folder, a PATH with stubs, and a warden."""

    def __init__(self, root: Path, warden: Warden) -> None:
        self.root = root / "project"
        self.root.mkdir()
        self.bin = root / "bin"
        self.launcher = Direct(warden)
        self.env = {"PATH": f"{self.bin}:{os.environ['PATH']}", "HOME": str(root)}

    def request(self, **changes: Any) -> Request:
        """One attempt."""
        asked = Request(
            run="r",
            task=Task(id="t", title="t"),
            attempt=1,
            round=1,
            root=str(self.root),
            system="You work.",
            prompt="Do it.",
        )
        return msgspec.structs.replace(asked, **changes)

    async def run(
        self,
        spec: str,
        body: str,
        *,
        options: Mapping[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
        **changes: Any,
    ) -> "Told":
        """All that an agent tells whose program is a stub."""
        stub(self.bin, spec.partition(":")[0].replace("claude-code", "claude"), body)
        agent = make_agent(
            spec,
            self.root,
            StillClock(),
            {**self.env, **(env or {})},
            options=options,
            profile="interactive",
            launcher=self.launcher,
        )
        return Told([chunk async for chunk in agent.run(self.request(**changes), Notebook())])


@asynccontextmanager
async def place_in(root: Path) -> AsyncIterator[Place]:
    """A place with a warden of its own; nothing may run there at the end."""
    warden = await Warden.start(mark="programs")
    try:
        yield Place(root, warden)
    finally:
        await warden.close()


class Told:
    """What an agent told."""

    def __init__(self, chunks: list[Chunk]) -> None:
        self.chunks = chunks

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        (stop,) = [chunk for chunk in self.chunks if isinstance(chunk, Stop)]
        assert self.chunks[-1] is stop
        return stop.outcome

    @property
    def text(self) -> str:
        """What it said."""
        return "".join(chunk.text for chunk in self.chunks if isinstance(chunk, Text))

    @property
    def notices(self) -> list[str]:
        """What was noted."""
        return [chunk.text for chunk in self.chunks if isinstance(chunk, Notice)]

    @property
    def sessions(self) -> list[str]:
        """Under which names it keeps the conversation."""
        return [chunk.id for chunk in self.chunks if isinstance(chunk, Session)]

    @property
    def usage(self) -> Usage:
        """What it used in all."""
        return sum((chunk.usage for chunk in self.chunks if isinstance(chunk, Spent)), Usage())

    def of(self, kind: type[Chunk]) -> list[Chunk]:
        """The chunks of one kind."""
        return [chunk for chunk in self.chunks if isinstance(chunk, kind)]
