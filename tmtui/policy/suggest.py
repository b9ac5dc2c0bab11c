"""The rule that the answer "always" would add: as narrow as it can be and still be of use again."""

import re
from typing import Final

from tmtui.domain.problem import WrongValueError
from tmtui.policy.programs import Program
from tmtui.policy.rules import parse_rule
from tmtui.policy.use import BASH, EDIT, READ, READERS, WEB_FETCH, Use, Where
from tmtui.policy.wrappers import SHELLS


LONGEST: Final = 400
"""Characters of a suggestion: nobody reads a longer one before saying yes."""

_WITH_VERBS: Final = frozenset(
    {
        *(
            "git",
            "npm",
            "pnpm",
            "yarn",
            "bun",
            "cargo",
            "go",
            "docker",
            "podman",
            "kubectl",
            "terraform",
            "poetry",
            "pip",
        ),
        *("gh", "make", "mvn", "gradle", "dotnet", "bundle", "rails", "composer", "helm", "brew", "apt", "systemctl"),
    }
)
"""Programs whose first word says what is done: it is enough to remember that."""
_RUNS_ANY: Final = frozenset(
    {("npm", "exec"), ("pnpm", "exec"), ("pnpm", "dlx"), ("yarn", "dlx"), ("bun", "x"), ("go", "run")}
)
_VERB: Final = re.compile(r"[a-z][a-z0-9-]*")


def for_program(program: Program) -> str:
    """The rule for one part of a command: its program and verb, or the command itself."""
    argument = program.words[1].value if len(program.words) > 1 else None
    verb = argument if program.name in _WITH_VERBS and argument and _VERB.fullmatch(argument) else ""
    if verb and program.words[0].raw == program.name and (program.name, verb) not in _RUNS_ANY:
        also = program.words[2].value if verb == "run" and len(program.words) > 2 else ""  # noqa: PLR2004 - the script
        begin = f"{program.name} {verb} {also}" if also and _VERB.fullmatch(also) else f"{program.name} {verb}"
        return f"{BASH}({begin} *)" if also or verb != "run" else ""
    return "" if _takes_code_from_input(program) else for_exactly(program.typed)


def _takes_code_from_input(program: Program) -> bool:
    """Whether what is run does not stand in the words, so that a rule for the words would allow anything."""
    runs = program.name in SHELLS | {"perl", "ruby", "node", "php", "lua", "xargs", "eval", "source"}
    plain = all(each.startswith("-") for each in program.arguments)
    return plain and (runs or re.fullmatch(r"(?:python|pypy)[\d.]*", program.name) is not None)


def for_exactly(command: str) -> str:
    """The rule for one command and no other; empty when the grammar has none."""
    command = command.strip()
    if "*" in command or "\n" in command or not command:
        return ""
    return _checked(f"{BASH}({command})", command)


def for_path(kind: str, path: str, where: Where) -> str:
    """The rule for one file, given as an absolute path."""
    if re.search(r"[*?\[\n]", path) or path != path.strip() or path.endswith(")"):
        return ""
    shown = path[len(where.root.rstrip("/")) :] if where.holds(path) else f"/{path}"
    tool = READ if kind in READERS else EDIT
    return f"{tool}({shown or '/'})" if len(shown) < LONGEST else ""


def for_tool(use: Use) -> str:
    """The rule for a tool that rules know by its name only."""
    if use.kind == WEB_FETCH:
        found = re.match(r"(?:https?://)?([\w.-]+)", str(use.input.get("url", "")))
        return f"{WEB_FETCH}(domain:{found[1].lower()})" if found else ""
    return use.kind if re.fullmatch(r"[A-Za-z_][\w.-]*", use.kind) else ""


def _checked(rule: str, command: str) -> str:
    """The rule, if it says what it should."""
    if len(rule) > LONGEST:
        return ""
    try:
        read = parse_rule(rule)
    except WrongValueError:
        return ""
    return rule if not read.parameter and read.specifier == command else ""
