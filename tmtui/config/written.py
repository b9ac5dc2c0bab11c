"""The schema of a settings file. Every field may be left out: a file says only what it changes."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, model_validator

from tmtui.system.documents.hooks import HookDefaultsWritten, HookName, HookWritten
from tmtui.system.documents.schema import Written
from tmtui.system.documents.values import (
    Command,
    Dollars,
    Exact,
    OneOrMany,
    RelativePath,
    Seconds,
    Text,
)


Choice = Literal["retry", "skip", "abort"]

Count = Annotated[int, Field(ge=1, le=1_000)]
CountOrNone = Annotated[int, Field(ge=0, le=1_000)]


class AnswerWritten(Written):
    """A ready answer to the question that a stuck task asks. It may be written as its bare choice."""

    choice: Choice
    """What to do."""
    note: Text | None = None
    """Given to the agent with the next attempt."""
    restore: bool | None = None
    """Whether the tree goes back to the checkpoint before the next attempt."""

    spellings: ClassVar[Mapping[str, str]] = {"answer": "choice"}

    @model_validator(mode="before")
    @classmethod
    def _bare_choice(cls, data: Any) -> Any:
        return {"choice": data} if isinstance(data, str) else data


class UnattendedWritten(Written):
    """What is answered when nobody is there to ask."""

    on_decision: Choice | None = None
    """The answer to every question that `answers` does not settle; without it, the question stays open."""
    answers: dict[str, OneOrMany[AnswerWritten]] | None = None
    """By the id of the task: an answer, or several that are used in order."""


class PromptTemplatesWritten(Written):
    """Files that take the place of the built-in prompts."""

    system: RelativePath | None = None
    """Role and rules; relative to the project's root."""
    task: RelativePath | None = None
    """The prompt of a task's first attempt."""
    retry: RelativePath | None = None
    """The prompt of every further attempt."""
    variables: dict[str, Text] | None = None
    """What the templates may refer to, such as `project_name`."""


class PromptContextWritten(Written):
    """What of the project a prompt tells."""

    include_git_status: bool | None = None
    """Whether it holds what `git status` says."""
    include_file_list: bool | None = None
    """Whether it lists the files of the task's folder."""
    include_file_contents: bool | None = None
    """Whether it holds their contents. This can be dear."""
    max_files_listed: Annotated[int, Field(ge=0, le=100_000)] | None = None
    """Files that are listed at most."""
    max_file_size: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    """Bytes of a file that are shown at most."""
    include_patterns: OneOrMany[Exact] | None = None
    """Only files that match one of these are told of."""
    exclude_patterns: OneOrMany[Exact] | None = None
    """Files that match one of these are left out."""


class SettingsWritten(Written):
    """tmtui's settings."""

    agent: Command | None = None
    """Who does the work, such as `scripted:FILE`."""
    agent_timeout: Seconds | None = None
    """For the agent's part of one attempt: seconds, or text such as `30m`."""
    max_parallel: Annotated[int, Field(ge=1, le=64)] | None = None
    """Tasks that run at the same time."""
    max_attempts_per_task: Count | None = None
    """Attempts at a task that may fail before a person is asked."""
    max_consecutive_failures: CountOrNone | None = None
    """Tasks that may fail one after another before the run stops; 0 is no limit."""
    max_recoveries: CountOrNone | None = None
    """Times that one attempt may be found half-done after a crash."""
    detect_non_progress: bool | None = None
    """Whether attempts that change nothing while checks fail lead to a question."""
    max_non_progress: Count | None = None
    """How many such attempts in a row."""
    stop_on_first_failure: bool | None = None
    """Whether the first task that fails ends the run."""
    budget_usd: Dollars | None = None
    """What a run may cost."""
    on_decision: Literal["ask", "retry", "skip", "abort"] | None = None
    """Whether a stuck task asks, or what is answered for it every time."""
    checkpoints: Literal["auto", "off"] | None = None
    """`auto` saves the tree before each attempt; `off` does not."""
    sandbox: Literal["required", "auto", "off"] | None = None
    """Whether hooks and tools are confined: `required` refuses to run without, `auto` does what it can."""
    theme: Exact | None = None
    """The cockpit's theme."""
    keymap: dict[str, Exact] | None = None
    """Keys by the id of what they do, such as `quit: ctrl+q`."""
    hooks: dict[HookName, HookWritten] | None = None
    """Commands that check or prepare the work, by name."""
    hook_defaults: HookDefaultsWritten | None = None
    """The hooks of every task that names none of its own."""
    prompt_templates: PromptTemplatesWritten | None = None
    """Prompts of one's own."""
    prompt_context: PromptContextWritten | None = None
    """What of the project a prompt tells."""
    providers: dict[str, dict[str, Any]] | None = None
    """How each provider is reached, by a name: type, api_key, model, rate_limits and so on."""
    unattended: UnattendedWritten | None = None
    """What is answered when nobody is there to ask."""

    runtime_profiles: dict[str, Any] | None = None
    """Named sets of model options."""
    cost_controls: dict[str, Any] | None = None
    """Budgets by period and profile, and when to warn."""
    reliability: dict[str, Any] | None = None
    """How failed requests are tried again."""
    fallback: dict[str, Any] | None = None
    """Which model follows when one cannot be reached, and when a circuit opens."""
    input_scanning: dict[str, Any] | None = None
    """Patterns that are blocked or redacted before anything is sent."""
    slos: dict[str, Any] | None = None
    """Targets for availability, latency, accuracy and cost."""
    rate_limits: dict[str, Any] | None = None
    """Limits for every provider."""
    alerts: Any = None
    """Conditions that somebody is told of."""

    spellings: ClassVar[Mapping[str, str]] = {
        "provider_configs": "providers",
        "max_attempts": "max_attempts_per_task",
        "budget": "budget_usd",
    }
    unknown_hint: ClassVar[str] = "It has no effect. Tasks stand in the plan, such as tasks.yml."


EXTRA: Final = (
    "runtime_profiles",
    "cost_controls",
    "reliability",
    "fallback",
    "input_scanning",
    "slos",
    "rate_limits",
    "alerts",
)
"""Fields that are kept as they are written, for parts that read them when they are there."""

LITERAL: Final = frozenset({*EXTRA, "hooks", "keymap", "unattended"})
"""Fields whose text is no place for variables: commands and patterns use the dollar for themselves."""
