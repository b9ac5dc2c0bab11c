"""The run as a whole."""

import msgspec

from tmtui.domain.plan import Plan
from tmtui.domain.status import RunStatus
from tmtui.events.base import Event


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that decide, as they were when the run was planned or resumed."""

    max_parallel: int = 1
    max_attempts: int = 3
    """Attempts at a task that may fail before a person is asked."""
    max_consecutive_failures: int = 2
    """Tasks that may fail one after another before the run stops; 0 is no limit."""
    max_recoveries: int = 3
    """Times that one attempt may be found half-done after a crash."""
    max_non_progress: int = 2
    """Attempts in a row without a change, with failing checks, before a person is asked; 0 is no limit."""
    stop_on_first_failure: bool = False
    on_decision: str = "ask"
    """`ask`, or the answer given when nobody is there: `retry`, `skip`, `abort`."""
    budget_micro: int | None = None


class RunPlanned(Event, frozen=True, tag="run.planned"):
    """A plan was accepted. Nothing has run."""

    plan: Plan
    root: str
    """Absolute path of the project's root."""
    limits: Limits
    agent: str
    """How the agent was named, such as `scripted:calculator.agent.yml`."""
    version: str
    """tmtui's version."""


class RunStarted(Event, frozen=True, tag="run.started"):
    """An engine took the run up, for the first time or again."""

    pid: int
    host: str
    boot_id: str
    resumed: bool = False
    sandbox: str = "none"
    """What confines children: `none` is shown as UNSANDBOXED."""
    only: tuple[str, ...] = ()
    """When not empty, the tasks to which this sitting keeps."""
    limits: Limits | None = None
    """The limits from here on, where a resume changed them."""
    ignores_limits: bool = False
    """Whether the user had their own rate limits set aside for this sitting."""


class RunReplanned(Event, frozen=True, tag="run.replanned"):
    """A resume found the plan changed. Completed tasks stay completed."""

    plan: Plan
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


class RunPaused(Event, frozen=True, tag="run.paused"):
    """A person asked to hold: nothing new starts."""

    by: str


class RunUnpaused(Event, frozen=True, tag="run.unpaused"):
    """A person let it go on."""

    by: str


class RunWaiting(Event, frozen=True, tag="run.waiting"):
    """The run as a whole waits for something outside it."""

    reason: str
    """`rate_limit`, `budget`, `quota`, `offline` or `storage`."""
    until_ms: int | None = None
    """Wall time at which it goes on by itself; None when that is not known."""
    key: str = ""
    """Which model it waits for, as `provider/model`; empty when it is something else."""
    detail: str = ""
    """One line that says why."""


class RunWoken(Event, frozen=True, tag="run.woken"):
    """What the run waited for has come."""


class RunSuspended(Event, frozen=True, tag="run.suspended"):
    """The engine laid the run down in good order. `tmtui resume` takes it up again."""

    reason: str


class RunFinished(Event, frozen=True, tag="run.finished"):
    """Nothing is left to do, or nothing more will be done."""

    outcome: RunStatus
    """One of the ended statuses."""
    reason: str = ""
