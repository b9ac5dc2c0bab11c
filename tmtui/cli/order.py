"""What an engine is asked to do: a value, so that it can be handed to another process."""

from typing import Any

import msgspec


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order for one engine."""

    root: str
    """Absolute path of the project's root."""
    state_dir: str
    plan: str
    """The plan's file, relative to the root where it lies below it."""
    resume: str = ""
    """The run to take up again; empty plans a new one."""
    agent: str = ""
    """Empty takes the settings' choice, or, on a resume, the run's own."""
    overrides: dict[str, Any] = {}
    """Settings from flags."""
    only: tuple[str, ...] = ()
    profile: str = ""
    """The profile of every task, whatever the tasks and the settings say; empty leaves it to them."""
    provider: str = ""
    """The provider of every task, likewise."""
    auto_apply: bool = False
    """Whether changes that an agent only suggests are applied without a question."""
    ignore_config_limits: bool = False
    """Whether the user's own rate limits do not hold. The budgets do, and so do the provider's limits."""
    verbose: bool = False
    """Whether the exact prompts are kept as files."""
    attended: bool = True
    """Whether somebody is there to be asked. Otherwise the settings' `unattended` answers."""
    argv0: str = "tmtui"
