"""What an agent may do, and what may be sent to one."""

from typing import Final

import msgspec


MODES: Final = ("default", "acceptEdits", "plan", "dontAsk", "bypassPermissions")
"""What happens to a call that no rule settles, the careful ones first."""


class Permissions(msgspec.Struct, frozen=True, kw_only=True):
    """Rules for tool calls, as text in Claude Code's grammar. Deny beats ask beats allow.

    The lists of all settings files are joined: a project cannot take back what its user denies.
    """

    mode: str = "default"
    """One of `MODES`."""
    allow: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()


class ScanRule(msgspec.Struct, frozen=True, kw_only=True):
    """One pattern that must not be sent."""

    name: str
    pattern: str
    """A regular expression, searched without regard to case."""
    action: str = "redact_and_warn"
    """`warn`, `redact`, `redact_and_warn`, `block` or `block_and_log`."""
    severity: str = "high"
    """`low`, `medium`, `high` or `critical`."""


class InputScanning(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for in all that goes to a model."""

    enabled: bool = True
    rules: tuple[ScanRule, ...] = ()
    """Beside the built-in ones."""
