"""What is looked for in prompts and in what tools tell, from the settings to the engine's questions."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from tmtui.config.settings import Settings
from tmtui.domain.problem import Problem, ProblemsError, WrongValueError
from tmtui.policy.scan import Deed, Finding, Findings, ScanRule, ScanRules, Severity, Source, scan
from tmtui.prompts.fence import parts


QUIET: Final = frozenset({Deed.REDACT, Deed.BLOCK, Deed.BLOCK_AND_LOG})
"""What is done without a word, or told as the reason why nothing is sent."""


class Scanned(msgspec.Struct, frozen=True):
    """`engine.ports.Scanned`."""

    text: str
    blocked: str = ""
    notices: tuple[str, ...] = ()


class PolicyScanner:
    """`engine.ports.Scanner`: the rules of the settings, and the built-in signs."""

    def __init__(self, rules: ScanRules) -> None:
        self._rules = rules

    def prompt(self, text: str) -> Scanned:
        """Look through a prompt. What stands in a fence was written by nobody who could put it differently."""
        texts: list[str] = []
        blocked: list[Finding] = []
        notices: list[str] = []
        for part in parts(text):
            findings = scan(part.text, self._rules, Source.USER if part.source is None else Source.TOOL)
            texts.append(findings.text)
            blocked += [findings.blocked] if findings.blocked else []
            if part.source is None:
                notices += [f"the prompt holds {told(each)}" for each in findings.found if each.action not in QUIET]
            else:
                notices += [f"{part.source} told {each}" for each in _told_of(findings)]
        return Scanned("".join(texts), held_back(blocked[0]) if blocked else "", tuple(dict.fromkeys(notices)))

    def output(self, text: str) -> tuple[str, ...]:
        """What is to be flagged about something that a tool told."""
        return tuple(_told_of(scan(text, self._rules, Source.TOOL)))


def held_back(finding: Finding) -> str:
    """Why a prompt is not sent."""
    return f"the prompt is held back by the rule {finding.rule} ({finding.severity}, line {finding.line})"


def told(finding: Finding) -> str:
    """A finding in words; what was found is not among them."""
    times = f", {finding.count} times" if finding.count > 1 else ""
    done = "; it was taken out" if finding.action is Deed.REDACT_AND_WARN else ""
    return f"what the rule {finding.rule} looks for ({finding.severity}, line {finding.line}{times}){done}"


def _told_of(findings: Findings) -> Iterator[str]:
    yield from map(told, findings.found)
    for flag in findings.flags:
        if flag.severity is not Severity.LOW:
            yield f"what looks like words to the agent: {flag.rule} (line {flag.line})"


def make_scanner(settings: Settings) -> PolicyScanner | None:
    """The scanner of some settings; None when they want none.

    Raises:
        ProblemsError: a pattern cannot be used.
    """
    if not settings.input_scanning.enabled:
        return None
    return PolicyScanner(scan_rules(settings.input_scanning.rules))


def scan_rules(written: Sequence[object]) -> ScanRules:
    """The rules of the settings, ready for use.

    Raises:
        ProblemsError: a pattern cannot be used.
    """
    try:
        return ScanRules.of(msgspec.convert(written, list[ScanRule], from_attributes=True))
    except WrongValueError as error:
        raise ProblemsError((Problem("input_scanning", 0, 0, str(error), error.hint),)) from error
