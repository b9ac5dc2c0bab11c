"""The settings as the engine gets them: one frozen value."""

from typing import Any

import msgspec

from tmtui.domain.hook import Hook, HookDefaults
from tmtui.events.run import Limits


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A ready answer to the question that a stuck task asks."""

    choice: str
    """`retry`, `skip` or `abort`."""
    note: str = ""
    """Given to the agent with the next attempt."""
    restore: bool = False
    """Whether the tree goes back to the checkpoint before the next attempt."""


class Unattended(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered when nobody is there to ask."""

    on_decision: str = ""
    """`retry`, `skip` or `abort`; empty leaves the question open."""
    answers: dict[str, tuple[Answer, ...]] = {}
    """By task, used in order, before `on_decision`."""


class PromptTemplates(msgspec.Struct, frozen=True, kw_only=True):
    """Files, relative to the root, that take the place of the built-in prompts; empty keeps the built-in one."""

    system: str = ""
    task: str = ""
    retry: str = ""
    variables: dict[str, str] = {}


class PromptContext(msgspec.Struct, frozen=True, kw_only=True):
    """What of the project a prompt tells."""

    include_git_status: bool = True
    include_file_list: bool = True
    include_file_contents: bool = False
    max_files_listed: int = 20
    max_file_size: int = 10_000
    """Bytes."""
    include_patterns: tuple[str, ...] = ()
    exclude_patterns: tuple[str, ...] = ()


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be set, with its built-in value."""

    agent: str = ""
    """Such as `scripted:FILE`; empty leaves the choice to whoever starts a run."""
    agent_timeout: float = 1_800.0
    """Seconds for the agent's part of one attempt."""
    max_parallel: int = 1
    max_attempts_per_task: int = 3
    max_consecutive_failures: int = 2
    """0 is no limit."""
    max_recoveries: int = 3
    detect_non_progress: bool = True
    max_non_progress: int = 2
    stop_on_first_failure: bool = False
    budget_micro: int | None = None
    on_decision: str = "ask"
    checkpoints: str = "auto"
    """`auto`, or `off`: then nothing can be undone, and whether an attempt changed anything is not known."""
    sandbox: str = "auto"
    """`required`, `auto` or `off`."""
    theme: str = ""
    """Empty leaves it to the cockpit."""
    keymap: dict[str, str] = {}
    hooks: dict[str, Hook] = {}
    hook_defaults: HookDefaults = HookDefaults()
    prompt_templates: PromptTemplates = PromptTemplates()
    prompt_context: PromptContext = PromptContext()
    providers: dict[str, dict[str, Any]] = {}
    """As written, `rate_limits` included, with variables put in; a value whose variable is missing is left out."""
    unattended: Unattended = Unattended()
    extra: dict[str, Any] = {}
    """What later parts read, as written, by its name in snake case, such as `runtime_profiles`."""
    origins: dict[str, str] = {}
    """Where each value that is not built in was said, by its path joined with dots."""
    secrets: tuple[str, ...] = ()
    """Values that must be redacted wherever they turn up."""

    def limits(self) -> Limits:
        """The part that is recorded with a run."""
        return Limits(
            max_parallel=self.max_parallel,
            max_attempts=self.max_attempts_per_task,
            max_consecutive_failures=self.max_consecutive_failures,
            max_recoveries=self.max_recoveries,
            max_non_progress=self.max_non_progress if self.detect_non_progress else 0,
            stop_on_first_failure=self.stop_on_first_failure,
            on_decision=self.on_decision,
            budget_micro=self.budget_micro,
        )
