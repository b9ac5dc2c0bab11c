"""The schema of a plan file."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from tmtui.domain.problem import WrongValueError
from tmtui.domain.text import clean
from tmtui.system.documents.hooks import HookDefaultsWritten, HookName, HookUse, HookWritten
from tmtui.system.documents.values import Dollars, Line, OneOrMany, RelativePath, Seconds, Text
from tmtui.system.documents.written import After, Before, Between, InJsonSchema, Written


_PRIORITIES: Mapping[str, int] = {"critical": 20, "high": 10, "medium": 0, "normal": 0, "low": -10}


def _priority(value: Any) -> int:
    text = str(value).strip().lower()
    if text in _PRIORITIES:
        return _PRIORITIES[text]
    try:
        number = int(text)
    except ValueError:
        number = None
    if number is None or abs(number) > 1_000_000:  # noqa: PLR2004  # far more than any plan has tasks
        raise WrongValueError("must be a priority", "Write critical, high, medium, low, or a whole number.")
    return number


def _complexity(value: Any) -> Any:
    return str(value).strip().lower()


def _not_empty(line: str) -> str:
    if not line:
        raise WrongValueError("must not be empty")
    return line


def _as_texts(metadata: dict[str, Any]) -> dict[str, str]:
    """Each value as one text: what is no text is written as JSON."""
    return {
        clean(key): clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for key, value in metadata.items()
    }


Priority = Annotated[int, Before(_priority), InJsonSchema({"type": ["string", "integer"]})]
Complexity = Annotated[Literal["simple", "medium", "complex"], Before(_complexity)]
Metadata = Annotated[dict[str, Any], After(_as_texts)]


class TaskWritten(Written):
    """One thing for an agent to do. A subtask may be written as its bare title."""

    id: str | None = None
    """1 to 64 letters, digits, '.', '_' or '-'. A subtask's id follows its parent's: `parent.1`."""
    title: Annotated[Line, After(_not_empty)] | None = None
    """What it is about, in one line."""
    description: Text | None = None
    """What the agent is asked to do."""
    details: Text | None = None
    """More of it: added to the description."""
    phase: Line | None = None
    """The group it is shown under."""
    path: RelativePath | None = None
    """The folder or file it is about, relative to the project's root."""
    depends_on: OneOrMany[str] | None = None
    """Ids of tasks that must be done before."""
    priority: Priority | None = None
    """Among tasks that are ready, the higher runs first: critical, high, medium, low, or a whole number."""
    pre_hooks: OneOrMany[HookUse] | None = None
    """Run before the agent, in place of the defaults: names of hooks, or commands."""
    post_hooks: OneOrMany[HookUse] | None = None
    """Run after the agent, in place of the defaults: names of hooks, or commands. They judge the work."""
    acceptance_criteria: OneOrMany[Text] | None = None
    """What must be true in the end."""
    definition_of_done: OneOrMany[Text] | None = None
    """What must have been done."""
    tests: OneOrMany[Text] | None = None
    """Tests that are expected; told to the agent with the definition of done."""
    estimate: Line | None = None
    """How long it may take, in any words."""
    risk: Line | None = None
    """What may go wrong, in one line."""
    subtasks: list["TaskWritten"] | None = None
    """Parts of it, each a task of its own. They wait for what it waits for, and it waits for them."""
    parent: str | None = None
    """The task that it is a part of, where it is not written among that one's `subtasks`."""
    profile: Line | None = None
    """The set of model options to use."""
    provider: Line | None = None
    """The provider to use."""
    complexity: Complexity | None = None
    """How hard it is, for choosing among models: simple, medium or complex."""
    timeout: Seconds | None = None
    """For the agent's part of one attempt: seconds, or text such as `30m`."""
    budget_usd: Dollars | None = None
    """What it may cost."""
    max_attempts: Annotated[int, Between(1, 1_000)] | None = None
    """Attempts that may fail before a person is asked."""
    progress: bool | None = None
    """Whether an attempt that changes no file counts as no progress, which is the default."""
    metadata: Metadata | None = None
    """Anything else worth keeping."""

    spellings: ClassVar[Mapping[str, str]] = {
        "prompt": "description",
        "dependencies": "depends_on",
        "needs": "depends_on",
        "acceptance": "acceptance_criteria",
        "criteria": "acceptance_criteria",
        "done": "definition_of_done",
        "test_strategy": "tests",
        "effort": "estimate",
        "risks": "risk",
        "budget": "budget_usd",
        "max_attempts_per_task": "max_attempts",
        "detect_non_progress": "progress",
    }

    @classmethod
    def spelled_out(cls, word: str) -> Any:
        """A bare title."""
        return {"title": word}


class PhaseWritten(Written):
    """Tasks that are shown together. Phases do not wait for each other; `depends_on` says who waits."""

    name: Annotated[Line, After(_not_empty)] | None = None
    """What they are shown under."""
    description: Line | None = None
    """For readers of the file."""
    tasks: list[TaskWritten] | None = None
    """The tasks in it."""

    spellings: ClassVar[Mapping[str, str]] = {"title": "name", "phase": "name"}

    @classmethod
    def spelled_out(cls, word: str) -> Any:
        """A bare name."""
        return {"name": word}


class PlanWritten(Written):
    """What a run is to do."""

    name: Line | None = None
    """What the plan is called. The default is the folder's name."""
    description: Text | None = None
    """For readers of the file."""
    tasks: list[TaskWritten] | None = None
    """The tasks, in the order in which they are shown."""
    phases: list[PhaseWritten] | None = None
    """Tasks in groups; beside `tasks`, or in place of it."""
    dependencies: dict[str, OneOrMany[str]] | None = None
    """More dependencies: the ids that each task waits for, by its id."""
    hooks: dict[HookName, HookWritten] | None = None
    """Hooks of this plan, laid over those of the settings."""
    hook_defaults: HookDefaultsWritten | None = None
    """The hooks of every task that names none of its own, in place of those of the settings."""
    metadata: dict[str, Any] | None = None
    """Anything else worth keeping; it is not read."""
    version: Any = None
    """Not read."""

    spellings: ClassVar[Mapping[str, str]] = {"title": "name", "project": "name", "depends_on": "dependencies"}
    unknown_hint: ClassVar[str] = "It has no effect. Settings stand in .taskmaster.yml."
