"""The schema of a settings file. Every field may be left out: a file says only what it changes.

The larger parts stand here as plain mappings: `blocks` has the schema of each, for files that have the part.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from tmtui.domain.problem import WrongValueError
from tmtui.system.documents.hooks import HookDefaultsWritten, HookName, HookWritten
from tmtui.system.documents.values import (
    Command,
    Dollars,
    Exact,
    Line,
    OneOrMany,
    RelativePath,
    Seconds,
    Text,
)
from tmtui.system.documents.written import After, Between, Written


Choice = Literal["retry", "skip", "abort"]


def _version(text: str) -> str:
    if not re.fullmatch(r"\w[\w.-]{0,63}", text):
        raise WrongValueError("must be the name of a folder, such as v2")
    return text


Count = Annotated[int, Between(1, 1_000)]
Version = Annotated[str, After(_version)]
Size = Annotated[int, Between(1, 16_777_216)]
CountOrNone = Annotated[int, Between(0, 1_000)]


class AnswerWritten(Written):
    """A ready answer to the question that a stuck task asks. It may be written as its bare choice."""

    choice: Choice
    """What to do."""
    note: Text | None = None
    """Given to the agent with the next attempt."""
    restore: bool | None = None
    """Whether the tree goes back to the checkpoint before the next attempt."""

    spellings: ClassVar[Mapping[str, str]] = {"answer": "choice"}

    @classmethod
    def spelled_out(cls, word: str) -> Any:
        """A bare choice."""
        return {"choice": word}


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
    max_files_listed: Annotated[int, Between(0, 100_000)] | None = None
    """Files that are listed at most."""
    max_file_size: Annotated[int, Between(0, 10_000_000)] | None = None
    """Bytes of a file that are shown at most."""
    include_patterns: OneOrMany[Exact] | None = None
    """Only files that match one of these are told of."""
    exclude_patterns: OneOrMany[Exact] | None = None
    """Files that match one of these are left out."""


class ResourceLimitsWritten(Written):
    """What each process of a hook or a tool may use up; what is left out has no limit."""

    cpu_time: Seconds | None = None
    """Time at work, not waiting: seconds, or text such as `10m`."""
    memory_mb: Size | None = None
    """Address space in MB. Node.js and Java reserve far more than they use."""
    file_size_mb: Size | None = None
    """How large a file may get that it writes, in MB."""
    open_files: Annotated[int, Between(16, 1_048_576)] | None = None
    """Files that it may hold open."""
    processes: Annotated[int, Between(1, 4_194_304)] | None = None
    """Processes that its user may have, whoever started them. It does not bind root."""


class SettingsWritten(Written):
    """tmtui's settings."""

    agent: Command | None = None
    """Who does the work, such as `scripted:FILE`."""
    agent_timeout: Seconds | None = None
    """For the agent's part of one attempt: seconds, or text such as `30m`."""
    max_parallel: Annotated[int, Between(1, 128)] | None = None
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
    """Whether what an agent runs is confined to the project, without a network: `auto` does so where the machine can,
    `required` also confines hooks and refuses to run where it cannot, `off` leaves everything all your rights."""
    sandbox_network: bool | None = None
    """Whether what an agent runs may use the network all the same."""
    sandbox_writable: OneOrMany[Exact] | None = None
    """What else it may change: paths that are absolute, below `~` or relative to the root, such as `~/.cache`. Name
    `.git` to let agents commit."""
    resource_limits: ResourceLimitsWritten | None = None
    """What each process of a hook or a tool may use up."""
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
    unattended: UnattendedWritten | None = None
    """What is answered when nobody is there to ask."""
    profile: Line | None = None
    """The set of model options of tasks that name none: `interactive`, unless it is said here."""
    provider: Line | None = None
    """The provider of tasks and profiles that name none, by its name under `providers`."""
    prompt_version: Version | None = None
    """Which prompts are used: those in `.taskmaster/prompts/<version>/`."""
    schema_version: Version | None = None
    """Which output schemas are used: those in `.taskmaster/schemas/<version>/`."""
    prompt_compression: bool | None = None
    """Whether an over-long context is summarised before it is sent."""

    providers: dict[str, Any] | None = None
    """How each provider is reached, by a name of one's own."""
    rate_limits: dict[str, Any] | None = None
    """Limits for every provider."""
    runtime_profiles: dict[str, Any] | None = None
    """Named sets of model options."""
    model_tiering: dict[str, Any] | None = None
    """Which model does tasks of which complexity."""
    cost_controls: dict[str, Any] | None = None
    """Budgets by period and profile, and when to warn."""
    reliability: dict[str, Any] | None = None
    """How failed requests are tried again."""
    fallback: dict[str, Any] | None = None
    """Which model follows when one cannot be reached, and when a circuit opens."""
    permissions: dict[str, Any] | None = None
    """What an agent may do without a question, with one, and not at all."""
    input_scanning: dict[str, Any] | None = None
    """Patterns that are blocked or redacted before anything is sent."""
    cache: dict[str, Any] | None = None
    """Answers that are used again for the same question."""

    slos: dict[str, Any] | None = None
    """Targets for availability, latency, accuracy and cost."""
    alerts: Any = None
    """Conditions that somebody is told of."""
    rates: dict[str, Any] | None = None
    """What models cost, where that is not known, or known better."""

    spellings: ClassVar[Mapping[str, str]] = {
        "provider_configs": "providers",
        "max_attempts": "max_attempts_per_task",
        "budget": "budget_usd",
        "profiles": "runtime_profiles",
        "default_profile": "profile",
        "default_provider": "provider",
        "costs": "cost_controls",
        "prices": "rates",
    }
    unknown_hint: ClassVar[str] = "It has no effect. Tasks stand in the plan, such as tasks.yml."


EXTRA: Final = ("slos", "alerts")
"""Fields that are kept as they are written, for parts that read them when they are there."""

LITERAL: Final = frozenset({*EXTRA, "hooks", "keymap", "unattended", "permissions", "input_scanning"})
"""Fields whose text is no place for variables: commands and patterns use the dollar for themselves."""
