"""One call of a tool while it is judged, see `tmtui.policy.verdict`."""

from typing import Final

from tmtui.policy.answers import Action, Mode, Verdict
from tmtui.policy.protected import credential, protected
from tmtui.policy.rules import Rule, Rules
from tmtui.policy.suggest import for_path, for_tool
from tmtui.policy.use import EDIT, READERS, WEB_FETCH, Use, Where


_EDITS: Final = frozenset({Mode.ACCEPT_EDITS, Mode.DONT_ASK})
"""Modes in which edits below the root are ordinary."""


class Case:
    """A call of any tool but a shell."""

    def __init__(self, use: Use, rules: Rules, mode: Mode, where: Where) -> None:
        self.use = use
        self.rules = rules
        self.mode = mode
        self.where = where
        self.reads = [where.absolute(path) for path in use.reads]
        self.writes = [where.absolute(path) for path in use.writes]

    def verdict(self) -> Verdict:
        """What the first of the rules says that says anything."""
        return (
            self.denied()
            or self.never()
            or self.asked()
            or self.by_mode()
            or self.dangerous()
            or self.allowed()
            or self.ordinary()
        )

    def denied(self) -> Verdict | None:
        """What the deny rules say."""
        rule = next(filter(self.forbids, self.rules.deny), None)
        return Verdict(Action.DENY, rule.text, f"the rule {rule.text} denies it") if rule else None

    def never(self) -> Verdict | None:
        """What no rule can allow."""
        return None

    def asked(self) -> Verdict | None:
        """What the ask rules say."""
        rule = next(filter(self.forbids, self.rules.ask), None)
        return Verdict(Action.ASK, rule.text, f"the rule {rule.text} wants it asked") if rule else None

    def by_mode(self) -> Verdict | None:
        """What the modes say that go over allow rules."""
        if self.mode is Mode.PLAN and (self.writes or self.use.kind == EDIT):
            return self.said_by_mode(Action.DENY, "nothing is changed in plan mode")
        if self.mode is Mode.BYPASS:
            return self.said_by_mode(Action.ALLOW, "this mode allows everything else")
        return None

    def dangerous(self) -> Verdict | None:
        """What touches a path that nothing broad allows."""
        for path in self.writes:
            name = protected(path, self.where)
            if name and not self._named(name, path):
                return self._ask_path(f"protected path {name}", f"{name} decides what programs do", path)
        for path in self.reads:
            name = credential(path, self.where)
            if name and not self._named(name, path):
                return self._ask_path(f"credential {name}", f"{name} may hold what opens other doors", path)
        return None

    def allowed(self) -> Verdict | None:
        """What the allow rules say."""
        rule = next(filter(self._permits, self.rules.allow), None)
        return Verdict(Action.ALLOW, rule.text, f"the rule {rule.text} allows it") if rule else None

    def ordinary(self) -> Verdict:
        """What the mode says of a call that nothing else speaks of."""
        kind = self.use.kind
        far = next((path for path in (*self.reads, *self.writes) if not self.where.holds(path)), "")
        if far:
            return self._ask_path("outside the root", f"{far} lies outside the root", far)
        if kind in READERS:
            return self.said_by_mode(Action.ALLOW, "looking below the root is allowed")
        if kind != EDIT:
            return Verdict(Action.ASK, f"mode {self.mode}", f"no rule allows {kind}", for_tool(self.use))
        if self.mode in _EDITS:
            return self.said_by_mode(Action.ALLOW, "edits below the root are allowed, and can be undone")
        return self._ask_path(f"mode {self.mode}", "no rule allows the edit", self.writes[0] if self.writes else "")

    def forbids(self, rule: Rule) -> bool:
        """Whether a deny or ask rule is about the call: anything of it is enough."""
        if not rule.covers(self.use.kind):
            return False
        if rule.parameter:
            return rule.fits_parameter(self.use.input)
        if self.use.kind == WEB_FETCH:
            return rule.fits_host(str(self.use.input.get("url", "")))
        paths = (*self.reads, *self.writes)
        return not rule.specifier or any(rule.fits_path(path, self.where, caseless=True) for path in paths)

    def said_by_mode(self, action: Action, reason: str) -> Verdict:
        """The verdict that the mode gives by itself."""
        return Verdict(action, f"mode {self.mode}", reason)

    def _permits(self, rule: Rule) -> bool:
        """Whether an allow rule is about the call: all of it has to be."""
        if not rule.covers(self.use.kind):
            return False
        if self.use.kind == WEB_FETCH:
            return rule.fits_host(str(self.use.input.get("url", "")))
        paths = (*self.reads, *self.writes)
        return not rule.specifier or (bool(paths) and all(rule.fits_path(path, self.where) for path in paths))

    def _named(self, name: str, path: str) -> bool:
        """Whether an allow rule names what protects a path, and not only something above it."""
        return any(
            name.strip("*") in rule.specifier and rule.fits_path(path, self.where)
            for rule in self.rules.allow
            if rule.specifier and rule.covers(self.use.kind)
        )

    def _ask_path(self, rule: str, reason: str, path: str) -> Verdict:
        suggestion = for_path(self.use.kind, path, self.where) if path else ""
        return Verdict(Action.ASK, rule, reason, suggestion)
