"""A run told event by event, as an engine would have recorded it.

`Log` numbers and times what it is told. `Story` knows what happens in a run: whoever drives it picks its turns, and
whatever they are, the log is one that an engine could have written. It keeps no state of the fold's, only what it
needs to go on.
"""

from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import Final, TypeVar

from tmtui.domain.hook import Hook, Stage
from tmtui.domain.limits import CapUsed, LimitNotice, Quota
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.plan import Plan, Task, plan_hash
from tmtui.domain.status import AttemptStatus, HookStatus, RunStatus, ToolStatus
from tmtui.domain.usage import Usage
from tmtui.events.agent import AgentFinished, AgentNoticed, AgentSession, AgentSpoke, AgentStarted, AgentThought
from tmtui.events.attempt import (
    AttemptCheckpointed,
    AttemptFinished,
    AttemptMeasured,
    AttemptPrompted,
    AttemptRestored,
    AttemptStarted,
    FileChange,
)
from tmtui.events.base import Event, Recorded
from tmtui.events.decision import DecisionAnswered, DecisionIgnored, DecisionOpened
from tmtui.events.hook import HookFinished, HookPrinted, HookStalled, HookStarted
from tmtui.events.money import MoneySpent, MoneyWarned
from tmtui.events.monitor import Degraded, Restored, TailLost, Troubled
from tmtui.events.request import (
    CacheHit,
    CacheMissed,
    ConversationForgotten,
    ConversationNudged,
    ConversationShortened,
    LimitsTold,
    LimitsUsed,
    ModelSwitched,
    RequestFinished,
    RequestReleased,
    RequestStarted,
    RequestWaiting,
)
from tmtui.events.resilience import ProviderBroken, ProviderRecovered, ProviderRetrying
from tmtui.events.run import (
    Limits,
    RunFinished,
    RunPaused,
    RunPlanned,
    RunReplanned,
    RunStarted,
    RunSuspended,
    RunUnpaused,
    RunWaiting,
    RunWoken,
)
from tmtui.events.task import TaskAborted, TaskFailed, TaskReopened, TaskSkipped, TaskStarted, TaskSucceeded
from tmtui.events.tool import FileEffect, ToolFinished, ToolFlagged, ToolPrinted, ToolStalled, ToolStarted


T = TypeVar("T")

RUN: Final = "20260102-030405-7f3c"
START_MS: Final = 1_767_323_045_000

Turns = Callable[[Sequence[T]], T]
"""Picks one of several ways to go on."""

MOSTLY: Final = 10
"""How much likelier it is that the work goes on than that something happens around it."""

CRASHED: Final = Outcome(Kind.INTERRUPTED_CRASH, "the engine ended under it")
FAILED: Final = Outcome(Kind.HOOK_POST_FAILED, "test hook failed (exit code 1): AssertionError in test_root")
IDLE: Final = Outcome(Kind.NO_PROGRESS, "the agent changed nothing, and test hook failed (exit code 1)")


def make_plan(*tasks: Task) -> Plan:
    """A plan of these tasks."""
    return Plan(path="tasks.yml", name="calculator", tasks=tasks, hash=plan_hash(tasks))


def make_task(name: str, *depends_on: str, hooks: int = 1, **facts: object) -> Task:
    """A task with so many post-hooks, and a pre-hook when there are more than one."""
    post = tuple(Hook(name=f"test{number}", command="python -m pytest -q") for number in range(hooks))
    pre = (Hook(name="install", command="true", quiet=True),) if hooks > 1 else ()
    return Task(id=name, title=name.upper(), depends_on=depends_on, pre_hooks=pre, post_hooks=post, **facts)  # type: ignore[arg-type]  # the facts are a task's fields


MENDED: Final[tuple[Event, ...]] = (
    ModelSwitched("demo-1", "demo-2", 1, "overloaded"),
    ConversationNudged("Please continue where you left off.", "engine"),
    ConversationShortened("results", "[]", 90_000, 30_000),
    ConversationForgotten("the thinking is bound to a different conversation"),
    CacheMissed("5" * 64),
    CacheHit("5" * 64, "demo-1", 1_795_000_000_000, "20261120-190512-7f3c", 4_200),
)
"""What may happen to a conversation."""


class Log:
    """Events with their places."""

    def __init__(self, run: str = RUN) -> None:
        self.run = run
        self.epoch = 1
        self.events: list[Recorded] = []
        self._now = START_MS

    def tell(self, event: Event, task: str = "", attempt: int = 0, *, after_ms: int = 40) -> None:
        """Add an event that happened so much later than the one before."""
        self._now += after_ms
        mono = (self._now - START_MS) * 1_000_000
        self.events.append(
            Recorded(len(self.events) + 1, self.run, self.epoch, task, attempt, self._now, mono, event)
        )

    @property
    def now(self) -> int:
        """Wall time of the latest event."""
        return self._now


class Under:
    """An attempt that is under way: what has begun and has not ended in it."""

    def __init__(self, task: Task, number: int) -> None:
        self.task = task
        self.number = number
        self.tools: list[str] = []
        self.hooks: list[str] = []
        self.asked = False


class Story:
    """One run. `begin`, then `step` as often as wanted, then `end` or not."""

    def __init__(self, plan: Plan, pick: Turns[object], limits: Limits | None = None) -> None:
        self.log = Log()
        self._plan = plan
        self._pick = pick
        self._limits = limits or Limits()
        self._numbers: dict[str, int] = {}
        self._failed: dict[str, int] = {}
        self._begun: set[str] = set()
        self._under: dict[str, Under] = {}
        self._acts: dict[str, Generator[None, None, None]] = {}
        self._ended: dict[str, str] = {}
        self._asking: dict[str, str] = {}
        self._wants: dict[str, tuple[str, bool]] = {}
        self._left_off: dict[str, int] = {}
        self._questions: list[str] = []
        self._standing = "planned"

    def begin(self) -> None:
        """The plan is accepted and an engine takes it up."""
        self.log.tell(RunPlanned(self._plan, "/project", self._limits, "scripted:demo.agent.yml", "0.1.0"))
        self._take_up(resumed=False)

    def step(self) -> None:
        """Something that can happen now happens."""
        self._choose(self._possible())()

    def end(self) -> None:
        """Everything that can be done is done, and the run finishes."""
        if self._standing == "suspended":
            self._crash()
        if self._standing == "paused":
            self._unpause()
        if self._standing == "waiting":
            self._wake()
        while self._standing == "running":
            work = self._work()
            if not work:
                self._finish()
            else:
                self._choose(work)()

    # What is possible.

    def _choose(self, ways: Sequence[T]) -> T:
        return self._pick(ways)  # type: ignore[return-value]  # it picks one of them

    def _maybe(self) -> bool:
        return self._choose((False, True))

    def _possible(self) -> list[Callable[[], None]]:
        match self._standing:
            case "running":
                return [*(self._work() or [self._finish]) * MOSTLY, self._interlude]
            case "paused":
                return [self._unpause, self._suspend, self._crash]
            case "waiting":
                return [self._wake, self._crash]
            case "suspended":
                return [self._crash]
            case _:
                return [self._resume] if self._standing != "succeeded" else [self._notice]

    def _work(self) -> list[Callable[[], None]]:
        works: list[Callable[[], None]] = [partial(self._advance, name) for name in self._acts]
        if len(self._acts) < self._limits.max_parallel:
            works += [partial(self._start, name) for name in self._startable()]
        return [*works, *(partial(self._answer, name) for name in self._asking)]

    def _startable(self) -> list[str]:
        return [
            task.id
            for task in self._plan.tasks
            if task.id not in self._ended
            and task.id not in self._acts
            and task.id not in self._asking
            and all(self._ended.get(need) == "succeeded" for need in task.depends_on)
        ]

    def _interlude(self) -> None:
        """Something around the work."""
        self._choose(
            (
                self._notice,
                self._pause,
                self._wait,
                self._suspend,
                self._crash,
                self._ignore,
                self._skip_early,
                self._abort,
            )
        )()

    # The run.

    def _take_up(self, *, resumed: bool) -> None:
        if resumed:
            self.log.epoch += 1
        self.log.tell(RunStarted(4711, "deck", "boot-1", resumed=resumed, sandbox="bubblewrap"))
        self._standing = "running"
        self._close_half_done()

    def _resume(self) -> None:
        for name, how in list(self._ended.items()):
            if how != "succeeded" and self._maybe():
                self.log.tell(TaskReopened("person"), name)
                del self._ended[name]
                self._wants.pop(name, None)
        if self._maybe():
            self._replan()
        self._take_up(resumed=True)

    def _replan(self) -> None:
        changed = tuple(
            Task(id=task.id, title=f"{task.title} again", depends_on=task.depends_on, post_hooks=task.post_hooks)
            for task in self._plan.tasks
        )
        extra = make_task(f"more{len(changed)}", *(task.id for task in changed[-1:]))
        self._plan = make_plan(*changed, extra)
        names = tuple(task.id for task in changed)
        self.log.tell(RunReplanned(self._plan, added=(extra.id,), changed=names))

    def _pause(self) -> None:
        self.log.tell(RunPaused("person"))
        self._standing = "paused"

    def _unpause(self) -> None:
        self.log.tell(RunUnpaused("person"))
        self._standing = "running"

    def _wait(self) -> None:
        self.log.tell(RunWaiting("rate_limit", self.log.now + 60_000))
        self._standing = "waiting"

    def _wake(self) -> None:
        self.log.tell(RunWoken(), after_ms=60_000)
        self._standing = "running"

    def _suspend(self) -> None:
        for name in list(self._under):
            self._stop_attempt(name, Outcome(Kind.CANCELED_USER, "the run was stopped"), AttemptStatus.INTERRUPTED)
        self.log.tell(RunSuspended("stopped by a person"))
        self._standing = "suspended"

    def _crash(self) -> None:
        """Another engine takes the run up, whatever became of the one before."""
        self._take_up(resumed=True)

    def _abort(self) -> None:
        for name in list(self._under):
            self._stop_attempt(name, Outcome(Kind.CANCELED_USER, "the run was given up"), AttemptStatus.CANCELED)
        for task in self._plan.tasks:
            if task.id not in self._ended:
                self.log.tell(TaskAborted("aborted by a person"), task.id)
                self._end_task(task.id, "aborted")
        self.log.tell(RunFinished(RunStatus.ABORTED, "aborted by a person"))
        self._standing = "aborted"

    def _finish(self) -> None:
        hows = [self._ended.get(task.id) for task in self._plan.tasks]
        if all(how == "succeeded" for how in hows):
            self.log.tell(RunFinished(RunStatus.SUCCEEDED))
            self._standing = "succeeded"
        elif "failed" in hows:
            self.log.tell(RunFinished(RunStatus.FAILED, f"{hows.count('failed')} tasks failed"))
            self._standing = "failed"
        else:
            self.log.tell(RunFinished(RunStatus.INCOMPLETE, "some tasks were not done"))
            self._standing = "incomplete"

    def _notice(self) -> None:
        self.log.tell(
            self._choose(
                (
                    Degraded("sandbox", "bubblewrap is not installed", "install bubblewrap"),
                    Troubled("screen", "KeyError: 'a'", "logs/error.log"),
                    TailLost(12, 10),
                    ProviderBroken("claude/demo-1", "open", "it failed too often", 60_000, "{}"),
                    MoneyWarned("run", "warning", 800_000, 1_000_000),
                    LimitsTold("claude", "demo-1", LimitNotice((Quota("requests", 50, 12),))),
                    LimitsUsed("claude", (CapUsed("max_requests_minute", "requests", "minute", 3, 10, 60_000),)),
                    Restored("sandbox"),
                )
            )
        )

    def _ignore(self) -> None:
        if settled := [each for each in self._questions if each not in self._asking.values()]:
            question = self._choose(settled)
            self.log.tell(DecisionIgnored(question, "skip", "person"), question.partition(":")[0])

    def _skip_early(self) -> None:
        if startable := self._startable():
            name = self._choose(startable)
            if name not in self._numbers:
                self.log.tell(TaskSkipped("person", "not today"), name)
                self._end_task(name, "skipped")

    # One task.

    def _start(self, name: str) -> None:
        self._acts[name] = self._attempt(self._plan.task(name))
        self._advance(name)

    def _advance(self, name: str) -> None:
        act = self._acts[name]
        if next(act, self) is self:
            self._acts.pop(name, None)

    def _end_task(self, name: str, how: str) -> None:
        self._ended[name] = how
        self._begun.discard(name)
        self._asking.pop(name, None)
        self._acts.pop(name, None)

    def _ask(self, name: str, number: int, outcome: Outcome) -> None:
        question = f"{name}:{sum(each.startswith(f'{name}:') for each in self._questions) + 1}"
        self._questions.append(question)
        self._asking[name] = question
        opened = DecisionOpened(question, "failed 3 times", outcome.message, (f"Attempt 1: {outcome.message}",))
        self.log.tell(opened, name, number)

    def _answer(self, name: str) -> None:
        question = self._asking.pop(name)
        by = self._choose(("person", "policy"))
        choice = self._choose(("retry", "skip"))
        if choice == "skip":
            self.log.tell(DecisionAnswered(question, "skip", by), name)
            self.log.tell(TaskSkipped(by, f"skipped by {by}"), name)
            self._end_task(name, "skipped")
        else:
            restore = self._maybe()
            self.log.tell(DecisionAnswered(question, "retry", by, "mind the zero", restore=restore), name)
            self._wants[name] = ("mind the zero", restore)

    # One attempt.

    def _attempt(self, task: Task) -> Generator[None, None, None]:
        """One attempt at a task, an event at a time."""
        under = self._begin_attempt(task)
        tell = self._teller(under)
        yield
        if self._wants.pop(task.id, ("", False))[1]:
            tell(AttemptRestored("b" * 40, "refs/tmtui/kept"))
            yield
        tell(AttemptCheckpointed("a" * 40, "c" * 40, f"refs/tmtui/{self.log.run}/{task.id}/{under.number}", "c" * 40))
        yield
        for hook in task.pre_hooks:
            yield from self._run_hook(under, hook, Stage.PRE, HookStatus.PASSED)
        tell(AttemptPrompted("You are an engineer.", f"# Task: {task.title}", "d" * 64))
        yield
        yield from self._converse(under)
        idle = self._maybe()
        files = () if idle else (FileChange("calculator/ops.py", "modified", 12, 3),)
        tell(AttemptMeasured("e" * 40, "c" * 40, not idle, files, len(files)))
        yield
        passed = True
        for hook in task.post_hooks:
            status = self._choose((HookStatus.PASSED, HookStatus.PASSED, HookStatus.FAILED, HookStatus.TIMED_OUT))
            yield from self._run_hook(under, hook, Stage.POST, status)
            passed = passed and status is HookStatus.PASSED
            if not passed:
                break
        self._close_attempt(under, OK if passed else IDLE if idle else FAILED)

    def _begin_attempt(self, task: Task) -> Under:
        number = self._numbers.get(task.id, 0) + 1
        if task.id not in self._begun:
            self.log.tell(TaskStarted(), task.id)
            self._begun.add(task.id)
        self._numbers[task.id] = number
        under = self._under[task.id] = Under(task, number)
        note, restore = self._wants.get(task.id, ("", False))
        continues = self._left_off.pop(task.id, 0)
        round_ = self._failed.get(task.id, 0) + 1
        started = AttemptStarted(round_, "scripted", "demo-1", continues, note, restore=restore)
        self.log.tell(started, task.id, number)
        return under

    def _teller(self, under: Under) -> Callable[[Event], None]:
        return lambda event: self.log.tell(event, under.task.id, under.number)

    def _converse(self, under: Under) -> Generator[None, None, None]:
        tell = self._teller(under)
        tell(AgentStarted("scripted", "demo-1"))
        if self._maybe():
            tell(AgentSession("5f0c2a34-77aa-4e7e-9d0c-1f6d3b1f0a55"))
        under.asked = True
        yield
        for turn in range(self._choose((0, 1, 2, 3))):
            match self._choose(("speak", "think", "notice", "pay", "retry", "tool", "request", "mend", "hold")):
                case "speak":
                    tell(AgentSpoke("I shall look at the tests first.\n"))
                case "think":
                    tell(AgentThought("Division by zero?", self._choose((0, 300))))
                case "notice":
                    tell(AgentNoticed("the script goes on after 2 s"))
                case "pay":
                    micro = self._choose((None, 0, 4_200))
                    tell(MoneySpent(self._choose(("demo-1", "demo-2")), Usage(900, 80, 200, 10), micro, "script"))
                case "retry":
                    outcome = Outcome(Kind.OVERLOADED, "the server is overloaded", 2.0)
                    tell(ProviderRetrying("scripted", outcome, 1, 2.0, self.log.now + 2_000))
                    yield
                    tell(ProviderRecovered("scripted", 1))
                case "request":
                    yield from self._request(under, turn)
                case "mend":
                    tell(self._choose(MENDED))
                case "hold":
                    tell(RequestWaiting("claude", "demo-1", "10 of 10 requests in this minute", "rate_limit", 9_000))
                    yield
                    tell(RequestReleased("claude", "demo-1"))
                case _:
                    yield from self._call_tool(under, turn)
            yield
        under.asked = False
        tell(AgentFinished(OK, "end_turn", 1.5))
        yield

    def _request(self, under: Under, turn: int) -> Generator[None, None, None]:
        tell = self._teller(under)
        name = f"{under.task.id}:{under.number}:r{turn + 1}"
        tell(RequestStarted(name, "claude", "demo-1", turn + 1, "interactive", reserved_micro=9_000))
        yield
        outcome = self._choose((OK, Outcome(Kind.API_500, "the provider has a fault")))
        tell(
            RequestFinished(
                name,
                outcome,
                "end_turn" if outcome.ok else "",
                '[{"type":"said","text":"Done."}]' if outcome.ok else "",
                Usage(900, 80, 200, 10) if outcome.ok else None,
                "demo-1",
                "req_1",
                0.4,
                1.5,
                200_000,
            )
        )

    def _call_tool(self, under: Under, turn: int) -> Generator[None, None, None]:
        tell = self._teller(under)
        call = f"{under.task.id}:{under.number}:{turn + 1}"
        under.tools.append(call)
        effect = FileEffect("calculator/ops.py", "1" * 64, "2" * 64) if self._maybe() else None
        tell(ToolStarted(call, "bash", '{"command":"ls"}', "bash  ls", effect))
        yield
        if self._maybe():
            tell(ToolPrinted(call, "calculator\ntests\n"))
            yield
        if self._choose((False, False, True)):
            tell(ToolStalled(call, "Overwrite? [y/N]", 45.0))
            yield
        if self._choose((False, False, True)):
            tell(
                ToolFlagged(call, "it changed what is not its to change", (".git/config",), undone=True, kept="kept")
            )
            yield
        under.tools.remove(call)
        status = self._choose((ToolStatus.OK, ToolStatus.ERROR, ToolStatus.TIMED_OUT))
        tell(ToolFinished(call, status, "calculator\ntests\n", 0 if status is ToolStatus.OK else None, 0.2))

    def _run_hook(self, under: Under, hook: Hook, stage: Stage, status: HookStatus) -> Generator[None, None, None]:
        tell = self._teller(under)
        run = f"{under.task.id}:{under.number}:{stage}:{hook.name}:1"
        under.hooks.append(run)
        tell(HookStarted(run, hook.name, stage, hook.command, quiet=hook.quiet))
        yield
        if self._maybe():
            tell(HookPrinted(run, "collected 3 items\n", self._choose((0, 9_000))))
            yield
        if self._choose((False, False, True)):
            tell(HookStalled(run, "Continue? [y/N]", 45.0))
            yield
        under.hooks.remove(run)
        code = {HookStatus.PASSED: 0, HookStatus.FAILED: 1}.get(status)
        tail = "" if status is HookStatus.PASSED else "E   AssertionError: assert 1 == 2\n"
        tell(HookFinished(run, status, code, None, 0.8, tail, f"{hook.name} hook {status}"))
        yield

    def _close_attempt(self, under: Under, outcome: Outcome) -> None:
        name = under.task.id
        del self._under[name]
        if outcome.ok:
            self._tell_end(under, AttemptStatus.SUCCEEDED, outcome)
            self.log.tell(TaskSucceeded("test passed; 1 file changed"), name, under.number)
            self._end_task(name, "succeeded")
            return
        self._tell_end(under, AttemptStatus.FAILED, outcome)
        self._failed[name] = self._failed.get(name, 0) + 1
        match self._choose(("again", "ask", "fail")):
            case "ask":
                self._ask(name, under.number, outcome)
            case "fail":
                self.log.tell(TaskFailed(outcome.kind, outcome.message), name, under.number)
                self._end_task(name, "failed")
            case _:
                pass

    def _tell_end(self, under: Under, status: AttemptStatus, outcome: Outcome) -> None:
        counted = status in (AttemptStatus.SUCCEEDED, AttemptStatus.FAILED)
        self.log.tell(AttemptFinished(status, outcome, counted, 12.5), under.task.id, under.number)

    # Being cut off.

    def _close_half_done(self) -> None:
        for name in list(self._under):
            self._stop_attempt(name, CRASHED, AttemptStatus.INTERRUPTED)

    def _stop_attempt(self, name: str, outcome: Outcome, status: AttemptStatus) -> None:
        """Close what is under way in an attempt, and the attempt."""
        under = self._under.pop(name)
        self._acts.pop(name, None)
        tell = self._teller(under)
        crashed = outcome is CRASHED
        for call in under.tools:
            tell(ToolFinished(call, ToolStatus.INTERRUPTED if crashed else ToolStatus.CANCELED, "it was cut off"))
        for run in under.hooks:
            tell(HookFinished(run, HookStatus.INTERRUPTED if crashed else HookStatus.CANCELED))
        if under.asked:
            tell(AgentFinished(outcome, outcome.kind))
        self._tell_end(under, status, outcome)
        if status is AttemptStatus.INTERRUPTED:
            self._left_off[name] = under.number
