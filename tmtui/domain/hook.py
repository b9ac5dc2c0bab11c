"""A command that checks or prepares the work of a task."""

from enum import StrEnum

import msgspec


class Stage(StrEnum):
    """When a hook runs."""

    PRE = "pre"
    POST = "post"


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """A shell command with its rules."""

    name: str
    command: str
    """Text for `/bin/sh -c`; it may have several lines."""
    description: str = ""
    timeout: float = 600.0
    """Seconds until it is ended, with its whole process tree."""
    stop_on_failure: bool = True
    """Whether its failure fails the attempt. Otherwise it is shown as a warning, and the task goes on."""
    working_dir: str = ""
    """Relative to the project's root; empty is the root itself."""
    env: dict[str, str] = {}
    """Added to the allow-list that children get."""
    retry_count: int = 0
    """How often it is run again after a failure, before the failure counts."""
    retry_delay: float = 0.0
    """Seconds between those runs."""
    capture_output: bool = True
    """Whether its output is shown and fed back to the agent."""
    log_output: bool = True
    """Whether its output is written to the log folder."""
    quiet: bool = False
    """Whether it stays out of the plain renderer's output unless it fails."""
    sandbox: bool | None = None
    """Whether it is confined as an agent's commands are; None leaves it to the settings."""
    network: bool | None = None
    """Whether it may use the network; without it, it is confined. None is yes."""


class HookDefaults(msgspec.Struct, frozen=True, kw_only=True):
    """The hooks of every task that names none of its own."""

    pre: tuple[Hook, ...] = ()
    post: tuple[Hook, ...] = ()
