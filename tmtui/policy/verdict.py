"""The verdict on one call: allow, ask or deny, with the rule that decided.

    deny rules            whatever else is said
    critical paths        never removed, whatever rules and modes say
    ask rules
    two modes             `plan` changes nothing, `bypassPermissions` allows the rest
    dangers               tripwires, protected paths and credentials are asked, unless an allow rule names that danger
    allow rules           of a command, every part needs one or is ordinary
    the sandbox           a command that it confines is allowed
    the mode              what is ordinary is allowed, the rest is asked

When nobody is there (`dontAsk`), whatever would be asked is denied, and more is ordinary: edits below the root, and
the commands of `tmtui.policy.ordinary`, since a checkpoint is taken before each attempt.

An allow rule names a danger when the rule itself, read as what it allows, would be caught: `Bash(git push --force *)`
allows a forced push, and `Bash(git *)` does not.
"""

from typing import Final

import msgspec

from tmtui.policy.answers import Action, Mode, Verdict
from tmtui.policy.case import Case
from tmtui.policy.command_case import CommandCase
from tmtui.policy.rules import Rule, Rules
from tmtui.policy.use import BASH, Use, Where


NOBODY: Final = "; nobody is there to ask"
"""Ends the reason of what is denied for that."""


def judge(use: Use, rules: Rules, mode: Mode, where: Where) -> Verdict:
    """Judge a call before it has any effect."""
    case = CommandCase(use, rules, mode, where) if use.kind == BASH else Case(use, rules, mode, where)
    verdict = case.verdict()
    return without_asking(verdict) if mode is Mode.DONT_ASK else verdict


def without_asking(verdict: Verdict) -> Verdict:
    """The verdict when nobody can be asked: what would be asked is denied."""
    if verdict.action is not Action.ASK:
        return verdict
    return msgspec.structs.replace(verdict, action=Action.DENY, reason=f"{verdict.reason}{NOBODY}")


__all__ = ["Action", "Mode", "Rule", "Rules", "Use", "Verdict", "Where", "judge", "without_asking"]
