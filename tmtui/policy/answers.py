"""The words of a verdict."""

from enum import StrEnum

import msgspec


class Action(StrEnum):
    """What is done about a call."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


class Mode(StrEnum):
    """How calls that no rule speaks of are judged. The names are those of Claude Code."""

    DEFAULT = "default"
    """Somebody is there: looking is allowed, the rest is asked."""
    ACCEPT_EDITS = "acceptEdits"
    """As `default`, and edits below the root are allowed."""
    PLAN = "plan"
    """Nothing may be changed."""
    DONT_ASK = "dontAsk"
    """Nobody is there: ordinary work below the root is allowed, the rest denied."""
    BYPASS = "bypassPermissions"
    """Everything but what rules deny or ask about, and the removal of critical paths."""


class Verdict(msgspec.Struct, frozen=True):
    """What is to be done about a call, and why."""

    action: Action
    rule: str
    """The rule that decided, as it is written; else the name of a tripwire, a protected path or a mode's default."""
    reason: str
    """One sentence, for the person and for the agent."""
    suggestion: str = ""
    """The rule that the answer "always" would add; empty when no rule could allow the call."""
    objection: str = ""
    """What speaks against a call that is allowed all the same, because its user wants everything allowed."""
