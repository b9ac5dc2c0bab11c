"""`tmtui test-policy` and `policy audit`: what the rules say of a text or a command, and what is wrong with them."""

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import msgspec

from tmtui.agents.port import ToolCall
from tmtui.agents.tools.planned import Planned
from tmtui.cli.confining import probe_sandbox
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.judge import PolicyJudge, overreach
from tmtui.cli.options import json_option
from tmtui.cli.output import Line, Tone, say, say_json
from tmtui.cli.project import here
from tmtui.cli.scanning import PolicyScanner, scan_rules
from tmtui.cli.times import count
from tmtui.config.load import load_settings
from tmtui.config.settings import Settings
from tmtui.events.tool import ToolStarted
from tmtui.policy.audit import audit as audit_rules
from tmtui.policy.rules import Rules
from tmtui.policy.scan import Deed, Findings, Severity, Source, scan
from tmtui.store.errors import NoLogError
from tmtui.store.reader import LogReader
from tmtui.system.sandbox.choose import Chosen, choose


TOLD: Final = "Nothing was sent or recorded; a run records every verdict with its rule"


class Tested(msgspec.Struct, frozen=True):
    """What the policy says of an input."""

    input: str
    action: str
    """`ALLOWED`, `FLAGGED`, `REDACTED`, `ASKED` or `REFUSED`."""
    rule: str
    response: str
    text: str = ""
    """The input as it would be sent, where that differs."""

    @property
    def code(self) -> ExitCode:
        """The exit code: for scripts that hold a policy against examples."""
        return ExitCode.POLICY if self.action == "REFUSED" else ExitCode.OK


@click.command("test-policy")
@click.option("--input", "text", metavar="TEXT", help="What a person would write: a task, a note.")
@click.option("--output", metavar="TEXT", help="What a tool or a file would tell.")
@click.option("--command", metavar="COMMAND", help="What an agent would run in a shell.")
@click.option("--unattended", is_flag=True, help="As when nobody is there to be asked.")
@json_option
def test_policy(
    text: str | None, output: str | None, command: str | None, *, unattended: bool, as_json: bool
) -> ExitCode:
    """Show what the rules say of an input or a command.

    Nothing is sent or run. The exit code is 7 when it is refused.
    """
    given = [each for each in (text, output, command) if each is not None]
    if len(given) != 1:
        raise click.UsageError("give one of --input, --output and --command")
    settings, _ = load_settings(here().root, os.environ, {})
    if command is not None:
        tested = _judge(command, settings, attended=not unattended)
    else:
        tested = _scan(given[0], settings, Source.TOOL if text is None else Source.USER)
    if as_json:
        say_json(tested)
    else:
        say(*_lines(tested))
    return tested.code


def _scan(text: str, settings: Settings, source: Source) -> Tested:
    if not settings.input_scanning.enabled:
        return Tested(text, "ALLOWED", "input_scanning: {enabled: false}", "The settings want nothing looked for.")
    rules = scan_rules(settings.input_scanning.rules)
    findings = scan(text, rules, source)
    if held := findings.blocked:
        return Tested(text, "REFUSED", held.rule, PolicyScanner(rules).prompt(text).blocked or held.rule)
    return _passed(text, findings)


def _passed(text: str, findings: Findings) -> Tested:
    names = ", ".join(dict.fromkeys(each.rule for each in findings.found))
    if findings.text != text:
        quiet = all(each.action is Deed.REDACT for each in findings.found if each.action is not Deed.WARN)
        response = "It is sent without what was found" + ("" if quiet else ", and that is told")
        return Tested(text, "REDACTED", names, response, findings.text)
    signs = ", ".join(flag.rule for flag in findings.flags if flag.severity is not Severity.LOW)
    if names or signs:
        return Tested(text, "FLAGGED", names or f"built-in sign: {signs}", "It is sent as it is, and that is told")
    return Tested(text, "ALLOWED", "no rule fits", "It is sent as it is")


def _judge(command: str, settings: Settings, *, attended: bool) -> Tested:
    chosen = choose(settings.sandbox, asyncio.run(probe_sandbox(settings)))
    sandboxed = isinstance(chosen, Chosen) and not chosen.lacking
    judge = PolicyJudge(settings, here().root, Path.home(), sandboxed=sandboxed)
    planned = Planned(summary=command, command=command)
    verdict = judge.judge(ToolCall("bash", {"command": command}), planned, {}, attended=attended)
    action = {"allow": "ALLOWED", "ask": "ASKED", "deny": "REFUSED"}[verdict.action]
    if verdict.objection:
        action = "FLAGGED"
    always = f"; to allow it for good: {verdict.suggestion}" if verdict.suggestion else ""
    return Tested(command, action, verdict.rule, f"{verdict.objection or verdict.reason}{always}")


TONES: Final = {"REFUSED": Tone.BAD, "ALLOWED": Tone.GOOD}


def _lines(tested: Tested) -> Iterator[Line]:
    yield Line("Policy Test Result:")
    yield Line(f'Input:    "{tested.input}"')
    yield Line(f"Action:   {tested.action}", TONES.get(tested.action, Tone.WARN))
    yield Line(f'Rule:     "{tested.rule}"')
    yield Line(f'Response: "{tested.response[:1].upper()}{tested.response[1:]}."')
    if tested.text:
        yield Line(f'Sent:     "{tested.text}"')
    yield Line(f"Logged:   No ({TOLD[:1].lower()}{TOLD[1:]})", Tone.FAINT)


@click.group()
def policy() -> None:
    """Look after the rules for agents."""


@policy.command()
@json_option
def audit(*, as_json: bool) -> ExitCode:
    """Tell which rules are too broad, dangerous or without effect, and how often calls were denied.

    The exit code is 1 when there is something to mend.
    """
    project = here()
    settings, _ = load_settings(project.root, os.environ, {})
    written = settings.permissions
    remarks = audit_rules(Rules.parse(written.allow, written.ask, written.deny))
    problems = overreach(settings)
    calls, denied = _verdicts(project.state_dir)
    code = ExitCode.INCOMPLETE if remarks or problems else ExitCode.OK
    if as_json:
        rates = {tool: {"calls": calls[tool], "denied": denied[tool]} for tool in sorted(calls)}
        say_json({"mode": written.mode, "remarks": remarks, "problems": problems, "tools": rates})
        return code
    lists = f"{len(written.allow)} to allow, {len(written.ask)} to ask, {len(written.deny)} to deny"
    say(f"Policy Audit: {lists}; mode {written.mode}")
    say(*(Line(f"✗ {problem.path}: {problem.message}. {problem.hint}", Tone.BAD) for problem in problems))
    for each in remarks:
        say(Line(f"⚠ {each.list} {each.rule}: {each.fault}: {each.message}. {each.remedy}", Tone.WARN))
    if code is ExitCode.OK:
        say(Line("✓ nothing to mend", Tone.GOOD))
    for tool in sorted(calls):
        say(f"{tool}: {count(calls[tool], 'call')} judged, {denied[tool]} denied ({denied[tool] / calls[tool]:.0%})")
    return code


def _verdicts(state_dir: Path) -> tuple[Counter[str], Counter[str]]:
    """How many calls of each tool were judged in this project, and how many denied."""
    calls: Counter[str] = Counter()
    denied: Counter[str] = Counter()
    with contextlib.suppress(NoLogError), LogReader.open(state_dir) as reader:
        for run in reader.runs():
            for recorded in reader.events(run.run, kinds=[ToolStarted]):
                event = recorded.event
                if isinstance(event, ToolStarted) and event.verdict:
                    calls[event.name] += 1
                    denied[event.name] += event.verdict == "deny"
    return calls, denied
