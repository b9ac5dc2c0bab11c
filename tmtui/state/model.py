"""What is known about a run at one point of its log.

The state is folded in place by its single owner, so these structs can be changed; whoever else holds one reads it.
It holds no output text: a transcript is read from the log where somebody looks at it (`state.transcript`), so a state
stays small however long the run talks. Nothing in it counts output either, so that a state can be had without reading
what was printed, which is nearly all of a long log (`state.snapshot`).
"""

import msgspec

from tmtui.domain.hook import Stage
from tmtui.domain.limits import CapUsed, LimitNotice
from tmtui.domain.outcome import Outcome
from tmtui.domain.plan import Plan, Task
from tmtui.domain.status import TASK_ENDED, AttemptStatus, HookStatus, RunStatus, TaskStatus, ToolStatus
from tmtui.domain.usage import Usage
from tmtui.events.attempt import AttemptCheckpointed, AttemptMeasured
from tmtui.events.money import MoneySpent
from tmtui.events.monitor import Degraded
from tmtui.events.run import Limits
from tmtui.state.burn import Burn


class Spending(msgspec.Struct):
    """Money and tokens of a run, a task, an attempt or a model."""

    micro: int = 0
    """Micro-dollars of the requests whose price is known."""
    unknown: int = 0
    """Requests whose price is not known: with any, `micro` is a lower bound."""
    requests: int = 0
    usage: Usage = Usage()
    estimated: int = 0
    """Requests whose tokens or price are an estimate."""
    saved_micro: int = 0
    """Micro-dollars that caches and the choice of models saved; below zero when caches were written and not yet read.
    """
    tiered_micro: int = 0
    """The part of it that comes from choosing a model by the complexity of a task."""
    reused: int = 0
    """Answers that were there, so that no request was made."""

    def add(self, usage: Usage, micro: int | None, *, estimated: bool = False, saved_micro: int = 0) -> None:
        """Count one request."""
        self.requests += 1
        self.estimated += estimated
        self.saved_micro += saved_micro
        self.usage = self.usage + usage
        if micro is None:
            self.unknown += 1
        else:
            self.micro += micro

    def charge(self, spent: MoneySpent) -> None:
        """Count what was paid for, or what did not have to be."""
        if spent.reused:
            self.reused += 1
            self.saved_micro += spent.saved_micro
            return
        self.add(spent.usage, spent.micro, estimated=spent.estimated, saved_micro=spent.saved_micro)
        self.tiered_micro += spent.tiered_micro

    @property
    def micro_or_unknown(self) -> int | None:
        """The amount, or None when there were requests and not one had a known price."""
        return None if self.unknown and self.unknown == self.requests else self.micro


class HookState(msgspec.Struct):
    """One run of a hook."""

    id: str
    name: str
    stage: Stage
    command: str
    round: int
    started_ms: int
    quiet: bool = False
    status: HookStatus = HookStatus.RUNNING
    exit_code: int | None = None
    signal: int | None = None
    seconds: float = 0.0
    message: str = ""
    tail: str = ""
    survivors: int = 0
    stalled: str = ""
    """The line that looks like a question, while nothing else comes."""
    first_seq: int = 0
    last_seq: int = 0
    """Its last event that is not output."""


class ToolState(msgspec.Struct):
    """One tool call."""

    id: str
    name: str
    summary: str
    started_ms: int
    status: ToolStatus = ToolStatus.RUNNING
    exit_code: int | None = None
    seconds: float = 0.0
    verdict: str = ""
    rule: str = ""
    """What decided whether it may run."""
    stalled: str = ""
    """The line that looks like a question, while nothing else comes."""
    flagged: str = ""
    """What somebody should know about it; see `tmtui.events.tool.ToolFlagged`."""


class RequestState(msgspec.Struct):
    """A request to a model that is under way."""

    id: str
    provider: str
    model: str
    turn: int
    hop: int
    started_ms: int
    reserved_micro: int | None = None
    estimated_tokens: int = 0
    profile: str = ""


class Waiting(msgspec.Struct, frozen=True):
    """Why a request is held back."""

    provider: str
    model: str
    reason: str
    cause: str
    until_ms: int | None


class Hold(msgspec.Struct, frozen=True):
    """Why and until when a model is not asked."""

    cause: str
    reason: str
    until_ms: int | None


class Circuit(msgspec.Struct, frozen=True):
    """A circuit as it was last told."""

    state: str
    reason: str
    since_ms: int
    until_ms: int | None = None
    data: str = ""


class Warned(msgspec.Struct, frozen=True):
    """The highest mark that a budget has reached."""

    level: str
    spent_micro: int
    cap_micro: int
    action: str = ""


class AttemptState(msgspec.Struct):
    """One attempt at a task."""

    number: int
    round: int
    agent: str
    model: str
    started_ms: int
    started_ns: int
    status: AttemptStatus = AttemptStatus.RUNNING
    continues: int = 0
    note: str = ""
    description: str = ""
    restore: bool = False
    seconds: float = 0.0
    ended_ms: int = 0
    checkpoint: AttemptCheckpointed | None = None
    measured: AttemptMeasured | None = None
    digest: str = ""
    """SHA-256 of the prompt; empty until the agent was asked."""
    asked: bool = False
    """Whether the agent was started."""
    session: str = ""
    """The name under which the agent's program keeps the conversation; empty when it does not."""
    answered: Outcome | None = None
    """How the agent's part ended; None until it has."""
    outcome: Outcome | None = None
    counted: bool = False
    restored: bool = False
    hooks: list[HookState] = []
    tools: dict[str, ToolState] = {}
    spending: Spending = msgspec.field(default_factory=Spending)
    retry: Outcome | None = None
    """The passing failure after which a request is being made again."""
    retry_until_ms: int = 0
    turns: int = 0
    """Answers that a model has given."""
    request: RequestState | None = None
    """The request that is under way."""
    waiting: Waiting | None = None
    served_by: str = ""
    """The model that the last answer came from."""
    hop: int = 0
    """How far down the chain of models it stands."""
    switched: str = ""
    """Why it is not the first."""
    prompt_tokens: int = 0
    """What the last request was read as: how full the context is."""
    context: int = 0
    """Tokens that the model can be given; 0 when that is not known."""
    question: str = ""
    """What its question is known by, where an answer to it may be used again."""
    first_seq: int = 0
    last_seq: int = 0
    """Its last event that is not output."""


class TaskState(msgspec.Struct):
    """One task of the plan."""

    task: Task
    status: TaskStatus = TaskStatus.PENDING
    blocked_by: tuple[str, ...] = ()
    """The tasks in its way, when it is blocked: those that ended otherwise than well."""
    attempts: list[AttemptState] = []
    allowance: int = 0
    """How many counted attempts it may have; a retry adds one."""
    used: int = 0
    """How many it has had."""
    non_progress: int = 0
    """Counted attempts in a row that changed nothing."""
    recoveries: int = 0
    """Crashes in a row under the same attempt."""
    decision: str = ""
    """The open question about it."""
    note: str = ""
    prompt: str = ""
    restore: bool = False
    """What the last answer wants of the next attempt."""
    started_ms: int = 0
    ended_ms: int = 0
    spending: Spending = msgspec.field(default_factory=Spending)
    evidence: str = ""
    """Why the status is believed."""
    last_error: str = ""
    intervention: str = ""
    """The last answer of a person or a policy: `retry`, `skip` or `abort`."""

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it in this run."""
        return self.status in TASK_ENDED

    @property
    def attempt(self) -> AttemptState | None:
        """The latest attempt."""
        return self.attempts[-1] if self.attempts else None

    @property
    def failures(self) -> int:
        """Counted attempts that failed."""
        return sum(1 for attempt in self.attempts if attempt.counted and attempt.status is AttemptStatus.FAILED)


class Decision(msgspec.Struct):
    """A question, open or settled."""

    id: str
    task: str
    title: str
    error: str
    failures: tuple[str, ...]
    choices: tuple[str, ...]
    falls: tuple[str, ...]
    evidence: str
    opened_ms: int
    about: str = "task"
    """`task`, `permission` or `changes`."""
    subject: str = ""
    rule: str = ""
    choice: str = ""
    """Empty while it is open."""
    by: str = ""
    note: str = ""
    answered_ms: int = 0
    withdrawn: bool = False
    """Whether its task ended, or left the plan, before anybody had answered."""

    @property
    def open(self) -> bool:
        """Whether it still waits for an answer."""
        return not self.choice and not self.withdrawn


class Anomaly(msgspec.Struct, frozen=True):
    """An event that did not fit what was known before it. Folding goes on without it."""

    seq: int
    kind: str
    why: str


class Trouble(msgspec.Struct, frozen=True):
    """Something that went wrong inside tmtui."""

    where: str
    message: str
    details: str


class CacheUse(msgspec.Struct):
    """How often answers that were given before could be used again."""

    hits: int = 0
    misses: int = 0

    @property
    def rate(self) -> float | None:
        """The share of questions whose answer was there; None when nothing was asked."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else None


class State(msgspec.Struct):
    """A run as its log tells it, up to `seq`."""

    run: str = ""
    seq: int = 0
    epoch: int = 0
    status: RunStatus = RunStatus.PLANNED
    reason: str = ""
    """Why it waits or how it ended."""
    until_ms: int | None = None
    """When a wait ends by itself."""
    paused: bool = False
    suspended: bool = False
    """Whether an engine laid it down in good order."""
    plan: Plan | None = None
    root: str = ""
    agent: str = ""
    version: str = ""
    limits: Limits = Limits()
    sandbox: str = ""
    only: tuple[str, ...] = ()
    pid: int = 0
    host: str = ""
    created_ms: int = 0
    updated_ms: int = 0
    finished_ms: int = 0
    sitting_ms: int = 0
    """Wall time at which the engine that works now took the run up; 0 when none does."""
    active_ms: int = 0
    """How long earlier sittings worked."""
    tasks: dict[str, TaskState] = {}
    """In the plan's order."""
    dependents: dict[str, list[str]] = {}
    decisions: dict[str, Decision] = {}
    """In the order in which they were opened."""
    spending: Spending = msgspec.field(default_factory=Spending)
    models: dict[str, Spending] = {}
    circuits: dict[str, Circuit] = {}
    """By `provider/model`, or `provider`."""
    told: dict[str, LimitNotice] = {}
    """What each provider last told of its limits, by `provider/model`."""
    used: dict[str, tuple[CapUsed, ...]] = {}
    """How far the user's own limits were used up when that was last told, by provider."""
    ignores_limits: bool = False
    """Whether the user had those limits set aside."""
    burn: Burn = Burn()
    """How fast money goes in this sitting."""
    cache: CacheUse = msgspec.field(default_factory=CacheUse)
    warned: dict[str, Warned] = {}
    """By budget."""
    holds: dict[str, Hold] = {}
    """What keeps models from being asked, by `provider/model`. It outlives the engine that was told so."""
    rules: dict[str, str] = {}
    """Permission rules that a person's answers wrote down: `allow` or `deny` by rule."""
    consecutive_failures: int = 0
    """Tasks given up without a person's word, since the last that succeeded."""
    degraded: list[Degraded] = []
    """What works less well than it could at this moment."""
    troubles: list[Trouble] = []
    anomalies: list[Anomaly] = []

    def elapsed_ms(self, now_ms: int) -> int:
        """How long the run has been worked on, in milliseconds, waits included and gaps between sittings not."""
        return self.active_ms + (max(0, now_ms - self.sitting_ms) if self.sitting_ms else 0)

    @property
    def open_decisions(self) -> list[Decision]:
        """The questions that wait for an answer, oldest first."""
        return [decision for decision in self.decisions.values() if decision.open]
