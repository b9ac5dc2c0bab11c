"""Reads a list of permission rules for what its author may not have meant."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

import msgspec

from tmtui.policy.globs import fits_command, fits_text
from tmtui.policy.programs import Programs
from tmtui.policy.rules import PATH_TOOLS, Rule, Rules
from tmtui.policy.shell import read_command
from tmtui.policy.tripwires import tripped
from tmtui.policy.use import BASH, EDIT, GLOB, GREP, READ, WEB_FETCH, Where
from tmtui.policy.wrappers import LAUNCHERS, SHELLS


class Fault(StrEnum):
    """What may be wrong with a rule."""

    TOO_BROAD = "too broad"
    SHADOWED = "shadowed"
    NEVER = "never fits"
    DANGEROUS = "dangerous"
    REPEATED = "repeated"
    FRAGILE = "fragile"


class Remark(msgspec.Struct, frozen=True):
    """One thing about one rule."""

    rule: str
    """As written."""
    list: str
    """`allow`, `ask` or `deny`."""
    fault: Fault
    message: str
    remedy: str


_INTERPRETERS: Final = SHELLS | {
    *(
        "python",
        "python3",
        "pypy",
        "node",
        "deno",
        "bun",
        "perl",
        "ruby",
        "php",
        "lua",
        "osascript",
        "awk",
        "Rscript",
    ),
}
_RUNNERS: Final = frozenset(
    {"npx", "bunx", "uvx", "pipx", "pnpx", "docker", "podman", "direnv", "devbox", "mise", "nix"}
)
_RUNNING: Final = re.compile(
    r"(?:npm exec|pnpm (?:exec|dlx)|yarn dlx|uv run|poetry run|go run|cargo run|bundle exec|make)"
)
_REACHING: Final = frozenset(
    {"curl", "wget", "ssh", "scp", "rsync", "nc", "git", "gh", "aws", "gcloud", "kubectl", "rm"}
)
_WHERE: Final = Where(root="/project", home="/home/somebody")
_BUILT_IN: Final = frozenset({BASH, READ, EDIT, GLOB, GREP, WEB_FETCH})
_OTHERS: Final = frozenset(
    {
        "WebSearch",
        "Task",
        "Agent",
        "Skill",
        "TodoWrite",
        "LS",
        "BashOutput",
        "KillShell",
        "ExitPlanMode",
        "SlashCommand",
    }
)


def audit(rules: Rules) -> list[Remark]:
    """Everything that is to be said about some rules, in their order."""
    lists = (("deny", rules.deny), ("ask", rules.ask), ("allow", rules.allow))
    before: list[tuple[str, Rule]] = []
    remarks: list[Remark] = []
    for name, group in lists:
        for rule in group:
            remarks += _shadowed(rule, name, before)
            remarks += _never(rule, name)
            remarks += _of_allowing(rule) if name == "allow" else ()
            before.append((name, rule))
    return remarks


def _shadowed(rule: Rule, name: str, before: list[tuple[str, Rule]]) -> Iterator[Remark]:
    over = next(((other, earlier) for other, earlier in before if _covers(earlier, rule)), None)
    if over is None:
        return
    other, earlier = over
    if other == name:
        message = f"{earlier.text} says it already"
        yield Remark(rule.text, name, Fault.REPEATED, message, "Remove it.")
    else:
        message = f"it never decides: {earlier.text} in `{other}` is looked at first"
        remedy = f"Remove it, or make {earlier.text} narrower: a broad rule has no exceptions."
        yield Remark(rule.text, name, Fault.SHADOWED, message, remedy)


def _covers(wide: Rule, narrow: Rule) -> bool:
    """Whether whatever the narrow rule fits, the wide one fits as well; when that cannot be told, it does not."""
    if wide.parameter or narrow.parameter:
        return msgspec.structs.replace(wide, text="") == msgspec.structs.replace(narrow, text="")
    if not fits_text(wide.tool, narrow.tool):
        return False
    if not wide.specifier or wide.specifier == narrow.specifier:
        return True
    if not narrow.specifier:
        return False
    if wide.tool == BASH:
        single = len(read_command(narrow.specifier).parts) == 1
        return single and fits_command(wide.specifier, narrow.specifier)
    if wide.tool in PATH_TOOLS and wide.specifier.endswith("/**"):
        folder = wide.specifier.removesuffix("**")
        return _from_root(narrow.specifier).startswith(_from_root(folder)) and ".." not in narrow.specifier
    return False


def _from_root(path: str) -> str:
    return path if path.startswith(("//", "~/")) else "/" + path.removeprefix("./").lstrip("/")


def _never(rule: Rule, name: str) -> Iterator[Remark]:
    if rule.tool not in _BUILT_IN | _OTHERS and "*" not in rule.tool and not rule.tool.startswith("mcp__"):
        message = f"no agent here has a tool {rule.tool!r}"
        yield Remark(rule.text, name, Fault.NEVER, message, "Check the spelling; tools of servers begin with mcp__.")
    if rule.tool != BASH or rule.parameter or not rule.specifier:
        return
    programs = Programs.of(rule.specifier, _WHERE)
    if len(programs.reading.parts) > 1 and "*" in rule.specifier:
        message = "a command is judged part by part, and none of its parts looks like this"
        yield Remark(rule.text, name, Fault.NEVER, message, "Write one rule for each part.")
    elif any(part.wrappers for part in programs.reading.parts) and name == "allow":
        wrapper = programs.reading.parts[0].wrappers[0]
        message = f"`{wrapper}` is taken off before rules are looked at"
        yield Remark(rule.text, name, Fault.NEVER, message, "Write the command without it.")
    elif rule.specifier.startswith("cd ") and name == "allow" and "*" in rule.specifier:
        message = "it allows to go anywhere, and rules for paths begin at the working folder"
        yield Remark(rule.text, name, Fault.FRAGILE, message, "Name the folder.")


def _of_allowing(rule: Rule) -> Iterator[Remark]:
    if rule.tool == "*" or (rule.tool in (BASH, EDIT) and not rule.specifier):
        what = {BASH: "every command", EDIT: "changing every file"}.get(rule.tool, "everything")
        remedy = "Allow what the work needs, such as Bash(npm test *) or Edit(src/**)."
        yield Remark(rule.text, "allow", Fault.TOO_BROAD, f"it allows {what}", remedy)
    elif rule.tool == BASH:
        yield from _of_commands(rule)
    elif rule.tool in PATH_TOOLS and re.fullmatch(r"(?://|~/|/)?\**(?:/\**)*", rule.specifier or "x"):
        wide = rule.specifier.startswith(("//", "~"))
        if wide:
            message = "it allows every file of the machine, or of the person"
            yield Remark(rule.text, "allow", Fault.TOO_BROAD, message, f"Name a folder: {rule.tool}(src/**).")


def _of_commands(rule: Rule) -> Iterator[Remark]:
    if "*" not in rule.specifier:
        yield from _dangerous(rule)
        return
    begin = rule.specifier.partition("*")[0].strip()
    program = begin.split()[0].rpartition("/")[2] if begin else ""
    words = len(begin.split())
    if not program:
        message = "it allows every program, for it does not begin with one"
        yield Remark(rule.text, "allow", Fault.TOO_BROAD, message, "Begin with the program's name.")
    elif words == 1 and (program in _INTERPRETERS or program in LAUNCHERS):
        message = f"`{program}` runs whatever it is told"
        remedy = f"Allow one script or module, such as Bash({program} -m pytest *)."
        yield Remark(rule.text, "allow", Fault.TOO_BROAD, message, remedy)
    elif (words == 1 and program in _RUNNERS) or (_RUNNING.fullmatch(begin) and begin != "make"):
        message = f"`{begin}` fetches or runs any program"
        yield Remark(rule.text, "allow", Fault.TOO_BROAD, message, f"Name the program: Bash({begin} eslint *).")
    elif re.search(r"\s-(?:c|e|-eval|-command)$", begin):
        message = "it allows any code"
        yield Remark(rule.text, "allow", Fault.TOO_BROAD, message, "Put the code into a script, and allow that.")
    elif words == 1 and program in _REACHING:
        message = f"`{program}` does harmless and grave things alike"
        yield Remark(rule.text, "allow", Fault.TOO_BROAD, message, f"Name what it may do: Bash({program} … *).")
    elif re.search(r"\S\*$", rule.specifier) and words == 1:
        message = f"it fits every program whose name begins with `{program}`"
        yield Remark(rule.text, "allow", Fault.TOO_BROAD, message, f"Put a blank before the star: Bash({program} *).")
    elif program in ("curl", "wget") and "://" in begin:
        message = "options, redirects and variables get around a pattern for an address"
        yield Remark(rule.text, "allow", Fault.FRAGILE, message, "Use WebFetch(domain:…), and deny the program.")
    else:
        yield from _dangerous(rule)


def _dangerous(rule: Rule) -> Iterator[Remark]:
    programs = Programs.of(rule.specifier.removesuffix(" *"), _WHERE)
    for wire in tripped(programs):
        message = f"it {wire.why}, and no question is asked any more"
        yield Remark(rule.text, "allow", Fault.DANGEROUS, message, "Move it to `ask`, unless that is what you want.")
        return
