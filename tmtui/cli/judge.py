"""The rules for tool calls, from the settings to the engine's question: may this call run?"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from tmtui.agents.port import ToolCall
from tmtui.config.settings import Settings
from tmtui.domain.problem import Problem, WrongValueError
from tmtui.engine.ports import Planned
from tmtui.policy.answers import Action, Mode, Verdict
from tmtui.policy.rules import Rules, parse_rule
from tmtui.policy.use import Use, Where
from tmtui.policy.verdict import NOBODY, judge, without_asking


MODE: Final = "permissions.mode"

PROJECT_FILES: Final = ".taskmaster"
"""How the names of a project's settings files begin."""


class PolicyJudge:
    """`engine.ports.Judge`: the policy, with this project's rules.

    Where the settings name no mode, ordinary work below the root is allowed and the rest is asked, or denied when
    nobody is there. So a run that is watched asks about what matters and not about each edit, which can be undone.
    """

    def __init__(self, settings: Settings, root: Path, home: Path, *, sandboxed: bool) -> None:
        written = settings.permissions
        self._mode = Mode(written.mode) if MODE in settings.origins else None
        self._rules = Rules.parse(written.allow, written.ask, written.deny)
        self._where = Where(root=str(root), home=str(home), sandboxed=sandboxed, real=os.path.realpath)

    def judge(self, call: ToolCall, planned: Planned, learnt: Mapping[str, str], *, attended: bool) -> Verdict:
        """Judge a call."""
        path = (planned.path,) if planned.path else ()
        use = Use(
            tool=call.name,
            input=call.input,
            reads=path if planned.only_reads else (),
            writes=path if planned.effect is not None else (),
            command=planned.command,
        )
        rules = with_learnt(self._rules, learnt)
        if self._mode in (Mode.PLAN, Mode.BYPASS, Mode.DONT_ASK):
            verdict = self._with_objection(judge(use, rules, self._mode, self._where), use, rules)
            return verdict if attended else without_asking(verdict)
        ordinary = judge(use, rules, Mode.DONT_ASK, self._where)
        if not attended or (self._mode is None and ordinary.action is Action.ALLOW):
            return ordinary
        return judge(use, rules, self._mode or Mode.ACCEPT_EDITS, self._where)

    def _with_objection(self, verdict: Verdict, use: Use, rules: Rules) -> Verdict:
        """The verdict with what would be said against the call, did its user not want everything allowed."""
        if self._mode is not Mode.BYPASS or self._where.sandboxed or verdict.action is not Action.ALLOW:
            return verdict
        careful = judge(use, rules, Mode.DONT_ASK, self._where)
        if careful.action is not Action.DENY:
            return verdict
        return msgspec.structs.replace(verdict, objection=careful.reason.removesuffix(NOBODY))


def with_learnt(rules: Rules, learnt: Mapping[str, str]) -> Rules:
    """The rules with those that answers wrote down."""
    for text, action in learnt.items():
        try:
            rule = parse_rule(text)
        except WrongValueError:
            continue
        if action == "allow":
            rules = msgspec.structs.replace(rules, allow=(*rules.allow, rule))
        else:
            rules = msgspec.structs.replace(rules, deny=(*rules.deny, rule))
    return rules


def overreach(settings: Settings) -> list[Problem]:
    """What is wrong with a project that gives its agents every right: a file that came with it cannot say that."""
    origin = settings.origins.get(MODE, "")
    if settings.permissions.mode != Mode.BYPASS or not origin.startswith(PROJECT_FILES):
        return []
    path, _, line = origin.partition(":")
    message = f"a project cannot set {MODE} to {Mode.BYPASS}"
    return [Problem(path, int(line) if line.isdigit() else 0, 1, message, "Say it in ~/.config/tmtui/config.yml.")]
