"""Carries a sample's plan out without the engine: real loaders, real script, real tools, real hooks.

It knows nothing of checkpoints, decisions or recovery. A task's rounds follow each other until its hooks pass.
"""

import hashlib
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from tests.agents.playing import StillClock, request
from tmtui.agents.port import Done, Spent, Stop, Text, Thinking, ToolCall, ToolResult, Tools
from tmtui.agents.registry import make_agent
from tmtui.agents.toolbox import Toolbox
from tmtui.config.load import load_settings
from tmtui.domain.hook import Hook
from tmtui.domain.outcome import Outcome
from tmtui.domain.plan import Plan, Task
from tmtui.domain.status import ToolStatus
from tmtui.events.agent import AgentSpoke, AgentStarted, AgentThought
from tmtui.events.attempt import AttemptStarted
from tmtui.events.base import Event, Recorded
from tmtui.events.money import MoneySpent
from tmtui.events.resilience import ProviderRetrying
from tmtui.events.tool import ToolFinished, ToolStarted
from tmtui.plans.native import load_plan
from tmtui.system.environment import child_env
from tmtui.system.warden import Spawn, Warden


SAMPLES = Path(__file__).parents[2] / "sample_projects"


def plan_of(root: Path) -> tuple[Plan, str]:
    """The plan of a sample and the name of its agent; neither it nor the settings may have a flaw."""
    settings, flaws = load_settings(root, {}, {})
    plan, more = load_plan(root / "tasks.yml", root=root, hooks=settings.hooks, defaults=settings.hook_defaults)
    assert (*flaws, *more) == ()
    return plan, settings.agent


def tree(root: Path) -> dict[str, str]:
    """The digest of every file, save what Python leaves behind."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


class Round(msgspec.Struct):
    """How one round of a task went."""

    changed: bool
    passed: bool
    warned: list[str]
    """Hooks that failed and do not stop."""


class Rehearsal(Tools):
    """A sample in a folder of its own."""

    def __init__(self, root: Path, warden: Warden, toolbox: Toolbox, agent: str = "") -> None:
        self.root = root
        self.plan, own = plan_of(root)
        self.results: list[ToolResult] = []
        self.log: list[Recorded] = []
        self._warden = warden
        self._toolbox = toolbox
        self._agent = make_agent(agent or own, root, StillClock(), {"TMTUI_SCRIPT_PACE": "0"})
        self._jobs = 0
        self._at = ("", 0)
        self._done: list[Done] = []

    async def call(self, call: ToolCall) -> ToolResult:
        planned = self._toolbox.plan(call)
        name = f"c{len(self.results)}"
        self._note(ToolStarted(name, call.name, msgspec.json.encode(call.input).decode(), planned.summary))
        result = await self._toolbox.execute(call, planned, self._job(), lambda _: None)
        self.results.append(result)
        self._done.append(Done(call, result))
        self._note(ToolFinished(name, result.status, ""))
        return result

    async def hook(self, hook: Hook) -> tuple[bool, str]:
        """Whether a hook passes, and its output."""
        child = await self._warden.spawn(
            Spawn(
                argv=("/bin/sh", "-c", hook.command),
                cwd=str(self.root / hook.working_dir),
                env=environment(hook.env),
                timeout=hook.timeout,
            ),
            self._job(),
        )
        output = b"".join([piece async for piece in child.output()])
        return (await child.wait()).exit_code == 0, output.decode()

    async def play(self, task: Task, round_: int, note: str = "") -> bool:
        """The agent's part of a round. Whether it changed anything."""
        before = tree(self.root)
        self._at = (task.id, round_)
        self._note(AttemptStarted(round_, self._agent.name, self._agent.model))
        self._note(AgentStarted(self._agent.name))
        self._done = []
        tries = 0
        while not (outcome := await self._ask(task, round_, note, tries)).ok:
            tries += 1
            assert tries < 3, outcome
            self._note(ProviderRetrying(self._agent.name, outcome, tries, 0.0, 0))
        return tree(self.root) != before

    async def _ask(self, task: Task, round_: int, note: str, tries: int) -> Outcome:
        asked = request(task.id, round_, note=note, tries=tries, history=self._done)
        async for chunk in self._agent.run(asked, self):
            match chunk:
                case Text(text):
                    self._note(AgentSpoke(text))
                case Thinking(text):
                    self._note(AgentThought(text))
                case Spent():
                    self._note(MoneySpent(chunk.model, chunk.usage, chunk.micro))
                case Stop(outcome):
                    return outcome
        raise AssertionError("the stream was cut")

    async def round(self, task: Task, round_: int) -> Round:
        """A round with its hooks."""
        for hook in task.pre_hooks:
            passed, output = await self.hook(hook)
            assert passed or not hook.stop_on_failure, output
        changed = await self.play(task, round_)
        failed = [hook for hook in task.post_hooks if not (await self.hook(hook))[0]]
        stopping = [hook for hook in failed if hook.stop_on_failure]
        return Round(changed, not stopping, [hook.name for hook in failed if not hook.stop_on_failure])

    async def whole(self) -> dict[str, list[Round]]:
        """The whole plan, in the order in which it is written."""
        return {task.id: await self.task(task) for task in self.plan.tasks}

    async def task(self, task: Task) -> list[Round]:
        """A task, for at most four rounds."""
        rounds: list[Round] = []
        while len(rounds) < 4 and not (rounds and rounds[-1].passed):
            rounds.append(await self.round(task, len(rounds) + 1))
        return rounds

    def failed_calls(self) -> Sequence[ToolResult]:
        """Tool calls that did not go well."""
        return [result for result in self.results if result.status is not ToolStatus.OK]

    def _job(self) -> str:
        self._jobs += 1
        return f"job{self._jobs}"

    def _note(self, event: Event) -> None:
        self.log.append(Recorded(len(self.log) + 1, "r", 1, *self._at, 0, 0, event))


def environment(extra: dict[str, str]) -> dict[str, str]:
    """What children get: among it the interpreter that has pytest."""
    return child_env({**extra, "TMTUI_PYTHON": sys.executable})


@asynccontextmanager
async def rehearse(root: Path, **more: Any) -> AsyncIterator[Rehearsal]:
    """A rehearsal with a warden of its own."""
    warden = await Warden.start(mark="samples")
    try:
        with Toolbox(root, warden, environment({})) as toolbox:
            yield Rehearsal(root, warden, toolbox, **more)
    finally:
        await warden.close()
