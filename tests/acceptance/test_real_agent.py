"""A model over the real SDK does a real task: but for the server on the loopback address, nothing is made up."""

import asyncio
import json
import os
import random
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.project import Project
from tests.loopback import Call, Loopback, Reply, Say, Think


EDITOR = "str_replace_based_edit_tool"
FILE = "src/calculator/arithmetic.py"

TURNS = (
    Reply(
        (
            Think("First I look at what is there."),
            Say("I look at the code and its test."),
            Call(EDITOR, {"command": "view", "path": FILE}),
            Call("grep", {"pattern": "def test_", "path": "tests/test_add.py"}),
        )
    ),
    Reply(
        (
            Think("A sum it is."),
            Call(
                EDITOR,
                {
                    "command": "str_replace",
                    "path": FILE,
                    "old_str": 'raise NotImplementedError("add")',
                    "new_str": "return a + b",
                },
            ),
            Call("bash", {"command": '"$TMTUI_PYTHON" -m pytest -q tests/test_add.py'}),
        )
    ),
    Reply((Say("`add` returns the sum, and its tests pass."),)),
)
"""A conversation that carries out the sample's first task."""

PLAN = """\
name: repair
tasks:
  - id: calc-1
    title: Add
    path: src/calculator/arithmetic.py
    description: Implement `add` in src/calculator/arithmetic.py.
    post_hooks: [lint, test-add]
"""

ARGUMENTS = ("repair.yml", "--agent", "claude:claude-sonnet-5-5", "--json")


def repair_shop(folder: Path) -> Project:
    """The sample with a plan of its first task."""
    project = Project.of_sample("calculator", folder)
    (project.root / "repair.yml").write_text(PLAN)
    return project


def sweep_seed() -> int:
    return int(os.environ["TMTUI_SWEEP_SEED"])


class Deck:
    """The program with its key and its provider."""

    def __init__(self, project: Project, server: Loopback) -> None:
        self.project = project
        self._env = {
            **project.env,
            "ANTHROPIC_API_KEY": "sk-ant-api03-loopback-0123456789-abcdefgh",
            "ANTHROPIC_BASE_URL": server.url,
        }

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self.project.argv(*arguments),
            cwd=self.project.root,
            env=self._env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        process = await self.start(*arguments)
        out, err = await asyncio.wait_for(process.communicate(), 120)
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    async def kill_at(self, moment: int, *arguments: str) -> None:
        """Start the program and kill its whole session when it has told so many events."""
        process = await self.start(*arguments)
        assert process.stdout is not None
        told = 0
        while told < moment and (line := await process.stdout.readline()):
            told += line.startswith(b"{")
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
        await process.communicate()


def answered(body: dict[str, Any]) -> Counter[str]:
    """How often each of the model's calls is answered in a request."""
    return Counter(
        part["tool_use_id"]
        for message in body["messages"]
        for part in message["content"]
        if isinstance(part, dict) and part["type"] == "tool_result"
    )


def check(project: Project, server: Loopback) -> list[dict[str, Any]]:
    """What must hold however often the engine was killed."""
    events = project.events()
    assert server.record.complaints == []
    for received in server.record.requests:
        assert set(answered(received.json).values()) <= {1}, "a call was answered twice"
    finished = {event["id"]: event for event in events if event["kind"] == "tool.finished"}
    calls = {event["id"]: event["call"] for event in events if event["kind"] == "tool.started"}
    well = Counter(calls[name] for name, event in finished.items() if event["status"] == "ok")
    assert set(well.values()) <= {1}, "a finished call was made again"
    assert project.integrity() == "ok"
    assert "return a + b" in project.files()[FILE]
    assert [event["kind"] for event in events if event["task"] == "calc-1"][-1] == "task.succeeded"
    assert project.processes() == []
    return events


async def test_a_conversation_of_three_turns_repairs_the_sample(tmp_path: Path) -> None:
    project = repair_shop(tmp_path)
    async with Loopback(TURNS, by_turn=True) as server:
        code, out, err = await Deck(project, server).run("run", *ARGUMENTS)
    assert code == 0, out[-3000:] + err
    events = check(project, server)
    assert len(server.record.requests) == 3
    spent = [event for event in events if event["kind"] == "money.spent"]
    assert len(spent) == 3
    assert all(event["micro"] > 0 and event["source"] for event in spent)
    said = "".join(event["text"] for event in events if event["kind"] == "agent.spoke")
    assert "`add` returns the sum" in said
    thought = "".join(event["text"] for event in events if event["kind"] == "agent.thought")
    assert "A sum it is." in thought
    assert "sk-ant-api03-loopback" not in json.dumps(events)


async def kill_and_resume(moment: int, folder: Path) -> None:
    project = repair_shop(folder)
    async with Loopback(TURNS, by_turn=True) as server:
        deck = Deck(project, server)
        await deck.kill_at(moment, "run", *ARGUMENTS)
        if not (project.state / "state.db").exists() or not project.events():
            return
        code, out, err = await deck.run("resume", "--json")
        assert code == 0, f"killed at {moment}: {out[-3000:]}{err}"
        check(project, server)


MOMENTS = 40
"""More than the conversation has events."""


def moments() -> list[int]:
    return random.Random(sweep_seed()).sample(range(1, MOMENTS), MOMENTS - 1)


async def test_a_run_that_is_killed_goes_on_behind_its_last_whole_turn(tmp_path: Path) -> None:
    await kill_and_resume(moments()[0] % 20 + 10, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, MOMENTS - 1, 3))
async def test_killed_between_any_two_events(start: int, tmp_path: Path) -> None:
    for moment in moments()[start : start + 3]:
        print(f"sweep seed {sweep_seed()}: killed after {moment} events")
        await kill_and_resume(moment, tmp_path / str(moment))
