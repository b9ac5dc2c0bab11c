"""One command of a shell while it is judged, see `tmtui.policy.verdict`."""

from collections.abc import Mapping
from typing import Final

from tmtui.domain.text import clean_line
from tmtui.policy.answers import Action, Mode, Verdict
from tmtui.policy.case import Case
from tmtui.policy.critical import NAME as CRITICAL, removes_critical_path
from tmtui.policy.ordinary import SAFE_VARIABLES, Reach, reach_of
from tmtui.policy.programs import Program, Programs
from tmtui.policy.protected import credential, protected
from tmtui.policy.rules import Rule, Rules
from tmtui.policy.suggest import for_exactly, for_program
from tmtui.policy.touched import argument_paths, changed, looked_at, written
from tmtui.policy.tripwires import Tripwire, tripped
from tmtui.policy.use import BASH, EDIT, READ, Use, Where


_REACHES: Final[Mapping[Mode, Reach]] = {
    Mode.DEFAULT: Reach.LOOKS,
    Mode.PLAN: Reach.LOOKS,
    Mode.ACCEPT_EDITS: Reach.FILES,
    Mode.DONT_ASK: Reach.BUILDS,
    Mode.BYPASS: Reach.FURTHER,
}
"""How far commands go that a mode allows by itself."""

_ONLY_EXACTLY: Final = frozenset({"watch", "setsid", "ionice", "flock"})
"""Programs that run whatever they are told: no rule with a pattern allows them."""
_SHOWN: Final = 120
"""Characters of a command in a reason."""


class CommandCase(Case):
    """A call of a shell."""

    def __init__(self, use: Use, rules: Rules, mode: Mode, where: Where) -> None:
        super().__init__(use, rules, mode, where)
        self._command = use.command.strip()
        self._programs = Programs.of(use.command, where)
        self._understood = self._programs.reading.understood
        self._allow = [rule for rule in rules.allow if rule.covers(BASH) and not rule.parameter]

    # What is forbidden.

    def forbids(self, rule: Rule) -> bool:
        """Whether a deny or ask rule is about anything that the command may run or touch."""
        if rule.tool in (READ, EDIT):
            return bool(rule.specifier) and self._touches(rule)
        if not rule.covers(BASH):
            return False
        if rule.parameter:
            return rule.fits_parameter(self.use.input)
        spellings = (text for program in self._programs.every for text in program.spellings)
        return not rule.specifier or rule.fits_command(self._command) or any(map(rule.fits_command, spellings))

    def _touches(self, rule: Rule) -> bool:
        for program in self._programs.every:
            paths = [*changed(program, self.where)]
            if rule.tool == READ:
                paths += [*argument_paths(program, self.where), *looked_at(program, self.where)]
            if any(path and rule.fits_path(path, self.where, caseless=True) for path in paths):
                return True
        return False

    def never(self) -> Verdict | None:
        """The removal of a critical path."""
        path = removes_critical_path(self._programs)
        reason = f"it would remove {clean_line(path, _SHOWN)}, on which everything rests; no rule allows that"
        return Verdict(Action.DENY, CRITICAL, reason) if path else None

    def by_mode(self) -> Verdict | None:
        """What goes over allow rules: everything, unless there are rules that an unread command may slip past."""
        if self.mode is not Mode.BYPASS:
            return None
        unread = not (self._understood and self._programs.complete)
        if unread and any(rule.covers(BASH) for rule in (*self.rules.deny, *self.rules.ask)):
            return self._ask("not understood", f"{self._why()}, so it may do what a rule forbids", "")
        return self.said_by_mode(Action.ALLOW, "this mode allows everything else")

    def dangerous(self) -> Verdict | None:
        """A tripwire that no allow rule names."""
        for wire in tripped(self._programs):
            if not any(self._names(rule, wire) for rule in self._allow):
                return self._ask(wire.name, f"it {wire.why}", for_exactly(self._command))
        return None

    def _names(self, rule: Rule, wire: Tripwire) -> bool:
        """Whether an allow rule that is about a part of the command would trip the wire itself."""
        texts = (self._command, *(program.typed for program in self._programs.direct()))
        if not rule.specifier or not any(map(rule.fits_command, texts)):
            return False
        return wire.trips(Programs.of(rule.specifier.removesuffix(" *"), self.where))

    # What is allowed.

    def allowed(self) -> Verdict | None:
        """What the allow rules say: of the whole, or of each part that is not ordinary by itself."""
        for rule in self._allow:
            if not rule.specifier or rule.specifier == self._command:
                return self._by_rules([rule.text])
        if not self._understood:
            return None
        used: list[str] = []
        for program in self._programs.direct():
            rule_text = self._rule_for(program)
            if not rule_text and not self._is_ordinary(program):
                return None
            used += [rule_text] if rule_text and rule_text not in used else []
        return self._by_rules(used) if used else None

    def _by_rules(self, texts: list[str]) -> Verdict:
        word = "rule" if len(texts) == 1 else "rules"
        verb = "allows" if len(texts) == 1 else "allow"
        return Verdict(Action.ALLOW, ", ".join(texts), f"the {word} {', '.join(texts)} {verb} it")

    def _rule_for(self, program: Program) -> str:
        """The allow rule for one part, with the files that it redirects to; empty when there is none."""
        if not program.words or not self._redirects_inside(program):
            return ""
        text = _with_variables(program)
        only = self._must_be_exact(program)
        fits = (rule for rule in self._allow if (rule.specifier == text if only else rule.fits_command(text)))
        return next((rule.text for rule in fits), "")

    def _must_be_exact(self, program: Program) -> bool:
        removes = program.name == "find" and program.has("-exec", "-execdir", "-ok", "-okdir", "-delete")
        elsewhere = program.name == "git" and program.folders != {self.where.root}
        return program.name in _ONLY_EXACTLY or removes or elsewhere

    def _redirects_inside(self, program: Program) -> bool:
        writes = all(path is not None and self._may_write(path) for path in written(program, self.where))
        return writes and all(path is not None and self._may_read(path) for path in looked_at(program, self.where))

    def _may_write(self, path: str) -> bool:
        inside = self.where.holds(path) and not protected(path, self.where)
        return inside or any(rule.covers(EDIT) and rule.fits_path(path, self.where) for rule in self.rules.allow)

    def _may_read(self, path: str) -> bool:
        inside = self.where.holds(path) and not credential(path, self.where)
        return inside or any(rule.covers(READ) and rule.fits_path(path, self.where) for rule in self.rules.allow)

    def ordinary(self) -> Verdict:
        """What the sandbox and the mode say of a command that nothing else speaks of."""
        if not self._understood:
            return self._ask("not understood", self._why(), for_exactly(self._command))
        if self.where.sandboxed and self.mode is not Mode.PLAN:
            return Verdict(Action.ALLOW, "sandbox", "the sandbox holds what it does")
        for program in self._programs.direct():
            if not self._is_ordinary(program) and not self._rule_for(program):
                shown = clean_line(program.part.raw, _SHOWN)
                reason = f"`{shown}` is not ordinary work below the root"
                if self.mode is not Mode.DONT_ASK:
                    reason = f"no rule allows `{shown}`"
                return self._ask(f"mode {self.mode}", reason, self._suggested(program))
        return self.said_by_mode(Action.ALLOW, f"it is {_KINDS[self._furthest()]}")

    def _suggested(self, program: Program) -> str:
        whole = len(self._programs.direct()) == 1
        inside = program.words and self._redirects_inside(program) and not self._must_be_exact(program)
        if not inside:
            return for_exactly(self._command)
        if _with_variables(program) != program.typed:
            return for_exactly(_with_variables(program))
        return for_program(program) or (for_exactly(self._command) if whole else "")

    def _is_ordinary(self, program: Program) -> bool:
        return reach_of(program, self.where) <= _REACHES[self.mode]

    def _furthest(self) -> Reach:
        return max((reach_of(program, self.where) for program in self._programs.direct()), default=Reach.LOOKS)

    def _why(self) -> str:
        return f"the command cannot be read: {self._programs.reading.why or 'it runs what is only known later'}"

    def _ask(self, rule: str, reason: str, suggestion: str) -> Verdict:
        return Verdict(Action.ASK, rule, reason, suggestion)


def _with_variables(program: Program) -> str:
    """A command as rules see it: behind the variables that make it another, without the harmless ones."""
    unsafe = [f"{name}={word.raw}" for name, word in program.part.assignments if not SAFE_VARIABLES.fullmatch(name)]
    return " ".join([*unsafe, program.typed])


_KINDS: Final[Mapping[Reach, str]] = {
    Reach.LOOKS: "a command that only looks",
    Reach.FILES: "work with files below the root, which can be undone",
    Reach.BUILDS: "ordinary building and testing",
    Reach.FURTHER: "more than ordinary work",
}
