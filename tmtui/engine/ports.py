"""What the engine needs of the world. The real ones live below it; a simulation brings its own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

import msgspec

from tmtui.agents.model import Model, ToolSpec
from tmtui.agents.port import Agent, ToolCall, ToolResult
from tmtui.domain.clock import Clock, Rng
from tmtui.domain.kept_answer import KeptAnswer
from tmtui.domain.plan import Task
from tmtui.domain.usage import Usage
from tmtui.engine.providers.rules import GateRules
from tmtui.engine.secrecy import Redactor
from tmtui.events.attempt import AttemptCheckpointed, AttemptMeasured, AttemptRestored
from tmtui.events.base import Entry, Recorded
from tmtui.events.tool import FileEffect
from tmtui.prompts.context import Context
from tmtui.prompts.templates import BUILT_IN, Templates


class EventLog(Protocol):
    """Where events go. Entries given together are committed together, in the order in which they were given."""

    def submit(self, entries: Sequence[Entry], *, critical: bool) -> Awaitable[object] | None:
        """Take entries. For critical ones something is returned that completes once all of them are durable."""
        ...


class PastEvents(Protocol):
    """What the log already holds, for going on from it."""

    def of_attempt(self, task: str, attempt: int) -> list[Recorded]:
        """All events of one attempt, in order."""
        ...


class Ended(Protocol):
    """How a process ended."""

    @property
    def exit_code(self) -> int | None:
        """None when it did not exit by itself."""
        ...

    @property
    def signal(self) -> int | None:
        """The signal that ended it."""
        ...

    @property
    def timed_out(self) -> bool:
        """Whether its timeout ended it."""
        ...

    @property
    def canceled(self) -> bool:
        """Whether `Process.cancel` ended it."""
        ...

    @property
    def lost(self) -> bool:
        """Whether its supervision died under it: how it ended is not known, only that it has."""
        ...

    @property
    def survivors(self) -> int:
        """Processes that it left behind, and that were ended."""
        ...

    @property
    def seconds(self) -> float:
        """How long it ran."""
        ...

    @property
    def spawn_error(self) -> str:
        """Why it could not be started; empty when it was."""
        ...


class Process(Protocol):
    """A running child with all that it starts."""

    def output(self) -> AsyncIterator[bytes]:
        """Both its streams, as they come, in pieces."""
        ...

    async def wait(self) -> Ended:
        """Until it and its whole tree are gone."""
        ...

    def cancel(self) -> None:
        """End it and its whole tree: asked first, then forced."""
        ...


class Processes(Protocol):
    """Starts children under supervision."""

    async def run(
        self,
        command: str,
        *,
        cwd: str,
        env: dict[str, str],
        timeout: float,
        job: str,
        sandbox: bool | None = None,
        network: bool | None = None,
    ) -> Process:
        """Start `/bin/sh -c command`; it is ended after `timeout` seconds. See `Hook` for `sandbox` and `network`."""
        ...

    def end_all(self) -> None:
        """End every process of this engine at once, without asking it first."""
        ...


class Checkpoints(Protocol):
    """Saves, compares and puts back the tree."""

    async def checkpoint(self, run: str, task: str, attempt: int) -> AttemptCheckpointed:
        """Save the tree as it is, untracked files included."""
        ...

    async def measure(self, before: AttemptCheckpointed, run: str, task: str, attempt: int) -> AttemptMeasured:
        """Hold the tree against `before`."""
        ...

    async def restore(
        self, before: AttemptCheckpointed, after: AttemptMeasured, run: str, task: str, attempt: int
    ) -> AttemptRestored:
        """Undo what changed between `before` and `after`, and nothing that somebody else has done since."""
        ...


class Planned(Protocol):
    """A tool call that was looked at and not yet carried out."""

    @property
    def summary(self) -> str:
        """The call in one line."""
        ...

    @property
    def effect(self) -> FileEffect | None:
        """What it would do to a file."""
        ...

    @property
    def problem(self) -> str:
        """What is wrong with it; empty when it can be carried out."""
        ...

    @property
    def only_reads(self) -> bool:
        """Whether it changes nothing, so that it can run beside others of its kind."""
        ...

    @property
    def path(self) -> str:
        """The file or folder that it is about, relative to the root; empty for none."""
        ...

    @property
    def command(self) -> str:
        """What a shell is given; empty for nothing."""
        ...


P = TypeVar("P", bound=Planned)


class Toolbox(Protocol[P]):
    """Carries tool calls out."""

    def plan(self, call: ToolCall) -> P:
        """Look at a call: what it would do, or what is wrong with it. Changes nothing."""
        ...

    async def execute(self, call: ToolCall, planned: P, job: str, on_output: Callable[[bytes], None]) -> ToolResult:
        """Carry it out. A failure is a result."""
        ...

    def was_done(self, effect: FileEffect) -> bool | None:
        """Whether a call with this effect had been carried out, judged by the file; None when it cannot be told."""
        ...


class Trespass(Protocol):
    """What a call has changed that it must not."""

    @property
    def places(self) -> tuple[str, ...]:
        """The files, safe to show."""
        ...

    @property
    def undone(self) -> bool:
        """Whether they are as they were."""
        ...

    @property
    def kept(self) -> str:
        """Where what was found there lies; empty for nowhere."""
        ...


class Guard(Protocol):
    """Looks after files that no call may change, where nothing keeps a call from it."""

    def look(self) -> Any:
        """What they are; given to `settle` after the call."""
        ...

    def settle(self, before: Any, named: str) -> Trespass | None:
        """What was changed since, put back; not what `named` speaks of, which was allowed by name."""
        ...

    def excused(self) -> AbstractContextManager[None]:
        """Meanwhile something runs that may change them."""
        ...


class Scanned(Protocol):
    """What came of looking through a text."""

    @property
    def text(self) -> str:
        """The text as it may go on, if it may."""
        ...

    @property
    def blocked(self) -> str:
        """What holds it back, in one line; empty when nothing does."""
        ...

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know of it, a line each."""
        ...


class Scanner(Protocol):
    """Looks for what must not be sent."""

    def prompt(self, text: str) -> Scanned:
        """Look through what an agent is to be asked. Foreign text in its fences can hold nothing back."""
        ...

    def output(self, text: str) -> tuple[str, ...]:
        """What a person should know of something that a tool told, a line each."""
        ...


class TaskLogs(Protocol):
    """The full raw text of what hooks and agents print, in files for people."""

    def open(self, task: str, name: str) -> "RawLog":
        """The file `<state>/logs/<task>/<name>.log`, to append to."""
        ...


class RawLog(Protocol):
    """One such file."""

    def write(self, data: bytes) -> None:
        """Append. A full disk is not an error here: the log of events matters more."""
        ...

    def close(self) -> None:
        """Done with it."""
        ...


class Priced(Protocol):
    """What a request cost."""

    @property
    def micro(self) -> int | None:
        """Micro-dollars; None when nobody knows."""
        ...

    @property
    def source(self) -> str:
        """Which table says so, and of what date."""
        ...

    @property
    def known(self) -> bool:
        """Whether it is the model's own price; otherwise `micro` is an estimate."""
        ...

    @property
    def warning(self) -> str:
        """What a person should know about it; empty for nothing."""
        ...

    @property
    def saved(self) -> int:
        """Micro-dollars that caches saved."""
        ...


class Prices(Protocol):
    """Turns tokens into money."""

    def price(self, model: str, usage: Usage, at_ms: int) -> Priced:
        """What a request cost that was made at a time."""
        ...

    def worst(self, model: str, prompt_tokens: int, max_tokens: int, at_ms: int) -> int | None:
        """Micro-dollars that a request can cost at most; None when nobody knows."""
        ...


class Verdict(Protocol):
    """What the rules say of a call."""

    @property
    def action(self) -> str:
        """`allow`, `ask` or `deny`."""
        ...

    @property
    def rule(self) -> str:
        """What decided."""
        ...

    @property
    def reason(self) -> str:
        """Why, for people."""
        ...

    @property
    def suggestion(self) -> str:
        """The rule that would settle it for good."""
        ...

    @property
    def objection(self) -> str:
        """What speaks against a call that is allowed all the same; empty for nothing."""
        ...


class KeptAnswers(Protocol):
    """Answers that may be used again. Whatever goes wrong with them, they are just not there."""

    def find(self, key: str, now_ms: int) -> KeptAnswer | None:
        """The answer to a question, if one is kept that is still good."""
        ...

    def keep(self, answer: KeptAnswer) -> None:
        """Keep an answer."""
        ...

    def forget(self, key: str) -> None:
        """Keep the answer to a question no longer."""
        ...


class Judge(Protocol):
    """Holds a call against the rules."""

    def judge(self, call: ToolCall, planned: Planned, learnt: Mapping[str, str], *, attended: bool) -> Verdict:
        """Judge a call.

        Args:
            call: What the agent wants.
            planned: What it comes to.
            learnt: Rules that a person's answers wrote down: `allow` or `deny` by rule.
            attended: Whether somebody is there to be asked.
        """
        ...


class Manner(msgspec.Struct, frozen=True, kw_only=True):
    """How a chain of models is asked: its profile, as far as the engine needs it."""

    profile: str = ""
    instead_of: str = ""
    """The model that the profile names itself, where the task's complexity chose the first of the chain."""
    reusable: bool = False
    """Whether an answer that was given before may stand for a new one."""
    max_tokens: int = 32_000
    """Of one answer."""
    max_turns: int = 100
    effort: str = ""
    temperature: float | None = None
    schema: dict[str, Any] | None = None
    check: Callable[[str], str] | None = None
    """Says what is wrong with the last answer; empty for nothing. None when nothing is asked of it."""
    request_timeout: float = 1_800.0
    """Seconds for one answer."""
    retries: int | None = None
    """How often a request that fails in passing is made again; None leaves it to the rules."""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """Models that are asked in turn: the first as long as it can, the next when it cannot."""

    name: str
    """How it was asked for, such as `claude` or `anthropic:claude-sonnet-5-5`."""
    models: tuple[Model, ...]
    """At least one."""
    on_overflow: tuple[Model, ...] = ()
    """Asked, each once, when a conversation is too long for the others."""
    on_refusal: tuple[Model, ...] = ()
    """Asked, each once, when a model declines."""
    tools: tuple[ToolSpec, ...] = ()
    timeouts: dict[str, float] = {}
    """Seconds for one answer of those that have a time of their own, by `provider/model`."""
    manner: Manner = Manner()

    @property
    def model(self) -> str:
        """The model it starts with."""
        return self.models[0].model


class Suggested(Protocol):
    """Changes that an answer suggests."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that would change."""
        ...

    @property
    def diff(self) -> str:
        """All of them, as they would be seen afterwards."""
        ...

    @property
    def problem(self) -> str:
        """Why they cannot be made; empty when they can."""
        ...


S = TypeVar("S", bound=Suggested)


class Changes(Protocol[S]):
    """Makes changes that an answer suggests."""

    def suggested(self, text: str) -> S | None:
        """The changes that an answer suggests; None when it suggests none. Changes nothing."""
        ...

    def apply(self, suggested: S) -> str:
        """Make all of them, or none. Returns why they were not made; empty when they were."""
        ...


class Surroundings(Protocol):
    """Looks at the project for a prompt."""

    async def look(self, task: Task, checkpoint: AttemptCheckpointed) -> Context:
        """What a prompt for `task` may tell of the project, whose files were just recorded. It never fails."""
        ...


class World(msgspec.Struct, frozen=True, kw_only=True):
    """Everything outside the engine that it works with."""

    clock: Clock
    rng: Rng
    past: PastEvents
    processes: Processes
    checkpoints: Checkpoints
    toolbox: Toolbox[Any]
    logs: TaskLogs
    worker: Callable[[Task], Agent | Chain]
    """Who does a task."""
    prices: Prices
    rules: GateRules = GateRules()
    redactor: Redactor | None = None
    """Takes secrets out of all that is kept or shown."""
    veil: Redactor | None = None
    """Takes secrets out of what agents are told: only those that surely are, for whoever edits a file needs the rest
    of it as it is."""
    judge: Judge
    guard: Guard | None = None
    """Looks after what calls may not change; None where nothing has to."""
    scanner: Scanner | None = None
    """Looks through what goes to agents, and what tools tell them; None where nobody wants that."""
    answers: KeptAnswers | None = None
    """Answers that may be used again; None where nobody wants that."""
    user: str = ""
    """Whose run it is, for the books."""
    root: str
    """Absolute path of the project's root."""
    child_env: dict[str, str]
    """What children get of the environment."""
    variables: dict[str, str] = {}
    """What the variables in a hook's `env` stand for. It is never recorded: there are secrets in it."""
    agent_timeout: float
    """Seconds for the agent's part of one attempt, unless its task says otherwise."""
    templates: Templates = BUILT_IN
    """What prompts are made of."""
    surroundings: Surroundings | None = None
    """Tells prompts of the project; None tells them nothing."""
    keep_prompt: Callable[[str, str], None] | None = None
    """Keeps a task's prompt for people, where that is wanted."""
    changes: Changes[Any] | None = None
    """Makes the changes that answers suggest; None leaves them to people."""
    auto_apply: bool = False
    """Whether they are made without a question."""
