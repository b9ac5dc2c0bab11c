"""Small runs made of events, as an engine would have recorded them."""

from tmtui.domain.hook import Hook, Stage
from tmtui.domain.limits import CapUsed
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.plan import Plan, Task
from tmtui.domain.status import AttemptStatus, HookStatus, RunStatus, ToolStatus
from tmtui.domain.usage import Usage
from tmtui.events.agent import AgentFinished, AgentNoticed, AgentSpoke, AgentStarted, AgentThought
from tmtui.events.attempt import (
    AttemptCheckpointed,
    AttemptFinished,
    AttemptMeasured,
    AttemptPrompted,
    AttemptStarted,
    FileChange,
)
from tmtui.events.base import Event, Recorded
from tmtui.events.decision import DecisionAnswered, DecisionOpened
from tmtui.events.hook import HookFinished, HookPrinted, HookStarted
from tmtui.events.money import MoneySpent
from tmtui.events.monitor import Degraded, Troubled
from tmtui.events.request import LimitsUsed
from tmtui.events.resilience import ProviderBroken
from tmtui.events.run import Limits, RunFinished, RunPlanned, RunStarted, RunWaiting
from tmtui.events.task import TaskFailed, TaskSkipped, TaskStarted, TaskSucceeded
from tmtui.events.tool import ToolFinished, ToolPrinted, ToolStarted


START_MS = 1_795_200_000_000
RUN = "20261120-190512-7f3c"
MODEL = "claude-sonnet-5-5"
TEST_HOOK = Hook(name="test", command="python -m pytest -q")


def calculator() -> Plan:
    """Six tasks in two phases."""

    def task(task_id: str, title: str, phase: str, *needs: str) -> Task:
        return Task(
            id=task_id,
            title=title,
            phase=phase,
            depends_on=needs,
            description=f"{title}, with tests.",
            post_hooks=(TEST_HOOK,),
            acceptance_criteria=("the tests pass",),
        )

    tasks = (
        task("calc-1", "Add and subtract", "Foundation"),
        task("calc-2", "Multiply", "Foundation", "calc-1"),
        task("calc-3", "Divide safely", "Features", "calc-2"),
        task("calc-4", "Power", "Features", "calc-3"),
        task("calc-5", "Square root", "Features", "calc-2"),
        task("calc-6", "Factorial", "Features", "calc-5"),
    )
    return Plan(path="tasks.yml", name="calculator", tasks=tasks, hash="0" * 64)


class Tape:
    """Records events one after the other on a clock of its own."""

    def __init__(
        self, plan: Plan | None = None, limits: Limits | None = None, *, sandbox: str = "bubblewrap"
    ) -> None:
        self.events: list[Recorded] = []
        self.now_ms = START_MS
        self.plan = plan or calculator()
        self._attempts: dict[str, int] = {}
        limits = limits or Limits(budget_micro=5_000_000)
        self.add(RunPlanned(self.plan, "/home/ada/calculator", limits, "scripted:demo.yml", "0.1.0"))
        self.add(RunStarted(4242, "lovelace", "boot", sandbox=sandbox), after=0.2)

    def add(self, event: Event, task: str = "", attempt: int = 0, *, after: float = 0.0) -> None:
        """Record an event, so many seconds after the last."""
        self.now_ms += round(after * 1000)
        mono = (self.now_ms - START_MS) * 1_000_000
        self.events.append(Recorded(len(self.events) + 1, RUN, 1, task, attempt, self.now_ms, mono, event))

    def on(self, task: str, event: Event, *, after: float = 0.1) -> None:
        """Record an event of a task's latest attempt."""
        self.add(event, task, self._attempts.get(task, 0), after=after)

    def has_begun(self, task: str) -> bool:
        """Whether a task has had an attempt."""
        return task in self._attempts

    # What an attempt is made of.

    def start(self, task: str, *, note: str = "") -> None:
        """A task's next attempt begins."""
        number = self._attempts[task] = self._attempts.get(task, 0) + 1
        if number == 1:
            self.add(TaskStarted(), task, after=0.1)
        self.on(task, AttemptStarted(number, "scripted", MODEL, note=note))
        ref = f"refs/tmtui/{RUN}/{task}/{number}"
        self.on(task, AttemptCheckpointed("3f2a9c1d0b7e4a5c", "c0ffee", ref))
        self.on(task, AttemptPrompted("You change code.", f"Do {task}.\n\nThe tests must pass.", "d" * 64))
        self.on(task, AgentStarted("scripted", MODEL))

    def work(self, task: str, *, seconds: float = 8.0) -> None:
        """The agent thinks, speaks, edits a file and runs the tests."""
        number = self._attempts[task]
        self.on(task, AgentThought("The function is missing. A test exists already, so I write against it.\n"))
        self.on(task, AgentSpoke("I'll read the failing test first, "), after=0.3)
        self.on(task, AgentSpoke("then write the function.\n"), after=0.2)
        edit = f"{task}:{number}:1"
        self.on(
            task,
            ToolStarted(
                edit,
                "str_replace_based_edit_tool",
                '{"command":"str_replace","path":"calc.py","old_str":"pass","new_str":"return a / b"}',
                "edit calc.py",
            ),
        )
        self.on(task, ToolFinished(edit, ToolStatus.OK, "1 replacement in calc.py", seconds=0.01))
        bash = f"{task}:{number}:2"
        self.on(task, ToolStarted(bash, "bash", '{"command":"python -m pytest -q"}', "$ python -m pytest -q"))
        self.on(task, ToolPrinted(bash, "....F                                  [100%]\n"), after=seconds / 2)
        self.on(task, ToolPrinted(bash, "E   ZeroDivisionError: division by zero\n1 failed, 4 passed in 0.12s\n"))
        self.on(task, ToolFinished(bash, ToolStatus.OK, "1 failed", exit_code=1, seconds=1.2), after=seconds / 2)
        self.on(task, AgentSpoke("One test is left; I handle zero.\n"))
        self.on(task, MoneySpent(MODEL, Usage(2_400, 310, 12_000, 800), 31_000, "table"))

    def end_agent(self, task: str, *, changed: bool = True) -> None:
        """The agent is done, and the tree is measured."""
        files = (FileChange("calc.py", "modified", 3, 1), FileChange("tests/test_calc.py", "added", 12, 0))
        self.on(task, AgentFinished(OK, "end_turn", 6.0))
        measured = AttemptMeasured("9b1e77f0aa", progressed=changed, files=files if changed else ())
        self.on(task, measured)

    def hook(self, task: str, *, passed: bool = True) -> None:
        """The post-hook runs."""
        hook_id = f"{task}:{self._attempts[task]}:h"
        self.on(task, HookStarted(hook_id, "test", Stage.POST, "python -m pytest -q"))
        if passed:
            self.on(task, HookPrinted(hook_id, "5 passed in 0.11s\n"), after=0.8)
            self.on(task, HookFinished(hook_id, HookStatus.PASSED, 0, seconds=0.9))
            return
        self.on(
            task, HookPrinted(hook_id, "E   ZeroDivisionError: division by zero\n1 failed, 4 passed\n"), after=0.8
        )
        message = "pytest exited with code 1: ZeroDivisionError in test_root"
        self.on(task, HookFinished(hook_id, HookStatus.FAILED, 1, seconds=0.9, tail="1 failed", message=message))

    def succeed(self, task: str) -> None:
        """A whole attempt that passes."""
        self.start(task)
        self.work(task)
        self.end_agent(task)
        self.hook(task)
        self.on(task, AttemptFinished(AttemptStatus.SUCCEEDED, OK, counted=True, seconds=9.4))
        self.add(TaskSucceeded("post-hook test passed with exit code 0"), task)

    def fail_attempt(self, task: str, *, changed: bool = True, note: str = "") -> None:
        """A whole attempt whose hook fails."""
        self.start(task, note=note)
        self.work(task, seconds=4.0)
        self.end_agent(task, changed=changed)
        self.hook(task, passed=False)
        outcome = Outcome(Kind.HOOK_POST_FAILED, "pytest exited with code 1: ZeroDivisionError in test_root")
        self.on(task, AttemptFinished(AttemptStatus.FAILED, outcome, counted=True, seconds=6.1))

    def ask(self, task: str, decision_id: str = "d1", falls: tuple[str, ...] = ("calc-6",)) -> None:
        """A person is needed."""
        failures = (
            "Attempt 1: ZeroDivisionError in test_root",
            "Attempt 2: AssertionError in test_root: 1.4 != 1.41421",
            "Attempt 3: pytest exited with code 1: ZeroDivisionError in test_root",
        )
        self.on(
            task,
            DecisionOpened(
                decision_id,
                "test failed 3 times",
                "pytest exited with code 1: ZeroDivisionError in test_root",
                failures,
                falls=falls,
                evidence="the tree changed in each attempt",
            ),
        )

    def answer(self, task: str, choice: str, decision_id: str = "d1", note: str = "") -> None:
        """A person decided."""
        self.on(task, DecisionAnswered(decision_id, choice, "person", note), after=2.0)


def running() -> Tape:
    """Two tasks are done, one runs its second try."""
    tape = Tape()
    tape.succeed("calc-1")
    tape.succeed("calc-2")
    tape.fail_attempt("calc-3")
    tape.start("calc-3")
    tape.work("calc-3")
    return tape


def needs_you() -> Tape:
    """One task is stuck and asks, while another runs."""
    tape = Tape()
    tape.succeed("calc-1")
    tape.succeed("calc-2")
    for _ in range(3):
        tape.fail_attempt("calc-5")
    tape.ask("calc-5")
    tape.start("calc-3")
    tape.work("calc-3")
    return tape


def two_questions() -> Tape:
    """Two tasks are stuck."""
    tape = Tape()
    tape.succeed("calc-1")
    tape.succeed("calc-2")
    for task, decision, falls in (("calc-3", "d1", ("calc-4",)), ("calc-5", "d2", ("calc-6",))):
        for _ in range(3):
            tape.fail_attempt(task)
        tape.ask(task, decision, falls)
    return tape


def asks_permission(*, lines: int = 1) -> Tape:
    """An agent wants to do something that a person has to allow."""
    tape = running()
    more = "".join(f"\n# line {number}" for number in range(1, lines))
    tape.on(
        "calc-3",
        DecisionOpened(
            "p1",
            "may bash run?",
            "$ git push origin main",
            choices=("once", "always", "reject", "reject_always"),
            evidence="ask Bash(git push:*): it reaches beyond this folder",
            about="permission",
            subject=f"git push origin main{more}",
            rule="Bash(git push:*)",
        ),
    )
    return tape


def waiting() -> Tape:
    """A run that waits for a limit, beside a circuit that is open."""
    tape = running()
    caps = (
        CapUsed("max_requests_minute", "requests", "minute", 10, 10, tape.now_ms + 38_000),
        CapUsed("max_tokens_hour", "tokens", "hour", 47_000, 100_000, tape.now_ms + 1_500_000),
    )
    tape.add(LimitsUsed("anthropic", caps))
    tape.add(ProviderBroken("anthropic/claude-opus-5", "open", "5 failures in a minute", tape.now_ms + 22_000))
    wait = RunWaiting("rate_limit", tape.now_ms + 38_000, "anthropic/claude-sonnet-5-5", "10 of 10 requests")
    tape.add(wait)
    return tape


def finished() -> Tape:
    """Everything was tried: one task was skipped, and one fell with it."""
    tape = needs_you()
    tape.end_agent("calc-3")
    tape.hook("calc-3")
    tape.on("calc-3", AttemptFinished(AttemptStatus.SUCCEEDED, OK, counted=True, seconds=11.0))
    tape.add(TaskSucceeded("post-hook test passed with exit code 0"), "calc-3")
    tape.answer("calc-5", "skip")
    tape.add(TaskSkipped("person", "skipped by a person"), "calc-5")
    tape.succeed("calc-4")
    tape.add(RunFinished(RunStatus.INCOMPLETE, "1 task was skipped, 1 is blocked"), after=0.2)
    return tape


def troubled() -> Tape:
    """A run without a sandbox, in poor surroundings."""
    tape = Tape(sandbox="none")
    tape.add(Degraded("checkpoints", "git is not installed", "Install git, then run `tmtui doctor`."))
    tape.add(Troubled("hooks", "the log folder is full", "trouble-1.txt"))
    tape.start("calc-1")
    tape.on("calc-1", AgentNoticed("no answer for 30 s"))
    tape.work("calc-1")
    tape.on("calc-1", AgentFinished(Outcome(Kind.OVERLOADED, "the provider is overloaded"), "error", 3.0))
    return tape


def failed() -> Tape:
    """A task was given up."""
    tape = Tape()
    tape.fail_attempt("calc-1")
    tape.add(TaskFailed("hook_post_failed", "pytest exited with code 1"), "calc-1")
    tape.add(RunFinished(RunStatus.FAILED, "calc-1 failed"), after=0.2)
    return tape
