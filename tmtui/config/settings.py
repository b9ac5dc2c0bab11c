"""The settings as the engine gets them: one frozen value."""

from typing import Any

import msgspec

from tmtui.config.values.costs import BudgetAlerts, CostControls, GlobalBudget, ProfileBudget
from tmtui.config.values.profiles import DEFAULT as DEFAULT_PROFILE, Profile, Tiers, built_in_profiles
from tmtui.config.values.prompts import PromptTemplates
from tmtui.config.values.providers import ProviderSettings, RateLimits, built_in_providers
from tmtui.config.values.reliability import CircuitBreaker, Fallback, FallbackEntry, Reliability, Retry
from tmtui.config.values.safety import InputScanning, Permissions, ScanRule
from tmtui.config.values.saving import Cache
from tmtui.domain.hook import Hook, HookDefaults
from tmtui.domain.rate import Rate
from tmtui.events.run import Limits
from tmtui.prompts.context import PromptContext
from tmtui.system.sandbox.limits import ResourceLimits


__all__ = [
    "Answer",
    "BudgetAlerts",
    "Cache",
    "CircuitBreaker",
    "CostControls",
    "Fallback",
    "FallbackEntry",
    "GlobalBudget",
    "InputScanning",
    "Permissions",
    "Profile",
    "ProfileBudget",
    "PromptContext",
    "PromptTemplates",
    "ProviderSettings",
    "RateLimits",
    "Reliability",
    "Retry",
    "ScanRule",
    "Settings",
    "Tiers",
    "Unattended",
]


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
    sandbox_network: bool = False
    """Whether what an agent runs may use the network."""
    sandbox_writable: tuple[str, ...] = ()
    """What else it may change: absolute, below `~` or relative to the root."""
    resource_limits: ResourceLimits = ResourceLimits()
    """What each process of a hook or a tool may use up."""
    theme: str = ""
    """Empty leaves it to the cockpit."""
    keymap: dict[str, str] = {}
    hooks: dict[str, Hook] = {}
    hook_defaults: HookDefaults = HookDefaults()
    prompt_templates: PromptTemplates = PromptTemplates()
    prompt_context: PromptContext = PromptContext()
    unattended: Unattended = Unattended()
    profile: str = DEFAULT_PROFILE
    """The profile of tasks that name none."""
    provider: str = ""
    """The provider of tasks and profiles that name none."""
    prompt_version: str = ""
    schema_version: str = ""
    prompt_compression: bool = True
    """Whether an over-long context is summarised before it is sent."""
    providers: dict[str, ProviderSettings] = {}
    """Those that somebody wrote, with variables put in; a value whose variable is missing is left out."""
    rate_limits: RateLimits = RateLimits()
    """For every provider; laid into each one's own already."""
    runtime_profiles: dict[str, Profile] = {}
    """Those that somebody wrote, laid over the built-in ones; `profiles` has all."""
    model_tiering: Tiers = Tiers()
    cost_controls: CostControls = CostControls()
    reliability: Reliability = Reliability()
    fallback: Fallback = Fallback()
    permissions: Permissions = Permissions()
    input_scanning: InputScanning = InputScanning()
    cache: Cache = Cache()
    rates: dict[str, tuple[Rate, ...]] = {}
    """The user's own prices, by the id of the model."""
    extra: dict[str, Any] = {}
    """What other parts read, as written: `slos` and `alerts`, those that are there."""
    origins: dict[str, str] = {}
    """Where each value that is not built in was said, by its path joined with dots."""
    secrets: tuple[str, ...] = ()
    """Values that must be redacted wherever they turn up."""

    @property
    def profiles(self) -> dict[str, Profile]:
        """All profiles by name, the built-in ones among them."""
        return {**built_in_profiles(), **self.runtime_profiles}

    @property
    def all_providers(self) -> dict[str, ProviderSettings]:
        """All providers by name, those that need no word in the settings among them."""
        return {**built_in_providers(self.rate_limits), **self.providers}

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
